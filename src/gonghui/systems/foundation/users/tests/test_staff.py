"""Accounts: opening, suspending, resetting, requested changes, what is left over, import."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from gonghui.kernel.access.roles import HANDLER, SECURITY_ADMIN, SYSTEM_ADMIN, VIEWER
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.exchange import batches
from gonghui.kernel.identity.models import Invitation, Session, User
from gonghui.kernel.notify.models import Todo
from gonghui.systems.foundation.users.actions import staff as actions
from gonghui.systems.foundation.users.jobs.importing import STAFF_IMPORT
from gonghui.systems.foundation.users.models import Staff, Tenure
from gonghui.systems.foundation.users.queries import staff as queries
from gonghui.systems.foundation.users.rules import staff as rules
from gonghui.systems.foundation.users.tests import makers

pytestmark = pytest.mark.django_db
WHY = {"reason": "测试办理"}


def opened(union, by, **facts):
    facts = {"username": "shushan-lina", "name": "李娜", **facts}
    return actions.open_user(union, by=by, **facts)


def test_an_opened_account_waits_for_its_holder(world, system):
    staff = opened(world.shushan, system, number="A7", title="干事")
    assert (staff.standing, staff.user.is_active) == ("invited", False)
    assert staff.invitation.startswith("/account/activate/")
    assert Invitation.objects.filter(user=staff.user, used_at=None).count() == 1
    again = actions.invite(staff, by=system)
    assert again.invitation != staff.invitation
    assert Invitation.objects.filter(user=staff.user, used_at=None).count() == 1


def test_names_and_numbers_are_used_once(world, system):
    opened(world.shushan, system, number="A7")
    with pytest.raises(Conflict, match="已被使用"):
        opened(world.shushan, system)
    with pytest.raises(Conflict, match="已有工号"):
        opened(world.shushan, system, username="another", number="A7")
    opened(world.luyang, system, username="another", number="A7")


def test_only_the_system_administrator_of_the_place_opens(world, system, security, acting, staff):
    for by in (security, acting(staff(world.hefei, (HANDLER, world.hefei)))):
        with pytest.raises(Forbidden):
            opened(world.shushan, by)
    with pytest.raises(Forbidden):
        opened(world.jinghu, system)
    assert not User.objects.filter(username="shushan-lina").exists()


def test_suspended_and_reopened(world, system, staff, client_of):
    one = staff(world.shushan, (HANDLER, world.shushan))
    client = client_of(one)
    assert client.get("/w/memberships/").status_code == 200
    actions.suspend(one, by=system, **WHY)
    assert client.get("/w/memberships/").status_code in {302, 403}
    assert not Session.objects.filter(user=one.user, ended_at=None).exists()
    one.refresh_from_db()
    with pytest.raises(Conflict, match="已停用"):
        actions.suspend(one, by=system, **WHY)
    actions.reopen(one, by=system, **WHY)
    assert User.objects.get(pk=one.user_id).is_active


def test_nobody_treats_the_own_account_nor_an_administrators(world, system, staff, acting):
    own = Staff.objects.unscoped("test").get(user_id=system.user_id)
    with pytest.raises(Forbidden, match="自己的账号"):
        actions.suspend(own, by=system, **WHY)
    other = staff(world.hefei, (SECURITY_ADMIN, world.shushan))
    with pytest.raises(Refusal, match="管理员权限"):
        actions.suspend(other, by=system, **WHY)


def test_resetting_is_for_the_security_administrator(world, system, security, staff):
    one = staff(world.shushan, (HANDLER, world.shushan))
    with pytest.raises(Forbidden):
        actions.reset(one, by=system, **WHY)
    found = actions.reset(one, by=security, **WHY)
    assert found.invitation.startswith("/account/activate/")
    assert not User.objects.get(pk=one.user_id).has_usable_password()
    actions.unlock(one, by=security, **WHY)
    with pytest.raises(Refusal, match="请选择"):
        actions.reset(one, by=security, password=False, factors=False, **WHY)


class TestChange:
    def test_asked_decided_and_told(self, world, system, staff, acting):
        one = staff(world.shushan, (HANDLER, world.shushan))
        me = acting(one)
        change = actions.ask_change(one, by=me, title="主任", name="张敏")
        assert change.wanted == {"title": "主任"}
        todo = Todo.objects.get(target_type=actions.TARGET, done_at=None)
        assert todo.union_id == world.hefei.pk
        with pytest.raises(Conflict, match="待核实"):
            actions.ask_change(one, by=me, title="副主任")
        actions.accept_change(change, by=system)
        one.refresh_from_db()
        assert (one.title, one.user.title) == ("主任", "主任")
        assert not Todo.objects.filter(target_type=actions.TARGET, done_at=None).exists()
        with pytest.raises(Conflict, match="核实过"):
            actions.refuse_change(change, by=system, answer="不符")

    def test_only_of_oneself(self, world, staff, acting):
        one = staff(world.shushan, (HANDLER, world.shushan))
        with pytest.raises(Forbidden, match="本人"):
            actions.ask_change(one, by=acting(staff(world.shushan)), title="主任")
        with pytest.raises(Refusal, match="没有要变更"):
            actions.ask_change(one, by=acting(one), title="")


@pytest.mark.parametrize(
    ("posts", "grants", "last", "opened_on", "active", "found"),
    [
        (1, 1, date(2026, 11, 1), date(2020, 1, 1), True, []),
        (0, 1, date(2026, 11, 1), date(2020, 1, 1), True, []),
        (1, 0, date(2026, 11, 1), date(2020, 1, 1), True, []),
        (0, 0, date(2026, 11, 1), date(2020, 1, 1), True, ["no_post", "no_grant"]),
        (1, 1, None, date(2026, 11, 1), True, []),
        (1, 1, None, date(2026, 1, 1), True, ["never"]),
        (1, 1, date(2026, 1, 1), date(2020, 1, 1), True, ["idle"]),
        (1, 1, date(2026, 11, 1), date(2020, 1, 1), False, ["union_gone"]),
    ],
)
def test_what_is_left_over(posts, grants, last, opened_on, active, found):
    assert found == rules.orphaned(
        posts=posts,
        grants=grants,
        last_login=last,
        opened_on=opened_on,
        union_active=active,
        today=date(2026, 11, 20),
        idle_days=180,
    )


def test_left_over_accounts_of_the_range_in_two_queries(
    world, system, staff, django_assert_num_queries
):
    lost = staff(world.shushan)
    staff(world.jinghu)
    used = makers.tenure(world, world.factory).staff
    User.objects.filter(pk=used.user_id).update(last_login=timezone.now())
    with django_assert_num_queries(2):
        found = queries.left_over(system, timezone.localdate())
    listed = {item.pk: reasons for item, reasons in found}
    assert listed[lost.pk] == ["no_post", "no_grant", "never"]
    assert used.pk not in listed
    assert not {item.union_id for item, _ in found} & {world.jinghu.pk}


def test_import_keeps_good_rows_and_gives_bad_ones_back(world, system):
    makers.post(world, world.shushan, title="组织干事")
    text = (
        "姓名,用户名,手机号码,所属工会,职务,岗位\n"
        f"李娜,lina-1,13900000001,{world.shushan.name},干事,组织干事\n"
        f"王,wang-1,,{world.shushan.name},,\n"
        f"赵云,zhaoyun-1,,{world.jinghu.name},,\n"
        f"钱进,qianjin-1,,{world.shushan.name},,没有的岗位\n"
        "孙立,sunli-1,12345,,,\n"
        "周全,zhouquan-1,,,会计,\n"
    )

    def run():
        batch = batches.receive(
            iter([text.encode()]),
            filename="用户.csv",
            profile=STAFF_IMPORT,
            union=world.hefei,
            by=system,
        )
        return batches.run_here(batch, by=system, report=lambda batch: None)

    batch = run()
    assert (batch.good, batch.bad) == (2, 4), batch.error
    made = Staff.objects.unscoped("test").get(user__username="lina-1")
    assert (made.union_id, made.title, made.source) == (world.shushan.pk, "干事", "imported")
    assert Tenure.objects.unscoped("test").filter(staff=made).count() == 1
    assert Staff.objects.unscoped("test").get(user__username="zhouquan-1").union == world.hefei
    assert not User.objects.filter(username="qianjin-1").exists()
    again = run()
    assert (again.good, again.unchanged, again.bad) == (0, 2, 4)


class TestPages:
    def test_lists_show_the_own_range(self, world, staff, client_of, system):
        staff(world.shushan, name="蜀山甲")
        far = staff(world.jinghu, name="镜湖乙")
        page = client_of(system).get("/w/staff/").content.decode()
        assert "蜀山甲" in page
        assert "镜湖乙" not in page
        assert client_of(system).get(f"/w/staff/{far.pk}/").status_code == 403
        assert client_of(system).get(f"/api/v1/staff/{far.pk}/").status_code == 403

    def test_left_over_page_and_picker(self, world, staff, client_of, system, security):
        staff(world.shushan, name="闲置人")
        page = client_of(system).get("/users/left-over/")
        assert "闲置人" in page.content.decode()
        assert "闲置人" in client_of(security).get("/pick/staff/?q=闲置").content.decode()
        viewer = staff(world.shushan, (VIEWER, world.shushan))
        for path in ("/users/left-over/", "/pick/staff/?q=闲", "/pick/posts/?q=岗"):
            assert client_of(viewer).get(path).status_code == 403

    def test_open_by_the_form(self, world, system, client_of):
        answer = client_of(system).post(
            "/w/staff/new/open/",
            {"union": world.shushan.pk, "name": "李娜", "username": "lina"},
            follow=True,
        )
        assert "请把激活链接转交本人" in answer.content.decode()
        found = Staff.objects.unscoped("test").get(user__username="lina")
        refused = client_of(system).post(
            "/api/v1/staff/new/open/",
            {"union": world.jinghu.pk, "name": "李娜", "username": "lina2"},
            content_type="application/json",
        )
        assert refused.status_code in {403, 422}
        assert not User.objects.filter(username="lina2").exists()
        assert found.opened_on == timezone.localdate()

    def test_system_administrator_of_another_city(self, world, staff, acting, client_of):
        one = staff(world.shushan, (HANDLER, world.shushan))
        other = acting(staff(world.wuhu, (SYSTEM_ADMIN, world.wuhu)))
        for slug in ("suspend", "amend", "leave", "close"):
            answer = client_of(other).post(f"/w/staff/{one.pk}/{slug}/", {"reason": "测试"})
            assert answer.status_code == 403


def test_an_account_with_a_term_is_suspended_after_it(world, system):
    staff = opened(world.shushan, system, closes_on=timezone.localdate() - timedelta(days=1))
    from gonghui.kernel.identity import accounts

    assert accounts.suspend_due(timezone.localdate()) == 1
    staff = Staff.objects.unscoped("test").get(pk=staff.pk)
    assert staff.standing == "suspended"
