"""Posts (岗位), the templates they are made from, and who holds them (任职)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from gonghui.kernel.org.models import UnionKind
from gonghui.kernel.org.scoping import Scoped
from gonghui.systems.foundation.users.models.staff import Staff


class PostState(models.TextChoices):
    OPEN = "open", "在用"
    ABOLISHED = "abolished", "已撤销"


class PostTemplate(Scoped):
    """A post every union of one kind below `union` should have."""

    kind = models.CharField("适用工会类型", max_length=2, choices=UnionKind)
    title = models.CharField("岗位名称", max_length=40)
    roles = models.JSONField("岗位权限", default=list)
    headcount = models.PositiveSmallIntegerField("编制数", default=1)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "岗位模板"
        indexes = [models.Index(fields=["org_path"], name="post_template_path")]
        constraints = [
            models.UniqueConstraint(fields=["union", "kind", "title"], name="post_template_once")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}{self.title}"


class Post(Scoped):
    """A post of one union; who holds it has its roles (codes) on the union's subtree.

    holders counts the tenures under way, kept by the actions that begin and end them.
    """

    title = models.CharField("岗位名称", max_length=40)
    template = models.ForeignKey(
        PostTemplate,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name="岗位模板",
    )
    roles = models.JSONField("岗位权限", default=list)
    headcount = models.PositiveSmallIntegerField("编制数", default=1)
    holders = models.PositiveSmallIntegerField("在岗人数", default=0)
    state = models.CharField("状态", max_length=9, choices=PostState, default=PostState.OPEN)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "岗位"
        indexes = [models.Index(fields=["org_path"], name="post_path")]
        constraints = [
            models.UniqueConstraint(
                fields=["union", "title"], condition=Q(state="open"), name="post_once"
            ),
            models.CheckConstraint(condition=Q(holders__gte=0), name="post_holders"),
        ]

    def __str__(self) -> str:
        return self.title


class Tenure(Scoped):
    """A user in a post from a day to a day (inclusive); its grants have source "post"."""

    staff = models.ForeignKey(
        Staff, on_delete=models.PROTECT, related_name="tenures", verbose_name="用户"
    )
    post = models.ForeignKey(
        Post, on_delete=models.PROTECT, related_name="tenures", verbose_name="岗位"
    )
    from_on = models.DateField("任职日期")
    until_on = models.DateField("任职期限", null=True, blank=True)
    document = models.CharField("任职文件", max_length=80, blank=True)
    ended_on = models.DateField("离岗日期", null=True)
    end_reason = models.CharField("离岗原因", max_length=200, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "任职"
        indexes = [
            models.Index(fields=["org_path"], name="tenure_path"),
            models.Index(fields=["until_on"], condition=Q(ended_on=None), name="tenure_due"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["staff", "post"], condition=Q(ended_on=None), name="tenure_once"
            ),
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")), name="tenure_days"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.staff.name}：{self.post.title}"
