"""Posts: rights follow them in, between and out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from gonghui.kernel.access.granting import in_force
from gonghui.kernel.access.models import Grant
from gonghui.kernel.access.roles import AUDITOR, HANDLER, SECURITY_ADMIN, VIEWER
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.identity.models import User
from gonghui.kernel.notify.models import Todo
from gonghui.kernel.notify.todos import open_todo
from gonghui.systems.foundation.users.actions import posts as actions
from gonghui.systems.foundation.users.jobs import rights as jobs
from gonghui.systems.foundation.users.models import Post, Staff, Tenure
from gonghui.systems.foundation.users.tests import makers

pytestmark = pytest.mark.django_db
WHY = {"reason": "工作需要"}


def today():
    return timezone.localdate()


def rights(staff):
    rows = in_force(Grant.objects.unscoped("test"), today()).filter(user_id=staff.user_id)
    return sorted(rows.values_list("role", "union_id", "source"))


@pytest.fixture
def post(world):
    return makers.post(world, world.shushan, title="组织干事", roles=["handler", "approver"])


def take(post, staff, by, **facts):
    return actions.appoint(post, by=by, staff=staff.pk, from_on=today(), **facts)


class TestTaking:
    def test_rights_come_with_the_post_and_go_with_it(self, world, post, staff, system):
        one = staff(world.shushan)
        until = today() + timedelta(days=90)
        tenure = take(post, one, system, until_on=until, document="皖工干〔2026〕3号")
        assert rights(one) == [
            ("approver", world.shushan.pk, "post"),
            ("handler", world.shushan.pk, "post"),
        ]
        ends = Grant.objects.unscoped("test").filter(source="post").values_list("valid_to")
        assert {day for (day,) in ends} == {until}
        post.refresh_from_db()
        assert post.holders == 1
        actions.end(tenure, by=system, **WHY)
        assert rights(one) == []
        post = Post.objects.unscoped("test").get(pk=post.pk)
        assert post.holders == 0
        with pytest.raises(Conflict, match="办理过离岗"):
            actions.end(tenure, by=system, **WHY)

    def test_refusals(self, world, post, staff, system, security):
        one = staff(world.shushan)
        with pytest.raises(Forbidden):
            take(post, one, security)
        own = Staff.objects.unscoped("test").get(user_id=system.user_id)
        with pytest.raises(Forbidden, match="自己"):
            take(post, own, system)
        far = staff(world.jinghu)
        with pytest.raises(Refusal, match="管理范围"):
            take(post, far, system)
        take(post, one, system)
        with pytest.raises(Conflict, match="已在这个岗位"):
            take(post, one, system)
        take(post, staff(world.shushan), system)
        with pytest.raises(Conflict, match="已满"):
            take(post, staff(world.shushan), system)
        with pytest.raises(Refusal, match="不能同时担任"):
            take(
                makers.post(world, world.luyang),
                staff(world.luyang, (AUDITOR, world.luyang)),
                system,
            )

    def test_the_post_of_another_county_is_refused(self, world, staff, system):
        with pytest.raises(Forbidden):
            take(makers.post(world, world.jinghu), staff(world.shushan), system)


class TestRoles:
    def test_holders_gain_and_lose_at_once(self, world, post, staff, system, security):
        one = staff(world.shushan)
        take(post, one, system)
        actions.set_roles(post, by=security, roles=["viewer", "handler"], **WHY)
        assert [role for role, *_ in rights(one)] == ["handler", "viewer"]

    def test_only_security_and_never_an_administrators(self, world, post, system, security):
        with pytest.raises(Forbidden):
            actions.set_roles(post, by=system, roles=["viewer"], **WHY)
        with pytest.raises(Refusal, match="管理员权限"):
            actions.set_roles(post, by=security, roles=["auditor"], **WHY)

    def test_a_template_makes_posts_where_they_are_missing(self, world, system, security):
        template = actions.create_template(
            world.hefei, by=system, kind="30", title="普查专员", headcount=2
        )
        actions.set_template_roles(template, by=security, roles=["handler"], **WHY)
        template.refresh_from_db()
        assert actions.apply_template(template, by=system).made == 2
        assert actions.apply_template(template, by=system).made == 0
        made = Post.objects.unscoped("test").filter(title="普查专员")
        assert {item.union_id for item in made} == {world.shushan.pk, world.luyang.pk}
        assert {tuple(item.roles) for item in made} == {("handler",)}

    def test_a_held_post_is_not_abolished_nor_cut(self, world, post, staff, system):
        take(post, staff(world.shushan), system)
        take(post, staff(world.shushan), system)
        with pytest.raises(Refusal, match="还有 2 人"):
            actions.abolish(post, by=system, **WHY)
        with pytest.raises(Refusal, match="不能少于"):
            actions.amend(post, by=system, title="干事", headcount=1)


class TestMoving:
    def test_nothing_old_goes_along_into_another_union(self, world, post, staff, system):
        one = staff(world.shushan, (VIEWER, world.shushan))
        tenure = take(post, one, system)
        new = makers.post(world, world.luyang, title="权益干事")
        actions.transfer(tenure, by=system, post=new.pk, from_on=today(), **WHY)
        assert rights(one) == [("handler", world.luyang.pk, "post")]
        one.refresh_from_db()
        assert (one.union_id, one.org_path) == (world.luyang.pk, world.luyang.path)

    def test_within_the_union_other_rights_stay(self, world, post, staff, system):
        one = staff(world.shushan, (VIEWER, world.shushan))
        tenure = take(post, one, system)
        new = makers.post(world, world.shushan, title="权益干事", roles=["approver"])
        actions.transfer(tenure, by=system, post=new.pk, from_on=today(), **WHY)
        assert rights(one) == [
            ("approver", world.shushan.pk, "post"),
            ("viewer", world.shushan.pk, "direct"),
        ]

    def test_out_of_the_range_is_refused_and_changes_nothing(self, world, post, staff, system):
        one = staff(world.shushan)
        tenure = take(post, one, system)
        far = makers.post(world, world.jinghu)
        with pytest.raises(Refusal, match="管理范围"):
            actions.transfer(tenure, by=system, post=far.pk, from_on=today(), **WHY)
        assert len(rights(one)) == 2

    def test_open_todos_are_handed_over(self, world, post, staff, system):
        one, next_one = staff(world.shushan), staff(world.shushan)
        tenure = take(post, one, system)
        open_todo(
            kind="test",
            target_type="test",
            target_id=1,
            title="办一件事",
            link="/",
            assignee_user_id=one.user_id,
        )
        actions.end(tenure, by=system, hand_to=next_one.user_id, **WHY)
        assert Todo.objects.get(target_type="test").assignee_user_id == next_one.user_id


class TestLeaving:
    def test_posts_rights_and_account_end(self, world, post, staff, system):
        one = staff(world.shushan, (VIEWER, world.factory))
        take(post, one, system)
        actions.leave(one, by=system, **WHY)
        assert rights(one) == []
        one.refresh_from_db()
        assert (one.left_on, one.standing) == (today(), "left")
        assert not User.objects.get(pk=one.user_id).is_active
        assert not Tenure.objects.unscoped("test").filter(staff=one, ended_on=None).exists()
        actions.come_back(one, by=system, into=world.luyang, **WHY)
        one = Staff.objects.unscoped("test").get(pk=one.pk)
        assert (one.union_id, one.left_on, one.user.is_active) == (world.luyang.pk, None, True)

    def test_not_with_open_todos_and_no_successor(self, world, staff, system):
        one = staff(world.shushan)
        open_todo(
            kind="test",
            target_type="test",
            target_id=1,
            title="办一件事",
            link="/",
            assignee_user_id=one.user_id,
        )
        with pytest.raises(Refusal, match="未办结"):
            actions.leave(one, by=system, **WHY)

    def test_not_an_administrator_nor_oneself(self, world, staff, system):
        with pytest.raises(Refusal, match="管理员权限"):
            actions.leave(staff(world.hefei, (SECURITY_ADMIN, world.shushan)), by=system, **WHY)
        own = Staff.objects.unscoped("test").get(user_id=system.user_id)
        with pytest.raises(Forbidden):
            actions.leave(own, by=system, **WHY)

    def test_closed_for_good(self, world, post, staff, system):
        one = staff(world.shushan, (HANDLER, world.shushan))
        actions.close(one, by=system, **WHY)
        assert User.objects.get(pk=one.user_id).status == "closed"
        assert rights(one) == []
        one.refresh_from_db()
        with pytest.raises(Conflict):
            actions.come_back(one, by=system, into=world.shushan, **WHY)


def test_a_term_that_is_over_ends_the_tenure(world, post, staff, system, on_day):
    one = staff(world.shushan)
    tenure = take(post, one, system, until_on=today() + timedelta(days=2))
    assert jobs.end_tenures(today()) == 0
    later = today() + timedelta(days=3)
    on_day(later)
    assert jobs.end_tenures(later) == 1
    assert jobs.end_tenures(later) == 0
    tenure.refresh_from_db()
    assert (tenure.ended_on, tenure.end_reason) == (later, "任期届满")
    assert not Grant.objects.unscoped("test").filter(user_id=one.user_id, ended_at=None).exists()
