"""Business events (业务消息): the outbox they leave from and the inbox of each subscriber."""

import uuid

from django.db import models
from django.db.models import Q


class Outbox(models.Model):
    """One event with the attributes of CloudEvents 1.0, kept until every subscriber has it."""

    event = models.UUIDField("消息编号", default=uuid.uuid4, unique=True)
    type = models.TextField("类型")
    source = models.TextField("来源")
    subject = models.TextField("主体")
    time = models.DateTimeField("发生时间")
    org_path = models.TextField("组织路径", default="", db_collation="C")
    data = models.JSONField("内容", default=dict)
    delivered_at = models.DateTimeField("送达时间", null=True)
    dead_at = models.DateTimeField("停止投递时间", null=True)
    attempts = models.IntegerField("失败次数", default=0)
    next_attempt_at = models.DateTimeField("下次投递时间")
    last_error = models.TextField("最近的错误", default="")

    class Meta:
        db_table = "bus_outbox"
        verbose_name = "待发消息"
        verbose_name_plural = verbose_name
        indexes = [
            models.Index(
                fields=["id"],
                condition=Q(delivered_at=None, dead_at=None),
                name="bus_outbox_waiting",
            ),
            models.Index(fields=["-dead_at"], condition=~Q(dead_at=None), name="bus_outbox_dead"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.subject}"


class Inbox(models.Model):
    """Says that a subscriber has handled an event; written in the handler's own transaction."""

    event = models.UUIDField("消息编号")
    subscriber = models.TextField("订阅方")
    handled_at = models.DateTimeField("处理时间")

    class Meta:
        db_table = "bus_inbox"
        verbose_name = "已处理消息"
        verbose_name_plural = verbose_name
        constraints = [
            models.UniqueConstraint(fields=["event", "subscriber"], name="bus_inbox_once"),
        ]

    def __str__(self) -> str:
        return f"{self.subscriber} {self.event}"
