"""Audiences (发送对象), the consent ledger (同意台账) and the blacklist (黑名单)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from gonghui.kernel.org.scoping import Scoped
from gonghui.systems.media.short_messages.models.phones import MOBILE, Phone


class Audience(Scoped):
    """A list of another system with its filters, kept under a name and read anew at each use.

    resource: code of the list. query: its parameters. counted: people and reachable ones when it
    was last counted.
    """

    name = models.CharField("名称", max_length=60)
    resource = models.CharField("名单", max_length=40)
    query = models.CharField("筛选条件", max_length=1000, blank=True)
    headcount = models.PositiveIntegerField("人数", default=0)
    reachable = models.PositiveIntegerField("可发人数", default=0)
    counted_at = models.DateTimeField("统计时间", null=True)
    made_by = models.CharField("建立人", max_length=50)
    ended_at = models.DateTimeField("停用时间", null=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "发送对象"
        indexes = [models.Index(fields=["org_path"], name="sm_audience_path")]

    def __str__(self) -> str:
        return self.name


class ConsentChannel(models.TextChoices):
    SMS = "sms", "短信回复"
    WEB = "web", "网上办理"
    COUNTER = "counter", "窗口"
    PHONE = "phone", "电话"
    PAPER = "paper", "书面"


class Consent(Scoped, Phone):
    """One word of a person on being sent messages; the latest per number and category holds.

    category: empty for all that may be refused. Rows are only ever added (trigger in 0002).
    """

    index_columns = {"mobile_index": ("mobile", "short_messages_consent.mobile", MOBILE)}

    person_id = models.BigIntegerField("人员编号", null=True)
    category = models.CharField("类别", max_length=10, blank=True)
    given = models.BooleanField("同意")
    channel = models.CharField("方式", max_length=8, choices=ConsentChannel)
    evidence = models.CharField("依据", max_length=200)
    at = models.DateTimeField("时间")
    by = models.CharField("登记人", max_length=50)

    class Meta:
        verbose_name = "短信同意记录"
        indexes = [
            models.Index(fields=["mobile_index", "category", "-id"], name="sm_consent_mobile"),
            models.Index(fields=["org_path"], name="sm_consent_path"),
        ]

    def __str__(self) -> str:
        return f"{self.mobile_mask}{'同意' if self.given else '拒收'}"


class BlackEntry(Scoped, Phone):
    """A number nothing is sent to, save what it asks for itself, until a day or for good."""

    index_columns = {"mobile_index": ("mobile", "short_messages_blackentry.mobile", MOBILE)}

    reason = models.CharField("原因", max_length=200)
    until = models.DateField("至", null=True)
    added_by = models.CharField("登记人", max_length=50)
    added_at = models.DateTimeField("登记时间")
    lifted_at = models.DateTimeField("移出时间", null=True)
    lifted_by = models.CharField("移出人", max_length=50, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "短信黑名单"
        indexes = [models.Index(fields=["org_path"], name="sm_black_path")]
        constraints = [
            models.UniqueConstraint(
                fields=["mobile_index"], condition=Q(lifted_at=None), name="sm_black_once"
            )
        ]

    def __str__(self) -> str:
        return self.mobile_mask
