"""The desk: what waits, what is found, taking in, statistics."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gonghui.engines.casework.actions import intake
from gonghui.engines.casework.actions.telling import link_of
from gonghui.engines.casework.declaring import KINDS, CaseKind
from gonghui.engines.casework.forms import Said
from gonghui.engines.casework.models import Channel, Phase
from gonghui.engines.casework.parameters import YELLOW_WORKDAYS
from gonghui.engines.casework.queries import cases, quality, statistics
from gonghui.engines.casework.queries import desk as queries
from gonghui.engines.casework.rules import clocks as rules
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Forbidden, Missing, Refusal
from gonghui.kernel.org.models import Union
from gonghui.kernel.ui import components as ui

PHASES, CHANNELS = dict(Phase.choices), dict(Channel.choices)
LEAST_TEXT, MOST_TEXT = 8, 4000
OWN_DESK = "the union an actor's post is at"
TONES = {
    "received": "wait",
    "routed": "wait",
    "handling": "info",
    "review": "info",
    "replied": "good",
    "closed": "good",
    "declined": "stop",
    "merged": "idle",
    "withdrawn": "idle",
}
LIGHTS = {
    rules.Light.GREEN: "good",
    rules.Light.YELLOW: "wait",
    rules.Light.RED: "stop",
    rules.Light.PAUSED: "idle",
    rules.Light.DONE: "good",
    rules.Light.LATE: "stop",
}
COLUMNS = [
    ui.Column("办件", "title"),
    ui.Column("状态", "state"),
    ui.Column("业务"),
    ui.Column("类别"),
    ui.Column("渠道", "minor"),
    ui.Column("办理工会"),
    ui.Column("承办人", "minor"),
    ui.Column("来件数", "number"),
    ui.Column("期限", "code"),
    ui.Column("编号", "code"),
]


def chosen_kind(request: HttpRequest) -> list[CaseKind] | None:
    """The kind named in the address; None for all."""
    code = request.GET.get("kind", "")
    return [KINDS[code]] if code in KINDS else None


def kind_named(code: str) -> CaseKind:
    if code not in KINDS:
        raise Missing("没有这项业务。", code="no_kind")
    return KINDS[code]


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """The queue of the actor's desk, by lane, kind and words."""
    actor: Actor = request.actor
    kinds = queries.kinds_of(actor, chosen_kind(request))
    if not queries.kinds_of(actor):
        raise Forbidden("没有办理来件的权限。", remedy="请联系上级工会的安全管理员开通。")
    text = request.GET.get("q", "").strip()
    lane = request.GET.get("lane", "all")
    lane = lane if lane in queries.LANES else "all"
    if text:
        page = queries.Queue(queries.find(text, actor, kinds), "")
    else:
        page = queries.queue(actor, kinds, lane=lane, after=request.GET.get("after", ""))
    counts = queries.counts(actor, kinds)
    kept = {"kind": request.GET["kind"]} if chosen_kind(request) else {}
    context = {
        "text": text,
        "lane": queries.LANES[lane],
        "tabs": [
            ui.Tab(title, f"?{urlencode({**kept, 'lane': name})}", name == lane, counts[name])
            for name, title in queries.LANES.items()
        ],
        "kinds": [
            ui.Option("全部业务", f"?{urlencode({'lane': lane})}", not kept),
            *(
                ui.Option(
                    kind.title,
                    f"?{urlencode({'lane': lane, 'kind': kind.code})}",
                    kept.get("kind") == kind.code,
                )
                for kind in queries.kinds_of(actor)
            ),
        ],
        "registers": [
            ui.Action(f"登记{kind.title}", reverse("casework:register", args=[kind.code]))
            for kind in kinds
            if actor.paths(kind.permissions.register)
        ],
        "kept": kept,
        "may_check": bool(quality.kinds_of(actor)),
        "table": ui.Table("办件", COLUMNS, rows_of(page.rows)),
        "pager": ui.Pager(
            next_url=f"?{urlencode({**kept, 'lane': lane, 'after': page.next})}"
            if page.next
            else "",
            previous_url=f"?{urlencode({**kept, 'lane': lane})}"
            if request.GET.get("after")
            else "",
            total=counts[lane],
            shown=len(page.rows),
        ),
        "as_of": timezone.now(),
    }
    return render(request, "casework/desk.html", context)


