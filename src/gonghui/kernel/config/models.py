"""Values of settings that differ from what the code declares, and who has seen them."""

from django.db import models

from gonghui.kernel.config.memory import CONTEXT


class Value(models.Model):
    """The value of a setting for the whole platform, or for one union and all below it."""

    sealed_columns = {"sealed": CONTEXT}

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
    """One row, changed with every value, so that each process notices.

    The token is new each time: a number alone would come back after a change rolled back.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField("序号", default=0)
    token = models.CharField("标记", max_length=32, default="")

    class Meta:
        verbose_name = "配置版本"


class Node(models.Model):
    """A running process (节点) and the revision it works with; written by itself."""

    name = models.CharField("节点", max_length=160, primary_key=True)
    host = models.CharField("主机", max_length=120)
    pid = models.IntegerField("进程号")
    process = models.CharField("进程", max_length=20)
    started_at = models.DateTimeField("启动时间")
    seen_at = models.DateTimeField("最近报到", db_index=True)
    number = models.BigIntegerField("配置版本")
    source = models.CharField("配置来源", max_length=10)
    reads = models.JSONField("读取的配置", default=dict)
    deployment = models.JSONField("部署参数", default=dict)

    class Meta:
        verbose_name = "配置节点"
