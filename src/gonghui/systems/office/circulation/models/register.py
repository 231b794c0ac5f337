"""The register of numbers (文号登记簿): per organ, mark and year, without gaps."""

from __future__ import annotations

from django.db import models

from gonghui.kernel.org.scoping import Scoped
from gonghui.systems.office.circulation.rules import numbers as rules


class Series(Scoped):
    """A mark of an organ's documents (机关代字) and the kinds it is for.

    kinds: codes of rules.kinds it is offered first for; empty for all.
    """

    prefix = models.CharField("机关代字", max_length=12)
    use = models.CharField("用于", max_length=60, blank=True)
    kinds = models.JSONField("文种", default=list)
    ended_on = models.DateField("停用日期", null=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "机关代字"
        indexes = [models.Index(fields=["org_path"], name="circ_series_path")]
        constraints = [
            models.UniqueConstraint(fields=["union", "prefix"], name="circ_series_once"),
        ]

    def __str__(self) -> str:
        return self.prefix


class NumberState(models.TextChoices):
    TAKEN = "taken", "已用"
    VOIDED = "voided", "作废"


class Number(Scoped):
    """One number, taken at signing; a voided one stays with its reason and is never used again."""

    series = models.ForeignKey(
        Series, on_delete=models.PROTECT, related_name="numbers", verbose_name="机关代字"
    )
    year = models.PositiveSmallIntegerField("年份")
    serial = models.PositiveIntegerField("序号")
    text = models.CharField("发文字号", max_length=40)
    title = models.CharField("标题", max_length=200)
    state = models.CharField("状态", max_length=8, choices=NumberState, default=NumberState.TAKEN)
    taken_at = models.DateTimeField("取号时间")
    taken_by = models.CharField("取号人", max_length=50)
    voided_at = models.DateTimeField("作废时间", null=True)
    voided_by = models.CharField("作废人", max_length=50, blank=True)
    reason = models.CharField("作废原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "发文字号"
        indexes = [
            models.Index(fields=["city_id", "-taken_at", "-id"], name="circ_number_city"),
            models.Index(fields=["org_path"], name="circ_number_path"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["series", "year", "serial"], name="circ_number_once"),
            models.CheckConstraint(
                condition=models.Q(state="taken") | ~models.Q(reason=""), name="circ_number_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @staticmethod
    def words(series: Series, year: int, serial: int) -> str:
        return rules.written(series.prefix, year, serial)
