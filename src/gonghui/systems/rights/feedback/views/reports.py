"""Figures: summary of opinions, shifts and satisfaction, results of questionnaires, opinions."""

from __future__ import annotations

import csv
from datetime import date
from io import StringIO
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Forbidden, Refusal
from gonghui.kernel.documents import rendering, signing
from gonghui.kernel.org.models import Union
from gonghui.kernel.resource.exporting import log_export
from gonghui.kernel.ui import charts
from gonghui.kernel.ui import components as ui
from gonghui.systems.rights.feedback.actions import consulting
from gonghui.systems.rights.feedback.models import Consultation, Survey, Verdict
from gonghui.systems.rights.feedback.permissions import (
    APPROVE,
    EDIT_CONSULTATIONS,
    EXPORT_SURVEY,
    VIEW,
    VIEW_CALLS,
    VIEW_CONSULTATIONS,
    VIEW_SURVEYS,
)
from gonghui.systems.rights.feedback.queries import hotline, summary
from gonghui.systems.rights.feedback.queries import surveys as survey_queries
from gonghui.systems.rights.feedback.rules import calls as call_rules
from gonghui.systems.rights.feedback.rules import consulting as rules
from gonghui.systems.rights.feedback.views.workers import pdf

get = require_safe
both = require_http_methods(["GET", "HEAD", "POST"])
OWN_ORGAN = "the organ whose report it is"
FIRST = date(2000, 1, 1)
"""Nothing here is older."""
AT_ONCE = 200
"""Opinions to be put together on one page."""


def span_of(request: HttpRequest) -> tuple[date, date]:
    """From and until of the address, neither after today; by default this year until today."""
    today = timezone.localdate()

    def day(name: str, default: date) -> date:
        try:
            given = parse_date(request.GET.get(name, "")) or default
        except ValueError:
            return default
        return max(FIRST, min(given, today))

    from_on, until_on = day("from", date(today.year, 1, 1)), day("until", today)
    return (from_on, until_on) if from_on <= until_on else (until_on, from_on)


@get
def opinions_page(request: HttpRequest) -> HttpResponse:
    """What workers said in a span and what became of it."""
    actor: Actor = request.actor
    actor.require(VIEW)
    from_on, until_on = span_of(request)
    found = summary.summary(actor, from_on, until_on)
    columns = [
        ui.Column("类别", "title"),
        ui.Column("办件", "number"),
        ui.Column("来件", "number"),
        ui.Column("在办", "number"),
        ui.Column("已答复", "number"),
        ui.Column("超期", "number"),
        ui.Column("满意度", "number"),
    ]
    context = {
        "found": found,
        "from_on": from_on,
        "until_on": until_on,
        "as_of": timezone.now(),
        "years": range(timezone.localdate().year, timezone.localdate().year - 3, -1),
        "stats": [
            ui.Stat("办件", f"{found.received:,}", "件"),
            ui.Stat("来件", f"{found.complaints:,}", "件"),
            ui.Stat("信访事项", f"{found.petitions:,}", "件"),
            ui.Stat("已答复", f"{found.answered:,}", "件"),
            ui.Stat("超期", f"{found.late:,}", "件"),
            ui.Stat("满意度", found.score or "—", "分" if found.score else ""),
        ],
        "table": ui.Table("意见汇总", columns, [_row(line) for line in found.by_topic]),
        "chart": charts.Chart(
            "每月来件",
            "bar",
            [line.title for line in found.by_month],
            [charts.Series("来件", [line.complaints for line in found.by_month])],
            unit="件",
            first="月份",
        )
        if found.by_month
        else None,
    }
    return render(request, "feedback/summary.html", context)


def _row(line: Any) -> ui.Row:
    score = line.score if line.score is not None else "—"
    return ui.Row(
        line.key or "none",
        [line.title, line.received, line.complaints, line.open, line.answered, line.late, score],
    )


def _organ(actor: Actor, year: int) -> Union:
    """Whose report it is; Refusal for a year without one."""
    actor.require(VIEW)
    if not FIRST.year <= year <= timezone.localdate().year:
        raise Refusal("没有这一年的报告。", code="year")
    rows = Union.objects.unscoped(OWN_ORGAN).filter(path__in=actor.paths(VIEW))
    organ = rows.order_by("path").first()
    if organ is None:
        raise Forbidden("没有查看报告的权限。", code="forbidden")
    return organ


