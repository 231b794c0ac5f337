"""Changes of settings, from proposal to force, and the history of what was in force."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from gonghui.kernel.config.memory import CONTEXT, UNSET, Sealed
from gonghui.kernel.org.scoping import Scoped
from gonghui.systems.foundation.config import rules


class State(models.TextChoices):
    WAITING = rules.WAITING, "等待批准"
    SCHEDULED = rules.SCHEDULED, "等待生效"
    GRAY = rules.GRAY, "试行中"
    APPLIED = rules.APPLIED, "已生效"
    REJECTED = rules.REJECTED, "已驳回"
    WITHDRAWN = rules.WITHDRAWN, "已撤回"
    FAILED = rules.FAILED, "未能生效"


class Origin(models.TextChoices):
    EDIT = "edit", "直接修改"
    ROLLBACK = "rollback", "回退"
    IMPORT = "import", "文件导入"
    CLONE = "clone", "从其他工会复制"


class Change(Scoped):
    """A change of one setting at one union (配置变更), from proposal to its end.

    value or sealed: what is wanted; neither: the union goes back to what it inherits (clears).
    gray: ids of the unions that try it first. before: words of the union's own value when it was
    proposed.
    """

    sealed_columns = {"sealed": CONTEXT}

    setting = models.CharField("配置项代码", max_length=80)
    title = models.CharField("配置项", max_length=120)
    clears = models.BooleanField("恢复继承", default=False)
    value = models.JSONField("取值", null=True)
    sealed = models.BinaryField("加密取值", null=True)
    words = models.CharField("新的取值", max_length=200)
    before = models.CharField("原来的取值", max_length=200)
    origin = models.CharField("来由", max_length=10, choices=Origin, default=Origin.EDIT)
    reason = models.CharField("修改原因", max_length=200)
    state = models.CharField("状态", max_length=10, choices=State)
    dangerous = models.BooleanField("需要第二人批准", default=False)
    gray = models.JSONField("试行工会", default=list)
    effective_at = models.DateTimeField("生效时间", null=True)
    proposed_at = models.DateTimeField("提出时间")
    proposed_by_id = models.BigIntegerField("提出人编号", null=True)
    proposed_by_name = models.CharField("提出人", max_length=120)
    decided_at = models.DateTimeField("批准时间", null=True)
    decided_by_id = models.BigIntegerField("批准人编号", null=True)
    decided_by_name = models.CharField("批准人", max_length=120, blank=True)
    ended_at = models.DateTimeField("办结时间", null=True)
    ended_by_name = models.CharField("办结人", max_length=120, blank=True)
    opinion = models.CharField("办理意见", max_length=200, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "配置变更"
        indexes = [
            models.Index(fields=["org_path"], name="setting_change_path"),
            models.Index(fields=["state", "effective_at"], name="setting_change_due"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["setting", "union"],
                condition=Q(state__in=rules.OPEN),
                name="setting_change_open_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.title}（{self.union.name}）"

    @property
    def stored(self) -> Any:
        """What is to be stored: JSON, Sealed or UNSET."""
        if self.clears:
            return UNSET
        return self.value if self.sealed is None else Sealed(bytes(self.sealed))


class Applied(models.Model):
    """One value that came into force at one union (配置历史); written once, never changed."""

    sealed_columns = {"before_sealed": CONTEXT, "after_sealed": CONTEXT}

    change = models.ForeignKey(
        Change, on_delete=models.PROTECT, related_name="applied", verbose_name="配置变更"
    )
    setting = models.CharField("配置项代码", max_length=80)
    union = models.ForeignKey(
        "org.Union", on_delete=models.PROTECT, related_name="+", verbose_name="工会"
    )
    at = models.DateTimeField("时间")
    had_own = models.BooleanField("原来有自己的取值")
    before = models.JSONField("原来的取值", null=True)
    before_sealed = models.BinaryField("原来的加密取值", null=True)
    has_own = models.BooleanField("现在有自己的取值")
    after = models.JSONField("新的取值", null=True)
    after_sealed = models.BinaryField("新的加密取值", null=True)
    number = models.BigIntegerField("配置版本")
    by_name = models.CharField("办理人", max_length=120)

    class Meta:
        verbose_name = "配置历史"
        indexes = [models.Index(fields=["setting", "union", "-id"], name="setting_applied")]

    @property
    def stored_before(self) -> Any:
        """What stood there: JSON, Sealed or UNSET."""
        return _stored(self.had_own, self.before, self.before_sealed)

    @property
    def stored_after(self) -> Any:
        """What stood there from then on: JSON, Sealed or UNSET."""
        return _stored(self.has_own, self.after, self.after_sealed)


def _stored(own: bool, value: Any, sealed: bytes | memoryview | None) -> Any:
    if not own:
        return UNSET
    return value if sealed is None else Sealed(bytes(sealed))