def rows_of(cases: list[queries.Line]) -> list[ui.Row]:
    """Cases as rows of a table; nothing of a person is in them."""
    today = timezone.localdate()
    lead = YELLOW_WORKDAYS.on(today)
    return [
        ui.Row(
            str(case.pk),
            [
                case.title,
                ui.pill(PHASES[case.phase], TONES[case.phase]),
                KINDS[case.kind].title,
                KINDS[case.kind].category_words(case.category) or "待分类",
                CHANNELS[case.channel],
                case.union_name,
                case.handler_name or "—",
                case.intakes_count,
                due_words(case, today, lead),
                case.number,
            ],
            reverse("casework:open", args=[case.number]),
        )
        for case in cases
    ]


def due_words(case: queries.Line, today: date, lead: int) -> Any:
    """The last day with its light, for a row."""
    if case.due_on is None:
        return ui.pill("已暂停", "idle") if case.paused_on else "—"
    light = rules.light(case.due_on, today, lead)
    words = case.due_on.isoformat()
    return words if light is rules.Light.GREEN else ui.pill(words, LIGHTS[light])


@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest, code: str) -> HttpResponse:
    """Take a complaint in for somebody who calls, writes or comes."""
    kind = kind_named(code)
    actor: Actor = request.actor
    actor.require(kind.permissions.register)
    paths = actor.paths(kind.permissions.register)
    union = _desk_of(actor, paths)
    return _taking(request, kind, union, own=False)


