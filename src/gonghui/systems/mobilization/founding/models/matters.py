"""What a union asks its superior for: a later election, a merger, its end (延期、合并、撤销)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scoped
from gonghui.systems.mobilization.founding.rules import matters as rules


class MatterKind(models.TextChoices):
    DELAY = rules.DELAY, "延期换届"
    MERGE = rules.MERGE, "合并"
    CLOSE = rules.CLOSE, "撤销"


class MatterState(models.TextChoices):
    SUBMITTED = "submitted", "待批复"
    RETURNED = "returned", "退回补正"
    APPROVED = "approved", "已同意"
    REFUSED = "refused", "不予同意"
    WITHDRAWN = "withdrawn", "已撤回"


class Matter(Scoped):
    """A request of a union to its superior, with the vote of its members and its property.

    due, present, agreed: the members' vote on merging or ending. property_*: yuan, of the
    statement of property (财产清算). lines: the vote in words with its rules.
    """

    receipt = models.CharField("受理编号", max_length=24, unique=True)
    kind = models.CharField("事项", max_length=5, choices=MatterKind)
    state = models.CharField(
        "状态", max_length=9, choices=MatterState, default=MatterState.SUBMITTED
    )
    superior = models.ForeignKey(
        Union, on_delete=models.PROTECT, related_name="+", verbose_name="上级工会"
    )
    reason = models.CharField("理由", max_length=500)
    delayed_to = models.DateField("延期至", null=True)
    into = models.ForeignKey(
        Union, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="并入工会"
    )
    due = models.PositiveIntegerField("应到人数", null=True)
    present = models.PositiveIntegerField("实到人数", null=True)
    agreed = models.PositiveIntegerField("同意票", null=True)
    decided_on = models.DateField("大会日期", null=True)
    lines = models.JSONField("表决说明", default=list)
    property_cash = models.DecimalField("货币资金", max_digits=14, decimal_places=2, null=True)
    property_assets = models.DecimalField("实物资产", max_digits=14, decimal_places=2, null=True)
    property_debts = models.DecimalField("负债", max_digits=14, decimal_places=2, null=True)
    property_audit = models.CharField("审计或经审意见", max_length=200, blank=True)
    property_to = models.CharField("财产去向", max_length=120, blank=True)
    submitted_at = models.DateTimeField("提交时间")
    submitted_by_id = models.BigIntegerField("提交人", null=True)
    submitted_by_name = models.CharField("提交人姓名", max_length=50)
    decided_at = models.DateTimeField("批复时间", null=True)
    decided_by_name = models.CharField("批复人姓名", max_length=50, blank=True)
    document = models.CharField("批复文号", max_length=80, blank=True)
    opinion = models.CharField("批复意见", max_length=500, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "延期和撤并申请"
        indexes = [
            models.Index(fields=["city_id", "state", "-id"], name="matter_city"),
            models.Index(fields=["county_id", "state", "-id"], name="matter_county"),
            models.Index(fields=["org_path"], name="matter_path"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["union"],
                condition=Q(state__in=["submitted", "returned"]),
                name="matter_open_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.union.name}{self.get_kind_display()}（{self.receipt}）"