@get
def annual(request: HttpRequest, year: int) -> HttpResponse:
    """The annual report: its figures, and the way to its file."""
    actor: Actor = request.actor
    organ = _organ(actor, year)
    found = summary.of_year(actor, year)
    columns = [
        ui.Column("类别", "title"),
        ui.Column("办件", "number"),
        ui.Column("来件", "number"),
        ui.Column("在办", "number"),
        ui.Column("已答复", "number"),
        ui.Column("超期", "number"),
        ui.Column("满意度", "number"),
    ]
    lasts = year == timezone.localdate().year
    context = {
        "year": year,
        "organ": organ,
        "found": found,
        "lasts": lasts,
        "may_seal": not lasts and actor.may(APPROVE, organ.path),
        "earlier": year - 1,
        "later": year + 1 if not lasts else None,
        "stats": [
            ui.Stat("办件", f"{found.received:,}", "件"),
            ui.Stat("来件", f"{found.complaints:,}", "件"),
            ui.Stat("信访事项", f"{found.petitions:,}", "件"),
            ui.Stat("按期答复", summary.share_in_time(found)),
            ui.Stat("满意度", found.score or "—", "分" if found.score else ""),
        ],
        "topics": ui.Table("反映的主要问题", columns, [_row(line) for line in found.by_topic]),
        "channels": ui.Table(
            "来件渠道",
            [ui.Column("渠道", "title"), *columns[1:]],
            [_row(line) for line in found.by_channel],
        ),
        "as_of": timezone.now(),
        "back_url": reverse("feedback:summary"),
    }
    return render(request, "feedback/annual.html", context)


@both
def annual_file(request: HttpRequest, year: int) -> HttpResponse:
    """The report as a PDF; POST seals and signs that of a year that is over, which is logged."""
    actor: Actor = request.actor
    organ = _organ(actor, year)
    found = summary.of_year(actor, year)
    name = f"{year}年职工意见反馈工作报告.pdf"
    if request.method != "POST":
        return pdf(rendering.render(summary.report(found, organ)), name)
    actor.require(APPROVE, organ.path)
    if year == timezone.localdate().year:
        raise Refusal(
            "这一年还没有结束，报告不能用印。",
            remedy="年度结束后再用印；现在可以打印草稿。",
            code="year",
        )
    made = rendering.render(summary.report(found, organ, sealed=True))
    made = signing.sign(made, reason=f"{year}年职工意见反馈工作报告用印", place=organ.name)
    log_export(
        code="hotline-report",
        title=f"{year}年职工意见反馈工作报告",
        actor=actor,
        path=organ.path,
        query="",
        purpose="年度报告用印",
        rows=found.received,
    )
    return pdf(made, name)


@get
def shift_figures(request: HttpRequest) -> HttpResponse:
    """Calls by seat: taken, in time, how long."""
    actor: Actor = request.actor
    actor.require(VIEW_CALLS)
    from_on, until_on = span_of(request)
    whole = hotline.figures(actor, from_on, until_on)
    columns = [
        ui.Column("座席", "title"),
        ui.Column("姓名"),
        ui.Column("来电", "number"),
        ui.Column("接听", "number"),
        ui.Column("及时接听", "number"),
        ui.Column("平均等候", "number"),
        ui.Column("平均通话", "number"),
    ]
    context = {
        "from_on": from_on,
        "until_on": until_on,
        "as_of": timezone.now(),
        "stats": [
            ui.Stat("来电", whole.calls, "通"),
            ui.Stat("接听", whole.answered, "通"),
            ui.Stat("未接", whole.missed, "通"),
            ui.Stat("及时接听", _percent(whole.on_time)),
        ],
        "table": ui.Table(
            "座席接听情况",
            columns,
            [
                ui.Row(
                    seat.seat,
                    [
                        seat.seat,
                        seat.name or "—",
                        seat.figures.calls,
                        seat.figures.answered,
                        _percent(seat.figures.on_time),
                        _span(seat.figures.mean_wait),
                        _span(seat.figures.mean_talk),
                    ],
                )
                for seat in hotline.by_seat(actor, from_on, until_on)
            ],
        ),
    }
    return render(request, "feedback/shift_figures.html", context)


def _percent(value: int | None) -> str:
    return "—" if value is None else f"{value}%"


