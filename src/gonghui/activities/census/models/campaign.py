"""Census campaigns (普查活动), quotas handed down the tree, and what each day saw."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from gonghui.activities.census.rules import campaign as rules
from gonghui.kernel.org.scoping import Scoped


class CampaignState(models.TextChoices):
    DRAFT = rules.DRAFT, "草稿"
    OPEN = rules.OPEN, "进行中"
    CLOSED = rules.CLOSED, "已结束"
    ARCHIVED = rules.ARCHIVED, "已归档"


class Measure(models.TextChoices):
    """What counts as done; the formulas stand in rules.campaign.FORMULAS."""

    GROWTH = rules.GROWTH, "净增会员数"
    TOTAL = rules.TOTAL, "在籍会员总数"


class Standing(models.TextChoices):
    NONE = rules.NONE, "无任务"
    AHEAD = rules.AHEAD, "正常"
    MET = rules.MET, "已完成"
    BEHIND = rules.BEHIND, "滞后"
    OVERDUE = rules.OVERDUE, "逾期"


class Campaign(Scoped):
    """A census of union organisations and members; `union` is who runs it."""

    title = models.CharField("名称", max_length=80)
    document = models.CharField("文号", max_length=80, blank=True)
    note = models.TextField("工作要求", blank=True, max_length=2000)
    measure = models.CharField("计数口径", max_length=6, choices=Measure, default=Measure.GROWTH)
    base_day = models.DateField("基准日")
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")
    target = models.PositiveIntegerField("总任务数")
    state = models.CharField(
        "状态", max_length=8, choices=CampaignState, default=CampaignState.DRAFT
    )
    created_at = models.DateTimeField("建立时间", auto_now_add=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "普查活动"
        indexes = [models.Index(fields=["org_path"], name="campaign_path")]
        constraints = [
            models.CheckConstraint(
                condition=Q(base_day__lte=F("starts_on")) & Q(starts_on__lt=F("ends_on")),
                name="campaign_days",
            )
        ]

    def __str__(self) -> str:
        return self.title


class Quota(Scoped):
    """The quota (任务数) of one unit in one campaign; `superior` is the quota it was split from.

    done, in_ranks, standing and counted_at are what the last count saw, for lists and exports;
    the console counts anew.
    """

    campaign = models.ForeignKey(
        Campaign, on_delete=models.PROTECT, related_name="quotas", verbose_name="普查活动"
    )
    superior = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="parts", verbose_name="上级任务"
    )
    amount = models.PositiveIntegerField("任务数")
    base = models.PositiveIntegerField("基准日在籍会员数", default=0)
    deadline = models.DateField("完成期限")
    in_ranks = models.PositiveIntegerField("在籍会员数", default=0)
    done = models.IntegerField("完成数", default=0)
    percent = models.DecimalField("完成率（%）", max_digits=9, decimal_places=1, default=0)
    standing = models.CharField("进度", max_length=7, choices=Standing, default=Standing.NONE)
    counted_at = models.DateTimeField("统计时间", null=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "普查任务"
        indexes = [
            models.Index(fields=["org_path"], name="quota_path"),
            models.Index(fields=["superior"], name="quota_superior"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "union"], name="quota_once"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign.title}：{self.union.name}"


class CensusDay(Scoped):
    """What one unit stood at on one day, taken by the nightly snapshot."""

    quota = models.ForeignKey(
        Quota, on_delete=models.CASCADE, related_name="days", verbose_name="普查任务"
    )
    day = models.DateField("日期")
    amount = models.PositiveIntegerField("任务数")
    in_ranks = models.PositiveIntegerField("在籍会员数")
    done = models.IntegerField("完成数")
    planned = models.PositiveIntegerField("应完成数")
    with_mobile = models.PositiveIntegerField("已填手机号码的会员数")
    with_education = models.PositiveIntegerField("已填学历的会员数")

    class Meta:
        verbose_name = "普查日报"
        constraints = [
            models.UniqueConstraint(fields=["quota", "day"], name="census_day_once"),
        ]


class Urging(Scoped):
    """A unit was urged (催办) on a day, by whom; at most once a day."""

    quota = models.ForeignKey(
        Quota, on_delete=models.CASCADE, related_name="urgings", verbose_name="普查任务"
    )
    day = models.DateField("日期")
    at = models.DateTimeField("时间", auto_now_add=True)
    by_name = models.CharField("催办人", max_length=50)
    text = models.TextField("内容")
    recipients = models.PositiveIntegerField("收到人数")

    class Meta:
        verbose_name = "普查催办"
        constraints = [
            models.UniqueConstraint(fields=["quota", "day"], name="urging_once_a_day"),
        ]
