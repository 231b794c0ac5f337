"""Wishes of workers (职工心愿), votes for them, who follows them, and what became of them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from gonghui.activities.census.rules import wishes as rules
from gonghui.kernel.org.scoping import Scoped
from gonghui.kernel.people.models import Person


class WishState(models.TextChoices):
    NEW = rules.NEW, "待答复"
    ACCEPTED = rules.ACCEPTED, "已采纳"
    IN_PROGRESS = rules.IN_PROGRESS, "办理中"
    DONE = rules.DONE, "已实现"
    DECLINED = rules.DECLINED, "未采纳"
    MERGED = rules.MERGED, "已合并"


class Category(models.TextChoices):
    """Kinds of service; the codes are provisional until the provincial table is had."""

    SKILLS = "10", "技能培训"
    LAW = "20", "法律维权"
    HELP = "30", "困难帮扶"
    HEALTH = "40", "健康体检"
    MIND = "50", "心理关爱"
    CHILDREN = "60", "子女托管"
    CULTURE = "70", "文体活动"
    FRIENDS = "75", "婚恋交友"
    BENEFITS = "80", "普惠优惠"
    CONDITIONS = "85", "劳动条件"
    OTHER = "90", "其他"


class Channel(models.TextChoices):
    ONLINE = "online", "网上提出"
    OFFLINE = "offline", "线下登记"


class Wish(Scoped):
    """A service workers order (点菜); `union` is the union asked, `org_path` its place.

    person_name is a copy for the union's cadres: the person's own record may lie outside what
    they see. votes counts the distinct persons of Vote.
    """

    audit_masked = ("person_name",)

    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", verbose_name="提出人"
    )
    person_name = models.CharField("提出人姓名", max_length=50)
    anonymous = models.BooleanField("对其他职工匿名", default=False)
    channel = models.CharField("来源", max_length=7, choices=Channel, default=Channel.ONLINE)
    category = models.CharField("类别", max_length=2, choices=Category)
    title = models.CharField("标题", max_length=60)
    detail = models.TextField("具体需求", blank=True, max_length=1000)
    state = models.CharField("状态", max_length=11, choices=WishState, default=WishState.NEW)
    votes = models.PositiveIntegerField("支持人数", default=0)
    created_at = models.DateTimeField("提出时间")
    due_on = models.DateField("答复期限")
    answered_at = models.DateTimeField("首次答复时间", null=True)
    answer_workdays = models.PositiveIntegerField("答复用时（工作日）", null=True)
    closed_at = models.DateTimeField("办结时间", null=True)
    reply = models.TextField("我们听到了", blank=True, max_length=1000)
    replied_at = models.DateTimeField("答复时间", null=True)
    result_title = models.CharField("开出的服务", max_length=80, blank=True)
    result_url = models.CharField("服务链接", max_length=300, blank=True)
    merged_into = models.ForeignKey(
        "self",
        null=True,
        on_delete=models.PROTECT,
        related_name="absorbed",
        verbose_name="合并到",
    )
    hidden_at = models.DateTimeField("隐藏时间", null=True)
    hidden_reason = models.CharField("隐藏理由", max_length=200, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "职工心愿"
        indexes = [
            models.Index(fields=["org_path"], name="wish_path"),
            models.Index(
                fields=["union", "-votes", "created_at"],
                name="wish_order",
                condition=Q(hidden_at=None) & ~Q(state="merged"),
            ),
            models.Index(fields=["person"], name="wish_person"),
            models.Index(fields=["due_on"], name="wish_waiting", condition=Q(answered_at=None)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")), name="wish_not_into_itself"
            ),
            models.CheckConstraint(
                condition=Q(state="merged", merged_into__isnull=False)
                | (~Q(state="merged") & Q(merged_into=None)),
                name="wish_merged_somewhere",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Vote(models.Model):
    """One person's support of one wish."""

    wish = models.ForeignKey(
        Wish, on_delete=models.CASCADE, related_name="ballots", verbose_name="心愿"
    )
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", verbose_name="支持人"
    )
    at = models.DateTimeField("时间", auto_now_add=True)

    class Meta:
        verbose_name = "心愿支持"
        constraints = [
            models.UniqueConstraint(fields=["wish", "person"], name="wish_vote_once"),
        ]


class Follow(models.Model):
    """A person who is told of each step of a wish."""

    wish = models.ForeignKey(
        Wish, on_delete=models.CASCADE, related_name="follows", verbose_name="心愿"
    )
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="+", verbose_name="关注人"
    )

    class Meta:
        verbose_name = "心愿关注"
        constraints = [
            models.UniqueConstraint(fields=["wish", "person"], name="wish_follow_once"),
        ]


class WishEvent(models.Model):
    """One public line of a wish's progress: what the union said or did, and when."""

    wish = models.ForeignKey(
        Wish, on_delete=models.CASCADE, related_name="events", verbose_name="心愿"
    )
    at = models.DateTimeField("时间", auto_now_add=True)
    title = models.CharField("进展", max_length=40)
    text = models.TextField("说明", blank=True)
    union_name = models.CharField("办理工会", max_length=120)
    tone = models.CharField("类别", max_length=6, default="info")

    class Meta:
        verbose_name = "心愿进展"
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["wish", "-at"], name="wish_event_order")]
