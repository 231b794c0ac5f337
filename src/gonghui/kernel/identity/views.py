"""Sign-in and sign-out pages."""

from __future__ import annotations

from django import forms
from django.contrib.auth import login, logout
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.identity.signin import check_password


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


@never_cache
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for user name and password; then on to where the person wanted to go."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    target = target if safe else resolve_url("desk")
    if request.method != "POST":
        if request.user.is_authenticated:
            return HttpResponseRedirect(target)
        return render(request, "ui/signin.html", {"form": SignInForm(), "next": target})
    form = SignInForm(request.POST)
    if form.is_valid():
        try:
            user = check_password(request, **form.cleaned_data, now=timezone.now())
        except Refusal as refusal:
            form.add_error(
                None,
                ValidationError(refusal.message, params={"rule": "", "remedy": refusal.remedy}),
            )
        else:
            login(request, user)
            return HttpResponseRedirect(target)
    return render(request, "ui/signin.html", {"form": form, "next": target}, status=422)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return HttpResponseRedirect(resolve_url("signin"))
