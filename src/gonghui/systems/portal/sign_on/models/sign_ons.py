"""Sign-ons (单点登录): which person is signed in at which application, and what it got."""

from __future__ import annotations

from allauth.idp.oidc.models import Token
from django.conf import settings
from django.db import models
from django.db.models import Q

from gonghui.kernel.org.scoping import Scoped
from gonghui.systems.portal.sign_on.models.applications import Application


class Way(models.TextChoices):
    CODE = "code", "网页登录"
    DEVICE = "device", "设备登录"
    CAS = "cas", "CAS 登录"


class SignOn(Scoped):
    """One person signed in at one application; its tokens are one family and end together.

    union: the union of the person's post, else the application's owner. sid: the session here,
    empty for devices. ticket: of CAS, which names its session by it when it is ended. issuer:
    as the application knows us. expires_at: no token of the family lives longer.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name="用户",
    )
    user_name = models.CharField("姓名", max_length=50)
    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="sign_ons", verbose_name="应用"
    )
    way = models.CharField("方式", max_length=6, choices=Way)
    sid = models.CharField("会话", max_length=80, blank=True)
    ticket = models.CharField("票据", max_length=120, blank=True)
    service = models.CharField("服务地址", max_length=2000, blank=True)
    issuer = models.CharField("签发方", max_length=200)
    scopes = models.JSONField("授权范围", default=list)
    ip = models.CharField("来源地址", max_length=45, blank=True)
    verified_at = models.DateTimeField("验证身份时间")
    at = models.DateTimeField("时间", auto_now_add=True)
    last_at = models.DateTimeField("最近使用", auto_now_add=True)
    expires_at = models.DateTimeField("有效期至")
    ended_at = models.DateTimeField("结束时间", null=True)
    end_reason = models.CharField("结束原因", max_length=200, blank=True)

    audit_masked = ("user_name",)

    class Meta:
        verbose_name = "单点登录记录"
        indexes = [
            models.Index(fields=["org_path", "-id"], name="sign_on_path"),
            models.Index(fields=["sid"], name="sign_on_sid", condition=~Q(sid="")),
            models.Index(fields=["user", "application"], name="sign_on_user"),
        ]

    def __str__(self) -> str:
        return f"{self.application.title} 登录 {self.pk}"


class TokenLink(models.Model):
    """Which sign-on a token belongs to. used_at: a refresh token was exchanged for the next."""

    token = models.OneToOneField(
        Token, on_delete=models.CASCADE, related_name="link", verbose_name="令牌"
    )
    sign_on = models.ForeignKey(
        SignOn, on_delete=models.CASCADE, related_name="links", verbose_name="登录"
    )
    used_at = models.DateTimeField("使用时间", null=True)

    class Meta:
        verbose_name = "令牌归属"


class NoticeState(models.TextChoices):
    WAITING = "waiting", "待送达"
    DELIVERED = "delivered", "已送达"
    REFUSED = "refused", "对方拒收"
    FAILED = "failed", "未送达"


class LogoutNotice(models.Model):
    """An application is told that a session has ended, and what it answered (回执)."""

    sign_on = models.OneToOneField(
        SignOn, on_delete=models.CASCADE, related_name="notice", verbose_name="登录"
    )
    state = models.CharField("状态", max_length=9, choices=NoticeState, default=NoticeState.WAITING)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    answer = models.CharField("回执", max_length=200, blank=True)
    created_at = models.DateTimeField("生成时间", auto_now_add=True)
    settled_at = models.DateTimeField("送达时间", null=True)

    class Meta:
        verbose_name = "退出通知"
