"""Trying a text: what it is about and why, correcting it; asking the bot; crisis texts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from gonghui.engines.casework.models import Case
from gonghui.engines.casework.queries.desk import visible
from gonghui.engines.language import tunables
from gonghui.engines.language.actions import answering, drafting, learning
from gonghui.engines.language.models import LABELS, DraftState, Outcome, Record, Source
from gonghui.engines.language.permissions import CORRECT, DRAFT, USE, VIEW_RECORDS
from gonghui.engines.language.queries import judging, passages, similar, words
from gonghui.engines.language.rules import crisis
from gonghui.engines.language.rules.extracting import facts
from gonghui.engines.language.rules.keywords import keywords
from gonghui.engines.language.rules.prompting import MARK, injections
from gonghui.engines.language.rules.sensitive import KINDS, LEVELS, Found
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.org.models import Union
from gonghui.kernel.resource.forms import ActionForm
from gonghui.kernel.ui import components as ui
from gonghui.kernel.ui.components import pill
from gonghui.systems.foundation.ai.queries import crises as reached
from gonghui.systems.foundation.ai.queries.channels import CHANNELS

LONGEST = 4_000
SHOWN = 50
TONES = {"block": "stop", "warn": "wait", "watch": "info", "crisis": "stop"}


class TextForm(ActionForm):
    text = forms.CharField(
        label="文本",
        min_length=2,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 6, "data-private": ""}),
        help_text="只在这里分析，不保存；需要保存的请提交纠正。",
    )


class CorrectionForm(ActionForm):
    text = forms.CharField(widget=forms.HiddenInput, min_length=2, max_length=LONGEST)
    label = forms.ChoiceField(label="正确类别", choices=LABELS)
    reason = forms.CharField(label="理由", max_length=200, required=False)


class QuestionForm(ActionForm):
    question = forms.CharField(
        label="职工的问题",
        min_length=2,
        max_length=answering.LONGEST,
        widget=forms.Textarea(attrs={"rows": 4, "data-private": ""}),
        help_text="看答复机器人会怎样答；不计入咨询统计。",
    )


def classify(request: HttpRequest) -> HttpResponse:
    """Judge a text and say why."""
    actor: Actor = request.actor
    actor.require(USE)
    form = TextForm(request.POST if request.method == "POST" else None, actor=actor)
    context: dict[str, Any] = {"form": form}
    status = 200
    if request.method == "POST":
        if form.is_valid():
            context |= _judged(actor, form.cleaned_data["text"])
        else:
            status = 422
    return render(request, "ai/classify.html", context, status=status)


def _judged(actor: Actor, text: str) -> dict[str, Any]:
    path = actor.grants[0].path if actor.grants else ""
    found = judging.judge(text, path)
    hits = words.find_sensitive(text, path)
    return {
        "found": found,
        "likely": ui.Table(
            "可能的类别",
            [
                ui.Column("类别", "title"),
                ui.Column("把握", "number"),
                ui.Column("理由"),
            ],
            [
                ui.Row(item.label, [item.title, f"{item.percent}%", item.because])
                for item in found.likely
            ],
        ),
        "sensitive": [
            (item, KINDS.get(item.word.kind, ""), LEVELS[item.word.level], TONES[item.word.level])
            for item in hits
        ],
        "shown": _marked(text, hits),
        "keywords": [item.word for item in keywords(text, cutter=words.cutter(path))],
        "facts": [ui.Fact(title, value) for title, value in facts(text).lines()],
        "injections": injections(text),
        "like": _like(actor, text),
        "correction": CorrectionForm(
            actor=actor, initial={"text": text, "label": found.first.label}
        )
        if actor.may(CORRECT)
        else None,
    }


def _marked(text: str, hits: list[Found]) -> Any:
    """The text with the words found marked."""
    parts, done = [], 0
    for item in hits:
        if item.start < done:
            continue
        parts.append(format_html("{}<mark>{}</mark>", text[done : item.start], item.written))
        done = item.end
    parts.append(format_html("{}", text[done:]))
    return format_html_join("", "{}", ((part,) for part in parts))


def _like(actor: Actor, text: str) -> list[tuple[Case, int]]:
    """Cases like a text that the actor may see, with their likeness in hundredths."""
    found = similar.like(text, source="case")
    scores = {int(item.ref): item.score for item in found if item.ref.isdecimal()}
    rows = visible(actor).filter(pk__in=scores)
    return sorted(
        ((case, round(100 * scores[case.pk])) for case in rows),
        key=lambda pair: (-pair[1], pair[0].pk),
    )


def correct(request: HttpRequest) -> HttpResponse:
    """Keep a correction; a second person decides whether it is learned."""
    actor: Actor = request.actor
    actor.require(CORRECT)
    form = CorrectionForm(request.POST, actor=actor)
    if form.is_valid():
        try:
            learning.correct(_union(actor), by=actor, **form.cleaned_data)
            messages.success(request, "已提交纠正，另一人审核采纳后学习。")
            return HttpResponseRedirect(reverse("ai-classify"))
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            form.refuse(refusal)
    text = TextForm({"text": request.POST.get("text", "")}, actor=actor)
    context: dict[str, Any] = {"form": text}
    if text.is_valid():
        context |= _judged(actor, text.cleaned_data["text"])
        context["correction"] = form
    return render(request, "ai/classify.html", context, status=422)


def ask(request: HttpRequest) -> HttpResponse:
    """See what the bot would answer."""
    actor: Actor = request.actor
    actor.require(USE)
    form = QuestionForm(request.POST if request.method == "POST" else None, actor=actor)
    context: dict[str, Any] = {"form": form, "draft_on": tunables.DRAFT_ON.value()}
    status = 200
    if request.method == "POST":
        if form.is_valid():
            context |= _answered(actor, form.cleaned_data["question"])
        else:
            status = 422
    return render(request, "ai/ask.html", context, status=status)


def _answered(actor: Actor, question: str) -> dict[str, Any]:
    path = actor.grants[0].path if actor.grants else ""
    line = float(tunables.ANSWER_FROM.value(path))
    danger = judging.detect_crisis(question)
    spoken = injections(question)
    hits = [] if danger or spoken else passages.nearest(question)
    best = hits[0] if hits and hits[0].score >= line else None
    return {
        "asked": question,
        "danger": danger,
        "spoken": spoken,
        "best": best,
        "hits": hits,
        "line": round(100 * line),
        "words": tunables.CRISIS_WORDS.value(path) if danger else tunables.HUMAN_WORDS.value(path),
        "may_draft": bool(best) and tunables.DRAFT_ON.value() and actor.may(DRAFT),
    }


def draft(request: HttpRequest) -> HttpResponse:
    """Ask the configured machine for a draft resting on one article."""
    actor: Actor = request.actor
    actor.require(DRAFT)
    question = request.POST.get("question", "")[: answering.LONGEST]
    form = QuestionForm({"question": question}, actor=actor)
    context: dict[str, Any] = {"form": form, "draft_on": tunables.DRAFT_ON.value()}
    status = 200
    if form.is_valid():
        context |= _answered(actor, question)
        try:
            made = drafting.draft(
                _union(actor), by=actor, question=question, article=request.POST.get("article", "")
            )
            context["draft"] = made
            context["draft_kept"] = made.state == DraftState.SHOWN
            context["mark"] = MARK
            context["simulated"] = tunables.DRAFTER.is_simulated()
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            context["draft_refusal"] = refusal
            status = refusal.status
    return render(request, "ai/ask.html", context, status=status)


def crises(request: HttpRequest) -> HttpResponse:
    """Texts that needed a person at once: when and by which channel; the text is with its case."""
    actor: Actor = request.actor
    actor.require(VIEW_RECORDS)
    rows = Record.objects.within(actor.scope(VIEW_RECORDS)).exclude(crisis="")
    rows = list(rows.select_related("union").order_by("-at")[:SHOWN])
    waiting = reached.waiting(rows)
    table = ui.Table(
        "危机来文",
        [
            ui.Column("编号", "title"),
            ui.Column("种类", "state"),
            ui.Column("来源"),
            ui.Column("渠道"),
            ui.Column("工会"),
            ui.Column("处置", "state"),
            ui.Column("时间", "code"),
        ],
        [
            ui.Row(
                str(row.pk),
                [
                    row.pk,
                    pill(crisis.KINDS.get(row.crisis, row.crisis), "stop"),
                    row.get_source_display(),
                    CHANNELS.get(row.channel, row.channel),
                    row.union.name,
                    _settled(row, row.pk in waiting),
                    timezone.localtime(row.at).strftime("%Y-%m-%d %H:%M"),
                ],
                f"/w/language-records/{row.pk}/",
            )
            for row in rows
        ],
    )
    context = {"table": table, "words": tunables.CRISIS_WORDS.value()}
    return render(request, "ai/crises.html", context)


def _settled(row: Record, waits: bool) -> Any:
    if row.settled_at is not None:
        return pill("已处置", "good")
    if row.source == Source.CASE and not waits:
        return pill("随办件处置", "info")
    return pill("待处置", "stop")


def facts_api(request: HttpRequest) -> JsonResponse:
    """Judged texts of the caller's scope for the big-data platform, without the texts.

    Query: after (id, exclusive), limit (1 to 500).
    """
    actor: Actor = request.actor
    actor.require(VIEW_RECORDS)
    after, limit = request.GET.get("after", "0"), request.GET.get("limit", "100")
    written = after.isdecimal() and limit.isdecimal() and max(len(after), len(limit)) <= 18
    if not written or not 1 <= int(limit) <= 500:
        raise Refusal("after 应为编号，limit 应为 1 至 500 的整数。", code="query")
    rows = Record.objects.within(actor.scope(VIEW_RECORDS)).filter(pk__gt=int(after))
    fields = ("id", "source", "channel", "at", "label", "share", "sure", "keywords", "city")
    found = list(rows.order_by("pk").values(*fields, "union_id", "outcome")[: int(limit)])
    answer = {
        "results": [{**row, "at": row["at"].isoformat()} for row in found],
        "next": found[-1]["id"] if len(found) == int(limit) else None,
        "outcomes": {item.value: str(item.label) for item in Outcome if item.value},
    }
    return JsonResponse(answer)


def _union(actor: Actor) -> Union:
    found = Union.objects.within(actor.scope(CORRECT)).filter(pk=actor.union_id).first()
    if found is None:
        raise Refusal("当前岗位没有所在工会。", remedy="请先在右上角选择岗位。")
    return found
