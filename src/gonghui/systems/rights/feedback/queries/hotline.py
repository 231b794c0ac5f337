"""What the desk reads: calls, the caller's earlier complaints, scripts, figures, lists."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from gonghui.engines.casework import listing
from gonghui.engines.casework.declaring import KINDS, CaseKind
from gonghui.engines.casework.models import Intake
from gonghui.engines.casework.queries import desk as engine
from gonghui.engines.casework.queries import knowledge
from gonghui.engines.casework.queries.statistics import start_of
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Forbidden, Refusal
from gonghui.kernel.base.masking import mask_name
from gonghui.kernel.base.sealing import keyring
from gonghui.kernel.people import persons
from gonghui.kernel.people.models import MOBILE, Person
from gonghui.systems.rights.feedback.models import (
    HOTLINE_CODE,
    NUMBER,
    PETITION_CODE,
    Call,
    CallState,
    Matter,
    Script,
    Shift,
)
from gonghui.systems.rights.feedback.permissions import ANSWER_CALLS, VIEW, VIEW_CALLS
from gonghui.systems.rights.feedback.queries import duty
from gonghui.systems.rights.feedback.queries.parameters import ANSWER_SECONDS
from gonghui.systems.rights.feedback.rules import calls as rules

SCRIPTS = "scripts of the hotline are read by whoever takes calls"
LIST = 50
SHORTEST_NUMBER = 7
APART = listing.apart("case__")


def kinds() -> list[CaseKind]:
    """The kinds of case of C4.5."""
    return [KINDS[code] for code in (HOTLINE_CODE, PETITION_CODE)]


def call(pk: int, actor: Actor) -> Call:
    """A call the actor may take or read; none about a unit they have a post in."""
    rows = APART(Call.objects.within(actor.scope(VIEW_CALLS)), actor)
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Forbidden("没有查看这通电话的权限，或者它不存在。", code="forbidden")
    return found


def live(actor: Actor) -> list[Call]:
    """Calls that ring or are spoken on, the longest waiting first."""
    rows = APART(Call.objects.within(actor.scope(ANSWER_CALLS)), actor)
    rows = rows.filter(state__in=rules.LIVE)
    return list(rows.order_by("rang_at")[:LIST])


def missed(actor: Actor) -> list[Call]:
    """Calls nobody took and nobody returned, the oldest first."""
    rows = APART(Call.objects.within(actor.scope(ANSWER_CALLS)), actor).filter(
        state=CallState.MISSED, returned_at=None
    )
    return list(rows.order_by("rang_at")[:LIST])


def to_call_back(actor: Actor) -> list[Matter]:
    """Answered cases whose complainants are to be asked whether they are content."""
    rows = APART(Matter.objects.within(actor.scope(VIEW)), actor).filter(
        call_back_by__isnull=False, called_back_at=None, case__phase="replied"
    )
    return list(rows.select_related("case__union").order_by("call_back_by", "pk")[:LIST])


def registered(number: str, actor: Actor) -> list[tuple[int, str]]:
    """People of the register with this telephone number, at most three: (id, masked words)."""
    plain = "".join(number.split())
    if len(plain) < SHORTEST_NUMBER:
        return []
    indexes = keyring().blind_indexes(plain, context=MOBILE)
    rows = Person.objects.within(actor.scope(ANSWER_CALLS)).filter(
        mobile_index__in=indexes, merged_into=None
    )
    return [
        (person.pk, f"{mask_name(person.name)}（{person.union}）")
        for person in rows.select_related("union").order_by("pk")[:3]
    ]


def shown_document(number: str) -> int:
    """Whose document was shown at the counter; Refusal where nobody has that number."""
    found = persons.by_document(number.strip().upper())
    if found is None:
        raise Refusal(
            "没有找到持这个证件的人员。",
            remedy="请核对证件号码；不在册的请清空，填写姓名和联系电话。",
            field="document",
            code="no_person",
        )
    return found.pk


@dataclass(frozen=True)
class Caller:
    """What is known of a number: earlier complaints and calls."""

    intakes: list[Intake]
    calls: list[Call]


def caller(number: str, actor: Actor) -> Caller:
    """By telephone number; what the actor may not see is left out."""
    try:
        intakes = engine.by_mobile(number, actor, kinds())
    except Refusal:
        return Caller([], [])
    plain = "".join(number.split())
    indexes = keyring().blind_indexes(plain, context=NUMBER)
    rows = Call.objects.within(actor.scope(ANSWER_CALLS)).filter(number_index__in=indexes)
    return Caller(intakes, list(APART(rows, actor).order_by("-rang_at")[:10]))


def script(actor: Actor, topic: str) -> Script | None:
    """The script of a subject, nearest above the actor's desk; else the one for every call."""
    rows = Script.objects.unscoped(SCRIPTS).filter(ended_on=None, topic__in=(topic, ""))
    near = Q(pk__in=[])
    for path in actor.paths(ANSWER_CALLS):
        ids = [int(part) for part in path.rstrip(".").split(".")]
        near |= Q(union_id__in=ids)
    if not actor.everywhere:
        rows = rows.filter(near)
    return max(rows, key=lambda item: (bool(item.topic), len(item.org_path)), default=None)


