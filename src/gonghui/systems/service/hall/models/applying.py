"""Drafts, what was handed in through the hall, and how it was rated."""

from __future__ import annotations

from django.db import models

from gonghui.kernel.base.fields import SealedTextField
from gonghui.kernel.base.masking import mask_name
from gonghui.kernel.org.scoping import Scoped


class Channel(models.TextChoices):
    WEB = "web", "网上"
    COUNTER = "counter", "窗口"
    PROXY = "proxy", "代办"


class Draft(models.Model):
    """An application being filled in; sealed, gone after some weeks.

    owner: "u" and the user's number, or "s" and a random word the browser keeps signed. files:
    material code -> keys of stored files. reused: material code -> number of the kept material.
    """

    owner = models.CharField("填写人", max_length=50)
    service = models.CharField("服务", max_length=60)
    for_person_id = models.BigIntegerField("办给谁", null=True)
    answers = SealedTextField("填写内容")
    done = models.JSONField("已填的页", default=list)
    files = models.JSONField("材料", default=dict)
    reused = models.JSONField("再用的材料", default=dict)
    saved_at = models.DateTimeField("保存时间", auto_now=True)

    class Meta:
        verbose_name = "办事草稿"
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "service", "for_person_id"],
                nulls_distinct=False,
                name="hall_draft_once",
            )
        ]
        indexes = [models.Index(fields=["saved_at"], name="hall_draft_saved")]


class Handing(Scoped):
    """One application taken in by the hall, on the web, at a counter or by a proxy.

    What was said stays with the system it was handed to; here is who took it in, for whom, and
    what the person was told.
    """

    scope_person = "person_id"
    audit_masked = ("person_name",)

    number = models.CharField("受理编号", max_length=24, unique=True)
    service = models.CharField("服务编码", max_length=60)
    title = models.CharField("服务事项", max_length=60)
    system = models.CharField("系统", max_length=12)
    channel = models.CharField("渠道", max_length=7, choices=Channel, default=Channel.WEB)
    person_id = models.BigIntegerField("办理人编号", null=True)
    person_name = models.CharField("办理人", max_length=50, blank=True)
    taken_by_id = models.BigIntegerField("受理人编号", null=True)
    taken_by = models.CharField("受理人", max_length=50, blank=True)
    target_type = models.TextField("对象类别")
    target_id = models.TextField("对象编号")
    handed_at = models.DateTimeField("提交时间")
    what_next = models.CharField("接下来", max_length=300)
    due_on = models.DateField("办理期限", null=True)
    link = models.TextField("查看地址", blank=True)
    owner = models.CharField("提交人", max_length=50, blank=True)
    private = models.BooleanField("只告知受理单位", default=False)

    class Meta:
        verbose_name = "大厅受理登记"
        indexes = [
            models.Index(fields=["org_path", "-id"], name="hall_handing_path"),
            models.Index(fields=["person_id", "-id"], name="hall_handing_person"),
            models.Index(fields=["service", "handed_at"], name="hall_handing_service"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["target_type", "target_id"], name="hall_handing_target"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}（{self.number}）"

    @property
    def shown_name(self) -> str:
        """The person's name as a list may show it."""
        return mask_name(self.person_name) if self.person_name else "未登录"


class Rating(Scoped):
    """How a person rated a settled matter of a service that takes no rating itself."""

    scope_person = "person_id"

    service = models.CharField("服务编码", max_length=60)
    title = models.CharField("服务事项", max_length=60)
    system = models.CharField("系统", max_length=12)
    person_id = models.BigIntegerField("评价人编号")
    target_type = models.TextField("对象类别")
    target_id = models.TextField("对象编号")
    score = models.PositiveSmallIntegerField("评分")
    words = SealedTextField("意见", null=True)
    rated_at = models.DateTimeField("评价时间")

    class Meta:
        verbose_name = "服务评价"
        indexes = [
            models.Index(fields=["org_path", "-id"], name="hall_rating_path"),
            models.Index(fields=["service"], name="hall_rating_service"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person_id", "target_type", "target_id"], name="hall_rating_once"
            ),
            models.CheckConstraint(
                condition=models.Q(score__gte=1, score__lte=5), name="hall_rating_score"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.score} 分"
