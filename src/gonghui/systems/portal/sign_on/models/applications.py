"""Outside applications (外部应用) that may sign people in through this platform."""

from __future__ import annotations

import secrets

from allauth.idp.oidc.models import Client
from django.db import models

from gonghui.kernel.org.scoping import Scoped
from gonghui.systems.portal.sign_on.rules import lifecycle


class State(models.TextChoices):
    DRAFT = lifecycle.DRAFT, "草稿"
    SUBMITTED = lifecycle.SUBMITTED, "待批准"
    ACTIVE = lifecycle.ACTIVE, "启用"
    SUSPENDED = lifecycle.SUSPENDED, "暂停"
    RETIRED = lifecycle.RETIRED, "已注销"


class Kind(models.TextChoices):
    """How the application talks to the platform."""

    WEB = "web", "网站（OIDC，有后台）"
    NATIVE = "native", "手机或桌面应用、纯前端网页（OIDC，无后台）"
    DEVICE = "device", "一体机、大屏等设备（OIDC 设备码）"
    CAS = "cas", "旧系统（CAS）"


class Trust(models.TextChoices):
    """first_party: run by the federation itself, so the person is not asked each time."""

    OUTSIDE = "outside", "外部"
    TRUSTED = "trusted", "可信（可得完整手机号）"
    FIRST_PARTY = "first_party", "自有（可信，且不再询问本人）"


class Audience(models.TextChoices):
    CADRES = "cadres", "工会干部"
    EVERYBODY = "everybody", "全部用户"


def new_client_id() -> str:
    return f"gh-{secrets.token_hex(10)}"


class Application(Scoped):
    """An outside application; `union` owns it and answers for it.

    client: the protocol's record, made at the first approval and gone while not active.
    secret_hash: SHA-256 of the secret; former_hash holds until former_until after a rotation.
    requested_trust: what is asked for; `trust` is what a second administrator has approved.
    """

    title = models.CharField("名称", max_length=60)
    purpose = models.CharField("用途", max_length=500)
    kind = models.CharField("接入方式", max_length=8, choices=Kind)
    audience = models.CharField(
        "使用人员", max_length=10, choices=Audience, default=Audience.CADRES
    )
    contact_name = models.CharField("联系人", max_length=50)
    contact_phone = models.CharField("联系电话", max_length=20)
    home_url = models.CharField("首页地址", max_length=500, blank=True)
    icon = models.CharField("图标", max_length=40, default="external-link")
    redirect_uris = models.JSONField("回调地址", default=list)
    post_logout_uris = models.JSONField("退出后返回地址", default=list)
    logout_uri = models.CharField("退出通知地址", max_length=500, blank=True)
    scopes = models.JSONField("授权范围", default=list)
    requested_trust = models.CharField(
        "申请的信任级别", max_length=12, choices=Trust, default=Trust.OUTSIDE
    )
    trust = models.CharField("信任级别", max_length=12, choices=Trust, default=Trust.OUTSIDE)
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT)
    client_id = models.CharField(
        "应用编号", max_length=40, unique=True, default=new_client_id, editable=False
    )
    oidc = models.OneToOneField(
        Client,
        null=True,
        on_delete=models.SET_NULL,
        related_name="application",
        verbose_name="协议登记",
    )
    secret_hash = models.CharField("密钥摘要", max_length=64, blank=True)
    former_hash = models.CharField("原密钥摘要", max_length=64, blank=True)
    former_until = models.DateTimeField("原密钥有效期至", null=True)
    registered_by_id = models.BigIntegerField("登记人")
    maintained_by = models.JSONField("登记和修改人", default=list)
    approved_by_id = models.BigIntegerField("批准人", null=True)
    approved_at = models.DateTimeField("批准时间", null=True)
    review_due = models.DateField("复核期限", null=True)
    created_at = models.DateTimeField("登记时间", auto_now_add=True)
    version = models.PositiveIntegerField("版本", default=1)

    audit_masked = ("contact_name",)

    class Meta:
        verbose_name = "外部应用"
        indexes = [
            models.Index(fields=["org_path"], name="application_path"),
            models.Index(fields=["review_due"], name="application_review"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_trusted(self) -> bool:
        return self.trust in {Trust.TRUSTED, Trust.FIRST_PARTY}

    @property
    def is_confidential(self) -> bool:
        return self.kind == Kind.WEB

    @property
    def speaks_oidc(self) -> bool:
        return self.kind != Kind.CAS
