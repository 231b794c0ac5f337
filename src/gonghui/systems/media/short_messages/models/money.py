"""Budgets (预算) of departments with monthly caps, and monthly bills (账单). Money in 厘."""

from __future__ import annotations

from django.db import models

from gonghui.kernel.org.scoping import Scoped
from gonghui.systems.media.short_messages.rules import billing


class Budget(Scoped):
    """What a department of a union may spend on messages in a month."""

    department = models.CharField("部门", max_length=40)
    cap = models.PositiveBigIntegerField("每月上限（厘）")
    warn_percent = models.PositiveSmallIntegerField("提醒比例", default=80)
    ended_at = models.DateTimeField("停用时间", null=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "短信预算"
        indexes = [models.Index(fields=["org_path"], name="sm_budget_path")]
        constraints = [
            models.UniqueConstraint(
                fields=["union", "department"],
                condition=models.Q(ended_at=None),
                name="sm_budget_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.department}（每月 {billing.in_words(self.cap)}）"


class BudgetMonth(models.Model):
    """What of a month's cap is used or promised: one row, changed under its lock."""

    budget = models.ForeignKey(
        Budget, on_delete=models.PROTECT, related_name="months", verbose_name="预算"
    )
    month = models.DateField("月份")
    committed = models.BigIntegerField("已用和已定（厘）", default=0)
    warned_at = models.DateTimeField("提醒时间", null=True)

    class Meta:
        verbose_name = "预算月份"
        constraints = [
            models.UniqueConstraint(fields=["budget", "month"], name="sm_budget_month_once"),
            models.CheckConstraint(
                condition=models.Q(committed__gte=0), name="sm_budget_month_positive"
            ),
        ]


class BillState(models.TextChoices):
    ISSUED = "issued", "待核对"
    AGREED = "agreed", "已核对"
    DIFFERENT = "different", "有差异"


class Bill(Scoped):
    """A month of a department: parts by route and price, summed from accepted parts.

    lines: [{route, price, parts, amount}]. theirs: parts by route of the carrier's statement.
    """

    budget = models.ForeignKey(
        Budget, on_delete=models.PROTECT, related_name="bills", verbose_name="预算"
    )
    month = models.DateField("月份")
    lines = models.JSONField("明细", default=list)
    parts = models.PositiveIntegerField("条数")
    amount = models.PositiveBigIntegerField("金额（厘）")
    set_aside = models.PositiveIntegerField("待查条数", default=0)
    state = models.CharField("状态", max_length=9, choices=BillState, default=BillState.ISSUED)
    theirs = models.JSONField("运营商对账单", null=True)
    remark = models.CharField("核对说明", max_length=200, blank=True)
    checked_by = models.CharField("核对人", max_length=50, blank=True)
    checked_at = models.DateTimeField("核对时间", null=True)
    issued_at = models.DateTimeField("出账时间")
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "短信账单"
        indexes = [
            models.Index(fields=["org_path"], name="sm_bill_path"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["budget", "month"], name="sm_bill_once"),
        ]

    def __str__(self) -> str:
        return f"{self.budget.department}{self.month.year}年{self.month.month}月"
