"""Keeping sources and alert rules, reading feeds, handling what they bring."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from gonghui.engines.language.queries.judging import judge
from gonghui.engines.language.rules.extracting import facts
from gonghui.engines.language.rules.folding import plain
from gonghui.engines.language.rules.keywords import keywords
from gonghui.kernel.access.actions import action
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.bus.outbox import publish
from gonghui.kernel.notify.todos import close_todo, open_todo
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scope, raise_wall
from gonghui.kernel.security import outgoing
from gonghui.systems.foundation.ai.models import (
    AlertRule,
    FeedItem,
    FeedSource,
    ItemState,
    SourceState,
)
from gonghui.systems.foundation.ai.permissions import APPROVE_FEEDS, EDIT_FEEDS, HANDLE_ITEMS
from gonghui.systems.foundation.ai.rules import feeds

PARTY = "网络信息源"
READING = "the clock reads the sources of all unions"
RULES = "alert rules of a union and of those above hold for what its sources bring"
LARGEST = 2_000_000
RELEVANT = 20
"""What concerns the union less is not kept."""
GIVE_UP = 10
LONGEST_WORD = 30
logger = logging.getLogger(__name__)
ALERT = "cn.gonghui.ai.alert"


@action("ai.source.add", "登记信息源", EDIT_FEEDS, creates=True)
def add_source(
    union: Union, *, by: Actor, title: str, address: str, why: str, minutes: int = 60
) -> FeedSource:
    """A source; read only after another person put it to use."""
    outgoing.checked_url(address)
    if FeedSource.objects.unscoped(RULES).filter(union=union, address=address).exists():
        raise Conflict("这个地址已经登记过。", code="source.known")
    made = FeedSource(
        title=title,
        address=address,
        why=why,
        minutes=minutes,
        asked_by_id=by.user_id,
        asked_by=by.name,
    )
    made.place_at(union)
    made.save()
    return made


@action("ai.source.start", "启用信息源", APPROVE_FEEDS)
def start(source: FeedSource, *, by: Actor) -> FeedSource:
    if source.state == SourceState.ACTIVE:
        raise Conflict("这个信息源正在使用。")
    if source.asked_by_id is not None and source.asked_by_id == by.user_id:
        raise Forbidden(
            "不能启用自己登记的信息源。",
            rule="外联地址由两人把关",
            remedy="请本工会其他审批人启用。",
            code="own",
        )
    source.state, source.next_at, source.failures = SourceState.ACTIVE, timezone.now(), 0
    return _kept(source)


@action("ai.source.stop", "停用信息源", EDIT_FEEDS)
def stop(source: FeedSource, *, by: Actor, reason: str) -> FeedSource:
    if source.state != SourceState.ACTIVE:
        raise Conflict("这个信息源没有在使用。")
    source.state, source.next_at = SourceState.STOPPED, None
    return _kept(source)


@action("ai.rule.add", "增加预警规则", EDIT_FEEDS, creates=True)
def add_rule(
    union: Union,
    *,
    by: Actor,
    title: str,
    all_words: Sequence[str] = (),
    any_words: Sequence[str] = (),
    label: str = "",
    place: str = "",
) -> AlertRule:
    """A rule for what the sources of this union and those below bring."""
    if not (all_words or any_words or label or place):
        raise Refusal(
            "规则没有任何条件。", remedy="至少填写一个词、类别或地点。", field="any_words"
        )
    made = AlertRule(
        title=title,
        all_words=list(all_words),
        any_words=list(any_words),
        label=label,
        place=place,
        changed_by=by.name,
        changed_at=timezone.now(),
    )
    made.place_at(union)
    made.save()
    return made


@action("ai.rule.stop", "停用预警规则", EDIT_FEEDS)
def stop_rule(rule: AlertRule, *, by: Actor, reason: str) -> AlertRule:
    return _switched(rule, by, False)


@action("ai.rule.resume", "恢复预警规则", EDIT_FEEDS)
def resume_rule(rule: AlertRule, *, by: Actor) -> AlertRule:
    return _switched(rule, by, True)


@action("ai.item.read", "标为已阅", HANDLE_ITEMS)
def mark_read(item: FeedItem, *, by: Actor) -> FeedItem:
    return _handled(item, by, ItemState.READ, "")


@action("ai.item.keep", "列为重点", HANDLE_ITEMS)
def keep(item: FeedItem, *, by: Actor, opinion: str) -> FeedItem:
    return _handled(item, by, ItemState.KEPT, opinion)


@action("ai.item.drop", "标为无关", HANDLE_ITEMS)
def drop(item: FeedItem, *, by: Actor, opinion: str = "") -> FeedItem:
    return _handled(item, by, ItemState.DROPPED, opinion)


def read(source: FeedSource) -> int:
    """Read a source once and keep what is new and concerns the union; returns how many."""
    now = timezone.now()
    try:
        answer = outgoing.request(
            "GET", source.address, party=PARTY, timeout=15, max_bytes=LARGEST, follow=True
        )
        if answer.status_code != 200:
            raise Refusal(f"对方应答 {answer.status_code}。", code="feed.status")
        pieces = feeds.parse(answer.content, now)
    except Refusal as refusal:
        return _failed(source, refusal.message)
    try:
        with transaction.atomic():
            raise_wall(Scope.everything())
            made = sum(take(source, piece) for piece in pieces)
            rows = FeedSource.objects.unscoped(READING).filter(pk=source.pk)
            rows.update(
                read_at=now,
                next_at=now + timedelta(minutes=source.minutes),
                failures=0,
                failure="",
                brought=F("brought") + made,
            )
    except Exception:
        # The other sources whose time has come are read all the same.
        logger.exception("what source %s brought cannot be kept", source.pk)
        return _failed(source, "对方给出的内容无法保存。")
    return made


def take(source: FeedSource, piece: feeds.Piece) -> bool:
    """Keep one piece of a source if it is new and concerns the union; whether it was kept."""
    rows = FeedItem.objects.unscoped(READING).filter(union_id=source.union_id, key=piece.key)
    if rows.exists():
        rows.exclude(source=source).update(copies=F("copies") + 1)
        return False
    text = f"{piece.title}。{piece.summary}"
    first = judge(text, source.org_path).first
    points = feeds.relevance(text, first.label, first.share)
    if points < RELEVANT:
        return False
    places = facts(text).places
    place = places[0][:20] if places else ""
    hits = [
        rule
        for rule in _rules(source)
        if feeds.Rule(rule.title, rule.all_words, rule.any_words, rule.label, rule.place).hits(
            plain(text), first.label, place
        )
    ]
    made = FeedItem(
        source=source,
        key=piece.key,
        title=piece.title,
        link=piece.link,
        summary=piece.summary,
        published_at=piece.published_at,
        found_at=timezone.now(),
        label=first.label,
        share=round(first.share, 4),
        relevance=points,
        keywords=[item.word for item in keywords(text) if len(item.word) <= LONGEST_WORD],
        place=place,
        alerts=[rule.title for rule in hits],
    )
    made.place_at(source.union)
    made.save()
    for rule in hits:
        AlertRule.objects.unscoped(RULES).filter(pk=rule.pk).update(hits=F("hits") + 1)
    if hits:
        _alert(made)
    return True


def _rules(source: FeedSource) -> list[AlertRule]:
    above = [int(part) for part in source.org_path.rstrip(".").split(".")]
    rows = AlertRule.objects.unscoped(RULES).filter(active=True, union_id__in=above)
    return list(rows.order_by("pk"))


def _alert(item: FeedItem) -> None:
    open_todo(
        kind="ai.alert",
        target_type="ai.feeditem",
        target_id=item.pk,
        title=f"网络信息预警：{item.title[:60]}",
        link=f"/w/feed-items/{item.pk}/",
        org_path=item.org_path,
        union_id=item.union_id,
        permission=HANDLE_ITEMS.code,
    )
    publish(
        ALERT,
        f"feeditem/{item.pk}",
        {"id": item.pk, "title": item.title, "label": item.label, "alerts": item.alerts},
        item.org_path,
    )


def _failed(source: FeedSource, why: str) -> int:
    with transaction.atomic():
        raise_wall(Scope.everything())
        found = FeedSource.objects.unscoped(READING).select_for_update(of=("self",))
        row = found.get(pk=source.pk)
        row.failures += 1
        row.failure = why[:200]
        row.read_at = timezone.now()
        wait = min(row.minutes * 2 ** min(row.failures, 6), 24 * 60)
        row.next_at = row.read_at + timedelta(minutes=wait)
        if row.failures >= GIVE_UP:
            row.state, row.next_at = SourceState.STOPPED, None
        row.save()
    return 0


def _handled(item: FeedItem, by: Actor, state: ItemState, opinion: str) -> FeedItem:
    if item.state == state:
        raise Conflict("已经是这个状态。")
    item.state, item.opinion = state, opinion
    item.handled_by, item.handled_at = by.name, timezone.now()
    item.version += 1
    item.save()
    close_todo(target_type="ai.feeditem", target_id=item.pk, by=by.user_id)
    return item


def _switched(rule: AlertRule, by: Actor, active: bool) -> AlertRule:
    if rule.active == active:
        raise Conflict("已经是这个状态。")
    rule.active = active
    rule.changed_by, rule.changed_at = by.name, timezone.now()
    rule.version += 1
    rule.save()
    return rule


def _kept(source: FeedSource) -> FeedSource:
    source.version += 1
    source.save()
    return source
