"""Asking a question of law: who, what, and whether it may be published without names."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from gonghui.engines.casework.actions import intake
from gonghui.engines.casework.queries import cases
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.resource.forms import ActionForm
from gonghui.systems.rights.law.actions import consulting
from gonghui.systems.rights.law.actions.kinds import CONSULTATION
from gonghui.systems.rights.law.models.writing import Subject
from gonghui.systems.rights.law.permissions import ASK
from gonghui.systems.rights.law.queries import citing, figures, own, texts, writing
from gonghui.systems.rights.law.queries.parameters import CONSULT_WORKDAYS
from gonghui.systems.rights.law.views.frame import page

PRIVATE = {"data-private": ""}


class AskForm(ActionForm):
    """A question; name and mobile only of whoever is not known."""

    category = forms.ChoiceField(
        label="问题类别", required=False, choices=[("", "不清楚，由工会归类"), *Subject.choices]
    )
    title = forms.CharField(
        label="问题", max_length=80, help_text="一句话，如：试用期没签合同怎么办。"
    )
    text = forms.CharField(
        label="具体情况",
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 6, **PRIVATE}),
        help_text="写明入职时间、合同、工资、发生了什么、现在到哪一步。",
    )
    name = forms.CharField(
        label="称呼", max_length=50, required=False, widget=forms.TextInput(attrs=PRIVATE)
    )
    mobile = forms.CharField(
        label="手机号",
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", **PRIVATE}),
        help_text="不填姓名和手机号的，凭查询码看答复。",
    )
    open_to_public = forms.BooleanField(
        label="同意隐去身份后公开",
        required=False,
        help_text="问题和答复改写成没有姓名、单位的公开问答，帮助遇到同样问题的职工。不同意的只有您能看到。",
    )

    seen = forms.CharField(required=False, max_length=1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.actor.person_id is not None:
            del self.fields["name"], self.fields["mobile"]


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Hand a question in. Danger goes to a person at once; else an answer in force comes first."""
    request.actor.require(ASK)
    form = AskForm(request.POST or None, actor=request.actor)
    status = 200
    if request.method == "POST":
        valid, danger = form.is_valid(), texts.alarm(_whole(request.POST))
        if danger or valid:
            if not danger and not form.cleaned_data["seen"] and (found := _fitting(request)):
                union = own.home_union(request.actor)
                consulting.answered(_whole(request.POST), union, found["fitting"][0])
                return page(request, "law/ask.html", _ready(_confirming(request)) | found)
            try:
                return _received(request, _handed_in(request, form, danger=bool(danger)))
            except Refusal as refusal:
                if refusal.status == 403:
                    raise
                form.refuse(refusal)
                status = refusal.status
        else:
            status = 422
    return page(request, "law/ask.html", _ready(form), status)


def _whole(given: QueryDict) -> str:
    return f"{given.get('title', '')}\n{given.get('text', '')}".strip()


def _fitting(request: HttpRequest) -> dict[str, Any]:
    """Published answers near enough to be shown, and the way on to a person; {} for none."""
    union = own.home_union(request.actor)
    found = [item for item in texts.fitting(_whole(request.POST), union.path) if item.fits]
    return {"fitting": found[:2], "submit": "没有解决，转人工"} if found else {}


def _confirming(request: HttpRequest) -> AskForm:
    """The same form again; what was typed goes to a person when it is sent once more."""
    given = request.POST.copy()
    given["seen"] = "1"
    form = AskForm(given, actor=request.actor)
    form.is_valid()
    return form


def _ready(form: AskForm) -> dict[str, Any]:
    days = figures.stated(CONSULT_WORKDAYS, timezone.localdate())
    return {"form": form, "days": days, "answers": list(writing.answers()[:3])}


def _handed_in(request: HttpRequest, form: AskForm, *, danger: bool) -> intake.Received:
    """What was typed, given to the desk. danger: as far as it is filled in, to the duty desk."""
    values = {**request.POST.dict(), **form.cleaned_data}
    known = request.actor.person_id is not None
    named = known or values.get("name") or values.get("mobile")
    category = values.get("category", "")
    said = intake.Said(
        title=str(values.get("title", ""))[:80],
        text=str(values.get("text", "") or values.get("title", ""))[:5000],
        category=category if category in Subject.values else "",
        secrecy="confidential" if named else "anonymous",
        name=values.get("name", ""),
        mobile=values.get("mobile", ""),
        details={"open_to_public": bool(form.cleaned_data.get("open_to_public"))},
    )
    union = own.province() if danger else own.home_union(request.actor)
    return intake.submit(CONSULTATION, union, said, by=request.actor)


def _received(request: HttpRequest, got: intake.Received) -> HttpResponse:
    days = figures.stated(CONSULT_WORKDAYS, timezone.localdate())
    context = {"got": got, "days": days, "danger": texts.told(got.case)}
    return page(request, "law/asked.html", context)


@never_cache
@require_safe
def thread(request: HttpRequest, number: str) -> HttpResponse:
    """The answer to my question, with its clauses as they read today."""
    found = cases.own(number, request.actor)
    shown = cases.thread(found)
    today = timezone.localdate()
    answers = [(answer, answer.text.reveal()) for answer in shown.answers]
    context = {
        "thread": shown,
        "danger": texts.told(found.case),
        "answers": [(answer, text, citing.links_in(text, today)) for answer, text in answers],
    }
    return page(request, "law/thread.html", context)
