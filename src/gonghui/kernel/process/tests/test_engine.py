"""The engine alone: tokens, stored state, circles, sending back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gonghui.kernel.process import engine
from gonghui.kernel.process.engine import Run, Unrunnable, compile_diagram
from gonghui.kernel.process.tests.flows import arrows, diagram, effect, line, message, node, timer
from gonghui.kernel.process.tests.flows import work as task


class Host:
    """Conditions are names looked up here; effects are written down."""

    def __init__(self, **truths: bool) -> None:
        self.truths = truths
        self.did: list[str] = []

    def holds(self, condition: str, node: Any) -> bool:
        return self.truths.get(condition, False)

    def perform(self, node: Any) -> None:
        self.did.append(node.id)

    def passed(self, node: Any) -> None:
        return None


class Walk:
    """A run that is stored and restored after every step, as a case is."""

    def __init__(self, xml: str, keep: bool = True, **truths: bool) -> None:
        self.compiled = compile_diagram(xml)
        self.host = Host(**truths)
        self.keep = keep
        self.run = Run.start(self.compiled, self.host)
        self.again()

    def again(self) -> None:
        if self.keep and not self.run.completed:
            state = json.loads(json.dumps(self.run.store()))
            self.run = Run.restore(self.compiled, self.host, state)

    @property
    def at(self) -> list[str]:
        return [] if self.run.completed else sorted(t.node.id for t in self.run.tokens())

    def token(self, step: str) -> int:
        return next(token.id for token in self.run.tokens() if token.node.id == step)

    def do(self, step: str) -> list[str]:
        self.run.complete(self.token(step))
        self.again()
        return self.at

    def arrive(self, step: str) -> list[str]:
        self.run.deliver(self.token(step))
        self.again()
        return self.at

    def back(self, step: str, to: str) -> list[str]:
        self.run.send_back(self.token(step), to)
        self.again()
        return self.at

    def earlier(self, step: str) -> list[str]:
        return [found.id for found in self.run.earlier(self.token(step))]

    @property
    def size(self) -> int:
        return len(json.dumps(self.run.store()))


CIRCLE = diagram(
    node("startEvent", "start"),
    task("a"),
    node("exclusiveGateway", "gate", default="gate_b"),
    task("b"),
    effect("save", "approve"),
    node("endEvent", "end"),
    arrows("start>a", "a>gate", "gate>b", "gate>a if again", "b>save", "save>end"),
)
FORKED = diagram(
    node("startEvent", "start"),
    task("draft"),
    node("parallelGateway", "fork"),
    task("a"),
    task("a2"),
    task("b"),
    node("parallelGateway", "meet"),
    task("sign"),
    node("endEvent", "end"),
    arrows(
        "start>draft", "draft>fork", "fork>a", "a>a2", "a2>meet", "fork>b", "b>meet", "meet>sign"
    ),
    arrows("sign>end"),
)
INNER = diagram(
    node("startEvent", "start"),
    task("ask"),
    node("boundaryEvent", "late", timer("P3D"), attachedToRef="ask"),
    node("boundaryEvent", "soon", timer("P1D"), attachedToRef="ask", cancelActivity="false"),
    task("nudge"),
    node("endEvent", "nudged"),
    node(
        "subProcess",
        "inner",
        node("startEvent", "in_start")
        + task("x")
        + task("y")
        + node("endEvent", "in_end")
        + arrows("in_start>x", "x>y", "y>in_end"),
    ),
    task("z"),
    node("intermediateCatchEvent", "number", message()),
    node("endEvent", "end", "<bpmn:terminateEventDefinition/>"),
    arrows("start>ask", "ask>inner", "late>z", "soon>nudge", "nudge>nudged", "inner>z"),
    arrows("z>number", "number>end"),
)


def test_a_line_is_walked_to_its_end_and_its_effect_runs_once() -> None:
    walk = Walk(CIRCLE)
    assert walk.at == ["a"]
    assert walk.do("a") == ["b"]
    assert walk.do("b") == []
    assert walk.run.completed and walk.run.store() == {}
    assert walk.host.did == ["save"]


def test_forty_circles_of_the_diagram_leave_no_trace_in_the_state() -> None:
    walk = Walk(CIRCLE, again=True)
    first = walk.do("a") and walk.size
    for _ in range(40):
        walk.do("a")
    assert walk.size <= first + 12, "only the numbers may have grown"


def test_forty_returns_leave_no_trace_in_the_state() -> None:
    walk = Walk(CIRCLE)
    walk.do("a")
    first = walk.size
    for _ in range(40):
        assert walk.back("b", "a") == ["a"]
        assert walk.do("a") == ["b"]
    assert walk.size <= first + 20


def test_a_returned_step_is_a_new_token() -> None:
    walk = Walk(line(task("a"), task("b")))
    first = walk.token("a")
    walk.do("a")
    walk.back("b", "a")
    assert walk.token("a") != first


def test_branches_meet_once_both_have_come() -> None:
    walk = Walk(FORKED)
    assert walk.do("draft") == ["a", "b"]
    assert walk.do("b") == ["a"]
    assert walk.do("a") == ["a2"]
    assert walk.do("a2") == ["sign"]
    assert walk.do("sign") == []


def test_a_branch_returns_alone_and_a_step_before_the_fork_takes_all_back() -> None:
    walk = Walk(FORKED)
    walk.do("draft")
    walk.do("a")
    assert walk.earlier("a2") == ["a", "draft"]
    assert walk.back("a2", "a") == ["a", "b"]
    assert walk.do("b") == ["a"]
    assert walk.back("a", "draft") == ["draft"]
    assert walk.do("draft") == ["a", "b"]


def test_after_the_branches_met_a_step_of_one_opens_them_all() -> None:
    walk = Walk(FORKED)
    for step in ("draft", "a", "a2", "b"):
        walk.do(step)
    assert set(walk.earlier("sign")) == {"draft", "a", "a2", "b"}
    assert walk.back("sign", "a") == ["a", "b"]
    for step in ("b", "a"):
        walk.do(step)
    assert walk.do("a2") == ["sign"]


def test_only_earlier_steps_can_be_returned_to() -> None:
    walk = Walk(FORKED)
    walk.do("draft")
    for to in ("a", "b", "sign", "fork", "nowhere"):
        with pytest.raises(KeyError):
            walk.back("a", to)


def test_a_timer_beside_a_task_ends_it_and_one_that_does_not_interrupt_adds_a_branch() -> None:
    walk = Walk(INNER)
    assert walk.at == ["ask", "late", "soon"]
    assert walk.arrive("soon") == ["ask", "late", "nudge"]
    assert walk.arrive("late") == ["nudge", "z"]
    assert walk.earlier("z") == ["ask"]
    assert walk.back("z", "ask") == ["ask", "late", "soon"]


def test_a_sub_process_is_gone_through_and_can_be_returned_into() -> None:
    walk = Walk(INNER)
    assert walk.do("ask") == ["x"]
    assert walk.do("x") == ["y"]
    assert walk.earlier("y") == ["x", "ask"]
    assert walk.do("y") == ["z"]
    assert walk.earlier("z") == ["y", "x", "ask"]
    assert walk.back("z", "x") == ["x"]
    assert walk.do("x") == ["y"]
    assert walk.do("y") == ["z"]
    assert walk.back("z", "ask") == ["ask", "late", "soon"]


def test_a_message_is_waited_for_and_a_terminating_end_ends_all() -> None:
    walk = Walk(INNER)
    walk.arrive("soon")
    for step in ("ask", "x", "y", "z"):
        walk.do(step)
    assert walk.at == ["nudge", "number"]
    assert walk.arrive("number") == []
    assert walk.run.completed


def test_nothing_waits_twice() -> None:
    walk = Walk(line(task("a"), task("b")))
    token = walk.token("a")
    walk.do("a")
    with pytest.raises(KeyError):
        walk.run.complete(token)


def test_a_circle_without_a_person_in_it_is_stopped() -> None:
    endless = diagram(
        node("startEvent", "start"),
        task("a"),
        effect("turn", "approve"),
        node("exclusiveGateway", "gate", default="gate_turn"),
        node("endEvent", "end"),
        arrows("start>a", "a>turn", "turn>gate", "gate>turn", "gate>end if never"),
    )
    walk = Walk(endless)
    with pytest.raises(engine.Endless):
        walk.do("a")


@pytest.mark.parametrize(
    "element",
    [
        node("scriptTask", "bad", "<bpmn:script>x = 1</bpmn:script>"),
        node("userTask", "bad", "<bpmn:multiInstanceLoopCharacteristics/>"),
        node("intermediateCatchEvent", "bad", "<bpmn:conditionalEventDefinition/>"),
        node("task", "bad"),
    ],
)
def test_what_does_not_run_is_refused_with_its_place(element: str) -> None:
    with pytest.raises(Unrunnable) as refused:
        compile_diagram(line(task("a"), element))
    assert refused.value.element == "bad"


@pytest.mark.parametrize(
    "text",
    ["", "<a/>", "x" * 10, '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', line(task("a"))[:-30]],
)
def test_what_is_no_diagram_is_refused(text: str) -> None:
    with pytest.raises(Unrunnable):
        compile_diagram(text)


def test_python_in_a_condition_is_only_a_name_to_the_engine() -> None:
    wicked = CIRCLE.replace(">again<", ">__import__('os').system('false')<")
    walk = Walk(wicked)
    assert walk.do("a") == ["b"]


@settings(max_examples=25)
@given(data=st.data())
@pytest.mark.parametrize("xml", [CIRCLE, FORKED, INNER])
def test_a_stored_case_goes_on_as_one_that_never_left_memory(xml: str, data: Any) -> None:
    """Random steps and returns: same places either way, and the state stays small."""
    stored, kept = Walk(xml), Walk(xml, keep=False)
    for _ in range(data.draw(st.integers(1, 25))):
        if not stored.at:
            break
        step = data.draw(st.sampled_from(stored.at))
        waits = next(t.waits for t in stored.run.tokens() if t.node.id == step)
        back = stored.earlier(step) if waits == "work" else []
        assert stored.earlier(step) == kept.earlier(step) or waits != "work"
        if back and data.draw(st.booleans()):
            to = data.draw(st.sampled_from(back))
            assert stored.back(step, to) == kept.back(step, to)
        elif waits == "work":
            assert stored.do(step) == kept.do(step)
        else:
            assert stored.arrive(step) == kept.arrive(step)
        assert stored.size < 1_500
