"""Applying to join on the phone (网上申请入会): one question group a screen, draft kept, progress.

The applicant needs no account. A draft is found by a signed cookie, or by the user who is signed
in; an application by its receipt number with the ends of document and mobile number, after which
the session holds a proof for half an hour.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from gonghui.kernel import codes
from gonghui.kernel.base.errors import Forbidden, Missing, Refusal
from gonghui.kernel.base.identifiers import DocumentKind, parse_mobile
from gonghui.kernel.base.masking import mask_id, mask_mobile
from gonghui.kernel.org.models import Union
from gonghui.kernel.people.models import IN_RANKS
from gonghui.kernel.people.persons import Identity, membership_of
from gonghui.kernel.ui import components as ui
from gonghui.systems.mobilization.membership.actions import joining as actions
from gonghui.systems.mobilization.membership.actions import joining_access as access
from gonghui.systems.mobilization.membership.models.joining import (
    JoinApplication,
    JoinChannel,
)
from gonghui.systems.mobilization.membership.queries.joining import (
    OPTIONAL,
    region_name,
    standing_of,
    union_by_id,
    unions_named,
)
from gonghui.systems.mobilization.membership.rules import joining as rules
from gonghui.systems.mobilization.membership.views.joining_forms import (
    ContactForm,
    PlaceForm,
    PledgeForm,
    WhoForm,
)

COOKIE, COOKIE_SALT = "join_draft", "membership.join.draft"
COOKIE_SECONDS = 30 * 86400
PROOF = "join_proof"
UNIT_SALT = "membership.join.unit"
TITLES = {
    "unit": "工作单位",
    "place": "在哪里工作",
    "who": "您是谁",
    "contact": "怎么联系",
    "check": "核对提交",
}
FORMS: dict[str, type[forms.Form]] = {"place": PlaceForm, "who": WhoForm, "contact": ContactForm}
STEP_OF_FIELD = {
    "union": "unit",
    "county": "place",
    "trade": "place",
    "mobile": "contact",
    **{name: "contact" for name in OPTIONAL if name != "trade"},
    **dict.fromkeys(("name", "document_kind", "document_number", "born_on", "sex"), "who"),
}


class Filling:
    """The draft a request works on."""

    def __init__(self, request: HttpRequest) -> None:
        cookie = request.get_signed_cookie(
            COOKIE, default=None, salt=COOKIE_SALT, max_age=COOKIE_SECONDS
        )
        self.user_id: int | None = request.actor.user_id
        self.key, self.data, self.saved_at = access.read_draft(cookie, self.user_id)

    def keep(self, **values: Any) -> None:
        self.data.update(values)
        access.keep_draft(self.key, self.data, self.user_id)

    def drop(self) -> None:
        access.drop_draft(self.key)

    def remembered(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """The response, with the cookie that finds this draft again."""
        response.set_signed_cookie(
            COOKIE,
            self.key,
            salt=COOKIE_SALT,
            max_age=COOKIE_SECONDS,
            httponly=True,
            samesite="Lax",
            secure=request.is_secure(),
            path="/join/",
        )
        return response

    @property
    def flexible(self) -> bool:
        """Without a fixed employer."""
        return bool(self.data.get("flexible"))

    @property
    def steps(self) -> list[str]:
        return ["unit", *(["place"] if self.flexible else []), "who", "contact", "check"]

    @property
    def union(self) -> Union | None:
        """The union chosen, or the county union of the pool."""
        pk = self.data.get("county" if self.flexible else "union")
        return union_by_id(int(pk)) if str(pk or "").isdecimal() else None

    def first_open(self) -> str:
        """The first step whose answers are missing."""
        if self.union is None:
            return "place" if self.flexible else "unit"
        if not self.data.get("document_number") or not self.data.get("name"):
            return "who"
        return "contact" if not self.data.get("mobile") else "check"

    def fields(self) -> dict[str, Any]:
        """What the actions take of an applicant."""
        names = ("name", "document_kind", "document_number", "mobile", "sex", *OPTIONAL)
        found = {name: self.data[name] for name in names if self.data.get(name)}
        found.setdefault("mobile", "")
        if self.data.get("born_on"):
            found["born_on"] = forms.DateField().to_python(self.data["born_on"])
        if not self.flexible:
            found.pop("trade", None)
        return found


def unit_token(union: Union) -> str:
    """What stands in the address of a unit's QR code."""
    return signing.Signer(sep=".", salt=UNIT_SALT).sign(str(union.pk))


