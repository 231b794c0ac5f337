"""Statistics of legal work for a union and the units below it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_safe

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Forbidden
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scope
from gonghui.kernel.ui import components as ui
from gonghui.systems.rights.legal_aid.permissions import VIEW_AID
from gonghui.systems.rights.legal_aid.queries import statistics as queries
from gonghui.systems.rights.legal_aid.rules import aid, registers
from gonghui.systems.rights.legal_aid.rules.matters import MATTERS

TITLES: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "aid": (
        "法律援助",
        (
            ("received", "申请"),
            ("granted", "批准"),
            ("refused", "不予援助"),
            ("closed", "结案"),
            ("people", "受援人数"),
            ("recovered", "挽回金额（元）"),
        ),
    ),
    "mediation": (
        "劳动争议调解",
        (
            ("received", "申请"),
            ("agreed", "达成协议"),
            ("performed", "已履行"),
            ("failed", "调解不成"),
            ("amount", "协议金额（元）"),
        ),
    ),
    "watch": (
        "劳动法律监督",
        (
            ("received", "线索"),
            ("found", "查明违法"),
            ("corrected", "已整改"),
            ("escalated", "转劳动监察"),
            ("closed", "结案"),
            ("recovered", "补发金额（元）"),
        ),
    ),
}


def _number(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    return f"{value or 0:,}"


@require_safe
def statistics(request: HttpRequest) -> HttpResponse:
    """By unit, matter, result and amount, of what was received in a span."""
    actor: Actor = request.actor
    actor.require(VIEW_AID)
    union = _union(request.GET.get("under", ""), actor)
    today = timezone.localdate()
    from_on = _day(request.GET.get("from", "")) or date(today.year, 1, 1)
    until_on = _day(request.GET.get("until", "")) or today
    scope = Scope.of([union.path])
    found = queries.totals(scope, from_on, until_on)
    context = {
        "union": union,
        "now": timezone.now(),
        "from_on": from_on,
        "until_on": until_on,
        "stats": _stats(found),
        "tables": [
            (title, _matters(name, columns, queries.by_matter(name, scope, from_on, until_on)))
            for name, (title, columns) in TITLES.items()
        ],
        "results": _results(queries.by_result(scope, from_on, until_on)),
        "units": _units(queries.by_unit(union, from_on, until_on), from_on, until_on),
        "people": _people(queries.people(scope)),
    }
    return render(request, "legal_aid/statistics.html", context)


def _stats(found: dict[str, dict[str, Any]]) -> list[ui.Stat]:
    return [
        ui.Stat("法律援助申请", found["aid"]["received"], "件", url=_list("legal-aid")),
        ui.Stat("援助挽回", _number(found["aid"]["recovered"] or Decimal(0)), "元"),
        ui.Stat("调解申请", found["mediation"]["received"], "件", url=_list("mediations")),
        ui.Stat("达成协议", found["mediation"]["agreed"], "件"),
        ui.Stat("监督线索", found["watch"]["received"], "件", url=_list("labour-watches")),
        ui.Stat("监督整改", found["watch"]["corrected"], "件"),
    ]


def _list(resource: str) -> str:
    return reverse(f"resource:{resource}:list")


def _matters(
    name: str, columns: tuple[tuple[str, str], ...], found: list[dict[str, Any]]
) -> ui.Table:
    heads = [ui.Column("事项", "title"), *(ui.Column(title, "number") for _, title in columns)]
    rows = [
        ui.Row(
            line["matter"],
            [
                MATTERS.get(line["matter"], line["matter"]),
                *(_number(line[code]) for code, _ in columns),
            ],
        )
        for line in found
    ]
    return ui.Table(TITLES[name][0], heads, rows, name=name)


def _results(found: list[dict[str, Any]]) -> ui.Table:
    heads = [
        ui.Column("结果", "title"),
        ui.Column("件数", "number"),
        ui.Column("受援人数", "number"),
        ui.Column("挽回金额（元）", "number"),
    ]
    rows = [
        ui.Row(
            line["result"],
            [
                aid.RESULTS[line["result"]],
                _number(line["count"]),
                _number(line["people"]),
                _number(line["recovered"]),
            ],
        )
        for line in found
    ]
    return ui.Table("援助结果", heads, rows, name="results")


def _units(found: list[dict[str, Any]], from_on: date, until_on: date) -> ui.Table:
    heads = [
        ui.Column("工会", "title"),
        ui.Column("援助申请", "number"),
        ui.Column("援助结案", "number"),
        ui.Column("挽回金额（元）", "number"),
        ui.Column("调解申请", "number"),
        ui.Column("达成协议", "number"),
        ui.Column("监督线索", "number"),
        ui.Column("已整改", "number"),
    ]
    here = reverse("legal-aid-statistics")
    span = {"from": from_on.isoformat(), "until": until_on.isoformat()}
    rows = [
        ui.Row(
            str(line["unit"].pk),
            [
                line["unit"].name,
                *(
                    _number(line[kind].get(code))
                    for kind, code in (
                        ("aid", "received"),
                        ("aid", "closed"),
                        ("aid", "recovered"),
                        ("mediation", "received"),
                        ("mediation", "agreed"),
                        ("watch", "received"),
                        ("watch", "corrected"),
                    )
                ),
            ],
            f"{here}?{urlencode({'under': line['unit'].pk, **span})}",
        )
        for line in found
    ]
    return ui.Table("下级工会", heads, rows, name="units")


def _people(found: dict[str, dict[str, int]]) -> list[tuple[str, int, int]]:
    return [
        (
            title,
            found.get(code, {}).get("active", 0),
            found.get(code, {}).get("suspended", 0),
        )
        for code, title in registers.ROLES.items()
    ]


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _union(text: str, actor: Actor) -> Union:
    rows = Union.objects.within(actor.scope(VIEW_AID)).order_by("path")
    if text:
        known = text.isdecimal() and len(text) < 19
        rows = rows.filter(pk=int(text)) if known else rows.none()
    found = rows.first()
    if found is None:
        raise Forbidden("所选工会不在您的权限范围内。", code="forbidden")
    return found
