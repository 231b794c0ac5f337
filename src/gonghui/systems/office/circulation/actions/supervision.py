"""Meetings and supervision (会议、督办): open, report, extend, urge, close with evidence."""

from __future__ import annotations

from datetime import date, datetime, time

from django.core.files.uploadedfile import UploadedFile
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.base.workdays import add_workdays
from gonghui.kernel.notify.todos import close_todo, open_todo
from gonghui.kernel.org.models import Union
from gonghui.systems.office.circulation.actions import drafting, papers
from gonghui.systems.office.circulation.models import (
    Extension,
    Incoming,
    Meeting,
    Progress,
    Task,
)
from gonghui.systems.office.circulation.models.supervision import Source
from gonghui.systems.office.circulation.permissions import (
    EDIT_MEETINGS,
    INSTRUCT,
    REPORT_TASK,
    SUPERVISE,
)
from gonghui.systems.office.circulation.queries import incoming as queries
from gonghui.systems.office.circulation.queries import people
from gonghui.systems.office.circulation.rules import handling as rules
from gonghui.systems.office.circulation.rules import secrecy

TARGET = "circulation.task"
DO, CLOSE, EXTEND, LATE = (
    "supervision.do",
    "supervision.close",
    "supervision.extend",
    "supervision.late",
)


@action("supervision.open", "督办立项", SUPERVISE, creates=True)
def open_task(
    union: Union,
    *,
    by: Actor,
    title: str,
    demand: str,
    handler: int | str,
    due_on: date | None = None,
    days: int | None = None,
    source: str = Source.LEADER,
    incoming: Incoming | None = None,
    meeting: Meeting | None = None,
) -> Task:
    """A matter with one responsible, due on a day or after a number of workdays."""
    secrecy.check(title=title, demand=demand)
    today = timezone.localdate()
    found = people.chosen(union, REPORT_TASK, today, handler, "handler")
    if due_on is None:
        due_on = add_workdays(today, days or 10)
    if due_on <= today:
        raise Refusal("办结期限应晚于今天。", field="due_on", code="past")
    task = Task(
        title=title.strip(),
        demand=demand.strip(),
        source=source,
        incoming=incoming,
        meeting=meeting,
        handler=found,
        handler_name=found.display_name,
        supervisor_id=drafting.drafting_user(by).pk,
        opened_at=timezone.now(),
        due_on=due_on,
        first_due_on=due_on,
    )
    task.place_at(union)
    task.save()
    _line(task, "立项", demand, by)
    _await_work(task)
    return task


@action("incoming.supervise", "转督办", INSTRUCT)
def supervise(
    incoming: Incoming, *, by: Actor, title: str, demand: str, handler: int | str, due_on: date
) -> Task:
    """Make a matter under supervision out of a leader's instruction."""
    rules.check("supervise", incoming.state)
    return open_task(
        incoming.union,
        by=by,
        title=title,
        demand=demand,
        handler=handler,
        due_on=due_on,
        source=Source.INCOMING,
        incoming=incoming,
    )


@action("supervision.progress", "填报进展", REPORT_TASK)
def progress(task: Task, *, by: Actor, text: str) -> Task:
    """A line on how it goes."""
    rules.check_task("report", task.state)
    _mine(task, by)
    _line(task, "进展", text, by)
    task.version += 1
    task.save()
    return task


@action("supervision.report", "上报办结", REPORT_TASK)
def report(task: Task, *, by: Actor, result: str, evidence: UploadedFile) -> Task:
    """Say it is done and show it: without evidence nothing is closed."""
    rules.check_task("report", task.state)
    _mine(task, by)
    if evidence is None:
        raise Refusal(
            "没有办结材料，不能上报办结。",
            rule=rules.CLOSURE,
            remedy="请上传能说明办结的文件或照片。",
            field="evidence",
            code="evidence",
        )
    secrecy.check(result=result)
    task.result = result.strip()
    task.evidence = papers.keep(evidence, papers.EVIDENCE, task, by=by, field="evidence")
    task.reported_at = timezone.now()
    task.state = rules.TASK_REPORTED
    _line(task, "上报办结", result, by)
    _moved(task, by)
    _todo(task, CLOSE, "销号", user_id=task.supervisor_id)
    return task


