"""Sign-in by WeChat, and binding it to one's account."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.identity import limiting, records, sessions, signin, wechat
from gonghui.kernel.identity.models import WeChatBinding
from gonghui.kernel.identity.views.pages import draw, onward, proven, target_of
from gonghui.kernel.security.limits import attempt


@never_cache
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Send the browser to WeChat's page with its QR code."""
    return _away(request, "signin", target_of(request))


def _away(request: HttpRequest, purpose: str, target: str = "") -> HttpResponse:
    back = request.build_absolute_uri(reverse("signin-wechat-back"))
    return HttpResponseRedirect(wechat.start(request, back, purpose=purpose, target=target))


@never_cache
@require_safe
def back(request: HttpRequest) -> HttpResponse:
    """WeChat sends the browser back here with a code: sign in, or bind."""
    now, ip = timezone.now(), sessions.ip_of(request)
    trouble: Refusal | None = None
    with attempt(limiting.WECHAT, f"ip:{ip}", now=now, ip=ip) as trial:
        try:
            purpose, target, openid, unionid = wechat.finish(request)
            trial.succeed()
        except Refusal as refusal:
            trouble = refusal
    if trouble is not None:
        signin.failed("", ip, "wechat", now)
        return _explain(request, trouble.message, trouble.remedy, 422)
    if purpose == "bind":
        return _bind(request, openid, unionid)
    user = wechat.user_of(openid)
    if user is None:
        return _explain(
            request,
            "这个微信还没有绑定账号。",
            "请先用其他方式登录，再到“我的账号”中绑定微信。",
            403,
        )
    return onward(request, signin.proceed(request, user, "wechat", target), target)


def _bind(request: HttpRequest, openid: str, unionid: str) -> HttpResponse:
    if not request.user.is_authenticated:
        return HttpResponseRedirect(resolve_url("signin"))
    try:
        wechat.bind(request.user, openid, unionid)
    except Refusal as refusal:
        return _explain(request, refusal.message, refusal.remedy, refusal.status)
    sessions.rotate(request)
    records.credential_changed(request, request.user, "绑定微信")
    messages.success(request, "已绑定微信，下次可以用微信登录。")
    return HttpResponseRedirect(resolve_url("account"))


def _explain(request: HttpRequest, what: str, remedy: str, status: int) -> HttpResponse:
    context = {"what": what, "remedy": remedy, "simulated": wechat.PARTY.is_simulated()}
    return render(request, "identity/wechat.html", context, status=status)


@proven
@require_http_methods(["GET", "HEAD", "POST"])
def own_wechat(request: HttpRequest) -> HttpResponse:
    """Bind WeChat (GET do=bind: a form may not lead to another host) or unbind it (POST)."""
    if request.method == "POST":
        if wechat.unbind(request.user):
            sessions.rotate(request)
            records.credential_changed(request, request.user, "解除微信绑定")
            messages.success(request, "已解除微信绑定。")
        return HttpResponseRedirect(resolve_url("account"))
    if request.GET.get("do") == "bind":
        return _away(request, "bind")
    bound = WeChatBinding.objects.filter(user=request.user).first()
    context = {
        "bound": bound,
        "is_on": wechat.is_on(),
        "simulated": wechat.PARTY.is_simulated(),
    }
    return draw(request, "identity/account/wechat.html", context)
