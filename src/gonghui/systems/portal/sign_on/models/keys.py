"""Keys that sign tokens; the private part is sealed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class KeyState(models.TextChoices):
    """next is published but does not sign yet; retired still verifies until expires_at."""

    NEXT = "next", "备用"
    ACTIVE = "active", "使用中"
    RETIRED = "retired", "已停用"


class SigningKey(models.Model):
    """An RSA key of 2048 bits for RS256; `kid` is the thumbprint of RFC 7638."""

    kid = models.CharField("编号", max_length=64, unique=True)
    sealed = models.BinaryField("加密私钥")
    public = models.JSONField("公钥")
    state = models.CharField("状态", max_length=8, choices=KeyState, default=KeyState.NEXT)
    created_at = models.DateTimeField("生成时间", auto_now_add=True)
    activated_at = models.DateTimeField("启用时间", null=True)
    retired_at = models.DateTimeField("停用时间", null=True)
    expires_at = models.DateTimeField("不再公布时间", null=True)

    class Meta:
        verbose_name = "签名密钥"
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="active"), name="signing_key_active"
            ),
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="next"), name="signing_key_next"
            ),
        ]

    def __str__(self) -> str:
        return self.kid[:12]
