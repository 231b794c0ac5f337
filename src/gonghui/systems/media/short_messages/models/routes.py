"""Routes (通道): a connection to a carrier or gateway, its price, order and health."""

from __future__ import annotations

from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db import models

from gonghui.kernel.base.fields import SealedTextField
from gonghui.kernel.org.scoping import Scoped
from gonghui.systems.media.short_messages.rules import carriers
from gonghui.systems.media.short_messages.rules.routing import Way


class Protocol(models.TextChoices):
    SMPP = "smpp", "SMPP 3.4"
    CMPP2 = "cmpp2", "CMPP 2.0"
    CMPP3 = "cmpp3", "CMPP 3.0"
    GATEWAY = "gateway", "多媒体网关（HTTP）"


class Health(models.TextChoices):
    DOWN = "down", "未连接"
    LINKED = "linked", "已连接"
    RESTING = "resting", "故障暂停"


class Route(Scoped):
    """A way out. price: 厘 for one part. window: submits on their way at once. rate: a second.

    address: "host:port", or an http address; empty takes the one of the settings. failures: in a
    row, closed_until: out of use till then.
    """

    code = models.CharField("代号", max_length=20, unique=True)
    name = models.CharField("通道名称", max_length=60)
    protocol = models.CharField("协议", max_length=8, choices=Protocol)
    address = models.CharField("地址", max_length=120, blank=True)
    encrypted = models.BooleanField("加密连接", default=False)
    account = models.CharField("账号", max_length=21, blank=True)
    secret = SealedTextField("口令", null=True)
    number = models.CharField("接入号", max_length=20)
    service = models.CharField("业务代码", max_length=10, blank=True)
    carriers = ArrayField(
        models.CharField(max_length=8, choices=carriers.CHOICES), verbose_name="可发运营商"
    )
    payloads = ArrayField(models.CharField(max_length=8), verbose_name="可发形式")
    rank = models.PositiveSmallIntegerField("次序", default=5)
    price = models.PositiveIntegerField("单价（厘）")
    window = models.PositiveSmallIntegerField("窗口", default=32)
    rate = models.PositiveSmallIntegerField("每秒上限", default=200)
    enabled = models.BooleanField("启用", default=True)
    health = models.CharField("状况", max_length=8, choices=Health, default=Health.DOWN)
    failures = models.PositiveIntegerField("连续失败", default=0)
    closed_until = models.DateTimeField("暂停至", null=True)
    linked_at = models.DateTimeField("连接时间", null=True)
    seen_at = models.DateTimeField("最近应答", null=True)
    fault = models.CharField("最近故障", max_length=200, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "短信通道"
        indexes = [models.Index(fields=["org_path"], name="sm_route_path")]

    def __str__(self) -> str:
        return self.name

    @property
    def way(self) -> Way:
        """What the choice of a route looks at."""
        return Way(
            self.pk,
            frozenset(self.carriers),
            frozenset(self.payloads),
            self.rank,
            Decimal(self.price),
            self.enabled,
            self.closed_until,
        )
