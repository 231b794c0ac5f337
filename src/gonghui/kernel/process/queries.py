"""What the pages of the process part read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.models import Grant
from gonghui.kernel.access.roles import APPROVER, HANDLER, VIEWER
from gonghui.kernel.base.errors import Forbidden
from gonghui.kernel.org.models import GRASSROOTS, Union
from gonghui.kernel.org.scoping import Scope
from gonghui.kernel.process import cases
from gonghui.kernel.process.declaring import FLOWS, Flow
from gonghui.kernel.process.definitions import flow_of, ship
from gonghui.kernel.process.models import (
    OPEN_STATES,
    Case,
    CaseEvent,
    Definition,
    DefinitionState,
    ItemKind,
    ItemState,
    WorkItem,
)
from gonghui.kernel.process.permissions import DESIGN_FLOWS
from gonghui.kernel.process.publishing import SIGNERS

PAGE = 50
COLLEAGUES = "names of colleagues who may be given work are known to those who work here"
WHOLE = "the page of a case or item asks afterwards whether this person may see it"
COUNTED = "how many cases each version has is a figure, no case is shown"


def may_design(actor: Actor, definition: Definition) -> bool:
    """Whether somebody may change or take out of force a definition."""
    return definition.union is not None and actor.may(DESIGN_FLOWS, definition.union.path)


def definition_of(actor: Actor, pk: int) -> Definition:
    """A definition that holds where the actor designs, above or below it; else Forbidden."""
    actor.require(DESIGN_FLOWS)
    found = Definition.objects.select_related("union", "based_on").filter(pk=pk).first()
    if found is None or not _in_reach(actor, found):
        raise Forbidden(
            "没有查看这个流程版本的权限，或者它不存在。",
            remedy="流程版本由适用工会及其上下级的系统管理员查看。",
            code="forbidden",
        )
    return found


def _in_reach(actor: Actor, definition: Definition) -> bool:
    if actor.everywhere or not definition.scope_path:
        return True
    place = definition.scope_path
    return any(
        place.startswith(root) or root.startswith(place) for root in actor.paths(DESIGN_FLOWS)
    )


def versions_of(flow: Flow, actor: Actor) -> list[Definition]:
    """The versions of a flow within reach, the latest first, each with `open_cases`."""
    if not Definition.objects.filter(flow=flow.code).exists():
        ship(flow)
    rows = Definition.objects.filter(flow=flow.code).select_related("union").order_by("-version")
    found = [row for row in rows if _in_reach(actor, row)]
    counts = open_counts(row.pk for row in found)
    for row in found:
        row.open_cases = counts.get(row.pk, 0)  # type: ignore[attr-defined]
    return found


def open_counts(definitions: Iterable[int]) -> dict[int, int]:
    """Running cases by definition."""
    rows = Case.objects.unscoped(COUNTED).filter(
        definition_id__in=list(definitions), state__in=OPEN_STATES
    )
    counted = rows.values("definition_id").annotate(count=Count("pk")).order_by()
    return {row["definition_id"]: row["count"] for row in counted}


def flows() -> list[Flow]:
    """Every flow of this installation, by title."""
    return sorted(FLOWS.values(), key=lambda flow: flow.title)


def published_counts() -> dict[str, int]:
    """How many versions of each flow are in force."""
    rows = Definition.objects.filter(state=DefinitionState.PUBLISHED).values("flow")
    return {row["flow"]: row["count"] for row in rows.annotate(count=Count("pk")).order_by()}


def scopes_for(actor: Actor) -> list[Union]:
    """Unions an actor may design for: their own and those directly below that have subordinates."""
    held = [item.union_id for item in actor.scope(DESIGN_FLOWS).ranges if item.union_id]
    own = [held.union_id for held in actor.grants if held.path in actor.paths(DESIGN_FLOWS)]
    mine = {*held, *own}
    rows = Union.objects.within(actor.scope(DESIGN_FLOWS)).filter(status="active")
    near = rows.filter(Q(pk__in=mine) | Q(parent_id__in=mine)).exclude(
        Q(kind__in=GRASSROOTS) & ~Q(pk__in=mine)
    )
    return list(near.order_by("path")[:80])


def signers_at(union: Union, today: date) -> dict[str, str]:
    """Users with a role of the business at a union, id → name and role; for the designer."""
    found = _granted(today).filter(union=union).order_by("user__display_name")
    rows = found.values_list("user_id", "user__display_name", "role")[:300]
    names: dict[str, str] = {}
    for pk, name, role in rows:
        names.setdefault(str(pk), f"{name}（{SIGNERS.get(role, '查阅人')}）")
    return names


def _granted(today: date) -> QuerySet[Grant]:
    return (
        Grant.objects.unscoped(COLLEAGUES)
        .filter(role__in=[APPROVER.code, HANDLER.code, VIEWER.code], ended_at=None)
        .filter(Q(valid_to=None) | Q(valid_to__gte=today), valid_from__lte=today)
        .filter(user__is_active=True, union__status="active")
    )


def colleagues(text: str, actor: Actor) -> list[tuple[int, str, str]]:
    """Users whose name begins with a text: id, name, union; those near the actor first."""
    rows = _granted(timezone.localdate()).filter(user__display_name__startswith=text)
    found = rows.exclude(user_id=actor.user_id).values_list(
        "user_id", "user__display_name", "union__name", "org_path"
    )[:400]
    here = next((held.path for held in actor.grants if held.union_id == actor.union_id), "")
    ranked = sorted(found, key=lambda row: (-_shared(row[3], here), row[1], row[0]))
    seen: dict[int, tuple[int, str, str]] = {}
    for pk, name, union, _path in ranked:
        seen.setdefault(pk, (pk, name, union))
    return list(seen.values())[:10]


def _shared(path: str, other: str) -> int:
    """How many levels of the tree two paths have in common."""
    pairs = zip(path.split("."), other.split("."), strict=False)
    count = 0
    for mine, theirs in pairs:
        if mine != theirs or not mine:
            break
        count += 1
    return count


def item_of(actor: Actor, pk: int) -> WorkItem:
    """A work item somebody may look at: its case's viewers and whoever may act on it."""
    rows = WorkItem.objects.unscoped(WHOLE).select_related("case", "union", "asked_by")
    found = rows.filter(pk=pk).first()
    if found is None or not cases.may_see(actor, found.case):
        raise Forbidden(
            "没有查看这个待办的权限，或者它不存在。",
            remedy="待办由指定的人员或岗位办理；请确认是否已切换到正确的岗位。",
            code="forbidden" if actor.signed_in else "anonymous",
        )
    return found


