"""What a person keeps about pages: drafts, saved views; and the log of exports."""

from __future__ import annotations

import json

from django.conf import settings
from django.db import models

from gonghui.kernel.base.fields import SealedTextField
from gonghui.kernel.org.scoping import ScopedManager


class Draft(models.Model):
    """What somebody typed into a form and has not submitted; sealed, for it may hold anything."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name="用户"
    )
    key = models.CharField("表单", max_length=120)
    content = SealedTextField("内容")
    saved_at = models.DateTimeField("保存时间", auto_now=True)

    class Meta:
        verbose_name = "草稿"
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="draft_once")]

    @property
    def data(self) -> dict[str, str]:
        """What was typed, by field name."""
        return json.loads(self.content.reveal())


class SavedView(models.Model):
    """A list as somebody likes to see it: filters, order and columns under a name."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name="用户"
    )
    resource = models.CharField("列表", max_length=60)
    title = models.CharField("名称", max_length=30)
    query = models.CharField("条件", max_length=1000)

    class Meta:
        verbose_name = "常用视图"
        constraints = [
            models.UniqueConstraint(fields=["user", "resource", "title"], name="view_once")
        ]


class ExportLog(models.Model):
    """One export: who took which rows out, for what purpose (个人信息保护法 第五十五条)."""

    scope_path = "org_path"

    user_id = models.BigIntegerField("导出人")
    user_name = models.CharField("导出人姓名", max_length=50)
    resource = models.CharField("列表", max_length=60)
    query = models.CharField("条件", max_length=1000, blank=True)
    purpose = models.CharField("用途", max_length=200)
    rows = models.PositiveIntegerField("行数")
    org_path = models.TextField("组织路径", db_collation="C", blank=True)
    at = models.DateTimeField("时间", auto_now_add=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = "导出记录"
        indexes = [models.Index(fields=["-at"], name="export_at")]
