"""Documents to and from the national federation: one queue, leased, asked outside transactions.

What was said is believed only when it is signed, is about this document and is still so when asked
again; until then the document waits and is sent again under the same id.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor, platform
from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.files.storing import open_stored
from gonghui.kernel.notify.todos import open_todo
from gonghui.kernel.org.models import Union, UnionKind, UnionStatus
from gonghui.kernel.org.scoping import Scope, raise_wall
from gonghui.systems.office.circulation.actions import national, papers
from gonghui.systems.office.circulation.actions.incoming import enter
from gonghui.systems.office.circulation.models import Exchange, Outgoing
from gonghui.systems.office.circulation.models.exchange import Direction, ExchangeState
from gonghui.systems.office.circulation.permissions import DISTRIBUTE, REGISTER_INCOMING
from gonghui.systems.office.circulation.queries import incoming as registered
from gonghui.systems.office.circulation.rules import chain, exchange, secrecy

QUEUE = "the queue to the national federation belongs to the platform itself"
DECLINED = "exchanges.declined"
LEASE = timedelta(seconds=60)
PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(hours=1)
ONLY_PROVINCE = "与全总的公文往来由省总工会办理"


@action("exchanges.send-up", "报送全总", DISTRIBUTE)
def send_up(document: Outgoing, *, by: Actor) -> Outgoing:
    """Put a sealed document into the queue; once, unless the national federation declined it."""
    chain.check("distribute", document.state)
    papers.check_own(document, by, DISTRIBUTE)
    if document.union.kind != UnionKind.PROVINCE:
        raise Refusal(
            f"{document.union.name}不直接向全总报送公文。",
            rule=ONLY_PROVINCE,
            remedy="请分发给上级工会，由省总工会报送。",
            code="not_province",
        )
    before = document.exchanges.unscoped(QUEUE)
    if before.exclude(state=ExchangeState.REJECTED).exists():
        raise Conflict("这件公文已经报送全总。", remedy="进展见“与全总的公文交换”。", code="sent")
    now = timezone.now()
    found = Exchange(
        direction=Direction.UP,
        key=f"{document.union.region}-{document.pk}-{before.count() + 1}",
        document=document,
        organ=document.union.name,
        number=document.number_text,
        title=document.title,
        sm3=document.paper.sm3,
        next_at=now,
        begun_at=now,
    )
    found.place_at(document.union)
    found.save()
    note(exchange={"label": "报送", "after": f"全总，交换编号 {found.key}"})
    if document.state == chain.SEALED:
        document.state, document.issued_at = chain.ISSUED, now
    document.version += 1
    document.save()
    return document


@action("exchanges.take-in", "接收全总来文", REGISTER_INCOMING, creates=True)
def take_in(union: Union, *, by: Actor, arrived: exchange.Arrived) -> Exchange:
    """Register a document from above once; one registered by hand before is taken for the same."""
    secrecy.check(title=arrived.title, number=arrived.number)
    same = registered.duplicates(union, arrived.organ, arrived.number, arrived.title)
    if same:
        found = same[0]
    else:
        found = enter(
            union,
            by=by,
            organ=arrived.organ,
            number=arrived.number,
            title=arrived.title,
            urgency=arrived.urgency,
        )
    if found.scan is None:
        found.scan = papers.keep_received(arrived.content, arrived.name, papers.SCAN, found, by=by)
        found.save(update_fields=["scan"])
    now = timezone.now()
    made = Exchange(
        direction=Direction.DOWN,
        key=f"down-{arrived.id}",
        incoming=found,
        organ=arrived.organ,
        number=arrived.number,
        title=arrived.title,
        sm3=arrived.digest,
        receipt=f"{union.region}-{found.year}-{found.serial}",
        next_at=now,
        begun_at=now,
    )
    made.place_at(union)
    made.save()
    return made


def receive_all() -> int:
    """Register what waits for us at the national federation; return how many were new."""
    if not national.configured():
        return 0
    union = (
        Union.objects.unscoped(QUEUE)
        .filter(kind=UnionKind.PROVINCE, status=UnionStatus.ACTIVE)
        .order_by("id")
        .first()
    )
    if union is None:
        return 0
    try:
        key, said = national.key(), national.waiting()
    except national.Unusable:
        return 0
    return sum(_receive(union, one, key) for one in said[:100])


def _receive(union: Union, said: object, key: str) -> bool:
    try:
        arrived = exchange.arrived(said, key)
    except Refusal as refusal:
        _reject(union, said, refusal)
        return False
    with transaction.atomic():
        raise_wall(Scope.everything())
        # Of two workers the second waits here and then finds the first one's row.
        Union.objects.unscoped(QUEUE).select_for_update(no_key=True).get(pk=union.pk)
        rows = Exchange.objects.unscoped(QUEUE)
        before = rows.filter(key=f"down-{arrived.id}").first()
        if before is None or before.state == ExchangeState.REJECTED:
            return _register(union, arrived, said, before)
        if before.sm3 != arrived.digest:
            before.said = "对方又送来同一编号、内容不同的文件，未采用。"
        elif before.state == ExchangeState.DONE:
            # They list it still, so our receipt was lost: it is sent again, ever more seldom.
            before.state = ExchangeState.WAITING
            before.next_at = timezone.now() + pause(before.tries)
        before.save()
    return False


def _register(
    union: Union, arrived: exchange.Arrived, said: object, before: Exchange | None
) -> bool:
    """Inside the caller's transaction."""
    try:
        with transaction.atomic():
            if before is not None:
                before.delete()
            take_in(union, by=platform("全总公文交换"), arrived=arrived)
    except Refusal as refusal:
        _reject(union, said, refusal)
        return False
    return True


