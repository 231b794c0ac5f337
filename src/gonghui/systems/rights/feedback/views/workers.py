"""Pages for workers, phone first: speak, ask, follow, opine, answer questionnaires."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gonghui.engines.casework.actions import intake
from gonghui.engines.casework.actions.telling import own_link
from gonghui.engines.casework.actions.verbs import COMPLAINANT
from gonghui.engines.casework.models import Intake
from gonghui.engines.casework.queries import cases
from gonghui.engines.casework.walls import everywhere
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Missing, Refusal
from gonghui.kernel.documents import rendering
from gonghui.kernel.org.models import Union
from gonghui.kernel.ui import components as ui
from gonghui.systems.rights.feedback.actions import (
    answering,
    consulting,
    petitions,
    surveys,
)
from gonghui.systems.rights.feedback.actions.kinds import HOTLINE, PETITIONS
from gonghui.systems.rights.feedback.actions.matters import NATURE, PURPOSE, SOURCE, WHERE, row_of
from gonghui.systems.rights.feedback.models import (
    Asked,
    AskedState,
    Consultation,
    ConsultationState,
    Petition,
    Provision,
    Purpose,
)
from gonghui.systems.rights.feedback.permissions import ANSWER_SURVEY, ASK, OWN, SUBMIT
from gonghui.systems.rights.feedback.queries import duty, papers, texts
from gonghui.systems.rights.feedback.queries import surveys as survey_queries
from gonghui.systems.rights.feedback.rules import consulting as rules
from gonghui.systems.rights.feedback.rules import crisis
from gonghui.systems.rights.feedback.rules import petitions as petition_rules
from gonghui.systems.rights.feedback.rules.topics import NATURES
from gonghui.systems.rights.feedback.views.forms import (
    AppealForm,
    AskForm,
    Fill,
    OpinionForm,
    Speak,
)

get = require_safe
both = require_http_methods(["GET", "HEAD", "POST"])
TEXT, ASKED, SCAN = "feedback_text", "feedback_asked", "feedback_scanned"
SCANNED = "a union's name stands beside its QR code"
OPEN_TO_ALL = "drafts that are open, and what became of them, are public"
OWN_ONES = "the complaints of who is asking"
OWN_QUESTION = "the question asked in this session"


@get
def at(request: HttpRequest, pk: int) -> HttpResponse:
    """Where a union's QR code leads: the same page, which knows where it was scanned."""
    union = Union.objects.unscoped(SCANNED).filter(pk=pk, status="active").first()
    if union is None:
        raise Missing("没有这个二维码，或者这个工会已经撤销。", remedy="请从服务大厅进入。")
    request.session[SCAN] = union.name
    return _home(request, union)


@get
def home(request: HttpRequest) -> HttpResponse:
    """Everything one can say to the union, and the numbers to call."""
    return _home(request, None)


def _home(request: HttpRequest, union: Union | None) -> HttpResponse:
    actor: Actor = request.actor
    context = {
        "union": union,
        "numbers": duty.numbers(),
        "consultations": _open_consultations()[:3],
        "surveys": survey_queries.open_to(actor)[:3] if actor.signed_in else [],
        "mine": _own(actor)[:3],
    }
    return render(request, "feedback/home.html", context)


def _own(actor: Actor) -> list[Intake]:
    if actor.person_id is None:
        return []
    with everywhere():
        rows = Intake.objects.unscoped(OWN_ONES).filter(
            person_id=actor.person_id, case__kind__in=(HOTLINE.code, PETITIONS.code)
        )
        return list(rows.select_related("case").order_by("-received_at")[:50])


@get
def mine(request: HttpRequest) -> HttpResponse:
    """The own complaints with how far they are."""
    request.actor.require(OWN)
    rows = [
        (
            row,
            own_link(PETITIONS if row.case.kind == PETITIONS.code else HOTLINE, row),
            row.title.reveal() if row.title else row.case.get_phase_display(),
        )
        for row in _own(request.actor)
    ]
    return render(request, "feedback/mine.html", {"rows": rows})


@both
def speak(request: HttpRequest) -> HttpResponse:
    """Say something; told at once where it is, and in danger whom to call."""
    actor: Actor = request.actor
    actor.require(SUBMIT)
    start = {"text": request.session.get(TEXT, ""), "nature": request.GET.get("nature", "")}
    form = Speak(request.POST or None, actor=actor, initial=start)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                got = _submit(actor, form.cleaned_data, request.session.get(SCAN, ""))
            except Refusal as refusal:
                form.refuse(refusal)
                status = refusal.status
            else:
                _hand_over(request, got)
                return _received(request, got)
    return render(request, "feedback/speak.html", {"form": form}, status=status)


