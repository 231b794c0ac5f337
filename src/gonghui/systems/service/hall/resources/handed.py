"""What was taken in through the hall, and how services were rated, for cadres."""

from __future__ import annotations

from typing import Any

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.resource.declaration import (
    Choice,
    Column,
    Days,
    Facts,
    Resource,
    Section,
    Sort,
    Under,
)
from gonghui.systems.service.hall.models import Handing, Rating
from gonghui.systems.service.hall.models.applying import Channel
from gonghui.systems.service.hall.permissions import EXPORT_HANDED, VIEW_HANDED, VIEW_RATINGS
from gonghui.systems.service.hall.queries.materials import files_of_handing


def search(rows: Any, text: str, scope: Any) -> Any:
    """By receipt number, from its beginning."""
    return rows.filter(number__startswith=text.strip().upper())


def materials(handing: Handing, actor: Actor) -> dict[str, Any] | None:
    """The materials handed in with it."""
    files = list(files_of_handing(handing))
    return {"files": files} if files else None


HANDED = Resource(
    code="hall-handed",
    title="大厅受理登记",
    model=Handing,
    view=VIEW_HANDED,
    unit="件",
    rows=lambda rows: rows.filter(private=False),
    columns=(
        Column("number", "受理编号", kind="title"),
        Column("title", "服务事项"),
        Column("channel", "渠道", choices=Channel, kind="choice"),
        Column("taken_by", "受理人"),
        Column("handed_at", "提交时间", kind="datetime"),
        Column("due_on", "办理期限", kind="date"),
        Column("union__name", "受理工会"),
        Column("system", "系统", shown=False),
    ),
    filters=(
        Choice("channel", "渠道", choices=Channel),
        Days("handed_at", "提交日期"),
        Under(),
    ),
    sorts=(Sort("handed_at", "提交时间"), Sort("number", "受理编号")),
    search=search,
    search_hint="受理编号",
    facts=(
        Facts(
            "受理",
            (
                ("受理编号", "number"),
                ("服务事项", "title"),
                ("办理人", "shown_name"),
                ("渠道", "get_channel_display"),
                ("受理人", "taken_by"),
                ("提交时间", "handed_at"),
                ("接下来", "what_next"),
                ("办理期限", "due_on"),
                ("受理工会", "union"),
            ),
        ),
    ),
    sections=(Section("材料", "hall/handed_materials.html", materials),),
    export=EXPORT_HANDED,
    related=("union",),
    empty="还没有在大厅受理的申请。",
)


RATINGS = Resource(
    code="hall-ratings",
    title="服务评价",
    model=Rating,
    view=VIEW_RATINGS,
    columns=(
        Column("title", "服务事项", kind="title"),
        Column("score", "评分", kind="number"),
        Column("rated_at", "评价时间", kind="datetime"),
        Column("union__name", "评价人所在工会"),
        Column("system", "系统", shown=False),
    ),
    filters=(Days("rated_at", "评价日期"), Under()),
    sorts=(Sort("rated_at", "评价时间"), Sort("score", "评分", descending=False)),
    facts=(
        Facts(
            "评价",
            (
                ("服务事项", "title"),
                ("评分", "score"),
                ("意见", lambda rating: rating.words.reveal() if rating.words else "没有写"),
                ("评价时间", "rated_at"),
                ("评价人所在工会", "union"),
            ),
        ),
    ),
    related=("union",),
    empty="还没有评价。办结的事项由本人在大厅评价。",
)
