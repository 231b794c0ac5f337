"""Versions of decision tables by union and day, impact runs, and the trace of decisions."""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Q

from gonghui.kernel.codes.models import DateRange
from gonghui.kernel.org.scoping import Scoped
from gonghui.kernel.rules.tables import TABLES, Content, RuleTable


class VersionState(models.TextChoices):
    DRAFT = "draft", "草稿"
    WAITING = "waiting", "等待发布"
    PUBLISHED = "published", "已发布"
    DROPPED = "dropped", "已作废"


class TableVersion(Scoped):
    """A version of a decision table (决策表版本) at one union.

    number: counts the versions of a table at a union. content: Content.as_json(). valid_to: the
    first day on which it no longer holds, null without end. edited: when the lines last changed.
    """

    table = models.CharField("决策表代码", max_length=80)
    title = models.CharField("决策表", max_length=120)
    number = models.PositiveIntegerField("版本号")
    content = models.JSONField("内容")
    lines = models.PositiveIntegerField("行数", default=0)
    state = models.CharField(
        "状态", max_length=10, choices=VersionState, default=VersionState.DRAFT
    )
    valid_from = models.DateField("生效日期", null=True, blank=True)
    valid_to = models.DateField("失效日期", null=True, blank=True)
    source_doc = models.CharField("文件依据", max_length=200, blank=True)
    reason = models.CharField("修改说明", max_length=200, blank=True)
    drafted_by_id = models.BigIntegerField("起草人编号", null=True)
    drafted_by_name = models.CharField("起草人", max_length=120)
    drafted_at = models.DateTimeField("起草时间")
    published_by_id = models.BigIntegerField("发布人编号", null=True)
    published_by_name = models.CharField("发布人", max_length=120, blank=True)
    published_at = models.DateTimeField("发布时间", null=True)
    opinion = models.CharField("办理意见", max_length=200, blank=True)
    version = models.PositiveIntegerField("修改次数", default=1)

    class Meta:
        verbose_name = "决策表版本"
        indexes = [
            models.Index(fields=["org_path"], name="rules_version_path"),
            models.Index(
                fields=["table", "org_path"],
                name="rules_version_table",
                condition=Q(state="published"),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["table", "union", "number"], name="rules_version_number"
            ),
            models.UniqueConstraint(
                fields=["table", "union"],
                condition=Q(state__in=("draft", "waiting")),
                name="rules_version_open_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("draft", "waiting", "dropped"))
                | Q(valid_from__isnull=False),
                name="rules_version_dated",
            ),
            ExclusionConstraint(
                name="rules_version_no_overlap",
                expressions=[
                    ("table", RangeOperators.EQUAL),
                    ("union", RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
                condition=Q(state="published"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} 第 {self.number} 版"

    @property
    def declared(self) -> RuleTable | None:
        """The table it is a version of; None when the code no longer has it."""
        return TABLES.get(self.table)

    @property
    def parsed(self) -> Content:
        return Content.of(self.content)

    def holds(self, day: date) -> bool:
        """Whether it is in force that day."""
        return (
            self.state == VersionState.PUBLISHED
            and self.valid_from is not None
            and self.valid_from <= day
            and (self.valid_to is None or day < self.valid_to)
        )


class ImpactRun(models.Model):
    """Past cases decided again with the lines of a version (影响试算); never changed.

    digest: of the lines it ran with. details: up to 100 changed cases as {trace, label, before,
    after, rows}.
    """

    version = models.ForeignKey(
        TableVersion, on_delete=models.CASCADE, related_name="runs", verbose_name="决策表版本"
    )
    digest = models.CharField("内容摘要", max_length=16)
    since = models.DateField("起")
    cases = models.PositiveIntegerField("案例数")
    same = models.PositiveIntegerField("结果不变")
    changed = models.PositiveIntegerField("结果改变")
    refused = models.PositiveIntegerField("无法得出结果")
    details = models.JSONField("明细", default=list)
    ran_by_name = models.CharField("试算人", max_length=120)
    ran_at = models.DateTimeField("试算时间")

    class Meta:
        verbose_name = "影响试算"
        indexes = [models.Index(fields=["version", "-id"], name="rules_run_version")]


class DecisionTrace(Scoped):
    """One decision of a table about a record (决策记录), as it was explained then.

    number: of the version, 0 for the default of the code. given, outcome: values as JSON.
    """

    table = models.CharField("决策表代码", max_length=80)
    title = models.CharField("决策表", max_length=120)
    table_version = models.ForeignKey(
        TableVersion, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="版本"
    )
    number = models.PositiveIntegerField("版本号", default=0)
    subject_type = models.CharField("对象类型", max_length=80)
    subject_id = models.CharField("对象编号", max_length=40)
    subject_label = models.CharField("对象", max_length=200)
    given = models.JSONField("条件")
    outcome = models.JSONField("结果", null=True)
    rows = models.JSONField("起作用的行", default=list)
    summary = models.CharField("结论", max_length=300, blank=True)
    because = models.TextField("理由")
    decided_on = models.DateField("适用日期")
    decided_at = models.DateTimeField("决策时间")

    class Meta:
        verbose_name = "决策记录"
        indexes = [
            models.Index(fields=["org_path", "-id"], name="rules_trace_path"),
            models.Index(fields=["city_id", "-id"], name="rules_trace_city"),
            models.Index(fields=["table", "decided_on"], name="rules_trace_table"),
            models.Index(fields=["subject_type", "subject_id"], name="rules_trace_subject"),
            models.Index(fields=["decided_at"], name="rules_trace_at"),
        ]

    def __str__(self) -> str:
        return f"{self.title}：{self.subject_label}"