@action("supervision.close", "销号", SUPERVISE)
def close(task: Task, *, by: Actor, text: str = "") -> Task:
    """Accept what was reported."""
    rules.check_task("close", task.state)
    _other(task, by)
    task.state, task.closed_on = rules.TASK_CLOSED, timezone.localdate()
    task.close_note = text.strip()
    _line(task, "销号", text, by)
    _moved(task, by)
    return task


@action("supervision.reject", "退回重办", SUPERVISE)
def reject(task: Task, *, by: Actor, reason: str) -> Task:
    """What was reported does not do; it is open again with the same day."""
    rules.check_task("reject", task.state)
    _other(task, by)
    task.state = rules.TASK_OPEN
    _line(task, "退回重办", reason, by)
    _moved(task, by)
    _await_work(task)
    return task


@action("supervision.cancel", "撤销督办", SUPERVISE)
def cancel(task: Task, *, by: Actor, reason: str) -> Task:
    rules.check_task("cancel", task.state)
    task.state = rules.TASK_CANCELLED
    _line(task, "撤销", reason, by)
    _moved(task, by)
    return task


@action("supervision.urge", "催办", SUPERVISE)
def urge(task: Task, *, by: Actor, text: str = "") -> Task:
    rules.check_task("urge", task.state)
    task.urged += 1
    task.urged_at = timezone.now()
    _line(task, "催办", text or f"第 {task.urged} 次催办", by)
    task.version += 1
    task.save()
    _await_work(task)
    return task


@action("supervision.ask-extension", "申请延期", REPORT_TASK)
def ask_extension(task: Task, *, by: Actor, until: date, reason: str) -> Task:
    """Ask for a later day before the day has come."""
    rules.check_task("extend", task.state)
    _mine(task, by)
    today = timezone.localdate()
    most = queries.MOST_EXTENSIONS.on(today)
    rules.check_extension(task.due_on, until, today, task.extended, most)
    if task.extensions.filter(granted=None).exists():
        raise Conflict("已有一个延期申请在等待审批。", code="waiting")
    Extension.objects.create(
        task=task, until=until, reason=reason.strip(), by_name=by.name, at=timezone.now()
    )
    _line(task, "申请延期", f"延期至 {until:%Y-%m-%d}：{reason.strip()}", by)
    task.version += 1
    task.save()
    _todo(task, EXTEND, "审批延期", user_id=task.supervisor_id)
    return task


@action("supervision.decide-extension", "审批延期", SUPERVISE)
def decide_extension(task: Task, *, by: Actor, granted: bool, text: str = "") -> Task:
    """Grant the later day, or keep the day it has."""
    waiting = task.extensions.filter(granted=None).first()
    if waiting is None:
        raise Conflict("没有等待审批的延期申请。", code="none")
    _other(task, by)
    waiting.granted, waiting.decided_by, waiting.decided_at = granted, by.name, timezone.now()
    waiting.save()
    if granted:
        task.due_on = waiting.until
        task.extended += 1
    _line(task, "同意延期" if granted else "不同意延期", text, by)
    task.version += 1
    task.save()
    close_todo(target_type=TARGET, target_id=task.pk, kind=EXTEND, by=by.user_id)
    if task.state == rules.TASK_OPEN:
        _await_work(task)
    return task


@action("meetings.record", "登记会议", EDIT_MEETINGS, creates=True)
def record_meeting(
    union: Union, *, by: Actor, title: str, held_on: date, chair: str, agenda: str, **facts: str
) -> Meeting:
    """A meeting and what it dealt with."""
    secrecy.check(title=title, agenda=agenda, **facts)
    meeting = Meeting(
        title=title.strip(),
        held_on=held_on,
        chair=chair.strip(),
        agenda=agenda.strip(),
        recorded_by=by.name,
        **{name: (text or "").strip() for name, text in facts.items()},
    )
    meeting.place_at(union)
    meeting.save()
    return meeting


