"""The register of legal persons (法人库)."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q

from gonghui.kernel.base.fields import SealedTextField
from gonghui.kernel.base.masking import mask_id
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scoped
from gonghui.systems.mobilization.legal_person.models.codes import UnionCode


class Standing(models.TextChoices):
    ACTIVE = "active", "存续"
    CANCELLED = "cancelled", "已注销"


class LegalPerson(Scoped):
    """A union with legal personality as it stands in the register now.

    number: 证号, for life. expires_on: the last day of the certificate, a delay included.
    mismatch: what differs from the grass-roots record, in words; kept by a job.
    """

    audit_masked = ("representative_name",)

    code = models.OneToOneField(
        UnionCode, on_delete=models.PROTECT, related_name="person", verbose_name="信用代码"
    )
    number = models.CharField("证号", max_length=40, unique=True)
    registrar = models.ForeignKey(
        Union, on_delete=models.PROTECT, related_name="+", verbose_name="登记机关"
    )
    name = models.CharField("名称", max_length=120)
    residence = models.CharField("住所", max_length=200)
    representative_name = models.CharField("法定代表人", max_length=50)
    representative_id = SealedTextField("法定代表人证件号码", null=True, mask=mask_id)
    representative_mask = models.CharField("法定代表人证件号码", max_length=20, blank=True)
    funds = models.CharField("经费来源", max_length=200, blank=True)
    founded_on = models.DateField("成立日期")
    registered_on = models.DateField("登记日期")
    valid_from = models.DateField("有效期自")
    expires_on = models.DateField("有效期至")
    delayed_to = models.DateField("延期至", null=True)
    state = models.CharField("状态", max_length=9, choices=Standing, default=Standing.ACTIVE)
    cancelled_on = models.DateField("注销日期", null=True)
    mismatch = models.CharField("与组织库不一致", max_length=300, blank=True)
    reminded_for = models.DateField("已提醒的到期日", null=True, editable=False)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "工会法人"
        indexes = [
            models.Index(fields=["org_path"], name="legal_path"),
            models.Index(fields=["city_id", "expires_on", "id"], name="legal_city"),
            models.Index(fields=["county_id", "expires_on", "id"], name="legal_county"),
            models.Index(fields=["expires_on"], name="legal_expiry", condition=Q(state="active")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["union"], condition=Q(state="active"), name="legal_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def expired(self, today: date) -> bool:
        return self.state == Standing.ACTIVE and self.expires_on < today
