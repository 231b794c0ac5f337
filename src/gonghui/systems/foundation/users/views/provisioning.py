"""Issuing a token of a source: it is shown once, in the answer itself, and kept nowhere."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from gonghui.kernel.base.errors import Forbidden, Refusal
from gonghui.kernel.resource.forms import ActionForm, DayField
from gonghui.systems.foundation.users.actions.provisioning import issue
from gonghui.systems.foundation.users.models import Source
from gonghui.systems.foundation.users.permissions import MANAGE_PUSHING
from gonghui.systems.foundation.users.queries.provisioning import TOKEN_DAYS

USUAL_DAYS = 180


class IssueForm(ActionForm):
    valid_to = DayField(label="有效期止", help_text="到期前另行签发新的令牌，再作废旧的。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        days = min(USUAL_DAYS, TOKEN_DAYS.value(self.record.org_path))
        self.initial.setdefault("valid_to", timezone.localdate() + timedelta(days=days))


@never_cache
def issue_token(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask how long the token shall live; answer with the token."""
    actor = request.actor
    actor.require(MANAGE_PUSHING)
    rows = Source.objects.within(actor.scope(MANAGE_PUSHING)).select_related("union")
    source = rows.filter(pk=pk).first()
    if source is None:
        raise Forbidden("没有这个来源系统，或者不在您的管理范围内。", code="forbidden")
    context: dict[str, Any] = {
        "source": source,
        "back_url": reverse("resource:scim-sources:record", args=[pk]),
    }
    status = 200
    if request.method == "POST":
        form = IssueForm(request.POST, actor=actor, record=source)
        if form.is_valid():
            try:
                token = issue(source, by=actor, **form.cleaned_data)
            except Refusal as refusal:
                if refusal.status == 403:
                    raise
                form.refuse(refusal)
            else:
                return render(
                    request, "users/provisioning/issued.html", {**context, "token": token}
                )
        status = 422
    else:
        form = IssueForm(actor=actor, record=source)
    return render(
        request, "users/provisioning/issue.html", {**context, "form": form}, status=status
    )
