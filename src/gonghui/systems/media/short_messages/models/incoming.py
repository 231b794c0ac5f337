"""What carriers send us: delivery reports (状态报告) and texts of people (来信)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from gonghui.kernel.base.fields import SealedTextField
from gonghui.kernel.org.scoping import Scoped
from gonghui.systems.media.short_messages.models.phones import MOBILE, Phone
from gonghui.systems.media.short_messages.models.routes import Route
from gonghui.systems.media.short_messages.models.sending import Message, Submit


class Receipt(models.Model):
    """A delivery report, kept before it is acknowledged; the same about a submit twice is one.

    submit: whose it is; None while no submit with its number is known, for a report may come before
    the answer to the submit. The number alone is not unique: carriers give it again.
    """

    route = models.ForeignKey(
        Route, on_delete=models.PROTECT, related_name="+", verbose_name="通道"
    )
    carrier_id = models.CharField("通道编号", max_length=64)
    word = models.CharField("回执", max_length=16)
    reference = models.PositiveIntegerField("我方编号", null=True)
    mobile_index = models.BinaryField("手机号码索引", max_length=32, null=True)
    submitted_at = models.DateTimeField("对方收到时间", null=True)
    received_at = models.DateTimeField("收到时间")
    submit = models.ForeignKey(
        Submit,
        null=True,
        on_delete=models.PROTECT,
        related_name="receipts",
        verbose_name="提交",
        db_index=False,
    )

    class Meta:
        verbose_name = "短信状态报告"
        indexes = [
            models.Index(fields=["id"], name="sm_receipt_open", condition=Q(submit=None)),
            models.Index(
                fields=["route", "carrier_id"],
                name="sm_receipt_waiting",
                condition=Q(submit=None),
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["submit", "word"], name="sm_receipt_once"),
        ]


class IncomingState(models.TextChoices):
    NEW = "new", "待处理"
    TAKEN = "taken", "已转办"
    COMMAND = "command", "已按指令处理"
    OPEN = "open", "待人工办理"
    DONE = "done", "已办理"


class Incoming(Scoped, Phone):
    """A text somebody sent to one of our numbers.

    alarm: why a life may be in danger; empty for none. taken_by, reference: who took it and where
    it is now. incomplete: parts were missing when it was put together.
    """

    index_columns = {"mobile_index": ("mobile", "short_messages_incoming.mobile", MOBILE)}

    key = models.CharField("去重键", max_length=80, unique=True)
    route = models.ForeignKey(
        Route, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="通道"
    )
    number = models.CharField("接入号", max_length=21)
    person_id = models.BigIntegerField("人员编号", null=True)
    text = SealedTextField("内容", null=True)
    fingerprint = models.BinaryField("指纹", max_length=32)
    incomplete = models.BooleanField("缺段", default=False)
    answers = models.ForeignKey(
        Message,
        null=True,
        on_delete=models.PROTECT,
        related_name="replies",
        verbose_name="所回复的短信",
    )
    state = models.CharField("状态", max_length=8, choices=IncomingState, default=IncomingState.NEW)
    alarm = models.CharField("危急情形", max_length=60, blank=True)
    alarm_by = models.CharField("处置人", max_length=50, blank=True)
    alarm_at = models.DateTimeField("处置时间", null=True)
    alarm_note = SealedTextField("处置情况", null=True)
    taken_by = models.CharField("转给", max_length=60, blank=True)
    reference = models.CharField("办理编号", max_length=80, blank=True)
    handled_by = models.CharField("办理人", max_length=50, blank=True)
    received_at = models.DateTimeField("收到时间")
    handled_at = models.DateTimeField("办理时间", null=True)
    acknowledged_at = models.DateTimeField("应答时间", null=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "短信来信"
        indexes = [
            models.Index(fields=["org_path", "-id"], name="sm_incoming_path"),
            models.Index(fields=["fingerprint", "-id"], name="sm_incoming_print"),
            models.Index(fields=["state"], name="sm_incoming_new", condition=Q(state="new")),
        ]

    def __str__(self) -> str:
        return f"{self.mobile_mask}来信"


class IncomingPart(Phone):
    """A part of a long text that waits for the others."""

    index_columns = {"mobile_index": ("mobile", "short_messages_incomingpart.mobile", MOBILE)}

    route = models.ForeignKey(
        Route, on_delete=models.PROTECT, related_name="+", verbose_name="通道"
    )
    reference = models.PositiveIntegerField("长短信编号")
    total = models.PositiveSmallIntegerField("共几段")
    part = models.PositiveSmallIntegerField("第几段")
    number = models.CharField("接入号", max_length=21)
    text = SealedTextField("内容")
    key = models.CharField("去重键", max_length=80)
    received_at = models.DateTimeField("收到时间")

    class Meta:
        verbose_name = "短信来信分段"
        constraints = [
            models.UniqueConstraint(
                fields=["route", "mobile_index", "reference", "total", "part"],
                name="sm_incoming_part_once",
            ),
        ]
