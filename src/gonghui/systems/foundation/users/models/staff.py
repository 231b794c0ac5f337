"""Staff (工作人员): the users of the workbench as their union knows them, and requested changes."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from gonghui.kernel.org.scoping import Scoped


class StaffSource(models.TextChoices):
    OPENED = "opened", "管理员开通"
    IMPORTED = "imported", "批量导入"
    PUSHED = "pushed", "外部系统推送"
    COMMAND = "command", "命令行"


class Staff(Scoped):
    """One user's place in a union: who, what office, since when, from where it was learned.

    name is a copy of the user's. Whether they may sign in, their mobile number and when they
    last came stand with the account. left_on: the account ended with the post that day.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="staff",
        verbose_name="用户",
    )
    name = models.CharField("姓名", max_length=50, db_collation="C")
    number = models.CharField("工号", max_length=30, blank=True)
    department = models.CharField("部门", max_length=60, blank=True)
    title = models.CharField("职务", max_length=60, blank=True)
    source = models.CharField("来源", max_length=8, choices=StaffSource, default=StaffSource.OPENED)
    opened_on = models.DateField("开通日期")
    left_on = models.DateField("离任日期", null=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "用户"
        indexes = [
            models.Index(fields=["org_path"], name="staff_path"),
            models.Index(fields=["city_id", "name"], name="staff_name"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["union", "number"],
                condition=~Q(number="") & Q(left_on=None),
                name="staff_number_once",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def standing(self) -> str:
        """The account's status, or "left"."""
        return "left" if self.left_on else self.user.status


class ChangeState(models.TextChoices):
    WAITING = "waiting", "待核实"
    ACCEPTED = "accepted", "已采纳"
    REFUSED = "refused", "未采纳"


class StaffChange(Scoped):
    """What a user asks to have changed in their own record: {field: new value}."""

    staff = models.ForeignKey(
        Staff, on_delete=models.CASCADE, related_name="changes", verbose_name="用户"
    )
    wanted = models.JSONField("申请变更")
    reason = models.CharField("说明", max_length=200, blank=True)
    state = models.CharField("状态", max_length=8, choices=ChangeState, default=ChangeState.WAITING)
    asked_at = models.DateTimeField("申请时间")
    decided_at = models.DateTimeField("核实时间", null=True)
    decided_by = models.CharField("核实人", max_length=50, blank=True)
    answer = models.CharField("答复", max_length=200, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "用户信息变更申请"
        indexes = [models.Index(fields=["org_path"], name="staff_change_path")]
        constraints = [
            models.UniqueConstraint(
                fields=["staff"], condition=Q(state="waiting"), name="staff_change_one_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.staff.name}的信息变更"
