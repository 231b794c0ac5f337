"""Deliveries from above and the register of incoming documents."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

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
from gonghui.systems.office.circulation.actions import filing, issuing, papers, supervision
from gonghui.systems.office.circulation.actions import incoming as actions
from gonghui.systems.office.circulation.models import Delivery, Incoming
from gonghui.systems.office.circulation.models.incoming import IncomingState
from gonghui.systems.office.circulation.models.outgoing import DeliveryState, UrgencyChoice
from gonghui.systems.office.circulation.resources.fields import (
    ColleagueForm,
    ink_field,
    text_area,
)
from gonghui.systems.office.circulation.resources.outgoing import (
    RECEIPT_TONES,
    URGENCIES,
    FileForm,
    ReasonForm,
    filed_piece,
)
from gonghui.systems.office.circulation.rules import handling as rules

TONES = {
    rules.REGISTERED: "wait",
    rules.PROPOSED: "wait",
    rules.HANDLING: "info",
    rules.DONE: "good",
    rules.ARCHIVED: "good",
}


class RegisterForm(ActionForm):
    union = UnionField(label="收文单位", permission=permissions.REGISTER_INCOMING)
    organ = forms.CharField(label="来文机关", max_length=120)
    number = forms.CharField(
        label="来文字号", max_length=60, required=False, help_text="如“总工发〔2026〕12号”。"
    )
    title = forms.CharField(label="标题", max_length=200)
    urgency = forms.ChoiceField(label="紧急程度", choices=URGENCIES, required=False)
    received_on = DayField(label="收文日期", required=False, help_text="不填为今天。")
    copies = forms.IntegerField(label="份数", min_value=1, max_value=999, initial=1)
    scan = forms.FileField(
        label="扫描件", required=False, help_text=f"{papers.SCAN.accepted}，不超过 40 MB。"
    )
    anyway = forms.BooleanField(
        label="仍要登记", required=False, help_text="提示重复、而确实是另一件来文时勾选。"
    )


class ProposeForm(ColleagueForm):
    asks = {"leader": permissions.INSTRUCT}
    text = text_area("拟办意见", 4, max_length=1000)
    leader = forms.ChoiceField(label="请谁批示")
    due_on = DayField(label="办理期限", required=False, help_text="不填按规定的工作日计算。")


class InstructForm(ColleagueForm):
    asks = {"handler": permissions.HANDLE}
    text = text_area("批示", 3, max_length=1000)
    handler = forms.ChoiceField(label="承办人", required=False, help_text="阅件可以不选。")
    ink = ink_field()


class CirculateForm(ColleagueForm):
    asks = {"users": permissions.HANDLE}
    users = forms.MultipleChoiceField(label="传阅给", widget=forms.CheckboxSelectMultiple)


class ReadForm(ActionForm):
    words = forms.CharField(label="阅示", max_length=200, required=False)


class FinishForm(ActionForm):
    result = text_area("办理结果", 4, max_length=2000)


class TaskForm(ColleagueForm):
    asks = {"handler": permissions.REPORT_TASK}
    title = forms.CharField(label="督办事项", max_length=200)
    demand = text_area("办理要求", 4)
    handler = forms.ChoiceField(label="责任人")
    due_on = DayField(label="办结期限")


def _in(verb: str) -> Any:
    return lambda record, actor: record.state in rules.ALLOWED[verb]


def _leads(record: Incoming, actor: Actor) -> bool:
    return record.state == rules.PROPOSED and record.leader_id == actor.user_id


def _reads(record: Incoming, actor: Actor) -> bool:
    return record.circulations.filter(user_id=actor.user_id, read_at=None).exists()


def _handles(record: Incoming, actor: Actor) -> bool:
    return record.state in rules.ALLOWED["finish"] and (record.handler_id in (None, actor.user_id))


def _term(record: Incoming) -> Any:
    if record.due_on is None:
        return "—"
    closed = record.state in (rules.DONE, rules.ARCHIVED)
    words, tone = rules.standing(record.due_on, closed, timezone.localdate())
    return (
        f"{record.due_on:%Y-%m-%d}"
        if not words
        else ui.pill(f"{record.due_on:%Y-%m-%d} {words}", tone)
    )


def _paper(record: Incoming, actor: Actor) -> dict[str, Any] | None:
    if record.delivery_id:
        return {"read_url": reverse("circulation-read", args=[record.delivery_id]), "file": None}
    return {"read_url": "", "file": record.scan} if record.scan else None


def _opinions(record: Incoming, actor: Actor) -> dict[str, Any] | None:
    found = list(record.opinions.select_related("ink"))
    return {"opinions": found} if found else None


def _circulations(record: Incoming, actor: Actor) -> dict[str, Any] | None:
    found = list(record.circulations.all())
    return {"rows": found} if found else None


def _tasks(record: Any, actor: Actor) -> dict[str, Any] | None:
    found = list(record.tasks.within(actor.scope(permissions.VIEW_TASKS)))
    return {"tasks": found} if found else None


def _late(rows: QuerySet, value: str) -> QuerySet:
    rows = rows.exclude(state__in=(rules.DONE, rules.ARCHIVED))
    today = timezone.localdate()
    return rows.filter(due_on__lt=today) if value == "late" else rows.filter(due_on__gte=today)


DELIVERIES = Resource(
    code="deliveries",
    title="上级来文",
    unit="件",
    model=Delivery,
    view=permissions.VIEW_DELIVERIES,
    columns=(
        Column("document__title", "标题", kind="title"),
        Column("document__number_text", "发文字号"),
        Column("sender__name", "发文机关"),
        Column("union__name", "收文单位"),
        Column("state", "签收", kind="state", choices=DeliveryState, tones=RECEIPT_TONES),
        Column("sent_at", "分发时间", kind="datetime"),
        Column("due_on", "签收期限", kind="date"),
        Column("received_by", "签收人", shown=False),
        Column("urged", "催收次数", kind="number", shown=False),
    ),
    filters=(
        Choice("state", "签收", choices=DeliveryState),
        Days("due_on", "签收期限"),
        Under(title="收文单位"),
    ),
    sorts=(Sort("sent_at", "分发时间"),),
    search=lambda rows, text, scope: rows.filter(
        Q(document__title__contains=text) | Q(document__number_text__contains=text)
    ),
    search_hint="标题或发文字号",
    facts=(
        Facts(
            "来文",
            (
                ("发文字号", "document.number_text"),
                ("发文机关", "sender"),
                ("收文单位", "union"),
                ("方式", lambda record: "抄送" if record.copy else "主送"),
                ("分发时间", "sent_at"),
                ("签收期限", "due_on"),
                ("签收时间", "received_at"),
                ("签收人", lambda record: record.received_by or "—"),
                ("催收次数", "urged"),
                ("撤回原因", lambda record: record.recall_reason or "—"),
            ),
        ),
    ),
    sections=(
        Section(
            "公文",
            "circulation/read_part.html",
            lambda record, actor: (
                {"read_url": reverse("circulation-read", args=[record.pk])}
                if record.state != DeliveryState.RECALLED
                else None
            ),
        ),
    ),
    steps=(
        Step(
            issuing.receive,
            "receive",
            "签收并登记",
            shown=lambda record, actor: record.state == DeliveryState.SENT,
            tone="primary",
            help="签收后自动登记到本工会收文簿，发文机关随即看到签收人和时间。",
            done=lambda incoming: f"已签收，登记为{incoming.mark}。",
        ),
        Step(
            issuing.recall,
            "recall",
            "撤回",
            ReasonForm,
            shown=lambda record, actor: record.state == DeliveryState.SENT,
            tone="danger",
            done="已撤回。",
        ),
    ),
    related=("document", "document__union", "sender", "union"),
    empty="还没有上级来文。上级工会通过平台分发的公文会出现在这里。",
)

INCOMING = Resource(
    code="incoming",
    title="收文",
    unit="件",
    model=Incoming,
    view=permissions.VIEW_INCOMING,
    columns=(
        Column("title", "标题", kind="title"),
        Column("organ", "来文机关"),
        Column("number", "来文字号"),
        Column("state", "状态", kind="state", choices=IncomingState, tones=TONES),
        Column("serial", "收文号", kind="number"),
        Column("received_on", "收文日期", kind="date"),
        Column("due_on", "办理期限", kind="date"),
        Column("handler_name", "承办人"),
        Column("union__name", "收文单位", shown=False),
        Column("urgency", "紧急程度", choices=UrgencyChoice, shown=False),
    ),
    filters=(
        Choice("state", "状态", choices=IncomingState),
        Custom("term", "期限", lambda actor: [("late", "已逾期"), ("open", "未到期")], _late),
        Days("received_on", "收文日期"),
        Under(title="收文单位"),
    ),
    sorts=(Sort("received_on", "收文日期"),),
    search=lambda rows, text, scope: rows.filter(
        Q(title__contains=text) | Q(number__contains=text) | Q(organ__contains=text)
    ),
    search_hint="标题、来文字号或来文机关",
    facts=(
        Facts(
            "来文",
            (
                ("收文号", "mark"),
                ("来文机关", "organ"),
                ("来文字号", lambda record: record.number or "—"),
                ("紧急程度", "urgency"),
                ("收文日期", "received_on"),
                ("份数", "copies"),
                ("收文单位", "union"),
            ),
        ),
        Facts(
            "办理",
            (
                ("批示领导", "leader.display_name"),
                ("承办人", lambda record: record.handler_name or "—"),
                ("办理期限", _term),
                ("办理结果", lambda record: record.result or "—"),
                ("办结日期", "finished_on"),
            ),
        ),
    ),
    sections=(
        Section("来文", "circulation/read_part.html", _paper),
        Section("批办意见", "circulation/opinions.html", _opinions),
        Section("传阅", "circulation/circulations.html", _circulations),
        Section("督办事项", "circulation/tasks_part.html", _tasks),
        Section("归档", "circulation/filed_part.html", filed_piece),
    ),
    creates=(
        Step(
            actions.register,
            "register",
            "登记收文",
            RegisterForm,
            help="登记纸质等平台以外的来文。涉密来文不在本平台登记，请走机要渠道。",
            done=lambda record: f"已登记为{record.mark}。",
        ),
    ),
    steps=(
        Step(
            actions.propose,
            "propose",
            "拟办",
            ProposeForm,
            shown=_in("propose"),
            tone="primary",
            done="已送批示。",
        ),
        Step(
            actions.instruct,
            "instruct",
            "批示",
            InstructForm,
            shown=_leads,
            tone="primary",
            done="已批示。",
        ),
        Step(
            actions.finish_reading,
            "read",
            "阅毕",
            ReadForm,
            shown=_reads,
            tone="primary",
            done="已阅毕。",
        ),
        Step(
            actions.finish,
            "finish",
            "办结",
            FinishForm,
            shown=_handles,
            done="已办结。",
        ),
        Step(
            actions.circulate,
            "circulate",
            "传阅",
            CirculateForm,
            shown=_in("circulate"),
            done="已送阅。",
        ),
        Step(
            supervision.supervise,
            "supervise",
            "转督办",
            TaskForm,
            shown=_in("supervise"),
            done="已立项督办。",
        ),
        Step(filing.file_incoming, "file", "归档", FileForm, shown=_in("archive")),
    ),
    export=permissions.EXPORT_INCOMING,
    related=("union", "leader", "delivery", "scan"),
    empty="还没有收文。签收上级来文或登记纸质来文后出现在这里。",
)
