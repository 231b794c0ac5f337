"""Joining, splitting and moving cases: what was asked, paused, urgent or answered goes along."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gonghui.engines.casework.actions import after, clocks, collective, intake, replies, work
from gonghui.engines.casework.declaring import ClockRule, Until
from gonghui.engines.casework.models import Answer, Case, Clock, Intake, Part, Phase
from gonghui.engines.casework.parameters import FINISH_DAYS
from gonghui.engines.casework.queries import cases
from gonghui.engines.casework.rules.clocks import Unit
from gonghui.engines.casework.testing import complaint, on_trial
from gonghui.engines.casework.tests import kinds
from gonghui.kernel.access.roles import HANDLER
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.notify.models import Todo

pytestmark = pytest.mark.django_db


def refused(code, run, *args, **given):
    with pytest.raises(Refusal) as found, transaction.atomic():
        run(*args, **given)
    assert found.value.code == code, found.value


def fresh(case):
    return Case.objects.unscoped("test").get(pk=case.pk)


def accepted(kind, world, staff, **said):
    got = complaint(kind, world.province, **said)
    return work.accept(got.case, by=staff["province"], category="pay", summary="反映欠薪"), got


def taken(kind, world, staff, **said):
    case, got = accepted(kind, world, staff, **said)
    return work.take(case, by=staff["province"]), got


def answer(case, staff, text="已补发。"):
    replies.draft(case, by=staff["province"], text=text, outcome="solved")
    case = replies.submit(case, by=staff["province"])
    return replies.review(case, by=staff["province_chief"], send=True)


def reopened(kind, world, staff, **said):
    case, got = taken(kind, world, staff, **said)
    answer(case, staff)
    return after.reopen(got.intake, by=intake.CODE_HOLDER, words="钱没到"), got


def parts(case):
    return Part.objects.unscoped("test").filter(case=case).order_by("pk")


def waiting(kind):
    return Todo.objects.filter(kind=kind, done_at=None)


def test_joint_work_of_the_unit_the_whole_is_about_is_taken_back(kind, world, staff):
    by = staff["province"]
    lead, _ = taken(kind, world, staff)
    part = work.ask_part(lead, by=by, union=world.wuhu, task="请协助核实")
    work.disclose(part, by=staff["province_chief"], reason="需要联系核实")
    other, _ = accepted(kind, world, staff, respondent=world.wuhu)
    collective.join(lead, by=by, others=[other.pk])
    part.refresh_from_db()
    assert part.state == "cancelled" and not part.disclosed
    assert not cases.disclosed_names(part)
    assert not waiting("case.part").exists()


def test_who_was_let_know_of_one_is_not_let_know_of_all(kind, world, staff):
    by = staff["province"]
    lead, _ = taken(kind, world, staff)
    part = work.ask_part(lead, by=by, union=world.jinghu, task="请协助核实")
    work.disclose(part, by=staff["province_chief"], reason="需要联系核实")
    part.refresh_from_db()
    assert cases.disclosed_names(part) == ["赵**"]
    other, _ = accepted(kind, world, staff, name="钱小满", secrecy="confidential")
    collective.join(lead, by=by, others=[other.pk])
    part = parts(lead).get()
    assert part.state == "asked" and not cases.disclosed_names(part)
    part.disclosed = True
    assert cases.disclosed_names(part) == ["赵**"], "who asked for secrecy is never shown"


def test_what_was_asked_goes_on_under_the_whole(kind, world, staff):
    by = staff["province"]
    lead, _ = taken(kind, world, staff)
    other, _ = taken(kind, world, staff)
    work.ask_part(lead, by=by, union=world.jinghu, task="请核实考勤")
    twice = work.ask_part(other, by=by, union=world.jinghu, task="请核实工资")
    moved = work.ask_part(other, by=by, union=world.shushan, task="请核实合同")
    case = collective.join(lead, by=by, others=[other.pk])
    assert [part.union_id for part in parts(case)] == [world.jinghu.pk, world.shushan.pk]
    assert parts(other).get().pk == twice.pk and parts(other).get().state == "cancelled"
    assert waiting("case.part").count() == 2
    assert case.number in waiting("case.part").get(target_id=str(moved.pk)).title
    replies.draft(case, by=by, text="好", outcome="solved")
    refused("parts_open", replies.submit, case, by=by)


def test_an_urgent_case_stays_urgent_in_the_whole(kind, world, staff):
    lead, _ = accepted(kind, world, staff)
    other, _ = accepted(kind, world, staff, text="没有工资，我不想活了")
    assert other.crisis
    case = collective.join(lead, by=staff["province"], others=[other.pk])
    assert case.crisis
    assert [todo.target_id for todo in waiting("case.call")] == [str(case.pk)]


def test_the_call_is_due_at_once(kind, world):
    before = timezone.now()
    complaint(kind, world.province, text="我不想活了", channel="web")
    assert before <= waiting("case.call").get().due_at <= timezone.now()


def test_nothing_waits_at_a_desk_the_case_was_lifted_from(kind, world, staff):
    got = complaint(kind, world.shushan, text="我不想活了", by=staff["shushan"])
    case = work.accept(got.case, by=staff["shushan"], category="pay")
    case = work.take(case, by=staff["shushan"])
    clocks.ask_extension(case, by=staff["shushan"], days=5, reason="复杂")
    assert {todo.union_id for todo in Todo.objects.filter(done_at=None)} == {world.shushan.pk}
    case = work.name_respondent(case, by=staff["shushan"], union=world.shushan)
    left = Todo.objects.filter(done_at=None, target_id=str(case.pk))
    assert {todo.kind for todo in left} == {"case.take", "case.call", "case.extend"}
    assert {todo.union_id for todo in left} == {world.hefei.pk}
    assert {todo.org_path for todo in left} == {world.hefei.path}


@pytest.mark.parametrize("lead_is_older", [True, False])
def test_rounds_meet_in_the_higher_one(kind, world, staff, lead_is_older):
    again, first = reopened(kind, world, staff)
    new, second = accepted(kind, world, staff)
    lead, other = (again, new) if lead_is_older else (new, again)
    case = collective.join(lead, by=staff["province"], others=[other.pk])
    assert case.round == 2 and case.due_on is not None
    case = answer(work.take(case, by=staff["province"]), staff, "全部补发。")
    assert Answer.objects.filter(intake=first.intake).count() == 2
    assert Answer.objects.filter(intake=second.intake).count() == 1
    after.rate(first.intake, by=intake.CODE_HOLDER, score=4)
    assert case.phase == Phase.REPLIED


def test_a_further_round_counts_from_its_own_day(kind, world, staff):
    rule = ClockRule("finish", "办结", FINISH_DAYS, Unit.CALENDAR, until=Until.REPLIED)
    long_ago = timezone.now() - timedelta(days=100)
    with on_trial():
        slow = kinds.declare(code="slow", prefix="MB", clocks=(rule,))
        again, _ = reopened(slow, world, staff, channel="letter", received_at=long_ago)
        new, _ = accepted(slow, world, staff)
        case = collective.join(again, by=staff["province"], others=[new.pk])
    assert case.due_on == again.due_on >= timezone.localdate()


def test_who_leaves_a_later_round_stays_in_it(kind, world, staff):
    by = staff["province"]
    lead, first = taken(kind, world, staff)
    other, second = accepted(kind, world, staff)
    case = collective.join(lead, by=by, others=[other.pk])
    answer(case, staff)
    case = after.reopen(first.intake, by=intake.CODE_HOLDER, words="钱没到")
    made = collective.split(case, by=by, intake_id=second.intake.pk)
    today = timezone.localdate()
    assert made.round == 2
    assert {clock.started_on for clock in made.clocks.all()} == {today}
    answer(work.take(made, by=by), staff, "另行补发。")
    assert Answer.objects.filter(intake=second.intake).count() == 2
    after.rate(second.intake, by=intake.CODE_HOLDER, score=3)


def test_days_of_a_pause_do_not_count_for_who_leaves(kind, world, staff):
    by = staff["province"]
    lead, _ = taken(kind, world, staff)
    other, second = accepted(kind, world, staff)
    case = collective.join(lead, by=by, others=[other.pk])
    clocks.pause(case, by=staff["province_chief"], reason="等鉴定")
    week = timezone.localdate() - timedelta(days=7)
    case.pauses.update(from_on=week)
    Clock.objects.filter(case=case).update(started_on=week - timedelta(days=1))
    made = collective.split(fresh(case), by=by, intake_id=second.intake.pk)
    assert made.paused_on is not None and made.due_on is None
    made = clocks.resume(made, by=by)
    stop = made.pauses.get()
    assert (stop.from_on, stop.until_on) == (week, timezone.localdate())
    assert fresh(case).paused_on is not None


def test_a_withdrawn_complaint_is_no_case_of_its_own(kind, world, staff):
    by = staff["province"]
    lead, _ = accepted(kind, world, staff)
    others = [accepted(kind, world, staff) for _ in range(2)]
    case = collective.join(lead, by=by, others=[other.pk for other, _ in others])
    gone = others[0][1].intake
    intake.withdraw(gone, by=intake.CODE_HOLDER)
    refused("missing", collective.split, fresh(case), by=by, intake_id=gone.pk)


def test_a_complainant_acts_under_the_lock_of_the_case_they_are_in(kind, world, staff):
    lead, _ = accepted(kind, world, staff)
    other, got = accepted(kind, world, staff)
    held = Intake.objects.unscoped("test").get(pk=got.intake.pk)
    collective.join(lead, by=staff["province"], others=[other.pk])
    assert held.case_id == other.pk
    with CaptureQueriesContext(connection) as asked:
        intake.tell(held, by=intake.CODE_HOLDER, text="补充一句")
    locked = [
        query["sql"]
        for query in asked
        if "FOR UPDATE" in query["sql"] and 'FROM "casework_case"' in query["sql"]
    ]
    assert any(f'"id" = {lead.pk}' in sql for sql in locked)


def test_an_answer_to_many_names_none_of_them(kind, world, staff):
    by = staff["province"]
    lead, first = taken(kind, world, staff, name="孙晓梅")
    replies.draft(lead, by=by, text="孙晓梅同志：已补发，联系电话0551-62345678。", outcome="solved")
    other, second = accepted(kind, world, staff, name="李保国", mobile="13905510001")
    case = collective.join(lead, by=by, others=[other.pk])
    refused("names", replies.submit, case, by=by)
    given = {"by": by, "outcome": "solved"}
    refused("names", replies.draft, case, text="李 保国反映属实。", **given)
    own = {first.intake.pk: "您和李保国一并补发。"}
    refused("names", replies.draft, case, text="已补发。", own=own, **given)
    own = {first.intake.pk: "孙晓梅同志，您的部分已补发。"}
    text = "已补发，联系电话0551-62345678。"
    replies.draft(case, text=text, own=own, **given)
    replies.submit(case, by=by)
    assert second.intake.pk


def test_a_second_post_at_the_joint_unit_does_not_help_either(kind, world, staff):
    by = staff["province"]
    case, _ = taken(kind, world, staff, respondent=world.factory)
    part = work.ask_part(case, by=by, union=world.jinghu, task="请协助核实")
    both = world.actor("两边任职", (HANDLER, world.jinghu), (HANDLER, world.factory))
    refused("forbidden", cases.part, part.pk, both)
    refused("interest", work.answer_part, part, by=both, text="是谁说的")
    assert cases.part(part.pk, staff["jinghu"]).pk == part.pk
    work.answer_part(part, by=staff["jinghu"], text="已核实")


def test_the_reason_of_a_disclosure_names_nobody(kind, world, staff):
    case, _ = taken(kind, world, staff)
    part = work.ask_part(case, by=staff["province"], union=world.jinghu, task="请协助核实")
    refused("leak", work.disclose, part, by=staff["province_chief"], reason="赵明义要当面谈")


def test_what_a_complainant_adds_is_cut_like_the_complaint(kind, world, staff):
    case, got = taken(kind, world, staff, secrecy="confidential")
    intake.ask(got.intake, by=staff["province"], text="请问哪几个月？")
    words = "我是赵明义，电话13805510000，三个月。"
    intake.tell(got.intake, by=intake.CODE_HOLDER, text=words)
    asked, told = cases.face(case, staff["province"]).people[0].lines
    assert (asked.side, asked.text) == ("工会", "请问哪几个月？")
    assert told.text == "我是〔隐去〕，电话〔隐去〕，三个月。"
    assert cases.thread(got.intake).lines[-1].text.reveal() == words


def test_who_withdrew_takes_no_further_step(kind, world, staff):
    lead, first = taken(kind, world, staff)
    other, _ = accepted(kind, world, staff)
    case = collective.join(lead, by=staff["province"], others=[other.pk])
    by = intake.CODE_HOLDER
    intake.withdraw(first.intake, by=by)
    at = Intake.objects.unscoped("test").get(pk=first.intake.pk).withdrawn_at
    refused("withdrawn", intake.withdraw, first.intake, by=by)
    refused("withdrawn", intake.tell, first.intake, by=by, text="再说一句")
    answer(case, staff)
    refused("withdrawn", after.rate, first.intake, by=by, score=1)
    refused("withdrawn", after.reopen, first.intake, by=by, words="不满意")
    assert Intake.objects.unscoped("test").get(pk=first.intake.pk).withdrawn_at == at


def test_two_who_draft_do_not_write_over_each_other(kind, world, staff):
    case, _ = taken(kind, world, staff)
    seen = fresh(case).version
    given = {"by": staff["province"], "outcome": "solved", "version": seen}
    replies.draft(case, text="甲写的答复", **given)
    refused("stale", replies.draft, case, text="乙写的答复", **given)


def test_a_slip_in_the_year_is_refused(kind, world):
    slip = timezone.now().replace(year=202)
    refused("past", complaint, kind, world.province, channel="letter", received_at=slip)


def pages_queries(case, actor):
    with CaptureQueriesContext(connection) as asked:
        cases.face(case, actor)
    return len(asked)


def test_a_case_of_many_is_read_in_as_many_queries_as_one(kind, world, staff):
    actor = staff["province"]
    people = [world.person(world.mill, name) for name in ("周一", "吴二", "郑三", "王四")]
    made = [accepted(kind, world, staff, person_id=person.pk)[0] for person in people]
    one = pages_queries(made[0], actor)
    case = collective.join(made[0], by=actor, others=[item.pk for item in made[1:]])
    assert len(cases.face(case, actor).people) == 4
    assert pages_queries(case, actor) == one
