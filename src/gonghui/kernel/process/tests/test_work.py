"""Work items: who signs, how seats count, handing over, consulting, sending back, refusals."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from gonghui.kernel.access.actor import platform
from gonghui.kernel.access.roles import APPROVER, HANDLER, VIEWER
from gonghui.kernel.audit.models import Entry
from gonghui.kernel.base.errors import Conflict, Forbidden, Missing, Refusal
from gonghui.kernel.base.workdays import add_workdays
from gonghui.kernel.notify.models import Message, Todo
from gonghui.kernel.process import cases, delegating, stepping, work
from gonghui.kernel.process.models import CaseState, ItemState, Mode, WorkItem
from gonghui.kernel.process.tallying import Signature, outcome_of
from gonghui.kernel.process.tests import flows
from gonghui.kernel.process.tests.conftest import Office
from gonghui.kernel.process.tests.flows import arrows, diagram, effect, line, message, node
from gonghui.kernel.process.tests.flows import work as task


def refused(code: str, kind: type[Refusal] = Refusal) -> Any:
    return pytest.raises(kind, check=lambda error: error.code == code)


def test_one_signs_and_the_effect_runs_in_the_same_step(office: Office) -> None:
    (boss,) = office.approvers(1, office.world.factory)
    case = office.start(line(task("check"), effect("save", "approve")), city="合肥")
    item = office.only(case)
    todo = Todo.objects.get(target_id=str(item.pk), done_at=None)
    assert (todo.permission, todo.union_id) == ("work.approver", office.world.factory.pk)
    item = work.decide(item, by=boss, choice="agree", opinion="可以")
    case.refresh_from_db()
    assert case.state == CaseState.COMPLETED and case.engine == {}
    assert case.variables == {
        "city": "合肥",
        "choice": "agree",
        "choice_check": "agree",
        "grade": "approved",
    }
    assert [(case.subject_id, boss.name)] == flows.DONE
    assert item.decided_by_name == boss.name
    assert not Todo.objects.filter(done_at=None).exists()
    kinds = [event.kind for event in cases.history(case)]
    assert kinds == ["started", "decided", "effect", "completed"]
    assert Entry.objects.filter(action="work.decide").exists()


def test_work_goes_to_the_nearest_union_with_somebody_in_the_role(office: Office) -> None:
    office.approvers(1, office.world.shushan)
    case = office.start(line(task("check")))
    assert office.only(case).union == office.world.shushan


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"who": "role", "at": "here"}, "factory"),
        ({"who": "role", "at": "county"}, "shushan"),
        ({"who": "role", "at": "city"}, "hefei"),
        ({"who": "role", "at": "province"}, "province"),
        ({"who": "superior"}, "jinggang"),
        ({"who": "initiator_union"}, "factory"),
    ],
)
def test_who_signs_is_said_by_the_diagram(
    office: Office, given: dict[str, str], expected: str
) -> None:
    for key in ("factory", "jinggang", "shushan", "hefei", "province"):
        office.approvers(1, office.world.unions[key])
    case = office.start(line(task("check", **given)))
    assert office.only(case).union == office.world.unions[expected]


def test_the_starter_a_user_or_an_expression_names_who_signs(office: Office) -> None:
    one, two = office.approvers(2, office.world.hefei)
    case = office.start(line(task("check", who="starter")))
    assert office.only(case).assignee_id == office.starter.user_id
    case = office.start(line(task("check", who="user", user=str(one.user_id))))
    assert office.only(case).assignee_id == one.user_id
    case = office.start(
        line(task("check", who="expression", expression="people", mode="all")),
        people=[str(one.user_id), str(two.user_id), "nobody"],
    )
    assert {item.assignee_id for item in office.open(case)} == {one.user_id, two.user_id}


def test_without_anybody_named_the_approvers_of_the_case_sign(office: Office) -> None:
    office.approvers(1, office.world.factory)
    case = office.start(line(task("check", who="user", user="999999999")))
    assert (office.only(case).role, office.only(case).union) == ("approver", office.world.factory)


def test_others_may_not_sign(office: Office) -> None:
    office.approvers(1, office.world.factory)
    case = office.start(line(task("check")))
    item = office.only(case)
    strangers = [
        office.person("外人"),
        office.person("经办人", (HANDLER, office.world.factory)),
        office.person("查阅人", (VIEWER, office.world.factory)),
        office.person("别处审批人", (APPROVER, office.world.mill)),
        office.person("上级审批人", (APPROVER, office.world.hefei)),
    ]
    for stranger in strangers:
        with refused("not_yours", Forbidden):
            work.decide(item, by=stranger, choice="agree")
    with refused("anonymous", Forbidden):
        from gonghui.kernel.access.actor import ANONYMOUS

        work.decide(item, by=ANONYMOUS, choice="agree")
    assert office.only(case) == item


def test_what_is_missing_is_said_beside_its_field(office: Office) -> None:
    (boss,) = office.approvers(1, office.world.factory)
    fields = '<gonghui:field name="amount" title="金额" kind="number" required="true"/>'
    case = office.start(line(task("check", fields)))
    item = office.only(case)
    with refused("no_choice") as found:
        work.decide(item, by=boss, choice="maybe")
    assert found.value.field == "choice"
    with refused("no_opinion") as found:
        work.decide(item, by=boss, choice="disagree", opinion="  ")
    assert found.value.field == "opinion"
    with refused("required") as found:
        work.decide(item, by=boss, choice="agree")
    assert found.value.field == "amount"
    with refused("rule_value"):
        work.decide(item, by=boss, choice="agree", variables={"amount": "很多"})
    work.decide(item, by=boss, choice="agree", variables={"amount": 12, "grade": "own"})
    case.refresh_from_db()
    assert case.variables["amount"] == 12 and "grade" not in case.variables


def test_a_refused_effect_leaves_everything_as_it_was(office: Office) -> None:
    (boss,) = office.approvers(1, office.world.factory)
    case = office.start(line(task("check"), effect("save", "refuse")))
    with refused("test_refused"):
        work.decide(office.only(case), by=boss, choice="agree")
    assert office.at(case) == ["check"]
    assert cases.history(case).count() == 1


def test_conditions_choose_the_way(office: Office) -> None:
    office.approvers(1, office.world.factory)
    xml = diagram(
        node("startEvent", "start"),
        node("exclusiveGateway", "gate", default="gate_small"),
        task("small"),
        task("large"),
        node("endEvent", "end"),
        arrows("start>gate", "gate>small", "gate>large if amount > 100.0"),
        arrows("small>end", "large>end"),
    )
    assert office.at(office.start(xml, amount=100)) == ["small"]
    assert office.at(office.start(amount=100.5)) == ["large"]


def test_a_new_case_takes_the_definition_nearest_above_its_union(office: Office) -> None:
    office.approvers(1, office.world.factory)
    office.approvers(1, office.world.mill)
    old = office.start(line(task("check")))
    flows.publish(line(task("check"), task("second")), office.world.hefei)
    here, there = office.start(), office.start(union=office.world.mill)
    assert here.definition.scope_path == office.world.hefei.path
    assert there.definition == old.definition
    old.refresh_from_db()
    assert old.definition.scope_path == ""


def sign(office: Office, case: Any, people: list[Any], choice: str = "agree") -> None:
    for person in people:
        item = next(item for item in office.open(case) if item.assignee_id == person.user_id)
        work.decide(item, by=person, choice=choice, opinion="意见")


def test_all_have_to_sign(office: Office) -> None:
    five = office.approvers(5, office.world.factory)
    case = office.start(line(task("check", mode="all"), task("next")))
    assert len(office.open(case)) == 5
    sign(office, case, five[:4])
    assert office.at(case) == ["check"]
    sign(office, case, five[4:])
    assert office.at(case) == ["next"]


def test_one_against_ends_a_step_all_have_to_sign(office: Office) -> None:
    three = office.approvers(3, office.world.factory)
    case = office.start(line(task("check", mode="all"), task("next")))
    sign(office, case, three[:1])
    sign(office, case, three[1:2], "disagree")
    case.refresh_from_db()
    assert office.at(case) == ["next"] and case.variables["choice"] == "disagree"
    last = cases.items(case).get(assignee_id=three[2].user_id, step="check")
    assert last.state == ItemState.CANCELLED
    with refused("already_done", Conflict):
        work.decide(last, by=three[2], choice="agree")


def test_any_one_is_enough(office: Office) -> None:
    three = office.approvers(3, office.world.factory)
    case = office.start(line(task("check", mode="any"), task("next")))
    assert Todo.objects.filter(done_at=None).count() == 3
    sign(office, case, three[1:2])
    assert office.at(case) == ["next"]


def test_three_of_five_a_fourth_added_one_removed_one_away(office: Office) -> None:
    """What the issue asks to see of countersigning."""
    five = office.approvers(5, office.world.factory)
    case = office.start(line(task("check", mode="n", count="3"), task("next")))
    today = timezone.localdate()
    stand_in = office.person("代理人")
    away = five[0]
    delegating.delegate(
        None,
        by=away,
        taker=stand_in.user_id,
        valid_from=today,
        valid_to=today + timedelta(days=3),
        reason="休假",
    )
    seats = {item.assignee_id: item for item in office.open(case)}
    seat = work.decide(seats[away.user_id], by=stand_in, choice="agree")
    assert (seat.decided_by_name, seat.on_behalf_of_name) == (stand_in.name, away.name)
    expert = office.person("专家")
    added = work.add_signer(seats[five[1].user_id], by=five[1], user=expert.user_id, reason="会签")
    assert added.pk == seats[five[1].user_id].pk and len(office.open(case)) == 5
    work.remove_signer(seats[five[2].user_id], by=five[1], reason="回避")
    with refused("already_done", Conflict):
        work.decide(seats[five[2].user_id], by=five[2], choice="agree")
    sign(office, case, [expert])
    assert office.at(case) == ["check"]
    sign(office, case, [five[3]])
    assert office.at(case) == ["next"]
    words = [event.text for event in cases.history(case)]
    assert "加签：专家" in words and f"减签：{five[2].name}" in words


def test_taking_away_the_last_open_seat_ends_the_step(office: Office) -> None:
    two = office.approvers(2, office.world.factory)
    case = office.start(line(task("check", mode="all"), task("next")))
    sign(office, case, two[:1])
    left = office.only(case)
    with refused("forbidden", Forbidden):
        work.remove_signer(left, by=office.person("外人"), reason="随便")
    work.remove_signer(
        left, by=office.person("主席", (APPROVER, office.world.factory)), reason="出差"
    )
    assert office.at(case) == ["next"]


def test_the_only_signer_cannot_be_removed(office: Office) -> None:
    (boss,) = office.approvers(1, office.world.factory)
    case = office.start(line(task("check")))
    with refused("last_signer", Conflict):
        work.remove_signer(office.only(case), by=boss, reason="不想签")


def test_adding_a_signer_to_one_makes_both_sign(office: Office) -> None:
    (boss,) = office.approvers(1, office.world.factory)
    expert = office.person("专家")
    case = office.start(line(task("check"), task("next")))
    item = work.claim(office.only(case), by=boss)
    work.add_signer(item, by=boss, user=expert.user_id)
    with refused("signer_twice", Conflict):
        work.add_signer(item, by=boss, user=expert.user_id)
    assert {item.mode for item in office.open(case)} == {Mode.ALL}
    sign(office, case, [boss])
    assert office.at(case) == ["check"]
    sign(office, case, [expert])
    assert office.at(case) == ["next"]


def test_claimed_is_for_one_until_released(office: Office) -> None:
    one, two = office.approvers(2, office.world.factory)
    case = office.start(line(task("check")))
    item = work.claim(office.only(case), by=one)
    assert Todo.objects.get(done_at=None).assignee_user_id == one.user_id
    with refused("not_yours", Forbidden):
        work.decide(item, by=two, choice="agree")
    with refused("claimed", Conflict):
        work.claim(item, by=one)
    item = work.release(item, by=one)
    assert Todo.objects.get(done_at=None).assignee_user_id is None
    work.decide(item, by=two, choice="agree")


def test_handed_over_is_the_others(office: Office) -> None:
    (boss,) = office.approvers(1, office.world.factory)
    other = office.person("同事")
    case = office.start(line(task("check")))
    item = office.only(case)
    with refused("no_reason"):
        work.hand_over(item, by=boss, user=other.user_id, reason=" ")
    with refused("no_such_user"):
        work.hand_over(item, by=boss, user=999_999_999, reason="出差")
    item = work.hand_over(item, by=boss, user=other.user_id, reason="出差")
    with refused("not_yours", Forbidden):
        work.decide(item, by=boss, choice="agree")
    work.decide(item, by=other, choice="agree")
    case.refresh_from_db()
    assert case.state == CaseState.COMPLETED


def test_a_consulted_colleague_answers_and_cannot_decide(office: Office) -> None:
    (boss,) = office.approvers(1, office.world.factory)
    expert, late = office.person("专家"), office.person("另一专家")
    case = office.start(line(task("check")))
    item = office.only(case)
    work.consult(item, by=boss, user=expert.user_id, question="能批吗")
    work.consult(item, by=boss, user=late.user_id, question="能批吗")
    with refused("asked_twice", Conflict):
        work.consult(item, by=boss, user=expert.user_id, question="能批吗")
    question = next(i for i in office.open(case) if i.assignee_id == expert.user_id)
    with pytest.raises(Missing):
        work.decide(question, by=expert, choice="agree")
    with refused("not_yours", Forbidden):
        work.answer(question, by=boss, opinion="自答")
    answered = work.answer(question, by=expert, opinion="可以批")
    assert answered.opinion == "可以批" and office.at(case) == ["check"]
    work.decide(item, by=boss, choice="agree")
    open_question = cases.items(case).get(assignee_id=late.user_id)
    assert open_question.state == ItemState.CANCELLED


def test_sent_back_with_a_reason_and_counted(office: Office) -> None:
    (boss,) = office.approvers(1, office.world.factory)
    case = office.start(line(task("draft", who="starter"), task("check"), task("sign")))
    work.decide(office.only(case), by=office.starter, choice="agree")
    work.decide(office.only(case), by=boss, choice="agree")
    item = office.only(case)
    assert [step.id for step in work.earlier_steps(item)] == ["check", "draft"]
    with refused("no_reason"):
        work.send_back(item, by=boss, to="draft", reason="")
    with refused("no_such_step"):
        work.send_back(item, by=boss, to="sign", reason="重来")
    done = work.send_back(item, by=boss, to="draft", reason="材料不全")
    assert (done.choice, done.opinion) == ("sent_back", "材料不全")
    case.refresh_from_db()
    assert office.at(case) == ["draft"] and case.variables["returns"] == 1
    with refused("already_done", Conflict):
        work.send_back(item, by=boss, to="draft", reason="再退")


def test_a_returned_case_is_as_it_was_before(office: Office) -> None:
    """So however often it returns, it does not grow; forty times: test_engine.py."""
    (boss,) = office.approvers(1, office.world.factory)
    case = office.start(line(task("check"), task("sign")))
    kept = []
    for _ in range(3):
        work.decide(office.only(case), by=boss, choice="agree")
        work.send_back(office.only(case), by=boss, to="check", reason="再看")
        case.refresh_from_db()
        steps = [(name, state) for _id, _parent, name, state in case.engine["w"]["0"]]
        kept.append((steps, {**case.variables, "returns": 0}))
    assert kept[0] == kept[1] == kept[2]
    assert case.variables["returns"] == 3


def test_a_delegate_stands_in_for_a_role_and_only_while_it_lasts(office: Office) -> None:
    (boss,) = office.approvers(1, office.world.factory)
    other = office.person("代理人")
    today = timezone.localdate()
    before = office.start(line(task("check")))
    given = delegating.delegate(
        None, by=boss, taker=other.user_id, valid_from=today, valid_to=today, reason="休假"
    )
    after = office.start()
    mine = Todo.objects.filter(assignee_user_id=other.user_id, done_at=None)
    assert mine.count() == 2, "what was open and what came later"
    work.decide(office.only(before), by=other, choice="agree")
    assert mine.count() == 1
    delegating.undelegate(given, by=boss)
    assert mine.count() == 0
    with refused("not_yours", Forbidden):
        work.decide(office.only(after), by=other, choice="agree")


def test_a_delegation_has_days_one_taker_and_no_circle(office: Office) -> None:
    one, two = office.approvers(2, office.world.factory)
    today = timezone.localdate()
    days = {"valid_from": today, "valid_to": today + timedelta(days=5), "reason": "休假"}

    def give(**changed: Any) -> Any:
        who = {"by": one, "taker": two.user_id, **days, **changed}
        return delegating.delegate(None, **who)

    for code, changed in {
        "own": {"taker": one.user_id},
        "no_reason": {"reason": " "},
        "past": {"valid_from": today - timedelta(days=1)},
        "backwards": {"valid_to": today - timedelta(days=1)},
        "too_long": {"valid_to": today + timedelta(days=90)},
        "no_such_user": {"taker": 999_999_999},
    }.items():
        with refused(code):
            give(**changed)
    made = give(flows=[flows.REVIEW.code])
    with refused("delegated", Conflict):
        give()
    with refused("circle", Conflict):
        give(by=two, taker=one.user_id)
    with refused("not_giver", Forbidden):
        delegating.undelegate(made, by=two)


def test_a_delegation_ends_by_itself(office: Office) -> None:
    (boss,) = office.approvers(1, office.world.factory)
    other = office.person("代理人")
    today = timezone.localdate()
    office.start(line(task("check")))
    made = delegating.delegate(
        None, by=boss, taker=other.user_id, valid_from=today, valid_to=today, reason="休假"
    )
    assert delegating.follow_dates(platform("流程定时"), today + timedelta(days=1)) == 1
    made.refresh_from_db()
    assert made.is_over
    assert not Todo.objects.filter(assignee_user_id=other.user_id, done_at=None).exists()


def test_copies_are_read_and_open_the_case_to_their_reader(office: Office) -> None:
    (boss,) = office.approvers(1, office.world.factory)
    reader = office.person("知会人")
    case = office.start(line(task("check")))
    assert not cases.may_see(reader, case)
    with pytest.raises(Forbidden):
        cases.follow(case, by=reader)
    work.copy_to(case, by=boss, users=[reader.user_id], note="请知悉")
    assert cases.may_see(reader, case)
    cases.follow(case, by=reader)
    work.read_copy(case, by=reader)
    assert case.copies.get().read_at is not None
    assert Message.objects.filter(recipient_user_id=reader.user_id).exists()


def test_the_starter_withdraws_others_may_not(office: Office) -> None:
    (boss,) = office.approvers(1, office.world.factory)
    case = office.start(line(task("check")))
    with refused("not_starter", Forbidden):
        cases.withdraw(case, by=boss, reason="不办了")
    item = office.only(case)
    cases.withdraw(case, by=office.starter, reason="不办了")
    case.refresh_from_db()
    assert case.state == CaseState.WITHDRAWN and not office.open(case)
    with refused("case_not_running", Conflict):
        work.decide(item, by=boss, choice="agree")
    with refused("case_over", Conflict):
        cases.withdraw(case, by=office.starter, reason="不办了")


def test_a_record_has_one_open_case_of_a_flow(office: Office) -> None:
    from gonghui.kernel.process.tests import starting

    case = office.start(line(task("check")))
    member = stepping.subject_of(case)
    with refused("case_open", Conflict):
        starting.send(member, by=office.starter)
    starting.stop(member, by=office.starter, case=case)
    again = starting.send(member, by=office.starter)
    assert cases.of(member) == again


def test_a_suspended_case_stands_still_and_its_term_with_it(office: Office) -> None:
    (boss,) = office.approvers(1, office.world.factory)
    case = office.start(line(task("check", deadline="5")))
    item = office.only(case)
    today = timezone.localdate()
    assert timezone.localdate(item.due_at) == add_workdays(today, 5)
    cases.suspend(case, by=boss, reason="等上级答复")
    with refused("case_not_running", Conflict):
        work.decide(item, by=boss, choice="agree")
    assert not Todo.objects.filter(done_at=None).exists()
    assert not case.timers.filter(due_at__isnull=False).exists()
    case.refresh_from_db()
    case.suspended_at = timezone.now() - timedelta(days=14)
    case.save()
    cases.resume(case, by=boss)
    item.refresh_from_db()
    stood = add_workdays(today, 5)
    assert (timezone.localdate(item.due_at) - stood).days == 14
    assert Todo.objects.filter(done_at=None).count() == 1
    assert case.timers.get(kind="overdue").due_at == item.due_at
    work.decide(item, by=boss, choice="agree")


def test_a_case_is_ended_by_whoever_manages_cases_there(office: Office) -> None:
    case = office.start(line(task("check")))
    with pytest.raises(Forbidden):
        cases.end(case, by=office.starter, reason="作废")
    county = office.person("区审批人", (APPROVER, office.world.shushan))
    cases.end(case, by=county, reason="作废")
    case.refresh_from_db()
    assert (case.state, case.reason) == (CaseState.ENDED, "作废")


WAITING = node(
    "intermediateCatchEvent", "number", '<bpmn:messageEventDefinition messageRef="m_number"/>'
)


def test_a_message_from_outside_arrives_once(office: Office) -> None:
    office.approvers(1, office.world.factory)
    case = office.start(line(WAITING, task("check")))
    outside = platform("外部平台")
    with refused("not_waiting", Conflict):
        cases.message(case, "other", by=outside)
    for payload in ({"secret": 1}, {"choice": "agree"}, {"returns": 0}, {"route": "long"}):
        with refused("unknown_variable"):
            cases.message(case, "number", payload, by=outside)
    with refused("rule_value"):
        cases.message(case, "number", {"amount": "很多"}, by=outside)
    cases.message(case, "number", {"grade": "A"}, by=outside)
    assert office.at(case) == ["check"]
    with refused("message_twice", Conflict):
        cases.message(case, "number", {"grade": "B"}, by=outside)
    case.refresh_from_db()
    assert case.variables["grade"] == "A"


def test_a_message_before_its_wait_is_kept_and_delivered_once(office: Office) -> None:
    (boss,) = office.approvers(1, office.world.factory)
    case = office.start(line(task("check"), WAITING, task("next")))
    outside = platform("外部平台")
    cases.message(case, "number", {"grade": "A"}, by=outside)
    with refused("message_twice", Conflict):
        cases.message(case, "number", {"grade": "B"}, by=outside)
    case.refresh_from_db()
    assert office.at(case) == ["check"] and "grade" not in case.variables
    work.decide(office.only(case), by=boss, choice="agree")
    case.refresh_from_db()
    assert office.at(case) == ["next"] and case.variables["grade"] == "A"
    with refused("message_twice", Conflict):
        cases.message(case, "number", {"grade": "B"}, by=outside)
    # The same wait reached again waits for another message.
    work.send_back(office.only(case), by=boss, to="check", reason="再看")
    work.decide(office.only(case), by=boss, choice="agree")
    assert office.at(case) == []
    cases.message(case, "number", {"grade": "C"}, by=outside)
    case.refresh_from_db()
    assert office.at(case) == ["next"] and case.variables["grade"] == "C"
    texts = [event.text for event in cases.history(case) if event.kind.startswith("message")]
    assert texts == ["提前收到：号码", "收到：号码", "收到：号码"]


def test_messages_with_numbers_of_their_sender_are_told_apart(office: Office) -> None:
    (boss,) = office.approvers(1, office.world.factory)
    again = WAITING.replace('"number"', '"again"', 1)
    case = office.start(line(task("check"), WAITING, again, task("next")))
    outside = platform("外部平台")
    for key in ("1", "2"):
        cases.message(case, "number", {"grade": key}, by=outside, key=key)
        with refused("message_twice", Conflict):
            cases.message(case, "number", {"grade": "x"}, by=outside, key=key)
    work.decide(office.only(case), by=boss, choice="agree")
    case.refresh_from_db()
    assert office.at(case) == ["next"] and case.variables["grade"] == "2"
    with refused("message_twice", Conflict):
        cases.message(case, "number", {"grade": "x"}, by=outside, key="1")


def test_a_message_for_a_suspended_case_arrives_when_it_goes_on(office: Office) -> None:
    (boss,) = office.approvers(1, office.world.factory)
    case = office.start(line(WAITING, task("check")))
    cases.suspend(case, by=boss, reason="等上级答复")
    cases.message(case, "number", {"grade": "A"}, by=platform("外部平台"))
    assert office.at(case) == []
    cases.resume(case, by=boss)
    case.refresh_from_db()
    assert office.at(case) == ["check"] and case.variables["grade"] == "A"
    cases.end(case, by=boss, reason="作废")
    with refused("case_over", Conflict):
        cases.message(case, "number", by=platform("外部平台"))


def test_a_message_beside_a_task_of_a_sub_process_takes_it_away(office: Office) -> None:
    (boss,) = office.approvers(1, office.world.factory)
    inner = (
        node("startEvent", "in_start"),
        task("ask"),
        node("boundaryEvent", "number", message(), attachedToRef="ask"),
        node("endEvent", "in_end"),
        task("urgent"),
        arrows("in_start>ask", "ask>in_end", "number>urgent", "urgent>in_end"),
    )
    case = office.start(line(node("subProcess", "inner", "".join(inner)), task("next")))
    asked = office.only(case, "ask")
    cases.message(case, "number", by=platform("外部平台"))
    assert office.at(case) == ["urgent"]
    with refused("already_done", Conflict):
        work.decide(asked, by=boss, choice="agree")
    work.decide(office.only(case), by=boss, choice="agree")
    assert office.at(case) == ["next"]


def test_an_effect_of_the_diagram_passes_where_its_signer_may_not(office: Office) -> None:
    (far,) = office.approvers(1, office.world.mill)
    case = office.start(
        line(task("check", who="user", user=str(far.user_id)), effect("save", "approve_as_flow"))
    )
    work.decide(office.only(case), by=far, choice="agree")
    assert [(case.subject_id, far.name)] == flows.DONE


CHOSEN = st.lists(st.sampled_from(["", "yes", "no", "later"]), min_size=1, max_size=7)


@given(seats=CHOSEN, need=st.integers(0, 8), mode=st.sampled_from(["one", "any", "all", "n"]))
def test_an_outcome_never_changes_by_a_later_signature(
    seats: list[str], need: int, mode: str
) -> None:
    """Signing on can only end a step, never turn what ended it; and all signed means an end."""
    signatures = [Signature(choice) for choice in seats if choice]
    waiting = len(seats) - len(signatures)
    ends = [
        outcome_of(mode, need, [*signatures[:n], *[Signature("")] * (len(seats) - n)], "yes")
        for n in range(len(signatures) + 1)
    ]
    found = [end for end in ends if end is not None]
    if mode != "n":
        assert len(set(found)) <= 1
    assert not found or found[0] in seats
    assert waiting or ends[-1] is not None
    if mode == "all":
        assert (ends[-1] == "yes") == (set(seats) == {"yes"})
    if mode == "n" and ends[-1] == "yes":
        assert seats.count("yes") >= max(1, min(need, len(seats)))


def test_items_and_cases_are_scoped() -> None:
    from gonghui.kernel.org.scoping import UnscopedQuery

    with pytest.raises(UnscopedQuery):
        list(WorkItem.objects.all())
