"""Reviews of grants (授权复核): one campaign a quarter, one item for each grant."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from gonghui.kernel.access.models import Grant
from gonghui.kernel.access.roles import GRANTABLE
from gonghui.kernel.org.scoping import Scoped


class ReviewState(models.TextChoices):
    OPEN = "open", "进行中"
    CLOSED = "closed", "已结束"


class Decision(models.TextChoices):
    PENDING = "pending", "待复核"
    CONFIRMED = "confirmed", "继续保留"
    CHANGED = "changed", "变更期限"
    REVOKED = "revoked", "收回"
    SUSPENDED = "suspended", "逾期暂停"
    RESTORED = "restored", "恢复"
    GONE = "gone", "已先行终止"


class Review(Scoped):
    """A quarterly review of every grant below `union`; counts are kept by the decisions."""

    quarter = models.CharField("季度", max_length=6)
    title = models.CharField("名称", max_length=60)
    opened_on = models.DateField("开始日期")
    due_on = models.DateField("复核期限")
    suspend_on = models.DateField("逾期暂停日期")
    state = models.CharField("状态", max_length=6, choices=ReviewState, default=ReviewState.OPEN)
    total = models.PositiveIntegerField("授权数", default=0)
    done = models.PositiveIntegerField("已复核", default=0)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "授权复核"
        indexes = [models.Index(fields=["org_path"], name="review_path")]
        constraints = [models.UniqueConstraint(fields=["union", "quarter"], name="review_once")]

    def __str__(self) -> str:
        return self.title


class ReviewItem(Scoped):
    """One grant in a review, at the union of the grant; names are copies of that day."""

    review = models.ForeignKey(
        Review, on_delete=models.CASCADE, related_name="items", verbose_name="复核"
    )
    grant = models.ForeignKey(
        Grant, on_delete=models.PROTECT, related_name="+", verbose_name="授权"
    )
    user_name = models.CharField("用户", max_length=50)
    role = models.CharField(
        "角色", max_length=20, choices=[(role.code, role.title) for role in GRANTABLE]
    )
    decision = models.CharField(
        "复核结果", max_length=9, choices=Decision, default=Decision.PENDING
    )
    due_on = models.DateField("复核期限")
    note = models.CharField("说明", max_length=200, blank=True)
    decided_at = models.DateTimeField("复核时间", null=True)
    decided_by = models.CharField("复核人", max_length=50, blank=True)
    escalated_on = models.DateField("提级日期", null=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "复核事项"
        indexes = [
            models.Index(fields=["org_path", "decision"], name="review_item_path"),
            models.Index(
                fields=["due_on"], condition=Q(decision="pending"), name="review_item_due"
            ),
        ]
        constraints = [models.UniqueConstraint(fields=["review", "grant"], name="review_item_once")]

    def __str__(self) -> str:
        return f"{self.user_name}：{self.get_role_display()}"
