"""The hotline's desk for cadres: calls now, one call while talking, letters and visits, shifts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gonghui.engines.casework.actions import intake, revealing
from gonghui.engines.casework.actions.telling import link_of
from gonghui.engines.casework.models import Secrecy
from gonghui.engines.casework.queries import cases
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Forbidden, Missing, Refusal
from gonghui.kernel.documents import rendering
from gonghui.kernel.org.models import Union
from gonghui.kernel.resource.forms import ActionForm
from gonghui.kernel.ui import components as ui
from gonghui.systems.rights.feedback.actions import calls as actions
from gonghui.systems.rights.feedback.actions.kinds import HOTLINE, PETITIONS
from gonghui.systems.rights.feedback.actions.matters import NATURE, PURPOSE, WAY
from gonghui.systems.rights.feedback.models import Call, CallState, Paper, Petition, Purpose, Way
from gonghui.systems.rights.feedback.permissions import (
    ANSWER_CALLS,
    MANAGE_SHIFTS,
    REGISTER,
    VIEW_PETITIONS,
)
from gonghui.systems.rights.feedback.queries import hotline as queries
from gonghui.systems.rights.feedback.queries import papers, texts
from gonghui.systems.rights.feedback.rules import calls as rules
from gonghui.systems.rights.feedback.rules.topics import NATURES, TOPICS
from gonghui.systems.rights.feedback.views.forms import TakeDown, area
from gonghui.systems.rights.feedback.views.workers import pdf

get = require_safe
both = require_http_methods(["GET", "HEAD", "POST"])
TONES = {
    "waiting": "wait",
    "talking": "info",
    "holding": "wait",
    "ended": "good",
    "missed": "stop",
    "unknown": "idle",
}
OWN_DESK = "the desk of an actor's post"


@get
def desk(request: HttpRequest) -> HttpResponse:
    """Calls that ring, call list, call-backs, who is on shift, figures of today."""
    actor: Actor = request.actor
    actor.require(ANSWER_CALLS)
    now = queries.now(actor)
    figures = now.today
    context = {
        "now": now,
        "stats": [
            ui.Stat("等候", now.waiting, "通"),
            ui.Stat("通话中", now.talking, "通"),
            ui.Stat("在岗", len(now.on_shift), "人"),
            ui.Stat("今日来电", figures.calls, "通"),
            ui.Stat("未接", figures.missed, "通"),
            ui.Stat("及时接听", "—" if figures.on_time is None else f"{figures.on_time}%"),
        ],
        "live": [_line(call) for call in queries.live(actor)],
        "missed": [_line(call) for call in queries.missed(actor)],
        "callbacks": [(row, link_of(row.case)) for row in queries.to_call_back(actor)],
        "may_manage": actor.may(MANAGE_SHIFTS),
        "may_register": bool(actor.paths(REGISTER)),
    }
    return render(request, "feedback/desk.html", context)


def _line(call: Call) -> tuple[Call, str, Any, str]:
    waited = int((timezone.now() - call.rang_at).total_seconds())
    return (
        call,
        str(call.number) if call.number is not None else "号码未显示",
        ui.pill(call.get_state_display(), TONES[call.state]),
        rules.span_words(waited) if call.state == CallState.WAITING else "",
    )


@both
def call(request: HttpRequest, pk: int) -> HttpResponse:
    """One call: who may be calling, what to say, what is known, and writing while they talk."""
    actor: Actor = request.actor
    found = queries.call(pk, actor)
    may = actor.may(ANSWER_CALLS, found.org_path)
    here = may and found.case_id is None
    number = found.number.reveal() if here and found.number is not None else ""
    form = TakeDown(
        request.POST or None,
        actor=actor,
        phone=True,
        callers=queries.registered(number, actor) if number else (),
        initial={"mobile": number},
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                got = _take_down(found, form.cleaned_data, actor)
            except Refusal as refusal:
                form.refuse(refusal)
                status = refusal.status
            else:
                return _registered(request, got)
    topic = request.GET.get("topic", "") or request.POST.get("category", "")
    words = request.GET.get("q", "")
    script = queries.script(actor, topic)
    known = queries.caller(number, actor) if number else queries.Caller([], [])
    context = {
        "call": found,
        "number": str(found.number) if found.number is not None else "号码未显示",
        "tone": TONES[found.state],
        "facts": _facts(found),
        "form": form if here else None,
        "case_url": reverse("casework:case", args=[found.case.number])
        if found.case is not None
        else "",
        "script": script,
        "questions": script.questions.splitlines() if script is not None else [],
        "topics": [
            ui.Option(title, f"?topic={code}", code == topic) for code, title in TOPICS.items()
        ],
        "topic": topic,
        "words": words,
        "articles": queries.articles(words, actor),
        "intakes": [(row, link_of(row.case)) for row in known.intakes],
        "calls": [row for row in known.calls if row.pk != found.pk],
        "may_return": may and found.state == CallState.MISSED and found.returned_at is None,
        "transcript": texts.without_names(found.transcript.reveal(), found.case)
        if found.transcript is not None and may
        else "",
    }
    response = render(request, "feedback/call.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _facts(found: Call) -> list[ui.Fact]:
    def moment(value: Any) -> str:
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M:%S") if value else "—"

    return [
        ui.Fact("振铃", moment(found.rang_at)),
        ui.Fact("接听", moment(found.answered_at)),
        ui.Fact("结束", moment(found.ended_at)),
        ui.Fact("座席", found.agent or "—"),
        ui.Fact("等候", rules.span_words(found.waited)),
        ui.Fact("通话", rules.span_words(found.talked)),
        ui.Fact("保持", rules.span_words(found.held)),
        ui.Fact("转接", f"{found.transfers} 次"),
        ui.Fact("录音", found.recording or "—"),
    ]


def _said(values: Mapping[str, Any], channel: str) -> tuple[Any, intake.Said]:
    """The kind of case and what was said, from the desk's form."""
    petition = values["nature"] == "petition"
    if petition:
        details = {PURPOSE: str(Purpose(values["purpose"]).label)}
        if values.get("way"):
            details[WAY] = str(Way(values["way"]).label)
    else:
        details = {NATURE: NATURES[values["nature"]]}
    person_id = values.get("caller")
    if values.get("document"):
        person_id = queries.shown_document(values["document"])
    said = intake.Said(
        title=values["title"],
        text=values["text"],
        channel=channel,
        secrecy=values["secrecy"],
        person_id=person_id if values["secrecy"] != Secrecy.ANONYMOUS else None,
        name=values["name"],
        mobile=values["mobile"],
        category=values["category"],
        respondent=values["respondent"],
        respondent_name=values["respondent_name"],
        people=values["people"] or 1,
        received_at=values.get("received_at"),
        details=details,
    )
    return (PETITIONS if petition else HOTLINE), said