def _reject(union: Union, said: object, refusal: Refusal) -> None:
    """Keep once that something came which could not be taken in; of a classified one no word."""
    facts = said if isinstance(said, dict) else {}
    hidden = refusal.code == "classified"
    id = str(facts.get("id", ""))[:50] or "无编号"
    now = timezone.now()
    found = Exchange(
        direction=Direction.DOWN,
        key=f"down-{id}",
        organ=str(facts.get("organ", ""))[:120] or "未知",
        number="" if hidden else str(facts.get("number", ""))[:60],
        title="（带有国家秘密标志，未接收）"
        if hidden
        else str(facts.get("title", ""))[:200] or "（无标题）",
        sm3=str(facts.get("sm3", ""))[:64],
        state=ExchangeState.REJECTED,
        said=refusal.message[:300]
        if not hidden
        else "来文带有国家秘密标志，未接收，请走机要渠道。",
        next_at=now,
        begun_at=now,
        ended_at=now,
    )
    found.place_at(union)
    Exchange.objects.bulk_create([found], ignore_conflicts=True)


@dataclass(frozen=True)
class Taken:
    """A question under way: all that is needed to ask it without a transaction."""

    pk: int
    lease: datetime
    direction: str
    key: str
    sm3: str
    receipt: str


def pause(tries: int) -> timedelta:
    """How long to wait after so many vain attempts."""
    return min(PAUSE * 2 ** min(tries, 12), LONGEST_PAUSE)


def claim(now: datetime) -> Taken | None:
    """Take what has waited longest; None when nothing is due."""
    with transaction.atomic():
        raise_wall(Scope.everything())
        rows = Exchange.objects.unscoped(QUEUE).select_for_update(skip_locked=True)
        free = Q(leased_until=None) | Q(leased_until__lt=now)
        found = (
            rows.filter(free, state=ExchangeState.WAITING, next_at__lte=now)
            .order_by("next_at", "id")
            .first()
        )
        if found is None:
            return None
        found.leased_until = now + LEASE
        found.tries += 1
        found.save(update_fields=["leased_until", "tries"])
        return Taken(
            found.pk, found.leased_until, found.direction, found.key, found.sm3, found.receipt
        )


def ask(taken: Taken) -> exchange.Receipt:
    """Ask, and judge what is said; nothing is written. Raises Unusable or Refusal."""
    key = national.key()
    if taken.direction == Direction.DOWN:
        id = taken.key.removeprefix("down-")
        message = {"id": id, "receipt": taken.receipt, "sm3": taken.sm3, "state": "received"}
        national.acknowledge(quote(id, safe=""), exchange.signed(message, key))
        return exchange.Receipt(exchange.CONFIRMED, taken.receipt)
    given = {"key": key, "id": taken.key, "digest": taken.sm3}
    found = exchange.receipt(national.send(_message(taken, key)), **given)
    if found.state == exchange.CONFIRMED:
        # What was said is asked for once more: a receipt they do not keep is none.
        again = exchange.receipt(national.kept(taken.key), **given)
        if again != found:
            raise Refusal("再查回执，与先前所说不同，未采用。", code="ghost")
    return found


def _message(taken: Taken, key: str) -> dict[str, object]:
    rows = Exchange.objects.unscoped(QUEUE).select_related("document__union", "document__paper")
    document = rows.get(pk=taken.pk).document
    with open_stored(document.paper) as file:
        content = file.read()
    day = timezone.localdate(document.signed_at)
    return exchange.signed(
        {
            "id": taken.key,
            "organ": document.union.name,
            "number": document.number_text,
            "kind": document.what.title,
            "title": document.title,
            "urgency": document.urgency,
            "issued_on": day.isoformat(),
            "file_name": document.paper.name,
            "file": base64.b64encode(content).decode(),
            "sm3": taken.sm3,
        },
        key,
    )


def settle(taken: Taken, found: exchange.Receipt | None, words: str, now: datetime) -> None:
    """Keep what came of asking; found None: nothing that can be believed, ask again later."""
    with transaction.atomic():
        raise_wall(Scope.everything())
        rows = Exchange.objects.unscoped(QUEUE).select_related("document")
        row = rows.select_for_update(of=("self",)).get(pk=taken.pk)
        if row.state != ExchangeState.WAITING or row.leased_until != taken.lease:
            return
        row.leased_until = None
        row.said = words[:300]
        if found is None:
            row.next_at = now + pause(row.tries)
        elif found.state == exchange.DECLINED:
            row.state, row.ended_at = ExchangeState.REJECTED, now
            _tell_declined(row)
        else:
            row.state, row.ended_at, row.receipt = ExchangeState.DONE, now, found.number
        row.save()


def _tell_declined(row: Exchange) -> None:
    if row.document is None:
        return
    open_todo(
        kind=DECLINED,
        target_type="circulation.exchange",
        target_id=row.pk,
        title=f"全总退回报送的公文：{row.title}",
        link=reverse("resource:exchanges:record", args=[row.pk]),
        org_path=row.org_path,
        assignee_user_id=row.document.drafter_id,
    )


def run_next() -> bool:
    """Ask the next question of the queue; True while there may be more."""
    if not national.configured():
        return False
    taken = claim(timezone.now())
    if taken is None:
        return False
    found: exchange.Receipt | None = None
    try:
        found = ask(taken)
        words = found.reason or "已确认。"
    except national.Unusable as trouble:
        words = f"{trouble}，稍后再试。"
    except Refusal as refusal:
        words = refusal.message
    settle(taken, found, words, timezone.now())
    return True
