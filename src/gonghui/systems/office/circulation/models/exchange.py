"""Documents exchanged with the national federation's office environment (全总协同办公环境)."""

from __future__ import annotations

from django.db import models

from gonghui.kernel.org.scoping import Scoped
from gonghui.systems.office.circulation.models.incoming import Incoming
from gonghui.systems.office.circulation.models.outgoing import Outgoing


class Direction(models.TextChoices):
    UP = "up", "报送全总"
    DOWN = "down", "全总来文"


class ExchangeState(models.TextChoices):
    WAITING = "waiting", "等待对方确认"
    DONE = "done", "已确认"
    REJECTED = "rejected", "未采用"


class Exchange(Scoped):
    """One document on its way to or from above.

    key: the id both sides know it by, under which it is sent again without becoming two. sm3: of
    the file. leased_until: who asks now has it so long. said: what the other side last answered.
    """

    direction = models.CharField("方向", max_length=4, choices=Direction)
    key = models.CharField("交换编号", max_length=64, unique=True)
    document = models.ForeignKey(
        Outgoing, null=True, on_delete=models.PROTECT, related_name="exchanges", verbose_name="发文"
    )
    incoming = models.ForeignKey(
        Incoming, null=True, on_delete=models.PROTECT, related_name="exchanges", verbose_name="收文"
    )
    organ = models.CharField("发文机关", max_length=120)
    number = models.CharField("发文字号", max_length=60, blank=True)
    title = models.CharField("标题", max_length=200)
    sm3 = models.CharField("文件摘要", max_length=64)
    state = models.CharField(
        "状态", max_length=8, choices=ExchangeState, default=ExchangeState.WAITING
    )
    receipt = models.CharField("回执号", max_length=60, blank=True)
    said = models.CharField("对方应答", max_length=300, blank=True)
    tries = models.PositiveIntegerField("次数", default=0)
    next_at = models.DateTimeField("下次联系")
    leased_until = models.DateTimeField("联系中至", null=True)
    begun_at = models.DateTimeField("发起时间")
    ended_at = models.DateTimeField("确认时间", null=True)

    class Meta:
        verbose_name = "与全总的公文交换"
        indexes = [
            models.Index(fields=["city_id", "-begun_at", "-id"], name="circ_exchange_city"),
            models.Index(fields=["org_path"], name="circ_exchange_path"),
            models.Index(
                fields=["next_at"],
                name="circ_exchange_due",
                condition=models.Q(state="waiting"),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["document"],
                condition=~models.Q(state="rejected"),
                name="circ_exchange_once",
            ),
        ]

    def __str__(self) -> str:
        return self.title