@require_POST
def alike(request: HttpRequest, code: str) -> HttpResponse:
    """Cases like what is being written down, for whoever registers: of all kinds of its system."""
    actor: Actor = request.actor
    kind = kind_named(code)
    actor.require(kind.permissions.register)
    kinds = [
        item
        for item in KINDS.values()
        if item.system == kind.system and actor.paths(item.permissions.register)
    ]
    text = f"{request.POST.get('title', '')} {request.POST.get('text', '')}".strip()[:MOST_TEXT]
    found = cases.like_text(text, actor, kinds) if len(text) >= LEAST_TEXT else []
    context = {"found": [(case, link_of(case)) for case in found], "empty": not text}
    response = render(request, "casework/alike.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _desk_of(actor: Actor, paths: list[str]) -> Union:
    """The desk of the actor's post, else the highest one they may register at."""
    rows = Union.objects.unscoped(OWN_DESK).filter(path__in=paths)
    return rows.filter(pk=actor.union_id).first() or rows.order_by("path")[0]


@require_http_methods(["GET", "HEAD", "POST"])
def submit(request: HttpRequest, code: str) -> HttpResponse:
    """Complain oneself, on the page of a kind that has no form of its own."""
    kind = kind_named(code)
    request.actor.require(kind.permissions.submit)
    root = Union.objects.unscoped(OWN_DESK).get(parent=None)
    return _taking(request, kind, root, own=True)


def _taking(request: HttpRequest, kind: CaseKind, union: Union, *, own: bool) -> HttpResponse:
    actor: Actor = request.actor
    template = "casework/submit.html" if own else "casework/register.html"
    form = Said(request.POST or None, kind=kind, own=own, actor=actor)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            values = {key: value for key, value in form.cleaned_data.items() if value}
            said = intake.Said(**{"channel": "web", **values})
            taking = intake.submit if own else intake.register
            try:
                got = taking(kind, union, said, by=actor)
            except Refusal as refusal:
                if refusal.status == 403:
                    raise
                form.refuse(refusal)
                status = refusal.status
            else:
                if own or got.code:
                    context = {"kind": kind, "got": got, "own": own, "link": link_of(got.case)}
                    page = "casework/received.html" if own else "casework/registered.html"
                    response = render(request, page, context)
                    response["Cache-Control"] = "no-store"
                    return response
                messages.success(request, f"已登记，编号 {got.intake.number}。")
                return redirect(link_of(got.case))
    context = {
        "kind": kind,
        "form": form,
        "union": union,
        "title": kind.service or kind.title,
        "back_url": reverse("casework:desk"),
    }
    return render(request, template, context, status=status)


@require_safe
def statistics_page(request: HttpRequest) -> HttpResponse:
    """Figures of a span by one dimension."""
    actor: Actor = request.actor
    kinds = queries.kinds_of(actor, chosen_kind(request))
    if not queries.kinds_of(actor):
        raise Forbidden("没有查看来件统计的权限。", remedy="请联系上级工会的安全管理员开通。")
    today = timezone.localdate()
    from_on = _within(request.GET.get("from", ""), today) or date(today.year, 1, 1)
    until_on = _within(request.GET.get("until", ""), today) or today
    by = request.GET.get("by", "category")
    by = by if by in statistics.BY else "category"
    lines = statistics.table(actor, kinds, from_on, until_on, by=by)
    kept = {"kind": request.GET["kind"]} if request.GET.get("kind") else {}
    span = kept | {"from": from_on.isoformat(), "until": until_on.isoformat()}
    context = {
        "table": ui.Table("来件统计", _columns(by), [_line(line) for line in lines]),
        "stats": _stats(lines),
        "tabs": [
            ui.Tab(f"按{title}", f"?{urlencode({**span, 'by': name})}", name == by)
            for name, title in statistics.BY.items()
        ],
        "by": by,
        "from_on": from_on,
        "until_on": until_on,
        "earlier": f"?{urlencode(kept | _year(from_on.year - 1) | {'by': by})}"
        if from_on.year > FIRST_YEAR
        else "",
        "later": f"?{urlencode(kept | _year(from_on.year + 1) | {'by': by})}"
        if from_on.year < today.year
        else "",
        "as_of": timezone.now(),
    }
    return render(request, "casework/statistics.html", context)


FIRST_YEAR = 1949


def _within(text: str, today: date) -> date | None:
    """A day figures may begin or end at; None for what is no day, or none of ours."""
    day = parse_day(text)
    return day if day and FIRST_YEAR <= day.year <= today.year + 1 else None


def parse_day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _year(year: int) -> dict[str, str]:
    last = date(year + 1, 1, 1) - timedelta(days=1)
    return {"from": date(year, 1, 1).isoformat(), "until": last.isoformat()}


def _columns(by: str) -> list[ui.Column]:
    return [
        ui.Column(statistics.BY[by], "title"),
        ui.Column("办件", "number"),
        ui.Column("来件", "number"),
        ui.Column("在办", "number"),
        ui.Column("已答复", "number"),
        ui.Column("超期", "number"),
        ui.Column("按期率", "number"),
        ui.Column("平均天数", "number"),
        ui.Column("满意度", "number"),
    ]


def _line(line: statistics.Line) -> ui.Row:
    return ui.Row(
        line.key,
        [
            line.title,
            f"{line.received:,}",
            f"{line.complaints:,}",
            f"{line.open:,}",
            f"{line.answered:,}",
            f"{line.late:,}",
            f"{line.on_time}%" if line.on_time is not None else "—",
            line.days if line.days is not None else "—",
            line.score if line.score is not None else "—",
        ],
    )


def _stats(lines: list[statistics.Line]) -> list[ui.Stat]:
    answered = sum(line.answered for line in lines)
    late = sum(line.late for line in lines)
    on_time = f"{100 * (answered - late) / answered:.1f}" if answered else "—"
    return [
        ui.Stat("办件", f"{sum(line.received for line in lines):,}", "件"),
        ui.Stat("来件", f"{sum(line.complaints for line in lines):,}", "件"),
        ui.Stat("在办", f"{sum(line.open for line in lines):,}", "件"),
        ui.Stat("按期答复", on_time, "%" if answered else ""),
    ]
