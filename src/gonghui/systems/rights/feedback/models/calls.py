"""The telephone: calls as the switch tells them, shifts, seats, scripts."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from gonghui.engines.casework.models import Case
from gonghui.kernel.base.fields import SealedTextField
from gonghui.kernel.base.masking import mask_mobile
from gonghui.kernel.identity.models import User
from gonghui.kernel.org.scoping import Scoped

NUMBER = "feedback_call.number"


class CallState(models.TextChoices):
    WAITING = "waiting", "振铃中"
    TALKING = "talking", "通话中"
    HOLDING = "holding", "保持中"
    ENDED = "ended", "已结束"
    MISSED = "missed", "未接听"
    UNKNOWN = "unknown", "状态不明"


class Call(Scoped):
    """One call that came in, worked out anew from its events with each that arrives.

    key: the switch's number of the call. case: what was made of it. returned_at: a missed call
    was called back. recording: the switch's number of the recording, which stays there.
    """

    key = models.CharField("通话编号", max_length=60, unique=True)
    number = SealedTextField("主叫号码", mask=mask_mobile, null=True)
    number_index = models.BinaryField("主叫号码索引", null=True, max_length=32)
    state = models.CharField("状态", max_length=7, choices=CallState, default=CallState.WAITING)
    rang_at = models.DateTimeField("振铃时间")
    answered_at = models.DateTimeField("接听时间", null=True)
    ended_at = models.DateTimeField("结束时间", null=True)
    agent = models.CharField("座席工号", max_length=50, blank=True)
    waited = models.PositiveIntegerField("等候秒数", default=0)
    held = models.PositiveIntegerField("保持秒数", default=0)
    talked = models.PositiveIntegerField("通话秒数", default=0)
    transfers = models.PositiveSmallIntegerField("转接次数", default=0)
    recording = models.CharField("录音编号", max_length=120, blank=True)
    transcript = SealedTextField("通话文本", null=True)
    case = models.ForeignKey(
        Case, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="办件"
    )
    imported = models.BooleanField("补录", default=False)
    returned_at = models.DateTimeField("回拨时间", null=True)
    returned_by = models.CharField("回拨人", max_length=50, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "通话"
        indexes = [
            models.Index(fields=["org_path"], name="fb_call_path"),
            models.Index(fields=["city_id", "-rang_at", "-id"], name="fb_call_city"),
            models.Index(fields=["-rang_at", "-id"], name="fb_call_time"),
            models.Index(
                fields=["rang_at"],
                condition=Q(state__in=("waiting", "talking", "holding")),
                name="fb_call_live",
            ),
        ]

    def __str__(self) -> str:
        return f"通话 {self.key}"


class CallEvent(models.Model):
    """One event as the switch delivered it; the same key twice is one event."""

    call = models.ForeignKey(
        Call, on_delete=models.PROTECT, related_name="events", verbose_name="通话"
    )
    key = models.CharField("事件编号", max_length=80, unique=True)
    kind = models.CharField("事件", max_length=11)
    at = models.DateTimeField("发生时间")
    agent = models.CharField("座席工号", max_length=50, blank=True)
    recording = models.CharField("录音编号", max_length=120, blank=True)
    received_at = models.DateTimeField("收到时间")

    class Meta:
        verbose_name = "话务事件"


class Shift(Scoped):
    """Who sits at the hotline from when to when. seat: the number the switch knows them by."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="人员")
    user_name = models.CharField("姓名", max_length=50)
    seat = models.CharField("座席工号", max_length=50)
    starts_at = models.DateTimeField("上班时间")
    ends_at = models.DateTimeField("下班时间")
    ended = models.BooleanField("取消", default=False)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "班次"
        indexes = [
            models.Index(fields=["org_path"], name="fb_shift_path"),
            models.Index(fields=["city_id", "-starts_at", "-id"], name="fb_shift_city"),
            models.Index(fields=["user", "starts_at"], name="fb_shift_user"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=models.F("starts_at")), name="fb_shift_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_name} {self.starts_at:%m-%d %H:%M}"


class Script(Scoped):
    """What is said on the telephone to a subject (话术): opening, questions line by line, closing.

    topic: of rules.topics; empty for every call.
    """

    topic = models.CharField("类别", max_length=20, blank=True)
    title = models.CharField("名称", max_length=60)
    opening = models.TextField("开场", max_length=500)
    questions = models.TextField("必问事项", max_length=2000)
    closing = models.TextField("结束语", max_length=500, blank=True)
    ended_on = models.DateField("停用日期", null=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "话术"
        indexes = [models.Index(fields=["org_path"], name="fb_script_path")]
        constraints = [
            models.UniqueConstraint(
                fields=["union", "topic"], condition=Q(ended_on=None), name="fb_script_once"
            ),
        ]

    def __str__(self) -> str:
        return self.title
