"""Coming to an account: by an invitation, or by showing which person on file one is."""

from __future__ import annotations

from datetime import date

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.base.identifiers import parse_mobile
from gonghui.kernel.identity import (
    accounts,
    binding,
    codes,
    limiting,
    passwords,
    records,
    sessions,
    signin,
    texting,
)
from gonghui.kernel.identity.models import Invitation, User
from gonghui.kernel.identity.views.pages import refuse, target_of
from gonghui.kernel.identity.views.texts import CodeForm, MobileForm, NewPasswordForm
from gonghui.kernel.security.limits import attempt


class ActivateForm(NewPasswordForm):
    """The first password of an account, and where SMS is on, the proof of its mobile."""

    mobile = forms.CharField(
        label="手机号码",
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    code = forms.CharField(
        label="短信验证码",
        max_length=6,
        required=False,
        help_text="点“获取验证码”，再把收到的六位数字填在这里。",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )
    field_order = ("mobile", "code", "new", "again")


class JoinForm(MobileForm):
    name = forms.CharField(
        label="姓名", max_length=50, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    document_number = forms.CharField(
        label="身份证件号码", max_length=30, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    field_order = ("name", "document_number", "mobile")


@never_cache
@sensitive_post_parameters("new", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def activate(request: HttpRequest, token: str) -> HttpResponse:
    """The page an invitation leads to: prove the mobile, set a password, and be signed in."""
    invitation = _invited(request, token)
    user = invitation.user
    needs_mobile = texting.available() and not user.mobile_verified_at
    form = _activation_form(request, user, needs_mobile)
    if request.method == "POST":
        try:
            if needs_mobile and request.POST.get("do") == "send":
                return _send_activation(request, user, form)
            if form.is_valid():
                return _activate(request, invitation, form, needs_mobile)
        except Refusal as refusal:
            refuse(form, refusal)
    context = {"form": form, "user": user, "needs_mobile": needs_mobile}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "identity/activate.html", context, status=status)


def _invited(request: HttpRequest, token: str) -> Invitation:
    """The open invitation; guesses count against the address."""
    now, ip = timezone.now(), sessions.ip_of(request)
    trouble: Refusal | None = None
    with attempt(limiting.BINDING_ADDRESS, ip, now=now, ip=ip) as trial:
        try:
            found = accounts.invited(token, now)
            trial.succeed()
        except Refusal as refusal:
            trouble = refusal
    if trouble is not None:
        trouble.keeps = True
        raise trouble
    return found


def _activation_form(request: HttpRequest, user: User, needs_mobile: bool) -> forms.Form:
    form: forms.Form
    if not needs_mobile:
        return NewPasswordForm(request.POST or None)
    form = ActivateForm(request.POST or None)
    if user.mobile_mask:
        form.fields["mobile"].required = False
        form.fields["mobile"].help_text = f"登记的号码是 {user.mobile_mask}，未换号的不用填。"
    return form


def _send_activation(request: HttpRequest, user: User, form: forms.Form) -> HttpResponse:
    typed = request.POST.get("mobile", "").strip()
    number = parse_mobile(typed) if typed else accounts.mobile_of(user)
    if user.mobile_mask and typed and number != accounts.mobile_of(user):
        raise Refusal(
            "与登记的号码不同。",
            remedy="换了号码的，请先请开通账号的工会更正登记。",
            field="mobile",
        )
    if not number:
        raise Refusal("请填写手机号码。", field="mobile")
    request.session["activate_code"] = codes.issue(
        "mobile", number, user=user, now=timezone.now(), ip=sessions.ip_of(request)
    )
    unbound = ActivateForm(initial={"mobile": typed})
    unbound.fields["mobile"].required = False
    context = {"form": unbound, "user": user, "needs_mobile": True, "sent": True}
    return render(request, "identity/activate.html", context)


def _activate(
    request: HttpRequest, invitation: Invitation, form: forms.Form, needs_mobile: bool
) -> HttpResponse:
    user, now = invitation.user, timezone.now()
    passwords.check(form.cleaned_data["new"], user)
    if needs_mobile:
        key = request.session.get("activate_code", "")
        typed = form.cleaned_data["code"]
        found = codes.verify(key, "mobile", typed, now=now, ip=sessions.ip_of(request))
        if found.user_id != user.pk:
            raise codes.wrong()
        user = accounts.verify_mobile(user, codes.number_of(found))
    passwords.put(user, form.cleaned_data["new"])
    user = accounts.activate(invitation)
    request.session.pop("activate_code", None)
    records.credential_changed(request, user, "激活账号")
    signin.enter(request, user, ["invitation"])
    messages.success(request, f"账号已激活，用户名是 {user.username}。")
    return HttpResponseRedirect(resolve_url("desk"))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """Name, document number and mobile; the answer is the same for everybody."""
    if not texting.available():
        return render(request, "identity/join_closed.html")
    if request.method == "GET" and "next" in request.GET:
        request.session["join_next"] = target_of(request, "account")
    form = JoinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        now, today = timezone.now(), timezone.localdate()
        try:
            request.session["join"] = list(_ask(request, form, now, today))
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            return HttpResponseRedirect(resolve_url("account-join-code"))
    status = 422 if form.errors else 200
    return render(request, "identity/join.html", {"form": form}, status=status)


def _ask(request: HttpRequest, form: forms.Form, now, today: date) -> tuple[str, int | None]:
    given = form.cleaned_data
    return binding.ask(
        name=given["name"],
        document_number=given["document_number"],
        mobile=given["mobile"],
        now=now,
        today=today,
        ip=sessions.ip_of(request),
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join_code(request: HttpRequest) -> HttpResponse:
    """The code that was sent; then the account is bound and signed in."""
    key, person_id = request.session.get("join") or ("", None)
    if not key:
        return HttpResponseRedirect(resolve_url("account-join"))
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        now, ip = timezone.now(), sessions.ip_of(request)
        try:
            found = codes.verify(key, "join", form.cleaned_data["code"], now=now, ip=ip)
            signed_in = request.user if request.user.is_authenticated else None
            user = binding.bind(found, person_id or 0, user=signed_in, now=now)
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            request.session.pop("join", None)
            records.credential_changed(request, user, "绑定本人身份")
            if signed_in is None:
                signin.enter(request, user, ["sms"])
                messages.success(request, f"账号已开通，用户名是 {user.username}。")
                return HttpResponseRedirect(resolve_url("account-password"))
            sessions.rotate(request)
            messages.success(request, "已绑定本人身份。")
            onwards = request.session.pop("join_next", "") or resolve_url("account")
            return HttpResponseRedirect(onwards)
    status = 422 if form.errors else 200
    return render(request, "identity/join_code.html", {"form": form}, status=status)
