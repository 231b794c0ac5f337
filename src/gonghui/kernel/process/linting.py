"""Faults of a diagram (流程图检查), each with its place; a faulty diagram is not published.

Pure: the caller says what the flow declares and how an expression is checked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

from gonghui.kernel.process.diagram import (
    AT,
    MODES,
    WHO,
    Arrow,
    Diagram,
    Node,
    Unreadable,
    read,
)

TASKS = {"userTask": "人工办理", "serviceTask": "自动办理"}
GATEWAYS = {
    "exclusiveGateway": "排他网关",
    "parallelGateway": "并行网关",
    "inclusiveGateway": "包容网关",
}
EVENTS = {
    "startEvent": "开始",
    "endEvent": "结束",
    "intermediateCatchEvent": "等待",
    "boundaryEvent": "边界事件",
    "receiveTask": "等待消息",
}
KINDS = {**TASKS, **GATEWAYS, **EVENTS, "subProcess": "子流程"}
REFUSED = {
    "scriptTask": "脚本任务会执行任意代码，不允许使用，请改用“自动办理”",
    "task": "没有说明由人办理还是自动办理，请改为“人工办理”或“自动办理”",
    "manualTask": "请改为“人工办理”",
    "sendTask": "请改用“自动办理”发送",
    "businessRuleTask": "请在网关的条件里引用规则，或改用“自动办理”",
    "callActivity": "不能调用另一张流程图，请用子流程画在本图中",
    "eventBasedGateway": "请改用“等待”和边界事件",
    "complexGateway": "请改用排他、并行或包容网关",
}
CATCHES = {
    "startEvent": {""},
    "endEvent": {"", "terminate"},
    "intermediateCatchEvent": {"timer", "message"},
    "boundaryEvent": {"timer", "message"},
    "receiveTask": {"message"},
}
WAITING = {"userTask", "intermediateCatchEvent", "receiveTask"}
IDENTIFIER = re.compile(r"[a-z_][a-z0-9_]{0,49}", re.ASCII)
STEP = re.compile(r"[a-z][a-z0-9_]{0,31}", re.ASCII)
DURATION = re.compile(r"P(?:\d{1,3}D)?(?:T(?:\d{1,3}H)?(?:\d{1,4}M)?)?|\d{1,3}", re.ASCII)
FIELD_KINDS = {
    "text": "文字",
    "long": "长文字",
    "number": "数字",
    "date": "日期",
    "flag": "是否",
}
MOST_NODES = 200
LONGEST_DEADLINE = 366
MOST_SIGNERS = 50


@dataclass(frozen=True)
class Fault:
    """What is wrong and where. element: id in the diagram, empty for the diagram as a whole.

    advice: worth a look, but no reason to refuse the diagram.
    """

    element: str
    text: str
    remedy: str = ""
    advice: bool = False


@dataclass(frozen=True)
class Known:
    """What a flow declares, that its diagrams may name.

    variables: ASCII name → title. effects, messages, roles: code → title. user: whether somebody
    with this id can be asked. needed: effects without which a case decides nothing. needs: codes
    of the roles of which the one who leads to an effect must have one, by effect. holds: whether
    a user has one of these roles. once: nobody signs two steps of a case. check: what is wrong
    with an expression, in Chinese; `condition` says it has to be true or false.
    """

    variables: Mapping[str, str] = field(default_factory=dict)
    effects: Mapping[str, str] = field(default_factory=dict)
    messages: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)
    needed: Collection[str] = ()
    needs: Mapping[str, Collection[str]] = field(default_factory=dict)
    user: Callable[[str], bool] = lambda identifier: identifier.isdigit()
    holds: Callable[[str, Collection[str]], bool] = lambda identifier, roles: True
    once: bool = False
    check: Callable[[str, bool], Collection[str]] = lambda expression, condition: ()


def lint(text: str, known: Known) -> list[Fault]:
    """Every fault of a BPMN text; those of the whole diagram first."""
    try:
        diagram = read(text)
    except Unreadable as unreadable:
        return [Fault("", str(unreadable), "请在设计器中打开一份完好的流程图再修改。")]
    found = [*_whole(diagram, known)]
    for node in diagram.nodes.values():
        found += _kind(node)
        found += _ends(node, diagram)
        found += _own(node, known)
    for arrow in diagram.arrows.values():
        found += _arrow(arrow, diagram, known)
    found += _entitled(diagram, known)
    found += _twice(diagram, known)
    found += _reached(diagram)
    found += _spinning(diagram)
    return sorted(found, key=lambda fault: (fault.advice, fault.element != ""))


def refuses(faults: Collection[Fault]) -> bool:
    """Whether any fault is more than advice."""
    return any(not fault.advice for fault in faults)


def _whole(diagram: Diagram, known: Known) -> Iterator[Fault]:
    if diagram.processes > 1:
        yield Fault("", "一张图里只能有一个流程，这里有多个。", "把泳池合并为一个流程。")
    if not diagram.executable:
        yield Fault("", "流程没有标为可执行。", "选中空白处，勾选“可执行”。")
    for identifier in diagram.repeated:
        yield Fault(identifier, f"编号“{identifier}”用了两次。", "删除其中一个元素后重画。")
    if len(diagram.nodes) > MOST_NODES:
        yield Fault("", f"流程图有 {len(diagram.nodes)} 个元素，多于 {MOST_NODES} 个。")
    starts = [node for node in diagram.of_kind("startEvent") if not node.parent]
    if not starts:
        yield Fault("", "没有开始。", "从左侧工具栏拖入一个“开始”。")
    for extra in starts[1:]:
        yield Fault(extra.id, "有两个以上的开始。", "只留一个开始，用网关分出各种情形。")
    if not any(not node.parent for node in diagram.of_kind("endEvent")):
        yield Fault("", "没有结束。", "从左侧工具栏拖入一个“结束”。")
    used = {node.attributes.get("effect") for node in diagram.of_kind("serviceTask")}
    for code, title in known.effects.items():
        if code not in used:
            needed = code in known.needed
            remedy = "加一个“自动办理”环节并选择它。" if needed else "确认不需要的话可以发布。"
            yield Fault("", f"流程图没有用到“{title}”。", remedy, advice=not needed)


def _kind(node: Node) -> Iterator[Fault]:
    if node.kind in REFUSED:
        yield Fault(node.id, f"“{node.title}”{REFUSED[node.kind]}。")
    elif node.kind not in KINDS:
        yield Fault(
            node.id, f"“{node.title}”是本平台不支持的元素。", "请删除，或改用工具栏中的元素。"
        )
    if node.looped:
        yield Fault(
            node.id,
            f"“{node.title}”带有循环或多实例标记。",
            "去掉标记；多人办理请在属性“办理方式”中设置会签。",
        )
    allowed = CATCHES.get(node.kind)
    if allowed is not None and node.event not in allowed:
        yield Fault(
            node.id, f"“{node.title}”的事件类型不支持。", "开始和结束用普通事件，等待用定时或消息。"
        )


def _ends(node: Node, diagram: Diagram) -> Iterator[Fault]:
    if node.id not in diagram.drawn:
        yield Fault("", f"“{node.title}”没有画在图上。", "删除后重新画入。")
    begins = node.kind in {"startEvent", "boundaryEvent"}
    if begins and node.arriving:
        yield Fault(node.id, f"“{node.title}”不能有进入的连线。")
    if not begins and not node.arriving:
        yield Fault(
            node.id, f"“{node.title}”没有进入的连线，永远不会走到。", "从上一步连线到这里。"
        )
    if node.kind == "endEvent" and node.leaving:
        yield Fault(node.id, "结束之后不能再有连线。")
    if node.kind != "endEvent" and not node.leaving:
        yield Fault(
            node.id, f"“{node.title}”之后没有去处，流程会停在这里。", "连线到下一步或结束。"
        )
    if node.kind not in GATEWAYS and node.kind != "endEvent" and len(node.leaving) > 1:
        yield Fault(
            node.id, f"“{node.title}”有多条出线，会同时走每一条。", "在它后面加一个网关再分支。"
        )
    if node.kind == "boundaryEvent" and node.attached not in diagram.nodes:
        yield Fault(node.id, f"“{node.title}”没有附在任何环节上。")


def _own(node: Node, known: Known) -> Iterator[Fault]:
    if node.kind == "userTask":
        yield from _work(node, known)
    elif node.kind == "serviceTask":
        effect = node.attributes.get("effect", "")
        if not effect:
            yield Fault(node.id, f"“{node.title}”没有选择自动办理的内容。", "在右侧属性中选择。")
        elif effect not in known.effects:
            yield Fault(node.id, f"“{node.title}”选的“{effect}”不是本流程的自动办理内容。")
    elif node.kind in GATEWAYS:
        yield from _gateway(node)
    elif node.event == "timer" and not DURATION.fullmatch(node.detail or "?"):
        yield Fault(
            node.id, f"“{node.title}”的等待时间没有填写或格式不对。", "填写工作日数，如 3。"
        )
    elif node.event == "message" and node.detail not in known.messages:
        words = "、".join(known.messages.values()) or "本流程没有可等的消息"
        yield Fault(node.id, f"“{node.title}”等待的消息没有选择。", f"可选：{words}。")
    elif node.kind == "subProcess" and not node.name:
        yield Fault(node.id, "子流程没有名称。")


def _work(node: Node, known: Known) -> Iterator[Fault]:
    if not STEP.fullmatch(node.id):
        yield Fault(node.id, f"“{node.title}”的编号不能用于条件。", "用工具栏重新画一个。")
    if not node.name:
        yield Fault(node.id, "人工办理的环节没有名称。", "双击环节填写，如“区总工会复核”。")
    yield from _who(node, known)
    mode = node.attributes.get("mode", "one")
    if mode not in MODES:
        yield Fault(
            node.id, f"“{node.title}”的办理方式不对。", f"可选：{'、'.join(MODES.values())}。"
        )
    if mode == "n" and not _between(node.attributes.get("count", ""), 1, MOST_SIGNERS):
        yield Fault(node.id, f"“{node.title}”的会签人数没有填写。", f"填写 1 到 {MOST_SIGNERS}。")
    deadline = node.attributes.get("deadline", "")
    if deadline and not _between(deadline, 1, LONGEST_DEADLINE):
        yield Fault(
            node.id,
            f"“{node.title}”的期限不对。",
            f"填写 1 到 {LONGEST_DEADLINE} 个工作日，或留空。",
        )
    yield from _buttons(node)
    yield from _form(node, known)


def _buttons(node: Node) -> Iterator[Fault]:
    if not node.choices:
        yield Fault(node.id, f"“{node.title}”没有办理按钮。", "在右侧属性中至少加一个，如“同意”。")
    codes = [choice.code for choice in node.choices]
    for choice in node.choices:
        if not IDENTIFIER.fullmatch(choice.code):
            yield Fault(node.id, f"按钮“{choice.title}”的代码应为小写字母、数字和下划线。")
        elif codes.count(choice.code) > 1:
            yield Fault(node.id, f"按钮代码“{choice.code}”用了两次。")
        if not choice.title:
            yield Fault(node.id, f"“{node.title}”有一个按钮没有写名称。")


def _form(node: Node, known: Known) -> Iterator[Fault]:
    names = [entry.name for entry in node.fields]
    for entry in node.fields:
        if entry.name not in known.variables:
            words = "、".join(known.variables.values()) or "本流程没有可填的项目"
            yield Fault(
                node.id,
                f"表单项目“{entry.title or entry.name}”不是本流程的数据项。",
                f"可选：{words}。",
            )
        elif names.count(entry.name) > 1:
            yield Fault(node.id, f"表单项目“{entry.title}”用了两次。")
        if entry.kind not in FIELD_KINDS:
            yield Fault(node.id, f"表单项目“{entry.title}”的类型不对。")


def _between(text: str, least: int, most: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 6 and least <= int(text) <= most


def _who(node: Node, known: Known) -> Iterator[Fault]:
    who = node.attributes.get("who", "")
    if who not in WHO:
        yield Fault(node.id, f"“{node.title}”没有设置由谁办理。", "在右侧属性“由谁办理”中选择。")
        return
    role = node.attributes.get("role", "")
    if who in {"role", "superior", "initiator_union"} and role not in known.roles:
        yield Fault(
            node.id,
            f"“{node.title}”没有选择办理角色。",
            f"可选：{'、'.join(known.roles.values())}。",
        )
    if who == "role" and node.attributes.get("at", "here") not in AT:
        yield Fault(node.id, f"“{node.title}”的办理工会不对。", f"可选：{'、'.join(AT.values())}。")
    if who == "user" and not known.user(node.attributes.get("user", "")):
        yield Fault(node.id, f"“{node.title}”指定的人员不存在或已停用。", "重新选择人员。")
    if who == "expression":
        text = node.attributes.get("expression", "")
        yield from _expression(node.id, text, node.title, known, condition=False)


def led_to(diagram: Diagram, step: str) -> list[Node]:
    """The automatic steps a step may lead to before anybody or anything else is waited for."""
    ahead = {
        node.id: [arrow.target for arrow in node.leaving]
        for node in diagram.nodes.values()
        if node.kind not in WAITING or node.id == step
    }
    for node in diagram.nodes.values():
        if node.kind == "subProcess":
            inside = [each for each in diagram.nodes.values() if each.parent == node.id]
            ahead[node.id] = [each.id for each in inside if each.kind == "startEvent"]
            for end in inside:
                if end.kind == "endEvent":
                    ahead[end.id] = [arrow.target for arrow in node.leaving]
    reached = _closure(ahead.get(step, ()), ahead)
    return [node for node in diagram.of_kind("serviceTask") if node.id in reached]


def _entitled(diagram: Diagram, known: Known) -> Iterator[Fault]:
    """Steps whose signer could not do what their signature leads to at once."""
    for node in diagram.of_kind("userTask"):
        by_roles: dict[tuple[str, ...], list[str]] = {}
        for effect in led_to(diagram, node.id):
            code = effect.attributes.get("effect", "")
            if code in known.needs:
                titles = by_roles.setdefault(tuple(known.needs[code]), [])
                titles.append(f"“{known.effects[code]}”")
        for roles, titles in by_roles.items():
            yield from _entitled_to(node, known, "、".join(dict.fromkeys(titles)), roles)


def _entitled_to(node: Node, known: Known, effects: str, roles: Collection[str]) -> Iterator[Fault]:
    who, role = node.attributes.get("who", ""), node.attributes.get("role", "")
    able = "、".join(known.roles[code] for code in roles if code in known.roles)
    remedy = f"改由{able}办理，或在它之后再加一个由{able}办理的环节。"
    if who in {"role", "superior", "initiator_union"}:
        if role in known.roles and role not in roles:
            title = known.roles[role]
            text = f"“{node.title}”由{title}办理，但{title}无权{effects}。"
            yield Fault(node.id, text, remedy)
    elif who == "user":
        if not known.holds(node.attributes.get("user", ""), roles):
            yield Fault(node.id, f"“{node.title}”指定的人员无权{effects}。", remedy)
    elif who in WHO:
        yield Fault(
            node.id,
            f"“{node.title}”之后会{effects}，办理人须是{able}。",
            "请确认这一环节的办理人都有这个岗位，否则办不下去。",
            advice=True,
        )


def _twice(diagram: Diagram, known: Known) -> Iterator[Fault]:
    """Steps given to somebody who by then has signed another one, where that is not allowed."""
    seen: dict[str, Node] = {}
    for node in diagram.of_kind("userTask") if known.once else ():
        user = node.attributes.get("user", "")
        if node.attributes.get("who") != "user" or not user:
            continue
        other = seen.setdefault(user, node)
        if other is not node:
            yield Fault(
                node.id,
                f"“{node.title}”和“{other.title}”指定了同一个人，后办的一个须回避。",
                "两个环节请指定不同的人员。",
            )


def _gateway(node: Node) -> Iterator[Fault]:
    several = len(node.leaving) > 1
    if not several and len(node.arriving) < 2:
        yield Fault(node.id, f"网关“{node.title}”既不分支也不汇合。", "删除它，或补上分支。")
    if node.kind == "parallelGateway":
        return
    if several and not node.default:
        yield Fault(
            node.id,
            f"网关“{node.title}”没有默认分支，条件都不满足时流程会停住。",
            "选中一条出线，设为“默认分支”。",
        )
    if node.default and node.default not in {arrow.id for arrow in node.leaving}:
        yield Fault(node.id, f"网关“{node.title}”的默认分支不是它的出线。")


def _arrow(arrow: Arrow, diagram: Diagram, known: Known) -> Iterator[Fault]:
    source, target = diagram.nodes.get(arrow.source), diagram.nodes.get(arrow.target)
    if source is None or target is None:
        yield Fault(arrow.id, "连线有一头没有连上。", "删除后重画。")
        return
    if source.parent != target.parent:
        yield Fault(arrow.id, "连线不能穿过子流程的边。", "在子流程内外各画一条。")
    branching = source.kind in {"exclusiveGateway", "inclusiveGateway"} and len(source.leaving) > 1
    default = source.default == arrow.id
    label = arrow.name or f"{source.title}到{target.title}"
    if branching and not default and not arrow.condition:
        yield Fault(arrow.id, f"分支“{label}”没有条件。", "填写条件，或设为默认分支。")
    if arrow.condition and (default or not branching):
        why = "默认分支" if default else "不是网关分出的连线"
        yield Fault(arrow.id, f"“{label}”是{why}，不能有条件。", "删去条件。")
    elif arrow.condition:
        yield from _expression(arrow.id, arrow.condition, label, known, condition=True)


def _expression(
    element: str, expression: str, label: str, known: Known, *, condition: bool
) -> Iterator[Fault]:
    if not expression:
        yield Fault(element, f"“{label}”的表达式没有填写。")
        return
    for wrong in known.check(expression, condition):
        yield Fault(element, f"“{label}”的表达式有误：{wrong}")


def _reached(diagram: Diagram) -> Iterator[Fault]:
    ahead = _next(diagram)
    starts = [node.id for node in diagram.of_kind("startEvent")]
    reached = _closure(starts, ahead)
    back: dict[str, set[str]] = {}
    for source, targets in ahead.items():
        for target in targets:
            back.setdefault(target, set()).add(source)
    ending = _closure([node.id for node in diagram.of_kind("endEvent")], back)
    for node in diagram.nodes.values():
        if starts and node.arriving and node.id not in reached:
            yield Fault(node.id, f"从开始走不到“{node.title}”。", "检查连线，或删除它。")
        if ending and node.leaving and node.id in reached and node.id not in ending:
            yield Fault(node.id, f"从“{node.title}”走不到结束。", "补上通往结束的连线。")


def _next(diagram: Diagram) -> dict[str, set[str]]:
    """Where each node may lead, boundary events from what they are attached to."""
    ahead = {node.id: {arrow.target for arrow in node.leaving} for node in diagram.nodes.values()}
    for node in diagram.nodes.values():
        if node.attached in ahead:
            ahead[node.attached].add(node.id)
    return ahead


def _closure(begin: Collection[str], ahead: Mapping[str, Collection[str]]) -> set[str]:
    seen, waiting = set(begin), list(begin)
    while waiting:
        for target in ahead.get(waiting.pop(), ()):
            if target not in seen:
                seen.add(target)
                waiting.append(target)
    return seen


def _spinning(diagram: Diagram) -> Iterator[Fault]:
    """Circles in which nobody and nothing is waited for: a case would go round for ever."""
    ahead = {
        node.id: {arrow.target for arrow in node.leaving}
        for node in diagram.nodes.values()
        if node.kind not in WAITING
    }
    for identifier, targets in ahead.items():
        if identifier in _closure(targets, ahead):
            title = diagram.nodes[identifier].title
            yield Fault(
                identifier,
                f"“{title}”在一个没有人办理的环路里，流程会一直空转。",
                "环路中至少要有一个人工办理或等待。",
            )
