"""Security events, how they were handled, and counters of attempts and requests."""

from __future__ import annotations

from typing import Any, Self

from django.db import models


class Severity(models.TextChoices):
    INFO = "info", "提示"
    WARNING = "warning", "警告"
    SERIOUS = "serious", "严重"


class EventQuerySet(models.QuerySet):
    """Events are read within a scope of the tree; those of no place, at the root of the tree."""

    def within(self, scope: Any) -> Self:
        """The events of a scope; an empty one gives none."""
        if not scope:
            return self.none()
        found = scope.condition(self.model)
        if any(item.depth == 1 for item in scope.ranges):
            found |= models.Q(org_path="")
        return self.filter(found)

    def unscoped(self, reason: str) -> Self:
        """All events, for a reason."""
        if not reason:
            raise ValueError("an unscoped query needs a reason")
        return self.all()


class SecurityEvent(models.Model):
    """Something the security administrator should be able to see later; never changed."""

    scope_path = "org_path"

    kind = models.CharField("类别", max_length=40)
    severity = models.CharField("级别", max_length=10, choices=Severity.choices)
    at = models.DateTimeField("时间", auto_now_add=True, db_index=True)
    user_id = models.BigIntegerField("用户", null=True)
    name = models.CharField("姓名或账号", max_length=120, blank=True)
    ip = models.CharField("地址", max_length=45, blank=True)
    subject = models.CharField("对象", max_length=200, blank=True)
    org_path = models.CharField("所在工会路径", max_length=200, blank=True)
    facts = models.JSONField("情况", default=dict)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = "安全事件"
        indexes = [
            models.Index(fields=["kind", "-at"], name="security_kind"),
            models.Index(fields=["user_id", "-at"], name="security_user"),
        ]

    def __str__(self) -> str:
        return f"安全事件 {self.pk}"


class Verdict(models.TextChoices):
    """What was found of an event."""

    CONFIRMED = "confirmed", "已核实"
    FALSE_ALARM = "false_alarm", "误报"


class EventReview(models.Model):
    """How an event was handled (处置); the event itself stays as it was written."""

    event = models.OneToOneField(
        SecurityEvent, models.CASCADE, related_name="review", verbose_name="事件"
    )
    verdict = models.CharField("结论", max_length=20, choices=Verdict.choices)
    note = models.CharField("说明", max_length=500)
    by_id = models.BigIntegerField("处置人编号")
    by_name = models.CharField("处置人", max_length=120)
    at = models.DateTimeField("处置时间", auto_now=True)

    class Meta:
        verbose_name = "安全事件处置"

    def __str__(self) -> str:
        return f"安全事件 {self.event_id}"

    @property
    def org_path(self) -> str:
        return self.event.org_path


class RateCount(models.Model):
    """Requests of all processes under one key in one minute; see rates.py."""

    key = models.CharField("键", max_length=200, primary_key=True)
    minute = models.IntegerField("分钟", db_index=True)
    hits = models.IntegerField("次数", default=0)

    class Meta:
        verbose_name = "访问计数"


class Attempt(models.Model):
    """Failed attempts under one key: "password:zhangsan", "sms:1:ip:10.0.0.1"."""

    key = models.CharField("键", max_length=160, primary_key=True)
    failures = models.PositiveIntegerField("失败次数", default=0)
    since = models.DateTimeField("起算时间")
    locked_until = models.DateTimeField("锁定至", null=True)

    class Meta:
        verbose_name = "尝试计数"
