"""Changes of standing (会籍变动) as they were decided."""

from __future__ import annotations

from django.db import models

from gonghui.kernel.base.masking import mask_name
from gonghui.kernel.org.scoping import Scoped
from gonghui.kernel.people.models import Membership, MembershipPast, MembershipStatus
from gonghui.systems.mobilization.membership.rules import standing as rules


class StandingChange(Scoped):
    """One change of a member's standing: what it rests on, who decided, and whether it was
    taken back."""

    scope_person = "person_id"
    audit_masked = ("name",)

    membership = models.ForeignKey(
        Membership, on_delete=models.PROTECT, related_name="changes", verbose_name="会籍"
    )
    person_id = models.BigIntegerField("人员")
    name = models.CharField("姓名", max_length=50)
    move = models.CharField(
        "变动", max_length=8, choices=[(move.code, move.title) for move in rules.MOVES.values()]
    )
    before = models.CharField("变动前", max_length=9, choices=MembershipStatus)
    after = models.CharField("变动后", max_length=9, choices=MembershipStatus)
    cause = models.CharField("原因", max_length=20)
    on = models.DateField("生效日期")
    facts = models.JSONField("事实与依据", default=dict)
    past = models.ForeignKey(
        MembershipPast,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name="变动前的一段",
    )
    version_after = models.PositiveIntegerField("变动后版本")
    decided_at = models.DateTimeField("办理时间")
    decided_by_id = models.BigIntegerField("办理人", null=True)
    decided_by_name = models.CharField("办理人姓名", max_length=50)
    undone_at = models.DateTimeField("撤销时间", null=True)
    undone_by_name = models.CharField("撤销人姓名", max_length=50, blank=True)

    class Meta:
        verbose_name = "会籍变动记录"
        indexes = [models.Index(fields=["membership", "-id"], name="standing_member")]

    def __str__(self) -> str:
        return f"{self.name} {self.get_move_display()}"

    @property
    def audit_label(self) -> str:
        return f"{mask_name(self.name)} {self.get_move_display()}"
