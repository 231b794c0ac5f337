"""Sign-in by SMS code, and a forgotten password."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

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
    signin,
    texting,
)
from gonghui.kernel.identity.models import User
from gonghui.kernel.identity.views.pages import onward, refuse, target_of

SENT = "如果这个号码绑定了账号，验证码已经发出，{minutes} 分钟内有效。"
PROVED_SECONDS = 600


class MobileForm(forms.Form):
    mobile = forms.CharField(
        label="手机号码",
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        label="短信验证码",
        max_length=6,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
        ),
    )


class RecoverForm(MobileForm):
    username = forms.CharField(
        label="用户名",
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )
    field_order = ("username", "mobile")


class NewPasswordForm(forms.Form):
    """A new password, typed twice."""

    new = forms.CharField(
        label="新密码",
        max_length=passwords.LONGEST,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "data-strength": ""}),
    )
    again = forms.CharField(
        label="再输一次新密码",
        max_length=passwords.LONGEST,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new"].help_text = "；".join(passwords.demands()) + "。"

    def clean(self) -> dict:
        given = super().clean() or {}
        if given.get("new") and given.get("again") and given["new"] != given["again"]:
            self.add_error("again", "两次输入的密码不一样。")
        return given


class RecoverPasswordForm(NewPasswordForm):
    second = forms.CharField(
        label="动态口令或恢复码",
        max_length=20,
        help_text="您的账号启用了第二重验证，找回密码时也须提供。",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code"}),
    )
    field_order = ("second", "new", "again")


def _available() -> None:
    if not texting.available():
        raise Http404


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sms(request: HttpRequest) -> HttpResponse:
    """Ask for a mobile number and send it a code, if it is anybody's."""
    _available()
    target = target_of(request)
    if request.method != "POST":
        return _mobile_page(request, MobileForm(), target)
    form = MobileForm(request.POST)
    if form.is_valid():
        try:
            mobile = parse_mobile(form.cleaned_data["mobile"])
            request.session["signin_code"] = codes.issue(
                "signin",
                mobile,
                user=accounts.by_mobile(mobile),
                now=timezone.now(),
                ip=sessions.ip_of(request),
            )
        except Refusal as refusal:
            refusal.field = refusal.field or "mobile"
            refuse(form, refusal)
        else:
            request.session["signin_next"] = target
            return HttpResponseRedirect(resolve_url("signin-sms-code"))
    return _mobile_page(request, form, target, 422)


def _mobile_page(
    request: HttpRequest, form: forms.Form, target: str, status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "next": target,
        "heading": "短信验证码登录",
        "hint": "请填写账号绑定的手机号码。",
        "submit": "获取验证码",
    }
    return render(request, "identity/simple.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sms_code(request: HttpRequest) -> HttpResponse:
    """Ask for the code that was sent, and sign in."""
    key = request.session.get("signin_code")
    if not key:
        return HttpResponseRedirect(resolve_url("signin-sms"))
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        now, ip = timezone.now(), sessions.ip_of(request)
        try:
            found = codes.verify(key, "signin", form.cleaned_data["code"], now=now, ip=ip)
            if found.user is None or not found.user.is_active:
                raise codes.wrong()
        except Refusal as refusal:
            signin.failed("", ip, "sms", now)
            refuse(form, refusal)
        else:
            request.session.pop("signin_code", None)
            target = request.session.pop("signin_next", "") or resolve_url("desk")
            return onward(request, signin.proceed(request, found.user, "sms", target), target)
    context = {
        "form": form,
        "heading": "填写验证码",
        "hint": SENT.format(minutes=codes.MINUTES.value()),
        "submit": "登录",
        "again_url": resolve_url("signin-sms"),
    }
    return render(request, "identity/simple.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def recover(request: HttpRequest) -> HttpResponse:
    """A forgotten password: user name and mobile, then the code sent to it."""
    _available()
    form = RecoverForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            mobile = parse_mobile(form.cleaned_data["mobile"])
            user = accounts.by_mobile(mobile)
            right = user is not None and user.username == form.cleaned_data["username"].strip()
            request.session["recover_code"] = codes.issue(
                "recover",
                mobile,
                user=user if right else None,
                now=timezone.now(),
                ip=sessions.ip_of(request),
            )
        except Refusal as refusal:
            refusal.field = refusal.field or "mobile"
            refuse(form, refusal)
        else:
            return HttpResponseRedirect(resolve_url("signin-recover-code"))
    context = {
        "form": form,
        "heading": "找回密码",
        "hint": "向账号绑定的手机发送验证码，验证后设置新密码。手机号码已停用的，请联系所在工会的"
        "系统管理员重置。",
        "submit": "获取验证码",
    }
    return render(request, "identity/simple.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def recover_code(request: HttpRequest) -> HttpResponse:
    """The code that was sent; whoever has it may set a new password next."""
    key = request.session.get("recover_code")
    if not key:
        return HttpResponseRedirect(resolve_url("signin-recover"))
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        now, ip = timezone.now(), sessions.ip_of(request)
        try:
            found = codes.verify(key, "recover", form.cleaned_data["code"], now=now, ip=ip)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            request.session.pop("recover_code", None)
            request.session["recover_user"] = [found.user_id, now.timestamp()]
            return HttpResponseRedirect(resolve_url("signin-recover-password"))
    context = {
        "form": form,
        "heading": "填写验证码",
        "hint": "如果用户名和手机号码相符，验证码已经发出。",
        "submit": "下一步",
        "again_url": resolve_url("signin-recover"),
    }
    return render(request, "identity/simple.html", context, status=422 if form.errors else 200)


@never_cache
@sensitive_post_parameters("new", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def recover_password(request: HttpRequest) -> HttpResponse:
    """Set a new password; who has a second factor shows it as well."""
    user_id, at = request.session.get("recover_user") or (None, 0)
    fresh = timezone.now().timestamp() - at < PROVED_SECONDS
    user = User.objects.filter(pk=user_id, is_active=True).first() if fresh else None
    if user is None:
        return HttpResponseRedirect(resolve_url("signin-recover"))
    kept = factors.kept_by(user)
    asks_second = bool(kept.totp or kept.passkeys)
    kind = RecoverPasswordForm if asks_second else NewPasswordForm
    form = kind(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            passwords.check(form.cleaned_data["new"], user)
            if asks_second:
                _check_second(request, user, form.cleaned_data["second"])
        except Refusal as refusal:
            if refusal.code == "wrong_code":
                refusal.field = "second"
            refuse(form, refusal)
        else:
            passwords.put(user, form.cleaned_data["new"])
            sessions.end_all(user.pk, why="password")
            limiting.release_all(user)
            records.credential_changed(request, user, "找回密码")
            request.session.pop("recover_user", None)
            messages.success(request, "新密码已设置，请用它登录。")
            return HttpResponseRedirect(resolve_url("signin"))
    context = {"form": form, "heading": "设置新密码", "hint": "", "submit": "设置新密码"}
    return render(request, "identity/simple.html", context, status=422 if form.errors else 200)


def _check_second(request: HttpRequest, user: User, typed: str) -> None:
    """A one-time password has six digits, a recovery code eight."""
    now, ip = timezone.now(), sessions.ip_of(request)
    if len([part for part in typed if part.isdecimal()]) > 6:
        factors.check_recovery(user, typed, now=now, ip=ip)
    else:
        factors.check_totp(user, typed, now=now, ip=ip)
