"""What the links write: claims, answers, receipts, lost links. The wire itself is jobs/wire.

Every function is one transaction, or part of the caller's. The order that nothing is sent twice
hangs on: a submit is committed as recorded before its first octet leaves, and a recorded one whose
link is gone becomes unknown, never waiting. docs/decisions/0022-short-messages.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from gonghui.kernel.access.actions import LOCKING
from gonghui.systems.media.short_messages.actions import money
from gonghui.systems.media.short_messages.models import Budget, Message, Receipt, Route, Submit
from gonghui.systems.media.short_messages.models.phones import index_of
from gonghui.systems.media.short_messages.models.routes import Health, Protocol
from gonghui.systems.media.short_messages.models.sending import MessageState
from gonghui.systems.media.short_messages.queries import routes, tuning
from gonghui.systems.media.short_messages.queries.walls import for_all_unions
from gonghui.systems.media.short_messages.rules import billing, carriers, matching, segments, states
from gonghui.systems.media.short_messages.rules.routing import (
    MOST_TRIES,
    Way,
    after_failure,
    best,
    pause_before,
)
from gonghui.systems.media.short_messages.rules.segments import Alphabet
from gonghui.systems.media.short_messages.rules.states import Part, Whole

PERHAPS = "网关没有说明是否收到"
TOO_MANY = 429
"""HTTP: asked to come later, so nothing was taken."""
MOST_PUT_OFF = 12
"""So often a carrier may put a part off before the message takes another route or ends."""


@dataclass(frozen=True)
class Ready:
    """A recorded part as the wire needs it. total, number: of the parts of its message.

    key: the same for every try by one route, so a gateway that knows keys takes it once.
    """

    submit_id: int
    sequence: int
    reference: int
    mobile: str
    octets: bytes
    headed: bool
    alphabet: Alphabet
    total: int
    number: int
    payload: str
    text: str
    link: str
    picture: UUID | None
    key: str
    expires_at: datetime
    rank: int


@dataclass(frozen=True)
class Answer:
    """The carrier's answer to a submit: code 0 took it."""

    submit_id: int
    part: Part
    carrier_id: str = ""
    code: int = 0
    words: str = ""


@dataclass(frozen=True)
class Report:
    """A delivery report as it came. submitted_at: aware, by the carrier's clock."""

    carrier_id: str
    word: str
    mobile: str = ""
    reference: int | None = None
    submitted_at: datetime | None = None


def _mine(route: Route, ways: list[Way], now: datetime) -> Q:
    """The waiting messages this route is the best for; those tried elsewhere are looked at one
    by one."""
    known = list(carriers.TITLES)
    fresh = Q(pk__in=[])
    for payload in route.payloads:
        first = [
            carrier
            for carrier in known
            if (found := best(ways, carrier, payload, now)) is not None and found.id == route.pk
        ]
        fresh |= Q(tried=[], payload=payload, carrier__in=first)
    again = ~Q(tried=[]) & ~Q(tried__contains=[route.pk]) & Q(payload__in=route.payloads)
    return Q(route=route) | (Q(route=None) & (fresh | again))


@for_all_unions
def waits(route: Route) -> bool:
    """Whether any message of a form this route carries may leave now, by whichever route."""
    rows = Message.objects.unscoped("a link looks whether there is anything to carry")
    return rows.filter(
        state=MessageState.WAITING, send_after__lte=timezone.now(), payload__in=route.payloads
    ).exists()


@for_all_unions
def claim(route: Route, limit: int) -> list[Ready]:
    """Take up to `limit` waiting messages, record a submit for each part to send, and commit.

    Parts of one message are recorded together; more parts than `limit` may come back by the parts
    of the last message.
    """
    now = timezone.now()
    ways = routes.ways()
    rows = (
        Message.objects.unscoped("a link carries whatever its route is the best for")
        .select_for_update(of=("self",), skip_locked=True)
        .filter(_mine(route, ways, now), state=MessageState.WAITING)
        .filter(send_after__lte=now, expires_at__gt=now)
        .order_by("rank", "send_after", "id")
    )
    if tuning.is_quiet(now):
        rows = rows.filter(urgent=True)
    taken = [one for one in rows[:limit] if _is_for(one, route, ways, now)]
    return _record(route, taken, now) if taken else []


