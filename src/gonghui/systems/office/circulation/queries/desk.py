"""Where a document stands in its approval, whose turn it is, and what was said on the way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.process import cases, work
from gonghui.kernel.process.models import Case, ItemKind, ItemState, WorkItem
from gonghui.systems.office.circulation.models import Outgoing
from gonghui.systems.office.circulation.rules import chain

ALL_CASES = "a document taken back and sent in again has several cases; who sees it sees them"


@dataclass(frozen=True)
class Said:
    """One opinion: at which step, with what outcome; ink: a picture of the handwriting."""

    verdict: str
    text: str
    by_name: str
    at: datetime
    ink: Any = None


def open_items(document: Outgoing) -> list[WorkItem]:
    """The seats that wait now; read once for an object in hand."""
    found = document.__dict__.get("_open_items")
    if found is None:
        case = cases.of(document) if document.state == chain.UNDER_WAY else None
        rows = cases.items(case) if case is not None and case.is_open else WorkItem.objects.none()
        rows = rows.filter(state=ItemState.OPEN, kind=ItemKind.SIGN)
        found = list(rows.select_related("union", "case")) if case is not None else []
        document.__dict__["_open_items"] = found
    return found


def item_for(document: Outgoing, by: Actor, steps: Iterable[str]) -> WorkItem | None:
    """The seat an actor may sign now at one of these steps, their own or one delegated."""
    for item in open_items(document):
        if item.step in steps and work.capacity(item, by) is not None:
            return item
    return None


def edits(document: Outgoing, by: Actor) -> bool:
    """Whether the text is in this actor's hands now."""
    if document.state == chain.DRAFT:
        return by.user_id is not None and by.user_id == document.drafter_id
    return item_for(document, by, chain.EDITING) is not None


def step_title(document: Outgoing) -> str:
    """The step a document stands at, in words."""
    if document.state != chain.UNDER_WAY:
        return "起草" if document.state == chain.DRAFT else chain.TITLES[document.state]
    steps = {item.step for item in open_items(document)}
    return "、".join(chain.STEPS.get(step, step) for step in sorted(steps))


def all_cases(document: Outgoing) -> list[Case]:
    rows = Case.objects.unscoped(ALL_CASES).filter(
        subject_type=document._meta.label_lower, subject_id=document.pk
    )
    return list(rows.order_by("pk"))


def opinions(document: Outgoing) -> list[Said]:
    """What was said on a document in its order, by whomever and for whomever."""
    kept = list(document.opinions.select_related("ink"))
    inks = {row.item: row.ink for row in kept if row.item}
    found = [
        Said(row.verdict, row.text, row.by_name, row.at, row.ink) for row in kept if not row.item
    ]
    done = WorkItem.objects.unscoped(ALL_CASES).filter(
        case__in=all_cases(document), state=ItemState.DONE
    )
    for item in done.order_by("decided_at", "pk"):
        name = item.decided_by_name
        if item.on_behalf_of_name:
            name += f"（代{item.on_behalf_of_name}）"
        found.append(
            Said(item.choice_title, item.opinion, name, item.decided_at, inks.get(item.pk))
        )
    return sorted(found, key=lambda said: said.at)