def unit_of(token: str) -> Union:
    try:
        pk = signing.Signer(sep=".", salt=UNIT_SALT).unsign(token)
    except signing.BadSignature:
        pk = "0"
    union = union_by_id(int(pk))
    if union is None:
        raise Missing(
            "这个入会二维码无效。",
            rule="入会二维码由工会在本平台生成",
            remedy="请向单位工会要新的二维码，或直接搜索工作单位申请入会。",
        )
    return union


def address_of(request: HttpRequest) -> str:
    return request.META.get("REMOTE_ADDR", "")


def refuse(form: forms.Form, refusal: Refusal) -> None:
    """Show a refusal beside its field, or above the form."""
    error = ValidationError(
        refusal.format,
        code=refusal.code,
        params={"rule": refusal.rule, "remedy": refusal.remedy},
    )
    form.add_error(refusal.field if refusal.field in form.fields else None, error)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """What joining takes; goes on with a draft, or POST begins anew."""
    filling = Filling(request)
    if request.method == "POST":
        filling.drop()
        filling = Filling(request)
        filling.keep(started="1")
        return filling.remembered(request, redirect("join-step", "unit"))
    membership = membership_of(request.actor.person_id) if request.actor.person_id else None
    context = {
        "draft_at": filling.saved_at if filling.data else None,
        "draft_step": filling.first_open(),
        "membership": membership if membership and membership.status in IN_RANKS else None,
    }
    return render(request, "membership/joining/start.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unit_code(request: HttpRequest, token: str) -> HttpResponse:
    """Where the QR code of a unit leads: its union is filled in."""
    union = unit_of(token)
    try:
        rules.check_receives(union.kind, union.is_active, union.name)
    except Refusal as refusal:
        return render(request, "membership/joining/unit_closed.html", {"refusal": refusal})
    if request.method == "POST":
        filling = Filling(request)
        filling.keep(union=str(union.pk), flexible="", channel=JoinChannel.CODE.value)
        return filling.remembered(request, redirect("join-step", "who"))
    return render(request, "membership/joining/unit_code.html", {"union": union})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, name: str) -> HttpResponse:
    """One screen of the application."""
    if name not in TITLES:
        raise Missing("没有这一步。", remedy="请从头开始申请。")
    filling = Filling(request)
    views: dict[str, Callable[[HttpRequest, Filling], HttpResponse]] = {
        "unit": _unit,
        "check": _check,
    }
    if name in views:
        response = views[name](request, filling)
    else:
        response = _questions(request, filling, name)
    return filling.remembered(request, response)


