"""Grants by page and action, proposals, delegations, reviews, and the explanation of it all."""

from __future__ import annotations

import time
from datetime import date, timedelta

import pytest
from django.utils import timezone

from gonghui.kernel.access import granting
from gonghui.kernel.access.models import Grant
from gonghui.kernel.access.roles import (
    APPROVER,
    AUDITOR,
    HANDLER,
    SECURITY_ADMIN,
    SYSTEM_ADMIN,
    VIEWER,
)
from gonghui.kernel.audit.models import Entry
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.bus.models import Outbox
from gonghui.kernel.notify.models import Message, Todo
from gonghui.systems.foundation.users.actions import grants as actions
from gonghui.systems.foundation.users.actions import reviews as review_actions
from gonghui.systems.foundation.users.jobs import rights as jobs
from gonghui.systems.foundation.users.models import Delegation, Proposal, Review, ReviewItem
from gonghui.systems.foundation.users.queries import grants as queries
from gonghui.systems.foundation.users.rules import reviews as review_rules

pytestmark = pytest.mark.django_db
WHY = {"reason": "工作需要"}


def today():
    return timezone.localdate()


def give(union, by, staff, role=HANDLER, **facts):
    return actions.give(union, by=by, user=staff.user_id, role=role.code, **{**WHY, **facts})


class TestGranted:
    def test_shows_within_a_second_and_is_gone_with_its_term(
        self, world, staff, security, client_of, on_day
    ):
        """Must show: menu, list, API, why page, audit; gone when the term ends."""
        one = staff(world.shushan)
        member = world.member(world.factory, "李会员")
        client, admin = client_of(one), client_of(security)
        assert client.get("/w/memberships/").status_code == 403
        began = time.monotonic()
        made = give(world.shushan, security, one, until=today() + timedelta(days=3))
        page = client.get("/w/memberships/")
        assert page.status_code == 200
        assert "/w/memberships/" in client.get("/rights/").content.decode()
        listed = client.get("/api/v1/memberships/").json()["items"]
        assert [item["id"] for item in listed] == [member.pk]
        why = admin.get(f"/users/why/{one.user_id}/").content.decode()
        assert "经办人（直接授权，安全员授予" in why
        assert time.monotonic() - began < 5, "six pages; each well under a second"
        entry = Entry.objects.filter(target_type="access.grant", target_id=str(made.pk)).get()
        assert (entry.action, entry.actor_id) == ("grants.give", security.user_id)
        on_day(today() + timedelta(days=3))
        client = client_of(one)
        assert client.get("/w/memberships/").status_code == 200
        on_day(today() + timedelta(days=1))
        client = client_of(one)
        assert client.get("/w/memberships/").status_code == 403
        assert client.get("/api/v1/memberships/").status_code == 403
        why = client_of(security).get(f"/api/v1/rights/{one.user_id}/").json()
        assert not [item for item in why["permissions"] if item["grants"]]

    def test_revoked_is_gone_at_the_next_request(self, world, staff, security, client_of):
        one = staff(world.shushan)
        made = give(world.shushan, security, one)
        client = client_of(one)
        assert client.get("/w/memberships/").status_code == 200
        actions.revoke(made, by=security, **WHY)
        assert client.get("/w/memberships/").status_code == 403
        assert Message.objects.filter(recipient_user_id=one.user_id).count() == 2

    def test_by_the_form_of_the_page(self, world, staff, security, client_of):
        one = staff(world.shushan, name="李娜")
        answer = client_of(security).post(
            "/w/grants/new/give/",
            {
                "user": f"李娜（{one.user.username}）",
                "role": "viewer",
                "union": world.shushan.pk,
                "reason": "专项检查",
                "until": (today() + timedelta(days=9)).isoformat(),
            },
            follow=True,
        )
        assert answer.status_code == 200, answer.content.decode()[-3000:]
        assert "已授权" in answer.content.decode()
        page = client_of(security).get("/w/grants/?ends=30").content.decode()
        assert "李娜" in page

    def test_who_may_not(self, world, staff, security, system, client_of):
        one = staff(world.shushan)
        with pytest.raises(Forbidden):
            give(world.jinghu, security, one)
        with pytest.raises(Forbidden):
            give(world.shushan, system, one)
        with pytest.raises(Refusal, match="管理范围"):
            give(world.shushan, security, staff(world.jinghu))
        with pytest.raises(Refusal, match="早于今天"):
            give(world.shushan, security, one, from_on=today() - timedelta(days=1))
        made = give(world.shushan, security, one)
        for user in (system, staff(world.wuhu, (SECURITY_ADMIN, world.wuhu))):
            client = client_of(user)
            for slug in ("revoke", "extend"):
                for root in ("/w", "/api/v1"):
                    answer = client.post(f"{root}/grants/{made.pk}/{slug}/", {"reason": "测试"})
                    assert answer.status_code == 403

    def test_extended(self, world, staff, security):
        made = give(world.shushan, security, staff(world.shushan), until=today())
        actions.extend(made, by=security, until=None, **WHY)
        made.refresh_from_db()
        assert made.valid_to is None


