"""Security events and counters of attempts."""

from django.db import models


class Severity(models.TextChoices):
    INFO = "info", "提示"
    WARNING = "warning", "警告"
    SERIOUS = "serious", "严重"


class SecurityEvent(models.Model):
    """Something the security administrator should be able to see later; never changed."""

    kind = models.CharField("类别", max_length=40)
    severity = models.CharField("级别", max_length=10, choices=Severity.choices)
    at = models.DateTimeField("时间", auto_now_add=True, db_index=True)
    user_id = models.BigIntegerField("用户", null=True)
    name = models.CharField("姓名或账号", max_length=120, blank=True)
    ip = models.CharField("地址", max_length=45, blank=True)
    subject = models.CharField("对象", max_length=200, blank=True)
    org_path = models.CharField("所在工会路径", max_length=200, blank=True)
    facts = models.JSONField("情况", default=dict)

    class Meta:
        verbose_name = "安全事件"
        indexes = [
            models.Index(fields=["kind", "-at"], name="security_kind"),
            models.Index(fields=["user_id", "-at"], name="security_user"),
        ]


class Attempt(models.Model):
    """Failed attempts under one key: "password:zhangsan", "sms:1:ip:10.0.0.1"."""

    key = models.CharField("键", max_length=160, primary_key=True)
    failures = models.PositiveIntegerField("失败次数", default=0)
    since = models.DateTimeField("起算时间")
    locked_until = models.DateTimeField("锁定至", null=True)

    class Meta:
        verbose_name = "尝试计数"