def _is_for(message: Message, route: Route, ways: list[Way], now: datetime) -> bool:
    if message.route_id == route.pk:
        return True
    found = best(ways, message.carrier, message.payload, now, message.tried)
    return found is not None and found.id == route.pk


def _record(route: Route, messages: Sequence[Message], now: datetime) -> list[Ready]:
    latest = _latest([message.pk for message in messages])
    submits: list[Submit] = []
    cuts: list[tuple[Message, list[tuple[bytes, bool]], int, Alphabet]] = []
    for message in messages:
        text = message.text.reveal() if message.text else ""
        if message.payload == "sms":
            octets = segments.wire_parts(text, message.pk % 256)
            alphabet = segments.alphabet_of(text)
        else:
            octets, alphabet = [(text.encode(), False)], Alphabet.UCS2
        before = latest.get(message.pk, {})
        going_on = message.route_id == route.pk
        for number in range(1, len(octets) + 1):
            past = before.get(number)
            if going_on and past is not None and past.state not in {Part.PUT_OFF}:
                continue
            submits.append(
                Submit(
                    message=message,
                    number=number,
                    attempt=past.attempt + 1 if past else 1,
                    route=route,
                    budget_id=message.budget_id,
                    state=Part.RECORDED,
                    price=route.price,
                    recorded_at=now,
                )
            )
            cuts.append((message, octets, number, alphabet))
    Submit.objects.bulk_create(submits)
    ids = [message.pk for message in messages]
    Message.objects.unscoped(LOCKING).filter(pk__in=ids).update(
        state=MessageState.SENDING, route=route, tries=F("tries") + 1, submitted_at=now
    )
    return [
        Ready(
            submit.pk,
            submit.sequence,
            submit.reference,
            message.mobile.reveal(),
            octets[number - 1][0],
            octets[number - 1][1],
            alphabet,
            len(octets),
            number,
            message.payload,
            message.text.reveal() if message.text else "",
            message.link,
            message.picture,
            f"{message.key}:{route.pk}",
            message.expires_at,
            message.rank,
        )
        for submit, (message, octets, number, alphabet) in zip(submits, cuts, strict=True)
    ]


def _latest(message_ids: Collection[int]) -> dict[int, dict[int, Submit]]:
    """The last try of each part, by message and part."""
    found: dict[int, dict[int, Submit]] = defaultdict(dict)
    rows = Submit.objects.filter(message_id__in=message_ids).order_by("attempt")
    for submit in rows:
        found[submit.message_id][submit.number] = submit
    return found


@for_all_unions
def answered(route: Route, answers: Sequence[Answer]) -> None:
    """Write what the carrier answered, and the receipts that had come before the answers."""
    now = timezone.now()
    by_id = {answer.submit_id: answer for answer in answers}
    month = billing.month_of(timezone.localtime(now).date())
    changed = []
    for submit in _locked(by_id):
        answer = by_id[submit.pk]
        if not states.may_become(Part(submit.state), answer.part):
            # A receipt was quicker; the number is still worth keeping.
            if answer.carrier_id and not submit.carrier_id:
                submit.carrier_id = answer.carrier_id[:64]
                changed.append(submit)
            continue
        submit.state = answer.part
        submit.carrier_id = answer.carrier_id[:64]
        submit.code, submit.word = answer.code, answer.words[:16]
        submit.answered_at = now
        if answer.part is Part.ACCEPTED:
            submit.month = month
        changed.append(submit)
    _keep(changed)
    forms = {form for one in answers for form in matching.numbers(one.carrier_id[:64])}
    _apply(route, _waiting(route, forms), now)
    refresh({submit.message_id for submit in changed}, now)


