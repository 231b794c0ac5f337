"""Rights on their way and lent: proposals that wait for a second person, delegations."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from gonghui.kernel.access.models import Grant
from gonghui.kernel.access.roles import ADMINISTRATORS
from gonghui.kernel.org.scoping import Scoped


class ProposalState(models.TextChoices):
    WAITING = "waiting", "待确认"
    CONFIRMED = "confirmed", "已确认"
    REFUSED = "refused", "未同意"
    WITHDRAWN = "withdrawn", "已撤回"


class Proposal(Scoped):
    """An administrator of the province, proposed by one security administrator (提请授权)."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="被授权人",
    )
    role = models.CharField(
        "角色", max_length=20, choices=[(role.code, role.title) for role in ADMINISTRATORS]
    )
    from_on = models.DateField("起始日期")
    until_on = models.DateField("截止日期", null=True)
    reason = models.CharField("授权依据", max_length=200)
    state = models.CharField(
        "状态", max_length=9, choices=ProposalState, default=ProposalState.WAITING
    )
    proposer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="提请人",
    )
    proposed_at = models.DateTimeField("提请时间")
    decided_by = models.CharField("确认人", max_length=50, blank=True)
    decided_at = models.DateTimeField("确认时间", null=True)
    answer = models.CharField("意见", max_length=200, blank=True)
    grant = models.ForeignKey(
        Grant, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="授权"
    )
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "提请授权"
        indexes = [models.Index(fields=["org_path"], name="proposal_path")]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "union"],
                condition=Q(state="waiting"),
                name="proposal_one_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user.display_name}：{self.get_role_display()}"


class DelegationState(models.TextChoices):
    ACTIVE = "active", "委托中"
    ENDED = "ended", "已结束"


class Delegation(Scoped):
    """Roles of the business a user lends to a colleague for a while (委托).

    union: where both the lent roles and their subtree begin. roles: codes.
    """

    giver = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="delegations_given",
        verbose_name="委托人",
    )
    taker = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="delegations_taken",
        verbose_name="受托人",
    )
    roles = models.JSONField("委托的权限")
    from_on = models.DateField("开始日期")
    until_on = models.DateField("结束日期")
    reason = models.CharField("委托事由", max_length=200)
    state = models.CharField(
        "状态", max_length=6, choices=DelegationState, default=DelegationState.ACTIVE
    )
    made_at = models.DateTimeField("委托时间")
    ended_at = models.DateTimeField("结束时间", null=True)
    ended_by = models.CharField("结束人", max_length=50, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "委托"
        indexes = [
            models.Index(fields=["org_path"], name="delegation_path"),
            models.Index(fields=["giver", "state"], name="delegation_giver"),
            models.Index(fields=["taker", "state"], name="delegation_taker"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(until_on__gte=F("from_on")), name="delegation_days"),
            models.CheckConstraint(condition=~Q(giver=F("taker")), name="delegation_two"),
        ]

    def __str__(self) -> str:
        return f"{self.giver.display_name}委托{self.taker.display_name}"