def _screen(
    request: HttpRequest, filling: Filling, name: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    steps = filling.steps
    at = steps.index(name) if name in steps else 0
    states = ["done" if n < at else "now" if n == at else "todo" for n in range(len(steps))]
    context |= {
        "name": name,
        "title": TITLES[name],
        "steps": [ui.Step(TITLES[s], state) for s, state in zip(steps, states, strict=True)],
        "back_url": reverse("join-step", args=[steps[at - 1]]) if at else reverse("join"),
        "draft_url": reverse("join-draft", args=[name]),
        "draft_at": filling.saved_at,
        "mending": filling.data.get("application"),
        "faults": _faults_noted(request, filling),
    }
    return render(request, f"membership/joining/{name}.html", context, status=status)


def _faults_noted(request: HttpRequest, filling: Filling) -> str:
    """What a cadre found wrong with the application being mended."""
    if not filling.data.get("application"):
        return ""
    application = own_application(request)
    return application.reason if application is not None else ""


def _unit(request: HttpRequest, filling: Filling) -> HttpResponse:
    """Find the union of the workplace by name, or say there is no fixed employer."""
    error = ""
    if request.method == "POST":
        if request.POST.get("flexible"):
            filling.keep(flexible="1", union="", channel="")
            return redirect("join-step", "place")
        union = union_by_id(int(pk)) if (pk := request.POST.get("union", "")).isdecimal() else None
        try:
            if union is None:
                raise Refusal("请从列出的单位中选择。", field="union")
            rules.check_receives(union.kind, union.is_active, union.name)
        except Refusal as refusal:
            error = str(refusal)
        else:
            chosen = str(union.pk)
            channel = filling.data.get("channel", "") if chosen == filling.data.get("union") else ""
            filling.keep(union=chosen, flexible="", channel=channel)
            return redirect("join-step", "who")
    text = request.GET.get("q", "").strip()[:40]
    short = bool(text) and len(text) < 2
    context = {
        "text": text,
        "found": unions_named(text) if text and not short else [],
        "short": short,
        "chosen": None if filling.flexible else filling.union,
        "flexible": filling.flexible,
        "error": error,
    }
    return _screen(request, filling, "unit", context, 422 if error else 200)


def _questions(request: HttpRequest, filling: Filling, name: str) -> HttpResponse:
    form_class = FORMS[name]
    extra: dict[str, Any] = {}
    if name == "place":
        extra["document_number"] = filling.data.get("document_number", "")
    refusal = None
    if request.method == "POST":
        form = form_class(request.POST, **extra)
        if form.is_valid():
            answers = {key: str(value) if value else "" for key, value in form.cleaned_data.items()}
            refusal = _check_answers(request, filling, form, name, answers)
            if refusal is None:
                filling.keep(**answers)
                steps = filling.steps
                return redirect("join-step", steps[steps.index(name) + 1])
            refuse(form, refusal)
    else:
        form = form_class(initial=dict(filling.data), **extra)
    context = {"form": form, "transfer": _transfer_url(refusal, filling)}
    return _screen(request, filling, name, context, 422 if form.errors else 200)


def _check_answers(
    request: HttpRequest, filling: Filling, form: forms.Form, name: str, answers: dict[str, str]
) -> Refusal | None:
    """What is wrong with the answers of a screen; puts the mobile number in normal form."""
    if name == "who":
        return _check_who(request, filling, form)
    if name == "contact":
        try:
            answers["mobile"] = parse_mobile(answers["mobile"])
        except Refusal as refusal:
            return refusal
    return None


def _check_who(request: HttpRequest, filling: Filling, form: forms.Form) -> Refusal | None:
    """What stands in the way of this person, told before anything else is asked."""
    now = timezone.now()
    if not access.may_check(address_of(request), now):
        return access.TOO_OFTEN
    today = timezone.localdate()
    try:
        identity = Identity.checked(today=today, **form.cleaned_data)
        own = str(filling.data.get("application", ""))
        standing_of(identity, today=today, by=request.actor, but=int(own) if own else None)
    except Refusal as refusal:
        return refusal
    return None


def _transfer_url(refusal: Refusal | None, filling: Filling) -> str:
    """Where a member of another union asks for a transfer, with the new union filled in."""
    if refusal is None or refusal.code != "already_member":
        return ""
    union = filling.union
    return f"/hall/transfer/?to={union.pk}" if union and not filling.flexible else "/hall/transfer/"


@never_cache
@sensitive_post_parameters("document_number", "mobile")
@require_POST
def keep_draft(request: HttpRequest, name: str) -> HttpResponse:
    """Keep what is being typed on a screen."""
    if name not in FORMS:
        raise Missing("没有这一步。")
    filling = Filling(request)
    known = FORMS[name].base_fields
    typed = {key: value[:60] for key, value in request.POST.items() if key in known}
    filling.keep(**typed)
    response = JsonResponse({"saved_at": timezone.now().isoformat()})
    return filling.remembered(request, response)


def _check(request: HttpRequest, filling: Filling) -> HttpResponse:
    """The summary; POST submits, or sends a returned application again."""
    missing = filling.first_open()
    if missing != "check":
        return redirect("join-step", missing)
    form = PledgeForm(request.POST if request.method == "POST" else None)
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            application = _send(request, filling)
        except Refusal as caught:
            refusal = caught
        else:
            filling.drop()
            request.session[PROOF] = actions.proof_for(application)
            return redirect("join-done")
    context = {
        "form": form,
        "refusal": refusal,
        "mend_url": reverse("join-step", args=[STEP_OF_FIELD[refusal.field]])
        if refusal and refusal.field in STEP_OF_FIELD
        else "",
        "transfer": _transfer_url(refusal, filling),
        "groups": _summary(filling),
    }
    return _screen(request, filling, "check", context, 422 if refusal or form.errors else 200)


def _send(request: HttpRequest, filling: Filling) -> JoinApplication:
    union = filling.union
    own = filling.data.get("application")
    with transaction.atomic():
        if own:
            application = own_application(request)
            if application is None or application.pk != int(own):
                raise Forbidden(
                    "查询已过期，请重新查询进度后再补正。",
                    rule="补正由申请人本人办理",
                    remedy="用受理编号再查一次，填写的内容还在。",
                )
            return actions.resubmit(
                application,
                by=request.actor,
                proof=request.session.get(PROOF, ""),
                union=union,
                agreed=True,
                **filling.fields(),
            )
        return actions.submit(
            union,
            by=request.actor,
            channel=filling.data.get("channel") or JoinChannel.PHONE,
            agreed=True,
            **filling.fields(),
        )


def _summary(filling: Filling) -> list[tuple[str, str, list[ui.Fact]]]:
    """Title, step to change it, and the facts of each group of answers."""
    data = filling.data
    union = filling.union
    kind, number = data.get("document_kind") or "resident_id", data["document_number"]
    work = [ui.Fact("送交", union.name if union else "")]
    if filling.flexible:
        work.append(ui.Fact("从事的工作", codes.name("new_employment", data.get("trade"))))
    who = [
        ui.Fact("姓名", data["name"]),
        ui.Fact(DocumentKind(kind).label, mask_id(number)),
        *_derived(data, kind, number),
    ]
    contact = [ui.Fact("手机号码", mask_mobile(data["mobile"]))]
    contact += [
        ui.Fact(label, codes.name(table, data.get(name)))
        for name, table, label in (
            ("employment_form", "employment_form", "用工形式"),
            ("education", "education", "学历"),
            ("political_status", "political", "政治面貌"),
            ("nationality", "nationality", "民族"),
        )
        if data.get(name)
    ]
    return [
        ("工作单位", "place" if filling.flexible else "unit", work),
        ("身份", "who", who),
        ("联系方式", "contact", contact),
    ]


def _derived(data: dict[str, Any], kind: str, number: str) -> list[ui.Fact]:
    """What the number itself says, shown back."""
    try:
        identity = Identity.checked(
            name=data["name"],
            document_number=number,
            document_kind=kind,
            today=timezone.localdate(),
            sex=data.get("sex", ""),
        )
    except Refusal:
        return []
    note = "由号码得出" if identity.born_on else ""
    facts = [ui.Fact("性别", codes.name("sex", identity.sex), note)]
    born = identity.born_on
    if born:
        facts.append(ui.Fact("出生日期", f"{born.year}年{born.month}月{born.day}日", note))
    elif data.get("born_on"):
        facts.append(ui.Fact("出生日期", data["born_on"]))
    if region := region_name(kind, number):
        facts.append(ui.Fact("号码所属地", region, note))
    return facts


def own_application(request: HttpRequest) -> JoinApplication | None:
    """The application this session has shown to be its own."""
    pk = actions.proven(request.session.get(PROOF, ""))
    if pk is None:
        return None
    rows = JoinApplication.objects.unscoped("the session proved to be the applicant's")
    return rows.filter(pk=pk).select_related("union", "union__parent", "escalated_to").first()
