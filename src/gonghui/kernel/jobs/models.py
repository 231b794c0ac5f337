"""Long work that people wait for (任务): its progress and outcome."""

from django.db import models


class Task(models.Model):
    """One piece of long work, started by a user and run by a job."""

    class State(models.TextChoices):
        QUEUED = "queued", "排队中"
        RUNNING = "running", "进行中"
        DONE = "done", "已完成"
        FAILED = "failed", "失败"
        CANCELLED = "cancelled", "已取消"

    kind = models.TextField("种类")
    title = models.TextField("标题")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.QUEUED)
    done = models.BigIntegerField("已处理", default=0)
    total = models.BigIntegerField("总数", null=True)
    message = models.TextField("进展", default="")
    started_by_id = models.BigIntegerField("发起人编号", null=True)
    org_path = models.TextField("组织路径", default="", db_collation="C")
    result = models.JSONField("结果", default=dict)
    error = models.TextField("失败原因", default="")
    cancel_requested = models.BooleanField("要求取消", default=False)
    created = models.DateTimeField("发起时间")
    started = models.DateTimeField("开始时间", null=True)
    finished = models.DateTimeField("结束时间", null=True)

    class Meta:
        db_table = "jobs_task"
        verbose_name = "任务"
        verbose_name_plural = verbose_name
        indexes = [
            models.Index(fields=["started_by_id", "-id"], name="jobs_task_starter"),
            models.Index(fields=["kind", "-id"], name="jobs_task_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.title}（{self.get_state_display()}）"

    @property
    def is_over(self) -> bool:
        return self.state in (self.State.DONE, self.State.FAILED, self.State.CANCELLED)

    @property
    def percent(self) -> int | None:
        """Whole per cent done; None while the total is unknown."""
        if self.state == self.State.DONE:
            return 100
        return min(100, self.done * 100 // self.total) if self.total else None
