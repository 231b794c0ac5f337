"""Saved charts and reports (图形和报表定义), and every version of each."""

from __future__ import annotations

from django.db import models

from gonghui.kernel.org.scoping import Scoped
from gonghui.systems.foundation.components.rules import charting


class Audience(models.TextChoices):
    """Who finds a definition; what they see in it is always their own range."""

    OWNER = charting.OWNER, "仅本人"
    UNION = charting.UNION, "本工会和上级工会"
    BELOW = charting.BELOW, "本工会、上级和全部下级工会"


class Definition(Scoped):
    """A chart or report somebody saved: from which data, in what form, for whom.

    kind: a kind of chart or "report". spec: see rules.charting.Spec. number: its latest version.
    """

    owner_id = models.BigIntegerField("所有人")
    owner_name = models.CharField("所有人姓名", max_length=50)
    title = models.CharField("名称", max_length=60)
    dataset = models.CharField("数据集", max_length=40)
    kind = models.CharField("形式", max_length=12)
    spec = models.JSONField("取数方式")
    audience = models.CharField("谁可以看", max_length=6, choices=Audience)
    active = models.BooleanField("使用中", default=True)
    number = models.PositiveIntegerField("版本号", default=1)
    changed_at = models.DateTimeField("修改时间")
    version = models.PositiveIntegerField("修改次数", default=1)

    class Meta:
        verbose_name = "图形和报表定义"
        indexes = [
            models.Index(fields=["org_path"], name="chart_definition_path"),
            models.Index(fields=["owner_id", "-changed_at"], name="chart_definition_owner"),
            models.Index(fields=["union", "audience"], name="chart_definition_shared"),
        ]

    def __str__(self) -> str:
        return self.title


class Edition(models.Model):
    """One version of a definition, written once. content: the number of the version whose
    content it has, its own unless it took an earlier one back."""

    definition = models.ForeignKey(
        Definition, on_delete=models.PROTECT, related_name="editions", verbose_name="定义"
    )
    number = models.PositiveIntegerField("版本号")
    content = models.PositiveIntegerField("内容来自版本")
    title = models.CharField("名称", max_length=60)
    kind = models.CharField("形式", max_length=12)
    spec = models.JSONField("取数方式")
    audience = models.CharField("谁可以看", max_length=6, choices=Audience)
    words = models.CharField("改了什么", max_length=200)
    at = models.DateTimeField("时间")
    by_name = models.CharField("修改人", max_length=50)

    class Meta:
        verbose_name = "图形和报表定义的版本"
        constraints = [
            models.UniqueConstraint(fields=["definition", "number"], name="chart_edition_once")
        ]