class TestProposal:
    def test_takes_a_second_person(self, world, staff, acting, chief):
        one = staff(world.province)
        other = acting(staff(world.province, (SECURITY_ADMIN, world.province)))
        made = give(world.province, chief, one, role=AUDITOR)
        assert isinstance(made, Proposal)
        assert Todo.objects.filter(target_type=actions.PROPOSAL, done_at=None).count() == 1
        with pytest.raises(Forbidden):
            actions.confirm(made, by=chief)
        with pytest.raises(Conflict, match="相同的提请"):
            give(world.province, chief, one, role=AUDITOR)
        done = actions.confirm(made, by=other, answer="同意")
        grant = Grant.objects.unscoped("test").get(pk=done.grant_id)
        assert (grant.user_id, grant.role) == (one.user_id, "auditor")
        assert grant.granted_by_id == chief.user_id
        with pytest.raises(Conflict, match="处理过"):
            actions.refuse(made, by=other, answer="晚了")

    def test_refused_and_withdrawn(self, world, staff, acting, chief):
        other = acting(staff(world.province, (SECURITY_ADMIN, world.province)))
        one = give(world.province, chief, staff(world.province), role=AUDITOR)
        assert actions.refuse(one, by=other, answer="不合适").state == "refused"
        two = give(world.province, chief, staff(world.province), role=AUDITOR)
        assert actions.refuse(two, by=chief, answer="撤回").state == "withdrawn"

    def test_a_proposer_who_lost_office_counts_no_more(self, world, staff, acting, chief):
        other = acting(staff(world.province, (SECURITY_ADMIN, world.province)))
        made = give(world.province, chief, staff(world.province), role=AUDITOR)
        own = Grant.objects.unscoped("test").get(user_id=chief.user_id)
        granting.revoke(own, by=other, reason="离任")
        with pytest.raises(Forbidden):
            actions.confirm(made, by=other)


