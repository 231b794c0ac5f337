"""Pages the declarations cannot draw: desk, statistics, headcount of a list, the live count."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.ui import charts
from gonghui.kernel.ui import components as ui
from gonghui.systems.media.short_messages import permissions
from gonghui.systems.media.short_messages.models import Audience, Signature, TextTemplate
from gonghui.systems.media.short_messages.models.sending import MessageState
from gonghui.systems.media.short_messages.queries import figures, reach, routes, tuning
from gonghui.systems.media.short_messages.rules import (
    billing,
    carriers,
    categories,
    segments,
    wording,
)

get = require_http_methods(["GET", "HEAD"])
NAMES = "the name of an approved signature or template stands in the text that is counted"


@get
def desk(request: HttpRequest) -> HttpResponse:
    """What waits: alarms first, then texts, batches, routes and budgets."""
    actor: Actor = request.actor
    actor.require(permissions.VIEW)
    found = figures.desk(actor)
    titles = dict(MessageState.choices)
    messages = reverse("resource:short-messages:list")
    context = {
        "as_of": timezone.now(),
        "found": found,
        "simulated": tuning.SIMULATED.value(),
        "quiet": tuning.is_quiet(timezone.now()),
        "may_compose": actor.may(permissions.COMPOSE),
        "stats": [
            ui.Stat("今天", f"{sum(found.today.values()):,}", "条", url=messages),
            ui.Stat(
                "已送达",
                f"{found.today.get('delivered', 0):,}",
                "条",
                url=f"{messages}?state=delivered",
            ),
            ui.Stat("待发送", f"{found.waiting:,}", "条", url=f"{messages}?state=waiting"),
            ui.Stat(
                "结果待查",
                f"{found.today.get('unknown', 0):,}",
                "条",
                url=f"{messages}?state=unknown",
            ),
            ui.Stat("未确认", f"{found.unconfirmed:,}", "条", url=f"{messages}?state=unconfirmed"),
            ui.Stat(
                "来信待办理",
                f"{found.open_replies:,}",
                "条",
                url=reverse("resource:short-replies:list") + "?state=open",
            ),
        ],
        "titles": titles,
        "budgets": [
            (
                budget,
                billing.in_words(used),
                billing.in_words(budget.cap),
                min(100, used * 100 // budget.cap) if budget.cap else 100,
            )
            for budget, used in found.budgets
        ],
    }
    return render(request, "short_messages/desk.html", context)


@require_POST
def count(request: HttpRequest) -> HttpResponse:
    """What a text being typed will take: parts, cost, people. A fragment."""
    actor: Actor = request.actor
    if not (actor.may(permissions.COMPOSE) or actor.may(permissions.EDIT_WORDING)):
        actor.require(permissions.COMPOSE)
    typed = request.POST
    text = (typed.get("text") or typed.get("body") or "").strip()[:2000]
    if not text and (pk := _id(typed.get("template", ""))):
        rows = TextTemplate.objects.unscoped(NAMES).filter(pk=pk, state="approved")
        text = rows.values_list("body", flat=True).first() or ""
    category = typed.get("category", "")
    refusable = category in categories.CATEGORIES and (
        categories.CATEGORIES[category].consent != "none"
    )
    context: dict = {"empty": not text}
    try:
        found = segments.cut(
            wording.signed(_signature(typed.get("signature", "")), text, refusable=refusable)
        )
        context |= {
            "found": found,
            "alphabet": segments.TITLES[found.alphabet],
            "variables": wording.variables(text),
            "refusable": refusable,
        }
        people = _people(actor, typed.get("audience", ""), category)
        if people is not None:
            price = routes.price_of(routes.ways(), carriers.UNKNOWN, "sms", timezone.now())
            context |= {
                "people": people,
                "cost": billing.in_words(people.reachable * found.count * price),
            }
    except Refusal as refusal:
        context["fault"] = refusal.message
    return render(request, "short_messages/count.html", context)


def _id(text: str) -> int:
    """The id somebody sent; 0 for what can be none."""
    return int(text) if text.isdecimal() and len(text) <= 18 else 0


def _signature(pk: str) -> str:
    rows = Signature.objects.unscoped(NAMES).filter(state="approved", pk=_id(pk))
    return rows.values_list("text", flat=True).first() or "工会签名"


def _people(actor: Actor, pk: str, category: str) -> reach.Headcount | None:
    """The headcount of the audience chosen, by the rights of whoever asks."""
    if not _id(pk) or category not in categories.CATEGORIES:
        return None
    rows = Audience.objects.within(actor.scope(permissions.COMPOSE)).filter(ended_at=None)
    audience = rows.filter(pk=_id(pk)).first()
    if audience is None:
        return None
    resource = reach.list_named(audience.resource, actor)
    return reach.count_list(resource, audience.query, actor, category)


@get
def audience(request: HttpRequest) -> HttpResponse:
    """Which lists there are to send to, and how many of one, with its filters, are reached."""
    actor: Actor = request.actor
    actor.require(permissions.VIEW_AUDIENCES)
    chosen = request.GET.get("list", "")
    asked = request.GET.get("query", "").lstrip("?")[:1000]
    context: dict = {
        "lists": [
            (found, f"?{urlencode({'list': found.code})}", found.code == chosen)
            for found in reach.people_lists(actor)
        ],
        "query": asked,
        "chosen": None,
    }
    if chosen:
        resource = reach.list_named(chosen, actor)
        context["chosen"] = resource
        context["list_url"] = reverse(f"resource:{resource.code}:list") + f"?{asked}"
        try:
            counts = reach.count_list_by(resource, asked, actor, categories.BULK)
            context["lines"] = [
                (categories.CATEGORIES[code].title, found) for code, found in counts.items()
            ]
        except Refusal as refusal:
            context["fault"] = refusal.message
        if actor.may(permissions.EDIT_AUDIENCES) and "fault" not in context:
            start = reverse("resource:short-audiences:create", args=["keep"])
            context["keep_url"] = f"{start}?{urlencode({'resource': chosen, 'query': asked})}"
    return render(request, "short_messages/audience.html", context)


def _month(text: str) -> date:
    today = timezone.localdate()
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        return billing.month_of(today)
    return found if date(2017, 1, 1) <= found <= today else billing.month_of(today)


def _table(title: str, first: str, lines: list[figures.Line], words: dict) -> ui.Table:
    columns = [
        ui.Column(first, "title"),
        ui.Column("短信", "number"),
        ui.Column("已送达", "number"),
        ui.Column("未送达", "number"),
        ui.Column("待查", "number"),
        ui.Column("条数", "number"),
        ui.Column("送达率", "number"),
        ui.Column("费用", "number"),
    ]
    rows = [
        ui.Row(
            line.name or "-",
            [
                words.get(line.name, line.name) or "还没有通道",
                f"{line.messages:,}",
                f"{line.delivered:,}",
                f"{line.failed:,}",
                f"{line.unknown:,}",
                f"{line.parts or 0:,}",
                line.rate,
                billing.in_words(line.cost or 0),
            ],
        )
        for line in lines
    ]
    return ui.Table(title, columns, rows)


@get
def statistics(request: HttpRequest) -> HttpResponse:
    """A month's messages of the actor's unions by category, carrier, route and day."""
    actor: Actor = request.actor
    actor.require(permissions.VIEW)
    month = _month(request.GET.get("month", ""))
    found = figures.figures(actor, month)
    whole = found.whole
    earlier = billing.month_of(date.fromordinal(month.toordinal() - 1))
    later = billing.next_month(month)
    chart = None
    if found.by_day:
        chart = charts.Chart(
            "每天的短信",
            "bar",
            [f"{day.day}日" for day, _, _ in found.by_day],
            [
                charts.Series("短信", [many for _, many, _ in found.by_day]),
                charts.Series("已送达", [good for _, _, good in found.by_day], tone="good"),
            ],
            unit="条",
            first="日期",
        )
    context = {
        "month": month,
        "as_of": timezone.now(),
        "earlier": f"?month={earlier:%Y-%m}",
        "later": f"?month={later:%Y-%m}" if later <= timezone.localdate() else "",
        "found": found,
        "chart": chart,
        "stats": [
            ui.Stat("短信", f"{whole.messages:,}", "条"),
            ui.Stat("计费条数", f"{whole.parts:,}", "条"),
            ui.Stat("送达率", whole.rate),
            ui.Stat("费用", billing.in_words(whole.cost)),
            ui.Stat("平均送达", f"{found.seconds:.0f} 秒" if found.seconds else "—"),
            ui.Stat("来信", f"{found.incoming:,}", "条"),
            ui.Stat("退订和恢复", f"{found.refused:,}", "条"),
        ],
        "tables": [
            _table(
                "按类别",
                "类别",
                found.by_category,
                {code: item.title for code, item in categories.CATEGORIES.items()},
            ),
            _table("按运营商", "运营商", found.by_carrier, carriers.TITLES),
            _table("按通道", "通道", found.by_route, {}),
        ],
    }
    return render(request, "short_messages/statistics.html", context)
