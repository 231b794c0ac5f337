"""Making, checking and publishing definitions (流程定义): versions for parts of the tree.

A draft belongs to a union and holds there and below once published; the version in force there
before retires, running cases keep the one they began with.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC

from django.db.models import Q
from django.utils import timezone

from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.models import Grant
from gonghui.kernel.access.roles import APPROVER, HANDLER
from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.identity.models import User
from gonghui.kernel.org.models import Union
from gonghui.kernel.process.declaring import Flow
from gonghui.kernel.process.definitions import flow_of, lock_flow, next_version
from gonghui.kernel.process.diagram import Unreadable, read
from gonghui.kernel.process.engine import Unrunnable, compile_diagram
from gonghui.kernel.process.linting import STEP, Fault, Known, lint, refuses
from gonghui.kernel.process.models import Case, Definition, DefinitionState
from gonghui.kernel.process.permissions import DESIGN_FLOWS
from gonghui.kernel.process.places import SEATS
from gonghui.kernel.rules.expressions import check
from gonghui.kernel.rules.kinds import Kind

SIGNERS = {role.code: role.title for role in (APPROVER, HANDLER)}
"""Roles a step may be given to; the three administrators do no business."""
RULE = "流程定义发布前须通过检查；已发布的版本不再修改"
OPEN_STATES = ("running", "suspended")


class Faulty(Refusal):
    """A diagram that may not be published; `faults` says where it is wrong."""

    status = 422

    def __init__(self, faults: list[Fault]) -> None:
        grave = [fault for fault in faults if not fault.advice]
        super().__init__(
            f"流程图有 {len(grave)} 处问题，不能发布：{grave[0].text}",
            rule=RULE,
            remedy="问题已标在流程图上，改好后再发布。",
            code="faulty_diagram",
        )
        self.faults = faults


def known_of(flow: Flow, xml: str = "") -> Known:
    """What diagrams of a flow may name."""
    kinds = kinds_of(flow, xml)

    def wrong(expression: str, condition: bool) -> list[str]:
        return [str(fault) for fault in check(expression, kinds, Kind.FLAG if condition else None)]

    return Known(
        variables={variable.code: variable.title for variable in flow.variables},
        effects={code: effect.title for code, effect in flow.effects.items()},
        messages=flow.messages,
        roles=SIGNERS,
        needed=flow.needed,
        needs={
            code: [role.code for role in permission.roles]
            for code, permission in flow.needs().items()
        },
        user=_is_active,
        holds=_holds,
        once=flow.once,
        check=wrong,
    )


def kinds_of(flow: Flow, xml: str) -> dict[str, Kind]:
    """Kinds of what conditions may read, steps whose ids cannot stand in one left out."""
    try:
        diagram = read(xml)
    except Unreadable:
        return flow.kinds()
    given = flow.kinds()
    steps = [node.id for node in diagram.of_kind("userTask") if STEP.fullmatch(node.id)]
    return {**given, **{f"choice_{step}": Kind.TEXT for step in steps}}


def _is_active(identifier: str) -> bool:
    plain = identifier.isascii() and identifier.isdigit() and len(identifier) < 18
    return plain and User.objects.filter(pk=int(identifier), is_active=True).exists()


def _holds(identifier: str, roles: Collection[str]) -> bool:
    if not _is_active(identifier):
        # Nobody: said by the fault of its own.
        return True
    rows = Grant.objects.unscoped(SEATS).filter(user_id=int(identifier), role__in=list(roles))
    today = timezone.localdate()
    rows = rows.filter(Q(valid_to=None) | Q(valid_to__gte=today), valid_from__lte=today)
    return rows.filter(ended_at=None).exists()


def faults_of(flow: Flow, xml: str) -> list[Fault]:
    """What is wrong with a diagram for this flow; also tried on the engine that will run it."""
    faults = lint(xml, known_of(flow, xml))
    if refuses(faults):
        return faults
    try:
        compile_diagram(xml)
    except Unrunnable as unrunnable:
        return [Fault(unrunnable.element, str(unrunnable), "请检查连线和环节的设置。"), *faults]
    return faults


def _place(definition: Definition) -> str:
    """Where the permission must hold; what ships with the platform is nobody's to change."""
    if definition.union is None:
        raise Refusal(
            "随系统提供的流程图不能修改。",
            rule=RULE,
            remedy="以它为底本新建一份草稿，改好后发布到本工会。",
            code="shipped_definition",
        )
    return definition.union.path


