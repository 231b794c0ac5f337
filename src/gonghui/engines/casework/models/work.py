"""The work on a case: clocks, pauses, extensions, parts of others, movements, supervision."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from gonghui.engines.casework.models.cases import Case
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scoped


class Clock(models.Model):
    """A term that runs: so many days of a unit from the day after started_on.

    due_on is empty while paused. met_on: the day on which what it waits for was done; stopped:
    it no longer matters (the case was merged, declined or withdrawn). One of a code runs at a time.
    """

    class Unit(models.TextChoices):
        WORK = "work", "工作日"
        CALENDAR = "calendar", "日"

    case = models.ForeignKey(
        Case, on_delete=models.CASCADE, related_name="clocks", verbose_name="办件"
    )
    code = models.CharField("时限", max_length=20)
    title = models.CharField("名称", max_length=40)
    round = models.PositiveSmallIntegerField("办理轮次", default=1)
    unit = models.CharField("单位", max_length=8, choices=Unit)
    days = models.PositiveSmallIntegerField("天数")
    extra_days = models.PositiveSmallIntegerField("延长天数", default=0)
    pausable = models.BooleanField("可以暂停", default=True)
    started_on = models.DateField("起算日期")
    due_on = models.DateField("到期日期", null=True)
    met_on = models.DateField("完成日期", null=True)
    stopped = models.BooleanField("已停用", default=False)
    source = models.CharField("依据", max_length=200, blank=True)
    warned = models.BooleanField("已黄灯提醒", default=False)
    alarmed = models.BooleanField("已红灯提醒", default=False)

    class Meta:
        verbose_name = "办理时限"
        indexes = [
            models.Index(
                fields=["due_on"],
                condition=Q(met_on=None, stopped=False),
                name="cw_clock_due",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "code"],
                condition=Q(met_on=None, stopped=False),
                name="cw_clock_runs_once",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Pause(models.Model):
    """Days that do not count: from from_on up to, not including, until_on (empty: still)."""

    case = models.ForeignKey(
        Case, on_delete=models.CASCADE, related_name="pauses", verbose_name="办件"
    )
    from_on = models.DateField("暂停日期")
    until_on = models.DateField("恢复日期", null=True)
    reason = models.CharField("理由", max_length=200)
    by_name = models.CharField("批准人", max_length=50)
    resumed_by_name = models.CharField("恢复人", max_length=50, blank=True)

    class Meta:
        verbose_name = "时限暂停"
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(until_on=None), name="cw_pause_open_once"
            ),
        ]


class ExtensionState(models.TextChoices):
    ASKED = "asked", "待审批"
    GRANTED = "granted", "已同意"
    REFUSED = "refused", "不同意"


class Extension(models.Model):
    """A request for more days of one clock; a clock is extended once."""

    clock = models.ForeignKey(
        Clock, on_delete=models.CASCADE, related_name="extensions", verbose_name="时限"
    )
    days = models.PositiveSmallIntegerField("延长天数")
    reason = models.CharField("理由", max_length=200)
    state = models.CharField(
        "状态", max_length=7, choices=ExtensionState, default=ExtensionState.ASKED
    )
    asked_at = models.DateTimeField("申请时间")
    asked_by_id = models.BigIntegerField("申请人编号", null=True)
    asked_by_name = models.CharField("申请人", max_length=50)
    decided_at = models.DateTimeField("审批时间", null=True)
    decided_by_name = models.CharField("审批人", max_length=50, blank=True)
    opinion = models.CharField("审批意见", max_length=200, blank=True)

    class Meta:
        verbose_name = "延期申请"
        constraints = [
            models.UniqueConstraint(
                fields=["clock"],
                condition=Q(state__in=(ExtensionState.ASKED, ExtensionState.GRANTED)),
                name="cw_extension_once",
            ),
        ]


class PartRole(models.TextChoices):
    JOINT = "joint", "协办"
    RESPONDENT = "respondent", "被反映单位说明"


class PartState(models.TextChoices):
    ASKED = "asked", "待办理"
    ANSWERED = "answered", "已反馈"
    RETURNED = "returned", "退回重办"
    CANCELLED = "cancelled", "已取消"


class Part(Scoped):
    """What another union was asked to do for a case; it sees the task and nothing of a person.

    task is written for it. disclosed: the lead let a joint unit know who complained; the unit
    complained of never can.
    """

    follows_mergers = True
    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, related_name="parts", verbose_name="办件"
    )
    role = models.CharField("分工", max_length=10, choices=PartRole)
    task = models.TextField("要求", max_length=1000)
    due_on = models.DateField("反馈期限")
    state = models.CharField("状态", max_length=9, choices=PartState, default=PartState.ASKED)
    disclosed = models.BooleanField("已告知来件人身份", default=False)
    asked_at = models.DateTimeField("提出时间")
    asked_by_name = models.CharField("提出人", max_length=50)
    answer = models.TextField("反馈", blank=True, max_length=4000)
    answered_at = models.DateTimeField("反馈时间", null=True)
    answered_by_name = models.CharField("反馈人", max_length=50, blank=True)
    returned = models.CharField("退回理由", max_length=200, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "协办事项"
        indexes = [
            models.Index(fields=["org_path"], name="cw_part_path"),
            models.Index(
                fields=["union", "due_on"],
                condition=Q(state__in=(PartState.ASKED, PartState.RETURNED)),
                name="cw_part_open",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "union"],
                condition=~Q(state=PartState.CANCELLED),
                name="cw_part_once",
            ),
            models.CheckConstraint(
                condition=~Q(role=PartRole.RESPONDENT, disclosed=True),
                name="cw_part_never_disclosed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case.number} {self.get_role_display()}"


class MovementKind(models.TextChoices):
    ROUTE = "route", "派发"
    RETURN = "return", "退回"
    LIFT = "lift", "提级"
    HAND_OVER = "hand_over", "交接"


class Movement(models.Model):
    """A case went to another desk or another hand; because: the line of the table that said so."""

    case = models.ForeignKey(
        Case, on_delete=models.CASCADE, related_name="movements", verbose_name="办件"
    )
    kind = models.CharField("方式", max_length=9, choices=MovementKind)
    at = models.DateTimeField("时间")
    from_union_id = models.BigIntegerField("原办理工会编号")
    from_name = models.CharField("原办理方", max_length=120)
    to_union_id = models.BigIntegerField("新办理工会编号")
    to_name = models.CharField("新办理方", max_length=120)
    reason = models.CharField("理由", max_length=300, blank=True)
    because = models.TextField("派发依据", blank=True)
    by_name = models.CharField("经手人", max_length=50)

    class Meta:
        verbose_name = "流转记录"
        indexes = [models.Index(fields=["case", "id"], name="cw_movement_order")]


class Urging(models.Model):
    """A case was urged (催办); at most once a day."""

    case = models.ForeignKey(
        Case, on_delete=models.CASCADE, related_name="urgings", verbose_name="办件"
    )
    day = models.DateField("日期")
    at = models.DateTimeField("时间")
    by_name = models.CharField("催办人", max_length=50)
    text = models.CharField("内容", max_length=300)

    class Meta:
        verbose_name = "催办"
        constraints = [
            models.UniqueConstraint(fields=["case", "day"], name="cw_urging_once_a_day"),
        ]


class Supervision(models.Model):
    """A superior asks for an account of a case by a day (督办)."""

    class State(models.TextChoices):
        OPEN = "open", "督办中"
        ANSWERED = "answered", "已报告"
        CLOSED = "closed", "已销号"

    case = models.ForeignKey(
        Case, on_delete=models.CASCADE, related_name="supervisions", verbose_name="办件"
    )
    union = models.ForeignKey(
        Union, on_delete=models.PROTECT, related_name="+", verbose_name="督办工会"
    )
    requirement = models.CharField("督办要求", max_length=500)
    due_on = models.DateField("报告期限")
    state = models.CharField("状态", max_length=8, choices=State, default=State.OPEN)
    opened_at = models.DateTimeField("督办时间")
    opened_by_id = models.BigIntegerField("督办人编号", null=True)
    opened_by_name = models.CharField("督办人", max_length=50)
    answer = models.TextField("办理报告", blank=True, max_length=4000)
    answered_at = models.DateTimeField("报告时间", null=True)
    closed_at = models.DateTimeField("销号时间", null=True)

    class Meta:
        verbose_name = "督办"
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=~Q(state="closed"),
                name="cw_supervision_open_once",
            ),
        ]
