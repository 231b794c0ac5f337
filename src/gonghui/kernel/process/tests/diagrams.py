"""Diagrams for tests, written from a few words: BPMN with shapes for every element."""

from __future__ import annotations

from html import escape
from itertools import pairwise

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" '
    'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" '
    'xmlns:di="http://www.omg.org/spec/DD/20100524/DI" '
    'xmlns:gonghui="urn:gonghui:process:1" id="d" targetNamespace="urn:gonghui:flows">'
)
YES = '<gonghui:choice code="agree" title="同意" tone="primary"/>'
NO = '<gonghui:choice code="refuse" title="不同意" tone="danger" reason="true"/>'
BUTTONS = f"<bpmn:extensionElements>{YES}{NO}</bpmn:extensionElements>"


def user(identifier: str, name: str = "审核", inner: str = BUTTONS, **attributes: str) -> str:
    """A user task; attributes are ours, `who` and `role` given unless named."""
    own = {"who": "role", "role": "approver", **attributes}
    words = " ".join(f'gonghui:{key}="{escape(value)}"' for key, value in own.items())
    return f'<bpmn:userTask id="{identifier}" name="{name}" {words}>{inner}</bpmn:userTask>'


def service(identifier: str, effect: str, name: str = "登记") -> str:
    return f'<bpmn:serviceTask id="{identifier}" name="{name}" gonghui:effect="{effect}"/>'


def step(tag: str, identifier: str, inner: str = "", **attributes: str) -> str:
    words = " ".join(f'{key}="{escape(value)}"' for key, value in attributes.items())
    return f'<bpmn:{tag} id="{identifier}" {words}>{inner}</bpmn:{tag}>'


def flow(identifier: str, source: str, target: str, condition: str = "") -> str:
    inner = (
        f"<bpmn:conditionExpression>{escape(condition)}</bpmn:conditionExpression>"
        if condition
        else ""
    )
    return (
        f'<bpmn:sequenceFlow id="{identifier}" sourceRef="{source}" targetRef="{target}">'
        f"{inner}</bpmn:sequenceFlow>"
    )


def diagram(*parts: str, process: str = "joining", drawn: bool = True, outside: str = "") -> str:
    """The parts as one executable process."""
    shapes = "".join(_shape(part) for part in parts) if drawn else ""
    return (
        f'{HEAD}{outside}<bpmn:process id="{process}" isExecutable="true">{"".join(parts)}'
        '</bpmn:process><bpmndi:BPMNDiagram id="dd"><bpmndi:BPMNPlane id="dp" '
        f'bpmnElement="{process}">{shapes}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>'
        "</bpmn:definitions>"
    )


def _shape(part: str) -> str:
    identifier = part.split('id="', 1)[1].split('"', 1)[0]
    if part.startswith("<bpmn:sequenceFlow"):
        return (
            f'<bpmndi:BPMNEdge id="{identifier}_di" bpmnElement="{identifier}">'
            '<di:waypoint x="0" y="0"/><di:waypoint x="50" y="0"/></bpmndi:BPMNEdge>'
        )
    return (
        f'<bpmndi:BPMNShape id="{identifier}_di" bpmnElement="{identifier}">'
        '<dc:Bounds x="0" y="0" width="100" height="80"/></bpmndi:BPMNShape>'
    )


START, END = step("startEvent", "begin"), step("endEvent", "end")


def line(*middle: str) -> str:
    """A start, the steps one after the other, an end."""
    ids = ["begin", *(part.split('id="', 1)[1].split('"', 1)[0] for part in middle), "end"]
    arrows = [
        flow(f"a{number}", source, target) for number, (source, target) in enumerate(pairwise(ids))
    ]
    return diagram(START, *middle, END, *arrows)
