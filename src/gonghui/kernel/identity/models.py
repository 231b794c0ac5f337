"""User accounts (用户), what they sign in with, and the sessions they hold."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q

from gonghui.kernel.people.models import Person

MOBILE = "identity_user.mobile"
CODE = "identity_code.text"
CODE_MOBILE = "identity_code.mobile"
"""What sealed texts and blind indexes are bound to."""


class Status(models.TextChoices):
    INVITED = "invited", "待激活"
    ACTIVE = "active", "正常"
    SUSPENDED = "suspended", "停用"
    CLOSED = "closed", "注销"


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """An account; what it may do is granted in `access`, never stored here.

    `is_active` is true for status ACTIVE only; accounts.py keeps both. The mobile number is
    sealed, found by its blind index, and proves the person once `mobile_verified_at` is set.
    """

    audit_masked = ("display_name",)
    sealed_columns = {"mobile_sealed": MOBILE}
    index_columns = {"mobile_index": ("mobile_sealed", MOBILE, MOBILE)}

    username = models.CharField("用户名", max_length=60, unique=True)
    display_name = models.CharField("姓名", max_length=50)
    title = models.CharField("职务", max_length=60, blank=True)
    person = models.OneToOneField(
        Person,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="user",
        verbose_name="人员",
    )
    status = models.CharField("状态", max_length=9, choices=Status, default=Status.ACTIVE)
    is_active = models.BooleanField("启用", default=True)
    closes_on = models.DateField("到期停用日期", null=True, blank=True)
    post_union_id = models.BigIntegerField("当前岗位所在工会", null=True, blank=True)
    mobile_sealed = models.BinaryField("手机号码", null=True)
    mobile_index = models.BinaryField("手机号码索引", null=True, max_length=32)
    mobile_mask = models.CharField("手机号码", max_length=20, blank=True)
    mobile_verified_at = models.DateTimeField("手机号码验证时间", null=True)
    password_changed_at = models.DateTimeField("密码修改时间", null=True)
    must_change_password = models.BooleanField("须修改密码", default=False)
    sms_second = models.BooleanField("短信作为第二重验证", default=False)
    factor_due_on = models.DateField("第二重验证最迟启用日期", null=True)
    created_at = models.DateTimeField("创建时间", auto_now_add=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["display_name"]

    objects = UserManager()

    class Meta:
        verbose_name = "用户"
        constraints = [
            # A number signs in one account; unproved numbers may repeat.
            models.UniqueConstraint(
                fields=["mobile_index"],
                condition=Q(mobile_verified_at__isnull=False),
                name="user_mobile_once",
            ),
        ]

    def __str__(self) -> str:
        return self.display_name

    def get_full_name(self) -> str:
        return self.display_name


class PasswordPast(models.Model):
    """A password a user had before, as its hash only."""

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="passwords_past", verbose_name="用户"
    )
    hash = models.CharField("密码摘要", max_length=200)
    at = models.DateTimeField("停用时间", auto_now_add=True)

    class Meta:
        verbose_name = "曾用密码"
        indexes = [models.Index(fields=["user", "-at"], name="password_past")]


def new_sid() -> str:
    return secrets.token_urlsafe(24)


class Session(models.Model):
    """One sign-in on one device, from sign-in to its end; its `sid` stays when the key rotates."""

    sid = models.CharField("会话编号", max_length=40, primary_key=True, default=new_sid)
    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="sessions", verbose_name="用户"
    )
    session_key = models.CharField("会话键", max_length=40, unique=True, null=True)
    started_at = models.DateTimeField("登录时间")
    used_at = models.DateTimeField("最近使用")
    verified_at = models.DateTimeField("最近验证身份")
    method = models.CharField("登录方式", max_length=40)
    ip = models.CharField("地址", max_length=45, blank=True)
    place = models.CharField("地点", max_length=40, blank=True)
    agent = models.CharField("浏览器标识", max_length=200, blank=True)
    device = models.CharField("设备", max_length=60, blank=True)
    cadre = models.BooleanField("干部会话", default=True)
    ended_at = models.DateTimeField("结束时间", null=True)
    ended_why = models.CharField("结束原因", max_length=20, blank=True)

    class Meta:
        verbose_name = "会话"
        indexes = [
            models.Index(fields=["user", "-started_at"], name="session_user"),
            models.Index(fields=["used_at"], condition=Q(ended_at=None), name="session_open"),
        ]


class KnownDevice(models.Model):
    """A browser a user has signed in with, known again by a cookie of its own."""

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="devices", verbose_name="用户"
    )
    digest = models.CharField("设备摘要", max_length=64)
    first_at = models.DateTimeField("首次登录", auto_now_add=True)

    class Meta:
        verbose_name = "已知设备"
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="known_device_once")]


class Code(models.Model):
    """A code sent by SMS: hashed for the check, sealed only until it is on its way."""

    sealed_columns = {"text_sealed": CODE, "mobile_sealed": CODE_MOBILE}

    key = models.CharField("编号", max_length=40, primary_key=True, default=new_sid)
    purpose = models.CharField("用途", max_length=20)
    user = models.ForeignKey(
        User, null=True, on_delete=models.CASCADE, related_name="codes", verbose_name="用户"
    )
    live = models.BooleanField("发出", default=True)
    mobile_index = models.BinaryField("手机号码索引", max_length=32)
    mobile_sealed = models.BinaryField("手机号码", null=True)
    text_sealed = models.BinaryField("验证码", null=True)
    digest = models.BinaryField("验证码摘要", max_length=32)
    tries = models.PositiveSmallIntegerField("已试次数", default=0)
    created_at = models.DateTimeField("生成时间")
    expires_at = models.DateTimeField("有效至")
    used_at = models.DateTimeField("使用时间", null=True)

    class Meta:
        verbose_name = "短信验证码"
        indexes = [models.Index(fields=["mobile_index", "-created_at"], name="code_mobile")]


class Invitation(models.Model):
    """A link that lets its holder set the password of an account once."""

    digest = models.CharField("令牌摘要", max_length=64, primary_key=True)
    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="invitations", verbose_name="用户"
    )
    created_at = models.DateTimeField("生成时间", auto_now_add=True)
    expires_at = models.DateTimeField("有效至")
    used_at = models.DateTimeField("使用时间", null=True)

    class Meta:
        verbose_name = "激活邀请"


class QrSignIn(models.Model):
    """A sign-in a desktop asked for by QR code and a phone confirms."""

    class State(models.TextChoices):
        WAITING = "waiting", "等待扫码"
        SCANNED = "scanned", "已扫码"
        CONFIRMED = "confirmed", "已确认"
        REFUSED = "refused", "已拒绝"
        USED = "used", "已使用"

    digest = models.CharField("二维码摘要", max_length=64, primary_key=True)
    browser = models.CharField("浏览器摘要", max_length=64)
    state = models.CharField("状态", max_length=9, choices=State, default=State.WAITING)
    user = models.ForeignKey(
        User, null=True, on_delete=models.CASCADE, related_name="qr_sign_ins", verbose_name="用户"
    )
    ip = models.CharField("申请地址", max_length=45, blank=True)
    device = models.CharField("申请设备", max_length=60, blank=True)
    created_at = models.DateTimeField("生成时间")
    expires_at = models.DateTimeField("有效至")

    class Meta:
        verbose_name = "扫码登录"
        indexes = [models.Index(fields=["expires_at"], name="qr_expires")]


class WeChatBinding(models.Model):
    """The WeChat identity that signs in a user."""

    user = models.OneToOneField(
        User, on_delete=models.CASCADE, related_name="wechat", verbose_name="用户"
    )
    openid = models.CharField("开放编号", max_length=64, unique=True)
    unionid = models.CharField("统一编号", max_length=64, blank=True)
    bound_at = models.DateTimeField("绑定时间", auto_now_add=True)

    class Meta:
        verbose_name = "微信绑定"
