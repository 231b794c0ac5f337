"""Files that prove what a union reports (证明材料)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from gonghui.kernel.org.scoping import Scoped


class Evidence(Scoped):
    """One file of a union, and the record it proves once that is known."""

    name = models.CharField("文件名", max_length=120)
    content_type = models.CharField("类型", max_length=100)
    size = models.PositiveIntegerField("大小")
    digest = models.CharField("SHA-256", max_length=64)
    stored_as = models.CharField("存储位置", max_length=200)
    target_type = models.CharField("对象类别", max_length=60, blank=True)
    target_id = models.CharField("对象编号", max_length=40, blank=True)
    kept_by_id = models.BigIntegerField("上传人", null=True)
    kept_at = models.DateTimeField("上传时间", auto_now_add=True)

    class Meta:
        verbose_name = "证明材料"
        indexes = [
            models.Index(
                fields=["target_type", "target_id"],
                name="evidence_target",
                condition=~Q(target_id=""),
            ),
            models.Index(fields=["org_path"], name="evidence_path"),
        ]

    def __str__(self) -> str:
        return self.name
