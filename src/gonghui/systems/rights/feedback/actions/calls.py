"""The telephone: what the switch tells, what the desk makes of a call, records brought in later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from gonghui.engines.casework.actions import intake
from gonghui.engines.casework.declaring import CaseKind
from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor, platform
from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.base.sealing import keyring
from gonghui.kernel.jobs.periodic import every
from gonghui.kernel.jobs.registry import job
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scope, raise_wall
from gonghui.systems.rights.feedback.actions import todos
from gonghui.systems.rights.feedback.models import NUMBER, Call, CallEvent, CallState
from gonghui.systems.rights.feedback.permissions import ANSWER_CALLS, MANAGE_SHIFTS
from gonghui.systems.rights.feedback.queries import duty
from gonghui.systems.rights.feedback.rules import calls as rules
from gonghui.systems.rights.feedback.rules import records

SWITCH = platform("话务平台", channel="api")
BY_KEY = "a call is known by the number the switch gave it"
STALE = timedelta(hours=4)
TRANSCRIPT = 100_000


@dataclass(frozen=True)
class Heard:
    """One event as the switch sent it. number: the caller's, told with the ringing."""

    call: str
    key: str
    kind: str
    at: datetime
    number: str = ""
    agent: str = ""
    recording: str = ""


def hear(events: Sequence[Heard]) -> int:
    """Take events in whatever order they come; returns how many were new.

    Each call's events are kept in one transaction and the call is worked out anew, so a batch
    sent again changes nothing.
    """
    desk = duty.desk()
    by_call: dict[str, list[Heard]] = {}
    for event in events:
        by_call.setdefault(event.call, []).append(event)
    return sum(_heard_of(desk, key, found) for key, found in sorted(by_call.items()))


def _heard_of(desk: Union, key: str, events: list[Heard]) -> int:
    known = set(
        CallEvent.objects.filter(key__in=[event.key for event in events]).values_list(
            "key", flat=True
        )
    )
    new = [event for event in events if event.key not in known]
    if not new:
        return 0
    counted: list[int] = []
    keep(desk, by=SWITCH, key=key, events=new, counted=counted)
    return counted[0]


@action("calls.hear", "记录话务事件", ANSWER_CALLS, creates=True)
def keep(desk: Union, *, by: Actor, key: str, events: Sequence[Heard], counted: list[int]) -> Call:
    """The call with these events; the desk's row is locked, so two deliveries follow each other."""
    rows = Call.objects.unscoped(BY_KEY).select_for_update(of=("self",))
    call = rows.filter(key=key).first()
    if call is None:
        call = Call(key=key, rang_at=min(event.at for event in events))
        call.place_at(desk)
        call.save()
    made = CallEvent.objects.bulk_create(
        [
            CallEvent(
                call=call,
                key=event.key,
                kind=event.kind,
                at=event.at,
                agent=event.agent,
                recording=event.recording,
                received_at=timezone.now(),
            )
            for event in {event.key: event for event in events}.values()
            if not CallEvent.objects.filter(key=event.key).exists()
        ]
    )
    counted.append(len(made))
    number = next((event.number for event in events if event.number), "")
    if number and call.number is None:
        call.number = number
        call.number_index = keyring().blind_index(number, context=NUMBER)
    _work_out(call)
    return call


def _work_out(call: Call) -> None:
    before = call.state
    told = rules.tell(
        rules.Event(row.key, row.kind, row.at, row.agent, row.recording)
        for row in call.events.all()
    )
    call.state = told.state
    call.rang_at, call.answered_at, call.ended_at = told.rang_at, told.answered_at, told.ended_at
    call.agent = told.agent
    call.waited, call.held, call.talked = told.waited, told.held, told.talked
    call.transfers, call.recording = told.transfers, told.recording
    call.version += 1
    call.save()
    if call.state == CallState.MISSED and before != CallState.MISSED:
        todos.open_at(
            todos.MISSED,
            call,
            f"回拨未接来电（{timezone.localtime(call.rang_at):%m-%d %H:%M}）",
            reverse("feedback:call", args=[call.pk]),
            call.union,
            ANSWER_CALLS.code,
            call.rang_at + timedelta(hours=2),
        )
    elif before == CallState.MISSED and call.state != CallState.MISSED:
        todos.close_for(todos.MISSED, call, None)


