"""Incoming documents (收文) and their reading circulation (传阅)."""

from __future__ import annotations

from django.db import models

from gonghui.kernel.files.models import StoredFile
from gonghui.kernel.org.scoping import Scoped
from gonghui.systems.office.circulation.models.outgoing import (
    Delivery,
    UrgencyChoice,
    person_field,
)
from gonghui.systems.office.circulation.rules import handling as rules


class IncomingState(models.TextChoices):
    REGISTERED = rules.REGISTERED, rules.TITLES[rules.REGISTERED]
    PROPOSED = rules.PROPOSED, rules.TITLES[rules.PROPOSED]
    HANDLING = rules.HANDLING, rules.TITLES[rules.HANDLING]
    DONE = rules.DONE, rules.TITLES[rules.DONE]
    ARCHIVED = rules.ARCHIVED, rules.TITLES[rules.ARCHIVED]


class Incoming(Scoped):
    """One document that came in: from above through the platform, or on paper.

    serial: its number in the union's register of the year (收文号). number_key: the sender's
    number evened out, by which duplicates are found.
    """

    year = models.PositiveSmallIntegerField("年份")
    serial = models.PositiveIntegerField("收文号")
    organ = models.CharField("来文机关", max_length=120)
    number = models.CharField("来文字号", max_length=60, blank=True)
    number_key = models.CharField("来文字号（查重）", max_length=60, blank=True, editable=False)
    title = models.CharField("标题", max_length=200)
    urgency = models.CharField("紧急程度", max_length=4, choices=UrgencyChoice, blank=True)
    received_on = models.DateField("收文日期")
    copies = models.PositiveSmallIntegerField("份数", default=1)
    delivery = models.OneToOneField(
        Delivery, null=True, on_delete=models.PROTECT, related_name="taken", verbose_name="来文"
    )
    scan = models.ForeignKey(
        StoredFile, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="扫描件"
    )
    state = models.CharField(
        "状态", max_length=12, choices=IncomingState, default=IncomingState.REGISTERED
    )
    leader = person_field("批示领导")
    handler = person_field("承办人")
    handler_name = models.CharField("承办人", max_length=50, blank=True)
    due_on = models.DateField("办理期限", null=True)
    result = models.TextField("办理结果", blank=True)
    finished_on = models.DateField("办结日期", null=True)
    registered_at = models.DateTimeField("登记时间")
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "收文"
        indexes = [
            models.Index(fields=["city_id", "-received_on", "-id"], name="circ_in_city"),
            models.Index(fields=["county_id", "-received_on", "-id"], name="circ_in_county"),
            models.Index(fields=["org_path"], name="circ_in_path"),
            models.Index(fields=["union", "number_key"], name="circ_in_number"),
            models.Index(
                fields=["due_on"],
                name="circ_in_due",
                condition=models.Q(state__in=["registered", "proposed", "handling"]),
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["union", "year", "serial"], name="circ_in_serial"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def mark(self) -> str:
        return f"收〔{self.year}〕{self.serial}号"


class Circulation(models.Model):
    """One who is to read an incoming document (传阅)."""

    incoming = models.ForeignKey(
        Incoming, on_delete=models.CASCADE, related_name="circulations", verbose_name="收文"
    )
    user = person_field("传阅人", null=False)
    name = models.CharField("姓名", max_length=50)
    sent_at = models.DateTimeField("送阅时间")
    read_at = models.DateTimeField("阅毕时间", null=True)
    words = models.CharField("阅示", max_length=200, blank=True)

    class Meta:
        verbose_name = "传阅"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["incoming", "user"], name="circ_circulation_once"),
        ]
