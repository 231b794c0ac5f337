"""Transfers: stages, refusals, who sees them, terms, and one active membership throughout."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gonghui.kernel.access.actor import Actor, platform
from gonghui.kernel.access.roles import APPROVER, HANDLER, VIEWER
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.base.workdays import workdays_between
from gonghui.kernel.notify.models import Message, Todo
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scope, raise_wall
from gonghui.kernel.people import memberships, persons
from gonghui.kernel.people.models import Membership, MembershipPast
from gonghui.kernel.testing import world as world_module
from gonghui.systems.mobilization.membership.actions import standing, transfers
from gonghui.systems.mobilization.membership.jobs.transfers import hurry_transfers
from gonghui.systems.mobilization.membership.models.transfers import (
    Lateness,
    Transfer,
    TransferState,
)
from gonghui.systems.mobilization.membership.queries.transfers import open_transfer
from gonghui.systems.mobilization.membership.rules import transfers as rules


@pytest.fixture
def member(world):
    return world.member(world.factory, "李建国")


@pytest.fixture
def cast(world, member):
    """Who takes part in a transfer from factory (Hefei) to mill (Wuhu)."""
    return {
        "member": world.actor("会员", person=member.person),
        "from_handler": world.actor("转出经办", (HANDLER, world.factory)),
        "from_approver": world.actor("转出审批", (APPROVER, world.factory)),
        "to_handler": world.actor("转入经办", (HANDLER, world.mill)),
        "to_approver": world.actor("转入审批", (APPROVER, world.mill)),
        "province": world.actor("省级审批", (APPROVER, world.province)),
        "elsewhere": world.actor("他县审批", (APPROVER, world.luyang), (HANDLER, world.luyang)),
    }


@pytest.fixture
def request_(world, member, cast):
    return transfers.apply(member, by=cast["member"], to_union=world.mill, reason="调往芜湖")


def now_at(member: Membership) -> Membership:
    return Membership.objects.unscoped("test").get(pk=member.pk)


def todo_places(transfer: Transfer) -> dict[str, int]:
    rows = Todo.objects.filter(target_id=str(transfer.pk), done_at=None)
    return dict(rows.values_list("kind", "union_id"))


def test_whole_way_keeps_the_membership_at_the_old_union_until_accepted(
    world, member, cast, request_, as_application
):
    assert request_.receipt.startswith("ZH")
    assert todo_places(request_) == {"transfer.release": world.factory.pk}
    raise_wall(Scope.everything())
    assert now_at(member).union_id == world.factory.pk
    released = transfers.release(request_, by=cast["from_approver"])
    assert released.state == TransferState.RELEASED
    assert todo_places(request_) == {"transfer.accept": world.mill.pk}
    raise_wall(Scope.everything())
    assert now_at(member).union_id == world.factory.pk
    accepted = transfers.accept(released, by=cast["to_approver"])
    raise_wall(Scope.everything())
    arrived = now_at(member)
    assert (accepted.state, arrived.union_id) == (TransferState.ACCEPTED, world.mill.pk)
    assert (arrived.number, arrived.status) == (member.number, "active")
    assert arrived.person.union_id == world.mill.pk
    assert todo_places(request_) == {}
    told = Message.objects.filter(recipient_person_id=member.person_id)
    assert set(told.values_list("template", flat=True)) == {
        "transfer.started",
        "transfer.released",
        "transfer.accepted",
    }


def test_releasing_and_receiving_unions_may_start_it_too(world, member, cast):
    sent = transfers.send(member, by=cast["from_handler"], to_union=world.mill, reason="单位分流")
    assert sent.starter == "from"
    transfers.withdraw(sent, by=cast["from_handler"])
    number = persons.reveal(member.person)["document_number"]
    called = transfers.call(
        world.mill,
        by=cast["to_handler"],
        name="李建国",
        document_number=number,
        reason="已在本厂就业",
    )
    assert (called.starter, called.union_id) == ("to", world.factory.pk)


def test_called_member_is_found_only_by_name_and_number_together(world, member, cast):
    number = persons.reveal(member.person)["document_number"]
    answers = set()
    for name, document in (("李建军", number), ("李建国", "11010519491231002X")):
        with pytest.raises(Refusal) as refused:
            transfers.call(
                world.mill, by=cast["to_handler"], name=name, document_number=document, reason="x"
            )
        answers.add((refused.value.message, refused.value.code))
    assert len(answers) == 1


def test_second_open_transfer_is_refused_and_the_database_is_the_last_guard(
    world, member, cast, request_
):
    with pytest.raises(Conflict, match=request_.receipt):
        transfers.send(member, by=cast["from_handler"], to_union=world.shop, reason="x")
    copy = Transfer.objects.unscoped("test").get(pk=request_.pk)
    copy.pk, copy.receipt = None, "ZH-other"
    with pytest.raises(IntegrityError, match="transfer_open_once"), transaction.atomic():
        copy.save(force_insert=True)


def test_nobody_releases_or_accepts_what_they_asked_or_what_is_theirs(world, member):
    both = world.actor("一人", (HANDLER, world.factory), (APPROVER, world.factory))
    sent = transfers.send(member, by=both, to_union=world.shop, reason="调动")
    with pytest.raises(Forbidden, match="自己提出"):
        transfers.release(sent, by=both)
    own = world.actor("本人审批", (APPROVER, world.jinggang), person=member.person)
    with pytest.raises(Forbidden, match="本人"):
        transfers.release(sent, by=own)
    other = world.actor("另一人", (APPROVER, world.factory))
    released = transfers.release(sent, by=other)
    with pytest.raises(Forbidden):
        transfers.accept(released, by=own)


def test_each_stage_is_refused_to_the_other_side_and_to_strangers(cast, request_):
    for who in ("to_approver", "elsewhere", "from_handler", "member"):
        with pytest.raises(Forbidden):
            transfers.release(request_, by=cast[who])
    released = transfers.release(request_, by=cast["from_approver"])
    for who in ("from_approver", "elsewhere", "to_handler", "member"):
        with pytest.raises(Forbidden):
            transfers.accept(released, by=cast[who])


def test_acceptance_before_release_is_refused(cast, request_):
    with pytest.raises(Refusal, match="尚未同意") as refused:
        transfers.accept(request_, by=cast["province"])
    assert refused.value.code == "not_released"


def test_refusal_needs_a_reason_and_frees_the_member(world, member, cast, request_):
    with pytest.raises(Refusal, match="理由"):
        transfers.refuse(request_, by=cast["from_approver"], reason=" ")
    transfers.refuse(request_, by=cast["from_approver"], reason="仍在本单位工作")
    assert open_transfer(member.pk) is None
    again = transfers.apply(member, by=cast["member"], to_union=world.mill, reason="再次申请")
    released = transfers.release(again, by=cast["from_approver"])
    transfers.refuse(released, by=cast["to_approver"], reason="查无此人")
    assert now_at(member).union_id == world.factory.pk


def test_only_the_side_that_asked_withdraws(world, member, cast, request_):
    for who in ("from_handler", "to_handler", "elsewhere", "province"):
        with pytest.raises(Forbidden):
            transfers.withdraw(request_, by=cast[who])
    transfers.withdraw(request_, by=cast["member"])
    sent = transfers.send(member, by=cast["from_handler"], to_union=world.mill, reason="分流")
    with pytest.raises(Forbidden):
        transfers.withdraw(sent, by=cast["to_handler"])
    transfers.withdraw(sent, by=cast["from_handler"])
    with pytest.raises(Conflict):
        transfers.release(request_, by=cast["from_approver"])


@pytest.mark.parametrize("status", ["withdrawn", "expelled", "deceased"])
def test_who_is_not_in_the_ranks_is_not_transferred(world, member, cast, status):
    memberships.change_status(member, status, on=world_module.TODAY, cause="51")
    with pytest.raises(Refusal, match="不能转会"):
        transfers.apply(member, by=cast["member"], to_union=world.mill, reason="x")


def test_transfer_to_the_same_or_a_closed_union_is_refused(world, member, cast):
    with pytest.raises(Refusal, match="不用转会"):
        transfers.apply(member, by=cast["member"], to_union=world.factory, reason="x")
    Union.objects.unscoped("test").filter(pk=world.shop.pk).update(status="closed")
    closed = Union.objects.unscoped("test").get(pk=world.shop.pk)
    with pytest.raises(Refusal, match="不能接收"):
        transfers.apply(member, by=cast["member"], to_union=closed, reason="x")


def test_acceptance_is_refused_when_the_membership_moved_meanwhile(world, member, cast, request_):
    released = transfers.release(request_, by=cast["from_approver"])
    memberships.transfer(now_at(member), world.shop, on=world_module.TODAY, cause="24")
    with pytest.raises(Conflict, match="与申请时不同"):
        transfers.accept(released, by=cast["to_approver"])


def test_death_ends_the_transfer_and_other_changes_wait(world, member, cast, request_):
    with pytest.raises(Refusal, match=request_.receipt):
        standing.retain(
            member, by=cast["from_handler"], cause="31", on=world_module.TODAY, remark=""
        )
    standing.decease(
        member, by=cast["from_handler"], died_on=world_module.TODAY, evidence="死亡证明"
    )
    assert open_transfer(member.pk) is None


# Terms


def run_late(transfer: Transfer) -> Transfer:
    yesterday = timezone.localdate() - timedelta(days=1)
    Transfer.objects.unscoped("test").filter(pk=transfer.pk).update(due_on=yesterday)
    hurry_transfers()
    return Transfer.objects.unscoped("test").get(pk=transfer.pk)


def test_silence_takes_it_to_the_common_superior_and_then_further(world, member, cast):
    request = transfers.apply(
        member, by=cast["member"], to_union=world.factory_b, reason="调往庐阳"
    )
    assert request.superior == world.hefei
    city = world.actor("市级审批", (APPROVER, world.hefei))
    late = run_late(request)
    assert late.lateness == Lateness.ESCALATED
    assert workdays_between(timezone.localdate(), late.due_on) == 15
    assert todo_places(request) == {
        "transfer.release": world.factory.pk,
        "transfer.stead": world.hefei.pk,
    }
    assert hurry_transfers() == 0
    overdue = run_late(request)
    assert overdue.lateness == Lateness.OVERDUE
    assert todo_places(request)["transfer.overdue"] == world.province.pk
    Transfer.objects.unscoped("test").update(due_on=date(2020, 1, 1))
    assert hurry_transfers() == 0
    released = transfers.release(overdue, by=city)
    assert released.released_in_stead
    assert todo_places(request) == {"transfer.accept": todo_places(request)["transfer.accept"]}


def test_a_union_without_cadres_has_its_superiors_decide(world, member):
    street = world.actor("镇审批", (APPROVER, world.jinggang))
    request = transfers.apply(
        member,
        by=world.actor("会员", person=member.person),
        to_union=world.shop,
        reason="调动",
    )
    assert todo_places(request) == {"transfer.release": world.jinggang.pk}
    assert transfers.release(request, by=street).released_in_stead


def test_only_the_platform_hurries(cast, request_):
    with pytest.raises(Forbidden):
        transfers.hurry(request_, by=cast["province"], today=timezone.localdate())
    unchanged = transfers.hurry(request_, by=platform("x"), today=timezone.localdate())
    assert unchanged.lateness == Lateness.IN_TERM


@given(st.integers(0, 5), st.integers(0, 4), st.integers(0, 4))
def test_common_superior_is_the_nearest_above_both(shared, more, other_more):
    top = "".join(f"{n}." for n in range(1, shared + 1))
    path = top + "".join(f"{n}." for n in range(100, 101 + more))
    other = top + "".join(f"{n}." for n in range(200, 201 + other_more))
    assert rules.common_superior(path, other) == (shared or None)
    assert rules.common_superior(path, path + "300.") == (
        100 + more - 1 if more else shared or None
    )


# Who sees it


def sign_in(world, *grants, person=None) -> Client:
    client = Client()
    client.force_login(world.user("用户", *grants, person=person))
    return client


def test_both_sides_and_superiors_see_it_and_no_others(world, request_, as_application):
    seen = {
        "factory": 200,
        "jinggang": 200,
        "mill": 200,
        "jinghu": 200,
        "province": 200,
        "luyang": 403,
        "shop": 403,
        "railway": 403,
    }
    for key, status in seen.items():
        client = sign_in(world, (VIEWER, world.unions[key]))
        for address in ("/w/transfers/%s/", "/api/v1/transfers/%s/"):
            assert client.get(address % request_.pk).status_code == status, key
        listed = request_.receipt in client.get("/w/transfers/").content.decode()
        assert listed == (status == 200), key


def test_other_county_cannot_take_a_step_by_page_or_api(world, member, request_, as_application):
    client = sign_in(world, (APPROVER, world.luyang), (HANDLER, world.luyang))
    for slug in ("release", "accept", "refuse", "withdraw"):
        data = {"reason": "越权", "opinion": ""}
        page = client.post(f"/w/transfers/{request_.pk}/{slug}/", data)
        answer = client.post(
            f"/api/v1/transfers/{request_.pk}/{slug}/", data, content_type="application/json"
        )
        assert (page.status_code, answer.status_code) == (403, 403)
    raise_wall(Scope.everything())
    assert Transfer.objects.unscoped("test").get(pk=request_.pk).state == "requested"


def test_pages_carry_it_all_the_way(world, member, as_application):
    number = persons.reveal(member.person)["document_number"]
    asking = sign_in(world, (HANDLER, world.mill))
    page = asking.post(
        "/w/transfers/new/call/",
        {
            "union": world.mill.name,
            "name": "李建国",
            "document_number": number,
            "reason": "已就业",
        },
    )
    assert page.status_code == 302, page.content.decode()
    raise_wall(Scope.everything())
    found = Transfer.objects.unscoped("test").get()
    letting = sign_in(world, (APPROVER, world.factory))
    text = letting.get(f"/w/transfers/{found.pk}/").content.decode()
    assert "同意转出" in text and "接收转入" not in text
    assert letting.post(f"/w/transfers/{found.pk}/release/", {"opinion": ""}).status_code == 302
    taking = sign_in(world, (APPROVER, world.mill))
    assert taking.post(f"/w/transfers/{found.pk}/accept/", {"opinion": ""}).status_code == 302
    raise_wall(Scope.everything())
    assert now_at(member).union_id == world.mill.pk


# Two at once


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("stage", ["release", "accept"])
def test_two_at_once_one_wins_and_the_other_is_told_by_whom(transactional_db, stage):
    with transaction.atomic():
        world = world_module.build()
        member = world.member(world.factory, "李建国")
        request = transfers.apply(
            member,
            by=world.actor("会员", person=member.person),
            to_union=world.mill,
            reason="调动",
        )
        if stage == "accept":
            request = transfers.release(request, by=world.actor("甲", (APPROVER, world.factory)))
        union = world.factory if stage == "release" else world.mill
        rivals = [world.actor(name, (APPROVER, union)) for name in ("张三", "李四")]
    verb = getattr(transfers, stage)
    results: list[object] = []
    gate = threading.Barrier(2)

    def decide(by: Actor) -> None:
        try:
            gate.wait()
            results.append(verb(request, by=by))
        except Refusal as refusal:
            results.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=decide, args=(by,)) for by in rivals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    told = [result for result in results if isinstance(result, Conflict)]
    assert len(results) == 2 and len(told) == 1
    winner = next(by.name for by in rivals if by.name in told[0].message)
    stored = Transfer.objects.unscoped("test").get(pk=request.pk)
    assert winner in (stored.released_by_name, stored.closed_by_name)


# One membership at any moment

VERBS = ("apply", "send", "call", "release", "accept", "refuse", "withdraw", "retain", "restore")


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.tuples(st.sampled_from(VERBS), st.integers(0, 2)), min_size=4, max_size=14))
def test_one_active_membership_under_any_sequence(world, sequence):
    raise_wall(Scope.everything())
    point = transaction.savepoint()
    try:
        unions = [world.factory, world.mill, world.factory_b]
        member = world.member(world.factory)
        number = persons.reveal(member.person)["document_number"]
        asker = world.actor("经办", (HANDLER, world.province))
        decider = world.actor("审批", (APPROVER, world.province))
        for verb, at in sequence:
            current = now_at(member)
            transfer = open_transfer(member.pk)
            try:
                with transaction.atomic():
                    step(verb, current, transfer, unions[at], number, asker, decider)
            except Refusal:
                pass
            raise_wall(Scope.everything())
            check_one_life(member)
    finally:
        transaction.savepoint_rollback(point)


def step(verb, member, transfer, union, number, asker, decider):
    today = timezone.localdate()
    if verb == "apply":
        own = Actor(user_id=None, person_id=member.person_id, name="会员")
        transfers.apply(member, by=own, to_union=union, reason="x")
    elif verb == "send":
        transfers.send(member, by=asker, to_union=union, reason="x")
    elif verb == "call":
        transfers.call(union, by=asker, name=member.name, document_number=number, reason="x")
    elif verb == "retain":
        standing.retain(member, by=asker, cause="31", on=today)
    elif verb == "restore":
        standing.restore(member, by=asker, on=today)
    elif transfer is not None:
        who = asker if verb == "withdraw" else decider
        extra = {"reason": "x"} if verb in ("refuse", "withdraw") else {}
        getattr(transfers, verb)(transfer, by=who, **extra)


def check_one_life(member: Membership) -> None:
    """One membership, the number unchanged, the past without gaps or overlaps."""
    rows = Membership.objects.unscoped("test").filter(person_id=member.person_id)
    found = rows.get()
    assert found.number == member.number
    past = list(MembershipPast.objects.unscoped("test").filter(membership=found).order_by("pk"))
    ends = [member.joined_on, *(row.valid_to for row in past)]
    starts = [*(row.valid_from for row in past), found.since]
    assert ends == starts