def _locked(ids: Iterable[int]) -> list[Submit]:
    return list(Submit.objects.select_for_update().filter(pk__in=list(ids)).order_by("pk"))


def _keep(submits: Sequence[Submit]) -> None:
    fields = ["state", "carrier_id", "code", "word", "answered_at", "settled_at", "month"]
    if submits:
        Submit.objects.bulk_update(submits, fields, batch_size=500)


def _waiting(route: Route, carrier_ids: Collection[str]) -> list[Receipt]:
    """Receipts with these numbers whose submit was not known."""
    rows = Receipt.objects.filter(route=route, submit=None, carrier_id__in=carrier_ids)
    return list(rows.select_for_update().order_by("id"))


@for_all_unions
def reported(route: Route, reports: Sequence[Report]) -> None:
    """Keep reports, each once, and apply those whose submit is known."""
    now = timezone.now()
    waiting = {_mark(row): row for row in _waiting(route, {one.carrier_id[:64] for one in reports})}
    came: dict[tuple, Receipt] = {}
    for report in reports:
        row = Receipt(
            route=route,
            carrier_id=report.carrier_id[:64],
            word=report.word[:16],
            reference=report.reference,
            mobile_index=index_of(report.mobile) if matching.is_phone(report.mobile) else None,
            submitted_at=report.submitted_at,
        )
        # Said again, it is as new as if it were said now: its number may be another part's by now.
        row = waiting.get(_mark(row), row)
        row.received_at = now
        came.setdefault(_mark(row), row)
    refresh(_apply(route, list(came.values()), now), now)


def _mark(receipt: Receipt) -> tuple:
    """What two reports whose submit is not known are the same by."""
    index = receipt.mobile_index
    return (receipt.carrier_id, receipt.word, bytes(index) if index is not None else None)


@for_all_unions
def reapply(route: Route, limit: int = 500) -> int:
    """Try again with reports whose submit was not known; returns how many found theirs.

    The newest first: what never finds one, such as another sender's, would stand before them.
    """
    now = timezone.now()
    rows = Receipt.objects.filter(
        route=route,
        submit=None,
        received_at__lt=now - timedelta(seconds=5),
        received_at__gt=now - timedelta(days=3),
    )
    waiting = list(rows.select_for_update(skip_locked=True).order_by("-id")[:limit])
    touched = _apply(route, waiting, now)
    refresh(touched, now)
    return len(touched)


def _apply(route: Route, receipts: Sequence[Receipt], now: datetime) -> set[int]:
    """Bring receipts to their submits and keep them; returns the messages touched."""
    if not receipts:
        return set()
    known = _named(route, receipts)
    guessing = Submit.objects.filter(route=route, state=Part.UNKNOWN).exists()
    touched: dict[int, Submit] = {}
    for receipt in receipts:
        submit = _numbered(known, receipt)
        if submit is not None and _is_news_of_another(submit, receipt):
            continue
        if submit is None and guessing:
            submit = _unnumbered(route, receipt)
        if submit is None:
            continue
        submit = touched.get(submit.pk, submit)
        receipt.submit = submit
        _take(submit, receipt, now)
        touched[submit.pk] = submit
    _keep(list(touched.values()))
    _file(receipts)
    return {submit.message_id for submit in touched.values()}


def _named(route: Route, receipts: Sequence[Receipt]) -> dict[str, list[Submit]]:
    """The submits the carrier gave the numbers of receipts in the period they came in."""
    forms = {form for row in receipts for form in matching.numbers(row.carrier_id)}
    since = min(row.received_at for row in receipts) - matching.PERIOD
    rows = Submit.objects.select_for_update(of=("self",)).select_related("message")
    found: dict[str, list[Submit]] = defaultdict(list)
    for submit in rows.filter(route=route, carrier_id__in=forms, recorded_at__gt=since).order_by(
        "pk"
    ):
        found[submit.carrier_id].append(submit)
    return found


