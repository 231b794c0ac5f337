"""What was seen: calls by day, events over the bus, and differences from what is declared."""

from __future__ import annotations

from django.db import models

from gonghui.kernel.org.scoping import Scoped


class Caller(models.TextChoices):
    CADRE = "cadre", "干部"
    WORKER = "worker", "职工"
    CLIENT = "client", "接入应用"
    NOBODY = "nobody", "未登录"


class CallCount(models.Model):
    """How often an address was asked on a day, by whom, with what outcome.

    route: the pattern of the address, "" for one nobody serves. client: the registered
    application that called. unit: the city or province union of the caller's post, 0 for none.
    outcome: first digit of the HTTP status.
    """

    day = models.DateField("日期")
    route = models.CharField("地址", max_length=200)
    method = models.CharField("方法", max_length=6)
    caller = models.CharField("调用者", max_length=6, choices=Caller)
    client = models.CharField("接入应用", max_length=80, blank=True)
    unit = models.BigIntegerField("单位", default=0)
    outcome = models.PositiveSmallIntegerField("结果")
    count = models.BigIntegerField("次数", default=0)

    class Meta:
        verbose_name = "调用统计"
        constraints = [
            models.UniqueConstraint(
                fields=["day", "route", "method", "caller", "client", "unit", "outcome"],
                name="call_count_once",
            )
        ]


class BusFlow(models.Model):
    """How many events of a type were published, or handled by a subscriber.

    last_id: of the outbox or inbox row counted last, so that each is counted once.
    """

    name = models.CharField("类型或订阅方", max_length=200)
    handled = models.BooleanField("已处理", default=False)
    count = models.BigIntegerField("数量", default=0)
    last_id = models.BigIntegerField("计至", default=0)
    last_at = models.DateTimeField("最近一次", null=True)

    class Meta:
        verbose_name = "业务消息统计"
        constraints = [models.UniqueConstraint(fields=["name", "handled"], name="bus_flow_once")]


class FindingState(models.TextChoices):
    OPEN = "open", "待处理"
    ACCEPTED = "accepted", "已接受"
    MENDED = "mended", "已消除"


class Finding(Scoped):
    """A difference between what is declared and what is seen; placed at the province's root."""

    kind = models.CharField("类别", max_length=40)
    key = models.CharField("标识", max_length=300)
    system = models.CharField("系统", max_length=12, blank=True)
    title = models.CharField("差异", max_length=300)
    why = models.CharField("说明", max_length=500)
    remedy = models.CharField("怎样处理", max_length=500)
    state = models.CharField("状态", max_length=8, choices=FindingState, default=FindingState.OPEN)
    reason = models.CharField("接受理由", max_length=300, blank=True)
    first_seen = models.DateTimeField("首次发现")
    last_seen = models.DateTimeField("最近发现")
    settled_at = models.DateTimeField("处理时间", null=True)
    version = models.PositiveIntegerField("修订号", default=1)

    class Meta:
        verbose_name = "登记与实际的差异"
        constraints = [
            models.UniqueConstraint(fields=["union", "kind", "key"], name="finding_once")
        ]
        indexes = [models.Index(fields=["org_path"], name="finding_path")]

    def __str__(self) -> str:
        return self.title
