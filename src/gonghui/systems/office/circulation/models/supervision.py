"""Meetings (会议事项) and supervision (督办事项): progress, extensions, closure."""

from __future__ import annotations

from django.db import models

from gonghui.kernel.files.models import StoredFile
from gonghui.kernel.org.scoping import Scoped
from gonghui.systems.office.circulation.models.incoming import Incoming
from gonghui.systems.office.circulation.models.outgoing import Outgoing, person_field
from gonghui.systems.office.circulation.rules import handling as rules


class Meeting(Scoped):
    """A meeting, what it dealt with, and what it decided."""

    title = models.CharField("会议名称", max_length=120)
    held_on = models.DateField("会议日期")
    place = models.CharField("地点", max_length=80, blank=True)
    chair = models.CharField("主持人", max_length=50)
    present = models.TextField("出席", blank=True)
    excused = models.TextField("请假", blank=True)
    attending = models.TextField("列席", blank=True)
    agenda = models.TextField("议题")
    decisions = models.TextField("议定事项", blank=True)
    minutes = models.OneToOneField(
        Outgoing, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name="会议纪要"
    )
    recorded_by = models.CharField("登记人", max_length=50)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "会议事项"
        indexes = [
            models.Index(fields=["city_id", "-held_on", "-id"], name="circ_meeting_city"),
            models.Index(fields=["org_path"], name="circ_meeting_path"),
        ]

    def __str__(self) -> str:
        return self.title


class TaskState(models.TextChoices):
    OPEN = rules.TASK_OPEN, rules.TASK_TITLES[rules.TASK_OPEN]
    REPORTED = rules.TASK_REPORTED, rules.TASK_TITLES[rules.TASK_REPORTED]
    CLOSED = rules.TASK_CLOSED, rules.TASK_TITLES[rules.TASK_CLOSED]
    CANCELLED = rules.TASK_CANCELLED, rules.TASK_TITLES[rules.TASK_CANCELLED]


class Source(models.TextChoices):
    INCOMING = "incoming", "收文批示"
    MEETING = "meeting", "会议议定"
    OUTGOING = "outgoing", "发文部署"
    LEADER = "leader", "领导交办"


class Task(Scoped):
    """A matter under supervision, with one who is responsible and a day.

    evidence: the paper on which it is closed.
    """

    title = models.CharField("督办事项", max_length=200)
    demand = models.TextField("办理要求")
    source = models.CharField("来源", max_length=10, choices=Source)
    incoming = models.ForeignKey(
        Incoming, null=True, on_delete=models.PROTECT, related_name="tasks", verbose_name="收文"
    )
    meeting = models.ForeignKey(
        Meeting, null=True, on_delete=models.PROTECT, related_name="tasks", verbose_name="会议"
    )
    handler = person_field("责任人", null=False)
    handler_name = models.CharField("责任人", max_length=50)
    supervisor = person_field("督办人", null=False)
    opened_at = models.DateTimeField("立项时间")
    due_on = models.DateField("办结期限")
    first_due_on = models.DateField("原定期限")
    extended = models.PositiveSmallIntegerField("延期次数", default=0)
    urged = models.PositiveSmallIntegerField("催办次数", default=0)
    urged_at = models.DateTimeField("最近催办", null=True)
    state = models.CharField("状态", max_length=10, choices=TaskState, default=TaskState.OPEN)
    result = models.TextField("办理结果", blank=True)
    evidence = models.ForeignKey(
        StoredFile, null=True, on_delete=models.PROTECT, related_name="+", verbose_name="办结材料"
    )
    reported_at = models.DateTimeField("上报时间", null=True)
    closed_on = models.DateField("销号日期", null=True)
    close_note = models.CharField("销号意见", max_length=300, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "督办事项"
        indexes = [
            models.Index(fields=["city_id", "due_on", "id"], name="circ_task_city"),
            models.Index(fields=["county_id", "due_on", "id"], name="circ_task_county"),
            models.Index(fields=["org_path"], name="circ_task_path"),
            models.Index(fields=["due_on"], name="circ_task_due", condition=models.Q(state="open")),
        ]

    def __str__(self) -> str:
        return self.title


class Progress(models.Model):
    """A line of a task's progress: reported, urged, sent back."""

    task = models.ForeignKey(
        Task, on_delete=models.CASCADE, related_name="progress", verbose_name="督办事项"
    )
    what = models.CharField("进展", max_length=40)
    text = models.TextField("说明", blank=True)
    by_name = models.CharField("填报人", max_length=50)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "督办进展"
        ordering = ["-at", "-id"]


class Extension(models.Model):
    """A request for a later day and what became of it; granted None while it waits."""

    task = models.ForeignKey(
        Task, on_delete=models.CASCADE, related_name="extensions", verbose_name="督办事项"
    )
    until = models.DateField("延期至")
    reason = models.CharField("理由", max_length=300)
    by_name = models.CharField("申请人", max_length=50)
    at = models.DateTimeField("申请时间")
    granted = models.BooleanField("批准", null=True)
    decided_by = models.CharField("审批人", max_length=50, blank=True)
    decided_at = models.DateTimeField("审批时间", null=True)

    class Meta:
        verbose_name = "延期申请"
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["task"], condition=models.Q(granted=None), name="circ_extension_waiting"
            ),
        ]
