"""Grants (授权): a role for a user on a union's subtree, for a term."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from gonghui.kernel.access.roles import ROLES
from gonghui.kernel.audit.models import Entry
from gonghui.kernel.codes.models import RuleParameter
from gonghui.kernel.org.scoping import Scoped, ScopedManager


class Grant(Scoped):
    """A role held by a user on a union and all below it, from a day to a day (inclusive)."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="grants",
        verbose_name="用户",
    )
    role = models.CharField(
        "角色", max_length=20, choices=[(role.code, role.title) for role in ROLES.values()]
    )
    valid_from = models.DateField("起")
    valid_to = models.DateField("止", null=True, blank=True)
    granted_by_id = models.BigIntegerField("授权人", null=True)
    reason = models.CharField("授权依据", max_length=200, blank=True)
    source = models.CharField(
        "来源",
        max_length=12,
        choices=[
            ("direct", "直接授权"),
            ("post", "岗位"),
            ("delegation", "委托"),
            ("provisioned", "外部推送"),
        ],
        default="direct",
    )
    source_id = models.BigIntegerField("来源记录", null=True)
    reviewed_on = models.DateField("最近复核", null=True)
    ended_at = models.DateTimeField("收回时间", null=True, blank=True)

    class Meta:
        verbose_name = "授权"
        indexes = [models.Index(fields=["org_path"], name="grant_path")]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "union", "source", "source_id"],
                nulls_distinct=False,
                condition=Q(ended_at=None),
                name="grant_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user.display_name}：{self.get_role_display()}"


class Unmasking(models.Model):
    """A look at somebody's plain personal data: who, whose, which fields, why."""

    user_id = models.BigIntegerField("查看人")
    person_id = models.BigIntegerField("被查看人")
    fields = models.JSONField("字段")
    reason = models.CharField("理由", max_length=200)
    at = models.DateTimeField("时间", auto_now_add=True)

    class Meta:
        verbose_name = "个人信息查看记录"
        indexes = [models.Index(fields=["person_id", "-at"], name="unmasking_person")]


class AuditEntry(Entry):
    """Audit entries, read within a scope of the tree like any other list."""

    scope_path = "org_path"

    objects = ScopedManager()

    class Meta:
        proxy = True
        verbose_name = "操作日志"


class DatedParameter(RuleParameter):
    """Rule parameters as a list with records and steps; open to everybody who is signed in."""

    objects = ScopedManager()

    class Meta:
        proxy = True
        verbose_name = "业务参数"

    def __str__(self) -> str:
        return self.title
