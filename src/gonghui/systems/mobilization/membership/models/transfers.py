"""Transfers of membership between unions (转会)."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q

from gonghui.kernel.base.masking import mask_name
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scope, Scoped, ScopedQuerySet
from gonghui.kernel.people.models import Membership
from gonghui.systems.mobilization.membership.rules import transfers as rules


class TransferState(models.TextChoices):
    REQUESTED = rules.REQUESTED, "待转出工会同意"
    RELEASED = rules.RELEASED, "待转入工会接收"
    ACCEPTED = rules.ACCEPTED, "已接转"
    REFUSED = rules.REFUSED, "未同意"
    WITHDRAWN = rules.WITHDRAWN, "已撤回"


class Starter(models.TextChoices):
    MEMBER = "member", "会员本人"
    FROM = "from", "转出工会"
    TO = "to", "转入工会"


class Lateness(models.TextChoices):
    IN_TERM = rules.IN_TERM, "期限内"
    ESCALATED = rules.ESCALATED, "已提级"
    OVERDUE = rules.OVERDUE, "提级后仍超期"


class TransferQuerySet(ScopedQuerySet):
    """Both unions see a transfer, and so does whoever stands above either."""

    def within(self, scope: Scope) -> Self:
        found = self._stated()
        if not scope:
            return found.none()
        if any(not item.lo for item in scope.ranges):
            return found
        below = Union.objects.within(Scope(scope.ranges)).values("pk")
        seen = Q(from_union__in=below) | Q(to_union__in=below)
        if scope.person_id is not None:
            seen |= Q(person_id=scope.person_id)
        return found.filter(seen)


class Transfer(Scoped):
    """A request to carry a membership over.

    `union` is the union that has to decide now: the releasing one, then the receiving one.
    Name, number and masked document are copies, because the receiving union may not read the
    member's own rows before it has accepted.
    """

    scope_person = "person_id"
    audit_masked = ("name",)

    receipt = models.CharField("受理编号", max_length=24, unique=True)
    membership = models.ForeignKey(
        Membership, on_delete=models.PROTECT, related_name="transfers", verbose_name="会籍"
    )
    person_id = models.BigIntegerField("人员", db_index=True)
    name = models.CharField("姓名", max_length=50)
    number = models.CharField("会员号", max_length=12)
    document_mask = models.CharField("证件号码", max_length=40, blank=True)
    from_union = models.ForeignKey(
        Union, on_delete=models.PROTECT, related_name="+", verbose_name="转出工会"
    )
    to_union = models.ForeignKey(
        Union, on_delete=models.PROTECT, related_name="+", verbose_name="转入工会"
    )
    superior = models.ForeignKey(
        Union,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="共同上级工会",
    )
    starter = models.CharField("提出方", max_length=6, choices=Starter)
    reason = models.CharField("转会原因", max_length=200)
    state = models.CharField(
        "状态", max_length=9, choices=TransferState, default=TransferState.REQUESTED
    )
    lateness = models.CharField(
        "办理时限", max_length=9, choices=Lateness, default=Lateness.IN_TERM
    )
    due_on = models.DateField("办理期限")
    requested_at = models.DateTimeField("申请时间")
    requested_by_id = models.BigIntegerField("申请人", null=True)
    requested_by_name = models.CharField("申请人姓名", max_length=50)
    released_at = models.DateTimeField("同意转出时间", null=True)
    released_by_id = models.BigIntegerField("同意转出人", null=True)
    released_by_name = models.CharField("同意转出人姓名", max_length=50, blank=True)
    released_in_stead = models.BooleanField("由上级代为同意", default=False)
    closed_at = models.DateTimeField("办结时间", null=True)
    closed_by_id = models.BigIntegerField("办结人", null=True)
    closed_by_name = models.CharField("办结人姓名", max_length=50, blank=True)
    outcome = models.CharField("办理意见", max_length=200, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    objects = models.Manager.from_queryset(TransferQuerySet)()

    class Meta:
        verbose_name = "转会申请"
        indexes = [
            models.Index(fields=["from_union", "-requested_at"], name="transfer_from"),
            models.Index(fields=["to_union", "-requested_at"], name="transfer_to"),
            models.Index(
                fields=["due_on"],
                condition=Q(state__in=rules.OPEN),
                name="transfer_due",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["membership"],
                condition=Q(state__in=rules.OPEN),
                name="transfer_open_once",
            ),
            models.CheckConstraint(
                condition=~Q(from_union=models.F("to_union")), name="transfer_two_unions"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.receipt}）"

    @property
    def audit_label(self) -> str:
        return f"{mask_name(self.name)}（{self.receipt}）"

    @property
    def is_open(self) -> bool:
        return self.state in rules.OPEN
