"""Requests to change key facts of a union (变更申请)."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from gonghui.kernel import codes
from gonghui.kernel.org.models import Union, UnionKind
from gonghui.kernel.org.scoping import Scoped
from gonghui.systems.mobilization.membership.rules import changes as rules


class ChangeState(models.TextChoices):
    SUBMITTED = rules.SUBMITTED, "待审批"
    RETURNED = rules.RETURNED, "退回补正"
    APPROVED = rules.APPROVED, "已同意"
    REJECTED = rules.REJECTED, "不予同意"
    WITHDRAWN = rules.WITHDRAWN, "已撤回"


OPEN = (ChangeState.SUBMITTED, ChangeState.RETURNED)


class UnionChange(Scoped):
    """What a union asks its superior to change: values by field before and after.

    `union` is the union that asks, `decider` the superior that decides: for a change of superior
    the common one of both. A superior is stored by id, with its name of that day beside it.
    """

    receipt = models.CharField("受理编号", max_length=24, unique=True)
    decider = models.ForeignKey(
        Union, on_delete=models.PROTECT, related_name="+", verbose_name="审批工会"
    )
    state = models.CharField(
        "状态", max_length=9, choices=ChangeState, default=ChangeState.SUBMITTED
    )
    before = models.JSONField("变更前", default=dict)
    after = models.JSONField("变更后", default=dict)
    titles = models.JSONField("上级工会名称", default=dict, editable=False)
    effective_on = models.DateField("生效日期")
    reason = models.CharField("变更理由", max_length=500)
    submitted_at = models.DateTimeField("提交时间")
    submitted_by_id = models.BigIntegerField("申请人", null=True)
    submitted_by_name = models.CharField("申请人姓名", max_length=50)
    decided_at = models.DateTimeField("办理时间", null=True)
    decided_by_id = models.BigIntegerField("审批人", null=True)
    decided_by_name = models.CharField("审批人姓名", max_length=50, blank=True)
    document = models.CharField("批复文号", max_length=80, blank=True)
    opinion = models.CharField("审批意见", max_length=500, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "变更申请"
        indexes = [
            models.Index(fields=["city_id", "state", "-id"], name="change_city"),
            models.Index(fields=["county_id", "state", "-id"], name="change_county"),
            models.Index(fields=["org_path"], name="change_path"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["union"], condition=Q(state__in=OPEN), name="change_open_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.union.name}变更申请（{self.receipt}）"

    @property
    def items(self) -> str:
        """What is asked for, in words."""
        return "、".join(title for field, title in rules.ITEMS.items() if field in self.after)

    def comparison(self) -> list[rules.Line]:
        """Old and new side by side, in words."""
        return [
            rules.Line(field, title, self.shown(field, self.before), self.shown(field, self.after))
            for field, title in rules.ITEMS.items()
            if field in self.after
        ]

    def shown(self, field: str, values: dict[str, Any]) -> str:
        value = values.get(field)
        if value in (None, ""):
            return "（空）"
        if field == "kind":
            return str(UnionKind(value).label)
        if field == "industry":
            return codes.name("industry", value)
        if field == "parent":
            return self.titles.get(str(value), str(value))
        return str(value)
