"""The counter behind receipt numbers (受理编号)."""

from __future__ import annotations

from django.db import models


class ReceiptCounter(models.Model):
    """The last number given out for a kind of business on a day."""

    prefix = models.CharField("业务", max_length=6)
    day = models.DateField("日期")
    last = models.PositiveIntegerField("末号", default=0)

    class Meta:
        verbose_name = "受理编号计数"
        constraints = [models.UniqueConstraint(fields=["prefix", "day"], name="receipt_counter")]
