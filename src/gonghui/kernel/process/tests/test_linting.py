"""Every fault of a diagram is found at its place; a sound diagram has none."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gonghui.kernel.process.engine import Unrunnable, compile_diagram
from gonghui.kernel.process.linting import Known, lint, refuses
from gonghui.kernel.process.tests.diagrams import (
    BUTTONS,
    END,
    START,
    YES,
    diagram,
    flow,
    line,
    service,
    step,
    user,
)
from gonghui.kernel.rules.expressions import check
from gonghui.kernel.rules.kinds import Kind

KINDS = {"city": Kind.TEXT, "choice": Kind.TEXT, "members": Kind.INTEGER}
KNOWN = Known(
    variables={"city": "城市", "members": "会员数"},
    effects={"approve": "批准入会"},
    messages={"code": "赋码结果"},
    roles={"approver": "审批人"},
    user=lambda identifier: identifier == "7",
    check=lambda text, condition: [
        str(fault) for fault in check(text, KINDS, Kind.FLAG if condition else None)
    ],
)
AGREED = 'choice == "agree"'


def branching(condition: str = AGREED, default: str = "no", tag: str = "exclusiveGateway") -> str:
    attributes = {"default": default} if default else {}
    return diagram(
        START,
        user("decide"),
        step(tag, "which", **attributes),
        service("admit", "approve"),
        END,
        flow("a", "begin", "decide"),
        flow("b", "decide", "which"),
        flow("yes", "which", "admit", condition),
        flow("no", "which", "end"),
        flow("c", "admit", "end"),
    )


def at(text: str) -> dict[str, list[str]]:
    """What stands at each element, advice left out."""
    found: dict[str, list[str]] = {}
    for fault in lint(text, KNOWN):
        if not fault.advice:
            found.setdefault(fault.element, []).append(fault.text)
    return found


def test_a_sound_diagram_has_no_fault():
    assert lint(branching(), KNOWN) == []
    compile_diagram(branching())


def test_an_unused_effect_is_advice_only():
    faults = lint(line(user("decide")), KNOWN)
    assert [fault.advice for fault in faults] == [True]
    assert "批准入会" in faults[0].text
    assert not refuses(faults)


TIMER = (
    "<bpmn:timerEventDefinition><bpmn:timeDuration>{}</bpmn:timeDuration>"
    "</bpmn:timerEventDefinition>"
)
MANY = "<bpmn:multiInstanceLoopCharacteristics/>"
FIELD = '<gonghui:field name="{}" title="{}" kind="{}"/>'


def form(*fields: tuple[str, str, str]) -> str:
    inner = "".join(FIELD.format(*entry) for entry in fields)
    return f"<bpmn:extensionElements>{YES}{inner}</bpmn:extensionElements>"


def wrong_choice(code: str, title: str = "好") -> str:
    choice = f'<gonghui:choice code="{code}" title="{title}"/>'
    return f"<bpmn:extensionElements>{YES}{choice}</bpmn:extensionElements>"


@pytest.mark.parametrize(
    ("text", "element", "words"),
    [
        (branching(condition=""), "yes", "没有条件"),
        (branching(condition="choice == 1"), "yes", "表达式有误"),
        (branching(condition="nobody > 1"), "yes", "表达式有误"),
        (branching(condition="members"), "yes", "表达式有误"),
        (branching(condition="__import__('os')"), "yes", "表达式有误"),
        (branching(default=""), "which", "没有默认分支"),
        (branching(default="c"), "which", "默认分支不是它的出线"),
        (branching(default="yes"), "yes", "不能有条件"),
        (line(user("u", name="")), "u", "没有名称"),
        (line(user("u", who="")), "u", "没有设置由谁办理"),
        (line(user("u", who="anybody")), "u", "没有设置由谁办理"),
        (line(user("u", role="king")), "u", "办理角色"),
        (line(user("u", at="moon")), "u", "办理工会"),
        (line(user("u", who="user", user="8")), "u", "不存在"),
        (line(user("u", who="expression", expression="")), "u", "没有填写"),
        (line(user("u", who="expression", expression="a(")), "u", "表达式有误"),
        (line(user("u", mode="most")), "u", "办理方式"),
        (line(user("u", mode="n")), "u", "会签人数"),
        (line(user("u", mode="n", count="0")), "u", "会签人数"),
        (line(user("u", mode="n", count="51")), "u", "会签人数"),
        (line(user("u", deadline="0")), "u", "期限"),
        (line(user("u", deadline="１２")), "u", "期限"),
        (line(user("u", deadline="9" * 5000)), "u", "期限"),
        (line(user("u", inner="")), "u", "没有办理按钮"),
        (line(user("u", inner=wrong_choice("agree"))), "u", "用了两次"),
        (line(user("u", inner=wrong_choice("同意"))), "u", "代码"),
        (line(user("u", inner=wrong_choice("fine", ""))), "u", "没有写名称"),
        (line(user("u", inner=form(("salary", "工资", "text")))), "u", "不是本流程的数据项"),
        (line(user("u", inner=form(("city", "城", "text"), ("city", "城", "text")))), "u", "两次"),
        (line(user("u", inner=form(("city", "城市", "html")))), "u", "类型"),
        (line(user("u", inner=BUTTONS + MANY)), "u", "多实例"),
        (line(service("s", "")), "s", "没有选择"),
        (line(service("s", "explode")), "s", "不是本流程"),
        (line(step("scriptTask", "x", name="算")), "x", "脚本"),
        (line(step("manualTask", "x")), "x", "人工办理"),
        (line(step("sendTask", "x")), "x", "自动办理"),
        (line(step("task", "x")), "x", "没有说明"),
        (line(step("complexGateway", "x")), "x", "网关"),
        (line(step("intermediateThrowEvent", "x")), "x", "不支持"),
        (line(step("intermediateCatchEvent", "t", TIMER.format(""))), "t", "等待时间"),
        (line(step("intermediateCatchEvent", "t", TIMER.format("2050-01-01"))), "t", "等待时间"),
        (line(step("intermediateCatchEvent", "t", "<bpmn:messageEventDefinition/>")), "t", "消息"),
        (line(step("intermediateCatchEvent", "t", "<bpmn:signalEventDefinition/>")), "t", "事件"),
        (line(step("exclusiveGateway", "g")), "g", "既不分支也不汇合"),
        (line().replace('isExecutable="true"', ""), "", "可执行"),
        (diagram(user("u"), END, flow("a", "u", "end")), "", "没有开始"),
        (diagram(START, user("u"), flow("a", "begin", "u")), "", "没有结束"),
        (diagram(START, user("u"), flow("a", "begin", "u")), "u", "没有去处"),
        (diagram(START, END, step("endEvent", "end2"), flow("a", "begin", "end")), "end2", "走到"),
        (diagram(START, END, flow("a", "begin", "end"), flow("b", "begin", "x")), "b", "没有连上"),
        (line(user("u")).replace('id="a1"', 'id="a0"', 1), "a0", "用了两次"),
        (diagram(START, END, flow("a", "begin", "end"), drawn=False), "", "没有画"),
        ("<x/>", "", "BPMN"),
        ("什么", "", "XML"),
        ("<!DOCTYPE x><x/>", "", "文档类型"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "", "文档类型"),
        ('<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE x+AD4-<x/>', "", "XML"),
        ("x" * 500_000, "", "KB"),
    ],
)  # fmt: skip
def test_fault_is_found_at_its_place(text, element, words):
    assert any(words in fault for fault in at(text).get(element, [])), at(text)
    assert refuses(lint(text, KNOWN))


def test_steps_that_cannot_be_reached_or_left():
    island = diagram(
        START, END, user("u"), user("v"),
        flow("a", "begin", "end"), flow("b", "u", "v"), flow("c", "v", "u"),
    )  # fmt: skip
    assert any("走不到" in text for text in at(island)["u"])


def test_a_circle_without_anybody_in_it():
    text = diagram(
        START, step("exclusiveGateway", "g", default="go"), service("s", "approve"), END,
        flow("a", "begin", "g"), flow("go", "g", "end"),
        flow("round", "g", "s", "members > 3"), flow("back", "s", "g"),
    )  # fmt: skip
    assert any("空转" in words for words in at(text)["s"])


def test_a_circle_with_somebody_in_it_is_fine():
    text = diagram(
        START, user("u"), step("exclusiveGateway", "g", default="go"), END,
        flow("a", "begin", "u"), flow("b", "u", "g"), flow("go", "g", "end"),
        flow("round", "g", "u", 'choice == "refuse"'),
    )  # fmt: skip
    assert at(text) == {}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["cut", "swap", "drop"]), min_size=1, max_size=4), st.randoms())
def test_a_damaged_diagram_is_judged_and_never_crashes(ways, random):
    text = branching()
    for way in ways:
        place = random.randrange(len(text))
        end = min(len(text), place + random.randrange(1, 60))
        piece = {"cut": "", "swap": text[place:end][::-1], "drop": " "}[way]
        text = text[:place] + piece + text[end:]
    faults = lint(text, KNOWN)
    if not refuses(faults):
        try:
            compile_diagram(text)
        except Unrunnable as fault:
            pytest.fail(f"the lint let through what cannot run: {fault}")


STRICT = replace(
    KNOWN,
    roles={"approver": "审批人", "handler": "经办人"},
    needs={"approve": ["approver"]},
    holds=lambda user, roles: user == "8",
    user=lambda identifier: identifier in {"7", "8"},
    once=True,
)


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"role": "handler"}, "last"),
        ({"who": "superior", "role": "handler"}, "last"),
        ({"who": "user", "user": "7"}, "last"),
        ({"role": "approver"}, ""),
        ({"who": "user", "user": "8"}, ""),
    ],
)
def test_who_signs_last_must_have_the_right_to_what_follows(given, place):
    xml = line(user("first", role="handler"), user("last", **given), service("save", "approve"))
    grave = [fault for fault in lint(xml, STRICT) if not fault.advice]
    assert [fault.element for fault in grave] == ([place] if place else [])
    for fault in grave:
        assert "无权“批准入会”" in fault.text and "审批人" in fault.remedy


def test_where_the_signer_is_known_only_later_it_is_advice():
    xml = line(user("last", who="starter"), service("save", "approve"))
    (fault,) = lint(xml, STRICT)
    assert fault.advice and fault.element == "last"


def test_one_person_at_two_steps_is_refused_where_each_step_is_anothers():
    xml = line(
        user("one", who="user", user="8"),
        user("two", who="user", user="8"),
        service("save", "approve"),
    )
    assert [fault.element for fault in lint(xml, STRICT) if not fault.advice] == ["two"]
    assert not refuses(lint(xml, replace(STRICT, once=False)))
