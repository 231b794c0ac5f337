"""One's own account: overview, password, mobile, sessions, sign-in records, verifying oneself."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.base.identifiers import parse_mobile
from gonghui.kernel.identity import (
    accounts,
    codes,
    factors,
    limiting,
    passwords,
    records,
    sessions,
    stepup,
    texting,
    wechat,
)
from gonghui.kernel.identity.models import User, WeChatBinding
from gonghui.kernel.identity.views.pages import draw, own, proven, refuse, target_of
from gonghui.kernel.identity.views.texts import CodeForm, MobileForm, NewPasswordForm
from gonghui.kernel.security.events import TITLES, Kind
from gonghui.kernel.security.limits import attempt
from gonghui.kernel.security.models import SecurityEvent

RECORDS = 50
SHOWN = (
    Kind.SIGNED_IN,
    Kind.SIGN_IN_FAILED,
    Kind.LOCKED_OUT,
    Kind.NEW_DEVICE,
    Kind.SIGNED_OUT,
    Kind.SESSION_ENDED,
    Kind.CREDENTIAL_CHANGED,
    Kind.STEP_UP_FAILED,
)


class ChangePasswordForm(NewPasswordForm):
    old = forms.CharField(
        label="现在的密码",
        max_length=passwords.LONGEST,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ("old", "new", "again")


@own
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Everything one signs in with, at a glance."""
    user = request.user
    kept = factors.kept_by(user)
    context = {
        "user": user,
        "kept": kept,
        "sessions": len(sessions.open_sessions(user.pk)),
        "wechat": WeChatBinding.objects.filter(user=user).exists(),
        "wechat_on": wechat.is_on(),
        "sms_on": texting.available(),
    }
    return draw(request, "identity/account/overview.html", context)


@own
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Prove oneself, then go on to a page that asked for it (a page opened, not a form sent)."""
    target = target_of(request, "account")
    if request.method == "POST" and stepup.FIELD in request.POST:
        # The middleware has checked the proof before this view runs.
        return HttpResponseRedirect(target)
    asked = stepup.ask(request)
    asked.kept = [("next", target)]
    return render(request, "identity/step_up.html", {"asked": asked})


@sensitive_post_parameters("old", "new", "again")
@own
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Change the password; other sessions end."""
    user: User = request.user
    has_one = user.has_usable_password()
    if not has_one:
        stepup.require(request.actor)
    form = (ChangePasswordForm if has_one else NewPasswordForm)(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            if has_one:
                _check_old(request, user, form.cleaned_data["old"])
            passwords.check(form.cleaned_data["new"], user)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            passwords.put(user, form.cleaned_data["new"])
            sessions.end_all(user.pk, why="password", but=sessions.sid_of(request))
            # The session stays, under another key and the new password's stamp.
            update_session_auth_hash(request, user)
            sessions.follow_key(request)
            sessions.put(request, owes="", rights="")
            records.credential_changed(request, user, "修改密码")
            messages.success(request, "密码已修改，其他设备上的登录都已结束。")
            return HttpResponseRedirect(resolve_url("account"))
    context = {
        "form": form,
        "title": "修改密码" if has_one else "设置密码",
        "submit": "修改密码" if has_one else "设置密码",
        "hint": "修改后，其他设备上的登录都会结束。",
    }
    return draw(request, "identity/account/form.html", context, 422 if form.errors else 200)


def _check_old(request: HttpRequest, user: User, typed: str) -> None:
    now, ip = timezone.now(), sessions.ip_of(request)
    with attempt(limiting.STEP_UP, str(user.pk), now=now, ip=ip) as trial:
        if user.check_password(typed):
            trial.succeed()
    if not trial.succeeded:
        raise Refusal(
            "现在的密码不正确。", remedy="请重新输入。", field="old", code="wrong_password"
        )


@proven
@require_http_methods(["GET", "HEAD", "POST"])
def mobile(request: HttpRequest) -> HttpResponse:
    """Bind a mobile number, or another: a code is sent to it first."""
    if not texting.available():
        return draw(request, "identity/account/no_sms.html")
    user: User = request.user
    kept = request.session.get("mobile_code")
    asks_code = bool(kept) and request.GET.get("again") is None
    form = (CodeForm if asks_code else MobileForm)(request.POST or None)
    if request.method == "POST" and form.is_valid():
        now, ip = timezone.now(), sessions.ip_of(request)
        try:
            if not asks_code:
                number = parse_mobile(form.cleaned_data["mobile"])
                request.session["mobile_code"] = codes.issue(
                    "mobile", number, user=user, now=now, ip=ip
                )
                return HttpResponseRedirect(resolve_url("account-mobile"))
            found = codes.verify(kept, "mobile", form.cleaned_data["code"], now=now, ip=ip)
            accounts.verify_mobile(user, codes.number_of(found))
        except Refusal as refusal:
            if refusal.code != "wrong_code":
                refusal.field = "" if asks_code else "mobile"
            refuse(form, refusal)
        else:
            request.session.pop("mobile_code", None)
            sessions.rotate(request)
            records.credential_changed(request, user, "绑定手机号码")
            messages.success(request, "手机号码已绑定，可以用短信验证码登录。")
            return HttpResponseRedirect(resolve_url("account"))
    context = {
        "form": form,
        "title": "绑定手机号码",
        "submit": "绑定" if asks_code else "获取验证码",
        "hint": "验证码已发往新的号码。" if asks_code else _mobile_hint(user),
        "again_url": "?again=1" if asks_code else "",
    }
    return draw(request, "identity/account/form.html", context, 422 if form.errors else 200)


def _mobile_hint(user: User) -> str:
    if user.mobile_mask:
        return f"现在的号码是 {user.mobile_mask}。换号时向新的号码发送验证码。"
    return "绑定后可以用短信验证码登录和找回密码。"


@own
@require_http_methods(["GET", "HEAD", "POST"])
def session_list(request: HttpRequest) -> HttpResponse:
    """Where one is signed in; POST ends one session (sid) or all others (do=others)."""
    user_id, mine = request.user.pk, sessions.sid_of(request)
    if request.method == "POST":
        if request.POST.get("do") == "others":
            count = sessions.end_all(user_id, why="self", but=mine, by=user_id)
            messages.success(request, f"已结束其他 {count} 处登录。")
        else:
            sid = request.POST.get("sid", "")
            owned = {row.sid for row in sessions.open_sessions(user_id)} - {mine}
            if sid in owned and sessions.end_session(sid, why="self", by=user_id):
                messages.success(request, "已结束该处登录。")
        return HttpResponseRedirect(resolve_url("account-sessions"))
    context = {"items": sessions.open_sessions(user_id), "mine": mine}
    return draw(request, "identity/account/sessions.html", context)


@own
@require_safe
def sign_in_records(request: HttpRequest) -> HttpResponse:
    """The last sign-ins and what happened to one's credentials."""
    rows = SecurityEvent.objects.filter(user_id=request.user.pk, kind__in=SHOWN).order_by("-id")
    items = [
        {
            "at": row.at,
            "what": TITLES[Kind(row.kind)],
            "how": row.facts.get("method") or row.facts.get("why") or "",
            "subject": row.subject,
            "ip": row.ip,
            "bad": row.severity != "info" or row.kind == Kind.SIGN_IN_FAILED,
        }
        for row in rows[:RECORDS]
    ]
    return draw(request, "identity/account/records.html", {"items": items, "most": RECORDS})
