"""Legal aid from application to closing file: who may, when, and what the others never see."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gonghui.engines.casework.actions import after, clocks, intake, work
from gonghui.engines.casework.models import Case, Intake
from gonghui.engines.casework.walls import everywhere
from gonghui.kernel.access.roles import APPROVER, HANDLER
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.notify.models import Message, Todo
from gonghui.kernel.org.models import UnionKind
from gonghui.kernel.org.scoping import Scope
from gonghui.systems.rights.legal_aid.actions import aid, lawyers, payouts, people
from gonghui.systems.rights.legal_aid.jobs.reminding import remind
from gonghui.systems.rights.legal_aid.models import (
    Aid,
    Assigned,
    Assignment,
    Hearing,
    SubsidyLine,
)
from gonghui.systems.rights.legal_aid.queries import aid as queries
from gonghui.systems.rights.legal_aid.queries import people as register
from gonghui.systems.rights.legal_aid.queries import statistics
from gonghui.systems.rights.legal_aid.tests import makers
from gonghui.systems.rights.legal_aid.views import layouts

pytestmark = pytest.mark.django_db


def again(row):
    return Aid.objects.unscoped("test").select_related("case", "union").get(pk=row.pk)


def case_of(row):
    return Case.objects.unscoped("test").get(pk=row.case_id)


def intake_of(row):
    with everywhere():
        return Intake.objects.unscoped("test").get(case_id=row.case_id)


def test_an_application_lies_at_the_county_and_names_nobody(world):
    row = makers.applied(world, world.factory)
    assert row.union_id == world.shushan.pk
    assert row.applicant == "migrant" and row.claimed == 12000
    assert makers.NAME not in str(vars(row)) + str(vars(row.case))
    clock = row.case.clocks.get(code="decide")
    assert (clock.due_on - clock.started_on).days >= 7


def test_one_screens_and_another_decides(world):
    row = makers.screened(world, world.factory)
    assert row.state == "screened" and row.means == "exempt"
    both = world.actor("兼任", (HANDLER, world.shushan), (APPROVER, world.shushan))
    Aid.objects.unscoped("test").filter(pk=row.pk).update(screened_by_id=both.user_id)
    with pytest.raises(Refusal):
        aid.grant(row, by=both, form="arbitration")
    with pytest.raises(Forbidden):
        aid.grant(row, by=makers.handler(world, world.shushan), form="arbitration")
    with pytest.raises(Forbidden):
        aid.grant(row, by=makers.approver(world, world.jinghu), form="arbitration")
    row = aid.grant(row, by=makers.approver(world, world.shushan), form="arbitration")
    assert row.state == "granted" and row.number
    assert case_of(row).clocks.get(code="decide").met_on == timezone.localdate()


def test_lacking_materials_stop_the_term_once(world):
    row = makers.reviewing(world, world.factory)
    by = makers.handler(world, world.shushan)
    with pytest.raises(Refusal):
        aid.screen(row, by=by, favourable=True, finding="属实", materials=("id",))
    row = aid.ask(row, by=by, lacking="劳动合同或考勤记录")
    assert row.state == "supplement" and case_of(row).due_on is None
    row = aid.supplied(again(row), by=by)
    assert again(row).state == "reviewing" and case_of(row).due_on is not None
    with pytest.raises(Refusal):
        aid.ask(again(row), by=by, lacking="再补")


def test_what_the_unit_might_read_names_nobody(world):
    row = makers.reviewing(world, world.factory)
    with pytest.raises(Refusal) as told:
        aid.screen(
            row,
            by=makers.handler(world, world.shushan),
            favourable=False,
            finding=f"{makers.NAME}的收入超过标准",
        )
    assert told.value.code == "leak"


def test_a_refusal_is_answered_and_judged_above_once(world):
    row = makers.screened(world, world.factory, favourable=False, finding="不属劳动争议")
    row = aid.refuse(row, by=makers.approver(world, world.shushan), reason="不属援助范围")
    assert row.state == "refused" and case_of(row).phase == "replied"
    found = intake_of(row)
    after.reopen(found, by=intake.CODE_HOLDER, words="有新的证据")
    row = again(row)
    assert row.state == "appealed"
    with pytest.raises(Forbidden):
        aid.judge(
            row,
            by=makers.approver(world, world.shushan),
            uphold=False,
            opinion="属实",
            form="advice",
        )
    row = aid.judge(row, by=makers.approver(world, world.hefei), uphold=True, opinion="维持原决定")
    assert row.state == "refused" and case_of(row).phase == "replied"
    with pytest.raises(Refusal):
        after.reopen(intake_of(row), by=intake.CODE_HOLDER, words="还是不服")


def test_a_lawyer_with_a_tie_is_not_assigned(world):
    row = makers.granted(world, world.factory)
    by = makers.handler(world, row.union)
    tied = makers.person(world, row.union)
    tied = people.declare(tied, by=by, kind="client", name="井岗机电制造")
    with pytest.raises(Refusal) as told:
        lawyers.assign(row, by=by, lawyer=tied.pk)
    assert told.value.code == "conflict"
    kin = makers.person(world, row.union, name="储晓燕")
    kin = people.declare(kin, by=by, kind="relative", name=makers.NAME)
    with pytest.raises(Refusal) as told:
        lawyers.assign(row, by=by, lawyer=kin.pk)
    assert makers.NAME not in str(told.value)
    late = makers.person(world, row.union, checked_on=timezone.localdate() - timedelta(days=700))
    with pytest.raises(Refusal) as told:
        lawyers.assign(row, by=by, lawyer=late.pk)
    assert told.value.code == "unfit"


def test_a_lawyer_works_on_their_own_case_only(world):
    own = world.member(world.factory_b).person
    held = makers.assigned(world, world.factory, person_id=own.pk)
    lawyer = world.actor("律师", person=own)
    stranger = world.actor("别人", person=world.member(world.mill).person)
    with pytest.raises(Forbidden):
        lawyers.answer(held, by=stranger, accepts=True)
    held = lawyers.answer(held, by=lawyer, accepts=True)
    assert again(held.aid).state == "working"
    lawyers.add_hearing(
        held,
        by=lawyer,
        at=timezone.now() + timedelta(days=2),
        forum="蜀山区劳动人事争议仲裁委员会",
        place="第二仲裁庭",
    )
    lawyers.progress(held, by=lawyer, words="已提交仲裁申请")
    shown = lawyers.meet(held, by=lawyer)
    assert shown[0][0] == makers.NAME
    with pytest.raises(Forbidden):
        lawyers.meet(held, by=makers.handler(world, world.shushan))
    lawyers.conclude(held, by=lawyer, result="won", summary="裁决支持", recovered=Decimal(9000))
    row = again(held.aid)
    assert row.state == "concluded" and row.recovered == 9000


def test_an_offer_declined_goes_back_to_be_assigned(world):
    held = makers.assigned(world, world.factory)
    by = makers.handler(world, held.union)
    with pytest.raises(Refusal):
        lawyers.answer(held, by=by, accepts=False)
    held = lawyers.answer(held, by=by, accepts=False, words="与对方有代理关系")
    assert held.state == Assigned.DECLINED and again(held.aid).state == "granted"
    with pytest.raises(Conflict):
        lawyers.answer(held, by=by, accepts=True)


def test_closing_pays_nothing_and_lists_once(world):
    row = makers.closed(world, world.factory)
    line = SubsidyLine.objects.unscoped("test").get(assignment__aid=row)
    assert line.amount == 1500 and case_of(row).phase == "replied"
    by = makers.approver(world, world.shushan)
    made = payouts.draw_up(world.shushan, by=by)
    assert (made.count, made.total) == (1, 1500)
    with pytest.raises(Refusal):
        payouts.draw_up(world.shushan, by=by)


def test_a_file_is_archived_when_it_is_whole_and_rated(world):
    row = makers.closed(world, world.factory)
    by = makers.handler(world, row.union)
    after.rate(intake_of(row), by=intake.CODE_HOLDER, score=5)
    with pytest.raises(Refusal, match="还缺少"):
        aid.archive(row, by=by)
    held = queries.last_assignment(row)
    for paper in ("documents", "outcome"):
        lawyers.add_paper(held, by=by, paper=paper, title="仲裁文书")
    row = aid.archive(again(row), by=by)
    assert row.state == "archived" and row.file_number
    assert "rating" in queries.papers_there(row)


def test_the_engine_page_does_not_go_round_the_stages(world):
    row = makers.reviewing(world, world.factory)
    by = makers.handler(world, row.union)
    with pytest.raises(Refusal):
        work.step(case_of(row), by=by, step="granted")
    with pytest.raises(Conflict):
        aid.take_in(again(row), by=by)


def test_withdrawn_and_declined_follow_the_case(world):
    row = makers.applied(world, world.factory)
    intake.withdraw(intake_of(row), by=intake.CODE_HOLDER)
    assert again(row).state == "withdrawn"
    other = makers.applied(world, world.factory, mobile="13905510001")
    work.decline(case_of(other), by=makers.handler(world, world.shushan), reason="请向户籍地申请")
    assert again(other).state == "declined"


def test_replacing_a_lawyer_keeps_the_history(world):
    held = makers.working(world, world.factory)
    row = lawyers.replace(held.aid, by=makers.handler(world, held.union), reason="律师因病不能承办")
    assert again(row).state == "granted"
    assert Assignment.objects.unscoped("test").get(pk=held.pk).state == Assigned.REPLACED


def test_nobody_without_a_record_of_their_own_passes_for_the_lawyer(world):
    held = makers.working(world, world.factory, person_id=None)
    by = makers.handler(world, held.union)
    assert by.person_id is None
    with pytest.raises(Forbidden):
        lawyers.meet(held, by=by)


def open_todos():
    return Todo.objects.filter(target_type__startswith="legal_aid", done_at=None)


@pytest.mark.parametrize(
    ("make", "left"),
    [(makers.working, Assigned.DONE), (makers.assigned, Assigned.DECLINED)],
)
def test_what_is_withdrawn_waits_for_nobody(world, make, left):
    held = make(world, world.factory)
    intake.withdraw(intake_of(held.aid), by=intake.CODE_HOLDER)
    assert again(held.aid).state == "withdrawn" and not open_todos().exists()
    assert Assignment.objects.unscoped("test").get(pk=held.pk).state == left
    assert register.load(held.lawyer) == 0


def test_a_decision_waits_no_more_for_a_withdrawn_application(world):
    row = makers.screened(world, world.factory)
    assert open_todos().exists()
    intake.withdraw(intake_of(row), by=intake.CODE_HOLDER)
    assert not open_todos().exists()


def test_an_offer_ends_with_its_case(world):
    held = makers.assigned(world, world.factory)
    aid.end(held.aid, by=makers.approver(world, held.union), reason="受援人自行委托了律师")
    assert Assignment.objects.unscoped("test").get(pk=held.pk).state == Assigned.DECLINED
    assert not open_todos().exists()


def appealed(world):
    row = makers.screened(world, world.factory, favourable=False, finding="不属劳动争议")
    row = aid.refuse(row, by=makers.approver(world, world.shushan), reason="不属援助范围")
    after.reopen(intake_of(row), by=intake.CODE_HOLDER, words="有新的证据")
    return again(row)


def test_the_desk_does_not_decline_an_appeal(world):
    row = appealed(world)
    with pytest.raises(Refusal) as told:
        work.decline(case_of(row), by=makers.handler(world, world.shushan), reason="不再受理")
    assert told.value.code == "by_stage" and again(row).state == "appealed"


def test_an_appeal_the_desk_signed_for_is_judged_all_the_same(world):
    row = appealed(world)
    work.take(case_of(row), by=makers.handler(world, world.shushan))
    by = makers.approver(world, world.hefei)
    row = aid.judge(again(row), by=by, uphold=False, opinion="属于援助范围", form="advice")
    assert row.state == "granted"
    printed = str(layouts.approval(again(row)))
    assert "不予援助。不属援助范围" in printed
    assert "决定援助，法律咨询。属于援助范围" in printed


def test_a_term_that_runs_on_already_does_not_hold_the_review_up(world):
    row = makers.reviewing(world, world.factory)
    by = makers.handler(world, world.shushan)
    row = aid.ask(row, by=by, lacking="劳动合同")
    clocks.resume(case_of(row), by=by)
    assert aid.supplied(again(row), by=by).state == "reviewing"


def test_hearings_before_the_assignment_are_not_paid_to_the_lawyer(world):
    row = makers.concluded(world, world.factory)
    now = timezone.now()
    for days in (9, 8, 7):
        Hearing.objects.create(
            aid=row, at=now - timedelta(days=days), forum="仲裁委", place="第二庭"
        )
    row = aid.close(row, by=makers.approver(world, row.union))
    assert SubsidyLine.objects.unscoped("test").get(assignment__aid=row).amount == 1500


def test_what_no_approver_accepted_is_not_recovered(world):
    row = makers.concluded(world, world.factory)
    today = timezone.localdate()
    given = (Scope.of([world.shushan.path]), today - timedelta(days=1), today)
    assert not statistics.totals(*given)["aid"]["recovered"]
    assert statistics.by_result(*given) == []
    aid.close(row, by=makers.approver(world, row.union))
    assert statistics.totals(*given)["aid"]["recovered"] == 11000
    assert statistics.by_result(*given)[0]["recovered"] == 11000


def test_units_without_matters_cost_no_query_each(world):
    for number in range(3):
        name = f"蜀山区第{number}镇总工会"
        world.found(f"town{number}", name, UnionKind.TOWN, "shushan", "340104")
    today = timezone.localdate()
    with CaptureQueriesContext(connection) as captured:
        assert statistics.by_unit(world.shushan, today, today) == []
    assert len(captured) == 4


def test_a_lawyer_is_locked_while_a_case_is_given(world):
    row = makers.granted(world, world.factory)
    found = makers.person(world, row.union)
    with CaptureQueriesContext(connection) as captured:
        lawyers.assign(row, by=makers.handler(world, row.union), lawyer=found.pk)
    assert any(
        "FOR NO KEY UPDATE" in query["sql"] and "legal_aid_practitioner" in query["sql"]
        for query in captured
    )


def test_a_tie_without_an_end_in_sight_is_a_conflict_and_no_crash(world):
    row = makers.granted(world, world.factory)
    by = makers.handler(world, row.union)
    tied = makers.person(world, row.union)
    tied = people.declare(tied, by=by, kind="client", name=makers.EMPLOYER, until=date.max)
    with pytest.raises(Refusal) as told:
        lawyers.assign(row, by=by, lawyer=tied.pk)
    assert told.value.code == "conflict"


def test_a_hearing_without_a_lawyer_is_told_to_the_handler(world):
    held = makers.working(world, world.factory)
    by = makers.handler(world, held.union)
    at = timezone.now() + timedelta(days=1)
    lawyers.add_hearing(held, by=by, at=at, forum="蜀山区仲裁委", place="第二庭")
    lawyers.replace(held.aid, by=by, reason="律师因病不能承办")
    assert remind() == 1
    (told,) = Message.objects.filter(template="legal-aid.step", body__contains="没有承办律师")
    assert told.recipient_user_id == case_of(held.aid).handler_id
