"""Granting: separation, who may grant, two in the province, two at once, what is told."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone

from gonghui.kernel.access import granting
from gonghui.kernel.access.actor import platform
from gonghui.kernel.access.loading import held_grants
from gonghui.kernel.access.models import Grant
from gonghui.kernel.access.roles import (
    ADMINISTRATORS,
    APPROVER,
    AUDITOR,
    GRANTABLE,
    HANDLER,
    SECURITY_ADMIN,
    SYSTEM_ADMIN,
    VIEWER,
    WORKER,
)
from gonghui.kernel.audit.models import Entry
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.bus.models import Outbox
from gonghui.kernel.org.scoping import Scope, raise_wall
from gonghui.kernel.security.models import SecurityEvent
from gonghui.kernel.testing import world as worlds

BUSINESS = (HANDLER, APPROVER, VIEWER)
OPENING = platform("测试", "cli")


def give(user, role, union, by=OPENING, **facts):
    facts.setdefault("on", timezone.localdate())
    return granting.grant(user, role, union, by=by, reason="测试授权", **facts)


@pytest.mark.parametrize("role", GRANTABLE, ids=lambda role: role.code)
@pytest.mark.parametrize("other", GRANTABLE, ids=lambda role: role.code)
def test_administrators_meet_no_other_role(role, other):
    """The table of which roles may stand beside each other."""
    apart = role != other and (role in ADMINISTRATORS or other in ADMINISTRATORS)
    if apart:
        with pytest.raises(Refusal) as refused:
            granting.check_separation(role, [other.code])
        assert refused.value.code == "separation"
    else:
        granting.check_separation(role, [other.code])


@pytest.mark.django_db
class TestGrant:
    def test_holds_from_its_day_to_its_day(self, world):
        user, today = world.user("王芳"), timezone.localdate()
        until = today + timedelta(days=3)
        give(user, HANDLER, world.shushan, on=today + timedelta(days=1), until=until)
        held = [bool(held_grants(user, today + timedelta(days=n))) for n in range(6)]
        assert held == [False, True, True, True, False, False]

    @pytest.mark.parametrize("first", ADMINISTRATORS, ids=lambda role: role.code)
    @pytest.mark.parametrize("second", (*ADMINISTRATORS, HANDLER), ids=lambda role: role.code)
    def test_no_second_role_beside_an_administrators(self, world, first, second):
        user = world.user("王芳")
        give(user, first, world.hefei)
        if first == second:
            give(user, second, world.wuhu)
            return
        with pytest.raises(Refusal, match="不能同时担任"):
            give(user, second, world.wuhu)
        assert Grant.objects.unscoped("test").filter(user=user).count() == 1

    def test_a_role_yet_to_begin_counts_and_one_that_is_over_does_not(self, world):
        user, today = world.user("王芳"), timezone.localdate()
        give(user, HANDLER, world.hefei, on=today + timedelta(days=9))
        with pytest.raises(Refusal, match="不能同时担任"):
            give(user, AUDITOR, world.hefei)
        Grant.objects.unscoped("test").update(
            valid_from=today - timedelta(days=9), valid_to=today - timedelta(days=1)
        )
        give(user, AUDITOR, world.hefei)

    def test_once_while_it_stands_again_when_it_is_over(self, world):
        user, today = world.user("王芳"), timezone.localdate()
        first = give(user, HANDLER, world.hefei, until=today)
        with pytest.raises(Conflict, match="已有经办人权限"):
            give(user, HANDLER, world.hefei)
        Grant.objects.unscoped("test").update(
            valid_from=today - timedelta(days=9), valid_to=today - timedelta(days=1)
        )
        give(user, HANDLER, world.hefei)
        first = Grant.objects.unscoped("test").get(pk=first.pk)
        assert first.ended_at is not None

    def test_refuses_what_cannot_be(self, world):
        user, today = world.user("王芳"), timezone.localdate()
        with pytest.raises(Refusal, match="不是可以授予的角色"):
            give(user, WORKER, world.hefei)
        with pytest.raises(Refusal, match="截止日期"):
            give(user, HANDLER, world.hefei, until=today - timedelta(days=1))
        world.mill.status = "closed"
        with pytest.raises(Refusal, match="已撤并"):
            give(user, HANDLER, world.mill)
        user.status, user.is_active = "closed", False
        user.save()
        with pytest.raises(Refusal, match="已停用或注销"):
            give(user, HANDLER, world.hefei)

    def test_who_may_grant(self, world):
        user = world.user("王芳")
        county = world.actor("县安全员", (SECURITY_ADMIN, world.shushan))
        made = give(user, HANDLER, world.factory, by=county)
        assert made.granted_by_id == county.user_id
        for union in (world.luyang, world.hefei, world.jinghu):
            with pytest.raises(Forbidden):
                give(user, HANDLER, union, by=county)
        for role in (SYSTEM_ADMIN, AUDITOR, APPROVER):
            other = world.actor("某人", (role, world.hefei))
            with pytest.raises(Forbidden):
                give(user, VIEWER, world.factory, by=other)

    def test_nobody_grants_to_themself(self, world):
        security = world.actor("安全员", (SECURITY_ADMIN, world.hefei))
        own = Grant.objects.unscoped("test").get(user_id=security.user_id)
        with pytest.raises(Forbidden, match="自己的权限"):
            give(own.user, SECURITY_ADMIN, world.shushan, by=security)
        with pytest.raises(Forbidden, match="自己的权限"):
            granting.revoke(own, by=security, reason="测试")
        with pytest.raises(Forbidden, match="自己的权限"):
            granting.extend(own, until=None, by=security, reason="测试")

    @pytest.mark.parametrize("role", ADMINISTRATORS, ids=lambda role: role.code)
    def test_an_administrator_is_appointed_from_above(self, world, role):
        user = world.user("王芳")
        county = world.actor("县安全员", (SECURITY_ADMIN, world.shushan))
        city = world.actor("市安全员", (SECURITY_ADMIN, world.hefei))
        with pytest.raises(Forbidden, match="上级工会"):
            give(user, role, world.shushan, by=county)
        made = give(user, role, world.shushan, by=city)
        with pytest.raises(Forbidden, match="上级工会"):
            granting.revoke(made, by=county, reason="测试")
        granting.revoke(made, by=city, reason="测试")

    def test_an_administrator_of_the_province_takes_two(self, world):
        user = world.user("王芳")
        one = world.actor("安全员一", (SECURITY_ADMIN, world.province))
        two = world.actor("安全员二", (SECURITY_ADMIN, world.province))
        outside = world.actor("市安全员", (SECURITY_ADMIN, world.hefei))
        with pytest.raises(Refusal) as refused:
            give(user, AUDITOR, world.province, by=one)
        assert refused.value.code == "second_needed"
        with pytest.raises(Forbidden):
            give(user, AUDITOR, world.province, by=one, first=one)
        with pytest.raises(Forbidden):
            give(user, AUDITOR, world.province, by=one, first=outside)
        made = give(user, AUDITOR, world.province, by=two, first=one)
        assert made.granted_by_id == one.user_id
        with pytest.raises(Refusal, match="一人延长"):
            granting.extend(made, until=None, by=one, reason="测试")
        granting.revoke(made, by=one, reason="异常，先行收回")

    @pytest.mark.parametrize("source", [granting.POST, granting.DELEGATION, granting.PROVISIONED])
    def test_no_administrator_by_way_of_a_post(self, world, source):
        user = world.user("王芳")
        by = world.actor("系统员", (SYSTEM_ADMIN, world.hefei))
        with pytest.raises(Refusal, match="只能由安全管理员直接授予"):
            give(user, AUDITOR, world.hefei, by=by, source=source, source_id=1)

    def test_what_is_told(self, world):
        user = world.user("王芳")
        by = world.actor("安全员", (SECURITY_ADMIN, world.hefei))
        made = give(user, HANDLER, world.shushan, by=by, until=date(2030, 1, 1))
        granting.extend(made, until=None, by=by, reason="继续")
        granting.revoke(made, by=by, reason="离岗")
        with pytest.raises(Conflict, match="已经收回"):
            granting.revoke(made, by=by, reason="离岗")
        entries = Entry.objects.filter(target_type="access.grant", target_id=str(made.pk))
        told = list(entries.order_by("id").values_list("action_name", "actor_name", "reason"))
        assert told == [
            ("授予权限", "安全员", "测试授权"),
            ("延长权限", "安全员", "继续"),
            ("收回权限", "安全员", "离岗"),
        ]
        events = SecurityEvent.objects.filter(kind="rights_changed", user_id=user.pk)
        assert [event.facts["change"] for event in events.order_by("id")] == [
            "granted",
            "extended",
            "revoked",
        ]
        assert {event.facts["by"] for event in events} == {by.user_id}
        published = Outbox.objects.filter(type=granting.CHANGED, subject=f"user/{user.pk}")
        assert published.count() == 3

    def test_leaving_ends_all_business_below(self, world):
        user = world.user("王芳", (HANDLER, world.factory), (VIEWER, world.mill))
        ended = granting.revoke_leaver(user, by=OPENING, reason="调动", below=world.hefei.path)
        assert [item.union_id for item in ended] == [world.factory.pk]
        assert len(granting.revoke_leaver(user, by=OPENING, reason="离任")) == 1


@pytest.mark.django_db(transaction=True)
def test_two_at_once_cannot_make_one_both_administrator_and_handler():
    """Both wait for the user's row; the second sees what the first gave."""
    from django.db import transaction

    with transaction.atomic():
        world = worlds.build()
        user = world.user("王芳")
    started = threading.Barrier(2)
    results: list[str] = []

    def one(role):
        try:
            started.wait(5)
            with transaction.atomic():
                raise_wall(Scope.everything())
                give(user, role, world.hefei)
            results.append("granted")
        except Refusal as refusal:
            results.append(refusal.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=(role,)) for role in (AUDITOR, HANDLER)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(results) == ["granted", "separation"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM access_grant WHERE user_id = %s", [user.pk])
        assert cursor.fetchone() == (1,)
