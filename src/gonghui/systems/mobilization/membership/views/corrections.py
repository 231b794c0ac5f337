"""Corrections in the service hall: plain facts at once, key facts by a request with evidence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.roles import Permission
from gonghui.kernel.base.errors import Missing, Refusal
from gonghui.kernel.org.scoping import Scope
from gonghui.kernel.people.models import Membership
from gonghui.kernel.resource.forms import ActionForm
from gonghui.systems.mobilization.membership import permissions
from gonghui.systems.mobilization.membership.actions import corrections as actions
from gonghui.systems.mobilization.membership.models.corrections import Correction
from gonghui.systems.mobilization.membership.queries.corrections import changes
from gonghui.systems.mobilization.membership.queries.own import own_membership
from gonghui.systems.mobilization.membership.rules import corrections as rules
from gonghui.systems.mobilization.membership.views.correction_forms import (
    FactsForm,
    IdentityForm,
)

TONES = {"requested": "wait", "approved": "good", "refused": "stop", "withdrawn": "idle"}


@require_http_methods(["GET", "HEAD", "POST"])
def facts(request: HttpRequest) -> HttpResponse:
    """Change one's own plain facts."""

    def done(member: Membership) -> HttpResponse:
        messages.success(request, "已更新。")
        return redirect("hall-membership")

    return _filled(
        request,
        permissions.CHANGE_FACTS,
        FactsForm,
        actions.change_facts,
        done,
        "membership/corrections/facts.html",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def identity(request: HttpRequest) -> HttpResponse:
    """Ask for a change of one's own key facts."""

    def done(correction: Correction) -> HttpResponse:
        messages.success(request, f"已提交，受理编号 {correction.receipt}。")
        return redirect("hall-correction", pk=correction.pk)

    return _filled(
        request,
        permissions.REQUEST_CORRECTION,
        IdentityForm,
        actions.request,
        done,
        "membership/corrections/identity.html",
    )


def _filled(
    request: HttpRequest,
    permission: Permission,
    form_class: type[ActionForm],
    action: Callable[..., Any],
    done: Callable[[Any], HttpResponse],
    template: str,
) -> HttpResponse:
    """A form about the own membership: shown, or on POST its action run."""
    actor: Actor = request.actor
    actor.require(permission)
    member = own_membership(actor)
    if member is None:
        return render(request, "membership/standing/none.html")
    posted = request.method == "POST"
    given = (request.POST, request.FILES) if posted else ()
    form = form_class(*given, actor=actor, record=member)
    status = 422 if posted else 200
    if posted and form.is_valid():
        try:
            return done(action(member, by=actor, **form.cleaned_data))
        except Refusal as refusal:
            if refusal.status == 403:
                raise
            form.refuse(refusal)
            status = refusal.status
    context = {"form": form, "member": member, "rule": rules.RULE}
    return render(request, template, context, status=status)


@require_safe
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """How far an own request has come."""
    correction = _own(request, pk)
    context = {
        "correction": correction,
        "changes": [change for change in changes(correction) if not change.same],
        "kind": TONES[correction.state],
    }
    return render(request, "membership/corrections/one.html", context)


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an own request back."""
    actions.withdraw(_own(request, pk), by=request.actor)
    messages.success(request, "已撤回。")
    return redirect("hall-correction", pk=pk)


def _own(request: HttpRequest, pk: int) -> Correction:
    actor: Actor = request.actor
    actor.require(permissions.REQUEST_CORRECTION)
    rows = Correction.objects.within(Scope((), actor.person_id)).filter(person_id=actor.person_id)
    found = rows.select_related("union").filter(pk=pk).first()
    if found is None:
        raise Missing("没有这件信息变更申请。", remedy="请从“我的会籍”中打开。")
    return found
