"""Joining on the process: a second reviewer for one city, old applications end as they began."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest

from gonghui.kernel.access.roles import APPROVER, HANDLER, SYSTEM_ADMIN
from gonghui.kernel.audit.models import Entry
from gonghui.kernel.base.errors import Conflict, Forbidden
from gonghui.kernel.notify.models import Todo
from gonghui.kernel.people import persons
from gonghui.kernel.process import cases, migrating, publishing, trial, work
from gonghui.kernel.process.definitions import definition_for, ship
from gonghui.kernel.process.models import Definition, DefinitionState
from gonghui.systems.mobilization.membership.actions import joining as actions
from gonghui.systems.mobilization.membership.actions.joining_flow import FLOW
from gonghui.systems.mobilization.membership.models.joining import JoinState

pytestmark = pytest.mark.django_db
SECOND = (
    '<bpmn:userTask id="second" name="市总工会复核" gonghui:who="role" gonghui:role="approver" '
    'gonghui:at="city" gonghui:mode="one" gonghui:deadline="3"><bpmn:extensionElements>'
    '<gonghui:choice code="approve" title="复核同意" tone="primary" />'
    '<gonghui:choice code="reject" title="复核不同意" tone="danger" reason="true" />'
    "</bpmn:extensionElements></bpmn:userTask>"
    '<bpmn:exclusiveGateway id="which2" name="复核结果" default="b3" />'
    '<bpmn:sequenceFlow id="b1" sourceRef="second" targetRef="which2" />'
    '<bpmn:sequenceFlow id="b2" name="同意" sourceRef="which2" targetRef="admit">'
    '<bpmn:conditionExpression>choice == "approve"</bpmn:conditionExpression></bpmn:sequenceFlow>'
    '<bpmn:sequenceFlow id="b3" name="不同意" sourceRef="which2" targetRef="refuse" />'
)
SHAPES = "".join(
    f'<bpmndi:BPMNShape id="{step}_di" bpmnElement="{step}">'
    f'<dc:Bounds x="{x}" y="0" width="{width}" height="50" /></bpmndi:BPMNShape>'
    for step, x, width in (("second", 500, 100), ("which2", 640, 50))
) + "".join(
    f'<bpmndi:BPMNEdge id="{arrow}_di" bpmnElement="{arrow}"><di:waypoint x="0" y="0" />'
    '<di:waypoint x="9" y="0" /></bpmndi:BPMNEdge>'
    for arrow in ("b1", "b2", "b3")
)


def with_second(xml: str) -> str:
    """The diagram with a second review by the city before admission."""
    found = xml.replace(
        'sourceRef="which" targetRef="admit"', 'sourceRef="which" targetRef="second"'
    )
    found = found.replace("</bpmn:process>", f"{SECOND}</bpmn:process>")
    return found.replace("</bpmndi:BPMNPlane>", f"{SHAPES}</bpmndi:BPMNPlane>")


def apply_to(world: Any, union: Any) -> Any:
    who = world.identity()
    by = world.actor("职工")
    return actions.submit(
        union,
        by=by,
        agreed=True,
        name=who.name,
        document_kind=who.document_kind,
        document_number=who.document_number,
        mobile=who.mobile,
    )


@pytest.fixture
def people(world: Any) -> dict[str, Any]:
    return {
        "admin": world.actor("系管", (SYSTEM_ADMIN, world.hefei)),
        "first": world.actor("厂审", (APPROVER, world.factory)),
        "second": world.actor("市审", (APPROVER, world.hefei)),
        "mill": world.actor("纺审", (APPROVER, world.mill)),
    }


def publish_for(world: Any, people: dict[str, Any], xml: str, reason: str = "增加市级复核") -> Any:
    base = ship(FLOW)
    made = publishing.draft(world.hefei, by=people["admin"], based_on=base)
    made = publishing.save(made, by=people["admin"], xml=xml, seen=publishing.mark_of(made))
    return publishing.publish(made, by=people["admin"], reason=reason)


def item_of(application: Any) -> Any:
    case = cases.of(application, FLOW)
    assert case is not None
    return cases.items(case).get(state="open")


def test_without_a_version_of_its_own_nothing_changes(world, people):
    application = apply_to(world, world.factory)
    assert cases.of(application) is None
    assert Todo.objects.get(target_id=str(application.pk), done_at=None).kind == "join.decide"
    done = actions.approve(application, by=people["first"])
    assert done.state == JoinState.APPROVED


def test_the_default_diagram_does_what_is_done_today(world, people):
    publish_for(world, people, ship(FLOW).xml, "原样发布")
    application = apply_to(world, world.factory)
    item = item_of(application)
    assert item.union == world.factory and item.role == "approver"
    work.decide(item, by=people["first"], choice="approve")
    application.refresh_from_db()
    assert application.state == JoinState.APPROVED
    assert application.member_number
    assert application.decided_by_name == "厂审"
    other = apply_to(world, world.factory)
    work.decide(item_of(other), by=people["first"], choice="reject", opinion="不在本单位工作")
    other.refresh_from_db()
    assert (other.state, other.reason) == (JoinState.REJECTED, "不在本单位工作")


def test_second_reviewer_in_one_city_for_new_cases_only(world, people):
    old = apply_to(world, world.factory)
    publish_for(world, people, ship(FLOW).xml, "原样发布")
    running = apply_to(world, world.factory)
    publish_for(world, people, with_second(ship(FLOW).xml))

    fresh, elsewhere = apply_to(world, world.factory), apply_to(world, world.mill)
    assert cases.of(elsewhere) is None
    assert actions.approve(elsewhere, by=people["mill"]).state == JoinState.APPROVED
    # Begun before there was a flow, and begun by the version before: as they began.
    assert actions.approve(old, by=people["first"]).state == JoinState.APPROVED
    work.decide(item_of(running), by=people["first"], choice="approve")
    running.refresh_from_db()
    assert running.state == JoinState.APPROVED

    work.decide(item_of(fresh), by=people["first"], choice="approve")
    fresh.refresh_from_db()
    assert fresh.state == JoinState.SUBMITTED
    second = item_of(fresh)
    assert second.title == "市总工会复核" and second.union == world.hefei
    with pytest.raises(Forbidden):
        work.decide(second, by=people["first"], choice="approve")
    work.decide(second, by=people["second"], choice="approve")
    fresh.refresh_from_db()
    assert fresh.state == JoinState.APPROVED
    assert fresh.decided_by_name == "市审"


def test_past_the_flow_nothing_is_decided(world, people):
    publish_for(world, people, with_second(ship(FLOW).xml))
    application = apply_to(world, world.factory)
    for decide in (
        lambda: actions.approve(application, by=people["first"]),
        lambda: actions.reject(application, by=people["first"], reason="不在本单位"),
    ):
        with pytest.raises(Conflict) as refusal:
            decide()
        assert refusal.value.code == "on_flow"


def test_returned_and_sent_again_begins_anew(world, people):
    publish_for(world, people, with_second(ship(FLOW).xml))
    application = apply_to(world, world.factory)
    first = cases.of(application)
    actions.return_(application, by=people["first"], reason="请补充单位名称")
    first.refresh_from_db()
    assert first.state == "withdrawn"
    assert not cases.items(first).filter(state="open").exists()


def test_a_faulty_diagram_is_refused_with_its_places(world, people):
    xml = with_second(ship(FLOW).xml).replace('gonghui:role="approver" gonghui:at="city"', "")
    with pytest.raises(publishing.Faulty) as refusal:
        publish_for(world, people, xml)
    assert [fault.element for fault in refusal.value.faults if not fault.advice] == ["second"]
    draft = Definition.objects.get(flow="joining", union=world.hefei)
    assert draft.state == DefinitionState.DRAFT
    assert definition_for(FLOW, world.factory).shipped


def test_only_its_own_administrator_publishes(world, people):
    base = ship(FLOW)
    made = publishing.draft(world.hefei, by=people["admin"], based_on=base)
    for who in (
        world.actor("别市", (SYSTEM_ADMIN, world.wuhu)),
        world.actor("经办", (HANDLER, world.hefei)),
    ):
        with pytest.raises(Forbidden):
            publishing.publish(made, by=who, reason="不应成功")
    with pytest.raises(Conflict) as stale:
        publishing.save(made, by=people["admin"], xml=base.xml, seen="别的")
    assert stale.value.code == "stale"


def test_trial_writes_nothing_and_shows_the_way(world, people):
    xml = with_second(ship(FLOW).xml)
    moves = [trial.Move("decide", "approve"), trial.Move("second", "approve")]
    here = trial.walk(FLOW, xml, {}, moves[:1])
    assert [item.node.id for item in here.waiting] == ["second"]
    over = trial.walk(FLOW, xml, {}, moves)
    assert over.over and any("批准入会" in line.text for line in over.lines)
    assert "admit" in over.passed


def test_a_running_case_moves_to_the_new_version(world, people):
    publish_for(world, people, ship(FLOW).xml, "原样发布")
    application = apply_to(world, world.factory)
    target = publish_for(world, people, with_second(ship(FLOW).xml))
    case = cases.of(application)
    assert migrating.obstacle(case, target) == ""
    migrating.migrate(case, by=people["admin"], to=target)
    work.decide(item_of(application), by=people["first"], choice="approve")
    assert item_of(application).step == "second"
    # Back to a version without the step it stands at now: refused.
    back = publish_for(world, people, ship(FLOW).xml, "撤回复核")
    case = cases.of(application)
    assert "没有当前环节" in migrating.obstacle(case, back)


def test_the_second_reviewer_is_another_than_the_first(world, people):
    publish_for(world, people, with_second(ship(FLOW).xml))
    both = world.actor("两岗", (APPROVER, world.factory), (APPROVER, world.hefei))
    application = apply_to(world, world.factory)
    work.decide(item_of(application), by=both, choice="approve")
    with pytest.raises(Forbidden) as refusal:
        work.decide(item_of(application), by=both, choice="approve")
    assert refusal.value.code == "signed_before" and "工会审批" in refusal.value.message
    work.decide(item_of(application), by=people["second"], choice="approve")
    application.refresh_from_db()
    assert application.state == JoinState.APPROVED


def test_nobody_reviews_his_own_application_nor_one_he_entered(world, people):
    publish_for(world, people, with_second(ship(FLOW).xml))
    who = world.identity()
    mine = {
        "name": who.name,
        "document_kind": who.document_kind,
        "document_number": who.document_number,
        "mobile": who.mobile,
    }
    own = world.actor(
        "申请人自己", (APPROVER, world.hefei), person=persons.register(who, world.shushan)
    )
    application = actions.submit(world.factory, by=world.actor("职工"), agreed=True, **mine)
    work.decide(item_of(application), by=people["first"], choice="approve")
    with pytest.raises(Forbidden) as refusal:
        work.decide(item_of(application), by=own, choice="approve")
    assert refusal.value.code == "own_matter"
    work.decide(item_of(application), by=people["second"], choice="approve")

    clerk = world.actor("又录又审", (HANDLER, world.factory), (APPROVER, world.factory))
    other = world.identity()
    entered = actions.submit_for(
        world.factory,
        by=clerk,
        agreed=True,
        name=other.name,
        document_kind=other.document_kind,
        document_number=other.document_number,
        mobile=other.mobile,
    )
    with pytest.raises(Forbidden):
        work.decide(item_of(entered), by=clerk, choice="approve")
    work.decide(item_of(entered), by=people["first"], choice="approve")


def test_a_clerk_as_the_last_reviewer_is_refused_in_the_diagram(world, people):
    xml = with_second(ship(FLOW).xml).replace(
        'gonghui:role="approver" gonghui:at="city"', 'gonghui:role="handler" gonghui:at="city"'
    )
    with pytest.raises(publishing.Faulty) as refusal:
        publish_for(world, people, xml)
    (fault,) = [fault for fault in refusal.value.faults if not fault.advice]
    assert fault.element == "second" and "经办人无权“批准入会”、“不予批准”" in fault.text


def test_the_audit_keeps_the_digest_of_a_diagram_and_its_place(world, people):
    made = publish_for(world, people, with_second(ship(FLOW).xml))
    digest = sha256(made.xml.encode()).hexdigest()
    entries = Entry.objects.filter(target_type="process.definition", target_id=str(made.pk))
    saved = entries.get(action="flows.save")
    assert saved.changes["xml"]["after"] == f"SHA-256 {digest}，{len(made.xml.encode())} 字节"
    assert not any("<bpmn:" in str(entry.changes) for entry in entries)
    assert {entry.org_path for entry in entries} == {world.hefei.path}