class TestDelegation:
    def lend(self, union, giver, taker, **facts):
        facts = {
            "roles": ["approver"],
            "from_on": today(),
            "until_on": today() + timedelta(days=5),
            **WHY,
            **facts,
        }
        return actions.delegate(union, by=giver, taker=taker.user_id, **facts)

    @pytest.fixture
    def giver(self, world, staff, acting):
        return acting(staff(world.shushan, (APPROVER, world.shushan), (HANDLER, world.shushan)))

    def test_lent_used_and_ended_by_either(self, world, staff, giver, client_of):
        taker = staff(world.jinggang)
        made = self.lend(world.shushan, giver, taker)
        client = client_of(taker)
        assert client.get("/w/memberships/").status_code == 200
        page = client.get("/rights/").content.decode()
        assert "委托中" in page
        assert client.post(f"/rights/lent/{made.pk}/end/").status_code == 302
        assert client.get("/w/memberships/").status_code == 403
        made.refresh_from_db()
        assert made.state == "ended"
        assert client_of(giver).get("/rights/").status_code == 200

    def test_what_may_not_be_lent(self, world, staff, giver, acting, security):
        near, far = staff(world.factory), staff(world.luyang)
        with pytest.raises(Refusal, match="没有持有"):
            self.lend(world.shushan, giver, near, roles=["viewer"])
        with pytest.raises(Refusal, match="不在该工会"):
            self.lend(world.shushan, giver, far)
        with pytest.raises(Refusal, match="过去"):
            self.lend(world.shushan, giver, near, from_on=today() - timedelta(days=1))
        with pytest.raises(Refusal, match="最长 60 天"):
            self.lend(world.shushan, giver, near, until_on=today() + timedelta(days=90))
        with pytest.raises(Forbidden):
            self.lend(world.luyang, giver, near)
        with pytest.raises(Forbidden):
            self.lend(world.shushan, security, near, roles=["security_admin"])
        auditor = staff(world.shushan, (AUDITOR, world.shushan))
        with pytest.raises(Refusal, match="不能同时担任"):
            self.lend(world.shushan, giver, auditor)

    def test_not_lent_on(self, world, staff, giver, acting):
        taker = staff(world.shushan)
        self.lend(world.shushan, giver, taker)
        with pytest.raises(Refusal, match="不能再委托"):
            self.lend(world.shushan, acting(taker), staff(world.shushan))

    def test_not_longer_than_the_own_right(self, world, staff, security, acting):
        one = staff(world.shushan)
        give(world.shushan, security, one, until=today() + timedelta(days=2))
        with pytest.raises(Refusal, match="自己权限的期限"):
            self.lend(world.shushan, acting(one), staff(world.shushan), roles=["handler"])

    def test_ends_by_date_and_with_what_it_rests_on(self, world, staff, giver, security, on_day):
        made = self.lend(world.shushan, giver, staff(world.shushan))
        second = self.lend(world.shushan, giver, staff(world.shushan), roles=["handler"])
        own = Grant.objects.unscoped("test").get(user_id=giver.user_id, role="handler")
        actions.revoke(own, by=security, **WHY)
        event = Outbox.objects.filter(type=granting.CHANGED).order_by("-id").first()
        jobs.on_rights_changed(event)
        second.refresh_from_db()
        assert second.state == "ended"
        later = today() + timedelta(days=6)
        on_day(later)
        assert jobs.end_delegations(later) == 1
        made.refresh_from_db()
        assert made.state == "ended"

    def test_by_the_page(self, world, staff, giver, client_of):
        taker = staff(world.shushan)
        answer = client_of(giver).post(
            "/rights/lend/",
            {
                "union": world.shushan.pk,
                "roles": ["handler"],
                "taker": taker.user_id,
                "from_on": today().isoformat(),
                "until_on": (today() + timedelta(days=3)).isoformat(),
                "reason": "出差",
            },
        )
        assert answer.status_code == 302, answer.content.decode()[-2000:]
        assert Delegation.objects.unscoped("test").count() == 1


class TestReminder:
    def test_once_to_holder_and_granter(self, world, staff, security):
        one = staff(world.shushan)
        give(world.shushan, security, one, until=today() + timedelta(days=7))
        give(world.luyang, security, one, until=today() + timedelta(days=8))
        for _ in range(2):
            assert jobs.remind(today()) == 1
        told = Message.objects.filter(template="users.ending")
        assert {item.recipient_user_id for item in told} == {one.user_id, security.user_id}
        assert told.count() == 2


