"""Sign-in by user name and password, the question under risk, the second proof, sign-out."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.identity import (
    accounts,
    codes,
    factors,
    pictures,
    sessions,
    signin,
    texting,
    wechat,
)
from gonghui.kernel.identity.models import User
from gonghui.kernel.identity.views.pages import onward, refuse, target_of

WAYS = {
    "totp": "动态口令",
    "sms": "短信验证码",
    "passkey": "通行密钥",
    "recovery": "恢复码",
}


class SignInForm(forms.Form):
    username = forms.CharField(
        label="用户名", max_length=60, widget=forms.TextInput(attrs={"autocomplete": "username"})
    )
    password = forms.CharField(
        label="密码",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class RiskForm(SignInForm):
    """With the question asked after failures."""

    answer = forms.CharField(
        label="图形验证",
        max_length=20,
        help_text="请填写图中的 5 个字符，不分大小写。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def ways(target: str) -> list[dict[str, str]]:
    """The other ways to sign in that this installation offers."""
    query = f"?{urlencode({'next': target})}" if target else ""
    found = [{"label": "扫码", "url": reverse("signin-qr") + query}]
    if texting.available():
        found.insert(0, {"label": "短信验证码", "url": reverse("signin-sms") + query})
        found.append({"label": "忘记密码", "url": reverse("signin-recover")})
    if wechat.is_on():
        label = "微信（模拟）" if wechat.PARTY.is_simulated() else "微信"
        found.append({"label": label, "url": reverse("signin-wechat") + query})
    return found


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for user name and password; then on to where the person wanted to go."""
    target = target_of(request)
    if request.method != "POST":
        if request.user.is_authenticated:
            return HttpResponseRedirect(target)
        risky = signin.risky(request, "")
        return _page(request, RiskForm() if risky else SignInForm(), target)
    username = request.POST.get("username", "")
    risky = signin.risky(request, username)
    form = (RiskForm if risky else SignInForm)(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            if risky and not pictures.is_right(request, given["answer"]):
                raise Refusal("图形验证不正确。", remedy="请填写新的题目。", field="answer")
            user = signin.check_password(
                request, given["username"], given["password"], now=timezone.now()
            )
        except Refusal as refusal:
            form = _again(request, form, username)
            refuse(form, refusal)
        else:
            return onward(request, signin.proceed(request, user, "password", target), target)
    return _page(request, form, target, status=422)


def _again(request: HttpRequest, form: forms.Form, username: str) -> forms.Form:
    """The form once more, with the question if it is due by now."""
    if not signin.risky(request, username):
        return form
    data = request.POST.copy()
    data["answer"] = ""
    made = RiskForm(data)
    made.is_valid()
    made.errors.pop("answer", None)
    return made


def _page(request: HttpRequest, form: forms.Form, target: str, status: int = 200) -> HttpResponse:
    asks = "answer" in form.fields
    by_sum = asks and (
        request.GET.get("question") == "sum" or request.POST.get("question") == "sum"
    )
    if by_sum:
        form.fields["answer"].label = "验证题"
        form.fields["answer"].help_text = pictures.sum_in_words(request)
        # A field once looked at keeps its words.
        form._bound_fields_cache.pop("answer", None)
    context = {
        "form": form,
        "next": target,
        "ways": ways(target),
        "asks": asks,
        "by_sum": by_sum,
        "extra": "identity/picture.html" if asks else "",
        "stamp": timezone.now().timestamp(),
    }
    return render(request, "identity/signin.html", context, status=status)


@never_cache
@require_safe
def picture(request: HttpRequest) -> HttpResponse:
    """The picture of the question; each look makes another."""
    return HttpResponse(pictures.draw(request), content_type="image/png")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def second(request: HttpRequest) -> HttpResponse:
    """The second proof of who has given the first."""
    try:
        user, first, target = signin.pending(request)
    except Refusal:
        return HttpResponseRedirect(resolve_url("signin"))
    offered = factors.enabled(user, first=first)
    chosen = request.POST.get("way") or request.GET.get("way") or ""
    if chosen not in offered:
        chosen = offered[0] if offered else ""
    fault, status = "", 200
    if request.method == "POST":
        try:
            if request.POST.get("do") == "send":
                request.session["second_code"] = _send(request, user)
            else:
                _prove(request, user, chosen)
                signin.enter(request, user, [first, chosen])
                return HttpResponseRedirect(target)
        except Refusal as refusal:
            fault, status = f"{refusal.message}{refusal.remedy}", 422
            if refusal.code in {"wrong_code", "wrong_passkey"}:
                signin.failed(user.username, sessions.ip_of(request), chosen, timezone.now())
    context = {
        "fault": fault,
        "way": chosen,
        "others": [(way, WAYS[way]) for way in offered if way != chosen],
        "mobile": user.mobile_mask,
        "sent": bool(request.session.get("second_code")),
    }
    return render(request, "identity/second.html", context, status=status)


def _send(request: HttpRequest, user: User) -> str:
    return codes.issue(
        "second",
        accounts.mobile_of(user),
        user=user,
        now=timezone.now(),
        ip=sessions.ip_of(request),
    )


def _prove(request: HttpRequest, user: User, way: str) -> None:
    now, ip = timezone.now(), sessions.ip_of(request)
    typed = request.POST.get("code", "")
    if way == "totp":
        factors.check_totp(user, typed, now=now, ip=ip)
    elif way == "recovery":
        factors.check_recovery(user, typed, now=now, ip=ip)
    elif way == "passkey":
        factors.check_passkey(request, credential(request), user=user, now=now, ip=ip)
    else:
        key = request.session.get("second_code", "")
        found = codes.verify(key, "second", typed, now=now, ip=ip)
        if found.user_id != user.pk:
            raise Refusal("验证码不正确。", remedy="请重新获取验证码。", code="wrong_code")
        request.session.pop("second_code", None)


def credential(request: HttpRequest) -> Any:
    """What the browser's authenticator answered."""
    try:
        return json.loads(request.POST.get("credential", ""))
    except ValueError:
        return None


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def passkey(request: HttpRequest) -> HttpResponse:
    """GET: what the browser needs to look for a passkey. POST: sign in with what it found."""
    target = target_of(request)
    if request.method != "POST":
        user = None
        if request.GET.get("second"):
            try:
                user = signin.pending(request)[0]
            except Refusal:
                return JsonResponse({}, status=403)
        return JsonResponse(factors.begin_passkey(request, user))
    now, ip = timezone.now(), sessions.ip_of(request)
    form = SignInForm()
    try:
        user = factors.check_passkey(request, credential(request), now=now, ip=ip)
    except Refusal as refusal:
        form = SignInForm({})
        form.errors.clear()
        form.cleaned_data = {}
        refuse(form, refusal)
        return _page(request, form, target, status=422)
    return onward(request, signin.proceed(request, user, "passkey", target), target)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    answer = HttpResponseRedirect(resolve_url("signin"))
    # What was kept in the browser for the person who leaves goes with them.
    answer["Clear-Site-Data"] = '"storage"'
    return answer
