"""Pages of the administrators: the secret shown once, signing keys, a person's sessions."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from gonghui.kernel.base.errors import Missing, Refusal
from gonghui.kernel.resource.forms import ActionForm
from gonghui.systems.portal.sign_on.actions import applications, keys, people
from gonghui.systems.portal.sign_on.models import Application, KeyState, State
from gonghui.systems.portal.sign_on.permissions import (
    END_SIGN_ONS,
    MAINTAIN_APPLICATIONS,
    ROTATE_SIGNING_KEYS,
    VIEW_SIGNING_KEYS,
)
from gonghui.systems.portal.sign_on.queries import keys as key_queries
from gonghui.systems.portal.sign_on.queries import people as people_queries

TONES = {KeyState.ACTIVE: "good", KeyState.NEXT: "info", KeyState.RETIRED: "idle"}


class SecretForm(ActionForm):
    keep_former = forms.BooleanField(
        label="原密钥再保留一段时间",
        required=False,
        help_text="对方换上新密钥之前不中断。原密钥可能已泄露时不要勾选。",
    )


class RotateForm(ActionForm):
    reason = forms.CharField(label="事由", min_length=4, max_length=200)
    at_once = forms.BooleanField(
        label="原密钥可能泄露，立即停止公布",
        required=False,
        help_text="用原密钥签名的令牌随即失效，应用的用户需要重新登录。",
    )


class ReasonForm(ActionForm):
    reason = forms.CharField(label="事由", min_length=4, max_length=200)


@never_cache
@sensitive_variables("secret")
@require_http_methods(["GET", "HEAD", "POST"])
def secret_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a new secret and show it, this once."""
    actor = request.actor
    rows = Application.objects.within(actor.scope(MAINTAIN_APPLICATIONS))
    application = rows.filter(pk=pk).first()
    if application is None:
        actor.require(MAINTAIN_APPLICATIONS, " ")
    back = reverse("resource:applications:record", args=[pk])
    context = {"application": application, "back_url": back, "form": SecretForm(actor=actor)}
    if request.method == "POST":
        form = SecretForm(request.POST, actor=actor)
        if form.is_valid():
            secret = applications.rotate_secret(application, by=actor, **form.cleaned_data)
            context["secret"] = secret
    elif application.state != State.ACTIVE or not application.is_confidential:
        raise Refusal(
            "这个应用现在不能更换密钥。", remedy="启用后的网站应用才有密钥。", code="state"
        )
    return render(request, "sign_on/secret.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def keys_page(request: HttpRequest) -> HttpResponse:
    """The signing keys, and their change."""
    actor = request.actor
    actor.require(VIEW_SIGNING_KEYS)
    form = RotateForm(request.POST or None, actor=actor)
    status = 200
    if request.method == "POST":
        actor.require(ROTATE_SIGNING_KEYS)
        if form.is_valid():
            made = keys.rotate(None, by=actor, **form.cleaned_data)
            messages.success(request, f"已启用新的签名密钥 {made}。")
            return redirect("sign-on-keys")
        status = 422
    context = {
        "keys": [(key, TONES[KeyState(key.state)]) for key in key_queries.listed()],
        "form": form,
        "may_rotate": actor.may(ROTATE_SIGNING_KEYS),
    }
    return render(request, "sign_on/keys.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def people_page(request: HttpRequest) -> HttpResponse:
    """A person's sessions here and sign-ons at applications; ended with a reason."""
    actor = request.actor
    actor.require(END_SIGN_ONS)
    username = (request.POST.get("username") or request.GET.get("username") or "").strip()[:60]
    user = people_queries.found(actor, username) if username else None
    form = ReasonForm(request.POST or None, actor=actor)
    status = 200
    if request.method == "POST":
        if user is None:
            raise Missing("没有这个用户，或者其岗位不在您的管理范围内。", code="missing")
        status = 422
        if form.is_valid():
            reason = form.cleaned_data["reason"]
            if sid := request.POST.get("sid", ""):
                if sid not in {row.sid for row in people_queries.sessions_of(user)}:
                    raise Missing("这个会话已经结束。", code="missing")
                people.end_session(user, by=actor, sid=sid, reason=reason)
                messages.success(request, "已结束这个会话，所登录的应用将收到通知。")
            else:
                people.end_everything(user, by=actor, reason=reason)
                messages.success(request, "已结束全部会话并收回令牌，所登录的应用将收到通知。")
            return redirect(f"{reverse('sign-on-people')}?username={user.username}")
    context = {
        "username": username,
        "user": user,
        "form": form,
        "sessions": people_queries.sessions_of(user) if user else [],
        "sign_ons": people_queries.sign_ons_of(user) if user else [],
    }
    return render(request, "sign_on/people.html", context, status=status)
