"""Cases (办件): what a desk works on. Nothing in this module's tables names a complainant."""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import F, Q

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.roles import Permission
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scoped, ScopedQuerySet

NO_TERM = date(9999, 12, 31)


class Phase(models.TextChoices):
    """How far a case is, the same for every kind; finer steps are the system's (Case.step)."""

    RECEIVED = "received", "待受理"
    ROUTED = "routed", "待签收"
    HANDLING = "handling", "办理中"
    REVIEW = "review", "答复待审"
    REPLIED = "replied", "已答复"
    CLOSED = "closed", "已办结"
    DECLINED = "declined", "不予受理"
    MERGED = "merged", "已并案"
    WITHDRAWN = "withdrawn", "已撤回"


OPEN = (Phase.RECEIVED, Phase.ROUTED, Phase.HANDLING, Phase.REVIEW)
"""Somebody has work to do."""
LIVE = (*OPEN, Phase.REPLIED)
"""Not settled yet: an answered case waits for the call-back or the rating."""


class Channel(models.TextChoices):
    WEB = "web", "网上"
    PHONE = "phone", "电话"
    COUNTER = "counter", "窗口"
    SMS = "sms", "短信"
    WECHAT = "wechat", "微信"
    WEIBO = "weibo", "微博"
    APP = "app", "手机应用"
    LETTER = "letter", "信件"
    TRANSFER = "transfer", "上级转来"


class Secrecy(models.TextChoices):
    """How a complainant's identity is kept; never known to the unit complained of."""

    NAMED = "named", "实名"
    CONFIDENTIAL = "confidential", "保密"
    ANONYMOUS = "anonymous", "匿名"


class Difficulty(models.TextChoices):
    """Source: 12351 classes of 2023 (一般、难点、特别复杂)."""

    COMMON = "common", "一般"
    HARD = "hard", "难点"
    COMPLEX = "complex", "特别复杂"


class CaseQuerySet(ScopedQuerySet):
    def seen_by(self, actor: Actor, permission: Permission) -> Self:
        """Cases within the actor's scope, without those about a unit the actor has a post in."""
        found = self.within(actor.scope(permission))
        return found.exclude(respondent_id__in=own_units(actor)) if actor.grants else found


def own_units(actor: Actor) -> set[int]:
    """The unions an actor works in and every one above: complaints about these are not theirs."""
    return {int(part) for held in actor.grants for part in held.path.rstrip(".").split(".")}


