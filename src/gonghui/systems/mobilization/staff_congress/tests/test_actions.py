"""A staff congress from its delegates to what it resolved; proposals and publicity of workers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from gonghui.kernel.access.roles import APPROVER, HANDLER
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.notify.models import Todo
from gonghui.kernel.people import memberships
from gonghui.systems.mobilization.staff_congress import actions, queries
from gonghui.systems.mobilization.staff_congress.models import Objection, Proposal, Publicity

TODAY = timezone.localdate()
SIGNS = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥天地人和春夏秋冬"


@pytest.fixture
def handler(world):
    return world.actor("厂经办", (HANDLER, world.factory))


def fresh(row):
    return type(row).objects.unscoped("test").get(pk=row.pk)


def begun(world, by, count=30, leaders=6):
    congress = actions.begin(
        world.factory, by=by, number=1, kind="delegates", employees=200, began_on=TODAY, years=3
    )
    people = "\n".join(
        f"王{SIGNS[n]} 车间 {'领导' if n < leaders else '一线'}{' 女' if n % 3 == 0 else ''}"
        for n in range(count)
    )
    return actions.add_delegates(congress, by=by, elected_on=TODAY, people=people)


def opened(world, by, present=20, agenda="【表决】奖惩办法\n听取报告"):
    congress = actions.confirm(begun(world, by), by=by)
    session = actions.convene(congress, by=by, planned_on=TODAY, place="礼堂", agenda=agenda)
    chosen = [str(x.pk) for x in congress.delegates.all()[:present]]
    return actions.sign_in(session, by=by, delegates=chosen)


def test_delegates_too_few_or_too_many_leaders_are_not_confirmed(world, handler):
    congress = begun(world, handler, 29)
    with pytest.raises(Refusal, match="至少 30 人"):
        actions.confirm(congress, by=handler)
    actions.add_delegates(fresh(congress), by=handler, elected_on=TODAY, people="李雷 质检 领导")
    with pytest.raises(Refusal, match="中层以上管理人员 7 人"):
        actions.confirm(fresh(congress), by=handler)
    with pytest.raises(Conflict):
        actions.convene(fresh(congress), by=handler, planned_on=TODAY, place="x", agenda="x")


def test_a_session_opens_at_two_thirds_and_a_vote_needs_half_of_all(world, handler):
    with pytest.raises(Refusal, match="20 人"):
        opened(world, handler, 19)
    congress = actions.StaffCongress.objects.unscoped("test").get()
    session = queries.sessions_of(congress).get()
    chosen = [str(x.pk) for x in congress.delegates.all()[:20]]
    actions.sign_in(fresh(session), by=handler, delegates=chosen)
    item = session.items.get(matter="vote")
    with pytest.raises(Refusal, match="还没有表决"):
        actions.close(fresh(session), by=handler)
    count = {"item": item.pk, "issued": 20, "agreed": 16, "against": 4, "abstained": 0}
    actions.vote(fresh(session), by=handler, returned=21, **count)
    item.refresh_from_db()
    assert item.carried is False
    lost = {**count, "agreed": 15}
    actions.vote(fresh(session), by=handler, returned=20, **lost)
    item.refresh_from_db()
    assert item.carried is False and "至少须 16 票" in item.lines[2]["text"]
    with pytest.raises(Conflict, match="已经表决"):
        actions.vote(fresh(session), by=handler, returned=20, **count)


def test_what_is_carried_is_made_public(world, handler):
    session = opened(world, handler)
    item = session.items.get(matter="vote")
    actions.vote(
        fresh(session),
        by=handler,
        item=item.pk,
        issued=20,
        returned=20,
        agreed=16,
        against=4,
        abstained=0,
        resolution="通过奖惩办法。",
    )
    actions.close(fresh(session), by=handler)
    made = Publicity.objects.unscoped("test").get()
    assert made.content == "通过奖惩办法。" and made.until == TODAY + timedelta(days=7)


def test_a_worker_proposes_and_rates_on_the_phone(world, handler):
    member = world.member(world.factory, "孙小红")
    user = world.user("孙小红", person=member.person)
    client = Client()
    client.force_login(user)
    values = {"title": "增设饮水点", "reason": "车间太远", "measure": "每层一处"}
    assert client.post("/hall/staff/propose/", {"title": "缺内容"}).status_code == 422
    assert client.post("/hall/staff/propose/", values).status_code == 302
    made = Proposal.objects.unscoped("test").get()
    assert not made.by_delegate and Todo.objects.filter(kind=actions.PROPOSAL_TODO).exists()
    with pytest.raises(Forbidden):
        actions.file(made, by=world.actor("他区", (HANDLER, world.luyang)), undertaker="行政部")
    actions.file(made, by=handler, undertaker="行政部")
    actions.answer(fresh(made), by=handler, answer="月底前装好")
    page = f"/hall/staff/proposals/{made.pk}/"
    assert "月底前装好" in client.get(page).content.decode()
    assert client.post(f"{page}unsatisfied/", {"remark": "没有装"}).status_code == 302
    assert fresh(made).state == "filed"
    actions.answer(fresh(made), by=handler, answer="已装好")
    client.post(f"{page}satisfied/")
    assert fresh(made).state == "closed"
    other = Client()
    other.force_login(world.user("外人", person=world.member(world.mill, "周一").person))
    assert other.get(page).status_code == 404


def test_objections_until_the_last_day_and_only_by_the_units_own(world, handler):
    with pytest.raises(Refusal, match="不少于 7 天"):
        actions.make_public(
            world.factory,
            by=handler,
            title="福利方案",
            kind="interests",
            content="x",
            until=TODAY + timedelta(days=6),
        )
    made = actions.make_public(
        world.factory,
        by=handler,
        title="福利方案",
        kind="interests",
        content="每人一份",
        until=TODAY + timedelta(days=7),
    )
    own = world.actor("孙小红", person=world.member(world.factory, "孙小红").person)
    other = world.actor("外人", person=world.member(world.mill, "周一").person)
    with pytest.raises(Forbidden):
        actions.object_to(made, by=other, text="不同意这样分")
    Publicity.objects.unscoped("test").update(until=TODAY)
    actions.object_to(fresh(made), by=own, text="标准偏低了")
    Publicity.objects.unscoped("test").update(until=TODAY - timedelta(days=1))
    with pytest.raises(Refusal, match="截止"):
        actions.object_to(fresh(made), by=own, text="标准偏低了")
    found = Objection.objects.get()
    actions.answer_objection(fresh(made), by=handler, objection=found.pk, answer="明年调整")
    with pytest.raises(Conflict):
        actions.answer_objection(fresh(made), by=handler, objection=found.pk, answer="再答")
    assert not Todo.objects.filter(kind=actions.OBJECTION_TODO, done_at=None).exists()


def test_another_county_is_refused(world, handler):
    congress = begun(world, handler)
    client = Client()
    client.force_login(world.user("他区", (HANDLER, world.jinghu), (APPROVER, world.jinghu)))
    assert client.get(f"/w/staff-congresses/{congress.pk}/").status_code == 403
    assert client.get(f"/api/v1/staff-congresses/{congress.pk}/").status_code == 403


def test_a_delegate_is_known_by_the_one_member_of_that_name(world, handler):
    here = world.member(world.factory, "王甲")
    twins = [world.member(world.factory, "王乙") for _ in range(2)]
    world.member(world.mill, "王丙")
    congress = begun(world, handler, 4, 0)
    known = dict(congress.delegates.values_list("name", "person_id"))
    assert known == {"王甲": here.person_id, "王乙": None, "王丙": None, "王丁": None}
    client = Client()
    client.force_login(world.user("厂经办", (HANDLER, world.factory)))
    page = client.get(f"/w/staff-congresses/{congress.pk}/").content.decode()
    assert f'href="/w/memberships/{here.pk}/">{here.number}<' in page and page.count("未关联") == 3
    second = congress.delegates.get(name="王乙")
    for number in ("000000000000", here.number):
        with pytest.raises(Refusal, match="没有会员号"):
            actions.link(fresh(congress), by=handler, delegate=second.pk, number=number)
    actions.link(fresh(congress), by=handler, delegate=second.pk, number=twins[1].number)
    second.refresh_from_db()
    assert second.person_id == twins[1].person_id
    actions.add_delegates(
        fresh(congress), by=handler, elected_on=TODAY, people="王乙 质检 一线\n王甲 质检 一线"
    )
    namesake = congress.delegates.get(name="王乙", unit="质检")
    assert congress.delegates.get(name="王甲", unit="质检").person_id is None
    with pytest.raises(Conflict, match="已经是职工代表"):
        actions.link(fresh(congress), by=handler, delegate=namesake.pk, number=twins[1].number)
    other = world.actor("他区", (HANDLER, world.luyang))
    with pytest.raises(Forbidden):
        actions.link(fresh(congress), by=other, delegate=second.pk, number=twins[0].number)


def test_a_delegate_who_left_the_unit_is_marked_and_does_not_sign_in(world, handler):
    gone = world.member(world.factory, "王甲")
    congress = actions.confirm(begun(world, handler), by=handler)
    session = actions.convene(congress, by=handler, planned_on=TODAY, place="礼堂", agenda="听取")
    memberships.transfer(gone, world.mill, on=TODAY, cause="transfer")
    client = Client()
    client.force_login(world.user("厂经办", (HANDLER, world.factory)))
    page = client.get(f"/w/staff-congresses/{congress.pk}/").content.decode()
    assert page.count("已离开本单位") == 1 and "应终止" in page
    chosen = [str(x.pk) for x in congress.delegates.all()]
    with pytest.raises(Refusal, match="王甲已离开本单位"):
        actions.sign_in(session, by=handler, delegates=chosen)
    first = congress.delegates.get(name="王甲")
    actions.end_mandate(
        fresh(congress), by=handler, delegate=first.pk, left_on=TODAY, reason="调离本单位"
    )
    done = actions.sign_in(fresh(session), by=handler, delegates=chosen[1:])
    assert (done.delegates, done.present) == (29, 29)


def test_papers_of_a_session(world, handler):
    session = opened(world, handler)
    item = session.items.get(matter="vote")
    client = Client()
    client.force_login(world.user("厂经办", (HANDLER, world.factory)))
    minutes = f"/staff-sessions/{session.pk}/print/minutes/"
    resolution = f"/staff-sessions/{session.pk}/print/resolution/{item.pk}/"
    assert client.get(minutes)["Content-Type"] == "application/pdf"
    assert client.get(resolution).status_code == 404
    actions.vote(
        fresh(session),
        by=handler,
        item=item.pk,
        issued=20,
        returned=20,
        agreed=16,
        against=4,
        abstained=0,
    )
    assert client.get(resolution).content.startswith(b"%PDF")
    other = Client()
    other.force_login(world.user("他区", (HANDLER, world.jinghu)))
    assert [other.get(place).status_code for place in (minutes, resolution)] == [403, 403]
