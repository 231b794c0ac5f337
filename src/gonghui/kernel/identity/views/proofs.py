"""One's second factors: one-time passwords, passkeys, recovery codes, SMS."""

from __future__ import annotations

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import resolve_url
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gonghui.kernel.base.errors import Missing, Refusal
from gonghui.kernel.identity import devices, factors, records, sessions, texting
from gonghui.kernel.identity.models import User
from gonghui.kernel.identity.views.pages import draw, own, proven, refuse
from gonghui.kernel.identity.views.signing import credential


class TotpForm(forms.Form):
    code = forms.CharField(
        label="认证器显示的六位口令",
        max_length=10,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class PasskeyForm(forms.Form):
    name = forms.CharField(
        label="名称", max_length=40, help_text="便于以后分辨，例如“办公室电脑”。"
    )


@own
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """What is on and what could be."""
    user: User = request.user
    context = {
        "kept": factors.kept_by(user),
        "user": user,
        "sms_on": texting.available(),
        "required": sessions.fact(request, "owes") == "factor",
        "due": user.factor_due_on,
    }
    return draw(request, "identity/account/factors.html", context)


def _settled(request: HttpRequest, what: str, said: str) -> None:
    """After a change of factors: another session key, the duty reckoned anew, the records."""
    sessions.put(request, owes="", rights="")
    sessions.rotate(request)
    records.credential_changed(request, request.user, what)
    messages.success(request, said)


@proven
@require_http_methods(["GET", "HEAD", "POST"])
def totp(request: HttpRequest) -> HttpResponse:
    """Turn one-time passwords on with the first code, or off (POST do=off)."""
    user: User = request.user
    kept = factors.kept_by(user)
    if kept.totp:
        if request.method == "POST" and request.POST.get("do") == "off":
            factors.remove(user, kept.totp)
            _settled(request, "停用动态口令", "已停用动态口令。")
        return HttpResponseRedirect(resolve_url("account-factors"))
    form = TotpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            factors.confirm_totp(request, user, form.cleaned_data["code"], now=timezone.now())
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            _settled(request, "启用动态口令", "动态口令已启用。")
            return _first_codes(request, user)
    secret = factors.new_totp_secret(request)
    context = {
        "form": form,
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "address": get_adapter().build_totp_url(user, secret),
    }
    return draw(request, "identity/account/totp.html", context, 422 if form.errors else 200)


def _first_codes(request: HttpRequest, user: User) -> HttpResponse:
    """With the first factor come the recovery codes."""
    if factors.kept_by(user).recovery:
        return HttpResponseRedirect(resolve_url("account-factors"))
    return _codes_page(request, user)


def _codes_page(request: HttpRequest, user: User) -> HttpResponse:
    codes = factors.new_recovery_codes(user)
    text = "安徽网上工会 恢复码（每个只能用一次，请妥善保管）\n" + "\n".join(codes)
    return draw(request, "identity/account/codes.html", {"codes": codes, "text": text})


@proven
@require_http_methods(["GET", "HEAD", "POST"])
def recovery(request: HttpRequest) -> HttpResponse:
    """Fresh recovery codes, shown once; the former are void."""
    user: User = request.user
    kept = factors.kept_by(user)
    if not kept.any:
        messages.warning(request, "请先启用一种第二重验证。")
        return HttpResponseRedirect(resolve_url("account-factors"))
    if request.method == "POST":
        records.credential_changed(request, user, "生成恢复码")
        return _codes_page(request, user)
    context = {"left": kept.codes_left, "had": bool(kept.recovery)}
    return draw(request, "identity/account/codes_ask.html", context)


@proven
@require_POST
def sms(request: HttpRequest) -> HttpResponse:
    """Turn SMS as a second factor on or off."""
    user: User = request.user
    wanted = request.POST.get("do") == "on"
    if wanted and not (user.mobile_verified_at and texting.available()):
        messages.warning(request, "请先绑定手机号码。")
        return HttpResponseRedirect(resolve_url("account-mobile"))
    if wanted != user.sms_second:
        user.sms_second = wanted
        user.save(update_fields=["sms_second"])
        word = "启用" if wanted else "停用"
        _settled(request, f"{word}短信第二重验证", f"已{word}短信验证。")
        if not factors.kept_by(user).any:
            Authenticator.objects.filter(user=user).delete()
    return HttpResponseRedirect(resolve_url("account-factors"))


@proven
@require_http_methods(["GET", "HEAD", "POST"])
def passkeys(request: HttpRequest) -> HttpResponse:
    """The passkeys of the account; POST adds the one just made, or removes one (do=remove)."""
    user: User = request.user
    form = PasskeyForm(initial={"name": _device(request)})
    fault = ""
    if request.method == "POST":
        if request.POST.get("do") == "remove":
            return _remove(request, user)
        form = PasskeyForm(request.POST)
        try:
            name = form.cleaned_data["name"] if form.is_valid() else _device(request)
            factors.add_passkey(request, user, name, credential(request))
        except Refusal as refusal:
            fault = f"{refusal.message}{refusal.remedy}"
        else:
            _settled(request, "添加通行密钥", "通行密钥已添加，下次可以用它登录。")
            if not factors.kept_by(user).recovery:
                return _codes_page(request, user)
            return HttpResponseRedirect(resolve_url("account-passkeys"))
    context = {"form": form, "fault": fault, "items": factors.kept_by(user).passkeys}
    return draw(request, "identity/account/passkeys.html", context, 422 if fault else 200)


def _device(request: HttpRequest) -> str:
    return devices.device_name(request.META.get("HTTP_USER_AGENT", ""))


def _remove(request: HttpRequest, user: User) -> HttpResponse:
    pk = request.POST.get("id", "")
    found = [item for item in factors.kept_by(user).passkeys if str(item.pk) == pk]
    if not found:
        raise Missing("这个通行密钥已不存在。", remedy="请刷新页面核对。")
    factors.remove(user, found[0])
    _settled(request, "删除通行密钥", "通行密钥已删除。")
    return HttpResponseRedirect(resolve_url("account-passkeys"))


@proven
@require_safe
def new_options(request: HttpRequest) -> HttpResponse:
    """What the browser needs to make a passkey."""
    return JsonResponse(factors.begin_new_passkey(request, request.user))


@own
@require_safe
def options(request: HttpRequest) -> HttpResponse:
    """What the browser needs to show one of the user's passkeys again."""
    return JsonResponse(factors.begin_passkey(request, request.user))