def case_of(actor: Actor, pk: int) -> Case:
    """A case somebody may look at."""
    rows = Case.objects.unscoped(WHOLE).select_related("definition", "union")
    found = rows.filter(pk=pk).first()
    if found is None or not cases.may_see(actor, found):
        raise Forbidden(
            "没有查看这个流程的权限，或者它不存在。",
            remedy="流程由经办各级工会的有关人员查看。",
            code="forbidden" if actor.signed_in else "anonymous",
        )
    return found


@dataclass(frozen=True)
class Standing:
    """The diagram of a case for the browser: what was passed, where it stands, who did what."""

    xml: str
    passed: list[str]
    marks: list[dict[str, str]]
    here: list[dict[str, str]]

    def data(self) -> dict[str, Any]:
        return {
            "xml": self.xml,
            "passed": self.passed,
            "marks": self.marks,
            "here": self.here,
        }


def standing_of(case: Case, events: Iterable[CaseEvent], items: Iterable[WorkItem]) -> Standing:
    """Where a case stands on its diagram, from its history and its open items."""
    passed: dict[str, None] = {}
    marks: dict[str, str] = {}
    for event in events:
        if not event.step or event.kind not in PASSING:
            continue
        passed.setdefault(event.step, None)
        if event.kind == "decided":
            when = timezone.localtime(event.at)
            marks[event.step] = f"{event.user_name} {event.text} {when:%m-%d %H:%M}"
    here: dict[str, list[str]] = {}
    for item in items:
        if item.state != ItemState.OPEN or item.kind != ItemKind.SIGN or not case.is_open:
            continue
        here.setdefault(item.step, []).append(asked(item))
    for step in standing_steps(case):
        here.setdefault(step, [])
    return Standing(
        case.definition.xml,
        list(passed),
        [{"id": step, "text": text} for step, text in marks.items() if step not in here],
        [
            {
                "id": step,
                "text": f"在这里：{'、'.join(dict.fromkeys(names))}" if names else "在这里",
            }
            for step, names in here.items()
        ],
    )


PASSING = {"decided", "effect", "message", "timer", "sent_back"}


def standing_steps(case: Case) -> list[str]:
    """Ids of the steps a running case waits at without a work item: timers and messages."""
    return (
        list(case.timers.filter(item=None).values_list("step", flat=True)) if case.is_open else []
    )


def asked(item: WorkItem) -> str:
    """Who an open item waits for, in words."""
    if item.assignee_id:
        return item.assignee_name
    return f"{item.union.name}{SIGNERS.get(item.role, '')}"


def running_under(definition: Definition) -> QuerySet[Case]:
    """Running cases at and below a definition's union that go by another version of its flow."""
    rows = Case.objects.within(Scope.of([definition.scope_path])).filter(
        flow=definition.flow, state__in=OPEN_STATES
    )
    return rows.exclude(definition=definition).select_related("definition", "union").order_by("pk")


def flow_title(code: str) -> str:
    """What a flow is called; for lists."""
    return flow_of(code).title if code in FLOWS else code
