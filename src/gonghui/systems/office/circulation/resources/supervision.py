"""Supervision and meetings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.resource.declaration import (
    Choice,
    Column,
    Custom,
    Days,
    Facts,
    Resource,
    Section,
    Sort,
    Step,
    Under,
)
from gonghui.kernel.resource.forms import ActionForm, DayField, UnionField
from gonghui.kernel.ui import components as ui
from gonghui.systems.office.circulation import permissions
from gonghui.systems.office.circulation.actions import papers
from gonghui.systems.office.circulation.actions import supervision as actions
from gonghui.systems.office.circulation.models import Meeting, Task
from gonghui.systems.office.circulation.models.supervision import Source, TaskState
from gonghui.systems.office.circulation.resources.fields import text_area
from gonghui.systems.office.circulation.resources.incoming import TaskForm, _tasks
from gonghui.systems.office.circulation.resources.outgoing import ReasonForm
from gonghui.systems.office.circulation.rules import handling as rules

TONES = {
    rules.TASK_OPEN: "info",
    rules.TASK_REPORTED: "wait",
    rules.TASK_CLOSED: "good",
    rules.TASK_CANCELLED: "idle",
}


class OpenForm(TaskForm):
    field_order = ["union", "title", "demand", "handler", "due_on"]
    union = UnionField(label="督办单位", permission=permissions.SUPERVISE)


class ProgressForm(ActionForm):
    text = text_area("进展", 4)


class ReportForm(ActionForm):
    result = text_area("办理结果", 4)
    evidence = forms.FileField(
        label="办结材料", help_text=f"{papers.EVIDENCE.accepted}，不超过 20 MB。"
    )


class WordForm(ActionForm):
    text = text_area("意见", 3, required=False, max_length=300)


class ExtensionForm(ActionForm):
    until = DayField(label="延期至")
    reason = text_area("理由", 3, max_length=300)


class DecideForm(ActionForm):
    granted = forms.TypedChoiceField(
        label="是否同意",
        choices=[("1", "同意延期"), ("0", "不同意，按原期限办理")],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    text = text_area("意见", 2, required=False, max_length=300)


class MeetingForm(ActionForm):
    union = UnionField(label="工会", permission=permissions.EDIT_MEETINGS)
    title = forms.CharField(label="会议名称", max_length=120)
    held_on = DayField(label="会议日期")
    place = forms.CharField(label="地点", max_length=80, required=False)
    chair = forms.CharField(label="主持人", max_length=50)
    present = text_area("出席", 2, required=False, help_text="用顿号分开。")
    excused = text_area("请假", 1, required=False)
    attending = text_area("列席", 1, required=False)
    agenda = text_area("议题", 4)
    decisions = text_area("议定事项", 6, required=False, max_length=20_000)


class MeetingEditForm(ActionForm):
    present = text_area("出席", 2, required=False, help_text="用顿号分开。")
    excused = text_area("请假", 1, required=False)
    attending = text_area("列席", 1, required=False)
    decisions = text_area("议定事项", 8, max_length=20_000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            now = {name: getattr(self.record, name) for name in self.fields}
            self.initial = {**now, **(self.initial or {})}


def _in(verb: str) -> Any:
    return lambda record, actor: record.state in rules.TASK_ALLOWED[verb]


def _mine(verb: str) -> Any:
    return lambda record, actor: (
        record.state in rules.TASK_ALLOWED[verb] and record.handler_id == actor.user_id
    )


def _others(verb: str) -> Any:
    return lambda record, actor: (
        record.state in rules.TASK_ALLOWED[verb] and record.handler_id != actor.user_id
    )


def _waits(record: Task, actor: Actor) -> bool:
    return record.handler_id != actor.user_id and record.extensions.filter(granted=None).exists()


def _term(record: Task) -> Any:
    closed = record.state not in (rules.TASK_OPEN, rules.TASK_REPORTED)
    words, tone = rules.standing(record.due_on, closed, timezone.localdate())
    day = f"{record.due_on:%Y-%m-%d}"
    return ui.pill(f"{day} {words}", tone) if words else day


def _origin(record: Task) -> Any:
    if record.incoming_id:
        url, words = reverse("resource:incoming:record", args=[record.incoming_id]), "收文批示"
    elif record.meeting_id:
        url, words = reverse("resource:meetings:record", args=[record.meeting_id]), "会议议定"
    else:
        return record.get_source_display()
    return format_html('<a href="{}">{}</a>', url, words)


def _timeline(record: Task, actor: Actor) -> list[ui.Event]:
    return [ui.Event(row.at, row.what, row.by_name, row.text) for row in record.progress.all()]


def _evidence(record: Task, actor: Actor) -> dict[str, Any] | None:
    return {"read_url": "", "file": record.evidence} if record.evidence else None


def _extensions(record: Task, actor: Actor) -> dict[str, Any] | None:
    found = list(record.extensions.all())
    return {"rows": found} if found else None


def _minutes(record: Meeting) -> Any:
    if record.minutes_id is None:
        return "还没有起草"
    url = reverse("resource:outgoing:record", args=[record.minutes_id])
    return format_html('<a href="{}">{}</a>', url, record.minutes.title)


def _late(rows: QuerySet, value: str) -> QuerySet:
    rows = rows.filter(state=rules.TASK_OPEN)
    today = timezone.localdate()
    return rows.filter(due_on__lt=today) if value == "late" else rows.filter(due_on__gte=today)


TASKS = Resource(
    code="supervision",
    title="督办事项",
    unit="项",
    model=Task,
    view=permissions.VIEW_TASKS,
    columns=(
        Column("title", "督办事项", kind="title"),
        Column("source", "来源", choices=Source),
        Column("handler_name", "责任人"),
        Column("due_on", "办结期限", kind="date"),
        Column("state", "状态", kind="state", choices=TaskState, tones=TONES),
        Column("union__name", "督办单位"),
        Column("urged", "催办次数", kind="number", shown=False),
        Column("extended", "延期次数", kind="number", shown=False),
        Column("closed_on", "销号日期", kind="date", shown=False),
    ),
    filters=(
        Choice("state", "状态", choices=TaskState),
        Custom("term", "期限", lambda actor: [("late", "已逾期"), ("open", "未到期")], _late),
        Choice("source", "来源", choices=Source),
        Days("due_on", "办结期限"),
        Under(title="督办单位"),
    ),
    sorts=(Sort("due_on", "办结期限", descending=False), Sort("opened_at", "立项时间")),
    search=lambda rows, text, scope: rows.filter(title__contains=text),
    search_hint="督办事项",
    facts=(
        Facts(
            "督办",
            (
                ("办理要求", "demand"),
                ("来源", _origin),
                ("责任人", "handler_name"),
                ("督办人", "supervisor.display_name"),
                ("立项时间", "opened_at"),
                ("办结期限", _term),
                (
                    "延期",
                    lambda record: (
                        f"{record.extended} 次，原定 {record.first_due_on:%Y-%m-%d}"
                        if record.extended
                        else "没有"
                    ),
                ),
                ("催办次数", "urged"),
            ),
        ),
        Facts(
            "办结",
            (
                ("办理结果", lambda record: record.result or "—"),
                ("上报时间", "reported_at"),
                ("销号日期", "closed_on"),
                ("销号意见", lambda record: record.close_note or "—"),
            ),
        ),
    ),
    sections=(
        Section("办结材料", "circulation/read_part.html", _evidence),
        Section("延期申请", "circulation/extensions.html", _extensions),
    ),
    timeline=_timeline,
    creates=(
        Step(actions.open_task, "open", "督办立项", OpenForm, done="已立项，责任人已收到待办。"),
    ),
    steps=(
        Step(
            actions.report,
            "report",
            "上报办结",
            ReportForm,
            shown=_mine("report"),
            tone="primary",
            done="已上报，等待销号。",
        ),
        Step(
            actions.close,
            "close",
            "销号",
            WordForm,
            shown=_others("close"),
            tone="primary",
            done="已销号。",
        ),
        Step(
            actions.progress,
            "progress",
            "填报进展",
            ProgressForm,
            shown=_mine("report"),
            done="已填报。",
        ),
        Step(
            actions.ask_extension,
            "ask-extension",
            "申请延期",
            ExtensionForm,
            shown=_mine("extend"),
            done="已申请，等待审批。",
        ),
        Step(
            actions.decide_extension,
            "decide-extension",
            "审批延期",
            DecideForm,
            shown=_waits,
            done="已审批。",
        ),
        Step(actions.urge, "urge", "催办", WordForm, shown=_others("urge"), done="已催办。"),
        Step(
            actions.reject,
            "reject",
            "退回重办",
            ReasonForm,
            shown=_others("reject"),
            done="已退回。",
        ),
        Step(
            actions.cancel,
            "cancel",
            "撤销督办",
            ReasonForm,
            shown=_in("cancel"),
            tone="danger",
            done="已撤销。",
        ),
    ),
    related=("union", "supervisor", "evidence"),
    empty="还没有督办事项。批示、会议议定的事项可以转督办，也可以直接立项。",
)

MEETINGS = Resource(
    code="meetings",
    title="会议事项",
    unit="次",
    model=Meeting,
    view=permissions.VIEW_MEETINGS,
    columns=(
        Column("title", "会议名称", kind="title"),
        Column("held_on", "会议日期", kind="date"),
        Column("chair", "主持人"),
        Column("union__name", "工会"),
        Column("place", "地点", shown=False),
    ),
    filters=(Days("held_on", "会议日期"), Under()),
    sorts=(Sort("held_on", "会议日期"),),
    search=lambda rows, text, scope: rows.filter(title__contains=text),
    search_hint="会议名称",
    facts=(
        Facts(
            "会议",
            (
                ("会议日期", "held_on"),
                ("地点", lambda record: record.place or "—"),
                ("主持人", "chair"),
                ("出席", lambda record: record.present or "—"),
                ("请假", lambda record: record.excused or "—"),
                ("列席", lambda record: record.attending or "—"),
            ),
        ),
        Facts(
            "内容",
            (
                ("议题", "agenda"),
                ("议定事项", lambda record: record.decisions or "还没有登记"),
                ("会议纪要", _minutes),
            ),
        ),
    ),
    sections=(Section("督办事项", "circulation/tasks_part.html", _tasks),),
    creates=(Step(actions.record_meeting, "record", "登记会议", MeetingForm, done="已登记。"),),
    steps=(
        Step(
            actions.draft_minutes,
            "minutes",
            "起草纪要",
            shown=lambda record, actor: record.minutes_id is None and bool(record.decisions),
            tone="primary",
            help="按议定事项生成纪要草稿，再按发文程序办理。",
            done="已起草纪要，见发文。",
        ),
        Step(
            actions.edit_meeting,
            "edit",
            "修改会议事项",
            MeetingEditForm,
            shown=lambda record, actor: record.minutes_id is None,
            done="已修改。",
        ),
        Step(actions.supervise_meeting, "supervise", "转督办", TaskForm, done="已立项督办。"),
    ),
    related=("union", "minutes"),
    empty="还没有会议事项。登记会议后，可以起草纪要，把议定事项转督办。",
)
