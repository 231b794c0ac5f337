"""Monitoring (网络信息监测): sources, what they brought, and what calls for attention."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from gonghui.engines.language.models import LABELS
from gonghui.kernel.org.scoping import Scoped


class SourceState(models.TextChoices):
    WAITING = "waiting", "待启用"
    ACTIVE = "active", "使用中"
    STOPPED = "stopped", "已停用"


class FeedSource(Scoped):
    """A public feed (RSS, Atom or JSON Feed) read through the guard of outgoing calls."""

    title = models.CharField("名称", max_length=60)
    address = models.CharField("地址", max_length=300)
    why = models.CharField("用途", max_length=200)
    minutes = models.PositiveIntegerField("间隔分钟", default=60)
    state = models.CharField("状态", max_length=7, choices=SourceState, default=SourceState.WAITING)
    asked_by_id = models.BigIntegerField("登记人编号", null=True)
    asked_by = models.CharField("登记人", max_length=50)
    next_at = models.DateTimeField("下次读取", null=True)
    read_at = models.DateTimeField("最近读取", null=True)
    failures = models.PositiveIntegerField("连续失败", default=0)
    failure = models.CharField("失败原因", max_length=200, blank=True)
    brought = models.PositiveIntegerField("带来信息", default=0)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "信息源"
        indexes = [models.Index(fields=["org_path"], name="ai_source_path")]
        constraints = [models.UniqueConstraint(fields=["union", "address"], name="ai_source_once")]

    def __str__(self) -> str:
        return self.title


class ItemState(models.TextChoices):
    NEW = "new", "未读"
    READ = "read", "已阅"
    KEPT = "kept", "重点"
    DROPPED = "dropped", "无关"


class FeedItem(Scoped):
    """One piece of public information, once: the same text of two sources is one."""

    source = models.ForeignKey(
        FeedSource, on_delete=models.PROTECT, related_name="items", verbose_name="信息源"
    )
    key = models.CharField("识别码", max_length=64)
    title = models.CharField("标题", max_length=200)
    link = models.CharField("链接", max_length=500, blank=True)
    summary = models.TextField("摘要", max_length=2_000, blank=True)
    published_at = models.DateTimeField("发布时间")
    found_at = models.DateTimeField("发现时间")
    label = models.CharField("类别", max_length=10, choices=LABELS)
    share = models.FloatField("把握")
    relevance = models.PositiveSmallIntegerField("相关程度")
    keywords = ArrayField(models.CharField(max_length=30), verbose_name="关键词", default=list)
    place = models.CharField("地点", max_length=20, blank=True)
    alerts = ArrayField(models.CharField(max_length=60), verbose_name="预警", default=list)
    state = models.CharField("状态", max_length=7, choices=ItemState, default=ItemState.NEW)
    handled_by = models.CharField("处置人", max_length=50, blank=True)
    handled_at = models.DateTimeField("处置时间", null=True)
    opinion = models.CharField("处置意见", max_length=300, blank=True)
    copies = models.PositiveIntegerField("出现次数", default=1)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "网络信息"
        indexes = [models.Index(fields=["org_path", "-published_at"], name="ai_item_path")]
        constraints = [models.UniqueConstraint(fields=["union", "key"], name="ai_item_once")]

    def __str__(self) -> str:
        return self.title


class AlertRule(Scoped):
    """What calls for attention: every one of `all_words`, one of `any_words`, a label, a place."""

    title = models.CharField("名称", max_length=60)
    all_words = ArrayField(models.CharField(max_length=30), verbose_name="同时出现", default=list)
    any_words = ArrayField(models.CharField(max_length=30), verbose_name="任一出现", default=list)
    label = models.CharField("类别", max_length=10, choices=LABELS, blank=True)
    place = models.CharField("地点", max_length=20, blank=True)
    active = models.BooleanField("使用中", default=True)
    hits = models.PositiveIntegerField("命中次数", default=0)
    changed_by = models.CharField("修改人", max_length=50)
    changed_at = models.DateTimeField("修改时间")
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "预警规则"
        indexes = [models.Index(fields=["org_path"], name="ai_rule_path")]

    def __str__(self) -> str:
        return self.title