def _numbered(known: dict[str, list[Submit]], receipt: Receipt) -> Submit | None:
    """The submit a receipt means by its number, in whatever form that is written."""
    for form in matching.numbers(receipt.carrier_id):
        submits = {submit.pk: submit for submit in known.get(form, ())}
        named = [
            matching.Named(pk, submit.recorded_at, _same_phone(submit.message, receipt))
            for pk, submit in submits.items()
        ]
        pk = matching.numbered(named, receipt.received_at, exact=form == receipt.carrier_id)
        if pk is not None:
            return submits[pk]
    return None


def _same_phone(message: Message, receipt: Receipt) -> bool | None:
    if receipt.mobile_index is None:
        return None
    said = bytes(receipt.mobile_index)
    # The key of the index may have changed since the message was queued.
    return bytes(message.mobile_index) == said or index_of(message.mobile.reveal()) == said


def _is_news_of_another(submit: Submit, receipt: Receipt) -> bool:
    """Whether an end is reported under the number of a part that has ended, while another to the
    same phone has no number yet: the carrier may be quicker to report than to answer."""
    then = states.of_receipt(receipt.word)
    if then is None or receipt.mobile_index is None or receipt.reference == submit.reference:
        return False
    if states.may_become(Part(submit.state), then):
        return False
    return _without_number(submit.route_id, receipt).filter(pk__gt=submit.pk).exists()


def _without_number(route_id: int, receipt: Receipt) -> QuerySet[Submit]:
    """The parts on their way to the phone of a receipt that came later and have no number."""
    return Submit.objects.filter(
        route=route_id,
        state__in=[Part.UNKNOWN, Part.RECORDED],
        carrier_id="",
        recorded_at__lte=receipt.received_at,
        message__mobile_index=receipt.mobile_index,
    )


def _file(receipts: Sequence[Receipt]) -> None:
    """Keep receipts; the same about one submit is kept once."""
    mine = [row.submit_id for row in receipts if row.submit_id is not None]
    rows = Receipt.objects.filter(submit__in=mine)
    kept: set[tuple] = set(rows.values_list("submit_id", "word"))
    fresh, found, again = [], [], []
    for receipt in receipts:
        mark = (receipt.submit_id, receipt.word)
        if receipt.submit_id is not None and mark in kept:
            again.append(receipt.pk)
            continue
        if receipt.submit_id is not None:
            kept.add(mark)
        (fresh if receipt.pk is None else found).append(receipt)
    Receipt.objects.filter(pk__in=[pk for pk in again if pk is not None]).delete()
    Receipt.objects.bulk_update(found, ["submit", "received_at"], batch_size=500)
    Receipt.objects.bulk_create(fresh)


def _take(submit: Submit, receipt: Receipt, now: datetime) -> None:
    then = states.of_receipt(receipt.word)
    if then is None:
        then = Part.ACCEPTED
    if not states.may_become(Part(submit.state), then):
        return
    submit.state = then
    submit.carrier_id = submit.carrier_id or receipt.carrier_id
    if then in {Part.DELIVERED, Part.UNDELIVERED}:
        submit.word, submit.settled_at = receipt.word, now
    if submit.month is None:
        # The carrier has it, so it is billed, whether its answer reached us or not.
        submit.month = billing.month_of(timezone.localtime(submit.recorded_at).date())


def _unnumbered(route: Route, receipt: Receipt) -> Submit | None:
    """The part a receipt with an unknown number can only mean; parts still on their way make it
    ambiguous on purpose."""
    if receipt.mobile_index is None:
        return None
    rows = _without_number(route.pk, receipt).select_for_update(of=("self",))
    opens = {submit.pk: submit for submit in rows}
    pk = matching.unnumbered(
        [matching.Open(one.pk, one.reference, one.recorded_at) for one in opens.values()],
        receipt.reference,
        receipt.submitted_at,
    )
    return opens[pk] if pk is not None else None


