"""Following an application to join: receipt, progress, mending, appeal, the account after it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gonghui.kernel.audit.entries import timeline
from gonghui.kernel.base.errors import Forbidden, Missing, Refusal
from gonghui.kernel.identity.models import User
from gonghui.kernel.ui import components as ui
from gonghui.systems.mobilization.membership.actions import joining as actions
from gonghui.systems.mobilization.membership.actions import joining_access as access
from gonghui.systems.mobilization.membership.models.joining import JoinApplication, JoinState
from gonghui.systems.mobilization.membership.queries.joining import OPTIONAL, own_applications
from gonghui.systems.mobilization.membership.rules import joining as rules
from gonghui.systems.mobilization.membership.views.joining import (
    PROOF,
    STEP_OF_FIELD,
    Filling,
    address_of,
    own_application,
    refuse,
)
from gonghui.systems.mobilization.membership.views.joining_forms import (
    LookupForm,
    PasswordForm,
    ReasonForm,
    WholeNumberForm,
)

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


@never_cache
@require_GET
def done(request: HttpRequest) -> HttpResponse:
    """The receipt: what was taken, what comes next and by when."""
    application = own_application(request)
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
    application = own_application(request)
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
    application = own_application(request)
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
    application = own_application(request)
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
            context |= {"code": code, "form": PasswordForm()}
            context["minutes"] = access.CODE_MINUTES.value()
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
            if access.count_attempt(key, timezone.now()) > access.TRIES_PER_RECEIPT.value():
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
    context |= {"form": form, "minutes": access.CODE_MINUTES.value()}
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