def _submit(actor: Actor, values: Mapping[str, Any], scanned: str) -> intake.Received:
    petition = values["nature"] == "petition"
    details = {SOURCE: "网站"}
    if scanned:
        details = {SOURCE: "扫码", WHERE: scanned}
    if petition:
        details[PURPOSE] = str(Purpose(values["purpose"]).label)
    else:
        details[NATURE] = NATURES[values["nature"]]
    said = intake.Said(
        title=values["title"],
        text=values["text"],
        channel="web",
        secrecy=values["secrecy"],
        name=values.get("name", ""),
        mobile=values.get("mobile", ""),
        category=values["category"],
        respondent_name=values["respondent_name"],
        people=values["people"] or 1,
        details=details,
    )
    return intake.submit(PETITIONS if petition else HOTLINE, duty.desk(), said, by=actor)


def _hand_over(request: HttpRequest, got: intake.Received) -> None:
    """A question the bot did not answer is now with a person."""
    asked = request.session.pop(ASKED, None)
    request.session.pop(TEXT, None)
    request.session.pop(SCAN, None)
    if asked is None:
        return
    with everywhere():
        found = Asked.objects.unscoped(OWN_QUESTION).filter(pk=asked, case=None).first()
    if found is not None:
        answering.hand_over(found, by=answering.BOT, case=got.case.pk)


def _received(request: HttpRequest, got: intake.Received) -> HttpResponse:
    context = {
        "got": got,
        "crisis": got.hint.crisis,
        "words": crisis.WORDS,
        "numbers": duty.numbers(),
        "link": own_link(PETITIONS if got.case.kind == PETITIONS.code else HOTLINE, got.intake)
        if got.intake.person_id
        else reverse("casework:track"),
    }
    response = render(request, "feedback/received.html", context)
    response["Cache-Control"] = "no-store"
    return response