def take_down(call: Call, kind: CaseKind, said: intake.Said, *, by: Actor) -> intake.Received:
    """Register what is said on the telephone while it is said; one call makes one case."""
    by.require(ANSWER_CALLS, call.org_path)
    with transaction.atomic():
        got = intake.register(kind, call.union, said, by=by)
        link(call, by=by, case=got.case.pk)
    return got


@action("calls.link", "通话关联办件", ANSWER_CALLS)
def link(call: Call, *, by: Actor, case: int) -> Call:
    if call.case_id is not None and call.case_id != case:
        raise Conflict("这通电话已经关联了另一件来件。", code="linked")
    call.case_id = case
    call.version += 1
    call.save()
    return call


@action("calls.return", "登记回拨", ANSWER_CALLS)
def call_back(call: Call, *, by: Actor) -> Call:
    """A missed call was called back."""
    if call.state != CallState.MISSED:
        raise Conflict("这通电话已经接听。", code="answered")
    if call.returned_at is not None:
        raise Conflict(f"{call.returned_by}已经回拨。", code="returned")
    call.returned_at, call.returned_by = timezone.now(), by.name[:50]
    call.version += 1
    call.save()
    todos.close_for(todos.MISSED, call, by.user_id)
    return call


@action("calls.transcribe", "登记通话文本", ANSWER_CALLS)
def transcribe(call: Call, *, by: Actor, text: str) -> Call:
    """Keep what was said, sealed; a second text takes the place of the first."""
    text = text.strip()
    if not text:
        raise Refusal("通话文本是空的。", field="text", code="empty")
    if len(text) > TRANSCRIPT:
        raise Refusal(f"通话文本超过 {TRANSCRIPT} 字。", field="text", code="long")
    call.transcript = text
    call.version += 1
    call.save()
    return call


@action("calls.import", "导入话单", MANAGE_SHIFTS, creates=True)
def bring_in(union: Union, *, by: Actor, text: str) -> Union:
    """Calls of another switch or of a lost hour; a line with a fault keeps all lines out."""
    found, faults = records.read(text)
    if faults:
        raise Refusal(
            "话单有错，没有导入："
            + "；".join(f"第 {fault.line} 行：{fault.words}" for fault in faults[:10]),
            remedy="请改正后整份重新上传，不会重复。",
            field="file",
            code="faults",
        )
    zone = timezone.get_current_timezone()
    known = set(
        Call.objects.unscoped(BY_KEY)
        .filter(key__in=[record.key for record in found])
        .values_list("key", flat=True)
    )
    new = [record for record in found if record.key not in known]
    for record in new:
        call = Call(key=record.key, imported=True, rang_at=record.rang_at.replace(tzinfo=zone))
        call.number = record.number
        call.number_index = keyring().blind_index(record.number, context=NUMBER)
        call.place_at(union)
        call.save()
        CallEvent.objects.bulk_create(_events(call, record, zone))
        _work_out(call)
    note(imported={"label": "导入话单", "after": f"{len(new)} 通，已有 {len(found) - len(new)} 通"})
    return union


def _events(call: Call, record: records.Record, zone: Any) -> list[CallEvent]:
    told = [
        (rules.RINGING, record.rang_at, ""),
        (rules.ANSWERED, record.answered_at, ""),
        (rules.HUNG_UP, record.ended_at, ""),
        (rules.RECORDED, record.ended_at if record.recording else None, record.recording),
    ]
    return [
        CallEvent(
            call=call,
            key=f"import:{record.key}:{kind}",
            kind=kind,
            at=at.replace(tzinfo=zone),
            agent=record.agent if kind == rules.ANSWERED else "",
            recording=recording,
            received_at=timezone.now(),
        )
        for kind, at, recording in told
        if at is not None
    ]


@every("*/30 * * * *")
@job("feedback.stale_calls", "状态不明的通话", retry=3, once=True)
def give_up() -> int:
    """Calls whose end the switch never told are no longer shown as live; returns how many."""
    with transaction.atomic():
        raise_wall(Scope.everything())
        rows = Call.objects.unscoped(BY_KEY).filter(
            state__in=rules.LIVE, rang_at__lt=timezone.now() - STALE
        )
        return rows.update(state=CallState.UNKNOWN)
