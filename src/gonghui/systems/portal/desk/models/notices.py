"""Notices (公告) of a union to the cadres at and below it, and who has read them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from gonghui.kernel.org.scoping import Scoped
from gonghui.systems.portal.desk.rules import notices as rules


class NoticeState(models.TextChoices):
    DRAFT = rules.DRAFT, "拟稿"
    PUBLISHED = rules.PUBLISHED, "已发布"
    WITHDRAWN = rules.WITHDRAWN, "已撤回"
    EXPIRED = rules.EXPIRED, "已到期"


class Reach(models.TextChoices):
    SUBTREE = "subtree", "本工会及所有下级"
    OWN = "own", "只限本工会"


class Notice(Scoped):
    """A notice; `union` is the one that gives it. roles: whom it is for, empty for every cadre.

    event_on: a day it is about (a meeting, a deadline), for the calendar.
    """

    title = models.CharField("标题", max_length=80)
    body = models.TextField("正文", max_length=20_000)
    reach = models.CharField("发布范围", max_length=8, choices=Reach, default=Reach.SUBTREE)
    roles = ArrayField(
        models.CharField("角色", max_length=20), verbose_name="阅读对象", default=list, blank=True
    )
    must_read = models.BooleanField("要求确认已阅", default=False)
    pinned = models.BooleanField("置顶", default=False)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("截止日期")
    event_on = models.DateField("事项日期", null=True, blank=True)
    state = models.CharField("状态", max_length=9, choices=NoticeState, default=NoticeState.DRAFT)
    drafted_by_id = models.BigIntegerField("拟稿人编号", null=True)
    drafted_by = models.CharField("拟稿人", max_length=50)
    drafted_at = models.DateTimeField("拟稿时间")
    published_by = models.CharField("发布人", max_length=50, blank=True)
    published_at = models.DateTimeField("发布时间", null=True)
    ended_reason = models.CharField("撤回理由", max_length=200, blank=True)
    urged_on = models.DateField("最近催阅日期", null=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "公告"
        indexes = [
            models.Index(fields=["org_path", "-id"], name="notice_path"),
            models.Index(
                fields=["org_path"], name="notice_open", condition=Q(state=rules.PUBLISHED)
            ),
            models.Index(fields=["ends_on"], name="notice_end", condition=Q(state="published")),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="notice_period"),
        ]

    def __str__(self) -> str:
        return self.title


class NoticeReading(models.Model):
    """That a user has opened a notice, and confirmed to have read it."""

    notice = models.ForeignKey(
        Notice, on_delete=models.CASCADE, related_name="readings", verbose_name="公告"
    )
    user_id = models.BigIntegerField("用户编号")
    read_at = models.DateTimeField("打开时间")
    confirmed_at = models.DateTimeField("确认时间", null=True)

    class Meta:
        verbose_name = "公告阅读"
        constraints = [
            models.UniqueConstraint(fields=["notice", "user_id"], name="notice_reading_once"),
        ]
        indexes = [models.Index(fields=["user_id", "notice"], name="notice_reading_user")]