@action("meetings.edit", "修改会议事项", EDIT_MEETINGS)
def edit_meeting(meeting: Meeting, *, by: Actor, **facts: str) -> Meeting:
    secrecy.check(**facts)
    for name, text in facts.items():
        setattr(meeting, name, (text or "").strip())
    meeting.version += 1
    meeting.save()
    return meeting


@action("meetings.minutes", "起草纪要", EDIT_MEETINGS)
def draft_minutes(meeting: Meeting, *, by: Actor) -> Meeting:
    """A draft 纪要 with the meeting's own words, to go the way of every document."""
    if meeting.minutes_id is not None:
        raise Conflict("这次会议已经起草了纪要。", remedy="请打开已有的纪要。", code="minutes")
    if not meeting.decisions.strip():
        raise Refusal(
            "还没有登记议定事项。", remedy="请先修改会议事项，写明议定内容。", code="decisions"
        )
    words = f"{meeting.held_on.year}年{meeting.held_on.month}月{meeting.held_on.day}日"
    body = f"{words}，{meeting.chair}主持召开{meeting.title}。现将会议议定事项纪要如下：\n"
    meeting.minutes = drafting.draft(
        meeting.union,
        by=by,
        kind="minutes",
        title=f"{meeting.title}纪要",
        body=body + meeting.decisions,
        meeting=f"{meeting.title}，{words}",
    )
    meeting.version += 1
    meeting.save()
    return meeting


@action("meetings.supervise", "议定事项转督办", SUPERVISE)
def supervise_meeting(
    meeting: Meeting, *, by: Actor, title: str, demand: str, handler: int | str, due_on: date
) -> Task:
    return open_task(
        meeting.union,
        by=by,
        title=title,
        demand=demand,
        handler=handler,
        due_on=due_on,
        source=Source.MEETING,
        meeting=meeting,
    )


def remind(today: date) -> int:
    """Refresh the to-dos of what is due soon; what is late also shows to whoever supervises."""
    found = list(queries.tasks_due(add_workdays(today, 2)))
    for task in found:
        _await_work(task)
        if task.due_on < today:
            _todo(task, LATE, "督办事项逾期", permission=SUPERVISE.code)
    return len(found)


def _mine(task: Task, by: Actor) -> None:
    if by.user_id != task.handler_id:
        raise Forbidden(
            f"责任人是{task.handler_name}。",
            remedy="请由责任人填报；责任人离任的，请先办理工作交接。",
            code="holder",
        )


def _other(task: Task, by: Actor) -> None:
    if by.user_id == task.handler_id:
        raise Forbidden(
            "不能销号或审批自己负责的事项。",
            rule=f"{rules.CLOSURE}，由督办人核实",
            remedy="请由督办人或本机关其他审批人办理。",
            code="own",
        )


def _line(task: Task, what: str, text: str, by: Actor) -> None:
    secrecy.check(text=text)
    Progress.objects.create(
        task=task, what=what, text=(text or "").strip(), by_name=by.name, at=timezone.now()
    )
    note(said={"label": what, "after": (text or "").strip()})


def _moved(task: Task, by: Actor) -> None:
    task.version += 1
    task.save()
    close_todo(target_type=TARGET, target_id=task.pk, by=by.user_id)


def _await_work(task: Task) -> None:
    urged = f"（已催办 {task.urged} 次）" if task.urged else ""
    _todo(task, DO, f"督办事项{urged}", user_id=task.handler_id)


def _todo(
    task: Task, kind: str, words: str, *, user_id: int | None = None, permission: str = ""
) -> None:
    open_todo(
        kind=kind,
        target_type=TARGET,
        target_id=task.pk,
        title=f"{words}：{task.title}",
        link=reverse("resource:supervision:record", args=[task.pk]),
        org_path=task.org_path,
        union_id=None if user_id else task.union_id,
        permission="" if user_id else permission,
        assignee_user_id=user_id,
        due_at=timezone.make_aware(datetime.combine(task.due_on, time(23, 59))),
    )