class Case(Scoped):
    """One case; `union` is whose desk it lies at now, never the unit complained of or below it.

    number and received_at never change (trigger, migration 0002). title and summary are
    written for forwarding: without a name, a telephone number or anything else of a person.
    step: the system's own state, worded by Kind.steps. due_on: the nearest day a running clock
    ends, empty while paused; rank_on the same for ordering. merged_into: the collective case.
    intakes: how many complaints it answers.
    """

    follows_mergers = True
    kind = models.CharField("业务", max_length=20)
    number = models.CharField("编号", max_length=26, unique=True)
    title = models.CharField("标题", max_length=80)
    summary = models.TextField("转办摘要", blank=True, max_length=1000)
    category = models.CharField("类别", max_length=20, blank=True)
    difficulty = models.CharField(
        "难度", max_length=8, choices=Difficulty, default=Difficulty.COMMON
    )
    channel = models.CharField("首次来件渠道", max_length=8, choices=Channel)
    secrecy = models.CharField("身份", max_length=12, choices=Secrecy, default=Secrecy.NAMED)
    phase = models.CharField("状态", max_length=9, choices=Phase, default=Phase.RECEIVED)
    step = models.CharField("环节", max_length=20, blank=True)
    received_at = models.DateTimeField("首次收到时间")
    respondent = models.ForeignKey(
        Union,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="被反映工会",
        db_index=False,
    )
    respondent_name = models.CharField("被反映单位", max_length=120, blank=True)
    handler_id = models.BigIntegerField("承办人编号", null=True)
    handler_name = models.CharField("承办人", max_length=50, blank=True)
    accepted_at = models.DateTimeField("受理时间", null=True)
    routed_at = models.DateTimeField("派发时间", null=True)
    taken_at = models.DateTimeField("签收时间", null=True)
    replied_at = models.DateTimeField("答复时间", null=True)
    closed_at = models.DateTimeField("办结时间", null=True)
    due_on = models.DateField("办理期限", null=True)
    rank_on = models.DateField("排序日期", default=NO_TERM, editable=False)
    paused_on = models.DateField("暂停日期", null=True)
    late = models.BooleanField("超期办结", null=True)
    collective = models.BooleanField("集体事项", default=False)
    intakes_count = models.PositiveIntegerField("来件数", default=1)
    merged_into = models.ForeignKey(
        "self",
        null=True,
        on_delete=models.PROTECT,
        related_name="absorbed",
        verbose_name="并入",
        db_index=False,
    )
    supervised = models.BooleanField("督办", default=False)
    urged = models.PositiveSmallIntegerField("催办次数", default=0)
    crisis = models.BooleanField("紧急", default=False)
    round = models.PositiveSmallIntegerField("办理轮次", default=1)
    score = models.DecimalField("满意度", max_digits=3, decimal_places=2, null=True)
    outcome = models.CharField("结果", max_length=20, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    objects = models.Manager.from_queryset(CaseQuerySet)()

    class Meta:
        verbose_name = "办件"
        indexes = [
            # Queues: only what is open, so they stay small however many years are kept.
            models.Index(
                fields=["city_id", "kind", "rank_on", "id"],
                condition=Q(phase__in=OPEN),
                name="cw_queue_city",
            ),
            models.Index(
                fields=["county_id", "kind", "rank_on", "id"],
                condition=Q(phase__in=OPEN),
                name="cw_queue_county",
            ),
            models.Index(
                fields=["union", "kind", "rank_on", "id"],
                condition=Q(phase__in=OPEN),
                name="cw_queue_union",
            ),
            models.Index(
                fields=["kind", "rank_on", "id"],
                condition=Q(phase__in=OPEN),
                name="cw_queue",
            ),
            models.Index(
                fields=["handler_id", "rank_on", "id"],
                condition=Q(phase__in=OPEN),
                name="cw_queue_handler",
            ),
            models.Index(
                fields=["kind", "respondent_name"],
                condition=Q(phase__in=OPEN),
                name="cw_open_respondent",
            ),
            models.Index(
                fields=["kind", "rank_on", "id"],
                condition=Q(phase=Phase.REPLIED),
                name="cw_queue_replied",
            ),
            models.Index(fields=["kind", "-received_at", "-id"], name="cw_kind"),
            models.Index(fields=["city_id", "kind", "-received_at", "-id"], name="cw_city"),
            models.Index(fields=["county_id", "kind", "-received_at", "-id"], name="cw_county"),
            models.Index(fields=["org_path"], name="cw_path"),
            models.Index(
                fields=["respondent", "-received_at"],
                condition=Q(respondent__isnull=False),
                name="cw_respondent",
            ),
            models.Index(
                fields=["merged_into"], condition=Q(merged_into__isnull=False), name="cw_merged"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(respondent=None) | ~Q(respondent=F("union")),
                name="cw_not_at_respondent",
            ),
            models.CheckConstraint(
                condition=Q(phase=Phase.MERGED, merged_into__isnull=False)
                | (~Q(phase=Phase.MERGED) & Q(merged_into=None)),
                name="cw_merged_somewhere",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def audit_label(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        return self.phase in OPEN

    def about(self, path: str) -> bool:
        """Whether a union at this path is the unit complained of or lies below it."""
        return self.respondent_id is not None and str(self.respondent_id) in path.split(".")

    def facts(self) -> dict[str, Any]:
        """What events and hooks may pass on: nothing of a person."""
        return {
            "id": self.pk,
            "number": self.number,
            "kind": self.kind,
            "category": self.category,
            "phase": self.phase,
            "union": self.union_id,
            "collective": self.collective,
        }


class CaseEvent(models.Model):
    """One line of a case's history; public ones are shown to the complainants as well."""

    case = models.ForeignKey(
        Case, on_delete=models.CASCADE, related_name="events", verbose_name="办件"
    )
    at = models.DateTimeField("时间")
    moment = models.CharField("环节", max_length=16)
    title = models.CharField("事项", max_length=40)
    text = models.TextField("说明", blank=True)
    by_id = models.BigIntegerField("办理人编号", null=True)
    by_name = models.CharField("办理人", max_length=50, blank=True)
    union_name = models.CharField("办理工会", max_length=120, blank=True)
    public = models.BooleanField("对来件人公开", default=False)

    class Meta:
        verbose_name = "办理经过"
        indexes = [models.Index(fields=["case", "id"], name="cw_event_order")]

    def __str__(self) -> str:
        return f"{self.title} {self.at:%Y-%m-%d %H:%M}"


class NumberCounter(models.Model):
    """The last number given out under a prefix on a day."""

    prefix = models.CharField("业务", max_length=6)
    day = models.DateField("日期")
    last = models.PositiveIntegerField("末号", default=0)

    class Meta:
        verbose_name = "办件编号计数"
        constraints = [models.UniqueConstraint(fields=["prefix", "day"], name="cw_number_day")]
