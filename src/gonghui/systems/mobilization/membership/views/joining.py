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
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gonghui.kernel import codes
from gonghui.kernel.audit.entries import timeline
from gonghui.kernel.base.errors import Forbidden, Missing, Refusal
from gonghui.kernel.base.identifiers import DocumentKind, parse_mobile
from gonghui.kernel.base.masking import mask_id, mask_mobile
from gonghui.kernel.identity.models import User
from gonghui.kernel.org.models import Union
from gonghui.kernel.people.models import IN_RANKS
from gonghui.kernel.people.persons import Identity, membership_of
from gonghui.kernel.ui import components as ui
from gonghui.systems.mobilization.membership.actions import joining as actions
from gonghui.systems.mobilization.membership.actions import joining_access as access
from gonghui.systems.mobilization.membership.models.joining import (
    JoinApplication,
    JoinChannel,
    JoinState,
)
from gonghui.systems.mobilization.membership.queries.joining import (
    OPTIONAL,
    own_applications,
    region_name,
    standing_of,
    union_by_id,
    unions_named,
)
from gonghui.systems.mobilization.membership.rules import joining as rules
from gonghui.systems.mobilization.membership.views.joining_forms import (
    ContactForm,
    LookupForm,
    PasswordForm,
    PlaceForm,
    PledgeForm,
    ReasonForm,
    WhoForm,
    WholeNumberForm,
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
TOLD = {
    "join-applications.submit": "提交申请",
    "join-applications.enter": "窗口受理申请",
    "join-applications.return": "退回补正",
    "join-applications.resubmit": "补正后重新提交",
    "join-applications.resubmit-for": "窗口补正后重新提交",
    "join-applications.route": "分派到工会",
    "join-applications.forward": "转其他县区分派",
    "join-applications.escalate": "已逾期，报上级工会",
    "join-applications.approve": "批准入会",
    "join-applications.reject": "未获批准",
    "join-applications.appeal": "向上级工会申诉",
    "join-applications.withdraw": "撤回申请",
    "join-applications.account": "开通账号",
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
        return union_by_id(int(pk)) if str(pk or "").isdigit() else None

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
        refusal.message,
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
    application = _proven(request)
    return application.reason if application is not None else ""


def _unit(request: HttpRequest, filling: Filling) -> HttpResponse:
    """Find the union of the workplace by name, or say there is no fixed employer."""
    error = ""
    if request.method == "POST":
        if request.POST.get("flexible"):
            filling.keep(flexible="1", union="", channel="")
            return redirect("join-step", "place")
        union = union_by_id(int(pk)) if (pk := request.POST.get("union", "")).isdigit() else None
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
            application = _proven(request)
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


def _proven(request: HttpRequest) -> JoinApplication | None:
    """The application this session has shown to be its own."""
    pk = actions.proven(request.session.get(PROOF, ""))
    if pk is None:
        return None
    rows = JoinApplication.objects.unscoped("the session proved to be the applicant's")
    return rows.filter(pk=pk).select_related("union", "union__parent", "escalated_to").first()


@never_cache
@require_GET
def done(request: HttpRequest) -> HttpResponse:
    """The receipt: what was taken, what comes next and by when."""
    application = _proven(request)
    if application is None:
        return redirect("join-progress")
    context = {"application": application, "next": what_next(application)}
    return render(request, "membership/joining/done.html", context)


def what_next(application: JoinApplication) -> str:
    """What happens next and by when, in one sentence for the applicant."""
    due = f"{application.due_on.month}月{application.due_on.day}日"
    where = (application.escalated_to or application.union).name
    match application.state:
        case JoinState.POOLED:
            return f"将由{application.union.name}在{due}前帮您找到合适的工会。"
        case JoinState.SUBMITTED:
            return f"将由{where}在{due}前答复。"
        case JoinState.APPEALED:
            return f"将由{where}在{due}前对您的申诉作出决定。"
        case JoinState.RETURNED:
            return "请按退回的理由补正后重新提交。"
        case JoinState.APPROVED:
            return "您已经是工会会员，可以开通账号使用会员服务。"
        case JoinState.REJECTED if application.appealed_at is None:
            return "您可以向上级工会申诉一次，也可以重新申请。"
        case JoinState.REJECTED:
            return "上级工会维持了原决定。情况有变化时可以重新申请。"
    return "这份申请已经撤回，可以随时重新申请。"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def progress(request: HttpRequest) -> HttpResponse:
    """Ask for the three things, then show where the application is."""
    if request.method == "POST":
        form = LookupForm(request.POST)
        if form.is_valid():
            found = access.find_own(
                **form.cleaned_data, address=address_of(request), now=timezone.now()
            )
            if isinstance(found, JoinApplication):
                request.session[PROOF] = actions.proof_for(found)
                return redirect("join-progress")
            refuse(form, found)
        return render(request, "membership/joining/lookup.html", {"form": form}, status=422)
    application = _proven(request)
    if application is None or request.GET.get("again"):
        request.session.pop(PROOF, None)
        return render(request, "membership/joining/lookup.html", {"form": LookupForm()})
    return _show_progress(request, application)


def _show_progress(
    request: HttpRequest,
    application: JoinApplication,
    form: ReasonForm | None = None,
    status: int = 200,
) -> HttpResponse:
    has_account = (
        application.person_id is not None
        and User.objects.filter(person_id=application.person_id).exists()
    )
    context = {
        "application": application,
        "steps": progress_steps(application),
        "next": what_next(application),
        "may_withdraw": rules.may("withdraw", application.state),
        "may_mend": rules.may("resubmit", application.state),
        "may_appeal": rules.may("appeal", application.state) and application.appealed_at is None,
        "may_open": application.state == JoinState.APPROVED and not has_account,
        "has_account": has_account,
        "form": form or ReasonForm(),
        "events": events(application),
        "superior": application.union.parent,
        "tone": {
            "approved": "good",
            "rejected": "stop",
            "returned": "info",
            "withdrawn": "idle",
        }.get(application.state, "wait"),
        "withdraw": ui.Action("撤回申请", reverse("join-follow", args=["withdraw"]), grave=True),
    }
    return render(request, "membership/joining/progress.html", context, status=status)


def progress_steps(application: JoinApplication) -> list[ui.Step]:
    """Where an application is, as the steps the applicant knows."""
    state = application.state
    steps = [ui.Step("提交申请", "done", f"{application.submitted_on:%Y-%m-%d}")]
    if application.from_pool:
        pooled = state == JoinState.POOLED
        steps.append(ui.Step("分派工会", "now" if pooled else "done"))
    stopped = {"rejected": "未批准", "withdrawn": "已撤回"}.get(state)
    if state == JoinState.POOLED:
        steps.append(ui.Step("工会审批"))
    elif stopped:
        steps.append(ui.Step("工会审批", "stopped", stopped))
    elif state == JoinState.APPROVED:
        steps.append(ui.Step("工会审批", "done"))
    else:
        steps.append(ui.Step("工会审批", "now", application.get_state_display()))
    steps.append(ui.Step("成为会员", "done" if state == JoinState.APPROVED else "todo"))
    return steps


def events(application: JoinApplication) -> list[ui.Event]:
    """What happened, for the applicant: no cadre's name, only the unions and the reasons."""
    found = []
    for entry in timeline(actions.TARGET, application.pk):
        if entry.action not in TOLD:
            continue
        routed = entry.changes.get("routed") or {}
        text = f"{routed['before']} → {routed['after']}" if routed else entry.reason
        kind = {"approve": "good", "reject": "stop"}.get(entry.action.rsplit(".", 1)[-1], "idle")
        found.append(ui.Event(entry.at, TOLD[entry.action], text=text, kind=kind))
    return found


@never_cache
@require_POST
def follow(request: HttpRequest, verb: str) -> HttpResponse:
    """Withdraw, appeal or mend the application this session has shown to be its own."""
    application = _proven(request)
    if application is None:
        return redirect("join-progress")
    proof = request.session.get(PROOF, "")
    if verb == "withdraw":
        actions.withdraw(application, by=request.actor, proof=proof)
        return redirect("join-progress")
    if verb == "mend":
        return _begin_mending(request, application)
    if verb != "appeal":
        raise Missing("没有这项办理。")
    form = ReasonForm(request.POST)
    if form.is_valid():
        try:
            with transaction.atomic():
                actions.appeal(
                    application, by=request.actor, proof=proof, reason=form.cleaned_data["reason"]
                )
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            return redirect("join-progress")
    return _show_progress(request, application, form, 422)


def _begin_mending(request: HttpRequest, application: JoinApplication) -> HttpResponse:
    """Put a returned application into the draft, so that the same screens mend it."""
    if not rules.may("resubmit", application.state):
        return redirect("join-progress")
    filling = Filling(request)
    filling.drop()
    filling = Filling(request)
    pooled = application.from_pool
    filling.keep(
        application=str(application.pk),
        flexible="1" if pooled else "",
        union="" if pooled else str(application.union_id),
        county=str(application.union_id) if pooled else "",
        name=application.name,
        document_kind=application.document_kind,
        document_number=application.document.reveal(),
        mobile=application.mobile.reveal(),
        born_on=application.born_on.isoformat(),
        sex=application.sex,
        **{name: getattr(application, name) for name in OPTIONAL},
    )
    first = next(
        (STEP_OF_FIELD[name] for name in application.faulty_fields if name in STEP_OF_FIELD),
        "check",
    )
    return filling.remembered(request, redirect("join-step", first))


@never_cache
@sensitive_post_parameters("document_number", "password", "again", "code")
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    """Open an account after approval: the whole document number, a code, a password."""
    application = _proven(request)
    if application is None:
        return redirect("join-progress")
    if application.state != JoinState.APPROVED:
        return redirect("join-progress")
    context: dict[str, Any] = {"application": application}
    if request.method == "POST" and "password" in request.POST:
        return _set_password(request, application, context)
    form = WholeNumberForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        code = access.new_code(application, form.cleaned_data["document_number"], timezone.now())
        if isinstance(code, str):
            context |= {"code": code, "form": PasswordForm(), "minutes": access.CODE_MINUTES}
            return render(request, "membership/joining/password.html", context)
        refuse(form, code)
    status = 422 if form.errors else 200
    return render(
        request, "membership/joining/account.html", {**context, "form": form}, status=status
    )


def _set_password(
    request: HttpRequest, application: JoinApplication, context: dict[str, Any]
) -> HttpResponse:
    form = PasswordForm(request.POST)
    if form.is_valid():
        key = f"join.password:{application.pk}"
        try:
            if access.count_attempt(key, timezone.now()) > access.TRIES_PER_RECEIPT:
                raise access.TOO_OFTEN
            with transaction.atomic():
                access.open_account(
                    application,
                    by=request.actor,
                    proof=request.session.get(PROOF, ""),
                    code=form.cleaned_data["code"],
                    password=form.cleaned_data["password"],
                )
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            return render(request, "membership/joining/opened.html", context)
    context |= {"form": form, "minutes": access.CODE_MINUTES}
    return render(request, "membership/joining/password.html", context, status=422)


@never_cache
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """My applications, for who is signed in."""
    actor = request.actor
    if actor.user_id is None:
        raise Forbidden("请先登录。", code="anonymous")
    items = own_applications(actor) if actor.person_id else []
    return render(request, "membership/joining/mine.html", {"items": items[:20]})


@never_cache
@require_GET
def open_mine(request: HttpRequest, pk: int) -> HttpResponseRedirect:
    """One application of my own: the session proves it, the progress page shows it."""
    actor = request.actor
    if actor.user_id is None:
        raise Forbidden("请先登录。", code="anonymous")
    found = own_applications(actor).filter(pk=pk).first() if actor.person_id else None
    if found is None:
        raise Forbidden("这不是您的申请，或者它不存在。", code="forbidden")
    request.session[PROOF] = actions.proof_for(found)
    return redirect("join-progress")
