"""A person's own page: which applications were let in, and taking that back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from gonghui.kernel.base.errors import Missing
from gonghui.systems.portal.sign_on.actions import consents
from gonghui.systems.portal.sign_on.models import Consent, State
from gonghui.systems.portal.sign_on.permissions import CONSENT
from gonghui.systems.portal.sign_on.queries import applications as queries
from gonghui.systems.portal.sign_on.rules import scopes


@never_cache
def mine(request: HttpRequest) -> HttpResponse:
    """What I agreed to, and where I am signed in now."""
    request.actor.require(CONSENT)
    user_id = request.actor.user_id
    context = {
        "consents": [
            {
                "consent": consent,
                "told": scopes.told(consent.scopes, phone_in_full=consent.application.is_trusted),
                "inactive": consent.application.state != State.ACTIVE,
            }
            for consent in queries.consents_of(user_id)
        ],
        "sign_ons": queries.own_sign_ons(user_id),
        "cadre": request.actor.is_cadre,
    }
    return render(request, "sign_on/mine.html", context)


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one consent back."""
    request.actor.require(CONSENT)
    consent = get_object_or_404(Consent, pk=pk, user_id=request.actor.user_id)
    consents.withdraw(consent, by=request.actor)
    messages.success(
        request, f"已撤回对“{consent.application.title}”的授权，它已不能再使用您的信息。"
    )
    return redirect("sign-on-mine")


def open_application(request: HttpRequest, pk: int) -> HttpResponse:
    """Go to an application's home page from the desk."""
    request.actor.require(CONSENT)
    for application in queries.launchable(request.actor):
        if application.pk == pk:
            return HttpResponseRedirect(application.home_url)
    raise Missing("没有这个外部系统，或者它不面向您的账号开放。", code="missing")
