"""Certificates, the preprinted sheets they stand on, and the use of the seal."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scoped
from gonghui.systems.mobilization.legal_person.models.applications import Application
from gonghui.systems.mobilization.legal_person.models.codes import UnionCode
from gonghui.systems.mobilization.legal_person.models.persons import LegalPerson


class Copy(models.TextChoices):
    ORIGINAL = "original", "正本"
    DUPLICATE = "duplicate", "副本"


class SheetState(models.TextChoices):
    STOCK = "stock", "库存"
    USED = "used", "已使用"
    SPOILED = "spoiled", "已作废"


class Sheet(Scoped):
    """One preprinted, numbered sheet (证书纸); `union` is the registering union that holds it."""

    number = models.CharField("证书纸编号", max_length=20)
    copy = models.CharField("类别", max_length=9, choices=Copy)
    state = models.CharField("状态", max_length=7, choices=SheetState, default=SheetState.STOCK)
    received_on = models.DateField("领入日期")
    received_from = models.CharField("领自", max_length=120)
    received_by_name = models.CharField("领入登记人", max_length=50)
    certificate = models.ForeignKey(
        "legal_person.Certificate",
        null=True,
        on_delete=models.PROTECT,
        related_name="sheets",
        verbose_name="证书",
    )
    used_at = models.DateTimeField("使用时间", null=True)
    used_by_name = models.CharField("使用人", max_length=50, blank=True)
    spoiled_at = models.DateTimeField("作废时间", null=True)
    spoiled_by_name = models.CharField("作废登记人", max_length=50, blank=True)
    spoiled_reason = models.CharField("作废原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "证书纸"
        indexes = [
            models.Index(fields=["org_path"], name="sheet_path"),
            models.Index(
                fields=["union", "copy", "number"],
                name="sheet_stock",
                condition=Q(state="stock"),
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["copy", "number"], name="sheet_number_once"),
            models.UniqueConstraint(
                fields=["certificate"], condition=Q(state="used"), name="sheet_one_in_use"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class CertificateState(models.TextChoices):
    READY = "ready", "待打印"
    PRINTED = "printed", "待用印"
    SEALED = "sealed", "待发证"
    ISSUED = "issued", "有效"
    VOID = "void", "已失效"


class Certificate(Scoped):
    """One certificate, original or duplicate, as it was made out. It rests on a registered code:
    without a row of the register there is no certificate.

    Its check code (核验码) is issued with each printing and ends when the sheet is spoiled or the
    certificate void.
    """

    person = models.ForeignKey(
        LegalPerson, on_delete=models.PROTECT, related_name="certificates", verbose_name="工会法人"
    )
    code = models.ForeignKey(
        UnionCode, on_delete=models.PROTECT, related_name="+", verbose_name="信用代码"
    )
    application = models.ForeignKey(
        Application,
        on_delete=models.PROTECT,
        related_name="certificates",
        verbose_name="登记申请",
    )
    registrar = models.ForeignKey(
        Union, on_delete=models.PROTECT, related_name="+", verbose_name="登记机关"
    )
    copy = models.CharField("类别", max_length=9, choices=Copy)
    number = models.CharField("证号", max_length=40)
    name = models.CharField("名称", max_length=120)
    residence = models.CharField("住所", max_length=200)
    representative_name = models.CharField("法定代表人", max_length=50)
    valid_from = models.DateField("有效期自")
    expires_on = models.DateField("有效期至")
    state = models.CharField(
        "状态", max_length=7, choices=CertificateState, default=CertificateState.READY
    )
    made_at = models.DateTimeField("制证时间")
    printed_at = models.DateTimeField("打印时间", null=True)
    printed_by_name = models.CharField("打印人", max_length=50, blank=True)
    issued_at = models.DateTimeField("发证时间", null=True)
    issued_by_name = models.CharField("发证人", max_length=50, blank=True)
    received_by = models.CharField("领取人", max_length=50, blank=True)
    voided_at = models.DateTimeField("失效时间", null=True)
    void_reason = models.CharField("失效原因", max_length=200, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "工会法人资格证书"
        indexes = [
            models.Index(fields=["org_path"], name="certificate_path"),
            models.Index(fields=["person", "-id"], name="certificate_person"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "copy"],
                condition=Q(state="issued"),
                name="certificate_one_valid",
            ),
            models.UniqueConstraint(fields=["application", "copy"], name="certificate_once_each"),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.get_copy_display()}）"


class SealUse(Scoped):
    """One use of the registering union's seal (用印登记); `union` is the registering union."""

    certificate = models.ForeignKey(
        Certificate, on_delete=models.PROTECT, related_name="seals", verbose_name="证书"
    )
    seal = models.CharField("印章", max_length=60)
    subject = models.CharField("用印事项", max_length=200)
    sheet = models.CharField("证书纸编号", max_length=20)
    approved_by_name = models.CharField("批准人", max_length=50)
    at = models.DateTimeField("用印时间")

    class Meta:
        verbose_name = "用印登记"
        indexes = [models.Index(fields=["org_path"], name="seal_use_path")]

    def __str__(self) -> str:
        return self.subject