def _take_down(found: Call, values: Mapping[str, Any], actor: Actor) -> intake.Received:
    kind, said = _said(values, "phone")
    return actions.take_down(found, kind, said, by=actor)


def _registered(request: HttpRequest, got: intake.Received) -> HttpResponse:
    link = link_of(got.case)
    if got.code:
        response = render(request, "feedback/registered.html", {"got": got, "link": link})
        response["Cache-Control"] = "no-store"
        return response
    messages.success(request, f"已登记，编号 {got.intake.number}。")
    return redirect(link)


@both
def register(request: HttpRequest) -> HttpResponse:
    """A letter, a visit, a call without the switch, or what a superior passed on."""
    actor: Actor = request.actor
    actor.require(REGISTER)
    paths = actor.paths(REGISTER)
    rows = Union.objects.unscoped(OWN_DESK).filter(path__in=paths)
    union = rows.filter(pk=actor.union_id).first() or rows.order_by("path")[0]
    form = TakeDown(
        request.POST or None, actor=actor, initial={"channel": request.GET.get("channel", "")}
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                kind, said = _said(form.cleaned_data, form.cleaned_data["channel"])
                got = intake.register(kind, union, said, by=actor)
            except Refusal as refusal:
                if refusal.status == 403:
                    raise
                form.refuse(refusal)
                status = refusal.status
            else:
                return _registered(request, got)
    context = {"form": form, "union": union}
    return render(request, "feedback/register.html", context, status=status)


@require_POST
def call_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a missed call was returned."""
    found = queries.call(pk, request.actor)
    try:
        actions.call_back(found, by=request.actor)
    except Refusal as refusal:
        if refusal.status == 403:
            raise
        messages.error(request, str(refusal))
    else:
        messages.success(request, "已登记回拨。")
    return redirect("feedback:desk")


class Transcript(ActionForm):
    """What was said, pasted or as a text file."""

    file = forms.FileField(label="通话文本文件", required=False, help_text="txt，UTF-8。")
    text = area("通话文本", 10, 100_000, required=False)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("file") is not None:
            found["text"] = decoded(found["file"], 400_000)
        return found


class Records(ActionForm):
    file = forms.FileField(label="话单文件", help_text="csv，UTF-8，第一行是列名。")


def decoded(file: Any, most: int) -> str:
    """The text of an uploaded file in UTF-8."""
    if file.size > most:
        raise forms.ValidationError("文件太大。", code="big")
    try:
        return file.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise forms.ValidationError("文件不是 UTF-8 编码的文本。", code="encoding") from None


@both
def transcribe(request: HttpRequest, pk: int) -> HttpResponse:
    """Bring in what a recording says."""
    found = queries.call(pk, request.actor)
    form = Transcript(request.POST or None, request.FILES or None, actor=request.actor)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                actions.transcribe(found, by=request.actor, text=form.cleaned_data["text"])
            except Refusal as refusal:
                if refusal.status == 403:
                    raise
                form.refuse(refusal)
            else:
                messages.success(request, "通话文本已加密保存。")
                return redirect("feedback:call", pk=pk)
    context = {
        "form": form,
        "title": "登记通话文本",
        "back_url": reverse("feedback:call", args=[pk]),
        "submit": "保存文本",
    }
    return render(request, "feedback/upload.html", context, status=status)


@both
def bring_in(request: HttpRequest) -> HttpResponse:
    """Bring in call records of another switch."""
    actor: Actor = request.actor
    actor.require(MANAGE_SHIFTS)
    rows = Union.objects.unscoped(OWN_DESK).filter(path__in=actor.paths(MANAGE_SHIFTS))
    union = rows.filter(pk=actor.union_id).first() or rows.order_by("path").first()
    if union is None:
        raise Forbidden("没有导入话单的权限。", code="forbidden")
    form = Records(request.POST or None, request.FILES or None, actor=actor)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                text = decoded(form.cleaned_data["file"], 4_000_000)
                actions.bring_in(union, by=actor, text=text)
            except forms.ValidationError as error:
                form.add_error("file", error)
            except Refusal as refusal:
                form.refuse(refusal)
                status = refusal.status
            else:
                messages.success(request, "话单已导入，已有的没有重复。")
                return redirect("resource:calls:list")
    context = {
        "form": form,
        "title": "导入话单",
        "back_url": reverse("feedback:desk"),
        "submit": "导入话单",
        "columns": True,
    }
    return render(request, "feedback/upload.html", context, status=status)


class PaperFor(ActionForm):
    reason = area("打印需要填写姓名的理由", 2, 200)


@both
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """Print a paper of a petition: without a name, or with it on a reason that is kept."""
    actor: Actor = request.actor
    scope = actor.scope(VIEW_PETITIONS)
    found = (
        Paper.objects.select_related("petition__case__union", "code")
        .filter(pk=pk, petition__in=Petition.objects.within(scope))
        .first()
    )
    if found is None:
        raise Missing("没有这份文书，或者没有查看的权限。", code="missing")
    case = cases.get(found.petition.case.number, actor)
    form = PaperFor(request.POST or None, actor=actor)
    if request.method == "POST" and form.is_valid():
        try:
            shown = revealing.reveal(case, by=actor, reason=form.cleaned_data["reason"])
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            form.refuse(refusal)
        else:
            name = shown[0].name if shown else ""
            return pdf(rendering.render(papers.official(found, name)), f"{found}.pdf")
    if request.GET.get("print") == "plain":
        return pdf(rendering.render(papers.official(found)), f"{found}（不含姓名）.pdf")
    context = {
        "paper": found,
        "lines": found.text.reveal().splitlines(),
        "form": form,
        "back_url": reverse("resource:petitions:record", args=[found.petition_id]),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "feedback/paper.html", context, status=status)