def articles(text: str, actor: Actor) -> list:
    """Knowledge at hand for what is typed."""
    return knowledge.find(text, actor, limit=6) if text.strip() else []


def _of(actor: Actor, from_on: date, until_on: date) -> QuerySet[Call]:
    rows = Call.objects.within(actor.scope(VIEW_CALLS))
    return rows.filter(rang_at__gte=start_of(from_on), rang_at__lt=start_of(until_on, 1))


def figures(actor: Actor, from_on: date, until_on: date) -> rules.Figures:
    """Calls of a span: taken, missed, in time."""
    rows = _of(actor, from_on, until_on).values_list("state", "waited", "talked")
    return rules.figures(rows.iterator(), ANSWER_SECONDS.on(until_on))


@dataclass(frozen=True)
class Seat:
    """One seat's part in a span."""

    seat: str
    name: str
    figures: rules.Figures


def by_seat(actor: Actor, from_on: date, until_on: date) -> list[Seat]:
    """The same for each seat that took a call, the busiest first."""
    bound = ANSWER_SECONDS.on(until_on)
    by: dict[str, list[tuple[str, int, int]]] = {}
    rows = _of(actor, from_on, until_on).exclude(agent="")
    for agent, state, waited, talked in rows.values_list("agent", "state", "waited", "talked"):
        by.setdefault(agent, []).append((state, waited, talked))
    shifts = Shift.objects.within(actor.scope(VIEW_CALLS)).filter(
        seat__in=list(by), starts_at__lt=start_of(until_on, 1), ends_at__gte=start_of(from_on)
    )
    names = dict(shifts.order_by("starts_at").values_list("seat", "user_name"))
    seats = [
        Seat(agent, names.get(agent, ""), rules.figures(found, bound))
        for agent, found in by.items()
    ]
    return sorted(seats, key=lambda item: (-item.figures.calls, item.seat))


@dataclass(frozen=True)
class Desk:
    """The hotline now."""

    waiting: int
    talking: int
    on_shift: list[Shift]
    mine: Shift | None
    today: rules.Figures
    at: datetime


def _near(actor: Actor, shift: Shift) -> bool:
    """Whether a shift is at a desk of the actor, above one, or below: another city's is not."""
    paths = actor.paths(ANSWER_CALLS)
    return actor.scope(ANSWER_CALLS).holds(shift.org_path) or any(
        path.startswith(shift.org_path) for path in paths
    )


def now(actor: Actor) -> Desk:
    ringing = live(actor)
    today = timezone.localdate()
    shifts = [shift for shift in duty.on_shift() if _near(actor, shift)]
    return Desk(
        sum(call.state == CallState.WAITING for call in ringing),
        sum(call.state != CallState.WAITING for call in ringing),
        shifts,
        next((shift for shift in shifts if shift.user_id == actor.user_id), None),
        figures(actor, today, today),
        timezone.now(),
    )