@for_all_unions
def lost(route: Route, submit_ids: Collection[int], *, again: bool = False) -> None:
    """The link fell with these on their way: their outcome is unknown.

    again: the other side drops a second submit under the same key, so they may be sent again.
    """
    then = Part.PUT_OFF if again else Part.UNKNOWN
    changed = []
    for submit in _locked(submit_ids):
        if states.may_become(Part(submit.state), then):
            submit.state = then
            changed.append(submit)
    _keep(changed)
    refresh({submit.message_id for submit in changed}, timezone.now())


def recover(route: Route, *, again: bool = False) -> int:
    """What a dead process left recorded is unknown; call it holding the route alone."""
    left = list(
        Submit.objects.filter(route=route, state=Part.RECORDED).values_list("pk", flat=True)
    )
    for start in range(0, len(left), 500):
        lost(route, left[start : start + 500], again=again)
    return len(left)


def refresh(message_ids: Collection[int], now: datetime) -> None:
    """Bring messages to what their parts say, and decide what comes next; in a transaction."""
    if not message_ids:
        return
    latest = _latest(message_ids)
    rows = Message.objects.unscoped(LOCKING).select_for_update(of=("self",))
    ways = routes.ways()
    changed = []
    for message in rows.select_related("route").filter(pk__in=list(message_ids)).order_by("pk"):
        parts = latest.get(message.pk, {})
        whole = states.of_parts((Part(one.state) for one in parts.values()), message.parts)
        _become(message, whole, list(parts.values()), ways, now)
        changed.append(message)
    Message.objects.unscoped(LOCKING).bulk_update(
        changed,
        ["state", "route", "tried", "send_after", "fault", "settled_at", "committed", "text"],
        batch_size=500,
    )


def _become(
    message: Message, whole: Whole, parts: list[Submit], ways: list[Way], now: datetime
) -> None:
    if message.state == MessageState.CANCELLED:
        return
    message.settled_at = None
    if whole is Whole.WAITING:
        _wait(message, parts, now)
    elif whole is Whole.FAILED:
        _fail(message, parts, ways, now)
    elif whole is Whole.UNKNOWN and message.state == MessageState.UNCONFIRMED:
        message.settled_at = now
    else:
        message.state = MessageState(whole)
        message.fault = "连接中断，运营商是否收到尚不清楚" if whole is Whole.UNKNOWN else ""
    if message.state == MessageState.DELIVERED:
        message.settled_at = now
    if message.state in {MessageState.SENT, MessageState.DELIVERED, MessageState.FAILED}:
        _settle_money(message)
    if message.category == "code" and message.settled_at is not None:
        message.text = None


def _wait(message: Message, parts: list[Submit], now: datetime) -> None:
    """The carrier put parts off: again after a pause, elsewhere if nothing was taken yet."""
    maybe = _perhaps_taken(message, parts)
    taken = maybe or any(one.state in {Part.ACCEPTED, Part.DELIVERED} for one in parts)
    message.send_after = now + pause_before(message.tries)
    message.fault = "运营商要求稍后再发"
    message.state = MessageState.WAITING
    message.route = message.route if taken else None
    if message.expires_at <= message.send_after or message.tries >= MOST_PUT_OFF:
        if maybe:
            message.state, message.fault = MessageState.UNKNOWN, PERHAPS
        else:
            _end(message, "有效期内没有发出", now)


def _perhaps_taken(message: Message, parts: list[Submit]) -> bool:
    """Whether a gateway that knows keys may have a part although it did not say so.

    Only the same gateway may be asked again, for another one does not know the key.
    """
    route = message.route
    if route is None or route.protocol != Protocol.GATEWAY:
        return False
    return any(one.state == Part.PUT_OFF and one.code != TOO_MANY for one in parts)


