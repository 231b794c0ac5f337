"""Records a person follows (关注)."""

from __future__ import annotations

from django.db import models


class Follow(models.Model):
    """A record of any resource one user wants to know the changes of.

    title: what it was called when it was marked. target_type, target_id: how the audit names it.
    seen_entry: the last audit entry there was when the user last looked.
    """

    follows_moves = True

    user_id = models.BigIntegerField("用户编号")
    resource = models.CharField("列表", max_length=60)
    target_type = models.CharField("对象类别", max_length=100)
    target_id = models.CharField("对象编号", max_length=40)
    title = models.CharField("名称", max_length=200)
    org_path = models.TextField("组织路径", db_collation="C", default="")
    seen_entry = models.BigIntegerField("已看到的日志编号", default=0)
    at = models.DateTimeField("关注时间", auto_now_add=True)

    class Meta:
        verbose_name = "关注"
        constraints = [
            models.UniqueConstraint(
                fields=["user_id", "resource", "target_id"], name="desk_follow_once"
            ),
        ]
        indexes = [models.Index(fields=["org_path"], name="desk_follow_path")]

    def __str__(self) -> str:
        return self.title
