"""What lives for seconds or minutes: codes, device requests, tickets. Only digests are kept."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from gonghui.systems.portal.sign_on.models.applications import Application
from gonghui.systems.portal.sign_on.models.sign_ons import SignOn


class Code(models.Model):
    """An authorization code; a second use ends what the first one gave."""

    digest = models.CharField("摘要", max_length=64, primary_key=True)
    sign_on = models.ForeignKey(
        SignOn, on_delete=models.CASCADE, related_name="+", verbose_name="登录"
    )
    redirect_uri = models.CharField("回调地址", max_length=500)
    challenge = models.CharField("校验码摘要", max_length=128)
    nonce = models.CharField("随机数", max_length=500, blank=True)
    expires_at = models.DateTimeField("有效期至", db_index=True)
    used_at = models.DateTimeField("使用时间", null=True)

    class Meta:
        verbose_name = "授权码"


class DeviceState(models.TextChoices):
    WAITING = "waiting", "待确认"
    GRANTED = "granted", "已同意"
    DENIED = "denied", "已拒绝"
    USED = "used", "已使用"


class DeviceRequest(models.Model):
    """A device that waits for somebody to enter its code (RFC 8628)."""

    digest = models.CharField("设备码摘要", max_length=64, primary_key=True)
    user_code = models.CharField("用户码摘要", max_length=64, unique=True)
    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="+", verbose_name="应用"
    )
    scopes = models.JSONField("授权范围")
    state = models.CharField("状态", max_length=8, choices=DeviceState, default=DeviceState.WAITING)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name="用户",
    )
    verified_at = models.DateTimeField("验证身份时间", null=True)
    ip = models.CharField("设备地址", max_length=45, blank=True)
    interval = models.PositiveIntegerField("轮询间隔", default=5)
    polled_at = models.DateTimeField("最近轮询", null=True)
    expires_at = models.DateTimeField("有效期至", db_index=True)

    class Meta:
        verbose_name = "设备登录申请"


class Ticket(models.Model):
    """A CAS service ticket: one use, within seconds, by the service it was issued for."""

    digest = models.CharField("摘要", max_length=64, primary_key=True)
    sign_on = models.ForeignKey(
        SignOn, on_delete=models.CASCADE, related_name="+", verbose_name="登录"
    )
    service = models.CharField("服务地址", max_length=2000)
    fresh = models.BooleanField("刚输入过凭证", default=False)
    expires_at = models.DateTimeField("有效期至", db_index=True)
    used_at = models.DateTimeField("使用时间", null=True)

    class Meta:
        verbose_name = "服务票据"