def _fail(message: Message, parts: list[Submit], ways: list[Way], now: datetime) -> None:
    """Definitely not delivered by this route: the next one, while there is one and money for it."""
    why = next((one for one in parts if one.state in {Part.REFUSED, Part.UNDELIVERED}), parts[0])
    words = f"{states.PART_TITLES[Part(why.state)]}（{states.receipt_title(why.word) or why.code}）"
    if message.route_id is not None and message.route_id not in message.tried:
        message.tried = [*message.tried, message.route_id]
    onward = best(ways, message.carrier, message.payload, now, message.tried)
    live = message.expires_at > now and len(message.tried) < MOST_TRIES
    if onward is None or not live or message.text is None:
        _end(message, words, now)
        return
    if message.budget_id is not None and message.month is not None:
        spent = _spent(message)
        more = spent + message.parts * int(onward.price) - message.committed
        try:
            with transaction.atomic():
                budget = Budget.objects.unscoped(LOCKING).get(pk=message.budget_id)
                money.commit(budget, message.month, max(more, 0))
        except money.OverBudget:
            _end(message, f"{words}；预算不足，没有换通道重发", now)
            return
        message.committed += max(more, 0)
    message.state = MessageState.WAITING
    message.route = None
    message.send_after = now
    message.fault = f"{words}，换通道重发"


def _end(message: Message, words: str, now: datetime) -> None:
    message.state = MessageState.FAILED
    message.fault = words[:200]
    message.settled_at = now
    _settle_money(message)


def _spent(message: Message) -> int:
    rows = Submit.objects.filter(message_id=message.pk, state__in=billing.BILLED)
    return sum(rows.values_list("price", flat=True))


def _settle_money(message: Message) -> None:
    """What was promised becomes what it cost."""
    if message.budget_id is None or message.month is None:
        return
    cost = _spent(message)
    if cost < message.committed:
        money.give_back(message.budget_id, message.month, message.committed - cost)
    else:
        money.take_more(message.budget_id, message.month, cost - message.committed)
    message.committed = cost


@dataclass(frozen=True)
class Asked:
    """An accepted part nobody reported on, to be asked about."""

    submit_id: int
    carrier_id: str


def due_queries(route: Route, limit: int = 20) -> list[Asked]:
    """Accepted parts without a report for long enough, to be asked about now."""
    now = timezone.now()
    before = now - timedelta(minutes=tuning.QUERY_MINUTES.value())
    with transaction.atomic():
        rows = Submit.objects.select_for_update(skip_locked=True).filter(
            Q(queried_at=None) | Q(queried_at__lt=before),
            route=route,
            state=Part.ACCEPTED,
            recorded_at__lt=before,
            recorded_at__gt=now - timedelta(days=3),
        )
        found = list(rows.exclude(carrier_id="").order_by("recorded_at")[:limit])
        Submit.objects.filter(pk__in=[one.pk for one in found]).update(queried_at=now)
        return [Asked(one.pk, one.carrier_id) for one in found]


def linked(route: Route) -> None:
    """The route answers."""
    now = timezone.now()
    Route.objects.unscoped(LOCKING).filter(pk=route.pk).update(
        health=Health.LINKED,
        failures=0,
        closed_until=None,
        linked_at=now,
        seen_at=now,
        fault="",
    )


def seen(route: Route) -> None:
    """The route still answers."""
    Route.objects.unscoped(LOCKING).filter(pk=route.pk).update(seen_at=timezone.now())


def unlinked(route: Route, words: str = "") -> None:
    """The link ended, by itself or because it was asked to."""
    Route.objects.unscoped(LOCKING).filter(pk=route.pk).update(
        health=Health.DOWN, fault=words[:200]
    )


@transaction.atomic
def failed(route: Route, words: str) -> datetime | None:
    """The route failed once more; returns until when it rests, None while it does not."""
    row = Route.objects.unscoped(LOCKING).select_for_update(of=("self",)).get(pk=route.pk)
    row.failures, row.closed_until = after_failure(row.failures, timezone.now())
    row.health = Health.RESTING if row.closed_until else Health.DOWN
    row.fault = words[:200]
    row.save(update_fields=["failures", "closed_until", "health", "fault"])
    return row.closed_until
