"""Texts that came in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.resource.declaration import (
    Choice,
    Column,
    Days,
    Facts,
    Resource,
    Section,
    Sort,
    Step,
)
from gonghui.kernel.resource.forms import ActionForm
from gonghui.systems.media.short_messages import permissions
from gonghui.systems.media.short_messages.actions import receiving, turning
from gonghui.systems.media.short_messages.models import Incoming, Message
from gonghui.systems.media.short_messages.models.incoming import IncomingState
from gonghui.systems.media.short_messages.resources.fields import counted_text
from gonghui.systems.media.short_messages.resources.people import by_number

TONES = {"new": "wait", "taken": "info", "command": "good", "open": "wait", "done": "good"}
ANSWERS = "the thread of one phone, shown to whoever may see its texts"


class AnswerForm(ActionForm):
    text = counted_text("答复")


class CloseForm(ActionForm):
    reason = forms.CharField(
        label="办结说明", max_length=200, widget=forms.Textarea(attrs={"rows": 2})
    )


class AlarmForm(ActionForm):
    reached = forms.TypedChoiceField(
        label="是否联系到本人",
        choices=[("1", "已联系到"), ("0", "没有联系到")],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    text = forms.CharField(
        label="处置情况",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4, "data-private": "1"}),
        help_text="怎样联系、情况如何、转给了谁。加密保存。",
    )


def _moment(value: Any) -> str:
    return timezone.localtime(value).strftime("%Y-%m-%d %H:%M") if value else "—"


def _words(incoming: Incoming, actor: Actor) -> dict[str, Any] | None:
    """The text for whoever may handle it, and what we have sent in answer."""
    if not actor.may(permissions.ANSWER, incoming.org_path):
        return None
    answers = Message.objects.unscoped(ANSWERS).filter(key__startswith=f"answer:{incoming.pk}:")
    return {
        "text": incoming.text.reveal() if incoming.text else "（已过保留期）",
        "asked": incoming.answers.text.reveal()
        if incoming.answers and incoming.answers.text
        else "",
        "answers": [
            (row.text.reveal() if row.text else "（已过保留期）", row.get_state_display())
            for row in answers.order_by("id")
        ],
        "alarm": incoming.alarm,
        "settled": incoming.alarm_at,
    }


def _open(record: Incoming, actor: Actor) -> bool:
    return record.state in {IncomingState.OPEN, IncomingState.TAKEN, IncomingState.COMMAND}


REPLIES = Resource(
    code="short-replies",
    title="短信来信",
    unit="条",
    model=Incoming,
    view=permissions.VIEW_REPLIES,
    columns=(
        Column("mobile_mask", "手机号码", kind="title"),
        Column("state", "状态", kind="state", choices=IncomingState, tones=TONES),
        Column("alarm", "危急情形"),
        Column("taken_by", "转给"),
        Column("reference", "办理编号"),
        Column("number", "接入号", shown=False),
        Column("handled_by", "办理人"),
        Column("received_at", "收到时间", kind="datetime"),
    ),
    filters=(Choice("state", "状态", choices=IncomingState), Days("received_at", "收到")),
    sorts=(Sort("id", "先后"),),
    search=by_number,
    search_hint="完整的手机号码",
    facts=(
        Facts(
            "来信",
            (
                ("手机号码", "mobile_mask"),
                ("收到时间", "received_at"),
                ("发到", "number"),
                ("危急情形", lambda record: record.alarm or "无"),
                (
                    "处置",
                    lambda record: (
                        f"{record.alarm_by}，{_moment(record.alarm_at)}" if record.alarm_at else "—"
                    ),
                ),
                ("转给", lambda record: record.taken_by or "—"),
                ("办理编号", lambda record: record.reference or "—"),
                ("办理人", lambda record: record.handled_by or "—"),
                ("完整", lambda record: "缺少分段" if record.incomplete else "是"),
            ),
        ),
    ),
    sections=(Section("内容", "short_messages/words_part.html", _words),),
    steps=(
        Step(
            receiving.settle_alarm,
            "alarm",
            "处置危急来信",
            AlarmForm,
            shown=lambda record, actor: bool(record.alarm) and record.alarm_at is None,
            help="请先打电话联系本人；联系不上立即报警。已自动回复求助电话。",
            tone="primary",
            done="已记录处置情况。",
        ),
        Step(
            receiving.answer,
            "answer",
            "答复",
            AnswerForm,
            shown=_open,
            done="已答复并办结。",
        ),
        Step(
            turning.turn,
            "turn",
            "转为来件",
            shown=lambda record, actor: record.state == IncomingState.OPEN,
            help="按原文登记为 12351 来件，收到时间不变；来信人会收到编号。",
            done=lambda record: f"已转为来件 {record.reference}。",
        ),
        Step(
            receiving.close,
            "close",
            "办结",
            CloseForm,
            shown=lambda record, actor: record.state == IncomingState.OPEN,
            help="无需答复，或已用其他方式答复。",
            done="已办结。",
        ),
    ),
    export=permissions.EXPORT,
    reveal=receiving.reveal,
    related=("union", "answers"),
    empty="还没有来信。职工发到 12351 接入号的短信会出现在这里。",
)
