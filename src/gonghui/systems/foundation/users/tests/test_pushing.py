"""Pushing users to a target: every change arrives once, every failure is seen and comes right."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from gonghui.kernel.access import granting
from gonghui.kernel.access.actor import platform
from gonghui.kernel.access.roles import HANDLER, SECURITY_ADMIN, SYSTEM_ADMIN, VIEWER
from gonghui.kernel.audit.models import Entry
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.bus.dispatch import dispatch_pending
from gonghui.kernel.identity import accounts
from gonghui.kernel.notify.models import Todo
from gonghui.systems.foundation.users.actions import provisioning, pushing
from gonghui.systems.foundation.users.actions import staff as staff_actions
from gonghui.systems.foundation.users.jobs.pushing import compare, push_next, push_terms
from gonghui.systems.foundation.users.models import (
    Difference,
    ItemState,
    Outcome,
    PushItem,
    Receipt,
    Reconciliation,
    Target,
    TargetState,
)
from gonghui.systems.foundation.users.rules.scim import UNION_USER
from gonghui.systems.foundation.users.tests.push_targets import Mood, serving, simulated, target
from gonghui.systems.foundation.users.tests.scim_sources import staff

pytestmark = pytest.mark.django_db
BY = platform("测试")


@pytest.fixture
def outside(tmp_path, settings, monkeypatch):
    monkeypatch.setattr(simulated, "SILENCE", 1.5)
    monkeypatch.setenv("GONGHUI_VAR", str(tmp_path))
    with serving() as (found, address):
        settings.OUTGOING_PRIVATE = (address.removeprefix("http://").removesuffix("/v2"),)
        found.address = address
        yield found


def drain() -> int:
    """Deliver events, then everything that is due."""
    dispatch_pending()
    count = 0
    while push_next():
        count += 1
    return count


def soon() -> None:
    """Let what waits for its next try be due now."""
    items().update(due_at=timezone.now(), leased_until=None)
    Target.objects.unscoped("test").update(rests_until=None)


def items():
    return PushItem.objects.unscoped("test")


def receipts() -> list[tuple[str, str]]:
    rows = Receipt.objects.unscoped("test").order_by("id")
    return list(rows.values_list("verb", "outcome"))


def grant(person, role, union, until=None):
    return granting.grant(
        person.user,
        role,
        union,
        on=timezone.localdate(),
        until=until,
        by=BY,
        reason="测试",
        source=granting.POST,
        source_id=1,
    )


def test_a_grant_arrives_and_goes_again(world, outside):
    target(world.hefei, outside.address)
    person = staff(world.shushan, "wangfang", title="干事")
    given = grant(person, HANDLER, world.shushan)
    assert drain() == 1
    (user,) = outside.users()
    assert (user["userName"], user["externalId"]) == ("wangfang", f"gonghui-{person.user_id}")
    assert user["active"] is True
    assert [each["value"] for each in user[UNION_USER]["roles"]] == ["handler"]
    assert user[UNION_USER]["post"] == "干事"
    granting.revoke(given, by=BY, reason="测试")
    assert drain() == 1
    assert outside.users()[0][UNION_USER]["roles"] == []
    assert receipts() == [("create", "accepted"), ("update", "accepted")]
    assert items().get().state == ItemState.DONE


def test_a_suspended_account_is_switched_off_there(world, outside):
    target(world.hefei, outside.address)
    person = staff(world.shushan, "wangfang")
    grant(person, HANDLER, world.shushan)
    drain()
    accounts.suspend(person.user)
    drain()
    assert outside.users()[0]["active"] is False
    accounts.reopen(person.user)
    drain()
    assert outside.users()[0]["active"] is True
    assert receipts()[1] == ("disable", "accepted")


def test_many_changes_before_a_delivery_are_one(world, outside):
    target(world.hefei, outside.address)
    person = staff(world.shushan, "wangfang")
    for role in (HANDLER, VIEWER):
        grant(person, role, world.shushan)
    assert drain() == 1
    assert items().get().wanted > 1
    assert len(receipts()) == 1


def test_only_whom_the_target_is_for(world, outside):
    target(world.hefei, outside.address, roles=["viewer"])
    one, two = staff(world.shushan, "wangfang"), staff(world.shushan, "liqiang")
    three = staff(world.jinghu, "zhaoli")
    grant(one, HANDLER, world.shushan)
    grant(two, VIEWER, world.shushan)
    grant(three, VIEWER, world.jinghu)
    drain()
    assert [user["userName"] for user in outside.users()] == ["liqiang"]


def test_only_the_attributes_approved(world, outside):
    target(world.hefei, outside.address, attributes=["mobile"])
    person = staff(world.shushan, "wangfang", title="干事", mobile="13800138000")
    grant(person, HANDLER, world.shushan)
    drain()
    (user,) = outside.users()
    assert UNION_USER not in user
    assert user["phoneNumbers"][0]["value"] == "13800138000"


def test_a_broken_target_is_tried_again_later_and_later(world, outside):
    target(world.hefei, outside.address)
    grant(staff(world.shushan, "wangfang"), HANDLER, world.shushan)
    outside.become(Mood.BROKEN)
    assert drain() == 1
    first = items().get()
    assert (first.state, first.attempts) == (ItemState.WAITING, 1)
    assert first.due_at > timezone.now()
    assert drain() == 0
    soon()
    assert drain() == 1
    assert items().get().due_at - timezone.now() > timedelta(seconds=7)
    outside.become(Mood.WELL)
    soon()
    drain()
    assert receipts() == [
        ("update", "failed"),
        ("update", "failed"),
        ("create", "accepted"),
    ]
    assert items().get().attempts == 0


def test_silence_rests_the_whole_target(world, outside, monkeypatch):
    found = target(world.hefei, outside.address)
    for name in ("wangfang", "liqiang"):
        grant(staff(world.shushan, name), HANDLER, world.shushan)
    outside.become(Mood.SILENT)
    from gonghui.systems.foundation.users.jobs import scim_client

    original = scim_client.Remote.__init__

    def hasty(self, of):
        original(self, of)
        self.timeout = 0.4

    monkeypatch.setattr(scim_client.Remote, "__init__", hasty)
    assert drain() == 1
    assert receipts() == [("update", "silent")]
    fresh = Target.objects.unscoped("test").get(pk=found.pk)
    assert fresh.misses == 1 and fresh.rests_until > timezone.now()
    outside.become(Mood.WELL)
    soon()
    assert drain() == 2
    assert Target.objects.unscoped("test").get(pk=found.pk).misses == 0
    assert len(outside.users()) == 2


def test_giving_up_and_once_more(world, outside, monkeypatch):
    found = target(world.hefei, outside.address)
    admin = world.actor("系统管理员", (SYSTEM_ADMIN, world.hefei))
    grant(staff(world.shushan, "wangfang"), HANDLER, world.shushan)
    outside.become(Mood.BROKEN)
    for _ in range(10):
        soon()
        drain()
    assert items().get().state == ItemState.STOPPED
    todo = Todo.objects.get(kind=pushing.TROUBLE, done_at=None)
    assert todo.union_id == world.hefei.pk
    outside.become(Mood.WELL)
    pushing.retry(items().get(), by=admin)
    drain()
    assert items().get().state == ItemState.DONE
    assert not Todo.objects.filter(kind=pushing.TROUBLE, done_at=None)
    with pytest.raises(Conflict):
        pushing.retry_all(found, by=admin)


def test_a_refusal_is_kept_with_its_reason(world, outside):
    found = target(world.hefei, outside.address)
    person = staff(world.shushan, "wangfang")
    grant(person, HANDLER, world.shushan)
    outside.become(Mood.STRICT)
    drain()
    item = items().get()
    assert (item.state, item.trouble) == (ItemState.REJECTED, "本系统要求填写职务。")
    assert Receipt.objects.unscoped("test").get().status == 400
    # Whatever changes next is tried again by itself.
    staff_actions.amend(person, by=BY, title="干事")
    drain()
    assert items().get().state == ItemState.DONE
    with pytest.raises(Conflict):
        pushing.retry_all(found, by=BY)


def test_a_name_taken_by_another_is_refused_one_of_nobody_becomes_ours(world, outside):
    target(world.hefei, outside.address)
    with outside.state() as state:
        for key, name, mine in (("a1", "wangfang", ""), ("b2", "liqiang", "hr-7")):
            user = {"schemas": [], "id": key, "userName": name, "meta": {"version": 'W/"1"'}}
            state["users"][key] = user | ({"externalId": mine} if mine else {}) | {"nick": "旧"}
    for name in ("wangfang", "liqiang"):
        grant(staff(world.shushan, name), HANDLER, world.shushan)
    drain()
    users = {user["userName"]: user for user in outside.users()}
    assert users["wangfang"]["externalId"].startswith("gonghui-")
    assert users["wangfang"]["nick"] == "旧"
    assert users["liqiang"]["externalId"] == "hr-7"
    assert items().get(name="王芳", staff__user__username="liqiang").state == ItemState.REJECTED


def test_a_worker_that_dies_after_sending_sends_nothing_twice(world, outside, monkeypatch):
    target(world.hefei, outside.address)
    grant(staff(world.shushan, "wangfang"), HANDLER, world.shushan)

    def die(*args):
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(pushing, "settle", die)
        with pytest.raises(SystemExit):
            drain()
    assert len(outside.users()) == 1
    assert drain() == 0, "the lease of the dead worker still holds"
    soon()
    assert drain() == 1
    assert len(outside.users()) == 1
    assert receipts() == [("update", "unchanged")]
    assert items().get().remote_id == outside.users()[0]["id"]


def test_a_change_during_a_delivery_is_sent_after_it(world, outside):
    target(world.hefei, outside.address)
    person = staff(world.shushan, "wangfang")
    grant(person, HANDLER, world.shushan)
    dispatch_pending()
    taken = pushing.claim(timezone.now())
    grant(person, VIEWER, world.shushan)
    dispatch_pending()
    assert pushing.claim(timezone.now()) is None, "one delivery of a user at a time"
    from gonghui.systems.foundation.users.jobs.scim_client import Remote

    pushing.settle(taken, Remote(taken.target).deliver(taken), timezone.now())
    assert items().get().state == ItemState.WAITING
    drain()
    roles = [each["value"] for each in outside.users()[0][UNION_USER]["roles"]]
    assert sorted(roles) == ["handler", "viewer"]


def test_a_late_worker_writes_its_receipt_and_nothing_else(world, outside):
    target(world.hefei, outside.address)
    grant(staff(world.shushan, "wangfang"), HANDLER, world.shushan)
    dispatch_pending()
    now = timezone.now()
    slow = pushing.claim(now)
    again = pushing.claim(now + pushing.LEASE * 2)
    assert again is not None and again.attempt == 2
    late = pushing.Result(pushing.Verb.CREATE, Outcome.FAILED, 500, "慢")
    pushing.settle(slow, late, now)
    assert items().get().leased_until is not None
    assert len(receipts()) == 1


def test_terms_are_pushed_when_they_begin_and_end(world, outside, monkeypatch):
    target(world.hefei, outside.address)
    person = staff(world.shushan, "wangfang")
    grant(person, HANDLER, world.shushan, until=timezone.localdate())
    drain()
    assert push_terms() == 0
    tomorrow = timezone.localdate() + timedelta(days=1)
    monkeypatch.setattr("django.utils.timezone.localdate", lambda value=None: tomorrow)
    assert push_terms() == 1
    drain()
    assert outside.users()[0][UNION_USER]["roles"] == []


def test_a_lie_is_found_by_comparing_and_repaired(world, outside):
    found = target(world.hefei, outside.address)
    admin = world.actor("系统管理员", (SYSTEM_ADMIN, world.hefei))
    one, two = staff(world.shushan, "wangfang"), staff(world.shushan, "liqiang", "李强")
    grant(one, HANDLER, world.shushan)
    drain()
    outside.become(Mood.LYING)
    grant(one, VIEWER, world.shushan)
    grant(two, VIEWER, world.shushan)
    drain()
    assert {item.state for item in items()} == {ItemState.DONE}, "it said that it had"
    with outside.state() as state:
        state["users"]["x"] = {"id": "x", "userName": "own", "displayName": "自有"}
        state["users"]["y"] = {
            "id": "y",
            "userName": "old",
            "externalId": "gonghui-999999",
            "active": True,
        }
    outside.become(Mood.WELL)
    run = pushing.reconcile(found, by=admin)
    with pytest.raises(Conflict, match="正在核对"):
        pushing.reconcile(found, by=admin)
    compare(run=run.pk)
    run = Reconciliation.objects.unscoped("test").get(pk=run.pk)
    assert (run.state, run.ours, run.theirs, run.strangers, run.found) == ("done", 2, 3, 1, 3)
    kinds = dict(Difference.objects.values_list("name", "kind"))
    assert kinds == {"王芳": "differs", "李强": "missing", "": "extra"}
    assert Difference.objects.get(kind="differs").parts == ["roles"]
    pushing.repair(run, by=admin)
    drain()
    again = pushing.reconcile(found, by=admin)
    compare(run=again.pk)
    assert Reconciliation.objects.unscoped("test").get(pk=again.pk).found == 1
    with pytest.raises(Conflict):
        pushing.repair(run, by=admin)


def test_comparing_with_a_broken_target_says_why(world, outside):
    found = target(world.hefei, outside.address)
    outside.become(Mood.BROKEN)
    run = pushing.reconcile(found, by=BY)
    compare(run=run.pk)
    run = Reconciliation.objects.unscoped("test").get(pk=run.pk)
    assert run.state == "failed" and "500" in run.trouble


def test_an_answer_that_shows_something_else_is_no_success(world, outside, monkeypatch):
    target(world.hefei, outside.address)
    grant(staff(world.shushan, "wangfang"), HANDLER, world.shushan)
    keep = simulated.Outside._keep

    def forgetful(self, users, mood, key, document, status):
        return keep(self, users, mood, key, {**document, UNION_USER: {}}, status)

    monkeypatch.setattr(simulated.Outside, "_keep", forgetful)
    drain()
    receipt = Receipt.objects.unscoped("test").get()
    assert receipt.outcome == Outcome.FAILED and "roles" in receipt.reason


def test_nothing_goes_to_a_private_host(world, settings):
    settings.OUTGOING_PRIVATE = ()
    target(world.hefei, "https://127.0.0.1:9/v2")
    grant(staff(world.shushan, "wangfang"), HANDLER, world.shushan)
    drain()
    receipt = Receipt.objects.unscoped("test").get()
    assert (receipt.outcome, receipt.status) == (Outcome.FAILED, None)
    assert "内网" in receipt.reason


FACTS = {
    "name": "门户网站",
    "keeper": "网络工作部",
    "address": "https://portal.example.cn/scim/v2/",
    "secret": "s3cret",
    "roles": [],
    "attributes": ["roles"],
}


def test_a_target_is_configured_by_one_and_approved_by_another(world):
    admin = world.actor("系统管理员", (SYSTEM_ADMIN, world.hefei))
    security = world.actor("安全管理员", (SECURITY_ADMIN, world.hefei))
    staff(world.shushan, "wangfang")
    found = provisioning.register_target(world.hefei, by=admin, **FACTS)
    assert (found.state, found.address) == (TargetState.WAITING, FACTS["address"].rstrip("/"))
    assert found.secret.reveal() == "s3cret"
    entry = Entry.objects.get(action="targets.register")
    assert "s3cret" not in str(entry.changes)
    todo = Todo.objects.get(target_id=str(found.pk), kind=provisioning.TARGETS)
    assert (todo.union_id, todo.permission) == (world.hefei.pk, "provisioning.approve")
    assert not items().exists()
    with pytest.raises(Forbidden):
        provisioning.approve_target(found, by=admin)
    provisioning.approve_target(found, by=security)
    assert items().get().state == ItemState.WAITING
    assert not Todo.objects.filter(kind=provisioning.TARGETS, done_at=None)
    with pytest.raises(Forbidden):
        provisioning.pause_target(found, by=security, reason="试")
    provisioning.pause_target(found, by=admin, reason="对方升级")
    assert pushing.claim(timezone.now()) is None
    provisioning.resume_target(found, by=admin, reason="升级完成")
    # A changed target waits again; another address never gets the former secret.
    moved = {**FACTS, "address": "https://evil.example.cn/scim", "secret": ""}
    with pytest.raises(Refusal, match="重新填写访问令牌"):
        provisioning.amend_target(found, by=admin, **moved)
    same = {**FACTS, "attributes": ["roles", "mobile"], "secret": ""}
    changed = provisioning.amend_target(found, by=admin, **same)
    assert changed.state == TargetState.WAITING
    assert changed.secret.reveal() == "s3cret"
    provisioning.close_target(changed, by=admin, reason="不再使用")
    assert Target.objects.unscoped("test").get().secret is None


@pytest.mark.parametrize(
    "address", ["ftp://a.cn", "http://portal.example.cn", "https://u:p@a.cn", "https://0x7f000001"]
)
def test_an_address_that_may_not_be_called_is_refused_at_once(world, address):
    admin = world.actor("系统管理员", (SYSTEM_ADMIN, world.hefei))
    with pytest.raises(Refusal), transaction.atomic():
        provisioning.register_target(world.hefei, by=admin, **{**FACTS, "address": address})
    with pytest.raises(Refusal, match="auditor"), transaction.atomic():
        provisioning.register_target(world.hefei, by=admin, **{**FACTS, "roles": ["auditor"]})


def test_other_cities_do_not_decide(world):
    found = target(world.hefei, state=TargetState.WAITING)
    other = world.actor("安全管理员", (SECURITY_ADMIN, world.wuhu))
    with pytest.raises(Forbidden):
        provisioning.approve_target(found, by=other)