@action("flows.draft", "新建流程草稿", DESIGN_FLOWS, creates=True)
def draft(union: Union, *, by: Actor, based_on: Definition, title: str = "") -> Definition:
    """A draft for this union and all below it, beginning as another version is."""
    flow = flow_of(based_on.flow)
    lock_flow(flow.code)
    made = Definition(
        flow=flow.code,
        version=next_version(flow.code),
        title=(title.strip() or based_on.title)[:80],
        xml=based_on.xml,
        union=union,
        scope_path=union.path,
        based_on=based_on,
        created_by_name=by.name,
    )
    made.save()
    return made


@action("flows.save", "保存流程草稿", DESIGN_FLOWS, place=_place)
def save(definition: Definition, *, by: Actor, xml: str, seen: str) -> Definition:
    """Keep the diagram of a draft, faulty or not. seen: its mark when the page was opened."""
    _check_draft(definition)
    if seen != mark_of(definition):
        raise Conflict(
            "这份草稿在打开之后已被他人修改。",
            rule="同一份草稿一次由一人修改",
            remedy="请另开一页查看最新内容，合并后再保存；页面上的图仍在。",
            code="stale",
        )
    try:
        read(xml)
    except Unreadable as unreadable:
        raise Refusal(
            str(unreadable), rule="BPMN 2.0", remedy="请在设计器中修改后再保存。"
        ) from None
    definition.xml = xml
    definition.save()
    return definition


def mark_of(definition: Definition) -> str:
    """What changes whenever a draft is saved."""
    return definition.saved_at.astimezone(UTC).isoformat()


@action("flows.publish", "发布流程", DESIGN_FLOWS, place=_place, step_up=True)
def publish(definition: Definition, *, by: Actor, reason: str) -> Definition:
    """Let new cases of the union and below take this version; Faulty when it has faults."""
    _check_draft(definition)
    flow = flow_of(definition.flow)
    if len(reason.strip()) < 4:
        raise Refusal(
            "请写明这次修改了什么，至少 4 个字。",
            rule="流程的每一版都要能说明来由",
            field="reason",
            code="reason_missing",
        )
    faults = faults_of(flow, definition.xml)
    if refuses(faults):
        raise Faulty(faults)
    lock_flow(flow.code)
    now = timezone.now()
    before = Definition.objects.filter(
        flow=flow.code, scope_path=definition.scope_path, state=DefinitionState.PUBLISHED
    ).first()
    if before is not None:
        before.state = DefinitionState.RETIRED
        before.retired_at = now
        before.save()
        note(retired={"label": "停用的版本", "before": str(before), "after": ""})
    definition.state = DefinitionState.PUBLISHED
    definition.published_at = now
    definition.published_by_name = by.name
    definition.note = reason.strip()[:200]
    definition.save()
    return definition


@action("flows.retire", "停用流程版本", DESIGN_FLOWS, place=_place, step_up=True)
def retire(definition: Definition, *, by: Actor, reason: str) -> Definition:
    """Take a version out of force: new cases there take the one published above it."""
    if definition.state != DefinitionState.PUBLISHED:
        raise Conflict("只有已发布的版本可以停用。", remedy="请刷新页面查看最新情况。")
    definition.state = DefinitionState.RETIRED
    definition.retired_at = timezone.now()
    definition.save()
    return definition


@action("flows.discard", "删除流程草稿", DESIGN_FLOWS, place=_place)
def discard(definition: Definition, *, by: Actor) -> None:
    """Throw a draft away."""
    _check_draft(definition)
    note(draft={"label": "草稿", "before": str(definition), "after": ""})
    definition.delete()


def _check_draft(definition: Definition) -> None:
    if definition.state != DefinitionState.DRAFT:
        raise Conflict(
            f"“{definition}”{definition.get_state_display()}，不能再修改。",
            rule=RULE,
            remedy="以它为底本新建一份草稿。",
            code="not_a_draft",
        )


def running(definition: Definition) -> int:
    """How many cases still go by this version, over the whole platform: a figure only."""
    rows = Case.objects.unscoped("how many cases a version still has, counted for who retires it")
    return rows.filter(definition=definition, state__in=OPEN_STATES).count()
