"""What a person writes into the own calendar (日程)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Appointment(models.Model):
    """One own entry, seen by nobody else. at: None for all day. remind_at: when to be reminded."""

    user_id = models.BigIntegerField("用户编号")
    title = models.CharField("事项", max_length=80)
    day = models.DateField("日期")
    until = models.DateField("至", null=True, blank=True)
    at = models.TimeField("时间", null=True, blank=True)
    note = models.CharField("备注", max_length=300, blank=True)
    remind_at = models.DateTimeField("提醒时间", null=True, blank=True)
    reminded = models.BooleanField("已提醒", default=False)

    class Meta:
        verbose_name = "日程"
        indexes = [
            models.Index(fields=["user_id", "day"], name="appointment_day"),
            models.Index(
                fields=["remind_at"],
                name="appointment_remind",
                condition=Q(reminded=False, remind_at__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("day")), name="appointment_period"
            ),
        ]

    def __str__(self) -> str:
        return self.title
