"""Flows and diagrams the tests of this part run."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

from gonghui.kernel.access.roles import APPROVER, HANDLER, Permission
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.people.models import Membership
from gonghui.kernel.process.declaring import Effect, Flow
from gonghui.kernel.process.models import Definition, DefinitionState
from gonghui.kernel.rules.kinds import Kind, Variable
from gonghui.kernel.rules.tables import Content, Input, Line, Output, RuleTable

VIEW = Permission("test-process.view", "查看测试事项", (HANDLER, APPROVER))
DONE: list[tuple[int, str]] = []
"""What the effects of the test flow did: subject and name of the actor."""


def approve(subject: Membership, *, case: Any, by: Any) -> dict[str, object]:
    DONE.append((subject.pk, by.name))
    return {"grade": "approved"}


def refuse(subject: Membership, *, case: Any, by: Any) -> None:
    raise Refusal("外部条件不具备。", code="test_refused")


ROUTES = RuleTable(
    "test-process.routes",
    "测试路径",
    inputs=(Input("amount", "金额", Kind.NUMBER),),
    outputs=(Output("route", "路径", Kind.TEXT), Output("signer", "办理人", Kind.TEXT)),
    default=Content((Line({"amount": ">= 100"}, {"route": "long"}),)),
)

REVIEW = Flow(
    code="test-review",
    title="测试审批",
    subject=Membership,
    diagram=Path(__file__).parent / "review.bpmn",
    view=VIEW,
    variables=(
        Variable("city", "城市", Kind.TEXT),
        Variable("amount", "金额", Kind.NUMBER),
        Variable("people", "人员", Kind.TEXTS),
        Variable("grade", "等级", Kind.TEXT),
    ),
    effects={
        "approve": Effect("批准", approve),
        "approve_as_flow": Effect("批准", approve, as_flow=True),
        "refuse": Effect("不成", refuse),
    },
    messages={"number": "号码"},
    tables=(ROUTES,),
)

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:gonghui="urn:gonghui:process:1" targetNamespace="urn:test">'
    '<bpmn:message id="m_number" name="number"/>'
    '<bpmn:process id="review" isExecutable="true">'
)
TAIL = "</bpmn:process></bpmn:definitions>"
CHOICES = (
    "<bpmn:extensionElements>"
    '<gonghui:choice code="agree" title="同意" tone="primary"/>'
    '<gonghui:choice code="disagree" title="不同意" tone="danger" reason="true"/>'
    "{fields}</bpmn:extensionElements>"
)


def work(code: str, fields: str = "", **given: str) -> str:
    """A user task; keywords are its attributes of ours."""
    given = {"who": "role", "role": "approver", "at": "here", **given}
    attributes = " ".join(f'gonghui:{key}="{value}"' for key, value in given.items())
    inside = CHOICES.format(fields=fields)
    return f'<bpmn:userTask id="{code}" name="{code}" {attributes}>{inside}</bpmn:userTask>'


def effect(code: str, name: str) -> str:
    return f'<bpmn:serviceTask id="{code}" name="{code}" gonghui:effect="{name}"/>'


def node(tag: str, code: str, inside: str = "", **given: str) -> str:
    attributes = "".join(f' {key}="{value}"' for key, value in given.items())
    return f'<bpmn:{tag} id="{code}" name="{code}"{attributes}>{inside}</bpmn:{tag}>'


def timer(detail: str) -> str:
    return (
        "<bpmn:timerEventDefinition>"
        f"<bpmn:timeDuration>{detail}</bpmn:timeDuration></bpmn:timerEventDefinition>"
    )


def message(reference: str = "m_number") -> str:
    return f'<bpmn:messageEventDefinition messageRef="{reference}"/>'


def arrows(*ways: str) -> str:
    """Sequence flows, each "a>b" or "a>b if condition"; their ids are a_b."""
    found = []
    for way in ways:
        ends, _, condition = way.partition(" if ")
        source, target = ends.split(">")
        inside = (
            f"<bpmn:conditionExpression>{condition}</bpmn:conditionExpression>" if condition else ""
        )
        found.append(
            f'<bpmn:sequenceFlow id="{source}_{target}" sourceRef="{source}" '
            f'targetRef="{target}">{inside}</bpmn:sequenceFlow>'
        )
    return "".join(found)


def diagram(*parts: str) -> str:
    return HEAD + "".join(parts) + TAIL


def line(*steps: str) -> str:
    """A diagram of one user task, or ready element, after another."""
    codes = [step.split('id="')[1].split('"')[0] for step in steps]
    ends = ["start", *codes, "end"]
    return diagram(
        node("startEvent", "start"),
        *steps,
        node("endEvent", "end"),
        arrows(*(f"{a}>{b}" for a, b in pairwise(ends))),
    )


def publish(xml: str, scope: Any = None) -> Definition:
    """A published definition of the test flow, in place of what held there before."""
    path = scope.path if scope is not None else ""
    rows = Definition.objects.filter(flow=REVIEW.code)
    rows.filter(scope_path=path).update(state=DefinitionState.RETIRED)
    return Definition.objects.create(
        flow=REVIEW.code,
        version=rows.count() + 1,
        title=REVIEW.title,
        xml=xml,
        scope_path=path,
        union=scope,
        state=DefinitionState.PUBLISHED,
    )
