"""Import batches (导入批次) and the rows they refused."""

from __future__ import annotations

from django.db import models

from gonghui.kernel.org.scoping import Scoped


class ImportBatch(Scoped):
    """One uploaded file on its way into the platform.

    path: where the upload lies. cursor: the last file row that is settled; rows up to it are
    either in the target or among the refused rows, in the same transaction as the cursor.
    duplicate counts those of the bad rows that stand in the file or the platform already.
    """

    class State(models.TextChoices):
        UPLOADED = "uploaded", "待导入"
        RUNNING = "running", "导入中"
        DONE = "done", "已完成"
        FAILED = "failed", "失败"
        CANCELLED = "cancelled", "已取消"

    profile = models.CharField("导入类型", max_length=50)
    filename = models.CharField("文件名", max_length=255)
    path = models.TextField("文件位置", editable=False)
    sha256 = models.CharField("文件摘要", max_length=64, editable=False)
    titles = models.JSONField("表头", default=list)
    mapping = models.JSONField("列对应", default=dict)
    notices = models.JSONField("提示", default=list)
    state = models.CharField("状态", max_length=10, choices=State, default=State.UPLOADED)
    expected = models.PositiveIntegerField("预计行数", default=0)
    cursor = models.PositiveIntegerField("已处理到第几行", default=0)
    total = models.PositiveIntegerField("行数", default=0)
    good = models.PositiveIntegerField("新增或更新", default=0)
    unchanged = models.PositiveIntegerField("无变化", default=0)
    bad = models.PositiveIntegerField("有误", default=0)
    duplicate = models.PositiveIntegerField("其中重复", default=0)
    error = models.TextField("失败原因", blank=True)
    task_id = models.BigIntegerField("任务编号", null=True)
    started_by_id = models.BigIntegerField("导入人", null=True)
    started_by_name = models.CharField("导入人姓名", max_length=100, blank=True)
    created = models.DateTimeField("上传时间", auto_now_add=True)
    finished = models.DateTimeField("完成时间", null=True)

    class Meta:
        verbose_name = "导入批次"
        indexes = [
            models.Index(fields=["org_path", "-id"], name="import_path"),
            models.Index(fields=["started_by_id", "-id"], name="import_starter"),
            models.Index(fields=["state"], name="import_state"),
        ]

    def __str__(self) -> str:
        return f"{self.filename}（{self.get_state_display()}）"

    @property
    def is_over(self) -> bool:
        return self.state in (self.State.DONE, self.State.CANCELLED)


class ImportRow(models.Model):
    """A refused row: what the user wrote, sealed, and what is wrong with it.

    cells: SM4-GCM over the JSON list of the cells in the file's order. problems: a list of
    {column, place, value, reason, rule}; column is a profile key or "" for the whole row, place
    the position in the file or -1, value masked where the column is sensitive.
    """

    sealed_columns = {"cells": "exchange_importrow.cells"}

    batch = models.ForeignKey(
        ImportBatch, on_delete=models.CASCADE, related_name="rows", verbose_name="导入批次"
    )
    number = models.PositiveIntegerField("行号")
    cells = models.BinaryField("原内容")
    problems = models.JSONField("问题")

    class Meta:
        verbose_name = "有误的行"
        constraints = [
            models.UniqueConstraint(fields=["batch", "number"], name="import_row_once"),
        ]

    def __str__(self) -> str:
        return f"第 {self.number} 行"