@both
def ask(request: HttpRequest) -> HttpResponse:
    """The bot: an approved article or a person; in danger the numbers, and a person is coming."""
    actor: Actor = request.actor
    actor.require(ASK)
    form = AskForm(request.POST or None, actor=actor)
    found: answering.Answered | None = None
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                found = answering.ask(form.cleaned_data["question"], by=actor)
            except Refusal as refusal:
                form.refuse(refusal)
                status = refusal.status
            else:
                status = 200
                request.session[TEXT] = form.cleaned_data["question"]
                request.session[ASKED] = found.asked.pk
    context = {
        "form": form,
        "found": found,
        "danger": found is not None and found.asked.state == AskedState.CRISIS,
        "words": crisis.WORDS,
        "numbers": duty.numbers(),
    }
    response = render(request, "feedback/ask.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
def judge(request: HttpRequest) -> HttpResponse:
    """Whether the article helped; where not, on to a person."""
    with everywhere():
        rows = Asked.objects.unscoped(OWN_QUESTION)
        found = rows.filter(pk=request.session.get(ASKED) or -1, helpful=None).first()
    helpful = request.POST.get("helpful") == "yes"
    if found is not None:
        answering.judge(found, by=answering.BOT, helpful=helpful)
    if helpful:
        messages.success(request, "谢谢，已记录。")
        return redirect("feedback:ask")
    return redirect("feedback:speak")


@both
def petition(request: HttpRequest, number: str) -> HttpResponse:
    """The own petition: its papers, and asking for the next review."""
    actor: Actor = request.actor
    own = cases.own(number, actor)
    row = row_of(own.case)
    if not isinstance(row, Petition):
        raise Missing("这件来件不是信访事项。", code="missing")
    form = AppealForm(request.POST or None, actor=actor)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                petitions.ask(row, by=COMPLAINANT, intake=own.pk, words=form.cleaned_data["words"])
            except Refusal as refusal:
                form.refuse(refusal)
                status = refusal.status
            else:
                messages.success(request, "已提出申请，办理情况会告诉您。")
                return redirect("feedback:petition", number=number)
    with everywhere():
        row.refresh_from_db()
        appeals = list(petitions.appeals_of(row).select_related("union").order_by("pk"))
        answered = petitions.answered_on(row)
    waiting = any(appeal.state == "open" for appeal in appeals)
    next_stage = {"handling": "review", "review": "recheck"}.get(row.stage, "")
    context = {
        "own": own,
        "row": row,
        "papers": list(row.papers.order_by("pk")),
        "appeals": appeals,
        "form": form if answered and next_stage and not waiting else None,
        "next": petition_rules.STAGES.get(next_stage, ""),
        "rule": petition_rules.ARTICLES.get(next_stage, ""),
    }
    return render(request, "feedback/petition.html", context, status=status)


@get
def own_paper(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """A paper of the own petition, addressed to oneself."""
    own = cases.own(number, request.actor)
    row = row_of(own.case)
    found = row.papers.filter(pk=pk).first() if isinstance(row, Petition) else None
    if found is None:
        raise Missing("没有这份文书。", code="missing")
    name = own.name.reveal() if own.name is not None else ""
    return pdf(rendering.render(papers.official(found, name)), f"{found}.pdf")


def pdf(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response


def _open_consultations() -> list[Consultation]:
    with everywhere():
        rows = Consultation.objects.unscoped(OPEN_TO_ALL).exclude(state=ConsultationState.DRAFT)
        return list(rows.select_related("union").order_by("-opened_on", "-pk")[:50])


@get
def consultations(request: HttpRequest) -> HttpResponse:
    """Drafts opinions are asked on, and what became of earlier ones."""
    rows = [
        (row, ui.pill(row.get_state_display(), TONES[row.state])) for row in _open_consultations()
    ]
    return render(request, "feedback/consultations.html", {"rows": rows})


TONES = {"draft": "idle", "open": "info", "closed": "wait", "published": "good"}


@both
def consultation(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft article by article; opinions are given beside each, adoption is read beside each."""
    with everywhere():
        rows = Consultation.objects.unscoped(OPEN_TO_ALL).exclude(state=ConsultationState.DRAFT)
        found = rows.select_related("union").filter(pk=pk).first()
    if found is None:
        raise Missing("没有这份征求意见稿，或者还没有公开。", code="missing")
    chosen = request.GET.get("on", "")
    named = chosen.isdecimal() and len(chosen) < 19
    part = found.provisions.filter(pk=chosen).first() if named else None
    form = OpinionForm(request.POST or None, initial={"key": uuid4(), "stance": "amend"})
    wrong: Refusal | None = None
    if request.method == "POST" and form.is_valid():
        try:
            _opine(found, part, form.cleaned_data, request.actor)
        except Refusal as refusal:
            wrong = refusal
        else:
            messages.success(request, "意见已收到。采纳情况公布后可以在这里查看。")
            if texts.alarm(form.cleaned_data["text"]):
                messages.warning(request, f"{crisis.WORDS}{duty.words()}")
            return redirect("feedback:consultation", pk=pk)
    published = found.state == ConsultationState.PUBLISHED
    responses = list(found.responses.select_related("provision")) if published else []
    parts = [
        (item, [one for one in responses if one.provision_id == item.pk])
        for item in found.provisions.all()
    ]
    context = {
        "found": found,
        "parts": parts,
        "whole": [one for one in responses if one.provision_id is None],
        "part": part,
        "asking": found.state == ConsultationState.OPEN and (part is not None or chosen == "all"),
        "form": form,
        "wrong": wrong,
        "tone": TONES[found.state],
        "shares": rules.shares(found.opinions.values_list("stance", flat=True))
        if published
        else [],
    }
    status = (wrong.status if wrong else 422) if request.method == "POST" else 200
    return render(request, "feedback/consultation.html", context, status=status)


def _opine(
    found: Consultation, part: Provision | None, values: Mapping[str, Any], by: Actor
) -> None:
    consulting.opine(
        found,
        by=by,
        stance=values["stance"],
        text=values["text"],
        provision=part.pk if part is not None else None,
        key=values["key"],
    )


@get
def survey_list(request: HttpRequest) -> HttpResponse:
    """Questionnaires the person may answer."""
    rows = survey_queries.open_to(request.actor)
    return render(request, "feedback/surveys.html", {"rows": rows})


@both
def survey(request: HttpRequest, pk: int) -> HttpResponse:
    """A questionnaire, filled in once."""
    actor: Actor = request.actor
    actor.require(ANSWER_SURVEY)
    found = survey_queries.get(pk)
    questions = survey_queries.questions(found)
    form = Fill(request.POST or None, questions=questions)
    status = 200
    wrong: Refusal | None = None
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                surveys.answer(found, by=actor, given=form.cleaned_data)
            except Refusal as refusal:
                wrong, status = refusal, refusal.status
            else:
                return render(request, "feedback/survey_done.html", {"survey": found})
    context = {"survey": found, "form": form, "wrong": wrong}
    return render(request, "feedback/survey.html", context, status=status)