class TestReview:
    @pytest.fixture
    def open_one(self, world, staff, chief, security):
        staff(world.shushan, (HANDLER, world.shushan), name="甲")
        staff(world.mill, (VIEWER, world.mill), name="乙")
        return review_actions.open_review(world.province, by=chief)

    def item(self, name):
        return ReviewItem.objects.unscoped("test").get(user_name=name)

    def test_each_grant_with_who_answers_for_it(self, world, open_one, chief, security):
        assert open_one.total == 4
        asked = {
            todo.union_id: todo.title
            for todo in Todo.objects.filter(target_type=review_actions.TARGET)
        }
        assert asked == {
            world.hefei.pk: f"{open_one.title}：1 项待复核",
            world.province.pk: f"{open_one.title}：3 项待复核",
        }
        with pytest.raises(Conflict, match="已经开始"):
            review_actions.open_review(world.province, by=chief)

    def test_decided(self, world, open_one, chief, security):
        one = review_actions.confirm(self.item("甲"), by=security, note="仍在岗")
        assert Grant.objects.unscoped("test").get(pk=one.grant_id).reviewed_on == today()
        with pytest.raises(Conflict, match="复核过"):
            review_actions.confirm(self.item("甲"), by=security)
        with pytest.raises(Forbidden):
            review_actions.revoke(self.item("乙"), by=security, **WHY)
        review_actions.change(self.item("乙"), by=chief, until=today() + timedelta(days=30))
        grant = self.item("乙").grant
        assert grant.valid_to == today() + timedelta(days=30)
        done = Todo.objects.filter(target_type=review_actions.TARGET, union_id=world.hefei.pk)
        assert done.get().done_at is not None
        state = queries.progress(open_one, world.province.path, today())
        assert (state.total, state.confirmed, state.changed, state.done) == (4, 1, 1, 2)

    def test_not_the_own_and_administrators_from_above(self, world, open_one, chief, security):
        with pytest.raises(Forbidden):
            review_actions.confirm(self.item("安全员"), by=security)
        with pytest.raises(Forbidden):
            review_actions.confirm(self.item("省安全员"), by=chief)
        review_actions.confirm(self.item("安全员"), by=chief)

    def test_taken_back(self, world, open_one, security, client_of):
        item = self.item("甲")
        review_actions.revoke(item, by=security, reason="已调离")
        assert Grant.objects.unscoped("test").get(pk=item.grant_id).ended_at is not None

    def test_overdue_is_pressed_then_suspended_and_restored(
        self, world, open_one, chief, security, on_day
    ):
        late = open_one.due_on + timedelta(days=1)
        on_day(late)
        jobs.review(late)
        assert Message.objects.filter(
            template="users.review_late", recipient_user_id=chief.user_id
        ).exists()
        assert self.item("甲").escalated_on == late
        assert self.item("甲").decision == "pending"
        on_day(open_one.suspend_on)
        jobs.review(open_one.suspend_on)
        assert {self.item("甲").decision, self.item("乙").decision} == {"suspended"}
        assert self.item("安全员").decision == "pending"
        review_actions.restore(self.item("甲"), by=security, **WHY)
        item = self.item("甲")
        assert (item.decision, item.grant.ended_at) == ("restored", None)

    def test_what_ended_meanwhile_is_settled(self, world, open_one, security):
        item = self.item("甲")
        actions.revoke(item.grant, by=security, **WHY)
        assert review_actions.drop_gone(open_one) == 1
        assert self.item("甲").decision == "gone"

    def test_closed_when_nothing_is_left(self, world, open_one, chief):
        with pytest.raises(Refusal, match="还有 4 项"):
            review_actions.close(open_one, by=chief)
        ReviewItem.objects.unscoped("test").update(decision="confirmed")
        assert review_actions.close(open_one, by=chief).state == "closed"

    def test_opened_by_the_calendar_on_the_first_workday(self, world, on_day):
        for day, count in ((date(2026, 10, 1), 0), (date(2026, 10, 8), 1), (date(2026, 10, 9), 1)):
            on_day(day)
            jobs.review(day)
            assert Review.objects.unscoped("test").count() == count, day

    def test_pages(self, world, open_one, chief, security, client_of):
        for who, union in ((chief, world.province), (security, world.hefei)):
            client = client_of(who)
            assert client.get("/users/reviews/").status_code == 200
            place = f"/users/reviews/{open_one.pk}/{union.pk}/"
            assert client.get(place).status_code == 200
            assert "复核人签字" in client.get(f"{place}sheet/").content.decode()
        denied = client_of(security).get(f"/users/reviews/{open_one.pk}/{world.wuhu.pk}/")
        assert denied.status_code == 403


@pytest.mark.parametrize(
    ("text", "months"), [("1,4,7,10", {1, 4, 7, 10}), ("3", {3}), ("1,,2", {1, 2})]
)
def test_months_of_the_setting(text, months):
    assert review_rules.months_of(text) == months


