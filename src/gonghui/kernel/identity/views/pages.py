"""What the pages of this part share: where to go next, who may see them, how they are drawn."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache

from gonghui.kernel.base.errors import Forbidden, Refusal
from gonghui.kernel.identity import stepup

View = Callable[..., HttpResponse]


def target_of(request: HttpRequest, default: str = "desk") -> str:
    """Where the person wanted to go, if that is a page of this host."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else resolve_url(default)


def onward(request: HttpRequest, begun: bool, target: str) -> HttpResponse:
    """To the page wanted, or to the second proof first."""
    return HttpResponseRedirect(target if begun else resolve_url("signin-second"))


def refuse(form: forms.BaseForm, refusal: Refusal) -> None:
    """Show a refusal beside the field it names, or above the form."""
    name = refusal.field if refusal.field in form.fields else None
    params = {"rule": refusal.rule, "remedy": refusal.remedy}
    text = refusal.format if name else f"{refusal.format}{refusal.remedy}"
    form.add_error(name, ValidationError(text, params=params))


def own(view: View) -> View:
    """A page of the account of whoever is signed in; never kept by the browser."""

    @wraps(view)
    def serve(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.actor.user_id is None:
            raise Forbidden("请先登录。", code="anonymous")
        return view(request, *args, **kwargs)

    return never_cache(serve)


def proven(view: View) -> View:
    """A page of one's own account that needs a recent proof of who one is."""

    @wraps(view)
    def serve(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        stepup.require(request.actor)
        return view(request, *args, **kwargs)

    return own(serve)


def draw(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """A page of the account in the frame of the person: workbench or service hall."""
    layout = "ui/workbench.html" if request.actor.is_cadre else "ui/hall.html"
    return render(request, template, {"layout": layout, **(context or {})}, status=status)
