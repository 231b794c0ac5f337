"""A district whose applications to join are reviewed twice: its flow, and cases at every step."""

from __future__ import annotations

import re

from gonghui.kernel.access.actor import ANONYMOUS, Actor
from gonghui.kernel.org.models import Union, UnionStatus
from gonghui.kernel.process import cases, publishing, work
from gonghui.kernel.process.definitions import ship
from gonghui.kernel.process.models import Definition, WorkItem
from gonghui.site.demo import cast
from gonghui.site.demo.joining import Applicant, fields
from gonghui.site.demo.stage import DEMO, acting, days_ago, living_on, union_named
from gonghui.systems.mobilization.membership.actions import joining
from gonghui.systems.mobilization.membership.actions.joining_flow import FLOW
from gonghui.systems.mobilization.membership.models.joining import JoinApplication, JoinChannel

SECOND = (
    '<bpmn:userTask id="second" name="市总工会复核" gonghui:who="role" gonghui:role="approver" '
    'gonghui:at="city" gonghui:mode="one" gonghui:deadline="3"><bpmn:extensionElements>'
    '<gonghui:choice code="agree" title="复核同意" tone="primary" />'
    '<gonghui:choice code="refuse" title="复核不同意" tone="danger" reason="true" />'
    "</bpmn:extensionElements></bpmn:userTask>"
    '<bpmn:exclusiveGateway id="which2" name="复核结果" default="b3" />'
    '<bpmn:sequenceFlow id="b1" sourceRef="second" targetRef="which2" />'
    '<bpmn:sequenceFlow id="b2" name="同意" sourceRef="which2" targetRef="admit">'
    '<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">choice == "agree"'
    "</bpmn:conditionExpression></bpmn:sequenceFlow>"
    '<bpmn:sequenceFlow id="b3" name="不同意" sourceRef="which2" targetRef="refuse" />'
)
TO_SECOND = 'name="批准" sourceRef="which" targetRef="second"'
DRAWN = (
    '<bpmndi:BPMNShape id="second_di" bpmnElement="second">'
    '<dc:Bounds x="540" y="140" width="100" height="80" /></bpmndi:BPMNShape>'
    '<bpmndi:BPMNShape id="which2_di" bpmnElement="which2" isMarkerVisible="true">'
    '<dc:Bounds x="705" y="155" width="50" height="50" /><bpmndi:BPMNLabel>'
    '<dc:Bounds x="708" y="131" width="44" height="14" /></bpmndi:BPMNLabel></bpmndi:BPMNShape>'
    '<bpmndi:BPMNEdge id="b1_di" bpmnElement="b1"><di:waypoint x="640" y="180" />'
    '<di:waypoint x="705" y="180" /></bpmndi:BPMNEdge>'
    '<bpmndi:BPMNEdge id="b2_di" bpmnElement="b2"><di:waypoint x="755" y="180" />'
    '<di:waypoint x="830" y="180" /><bpmndi:BPMNLabel><dc:Bounds x="781" y="162" '
    'width="22" height="14" /></bpmndi:BPMNLabel></bpmndi:BPMNEdge>'
    '<bpmndi:BPMNEdge id="b3_di" bpmnElement="b3"><di:waypoint x="730" y="205" />'
    '<di:waypoint x="730" y="310" /><di:waypoint x="830" y="310" /><bpmndi:BPMNLabel>'
    '<dc:Bounds x="752" y="292" width="33" height="14" /></bpmndi:BPMNLabel></bpmndi:BPMNEdge>'
)
ROOM, BEYOND = 280, 540
"""How far what stands right of BEYOND gives way to the second review, in the diagram's units."""


def review_twice() -> None:
    """The city's administrator publishes for one district; applications there at every step."""
    district = union_named(cast.LUYANG)
    with living_on(days_ago(20), 9):
        _publish(district, acting("hefei-xitong"))
    firm = _firm(district)
    first, second = acting("luyang-shenpi"), acting("hefei-shizong")
    _file(Applicant("蒯志远", "1", 0), firm)
    _file(Applicant("戎晓燕", "2", 2, education="21"), firm)
    waiting = _file(Applicant("苗立军", "1", 4), firm)
    _sign(waiting, 3, first, "approve", "材料齐全，情况属实。")
    back = _file(Applicant("郗海霞", "2", 6, education="21"), firm)
    _sign(back, 5, first, "approve", "情况属实。")
    with living_on(days_ago(4), 10):
        reason = "请核对劳动合同的起止日期后再审。"
        work.send_back(_item(back), by=second, to="decide", reason=reason)
    admitted = _file(Applicant("邰文博", "1", 12), firm)
    _sign(admitted, 11, first, "approve", "情况属实。")
    _sign(admitted, 9, second, "agree", "同意。")


def _publish(district: Union, by: Actor) -> Definition:
    draft = publishing.draft(district, by=by, based_on=ship(FLOW), title="入会审批（市总复核）")
    xml = with_second(draft.xml)
    draft = publishing.save(draft, by=by, xml=xml, seen=publishing.mark_of(draft))
    return publishing.publish(draft, by=by, reason="试点：区内入会申请由市总工会复核")


def with_second(xml: str) -> str:
    """The diagram of joining with a second review between the first decision and admission."""
    joined = xml.replace('name="批准" sourceRef="which" targetRef="admit"', TO_SECOND)
    wide = re.sub(r'\bx="(\d+)"', _moved, joined)
    # The way to the second review is as long as the one to admission was.
    wide = wide.replace('<di:waypoint x="830" y="180" />', '<di:waypoint x="540" y="180" />', 1)
    wide = wide.replace("</bpmn:process>", f"{SECOND}</bpmn:process>")
    return wide.replace("</bpmndi:BPMNPlane>", f"{DRAWN}</bpmndi:BPMNPlane>")


def _moved(found: re.Match[str]) -> str:
    place = int(found[1])
    return f'x="{place + ROOM if place > BEYOND else place}"'


def _firm(district: Union) -> Union:
    rows = Union.objects.unscoped(DEMO).filter(
        path__startswith=district.path, kind="80", status=UnionStatus.ACTIVE
    )
    return rows.order_by("pk")[0]


def _file(applicant: Applicant, firm: Union) -> JoinApplication:
    with living_on(days_ago(applicant.days), 9, 30):
        return joining.submit(
            firm,
            by=ANONYMOUS,
            channel=JoinChannel.CODE,
            agreed=True,
            **fields(applicant, cast.LUYANG),
        )


def _item(application: JoinApplication) -> WorkItem:
    case = cases.of(application, FLOW)
    assert case is not None
    return cases.items(case).get(state="open")


def _sign(application: JoinApplication, days: int, by: Actor, choice: str, opinion: str) -> None:
    with living_on(days_ago(days), 15):
        work.decide(_item(application), by=by, choice=choice, opinion=opinion)
