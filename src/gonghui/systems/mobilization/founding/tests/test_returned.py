"""Results that are returned, corrected and reported again; federations; what follows approval."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from django.utils import timezone

from gonghui.kernel.access.roles import APPROVER, HANDLER, SYSTEM_ADMIN
from gonghui.kernel.audit.models import Entry
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.notify.models import Message, Todo
from gonghui.kernel.org.models import Union
from gonghui.systems.mobilization.founding.actions import elections, preparations
from gonghui.systems.mobilization.founding.actions.accounts import ACCOUNT, account_opened
from gonghui.systems.mobilization.founding.jobs.lapsing import lapse_stale, remind_near
from gonghui.systems.mobilization.founding.rules.elections import Result
from gonghui.systems.mobilization.founding.rules.founding import congress_due
from gonghui.systems.mobilization.founding.rules.months import add_months
from gonghui.systems.mobilization.founding.tests.test_founding import (
    TODAY,
    ask,
    cast,  # noqa: F401
    fresh,
    hold,
    prepared,
    tally,
)


@pytest.fixture
def reported(world, cast):  # noqa: F811
    """An election whose result is before the superior."""
    election = hold(world, cast, prepared(world, cast))
    tally(election, cast["worker"], "committee", [20, 18, 17, 10])
    tally(election, cast["worker"], "chair", [22])
    tally(election, cast["worker"], "audit", [20, 4])
    tally(election, cast["worker"], "women", [22])
    return elections.report(fresh(election), by=cast["worker"])


def test_a_returned_result_is_corrected_and_reported_again(reported, cast):  # noqa: F811
    with pytest.raises(Conflict, match="结果待批复"):
        elections.correct(
            reported, by=cast["worker"], ballot=reported.ballots.first().pk, reason="抄错一个数"
        )
    with pytest.raises(Refusal, match="至少 4 个字"):
        elections.send_back(fresh(reported), by=cast["town"], reason="错")
    elections.send_back(fresh(reported), by=cast["town"], reason="经审委员票数与计票单不符")
    back = fresh(reported)
    assert (back.state, back.opinion) == ("returned", "经审委员票数与计票单不符")
    mend = Todo.objects.get(kind="election.mend", done_at=None)
    assert mend.assignee_user_id == cast["worker"].user_id
    audit = back.ballots.get(office="audit")
    elections.correct(back, by=cast["worker"], ballot=audit.pk, reason="计票单抄错")
    audit.refresh_from_db()
    assert not audit.is_counted and not audit.candidates.filter(elected=True).exists()
    entry = Entry.objects.filter(action="elections.correct").latest("pk")
    assert "收回 24" in str(entry.changes) and entry.reason == "计票单抄错"
    with pytest.raises(Refusal, match="还没有计票"):
        elections.report(fresh(back), by=cast["worker"])
    tally(back, cast["worker"], "audit", [4, 20])
    assert fresh(back).state == "returned"
    elections.report(fresh(back), by=cast["worker"])
    assert not Todo.objects.filter(kind="election.mend", done_at=None).exists()
    elections.approve(fresh(back), by=cast["town"], document="井工〔2026〕8号")
    done = fresh(back)
    assert done.state == "approved"
    assert [one.name for one in audit.candidates.filter(elected=True)] == ["乙二"]


def test_who_may_not_return_and_correct(reported, cast, world):  # noqa: F811
    for by in (cast["worker"], cast["handler"], cast["luyang"]):
        with pytest.raises(Forbidden):
            elections.send_back(fresh(reported), by=by, reason="票数不符，请核对")
    elections.send_back(fresh(reported), by=cast["town"], reason="票数不符，请核对")
    ballot = reported.ballots.first().pk
    for by in (cast["other"], cast["luyang"], cast["town"]):
        with pytest.raises(Forbidden):
            elections.correct(fresh(reported), by=by, ballot=ballot, reason="计票单抄错")
    other = hold_other(world, cast)
    with pytest.raises(Refusal, match="没有这张选票"):
        elections.correct(
            fresh(reported), by=cast["worker"], ballot=other.ballots.first().pk, reason="计票单抄错"
        )


def hold_other(world, cast):  # noqa: F811
    made = ask(world, cast["worker"], name="合肥另一家公司工会", unit_name="合肥另一家公司")
    preparations.reply(made, by=cast["town"], document="井工〔2026〕30号")
    who = world.identity("周一一")
    line = f"{who.name} {who.document_number} {who.mobile}"
    preparations.recruit(fresh(made), by=cast["worker"], people=line)
    election = elections.convene(
        fresh(made), by=cast["worker"], planned_on=TODAY, years=3, assembly="members", place="x"
    )
    return elections.nominate(
        election, by=cast["worker"], office="chair", body="congress", seats=1, candidates="甲一"
    )


def test_correcting_a_ballot_takes_back_what_followed_from_it(world, cast):  # noqa: F811
    election = hold(world, cast, prepared(world, cast))
    tally(election, cast["worker"], "committee", [20, 16, 16, 16])
    elections.vote_again(fresh(election), by=cast["worker"], office="committee")
    tally(election, cast["worker"], "committee", [12, 11, 5])
    elections.take_down(
        fresh(election), by=cast["worker"], ballot=election.ballots.get(office="chair").pk
    )
    elections.nominate(
        fresh(election),
        by=cast["worker"],
        office="chair",
        body="committee",
        seats=1,
        candidates="甲一",
    )
    chair = election.ballots.get(office="chair")
    elections.count(
        fresh(election),
        by=cast["worker"],
        ballot=chair.pk,
        issued=3,
        returned=3,
        valid=3,
        votes={chair.candidates.get().pk: 3},
        due=3,
        present=3,
    )
    first = election.ballots.get(office="committee", round=1)
    elections.correct(fresh(election), by=cast["worker"], ballot=first.pk, reason="首轮抄错")
    assert election.ballots.filter(office="committee").count() == 1
    chair.refresh_from_db()
    assert not chair.is_counted
    with pytest.raises(Conflict, match="还没有计票"):
        elections.correct(fresh(election), by=cast["worker"], ballot=first.pk, reason="再来一次")
    tally(election, cast["worker"], "committee", [20, 18, 17, 10])
    first.refresh_from_db()
    assert first.result == Result.COMPLETE
    with pytest.raises(Conflict, match="已经计票"):
        elections.take_down(fresh(election), by=cast["worker"], ballot=first.pk)


def test_a_federation_is_approved_and_takes_its_unions_under_it(world, cast):  # noqa: F811
    by = cast["handler"]
    made = ask(
        world,
        by,
        name="井岗机械行业工会联合会",
        kind="60",
        partners=f"{world.factory.name}\n{world.shop.name}",
    )
    preparations.reply(made, by=cast["town"], document="井工〔2026〕5号")
    facts = {"planned_on": TODAY, "assembly": "delegates", "place": "镇会议室"}
    with pytest.raises(Refusal, match="任期为5年"):
        elections.convene(fresh(made), by=by, years=3, **facts)
    election = elections.convene(fresh(made), by=by, years=5, **facts)
    for office, names in (("chair", "束一"), ("audit", "束二\n束三")):
        elections.nominate(
            fresh(election), by=by, office=office, body="congress", seats=1, candidates=names
        )
    elections.open_congress(
        fresh(election),
        by=by,
        held_on=TODAY,
        due=24,
        present=24,
        chaired_by="束一",
        tellers="甲、乙",
    )
    tally(election, by, "chair", [24])
    tally(election, by, "audit", [20, 4])
    elections.report(fresh(election), by=by)
    elections.approve(fresh(election), by=cast["town"], document="井工〔2026〕9号")
    union = fresh(election).union
    assert (union.kind, union.parent) == ("60", world.jinggang)
    for member in (world.factory, world.shop):
        moved = Union.objects.unscoped("test").get(pk=member.pk)
        assert moved.parent_id == union.pk and moved.path.startswith(union.path)
    assert fresh(made).state == "founded"


def test_who_opens_accounts_is_asked_for_the_chairs(reported, cast, world):  # noqa: F811
    system = world.user("区系统", (SYSTEM_ADMIN, world.shushan))
    elections.approve(fresh(reported), by=cast["town"], document="井工〔2026〕8号")
    todo = Todo.objects.get(kind=ACCOUNT, done_at=None)
    assert (todo.union_id, todo.permission) == (world.shushan.pk, "staff.manage")
    assert "甲一" in todo.title and "name=" in todo.link
    union = fresh(reported).union
    assert account_opened(system, union.path) == 0
    assert account_opened(world.user("甲一"), world.jinggang.path) == 0
    assert account_opened(world.user("甲一"), union.path) == 1
    assert not Todo.objects.filter(kind=ACCOUNT, done_at=None).exists()


def test_a_chair_with_a_role_at_the_union_needs_no_account(world, cast):  # noqa: F811
    by = cast["factory"]
    world.user("旧主席", (HANDLER, world.factory))
    election = elections.plan(
        world.factory,
        by=by,
        planned_on=TODAY,
        years=3,
        assembly="members",
        place="食堂",
        members=20,
    )
    for office, names in (("chair", "旧主席"), ("audit", "乙一\n乙二")):
        elections.nominate(
            fresh(election), by=by, office=office, body="congress", seats=1, candidates=names
        )
    facts = {"held_on": TODAY, "due": 20, "chaired_by": "旧主席", "tellers": "甲、乙"}
    elections.open_congress(fresh(election), by=by, present=20, **facts)
    for office, votes in (("chair", [20]), ("audit", [11, 9])):
        tally(election, by, office, votes, issued=20, returned=20, valid=20)
    elections.report(fresh(election), by=by)
    elections.approve(fresh(election), by=cast["town"], document="井工〔2026〕8号")
    assert not Todo.objects.filter(kind=ACCOUNT).exists()


def noon(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(12)))


def test_a_preparation_is_told_of_its_end_once_and_ends_the_day_after(
    world,
    cast,  # noqa: F811
    monkeypatch,
):
    made = prepared(world, cast, 1)
    due = fresh(made).congress_due
    assert due == congress_due(TODAY, 3)
    near = add_months(due, -1)

    def told() -> int:
        rows = Message.objects.filter(recipient_user_id=cast["worker"].user_id)
        return rows.filter(title__contains="到期").count()

    for day, state, count in (
        (near - timedelta(days=1), "preparing", 0),
        (near, "preparing", 1),
        (near + timedelta(days=1), "preparing", 1),
        (due, "preparing", 1),
        (due + timedelta(days=1), "lapsed", 1),
    ):
        monkeypatch.setattr(timezone, "now", lambda day=day: noon(day))
        remind_near()
        lapse_stale()
        assert (fresh(made).state, told()) == (state, count), day
    assert fresh(made).reminded_on == near
    assert Message.objects.filter(title__contains="逾期终止").exists()


def test_a_congress_held_in_time_is_neither_told_nor_ended(
    world,
    cast,  # noqa: F811
    monkeypatch,
):
    made = prepared(world, cast)
    hold(world, cast, made)
    after = noon(fresh(made).congress_due + timedelta(days=1))
    monkeypatch.setattr(timezone, "now", lambda: after)
    remind_near()
    lapse_stale()
    assert fresh(made).state == "preparing" and fresh(made).reminded_on is None


def test_the_platform_alone_reminds(world, cast):  # noqa: F811
    made = prepared(world, cast, 1)
    both = world.actor("镇两职", (HANDLER, world.jinggang), (APPROVER, world.jinggang))
    with pytest.raises(Forbidden):
        preparations.remind(made, by=both, today=TODAY)
