from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models.functions import Coalesce


class CodeTable(models.Model):
    """A code table (代码表) and the standard it follows."""

    id = models.CharField("表名", max_length=40, primary_key=True)
    title = models.CharField("名称", max_length=60)
    standard = models.CharField("标准号", max_length=60, blank=True)
    source = models.CharField("来源", max_length=200, blank=True)
    provisional = models.BooleanField("暂定", default=False)

    class Meta:
        verbose_name = "代码表"
        verbose_name_plural = verbose_name

    def __str__(self) -> str:
        return self.title


class Code(models.Model):
    """One code during one period; valid_to is the first day on which it no longer holds.

    edited: changed here rather than in the shipped file, so loading leaves it alone.
    """

    table = models.ForeignKey(
        CodeTable, verbose_name="代码表", on_delete=models.CASCADE, related_name="codes"
    )
    code = models.CharField("代码", max_length=12)
    name = models.CharField("名称", max_length=60)
    parent = models.CharField("上级代码", max_length=12, blank=True)
    valid_from = models.DateField("生效日期", null=True, blank=True)
    valid_to = models.DateField("失效日期", null=True, blank=True)
    successor = models.CharField("后继代码", max_length=12, blank=True)
    position = models.PositiveIntegerField("顺序", default=0)
    edited = models.BooleanField("已在平台修改", default=False)

    class Meta:
        verbose_name = "代码"
        verbose_name_plural = verbose_name
        constraints = [
            models.UniqueConstraint(
                fields=["table", "code", "valid_from"],
                nulls_distinct=False,
                name="codes_code_once",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_from__isnull=True)
                | models.Q(valid_to__isnull=True)
                | models.Q(valid_to__gt=models.F("valid_from")),
                name="codes_code_period",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class DateRange(models.Func):
    """daterange(from, to): includes the first day, not the last; null is without end."""

    function = "daterange"
    output_field = DateRangeField()


class RuleParameter(models.Model):
    """One value of a rule parameter (业务参数) during one period, with its document.

    value: JSON; a decimal is a string. scope_union_id: the union the value is limited to, null
    for the whole province. recorded_by_id null: the row was shipped with the platform.
    """

    key = models.CharField("参数", max_length=80)
    title = models.CharField("名称", max_length=60)
    unit = models.CharField("单位", max_length=20, blank=True)
    value = models.JSONField("取值")
    valid_from = models.DateField("生效日期")
    valid_to = models.DateField("失效日期", null=True, blank=True)
    source_doc = models.CharField("文件依据", max_length=200)
    note = models.CharField("说明", max_length=200, blank=True)
    provisional = models.BooleanField("暂定", default=False)
    scope_union_id = models.BigIntegerField("适用工会", null=True, blank=True)
    reason = models.CharField("修改原因", max_length=200, blank=True)
    recorded_by_id = models.BigIntegerField("登记人", null=True, blank=True)
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        verbose_name = "业务参数"
        verbose_name_plural = verbose_name
        constraints = [
            ExclusionConstraint(
                name="codes_parameter_no_overlap",
                expressions=[
                    ("key", RangeOperators.EQUAL),
                    (Coalesce("scope_union_id", 0), RangeOperators.EQUAL),
                    (DateRange("valid_from", "valid_to"), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True)
                | models.Q(valid_to__gt=models.F("valid_from")),
                name="codes_parameter_period",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}：{self.value}{self.unit}"


class Revision(models.Model):
    """The single row whose token changes with every change of a code or parameter.

    Processes compare it with theirs to know that their memory is out of date. A token and not a
    counter: a count that is rolled back comes again with other contents.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    token = models.CharField("标记", max_length=32)

    class Meta:
        verbose_name = "代码版本"
        verbose_name_plural = verbose_name
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="codes_revision_one")]
