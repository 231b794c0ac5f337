"""A trial run (试运行) of a diagram on sample data, in memory: nothing is written, sent or decided.

The page keeps what was done as a list of moves; each answer walks the diagram from its start.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.process.declaring import Flow
from gonghui.kernel.process.diagram import (
    AT,
    MODES,
    WHO,
    Arrow,
    Choice,
    Diagram,
    Node,
    Unreadable,
    read,
)
from gonghui.kernel.process.engine import Compiled, Endless, Run, Token, compile_diagram
from gonghui.kernel.process.publishing import SIGNERS, kinds_of
from gonghui.kernel.process.routing import decided
from gonghui.kernel.rules.expressions import evaluate
from gonghui.kernel.rules.kinds import Kind, checked, words_of

MOST_MOVES = 60
START = "start"


@dataclass(frozen=True)
class Move:
    """What the person trying did: at a token's step, with a choice; none lets time or a message
    come."""

    step: str
    choice: str = ""


@dataclass(frozen=True)
class Line:
    """One line of what happened, in words."""

    text: str
    kind: str = "idle"


@dataclass(frozen=True)
class Waiting:
    """A step the trial stands at: who would be asked, and what can be done there."""

    node: Node
    asked: str
    choices: tuple[Choice, ...]
    ready: str = ""


@dataclass
class Outcome:
    """Where a trial stands."""

    lines: list[Line] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)
    over: bool = False


class _Host:
    """Answers conditions by the sample values and writes down what would be done."""

    def __init__(
        self, flow: Flow, xml: str, values: Mapping[str, object], out: Outcome, path: str
    ) -> None:
        self.flow = flow
        self.path = path
        self.kinds = kinds_of(flow, xml)
        self.values: dict[str, object] = {
            code: None if value in ("", None) else checked(code, self.kinds[code], value)
            for code, value in values.items()
            if code in self.kinds
        }
        self.values.setdefault("returns", 0)
        self.out = out

    def holds(self, condition: str, node: Node) -> bool:
        today = timezone.localdate()
        values, told = decided(self.flow, condition, self.values, today, self.path)
        for table, decision in told:
            self.out.lines.append(Line(f"{table.title}：{decision.because}", "info"))
        held = evaluate(condition, values, self.kinds) is True
        self.out.lines.append(
            Line(f"{node.title}：条件 {condition} {'成立' if held else '不成立'}", "info")
        )
        return held

    def perform(self, node: Node) -> None:
        effect = self.flow.effects[node.attributes["effect"]]
        self.out.lines.append(Line(f"{node.title}：会执行“{effect.title}”（试运行不执行）", "good"))

    def passed(self, node: Node) -> None:
        self.out.passed.append(node.id)

    def decide(self, node: Node, choice: Choice) -> None:
        self.values["choice"] = choice.code
        if f"choice_{node.id}" in self.kinds:
            self.values[f"choice_{node.id}"] = choice.code


def walk(
    flow: Flow,
    xml: str,
    values: Mapping[str, object],
    moves: Sequence[Move],
    *,
    path: str = "",
) -> Outcome:
    """Run a faultless diagram through these moves; Refusal for a move that is not possible.

    path: where the diagram holds; decision tables answer as they do there today.
    """
    if len(moves) > MOST_MOVES:
        raise Refusal(f"试运行最多走 {MOST_MOVES} 步。", remedy="请重新开始。", code="too_many")
    out = Outcome()
    compiled = compile_diagram(xml)
    host = _Host(flow, xml, values, out, path)
    try:
        run = Run.start(compiled, host)
        for move in moves:
            _take(run, host, out, move)
    except Endless as endless:
        raise Refusal(
            "流程在没有人办理的环节之间来回，停不下来。",
            rule="环路中至少要有一个人工办理或等待",
            remedy="请修改流程图。",
            code="endless",
        ) from endless
    out.over = run.completed
    if run.completed:
        out.lines.append(Line("流程办结", "good"))
    else:
        out.waiting = [_waiting(token, compiled, host) for token in run.tokens()]
    return out


def _take(run: Run, host: _Host, out: Outcome, move: Move) -> None:
    token = next((item for item in run.tokens() if item.node.id == move.step), None)
    if token is None:
        raise Refusal("试运行已经走过这一步。", remedy="请重新开始。", code="trial_step")
    node = token.node
    if token.waits != "work":
        come = "时间到" if token.waits == "timer" else "收到消息"
        out.lines.append(Line(f"{node.title}：{come}", "info"))
        run.deliver(token.id)
        return
    choice = next((item for item in node.choices if item.code == move.choice), None)
    if choice is None:
        raise Refusal("这一步没有这个按钮。", remedy="请重新开始。", code="trial_choice")
    out.lines.append(Line(f"{node.title}：{choice.title}", "good"))
    host.decide(node, choice)
    run.complete(token.id)


def _waiting(token: Token, compiled: Compiled, host: _Host) -> Waiting:
    node = token.node
    if token.waits == "work":
        return Waiting(node, asked_of(node), node.choices)
    ready = "时间到了" if token.waits == "timer" else "消息到了"
    asked = f"等待{_span(node.detail)}" if token.waits == "timer" else "等待外部消息"
    return Waiting(node, asked, (), ready)


def _span(detail: str) -> str:
    return f" {detail} 个工作日" if detail.isdigit() else "一段时间"


def asked_of(node: Node) -> str:
    """Who a step asks, how and by when, in words: 市级工会的审批人，会签（全部同意）."""
    given: Mapping[str, Any] = node.attributes
    who = given.get("who", "role")
    role = SIGNERS.get(given.get("role", ""), "审批人")
    place = {
        "role": AT.get(given.get("at", "here"), AT["here"]),
        "superior": "上级工会",
        "initiator_union": "发起人所在工会",
    }.get(who)
    parts = [f"{place}的{role}" if place else WHO.get(who, "")]
    mode = given.get("mode", "one")
    if mode == "n":
        parts.append(f"会签（{given.get('count', '1')} 人同意）")
    elif mode != "one":
        parts.append(MODES.get(mode, ""))
    if deadline := given.get("deadline", ""):
        parts.append(f"{deadline} 个工作日")
    return "，".join(part for part in parts if part)


def sample_of(kind: Kind, text: str) -> object:
    """What was typed as a sample value, as its kind takes it; Refusal when it is no such value."""
    text = text.strip()
    if not text:
        return None
    if kind is Kind.FLAG:
        return text == "true"
    if kind is Kind.INTEGER and text.lstrip("-").isdigit() and text.isascii():
        return int(text[:18])
    if kind is Kind.NUMBER:
        try:
            return float(text)
        except ValueError:
            return text
    if kind is Kind.TEXTS:
        return [part.strip() for part in text.replace("，", ",").split(",") if part.strip()]
    return text


def words(value: object) -> str:
    """A sample value in words."""
    return words_of(value)


def steps_of(xml: str) -> list[tuple[str, str, str]]:
    """The steps people take, in drawing order: name, who is asked, buttons; for reading."""
    try:
        diagram = read(xml)
    except Unreadable:
        return []
    return [
        (node.title, asked_of(node), "、".join(choice.title for choice in node.choices))
        for node in diagram.of_kind("userTask")
    ]


def changes(before: str, after: str) -> list[str]:
    """What a person should know changed between two diagrams, in words."""
    try:
        old, new = read(before), read(after)
    except Unreadable:
        return []
    found = [f"新增：{node.title}" for key, node in new.nodes.items() if key not in old.nodes]
    found += [f"删除：{node.title}" for key, node in old.nodes.items() if key not in new.nodes]
    for key, node in new.nodes.items():
        was = old.nodes.get(key)
        if was is None:
            continue
        same = (node.name, node.attributes, node.choices, node.fields, node.detail, node.default)
        if same != (was.name, was.attributes, was.choices, was.fields, was.detail, was.default):
            found.append(f"修改：{node.title}")
    conditions = {key: arrow.condition for key, arrow in old.arrows.items()}
    found += [
        f"条件：{_between(new, arrow)} {arrow.condition or '无条件'}"
        for key, arrow in new.arrows.items()
        if arrow.condition != conditions.get(key, "")
    ]
    return found


def _between(diagram: Diagram, arrow: Arrow) -> str:
    """What a connection is called, else from where to where it leads."""
    ends = [diagram.nodes.get(end) for end in (arrow.source, arrow.target)]
    return arrow.name or "到".join(f"“{node.title}”" for node in ends if node is not None)
