"""Appointments at a counter, or of a cadre at home."""

from __future__ import annotations

from django.db import models

from gonghui.kernel.base.fields import SealedTextField
from gonghui.kernel.base.masking import mask_name
from gonghui.kernel.org.scoping import Scoped
from gonghui.systems.service.hall.rules import bookings as rules


class BookingState(models.TextChoices):
    ASKED = rules.ASKED, "待确认"
    AGREED = rules.AGREED, "已约定"
    DONE = rules.DONE, "已办"
    DECLINED = rules.DECLINED, "未能安排"
    WITHDRAWN = rules.WITHDRAWN, "已撤回"
    MISSED = rules.MISSED, "未到场"


class Way(models.TextChoices):
    COUNTER = "counter", "到窗口"
    HOME = "home", "工会上门"


class Half(models.TextChoices):
    MORNING = "am", "上午"
    AFTERNOON = "pm", "下午"


class Booking(Scoped):
    """An appointment (预约办理) of a person with the service centre of their county or city.

    service: code of the service it is about; empty for other matters. words: what it is about.
    """

    scope_person = "person_id"
    audit_masked = ("person_name",)

    number = models.CharField("受理编号", max_length=24, unique=True, null=True)
    person_id = models.BigIntegerField("预约人编号")
    person_name = models.CharField("预约人", max_length=50)
    service = models.CharField("服务编码", max_length=60, blank=True)
    title = models.CharField("办什么事", max_length=60)
    words = SealedTextField("说明", null=True)
    way = models.CharField("怎么办", max_length=7, choices=Way, default=Way.COUNTER)
    address = SealedTextField("上门地址", null=True)
    mobile = SealedTextField("联系电话", null=True)
    day = models.DateField("日期")
    half = models.CharField("时段", max_length=2, choices=Half, default=Half.MORNING)
    state = models.CharField("状态", max_length=9, choices=BookingState, default=BookingState.ASKED)
    channel = models.CharField("渠道", max_length=7, default="web")
    said = models.CharField("工会的话", max_length=200, blank=True)
    appealed = models.BooleanField("申诉过", default=False)
    asked_at = models.DateTimeField("提交时间")
    due_on = models.DateField("答复期限")
    handled_by = models.CharField("经办人", max_length=50, blank=True)
    handled_at = models.DateTimeField("办理时间", null=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "预约办理"
        indexes = [
            models.Index(fields=["org_path", "-id"], name="hall_booking_path"),
            models.Index(
                fields=["org_path", "day"],
                name="hall_booking_day",
                condition=models.Q(state__in=(rules.ASKED, rules.AGREED)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}（{self.number}）"

    @property
    def shown_name(self) -> str:
        return mask_name(self.person_name)

    @property
    def when(self) -> str:
        """The day and the half of it, in words."""
        return f"{self.day.month}月{self.day.day}日{self.get_half_display()}"