class TestExplained:
    def test_every_permission_with_its_grant(self, world, staff, security, client_of):
        one = staff(world.shushan, (HANDLER, world.shushan))
        found = client_of(security).get(f"/api/v1/rights/{one.user_id}/").json()["permissions"]
        by_code = {item["code"]: item for item in found}
        assert by_code["memberships.view"]["places"] == [world.shushan.name]
        assert "grants.decide" not in by_code
        assert all(not item["gained"] and not item["lost"] for item in found)

    def test_supposed_grant_and_loss(self, world, staff, security, client_of):
        one = staff(world.shushan, (HANDLER, world.shushan))
        grant = Grant.objects.unscoped("test").get(user_id=one.user_id)
        client = client_of(security)
        base = f"/api/v1/rights/{one.user_id}/"
        lost = client.get(f"{base}?drop={grant.pk}").json()["permissions"]
        assert {item["code"] for item in lost if item["lost"]} >= {"memberships.view"}
        gained = client.get(f"{base}?add=approver:{world.hefei.pk}").json()["permissions"]
        more = {item["code"] for item in gained if item["gained"]}
        assert "memberships.view" in more, "the same right on a wider subtree"
        less = client.get(f"{base}?add=handler:{world.factory.pk}").json()["permissions"]
        assert not [item for item in less if item["gained"]], "inside what is held already"
        assert Grant.objects.unscoped("test").filter(user_id=one.user_id).count() == 1
        page = client.get(f"/users/why/{one.user_id}/?drop={grant.pk}").content.decode()
        assert "这是推演" in page
        assert "将失去" in page

    def test_counts_but_no_names(self, world, staff, security, client_of):
        from gonghui.kernel.metrics.members import fold

        member = world.member(world.factory, "慕容复")
        while fold():
            pass
        one = staff(world.shushan, (HANDLER, world.shushan))
        page = client_of(security).get(f"/users/why/{one.user_id}/").content.decode()
        assert "慕容复" not in page
        assert member.person.document_mask not in page
        assert "数据范围" in page

    def test_only_in_the_own_range(self, world, staff, security, client_of, system):
        far = staff(world.jinghu, (HANDLER, world.jinghu))
        assert client_of(security).get(f"/users/why/{far.user_id}/").status_code == 404
        assert client_of(security).get(f"/api/v1/rights/{far.user_id}/").status_code == 404
        near = staff(world.shushan, (HANDLER, world.shushan))
        outside = f"?add=handler:{world.jinghu.pk}"
        assert client_of(security).get(f"/users/why/{near.user_id}/{outside}").status_code == 422
        for path in (f"/users/why/{near.user_id}/", "/users/why/", "/users/who/"):
            assert client_of(system).get(path).status_code == 403

    def test_who_can_see_a_record(self, world, staff, security, client_of):
        member = world.member(world.factory, "慕容复")
        staff(world.shushan, (HANDLER, world.shushan), name="蜀山经办")
        staff(world.province, (VIEWER, world.province), name="省查阅")
        staff(world.luyang, (HANDLER, world.luyang), name="庐阳经办")
        staff(world.hefei, (SYSTEM_ADMIN, world.hefei), name="市系统")
        client = client_of(security)
        for record in (member.pk, member.number):
            page = client.get(f"/users/who/?resource=memberships&record={record}").content.decode()
            assert "蜀山经办" in page
            assert "省查阅" in page
            assert "庐阳经办" not in page
            assert "市系统" not in page
            assert "慕容复" not in page
        far = world.member(world.mill)
        answer = client.get(f"/users/who/?resource=memberships&record={far.pk}")
        assert answer.status_code == 404
        by_union = client.get(f"/users/who/?resource=memberships&union={world.factory.pk}")
        assert "蜀山经办" in by_union.content.decode()

    def test_my_own_rights_for_everybody(self, world, staff, client_of):
        worker = world.user("职工", person=world.person(world.factory))
        assert client_of(worker).get("/rights/").status_code == 200
        one = staff(world.shushan, (HANDLER, world.shushan))
        assert "经办人" in client_of(one).get("/rights/").content.decode()


def test_three_apart_page(world, staff, security, system, client_of):
    auditor = staff(world.hefei, (AUDITOR, world.hefei))
    for who in (security, system, auditor):
        page = client_of(who).get("/users/three/")
        assert page.status_code == 200
        assert "没有人兼任" in page.content.decode()
    handler = staff(world.hefei, (HANDLER, world.hefei))
    assert client_of(handler).get("/users/three/").status_code == 403


def test_the_record_of_a_user_shows_both_administrators_theirs(
    world, staff, security, system, client_of
):
    one = staff(world.shushan, (HANDLER, world.shushan))
    path = f"/w/staff/{one.pk}/"
    assert "看能做什么、为什么" in client_of(security).get(path).content.decode()
    assert "看能做什么、为什么" not in client_of(system).get(path).content.decode()
    empty = client_of(security).get(f"/users/who/?resource=audit-entries&union={world.factory.pk}")
    assert "没有人被授权查看" in empty.content.decode()
