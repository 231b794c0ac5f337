"""How a person's desk is arranged, and which functions the person opens."""

from __future__ import annotations

from django.db import models


class Desk(models.Model):
    """A person's own arrangement of the home page; no row means the one of the role.

    layout: [[widget, width], …], empty for the role's. personal: whether opened functions are
    counted and what is shown follows from them.
    """

    user_id = models.BigIntegerField("用户编号", primary_key=True)
    layout = models.JSONField("排列", default=list)
    personal = models.BooleanField("按使用习惯推荐", default=True)
    changed_at = models.DateTimeField("修改时间", auto_now=True)

    class Meta:
        verbose_name = "工作台排列"


class Usage(models.Model):
    """How often a user opened a function on a day; only functions, never a record or a word."""

    user_id = models.BigIntegerField("用户编号")
    function = models.CharField("功能", max_length=120)
    day = models.DateField("日期")
    count = models.PositiveIntegerField("次数", default=1)

    class Meta:
        verbose_name = "功能使用次数"
        constraints = [
            models.UniqueConstraint(fields=["user_id", "day", "function"], name="usage_once"),
        ]
        indexes = [models.Index(fields=["day"], name="usage_day")]


class RoleHabit(models.Model):
    """A function many holders of a role open, for those who have no habits yet.

    users: how many different people, never fewer than the rule asks for.
    """

    role = models.CharField("角色", max_length=20)
    function = models.CharField("功能", max_length=120)
    users = models.PositiveIntegerField("使用人数")

    class Meta:
        verbose_name = "角色常用功能"
        constraints = [
            models.UniqueConstraint(fields=["role", "function"], name="role_habit_once"),
        ]