def _span(value: int | None) -> str:
    return "—" if value is None else call_rules.span_words(value)


@get
def survey_results(request: HttpRequest, pk: int) -> HttpResponse:
    """Figures of a questionnaire; of an anonymous one only when there are enough sheets."""
    actor: Actor = request.actor
    found = _survey(actor, pk)
    tallies = survey_queries.results(found)
    context = {
        "survey": found,
        "tallies": tallies,
        "may_export": actor.may(EXPORT_SURVEY, found.org_path),
        "back_url": reverse("resource:surveys:record", args=[pk]),
    }
    return render(request, "feedback/survey_results.html", context)


def _survey(actor: Actor, pk: int) -> Survey:
    found = Survey.objects.within(actor.scope(VIEW_SURVEYS)).filter(pk=pk).first()
    if found is None:
        raise Forbidden("没有查看这份问卷的权限，或者它不存在。", code="forbidden")
    return found


@require_POST
def survey_export(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheets as CSV, without a name, which is logged; refused while there are too few."""
    actor: Actor = request.actor
    found = _survey(actor, pk)
    actor.require(EXPORT_SURVEY, found.org_path)
    if not survey_queries.results(found):
        raise Refusal("答卷份数不足，不能导出。", rule="匿名问卷防止推断个人", code="few")
    questions = survey_queries.questions(found)
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow([_cell(question.title) for question in questions])
    sheets = survey_queries.sheets(found)
    for sheet in sheets:
        writer.writerow([_cell(sheet.get(question.code, "")) for question in questions])
    log_export(
        code="survey-sheets",
        title="问卷答卷",
        actor=actor,
        path=found.org_path,
        query="",
        purpose=f"问卷“{found.title}”的结果分析",
        rows=len(sheets),
    )
    content = "\ufeff" + out.getvalue()
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="survey-{pk}.csv"'
    response["Cache-Control"] = "no-store"
    return response


def _cell(value: Any) -> str:
    """A cell no spreadsheet takes for a formula."""
    text = "；".join(value) if isinstance(value, list) else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


class RespondForm(forms.Form):
    """Opinions of one sense and what becomes of them."""

    summary = forms.CharField(
        label="归纳的意见", max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
    verdict = forms.ChoiceField(label="是否采纳", choices=Verdict.choices)
    reason = forms.CharField(
        label="理由",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="未采纳和部分采纳的必须写明；会公布。",
    )


@both
def respond(request: HttpRequest, pk: int) -> HttpResponse:
    """Put opinions together, article by article, and answer them."""
    actor: Actor = request.actor
    rows = Consultation.objects.within(actor.scope(VIEW_CONSULTATIONS))
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Forbidden("没有查看这份征求意见稿的权限，或者它不存在。", code="forbidden")
    form = RespondForm(request.POST or None)
    status = 200
    wrong: Refusal | None = None
    if request.method == "POST":
        status = 422
        chosen = [
            int(value)
            for value in request.POST.getlist("opinion")
            if value.isdecimal() and len(value) < 19
        ]
        if form.is_valid():
            try:
                consulting.respond(found, by=actor, opinions=chosen, **form.cleaned_data)
            except Refusal as refusal:
                if refusal.status == 403:
                    raise
                wrong, status = refusal, refusal.status
            else:
                messages.success(request, "已归纳。")
                return redirect("feedback:respond", pk=pk)
    waiting = found.opinions.filter(response=None).exclude(text=None).select_related("provision")
    opinions = list(waiting.order_by(F("provision__place").asc(nulls_first=True), "pk")[:AT_ONCE])
    groups: dict[str, list[Any]] = {}
    for item in opinions:
        name = item.provision.mark if item.provision is not None else "全文"
        groups.setdefault(name or "前言", []).append((item, item.text.reveal()))
    context = {
        "found": found,
        "groups": list(groups.items()),
        "more": len(opinions) == AT_ONCE and max(waiting.count() - AT_ONCE, 0),
        "responses": list(found.responses.select_related("provision").order_by("pk")),
        "shares": rules.shares(found.opinions.values_list("stance", flat=True)),
        "form": form,
        "wrong": wrong,
        "may": actor.may(EDIT_CONSULTATIONS, found.org_path) and found.state in ("open", "closed"),
        "back_url": reverse("resource:consultations:record", args=[pk]),
    }
    return render(request, "feedback/respond.html", context, status=status)
