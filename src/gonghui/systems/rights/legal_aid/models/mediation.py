"""Mediation (劳动争议调解): one row for each case of the engine, and its sessions."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from gonghui.engines.casework.models import Case
from gonghui.kernel.base.fields import SealedTextField
from gonghui.kernel.org.scoping import Scoped
from gonghui.systems.rights.legal_aid.models.aid import Matter
from gonghui.systems.rights.legal_aid.models.registers import Practitioner
from gonghui.systems.rights.legal_aid.rules import mediation as rules

MediationState = models.TextChoices(
    "MediationState", [(code, (code, word)) for code, word in rules.STATES.items()]
)
Failure = models.TextChoices(
    "Failure", [(code, (code, word)) for code, word in rules.FAILURES.items()]
)
Way = models.TextChoices("Way", [(code, (code, word)) for code, word in rules.WAYS.items()])
Extent = models.TextChoices(
    "Extent", [(code, (code, word)) for code, word in rules.EXTENTS.items()]
)


class Mediation(Scoped):
    """A dispute brought to mediation; what the parties agreed on is sealed.

    known_on, left_on, employed: what the limitation of arbitration is worked out from.
    """

    case = models.OneToOneField(
        Case, on_delete=models.PROTECT, related_name="+", verbose_name="办件"
    )
    state = models.CharField("状态", max_length=10, choices=MediationState, default=rules.APPLIED)
    matter = models.CharField("争议事项", max_length=10, choices=Matter)
    employer = models.CharField("用人单位", max_length=120)
    claimed = models.DecimalField(
        "请求金额（元）", max_digits=12, decimal_places=2, null=True, blank=True
    )
    people = models.PositiveIntegerField("职工人数", default=1)
    known_on = models.DateField("知道权利被侵害之日", null=True, blank=True)
    left_on = models.DateField("劳动关系终止日", null=True, blank=True)
    employed = models.BooleanField("劳动关系存续", default=True)
    employer_answer_on = models.DateField("对方答复日期", null=True)
    employer_contact = models.CharField("对方代表", max_length=50, blank=True)
    mediator = models.ForeignKey(
        Practitioner,
        null=True,
        on_delete=models.PROTECT,
        related_name="mediations",
        verbose_name="调解员",
    )
    avoidance = models.CharField("回避核查", max_length=300, blank=True)
    terms = SealedTextField("协议内容", null=True)
    amount = models.DecimalField("协议金额（元）", max_digits=12, decimal_places=2, null=True)
    perform_by = models.DateField("履行期限", null=True)
    number = models.CharField("协议书编号", max_length=40, blank=True)
    drafted_on = models.DateField("拟定日期", null=True)
    effective_on = models.DateField("生效日期", null=True)
    confirmed_by = models.CharField("确认方式", max_length=6, choices=Way, blank=True)
    confirmed_on = models.DateField("确认日期", null=True)
    confirmation = models.CharField("确认文书号", max_length=60, blank=True)
    extent = models.CharField("履行情况", max_length=6, choices=Extent, blank=True)
    performed_on = models.DateField("回访日期", null=True)
    failure = models.CharField("不成原因", max_length=12, choices=Failure, blank=True)
    failed_on = models.DateField("终结日期", null=True)
    reminded_on = models.DateField("履行提醒日期", null=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "劳动争议调解"
        indexes = [
            models.Index(fields=["city_id", "state", "-id"], name="la_mediation_city"),
            models.Index(fields=["county_id", "state", "-id"], name="la_mediation_county"),
            models.Index(fields=["org_path"], name="la_mediation_path"),
            models.Index(
                fields=["perform_by"], condition=Q(state="signed"), name="la_mediation_perform"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case.number} {self.get_matter_display()}"

    @property
    def audit_label(self) -> str:
        return self.case.number


class Session(models.Model):
    """One sitting (调解会) with its minutes, sealed."""

    mediation = models.ForeignKey(
        Mediation, on_delete=models.CASCADE, related_name="sessions", verbose_name="劳动争议调解"
    )
    at = models.DateTimeField("时间")
    place = models.CharField("地点", max_length=120)
    both_present = models.BooleanField("双方到场", default=True)
    minutes = SealedTextField("调解笔录")
    kept_by_name = models.CharField("记录人", max_length=50)

    class Meta:
        verbose_name = "调解会"
        indexes = [models.Index(fields=["mediation", "id"], name="la_session")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.place}"
