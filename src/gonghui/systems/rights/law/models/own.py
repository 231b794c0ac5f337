"""What a worker keeps for themselves: calculations and terms. Nobody else sees them."""

from __future__ import annotations

from django.db import models

from gonghui.kernel.base.fields import SealedTextField


class Calculation(models.Model):
    """A saved calculation; answers and result are JSON, sealed."""

    user_id = models.BigIntegerField("账号")
    calculator = models.CharField("计算器", max_length=20)
    title = models.CharField("名称", max_length=60)
    law_on = models.DateField("适用日期")
    answers = SealedTextField("填写的内容")
    result = SealedTextField("计算结果")
    made_at = models.DateTimeField("计算时间", auto_now_add=True)

    class Meta:
        verbose_name = "计算结果"
        indexes = [models.Index(fields=["user_id", "-id"], name="law_calculation_own")]

    def __str__(self) -> str:
        return self.title


class Term(models.Model):
    """A term a worker wants to be reminded of (期限提醒).

    title: the worker's own note, sealed and sent nowhere; remind: days before, largest first.
    """

    user_id = models.BigIntegerField("账号")
    person_id = models.BigIntegerField("人员", null=True)
    claim = models.CharField("期限种类", max_length=20)
    title = SealedTextField("备忘")
    began_on = models.DateField("起算日期")
    claimed = models.JSONField("主张权利的日期", default=list)
    due_on = models.DateField("最后一天")
    remind = models.JSONField("提前提醒天数", default=list)
    reminded = models.JSONField("已提醒", default=list)
    settled_at = models.DateTimeField("已办理", null=True)
    made_at = models.DateTimeField("登记时间", auto_now_add=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "期限提醒"
        indexes = [
            models.Index(fields=["user_id", "due_on"], name="law_term_own"),
            models.Index(
                fields=["due_on"], condition=models.Q(settled_at=None), name="law_term_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.due_on} 到期"
