"""The queue of the issuing platform: claim, judge, register; ranges; asking again.

A question is leased, asked outside any transaction and settled in one. What was said is believed
only when it passes every check; a code enters the register once or not at all. Until then the
application says 等待外部赋码 and no certificate exists.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor, platform
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.notify.todos import close_todo, open_todo
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scope, raise_wall
from gonghui.systems.mobilization.legal_person import permissions
from gonghui.systems.mobilization.legal_person.actions import registering
from gonghui.systems.mobilization.legal_person.actions.applications import moved
from gonghui.systems.mobilization.legal_person.actions.telling import TITLES
from gonghui.systems.mobilization.legal_person.models import (
    Application,
    CodeAnswer,
    CodeRange,
    CodeRequest,
    RequestKind,
    RequestState,
    State,
)
from gonghui.systems.mobilization.legal_person.queries import applications as queries
from gonghui.systems.mobilization.legal_person.rules import codes as rules
from gonghui.systems.mobilization.legal_person.rules.procedures import TERRITORIAL

QUEUE = "the queue of the issuing platform belongs to the platform itself"
TARGET = "legal_person.coderequest"
LEASE = timedelta(seconds=60)
GOOD, SILENT, PENDING = "allotted", "silent", "pending"
REJECTED, DECLINED = "rejected", "declined"
OUTCOMES = {
    GOOD: "已赋码",
    SILENT: "没有应答",
    PENDING: "平台受理中",
    REJECTED: "应答不可信，未采用",
    DECLINED: "平台不予赋码",
}


@dataclass(frozen=True)
class Taken:
    """A question under way: all that is needed to ask it without the database."""

    pk: int
    lease: datetime
    kind: str
    key: str
    name: str
    region: str
    registrar: str
    classes: tuple[str, ...]
    spans: tuple[rules.Span, ...]
    uscc: str
    reason: str


@dataclass(frozen=True)
class Outcome:
    """What came of asking: one of OUTCOMES; uscc: the code offered, as it was said."""

    kind: str
    words: str
    uscc: str = ""
    serial: str = ""


def claim(now: datetime) -> Taken | None:
    """Take the question that waits longest; None when nothing is due."""
    with transaction.atomic():
        raise_wall(Scope.everything())
        rows = CodeRequest.objects.unscoped(QUEUE).select_for_update(
            skip_locked=True, of=("self",), no_key=True
        )
        due = rows.filter(state=RequestState.WAITING, next_at__lte=now).filter(
            Q(leased_until=None) | Q(leased_until__lt=now)
        )
        found = (
            due.select_related("union", "registrar", "code", "application")
            .order_by("next_at", "id")
            .first()
        )
        if found is None:
            return None
        found.leased_until = now + LEASE
        found.tries += 1
        found.save(update_fields=["leased_until", "tries"])
        classes = rules.classes_of(found.union.is_grassroots)
        spans = queries.spans_of([f"8{sign}{found.region}" for sign in classes])
        return Taken(
            found.pk,
            found.leased_until,
            found.kind,
            found.asked_key,
            found.name,
            found.region,
            found.registrar.name,
            classes,
            tuple(item.span for item in spans),
            found.code.uscc if found.code else "",
            found.application.reason,
        )


def settle(taken: Taken, outcome: Outcome, now: datetime) -> None:
    """Keep what came of a question and what is next; a good answer is registered."""
    with transaction.atomic():
        raise_wall(Scope.everything())
        rows = CodeRequest.objects.unscoped(QUEUE).select_related("registrar")
        request = rows.select_for_update(of=("self",)).get(pk=taken.pk)
        if request.state != RequestState.WAITING:
            _log(request, taken, outcome, now)
            return
        if outcome.kind == GOOD:
            try:
                with transaction.atomic():
                    _take(request, outcome)
            except Refusal as refusal:
                outcome = Outcome(REJECTED, refusal.message, outcome.uscc)
            else:
                _log(request, taken, outcome, now)
                close_todo(target_type=TARGET, target_id=request.pk)
                _wake(now)
                return
        _log(request, taken, outcome, now)
        # A lease that ran out was taken by another worker: the question is in its hands.
        if request.leased_until == taken.lease:
            _put_off(request, taken, outcome, now)


def _take(request: CodeRequest, outcome: Outcome) -> None:
    by = platform("赋码平台衔接")
    if request.kind == RequestKind.CANCEL:
        confirm(request, by=by)
    else:
        allot(request, by=by, uscc=outcome.uscc, serial=outcome.serial)


def _log(request: CodeRequest, taken: Taken, outcome: Outcome, now: datetime) -> None:
    CodeAnswer.objects.create(
        request=request,
        at=now,
        key=taken.key,
        outcome=outcome.kind,
        offered=outcome.uscc[:40],
        words=outcome.words[:300],
    )


def _put_off(request: CodeRequest, taken: Taken, outcome: Outcome, now: datetime) -> None:
    request.leased_until = None
    request.trouble = f"{OUTCOMES[outcome.kind]}：{outcome.words}"[:300]
    request.failures += 1
    request.next_at = now + timedelta(seconds=rules.delay(request.failures))
    if outcome.kind == REJECTED:
        request.rejected += 1
        said = CodeAnswer.objects.filter(
            request=request, key=taken.key, outcome=REJECTED, offered=outcome.uscc[:40]
        )
        if said.count() > 1:
            # It stands by what cannot be true: the next question is a new one.
            request.round += 1
        _ask_to_look(request)
    if outcome.kind == DECLINED:
        request.state = RequestState.DECLINED
        request.settled_at = now
        _ask_to_look(request)
    request.save()
    if outcome.kind == SILENT:
        # One probe at a time while nobody answers.
        waiting = CodeRequest.objects.unscoped(QUEUE).filter(
            state=RequestState.WAITING, next_at__lt=request.next_at, leased_until=None
        )
        waiting.update(next_at=request.next_at, failures=request.failures)


def _ask_to_look(request: CodeRequest) -> None:
    open_todo(
        kind="legal.code",
        target_type=TARGET,
        target_id=request.pk,
        title=f"{TITLES['legal.code']}：{request.name}",
        link=reverse("resource:code-requests:record", args=[request.pk]),
        org_path=request.org_path,
        union_id=request.registrar_id,
        permission=permissions.ASK_AGAIN.code,
    )


def _wake(now: datetime) -> None:
    """The platform tells the truth again: everything that waits is due at once."""
    rows = CodeRequest.objects.unscoped(QUEUE).filter(
        state=RequestState.WAITING, failures__gt=0, leased_until=None
    )
    rows.update(next_at=now, failures=0)


def wake(key: str) -> bool:
    """A question the platform says it has answered is due at once; whether there is such a one.

    The code itself is asked for: a notice carries nothing that is believed, and may come again.
    """
    with transaction.atomic():
        raise_wall(Scope.everything())
        name, _, number = key.partition("-")
        rows = CodeRequest.objects.unscoped(QUEUE).filter(key=name)
        if number not in {str(row.round) for row in rows}:
            return False
        rows.filter(state=RequestState.WAITING, leased_until=None).update(next_at=timezone.now())
        return True


@action("union-codes.allot", "登记外部平台赋予的代码", permissions.ALLOT_CODE)
def allot(request: CodeRequest, *, by: Actor, uscc: str, serial: str) -> CodeRequest:
    """Register a code that passed every check, and the legal person with it."""
    if request.state != RequestState.WAITING or request.kind != RequestKind.ALLOT:
        raise Conflict("这份赋码申请已经办结。", code="settled")
    rows = Application.objects.unscoped(QUEUE).select_related("union", "registrar__parent")
    application = rows.select_for_update(of=("self",)).get(pk=request.application_id)
    if application.state != State.CODING:
        raise Conflict("登记申请不在等待赋码。", code="state")
    person = registering.enter(application, uscc, serial)
    request.code = person.code
    request.state, request.settled_at = RequestState.DONE, timezone.now()
    request.trouble, request.leased_until = "", None
    request.save()
    moved(application, by, "已赋码", f"统一社会信用代码 {uscc}，正在制作证书。")
    return request


@action("union-codes.confirm", "登记平台确认注销代码", permissions.ALLOT_CODE)
def confirm(request: CodeRequest, *, by: Actor) -> CodeRequest:
    """The platform has taken a code out of use."""
    if request.state != RequestState.WAITING or request.code is None:
        raise Conflict("这份申请已经办结。", code="settled")
    now = timezone.now()
    request.code.cancel_told_at = now
    request.code.save(update_fields=["cancel_told_at"])
    request.state, request.settled_at = RequestState.DONE, now
    request.trouble, request.leased_until = "", None
    request.save()
    return request


@action("union-codes.again", "重新申请赋码", permissions.ASK_AGAIN, place=queries.registrar_path)
def again(request: CodeRequest, *, by: Actor, reason: str = "") -> CodeRequest:
    """Ask anew what the platform declined, or ask now instead of later."""
    if request.state == RequestState.DONE:
        raise Conflict("已经赋码，不需要再申请。", code="settled")
    if not queries.at_registrar(by, request, permissions.ASK_AGAIN):
        raise Forbidden("由登记机关办理。", rule=TERRITORIAL, code="not_registrar")
    if request.state == RequestState.DECLINED:
        request.round += 1
    request.state, request.settled_at = RequestState.WAITING, None
    request.next_at, request.failures = timezone.now(), 0
    request.save()
    close_todo(target_type=TARGET, target_id=request.pk, by=by.user_id)
    return request


@action("union-codes.range", "备案赋码号段", permissions.KEEP_RANGES, creates=True)
def file_range(
    union: Union, *, by: Actor, prefix: str, first: str, last: str, document: str
) -> CodeRange:
    """File the range a registering union's codes lie in; ranges never overlap."""
    if union.kind not in queries.REGISTRARS:
        raise Refusal("号段备案给县级以上工会。", rule=TERRITORIAL, field="union")
    found = rules.span(prefix, first, last)
    if found.prefix[2:] != union.region[:6]:
        raise Refusal(
            f"号段的行政区划应为 {union.region[:6]}。", rule=rules.CONTROL, field="prefix"
        )
    for other in queries.spans_of([found.prefix]):
        if found.meets(other.span):
            raise Refusal(
                f"与已备案的号段 {other} 重叠。", rule=rules.CONTROL, field="first", code="overlap"
            )
    made = CodeRange(
        prefix=found.prefix,
        first=found.first,
        last=found.last,
        document=document.strip(),
        since=timezone.localdate(),
        recorded_by_name=by.name,
    )
    made.place_at(union)
    made.save()
    _wake_region(found.prefix[2:])
    return made


def _wake_region(region: str) -> None:
    rows = CodeRequest.objects.unscoped(QUEUE).filter(region=region, state=RequestState.WAITING)
    rows.update(next_at=timezone.now(), failures=0)


@action("union-codes.end-range", "停用赋码号段", permissions.KEEP_RANGES)
def end_range(given: CodeRange, *, by: Actor, reason: str) -> CodeRange:
    """No further code of this range is taken; those registered stay."""
    if given.ended_on is not None:
        raise Conflict("这个号段已经停用。", code="ended")
    given.ended_on = timezone.localdate()
    given.version += 1
    given.save()
    note(reason={"label": "停用原因", "after": reason.strip()})
    return given
