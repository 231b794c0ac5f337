"""Values of settings that differ from what the code declares."""

from django.db import models


class Value(models.Model):
    """The value of a setting for the whole platform, or for one union and all below it."""

    setting = models.CharField("配置项", max_length=80)
    union_id = models.BigIntegerField("适用工会", null=True, blank=True)
    value = models.JSONField("取值", null=True)
    sealed = models.BinaryField("加密取值", null=True)
    changed_at = models.DateTimeField("修改时间", auto_now=True)

    class Meta:
        verbose_name = "配置取值"
        constraints = [
            models.UniqueConstraint(
                fields=["setting", "union_id"], name="config_value_once", nulls_distinct=False
            )
        ]


class Revision(models.Model):
    """One row: a number that grows with every change, so that each process notices."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField("序号", default=0)

    class Meta:
        verbose_name = "配置版本"
