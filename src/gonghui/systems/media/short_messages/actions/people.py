"""The consent ledger, the blacklist, and audiences kept under a name."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from gonghui.kernel.access.actions import action
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.base.identifiers import parse_mobile
from gonghui.kernel.org.models import Union
from gonghui.systems.media.short_messages.models import Audience, BlackEntry, Consent
from gonghui.systems.media.short_messages.permissions import (
    EDIT_AUDIENCES,
    EDIT_BLACKLIST,
    RECORD_CONSENT,
)
from gonghui.systems.media.short_messages.queries import reach
from gonghui.systems.media.short_messages.queries.places import person_with
from gonghui.systems.media.short_messages.rules import categories


def ledger(
    union: Union,
    mobile: str,
    *,
    given: bool,
    channel: str,
    evidence: str,
    by: str,
    category: str = "",
    person_id: int | None = None,
) -> Consent:
    """Add a word to the ledger, in the caller's transaction."""
    made = Consent(
        category=category,
        given=given,
        channel=channel,
        evidence=evidence[:200],
        at=timezone.now(),
        by=by[:50],
        person_id=person_id,
    )
    made.put_mobile(mobile)
    made.place_at(union)
    made.save()
    return made


@action("short-consents.record", "登记短信同意或退订", RECORD_CONSENT, creates=True)
def record_consent(
    union: Union,
    *,
    by: Actor,
    mobile: str,
    given: bool,
    category: str = "",
    channel: str,
    evidence: str,
) -> Consent:
    """What somebody said at the counter, by telephone or on paper."""
    if category and categories.CATEGORIES[category].consent == "none":
        raise Refusal(
            "这类短信不需要同意，也不能退订。",
            rule=categories.CONSENT_RULE,
            remedy="可退订的是通知、调查、关怀和推介。",
            field="category",
            code="category",
        )
    if given and not evidence.strip():
        raise Refusal(
            "登记同意须写明依据。",
            rule=categories.CONSENT_RULE,
            remedy="如“2026 年会员登记表第 3 项”。",
            field="evidence",
            code="evidence",
        )
    number = parse_mobile(mobile)
    return ledger(
        union,
        number,
        given=given,
        channel=channel,
        evidence=evidence.strip() or "本人口头提出",
        by=by.name,
        category=category,
        person_id=person_with(number),
    )


@action("short-blacklist.add", "加入短信黑名单", EDIT_BLACKLIST, creates=True)
def add_black(
    union: Union, *, by: Actor, mobile: str, reason: str, until: date | None = None
) -> BlackEntry:
    """Nothing more to a number, save codes it asks for and emergencies."""
    if until is not None and until < timezone.localdate():
        raise Refusal("截止日期已过。", field="until", code="past")
    made = BlackEntry(reason=reason.strip(), until=until, added_by=by.name, added_at=timezone.now())
    made.put_mobile(parse_mobile(mobile))
    made.place_at(union)
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError as error:
        raise Conflict("这个号码已在黑名单中。", field="mobile", code="black_twice") from error
    return made


@action("short-blacklist.lift", "移出短信黑名单", EDIT_BLACKLIST)
def lift_black(entry: BlackEntry, *, by: Actor, reason: str) -> BlackEntry:
    """The number may be sent to again."""
    if entry.lifted_at is not None:
        raise Conflict("这个号码已经移出。", code="lifted")
    entry.lifted_at, entry.lifted_by = timezone.now(), by.name
    entry.version += 1
    entry.save()
    return entry


@action("short-audiences.keep", "保存发送对象", EDIT_AUDIENCES, creates=True)
def keep_audience(
    union: Union, *, by: Actor, name: str, resource: str, query: str = ""
) -> Audience:
    """A list with its filters under a name, counted now; whoever uses it reads only their own."""
    found = reach.list_named(resource, by)
    count = reach.count_list(found, query, by, "notice")
    made = Audience(
        name=name.strip(),
        resource=resource,
        query=query.lstrip("?"),
        headcount=count.people,
        reachable=count.reachable,
        counted_at=timezone.now(),
        made_by=by.name,
    )
    made.place_at(union)
    made.save()
    return made


@action("short-audiences.count", "重新统计发送对象", EDIT_AUDIENCES)
def count_audience(audience: Audience, *, by: Actor) -> Audience:
    """Count again, by the rights of whoever counts."""
    _live(audience)
    count = reach.count_list(reach.list_named(audience.resource, by), audience.query, by, "notice")
    audience.headcount, audience.reachable = count.people, count.reachable
    audience.counted_at = timezone.now()
    audience.version += 1
    audience.save()
    return audience


@action("short-audiences.end", "停用发送对象", EDIT_AUDIENCES)
def end_audience(audience: Audience, *, by: Actor) -> Audience:
    """No longer offered; batches already written keep it."""
    _live(audience)
    audience.ended_at = timezone.now()
    audience.version += 1
    audience.save()
    return audience


def _live(audience: Audience) -> None:
    if audience.ended_at is not None:
        raise Conflict("这个发送对象已经停用。", code="ended")
