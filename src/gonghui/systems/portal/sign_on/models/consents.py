"""What people agreed to, and the number under which outsiders know them."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q

from gonghui.systems.portal.sign_on.models.applications import Application


def new_subject() -> str:
    return secrets.token_hex(16)


class Subject(models.Model):
    """The lasting opaque number (sub) of a user; says nothing and is never given to another."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name="用户",
    )
    value = models.CharField("对外编号", max_length=32, unique=True, default=new_subject)

    class Meta:
        verbose_name = "对外身份编号"

    @classmethod
    def of(cls, user_id: int) -> str:
        """The number of a user, made at first use."""
        return cls.objects.get_or_create(user_id=user_id)[0].value


class Consent(models.Model):
    """A person's consent (授权) that an application learns what `scopes` name."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name="用户",
    )
    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="consents", verbose_name="应用"
    )
    scopes = models.JSONField("授权范围")
    given_at = models.DateTimeField("同意时间", auto_now=True)
    withdrawn_at = models.DateTimeField("撤回时间", null=True)

    class Meta:
        verbose_name = "应用授权"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "application"],
                condition=Q(withdrawn_at=None),
                name="consent_once",
            )
        ]

    def __str__(self) -> str:
        return self.application.title

    @property
    def org_path(self) -> str:
        return self.application.org_path
