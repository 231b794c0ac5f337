"""Pieces for the archive and hand-overs of work."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.html import format_html_join

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.resource.declaration import (
    Choice,
    Column,
    Facts,
    Resource,
    Section,
    Sort,
    Step,
    Under,
)
from gonghui.kernel.resource.forms import UnionField
from gonghui.systems.office.circulation import permissions
from gonghui.systems.office.circulation.actions import filing
from gonghui.systems.office.circulation.models import Handover, Piece
from gonghui.systems.office.circulation.models.filing import Retention
from gonghui.systems.office.circulation.resources.fields import ColleagueForm
from gonghui.systems.office.circulation.rules import archive


class HandoverForm(ColleagueForm):
    asks = {"giver": permissions.TAKE_PART, "taker": permissions.TAKE_PART}
    field_order = ["union", "giver", "taker", "reason"]
    union = UnionField(label="工会", permission=permissions.HAND_OVER)
    giver = forms.ChoiceField(label="移交人")
    taker = forms.ChoiceField(label="接收人")
    reason = forms.CharField(label="原因", max_length=200, help_text="如“调离办公室”。")


def _package(record: Piece, actor: Actor) -> dict[str, Any] | None:
    return {"read_url": "", "file": record.package} if record.package else None


def _counts(record: Handover) -> Any:
    return format_html_join(
        "；", "{} {} 件", ((name, number) for name, number in record.counts.items())
    )


PIECES = Resource(
    code="pieces",
    title="归档文件",
    unit="件",
    model=Piece,
    view=permissions.VIEW_PIECES,
    columns=(
        Column("title", "题名", kind="title"),
        Column("reference", "档号", kind="code"),
        Column("number", "文号"),
        Column("author", "责任者"),
        Column("retention", "保管期限", choices=Retention),
        Column("day", "成文日期", kind="date"),
        Column("filed_at", "归档时间", kind="datetime", shown=False),
        Column("union__name", "工会", shown=False),
    ),
    filters=(Choice("retention", "保管期限", choices=Retention), Under()),
    sorts=(Sort("filed_at", "归档时间"),),
    search=lambda rows, text, scope: rows.filter(title__contains=text),
    search_hint="题名",
    facts=(
        Facts(
            "归档文件",
            (
                ("档号", "reference"),
                ("文号", lambda record: record.number or "—"),
                ("责任者", "author"),
                ("成文日期", "day"),
                ("保管期限", "retention"),
                ("件号", "serial"),
                ("归档时间", "filed_at"),
                ("归档人", "filed_by"),
                ("元数据摘要（SM3）", "sm3"),
                ("应于何日前归档", lambda record: f"{archive.file_by(record.day):%Y-%m-%d}"),
            ),
        ),
    ),
    sections=(Section("移交档案系统的归档包", "circulation/read_part.html", _package),),
    related=("union", "package"),
    empty="还没有归档文件。办结的发文、收文归档后在这里移交档案系统。",
)

HANDOVERS = Resource(
    code="handovers",
    title="工作交接",
    unit="次",
    model=Handover,
    view=permissions.VIEW_HANDOVERS,
    columns=(
        Column("giver_name", "移交人", kind="title"),
        Column("taker_name", "接收人"),
        Column("union__name", "工会"),
        Column("reason", "原因"),
        Column("at", "时间", kind="datetime"),
    ),
    filters=(Under(),),
    sorts=(Sort("at", "时间"),),
    facts=(
        Facts(
            "交接",
            (
                ("移交人", "giver_name"),
                ("接收人", "taker_name"),
                ("工会", "union"),
                ("原因", "reason"),
                ("移交内容", _counts),
                ("经办人", "by_name"),
                ("时间", "at"),
            ),
        ),
    ),
    creates=(
        Step(
            filing.hand_over,
            "make",
            "办理交接",
            HandoverForm,
            help="移交人的草稿、待核稿、待会签、待签发、收文和督办事项一并转给接收人。",
            done="已交接。",
        ),
    ),
    related=("union",),
    empty="还没有工作交接。人员调离或退休前，在这里把未办结的公文转给接手的人。",
)
