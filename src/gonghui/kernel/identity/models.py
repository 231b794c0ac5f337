"""User accounts (用户): who signs in, and which person that is."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from gonghui.kernel.people.models import Person


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(username=self.model.normalize_username(username), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """An account; what it may do is granted in `access`, never stored here."""

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
    is_active = models.BooleanField("启用", default=True)
    post_union_id = models.BigIntegerField("当前岗位所在工会", null=True, blank=True)
    created_at = models.DateTimeField("创建时间", auto_now_add=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["display_name"]

    objects = UserManager()

    class Meta:
        verbose_name = "用户"

    def __str__(self) -> str:
        return self.display_name

    def get_full_name(self) -> str:
        return self.display_name


class SignInAttempt(models.Model):
    """Failures in a row for one account name or address; a lock-out counts them."""

    key = models.CharField("账号或地址", max_length=120, primary_key=True)
    failures = models.PositiveIntegerField("连续失败次数", default=0)
    locked_until = models.DateTimeField("锁定至", null=True)
    last_at = models.DateTimeField("最近一次", auto_now=True)

    class Meta:
        verbose_name = "登录失败记录"
