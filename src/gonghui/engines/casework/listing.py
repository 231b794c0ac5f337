"""Columns, filters and a ready resource for lists, export and API of cases.

They name columns of Case alone: nothing of a complainant can get into a list.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

from gonghui.engines.casework.declaring import CaseKind
from gonghui.engines.casework.models import Case, Channel, Difficulty, Phase, Secrecy
from gonghui.engines.casework.models.cases import own_units
from gonghui.engines.casework.queries.desk import narrowed_by_words
from gonghui.engines.casework.views.desk import TONES
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.resource.declaration import Choice, Column, Days, Resource, Sort, Step, Under


def columns(kind: CaseKind, prefix: str = "") -> tuple[Column, ...]:
    """Columns of a case; prefix "case__" for a resource over the system's own row."""
    return (
        Column(f"{prefix}title", "标题", kind="title"),
        Column(f"{prefix}phase", "状态", kind="state", choices=Phase, tones=TONES),
        Column(f"{prefix}category", "类别", paint=kind.category_words),
        Column(f"{prefix}channel", "渠道", kind="choice", choices=Channel),
        Column(f"{prefix}union__name", "办理工会"),
        Column(f"{prefix}handler_name", "承办人"),
        Column(f"{prefix}due_on", "期限", kind="date"),
        Column(f"{prefix}received_at", "首次收到时间", kind="datetime"),
        Column(f"{prefix}number", "编号"),
        Column(f"{prefix}difficulty", "难度", kind="choice", choices=Difficulty, shown=False),
        Column(f"{prefix}secrecy", "身份", kind="choice", choices=Secrecy, shown=False),
        Column(f"{prefix}intakes_count", "来件数", kind="number", shown=False),
        Column(f"{prefix}respondent_name", "被反映单位", shown=False),
        Column(f"{prefix}replied_at", "答复时间", kind="datetime", shown=False),
        Column(f"{prefix}late", "超期", kind="flag", shown=False),
        Column(f"{prefix}score", "满意度", kind="number", shown=False),
    )


def apart(prefix: str = "") -> Callable[[QuerySet, Actor], QuerySet]:
    """For Resource(seen=…): no rows of cases about a unit the actor has a post in.

    prefix: the way from the resource's model to the case, as "case__".
    """

    def seen(rows: QuerySet, actor: Actor) -> QuerySet:
        units = set() if actor.everywhere else own_units(actor)
        return rows.exclude(**{f"{prefix}respondent_id__in": units}) if units else rows

    return seen


def resource(kind: CaseKind, code: str, title: str, **more: Any) -> Resource:
    """A resource over the cases of one kind: list, record, export and API under its permissions."""

    def rows(found: QuerySet) -> QuerySet:
        return found.filter(kind=kind.code)

    def search(found: QuerySet, text: str, scope: Any) -> QuerySet:
        return narrowed_by_words(found, text)

    given: dict[str, Any] = {
        "columns": columns(kind),
        "unit": "件",
        "filters": (
            Choice("phase", "状态", choices=Phase),
            Choice("channel", "渠道", choices=Channel),
            Days("received_at", "首次收到"),
            Under(),
        ),
        "sorts": (Sort("received_at", "首次收到"), Sort("rank_on", "期限", descending=False)),
        "search": search,
        "search_hint": "编号、标题或摘要",
        "export": kind.permissions.export,
        "related": ("union",),
        "seen": apart(),
        "empty": "还没有办件。",
        "steps": tuple(
            Step(kind.action(name), name.replace("_", "-"), kind.action(name).title)
            for name in ("take",)
        ),
        **more,
    }
    return Resource(
        code=code, title=title, model=Case, view=kind.permissions.view, rows=rows, **given
    )
