"""Supervision of labour law (劳动法律监督): clues, who investigates, letters and replies."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from gonghui.engines.casework.models import Case
from gonghui.kernel.org.scoping import Scoped
from gonghui.systems.rights.legal_aid.models.aid import Matter
from gonghui.systems.rights.legal_aid.models.registers import Practitioner
from gonghui.systems.rights.legal_aid.rules import supervision as rules

WatchState = models.TextChoices(
    "WatchState", [(code, (code, word)) for code, word in rules.STATES.items()]
)
LetterKind = models.TextChoices(
    "LetterKind", [(code, (code, word)) for code, word in rules.LETTERS.items()]
)
Delivery = models.TextChoices(
    "Delivery", [(code, (code, word)) for code, word in rules.DELIVERIES.items()]
)


class Watch(Scoped):
    """A clue about a unit and what came of it. finding: in words that name no complainant."""

    case = models.OneToOneField(
        Case, on_delete=models.PROTECT, related_name="+", verbose_name="办件"
    )
    state = models.CharField("状态", max_length=14, choices=WatchState, default=rules.CLUE)
    matter = models.CharField("事项", max_length=10, choices=Matter)
    employer = models.CharField("被监督单位", max_length=120)
    address = models.CharField("单位地址", max_length=200, blank=True)
    supervisors = models.ManyToManyField(
        Practitioner, blank=True, related_name="watches", verbose_name="监督员"
    )
    plan = models.CharField("调查安排", max_length=300, blank=True)
    violation = models.BooleanField("查明违法", null=True)
    finding = models.TextField("查明情况", blank=True, max_length=2000)
    found_on = models.DateField("查明日期", null=True)
    people = models.PositiveIntegerField("涉及职工（人）", null=True, blank=True)
    amount = models.DecimalField("涉及金额（元）", max_digits=12, decimal_places=2, null=True)
    recovered = models.DecimalField(
        "整改补发金额（元）", max_digits=12, decimal_places=2, default=0
    )
    corrected_on = models.DateField("整改核实日期", null=True)
    conclusion = models.TextField("结案意见", blank=True, max_length=1000)
    closed_on = models.DateField("结案日期", null=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "劳动法律监督"
        indexes = [
            models.Index(fields=["city_id", "state", "-id"], name="la_watch_city"),
            models.Index(fields=["county_id", "state", "-id"], name="la_watch_county"),
            models.Index(fields=["org_path"], name="la_watch_path"),
        ]

    def __str__(self) -> str:
        return f"{self.case.number} {self.employer}"

    @property
    def audit_label(self) -> str:
        return f"{self.case.number} {self.employer}"


class Letter(models.Model):
    """A letter to the unit or, last, to the authority; text: paragraphs, a line each.

    receipt: who received it or the number of the posting. alarmed_on: when its missing reply was
    pointed out.
    """

    watch = models.ForeignKey(
        Watch, on_delete=models.PROTECT, related_name="letters", verbose_name="劳动法律监督"
    )
    kind = models.CharField("文书", max_length=8, choices=LetterKind)
    number = models.CharField("文号", max_length=40, blank=True)
    addressee = models.CharField("收文单位", max_length=120)
    text = models.TextField("正文", max_length=4000)
    author_id = models.BigIntegerField("拟稿人编号", null=True)
    author_name = models.CharField("拟稿人", max_length=50)
    issued_on = models.DateField("签发日期", null=True)
    issued_by_name = models.CharField("签发人", max_length=50, blank=True)
    delivery = models.CharField("送达方式", max_length=10, choices=Delivery, blank=True)
    delivered_on = models.DateField("送达日期", null=True)
    receipt = models.CharField("送达回证", max_length=120, blank=True)
    reply_due_on = models.DateField("答复期限", null=True)
    replied_on = models.DateField("答复日期", null=True)
    reply = models.TextField("答复内容", blank=True, max_length=2000)
    corrected = models.BooleanField("已整改", null=True)
    alarmed_on = models.DateField("逾期提醒日期", null=True)

    class Meta:
        verbose_name = "监督文书"
        indexes = [
            models.Index(
                fields=["reply_due_on"],
                condition=Q(replied_on__isnull=True, reply_due_on__isnull=False),
                name="la_letter_due",
            ),
            models.Index(fields=["watch", "id"], name="la_letter_order"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["number"], condition=~Q(number=""), name="la_letter_number"
            ),
            models.UniqueConstraint(
                fields=["watch"], condition=Q(issued_on__isnull=True), name="la_letter_one_draft"
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"{self.get_kind_display()}（未签发）"
