"""Requests to change key facts of a member (关键信息变更申请)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from gonghui.kernel.base.fields import SealedTextField
from gonghui.kernel.base.identifiers import DocumentKind
from gonghui.kernel.base.masking import mask_id, mask_name
from gonghui.kernel.org.scoping import Scoped
from gonghui.kernel.people.models import Membership
from gonghui.systems.mobilization.membership.rules import corrections as rules


class CorrectionState(models.TextChoices):
    REQUESTED = rules.REQUESTED, "待审批"
    APPROVED = rules.APPROVED, "已更正"
    REFUSED = rules.REFUSED, "未同意"
    WITHDRAWN = rules.WITHDRAWN, "已撤回"


class Correction(Scoped):
    """A request with evidence: the key facts as they were, masked, and as they shall be."""

    scope_person = "person_id"
    audit_masked = ("name", "new_name", "old_name")

    receipt = models.CharField("受理编号", max_length=24, unique=True)
    membership = models.ForeignKey(
        Membership, on_delete=models.PROTECT, related_name="corrections", verbose_name="会籍"
    )
    person_id = models.BigIntegerField("人员", db_index=True)
    name = models.CharField("姓名", max_length=50)
    state = models.CharField(
        "状态", max_length=9, choices=CorrectionState, default=CorrectionState.REQUESTED
    )
    old_name = models.CharField("原姓名", max_length=50)
    old_document_kind = models.CharField(
        "原证件类型", max_length=20, choices=DocumentKind.choices()
    )
    old_document_mask = models.CharField("原证件号码", max_length=40, blank=True)
    old_sex = models.CharField("原性别", max_length=1)
    old_born_on = models.DateField("原出生日期", null=True)
    new_name = models.CharField("新姓名", max_length=50)
    new_document_kind = models.CharField(
        "新证件类型", max_length=20, choices=DocumentKind.choices()
    )
    new_document_number = SealedTextField("新证件号码", mask=mask_id)
    new_sex = models.CharField("新性别", max_length=1)
    new_born_on = models.DateField("新出生日期", null=True)
    reason = models.CharField("变更原因", max_length=200)
    requested_at = models.DateTimeField("申请时间")
    requested_by_id = models.BigIntegerField("申请人", null=True)
    requested_by_name = models.CharField("申请人姓名", max_length=50)
    due_on = models.DateField("办理期限")
    decided_at = models.DateTimeField("审批时间", null=True)
    decided_by_name = models.CharField("审批人", max_length=50, blank=True)
    outcome = models.CharField("审批意见", max_length=200, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "信息变更申请"
        indexes = [models.Index(fields=["org_path", "state"], name="correction_path")]
        constraints = [
            models.UniqueConstraint(
                fields=["membership"],
                condition=Q(state=rules.REQUESTED),
                name="correction_open_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.receipt}）"

    @property
    def audit_label(self) -> str:
        return f"{mask_name(self.name)}（{self.receipt}）"
