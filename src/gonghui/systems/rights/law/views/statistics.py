"""Statistics of legal service."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from gonghui.kernel.ui import components as ui
from gonghui.systems.rights.law.actions.kinds import CONSULTATION
from gonghui.systems.rights.law.permissions import VIEW_CONSULT
from gonghui.systems.rights.law.queries import statistics as queries

BY = {"category": "按类别", "union": "按工会", "channel": "按渠道", "month": "按月份"}


@require_safe
def statistics(request: HttpRequest) -> HttpResponse:
    """A year of legal service within the actor's scope."""
    actor = request.actor
    actor.require(VIEW_CONSULT)
    today = timezone.localdate()
    year = request.GET.get("year", "")
    known = len(year) == 4 and year.isdecimal() and 2000 <= int(year) <= today.year
    chosen = int(year) if known else today.year
    from_on, until_on = date(chosen, 1, 1), min(today, date(chosen, 12, 31))
    by = request.GET.get("by", "category")
    by = by if by in BY else "category"
    stock = queries.stock(actor, from_on, until_on)
    lines = queries.consultations(CONSULTATION, actor, from_on, until_on, by)
    columns = [
        ui.Column(BY[by][1:], "title"),
        ui.Column("咨询", "number"),
        ui.Column("在办", "number"),
        ui.Column("已答复", "number"),
        ui.Column("超期", "number"),
        ui.Column("按期率", "number"),
        ui.Column("满意度", "number"),
    ]
    rows = [
        ui.Row(
            line.key,
            [
                line.title if line.key or by != "category" else "待分类",
                f"{line.complaints:,}",
                f"{line.open:,}",
                f"{line.answered:,}",
                f"{line.late:,}",
                f"{line.on_time}%" if line.on_time is not None else "—",
                line.score if line.score is not None else "—",
            ],
        )
        for line in lines
    ]
    context = {
        "year": chosen,
        "earlier": f"?{urlencode({'year': chosen - 1, 'by': by})}",
        "later": f"?{urlencode({'year': chosen + 1, 'by': by})}" if chosen < today.year else "",
        "tabs": [
            ui.Tab(title, f"?{urlencode({'year': chosen, 'by': name})}", name == by)
            for name, title in BY.items()
        ],
        "table": ui.Table("法律咨询统计", columns, rows),
        "stats": [
            ui.Stat("咨询", f"{sum(line.complaints for line in lines):,}", "件"),
            ui.Stat("现有法规", f"{stock.statutes:,}", "部"),
            ui.Stat("公开问答", f"{stock.answers:,}", "条"),
            ui.Stat("典型案例", f"{stock.cases:,}", "件"),
            ui.Stat("普法内容", f"{stock.pieces:,}", "篇"),
            ui.Stat("立法征集", f"{stock.bills:,}", "部"),
            ui.Stat("立法意见", f"{stock.comments:,}", "条"),
        ],
        "subjects": queries.subjects(actor),
        "as_of": timezone.now(),
    }
    return render(request, "law/statistics.html", context)
