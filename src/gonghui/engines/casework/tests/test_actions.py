"""A case from the first word to the rating; every refusal on the way."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from gonghui.engines.casework.actions import after, clocks, intake, replies, supervising, work
from gonghui.engines.casework.models import (
    Answer,
    Case,
    Channel,
    Clock,
    Extension,
    Intake,
    Movement,
    Part,
    Phase,
    Rating,
    Supervision,
)
from gonghui.engines.casework.testing import complaint
from gonghui.kernel.access.roles import APPROVER, HANDLER
from gonghui.kernel.base.errors import Conflict, Forbidden, Missing, Refusal
from gonghui.kernel.bus.models import Outbox
from gonghui.kernel.notify import timeline
from gonghui.kernel.notify.models import Todo

pytestmark = pytest.mark.django_db


def again(case):
    return Case.objects.unscoped("test").get(pk=case.pk)


def intakes(case):
    return Intake.objects.unscoped("test").filter(case=case).order_by("pk")


def refused(code, run, *args, **given):
    with pytest.raises(Refusal) as found, transaction.atomic():
        run(*args, **given)
    assert found.value.code == code, found.value
    return found.value


def accepted(kind, world, staff, **said):
    got = complaint(kind, world.province, **said)
    case = work.accept(got.case, by=staff["province"], category="pay", summary="反映拖欠工资")
    return case, got


def handled(kind, world, staff, **said):
    case, got = accepted(kind, world, staff, **said)
    case = work.route(case, by=staff["province"], to=world.shushan)
    return work.take(case, by=staff["shushan"]), got


def answered(kind, world, staff, **said):
    case, got = handled(kind, world, staff, **said)
    replies.draft(case, by=staff["shushan"], text="已督促单位补发。", outcome="solved")
    case = replies.submit(case, by=staff["shushan"])
    case = replies.review(case, by=staff["shushan_chief"], send=True)
    got.intake.refresh_from_db()
    return case, got


def test_a_case_goes_from_the_first_word_to_the_rating(kind, world, staff):
    person = world.person(world.factory, "孙一凡")
    case, got = answered(kind, world, staff, person_id=person.pk)
    assert case.phase == Phase.REPLIED and case.union_id == world.shushan.pk
    assert Answer.objects.get(intake=got.intake).text.reveal() == "已督促单位补发。"
    worker = world.actor("孙一凡", person=person)
    after.rate(got.intake, by=worker, score=5, resolved=True, words="很满意")
    case = again(case)
    assert case.phase == Phase.CLOSED and case.score == 5 and case.late is False
    told = [line.title for line in timeline.of_matter(person.pk, "casework.intake", got.intake.pk)]
    assert told == ["已收到", "已受理", "已转办", "已签收", "已答复", "已评价", "已办结"]
    assert not Todo.objects.filter(target_id=str(case.pk), done_at=None).exists()
    types = set(Outbox.objects.values_list("type", flat=True))
    assert {f"cn.gonghui.casework.{name}" for name in ("received", "replied", "closed")} <= types


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"text": "  "}, "empty"),
        ({"text": "长" * 10_001}, "long"),
        ({"channel": "smoke"}, "channel"),
        ({"category": "none"}, "category"),
        ({"secrecy": "loud"}, "secrecy"),
        ({"people": 0}, "people"),
        ({"name": "", "mobile": ""}, "nobody"),
        ({"received_at": timezone.now() + timedelta(hours=1)}, "future"),
    ],
)
def test_what_cannot_be_taken_in(kind, world, staff, change, code):
    refused(code, complaint, kind, world.province, by=staff["province"], **change)


def test_only_the_desk_registers_and_only_the_complainant_submits(kind, world, staff):
    refused("forbidden", complaint, kind, world.province, by=staff["shushan"])
    said = intake.Said("标题", "内容", channel=Channel.PHONE, name="甲乙")
    refused("channel", intake.submit, kind, world.province, said, by=staff["province"])


def test_a_message_delivered_twice_is_one_intake(kind, world):
    one = complaint(kind, world.province, channel="sms", key="mo-1")
    two = complaint(kind, world.province, channel="sms", key="mo-1")
    assert two.again and two.intake.pk == one.intake.pk
    assert Case.objects.unscoped("test").count() == 1


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("casework_case", "received_at = received_at - interval '1 day'"),
        ("casework_intake", "received_at = now()"),
        ("casework_intake", "recorded_at = now() - interval '9 days'"),
        ("casework_intake", "channel = 'web'"),
        ("casework_intake", "number = 'SY1'"),
        ("casework_intake", "first_case_id = 0"),
        ("casework_case", "number = 'SY1'"),
    ],
)
def test_nobody_changes_a_first_receipt(kind, world, table, change):
    complaint(kind, world.province)
    with (
        pytest.raises(DatabaseError, match="first receipts"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE {table} SET {change}")


@pytest.mark.parametrize("how", ["DELETE FROM", "TRUNCATE"])
@pytest.mark.parametrize("table", ["casework_case", "casework_intake"])
def test_nobody_deletes_a_receipt(kind, world, table, how):
    complaint(kind, world.province)
    with (
        pytest.raises(DatabaseError, match="first receipts"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET LOCAL gonghui.may_empty = off")
        cursor.execute(f"{how} {table}{' CASCADE' if how == 'TRUNCATE' else ''}")


def test_a_letter_keeps_the_day_it_came(kind, world):
    arrived = timezone.now() - timedelta(days=3)
    got = complaint(kind, world.province, channel="letter", received_at=arrived)
    assert got.intake.received_at == arrived == got.case.received_at
    assert got.intake.recorded_at > arrived
    clock = Clock.objects.get(case=got.case, code="accept")
    assert clock.started_on == timezone.localdate(arrived)
    worker = world.actor("职工")
    web = complaint(kind, world.province, channel="web", received_at=arrived, by=worker)
    assert web.intake.received_at > arrived, "who hands in themselves says no day"


def test_accepting(kind, world, staff):
    got = complaint(kind, world.province)
    case = got.case
    by = staff["province"]
    refused("forbidden", work.accept, case, by=staff["shushan"], category="pay")
    refused("category", work.accept, case, by=by, category="none")
    refused("difficulty", work.accept, case, by=by, category="pay", difficulty="x")
    refused("leak", work.accept, case, by=by, category="pay", summary="赵明义反映欠薪")
    refused("phase", work.take, case, by=by)
    refused("phase", work.route, case, by=by)
    case = work.accept(case, by=by, category="pay", summary="反映欠薪")
    assert Clock.objects.get(case=case, code="accept").met_on == timezone.localdate()
    assert case.due_on == Clock.objects.get(case=case, code="finish").due_on
    refused("phase", work.accept, case, by=by, category="pay")


def test_declining_tells_why(kind, world, staff):
    got = complaint(kind, world.province)
    refused("empty", work.decline, got.case, by=staff["province"], reason=" ")
    refused("leak", work.decline, got.case, by=staff["province"], reason="13805510000 打错了")
    case = work.decline(
        got.case, by=staff["province"], reason="属于法院受理范围", rule="《信访工作条例》"
    )
    assert case.phase == Phase.DECLINED and case.rank_on.year == 9999
    refused("phase", work.accept, case, by=staff["province"], category="pay")


def test_routing_by_table_tree_and_hand(kind, world, staff):
    case, _ = accepted(kind, world, staff)
    case = work.route(case, by=staff["province"], competent=world.factory)
    assert case.union_id == world.shushan.pk and case.county_id == world.shushan.pk
    moved = Movement.objects.get(case=case)
    assert "第 5 行" in moved.because and moved.from_name == world.province.name
    assert intakes(case).get().org_path == world.shushan.path
    refused("forbidden", work.take, case, by=staff["jinghu"])
    case = work.send_back(case, by=staff["shushan"], reason="不属于本区")
    assert case.union_id == world.province.pk
    refused("no_sender", work.send_back, case, by=staff["province"], reason="再退")
    case = work.route(case, by=staff["province"], to=world.jinghu)
    refused("forbidden", work.take, case, by=staff["shushan"])
    assert work.take(case, by=staff["jinghu"]).handler_id == staff["jinghu"].user_id


def test_handing_over(kind, world, staff):
    case, _ = handled(kind, world, staff)
    by = staff["shushan"]
    stranger, colleague = staff["jinghu"].user_id, staff["hefei"].user_id
    refused("no_handler", work.hand_over, case, by=by, user_id=stranger, reason="外出")
    case = work.hand_over(case, by=by, user_id=colleague, reason="外出")
    assert case.handler_id == colleague
    assert Todo.objects.get(kind="case.handle", done_at=None).assignee_user_id == colleague


def test_steps_of_the_system(kind, world, staff):
    case, _ = handled(kind, world, staff)
    refused("step", work.step, case, by=staff["shushan"], step="flying")
    refused("leak", work.step, case, by=staff["shushan"], step="visiting", text="找赵明义")
    assert work.step(case, by=staff["shushan"], step="visiting").step == "visiting"


def test_pause_resume_and_one_extension(kind, world, staff):
    case, _ = handled(kind, world, staff)
    by, chief = staff["shushan"], staff["shushan_chief"]
    due = case.due_on
    refused("forbidden", clocks.pause, case, by=by, reason="等鉴定")
    case = clocks.pause(case, by=chief, reason="等鉴定结论")
    assert case.due_on is None and case.paused_on == timezone.localdate()
    refused("paused", clocks.pause, case, by=chief, reason="再停")
    refused("paused", clocks.ask_extension, case, by=by, days=5, reason="复杂")
    case = clocks.resume(case, by=by)
    assert case.due_on == due
    refused("not_paused", clocks.resume, case, by=by)
    refused("no_request", clocks.decide_extension, case, by=chief, grant=True)
    refused("too_long", clocks.ask_extension, case, by=by, days=31, reason="复杂")
    refused("no_clock", clocks.ask_extension, case, by=by, days=3, reason="x", clock="accept")
    clocks.ask_extension(case, by=by, days=30, reason="涉及多个单位")
    refused("extended", clocks.ask_extension, case, by=by, days=3, reason="再来")
    refused("forbidden", clocks.decide_extension, case, by=by, grant=True)
    both = world.actor("兼任", (HANDLER, world.shushan), (APPROVER, world.shushan))
    Extension.objects.update(asked_by_id=both.user_id)
    refused("own_work", clocks.decide_extension, case, by=both, grant=True)
    case = clocks.decide_extension(case, by=chief, grant=True, opinion="同意")
    assert case.due_on > due
    refused("extended", clocks.ask_extension, case, by=by, days=3, reason="第二次")


def test_a_refused_extension_may_be_asked_for_again(kind, world, staff):
    case, _ = handled(kind, world, staff)
    clocks.ask_extension(case, by=staff["shushan"], days=10, reason="复杂")
    clocks.decide_extension(case, by=staff["shushan_chief"], grant=False, opinion="理由不足")
    due = again(case).due_on
    clocks.ask_extension(case, by=staff["shushan"], days=5, reason="补充理由")
    assert again(case).due_on == due


def test_a_reply_is_reviewed_by_another(kind, world, staff):
    case, got = handled(kind, world, staff)
    by, chief = staff["shushan"], staff["shushan_chief"]
    refused("no_draft", replies.submit, case, by=by)
    refused("empty", replies.draft, case, by=by, text=" ", outcome="solved")
    refused("outcome", replies.draft, case, by=by, text="好", outcome="none")
    refused("stray", replies.draft, case, by=by, text="好", outcome="solved", own={0: "您"})
    replies.draft(case, by=by, text="初稿", outcome="solved")
    case = replies.submit(case, by=by)
    refused("phase", replies.draft, case, by=by, text="再改", outcome="solved")
    refused("forbidden", replies.review, case, by=by, send=True)
    refused("empty", replies.review, case, by=chief, send=False)
    case = replies.review(case, by=chief, send=False, opinion="请补充依据")
    assert case.phase == Phase.HANDLING and not Answer.objects.exists()
    both = world.actor("兼任", (HANDLER, world.shushan), (APPROVER, world.shushan))
    replies.draft(case, by=both, text="改稿", outcome="solved")
    case = replies.submit(case, by=both)
    refused("own_work", replies.review, case, by=both, send=True)
    case = replies.review(case, by=chief, send=True)
    assert Answer.objects.get().text.reveal() == "改稿"
    got.intake.refresh_from_db()
    assert got.intake.answered_at is not None


def test_parts_of_others(kind, world, staff):
    case, _ = handled(kind, world, staff)
    by = staff["shushan"]
    ask = {"by": by, "task": "请协助核实考勤", "role": "joint"}
    refused("leak", work.ask_part, case, by=by, union=world.hefei, task="赵明义的考勤")
    refused("empty", work.ask_part, case, by=by, union=world.hefei, task=" ")
    refused("role", work.ask_part, case, by=by, union=world.hefei, task="查", role="x")
    refused("lead", work.ask_part, case, union=world.shushan, **ask)
    unit = {**ask, "role": "respondent"}
    refused("not_respondent", work.ask_part, case, union=world.factory, **unit)
    part = work.ask_part(case, union=world.jinghu, **ask)
    refused("asked", work.ask_part, case, union=world.jinghu, **ask)
    replies.draft(case, by=by, text="好", outcome="solved")
    refused("parts_open", replies.submit, case, by=by)
    refused("forbidden", work.answer_part, part, by=by, text="我来答")
    refused("empty", work.answer_part, part, by=staff["jinghu"], text=" ")
    refused("not_answered", work.return_part, part, by=by, reason="重来")
    work.answer_part(part, by=staff["jinghu"], text="已核实")
    refused("answered", work.answer_part, part, by=staff["jinghu"], text="又答")
    refused("forbidden", work.return_part, part, by=staff["jinghu"], reason="重来")
    work.return_part(part, by=by, reason="缺工资表")
    work.answer_part(part, by=staff["jinghu"], text="补上工资表")
    refused("forbidden", work.disclose, part, by=by, reason="需要联系")
    work.disclose(part, by=staff["shushan_chief"], reason="需要当面核实")
    assert Part.objects.unscoped("test").get(pk=part.pk).disclosed
    assert replies.submit(case, by=by).phase == Phase.REVIEW


def test_urging_and_supervision(kind, world, staff):
    case, _ = handled(kind, world, staff)
    chief = staff["hefei_chief"]
    tomorrow = timezone.localdate() + timedelta(days=1)
    refused("forbidden", supervising.urge, case, by=staff["wuhu_chief"], text="快办")
    refused("empty", supervising.urge, case, by=chief, text=" ")
    assert supervising.urge(case, by=chief, text="请抓紧").urged == 1
    refused("urged", supervising.urge, case, by=chief, text="再催")
    ask = {"requirement": "三日内报告", "due_on": tomorrow}
    refused(
        "past",
        supervising.supervise,
        case,
        by=chief,
        requirement="报告",
        due_on=tomorrow - timedelta(days=1),
    )
    refused("no_supervision", supervising.report, case, by=staff["shushan"], text="在办")
    case = supervising.supervise(case, by=chief, **ask)
    assert Supervision.objects.get().union_id == world.hefei.pk
    refused("supervised", supervising.supervise, case, by=chief, **ask)
    refused("no_supervision", supervising.settle, case, by=chief)
    supervising.report(case, by=staff["shushan"], text="已约谈单位")
    supervising.settle(case, by=chief, done=False, opinion="说明金额")
    supervising.report(case, by=staff["shushan"], text="金额一万二")
    assert supervising.settle(case, by=chief).supervised is False


def test_ratings_call_backs_and_taking_up_again(kind, world, staff):
    person = world.person(world.mill, "周晓")
    worker = world.actor("周晓", person=person)
    case, got = handled(kind, world, staff, person_id=person.pk)
    one = got.intake
    refused("phase", after.rate, one, by=worker, score=5)
    case, got = answered(kind, world, staff, person_id=person.pk)
    one = got.intake
    other = world.actor("别人", person=world.person(world.mill, "吴二"))
    refused("forbidden", after.rate, one, by=other, score=1)
    refused("score", after.rate, one, by=worker, score=6)
    refused("forbidden", after.call_back, one, by=staff["jinghu"], reached=True)
    refused("not_reached", after.call_back, one, by=staff["shushan"], reached=False, score=3)
    after.call_back(one, by=staff["shushan"], reached=False)
    after.call_back(one, by=staff["shushan"], reached=True, score=2, words="没解决")
    refused("rated", after.rate, one, by=worker, score=5)
    refused("empty", after.reopen, one, by=worker, words=" ")
    case = after.reopen(one, by=worker, words="钱还没到")
    assert case.phase == Phase.ROUTED and case.round == 2 and case.due_on
    case = work.take(case, by=staff["shushan"])
    replies.draft(case, by=staff["shushan"], text="已到账", outcome="solved")
    case = replies.submit(case, by=staff["shushan"])
    replies.review(case, by=staff["shushan_chief"], send=True)
    after.rate(one, by=worker, score=4)
    assert again(case).score == 4 and Rating.objects.count() == 2
    assert Answer.objects.filter(intake=one).count() == 2
    Case.objects.unscoped("test").filter(pk=case.pk).update(round=3)
    refused("reopen_often", after.reopen, one, by=worker, words="还是不行")
    Answer.objects.update(sent_at=timezone.now() - timedelta(days=40))
    Case.objects.unscoped("test").filter(pk=case.pk).update(round=1)
    refused("reopen_late", after.reopen, one, by=worker, words="太晚了")


def test_the_thread_of_a_complainant(kind, world, staff):
    case, got = handled(kind, world, staff)
    one = intake.by_code(got.code)
    intake.ask(one, by=staff["shushan"], text="请问拖欠几个月？")
    intake.tell(one, by=intake.CODE_HOLDER, text="三个月")
    refused("empty", intake.tell, one, by=intake.CODE_HOLDER, text=" ")
    assert [line.text.reveal() for line in one.lines.order_by("pk")] == [
        "请问拖欠几个月？",
        "三个月",
    ]
    stranger = world.actor("路人", person=world.person(world.mill))
    refused("forbidden", intake.tell, one, by=stranger, text="我也来")
    intake.withdraw(one, by=intake.CODE_HOLDER, words="已经发了")
    assert again(case).phase == Phase.WITHDRAWN
    with pytest.raises(Conflict):
        intake.tell(one, by=intake.CODE_HOLDER, text="还有")


def test_codes_are_tried_a_few_times_only(kind, world):
    got = complaint(kind, world.province)
    assert intake.by_code(got.code.lower(), ip="192.0.2.1").pk == got.intake.pk
    for _ in range(5):
        with pytest.raises(Missing):
            intake.by_code("AAAA-BBBB-CCCC", ip="192.0.2.1")
    refused("locked", intake.by_code, got.code, ip="192.0.2.1")
    assert intake.by_code(got.code, ip="192.0.2.2").pk == got.intake.pk


def test_nobody_works_on_their_own_matter(kind, world, staff):
    person = world.person(world.shushan, "钱多")
    clerk = world.actor("钱多", (HANDLER, world.province), person=person)
    got = complaint(kind, world.province, person_id=person.pk)
    refused("own", work.accept, got.case, by=clerk, category="pay")


def test_what_another_changed_meanwhile_is_not_overwritten(kind, world, staff):
    got = complaint(kind, world.province)
    seen = got.case.version
    work.accept(got.case, by=staff["province"], category="pay")
    refused(
        "stale",
        work.describe,
        got.case,
        by=staff["province"],
        category="pay",
        difficulty="hard",
        version=seen,
    )


def test_crisis_words_open_an_urgent_to_do(kind, world):
    got = complaint(kind, world.province, text="我不想活了", channel="web")
    assert got.case.crisis and got.hint.crisis
    assert Todo.objects.filter(kind="case.call", done_at=None, union_id=world.province.pk).exists()


def test_guards_and_hooks_of_the_system(kind, world, staff):
    seen = []

    def guard(case, *, by, **given):
        raise Forbidden("本系统不许。", code="guarded")

    kind.guards["decline"] = guard
    kind.hooks["accepted"] = lambda case, *, by, **facts: seen.append((case.number, by.name))
    try:
        got = complaint(kind, world.province)
        refused("guarded", work.decline, got.case, by=staff["province"], reason="不归我们管")
        work.accept(got.case, by=staff["province"], category="pay")
        assert seen == [(got.case.number, "province经办")]
    finally:
        kind.guards.clear()
        kind.hooks.clear()
