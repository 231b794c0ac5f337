"""What is kept when a credential changes: an audit entry and a security event."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from gonghui.kernel.audit.entries import SystemActor
from gonghui.kernel.audit.entries import record as audit
from gonghui.kernel.identity import sessions
from gonghui.kernel.identity.models import User
from gonghui.kernel.security.events import Happening, Kind, record


def credential_changed(request: HttpRequest, user: User, what: str, **facts: Any) -> None:
    """Record that a user's credential changed. what: words such as 修改密码; no secret in facts."""
    actor = SystemActor(
        user_id=user.pk,
        name=user.display_name,
        ip=sessions.ip_of(request),
        channel="web",
        request_id=getattr(getattr(request, "actor", None), "request_id", ""),
    )
    audit(
        action="identity.credential",
        action_name=what,
        actor=actor,
        target_type="identity.user",
        target_id=user.pk,
        target_label=user.username,
        changes={
            name: {"label": name, "before": None, "after": str(facts[name])} for name in facts
        },
    )
    record(
        Happening(
            Kind.CREDENTIAL_CHANGED,
            user_id=user.pk,
            name=user.username,
            ip=sessions.ip_of(request),
            subject=what,
            facts={"device": request.META.get("HTTP_USER_AGENT", "")[:80]},
        )
    )
