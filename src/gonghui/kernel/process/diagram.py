"""A BPMN 2.0 diagram (流程图) read into plain values: nodes, arrows, what our attributes say.

Pure: no Django, no database. The attributes are those of static/process/gonghui-moddle.json,
in the namespace NS; on a user task `gonghui:who`, `role`, `at`, `user`, `expression`, `mode`,
`count`, `deadline`, with `gonghui:choice` and `gonghui:field` in its extensionElements; on a
service task `gonghui:effect`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

NS = "urn:gonghui:process:1"
BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
LARGEST = 400_000
"""Bytes a diagram may have."""

WHO = {
    "role": "按角色",
    "superior": "上级工会",
    "initiator_union": "发起人所在工会",
    "starter": "发起人",
    "user": "指定人员",
    "expression": "按表达式",
}
AT = {
    "here": "本事项所属工会",
    "county": "县级工会",
    "city": "市级工会",
    "province": "省总工会",
}
MODES = {
    "one": "一人办理",
    "any": "或签（一人同意即可）",
    "all": "会签（全部同意）",
    "n": "会签（达到人数）",
}
EVENTS = {
    "timerEventDefinition": "timer",
    "messageEventDefinition": "message",
    "terminateEventDefinition": "terminate",
    "errorEventDefinition": "error",
    "signalEventDefinition": "signal",
    "escalationEventDefinition": "escalation",
    "conditionalEventDefinition": "conditional",
    "linkEventDefinition": "link",
    "compensateEventDefinition": "compensation",
    "cancelEventDefinition": "cancel",
}


class Unreadable(ValueError):
    """The text is not a diagram; the message says why, in Chinese."""


@dataclass(frozen=True)
class Choice:
    """A button of a work item. reason: whether an opinion has to be written."""

    code: str
    title: str
    tone: str = "plain"
    reason: bool = False


@dataclass(frozen=True)
class FormField:
    """A field of the form of a work item; `name` is a variable of the flow."""

    name: str
    title: str
    kind: str = "text"
    required: bool = False


@dataclass
class Node:
    """A step of the diagram. kind: its BPMN tag (userTask); event: timer, message, … or empty.

    parent: id of the sub-process it stands in. detail: what a timer waits or a message is called.
    """

    id: str
    kind: str
    name: str = ""
    parent: str = ""
    event: str = ""
    detail: str = ""
    attached: str = ""
    default: str = ""
    looped: bool = False
    calls: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    fields: tuple[FormField, ...] = ()
    arriving: list[Arrow] = field(default_factory=list)
    leaving: list[Arrow] = field(default_factory=list)

    @property
    def title(self) -> str:
        return self.name or self.id


@dataclass
class Arrow:
    """A sequence flow; `condition` is CEL, empty for none."""

    id: str
    source: str
    target: str
    name: str = ""
    condition: str = ""


@dataclass
class Diagram:
    """One process with its steps; `drawn` are the ids that have a shape or an edge."""

    process: str
    name: str
    executable: bool
    nodes: dict[str, Node]
    arrows: dict[str, Arrow]
    drawn: frozenset[str]
    processes: int = 1
    repeated: tuple[str, ...] = ()
    strange: tuple[tuple[str, str], ...] = ()

    def of_kind(self, *kinds: str) -> list[Node]:
        return [node for node in self.nodes.values() if node.kind in kinds]


QUIET = {
    "sequenceFlow",
    "documentation",
    "extensionElements",
    "textAnnotation",
    "association",
    "laneSet",
    "group",
    "incoming",
    "outgoing",
    "multiInstanceLoopCharacteristics",
    "standardLoopCharacteristics",
    "ioSpecification",
    "property",
}


def read(text: str) -> Diagram:
    """The diagram in a BPMN text; raises Unreadable."""
    root = _root(text)
    processes = root.findall(f"{{{BPMN}}}process")
    if not processes:
        raise Unreadable("流程图里没有流程。")
    process = processes[0]
    diagram = Diagram(
        process=process.get("id", ""),
        name=process.get("name", ""),
        executable=process.get("isExecutable") == "true",
        nodes={},
        arrows={},
        drawn=frozenset(_drawn(root)),
        processes=len(processes),
        repeated=tuple(_repeated(root)),
    )
    messages = {
        item.get("id", ""): item.get("name", "") for item in root.findall(f"{{{BPMN}}}message")
    }
    _fill(diagram, process, "", messages)
    for arrow in diagram.arrows.values():
        if arrow.source in diagram.nodes:
            diagram.nodes[arrow.source].leaving.append(arrow)
        if arrow.target in diagram.nodes:
            diagram.nodes[arrow.target].arriving.append(arrow)
    return diagram


def tree_of(text: str) -> etree._Element:
    """The XML of a diagram, as SpiffWorkflow walks it; Unreadable for one with a document type.

    Read as UTF-8 whatever it declares: a name of another encoding would hide what is refused.
    """
    raw = text.encode()
    if len(raw) > LARGEST:
        raise Unreadable(f"流程图大于 {LARGEST // 1000} KB。")
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False
    )
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as error:
        raise Unreadable(f"流程图不是完整的 XML，第 {error.lineno} 行有误。") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unreadable("流程图不能含有文档类型声明。")
    return root


def _root(text: str) -> etree._Element:
    root = tree_of(text)
    if root.tag != f"{{{BPMN}}}definitions":
        raise Unreadable("文件不是 BPMN 2.0 流程图。")
    return root


def _drawn(root: etree._Element) -> Iterator[str]:
    for tag in ("BPMNShape", "BPMNEdge"):
        for item in root.iter(f"{{{BPMNDI}}}{tag}"):
            yield item.get("bpmnElement", "")


def _repeated(root: etree._Element) -> Iterator[str]:
    seen: set[str] = set()
    for item in root.iter(etree.Element):
        identifier = item.get("id")
        if identifier is None:
            continue
        if identifier in seen:
            yield identifier
        seen.add(identifier)


def _fill(diagram: Diagram, holder: etree._Element, parent: str, messages: dict[str, str]) -> None:
    for item in holder:
        if not isinstance(item.tag, str) or not item.tag.startswith(f"{{{BPMN}}}"):
            continue
        tag = etree.QName(item).localname
        identifier = item.get("id", "")
        if tag == "sequenceFlow":
            condition = item.find(f"{{{BPMN}}}conditionExpression")
            diagram.arrows[identifier] = Arrow(
                identifier,
                item.get("sourceRef", ""),
                item.get("targetRef", ""),
                item.get("name", ""),
                (condition.text or "").strip() if condition is not None else "",
            )
        elif tag not in QUIET and not tag.endswith("EventDefinition") and identifier:
            diagram.nodes[identifier] = _node(item, tag, parent, messages)
            if tag == "subProcess":
                _fill(diagram, item, identifier, messages)


def _node(item: etree._Element, tag: str, parent: str, messages: dict[str, str]) -> Node:
    node = Node(
        id=item.get("id", ""),
        kind=tag,
        name=(item.get("name") or "").strip(),
        parent=parent,
        attached=item.get("attachedToRef", ""),
        default=item.get("default", ""),
        calls=item.get("calledElement", ""),
    )
    node.attributes = {
        etree.QName(key).localname: value.strip()
        for key, value in item.attrib.items()
        if key.startswith(f"{{{NS}}}")
    }
    for child in item:
        if not isinstance(child.tag, str):
            continue
        name = etree.QName(child).localname
        if name in EVENTS:
            node.event = EVENTS[name]
            node.detail = _detail(child, messages)
        elif name.endswith("LoopCharacteristics"):
            node.looped = True
    if tag == "receiveTask":
        node.event, node.detail = "message", messages.get(item.get("messageRef", ""), "")
    node.choices = tuple(_choices(item))
    node.fields = tuple(_fields(item))
    return node


def _detail(event: etree._Element, messages: dict[str, str]) -> str:
    if reference := event.get("messageRef"):
        return messages.get(reference, "")
    for child in event:
        if isinstance(child.tag, str) and child.text and child.text.strip():
            return child.text.strip()
    return ""


def _extension(item: etree._Element, name: str) -> Iterator[etree._Element]:
    holder = item.find(f"{{{BPMN}}}extensionElements")
    if holder is not None:
        yield from holder.iter(f"{{{NS}}}{name}")


def _choices(item: etree._Element) -> Iterator[Choice]:
    for choice in _extension(item, "choice"):
        yield Choice(
            choice.get("code", ""),
            choice.get("title", ""),
            choice.get("tone", "plain"),
            choice.get("reason") == "true",
        )


def _fields(item: etree._Element) -> Iterator[FormField]:
    for entry in _extension(item, "field"):
        yield FormField(
            entry.get("name", ""),
            entry.get("title", ""),
            entry.get("kind", "text"),
            entry.get("required") == "true",
        )
