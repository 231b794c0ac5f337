"""Quality checks (质检): samples of a month's settled cases and what the checker found."""

from __future__ import annotations

from django.db import models

from gonghui.engines.casework.models.cases import Case
from gonghui.kernel.org.scoping import Scoped


class Sample(Scoped):
    """A sample drawn of a union's settled cases; with its seed the draw can be repeated."""

    kind = models.CharField("业务", max_length=20)
    from_on = models.DateField("办结日期起")
    until_on = models.DateField("办结日期止")
    percent = models.PositiveSmallIntegerField("抽样比例（%）")
    seed = models.CharField("随机种子", max_length=32)
    population = models.PositiveIntegerField("办结件数")
    size = models.PositiveIntegerField("抽取件数")
    drawn_at = models.DateTimeField("抽取时间")
    drawn_by_name = models.CharField("抽取人", max_length=50)

    class Meta:
        verbose_name = "质检抽样"
        indexes = [models.Index(fields=["org_path"], name="cw_sample_path")]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "union", "from_on", "until_on"], name="cw_sample_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_on}至{self.until_on}质检"


class QualityCheck(models.Model):
    """The check of one sampled case: points by criterion, and whether the work passes."""

    sample = models.ForeignKey(
        Sample, on_delete=models.PROTECT, related_name="checks", verbose_name="抽样"
    )
    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, related_name="checks", verbose_name="办件"
    )
    why = models.CharField("入样原因", max_length=20)
    points = models.JSONField("得分", default=dict)
    total = models.PositiveSmallIntegerField("总分", null=True)
    passed = models.BooleanField("合格", null=True)
    findings = models.TextField("问题", blank=True, max_length=1000)
    checked_at = models.DateTimeField("检查时间", null=True)
    checker_id = models.BigIntegerField("检查人编号", null=True)
    checker_name = models.CharField("检查人", max_length=50, blank=True)

    class Meta:
        verbose_name = "质检"
        constraints = [
            models.UniqueConstraint(fields=["sample", "case"], name="cw_check_once"),
        ]
