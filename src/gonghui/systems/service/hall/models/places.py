"""Content of the halls of the province, the cities and the counties."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from gonghui.kernel.org.scoping import Scoped
from gonghui.systems.service.hall.rules import pieces as rules


class PieceKind(models.TextChoices):
    BANNER = rules.BANNER, "横幅"
    NOTICE = rules.NOTICE, "通知"


class PieceState(models.TextChoices):
    DRAFT = rules.DRAFT, "编写中"
    PUBLISHED = rules.PUBLISHED, "已发布"
    WITHDRAWN = rules.WITHDRAWN, "已撤下"


class Piece(Scoped):
    """A banner or notice (大厅内容) of one place's hall; the halls below show it too."""

    kind = models.CharField("类别", max_length=6, choices=PieceKind, default=PieceKind.NOTICE)
    title = models.CharField("标题", max_length=40)
    text = models.CharField("正文", max_length=400, blank=True)
    link = models.CharField("链接", max_length=200, blank=True)
    rank = models.PositiveSmallIntegerField("顺序", default=50)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("截止日期")
    state = models.CharField("状态", max_length=9, choices=PieceState, default=PieceState.DRAFT)
    drafted_by_id = models.BigIntegerField("编写人编号", null=True)
    drafted_by = models.CharField("编写人", max_length=50)
    drafted_at = models.DateTimeField("编写时间")
    published_by = models.CharField("发布人", max_length=50, blank=True)
    published_at = models.DateTimeField("发布时间", null=True)
    ended_reason = models.CharField("撤下理由", max_length=200, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "大厅内容"
        indexes = [
            models.Index(fields=["org_path", "-id"], name="hall_piece_path"),
            models.Index(
                fields=["org_path"], name="hall_piece_shown", condition=Q(state=rules.PUBLISHED)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="hall_piece_period"
            ),
        ]

    def __str__(self) -> str:
        return self.title
