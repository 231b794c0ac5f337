"""Events of signing in and out, read as a list within a scope of the tree."""

from __future__ import annotations

from typing import Self

from django.db import models

from gonghui.kernel.org.scoping import Scope, ScopedQuerySet
from gonghui.kernel.security.events import TITLES, Kind
from gonghui.kernel.security.models import SecurityEvent

KINDS = (
    Kind.SIGNED_IN,
    Kind.SIGN_IN_FAILED,
    Kind.LOCKED_OUT,
    Kind.NEW_DEVICE,
    Kind.SIGNED_OUT,
    Kind.SESSION_ENDED,
    Kind.CREDENTIAL_CHANGED,
    Kind.STEP_UP_FAILED,
    Kind.TOKEN_MISUSED,
)
SignInKind = models.TextChoices(
    "SignInKind", [(kind.name, (kind.value, TITLES[kind])) for kind in KINDS]
)
"""The kinds of events that belong to signing in, with their words."""


class EventQuerySet(ScopedQuerySet):
    """Who sees the whole tree also sees what belongs to no union: a sign-in by a wrong name."""

    def within(self, scope: Scope) -> Self:
        if any(item.depth <= 1 for item in scope.ranges):
            return self._stated()
        return super().within(scope)


class SignInEvent(SecurityEvent):
    """The sign-in part of the security events; never changed."""

    scope_path = "org_path"

    objects = models.Manager.from_queryset(EventQuerySet)()

    class Meta:
        proxy = True
        verbose_name = "登录记录"
