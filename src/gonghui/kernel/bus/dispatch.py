"""Dispatching: every subscriber gets every event once, whatever is killed when."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import DatabaseError, OperationalError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from gonghui.kernel.base.errors import Missing
from gonghui.kernel.bus.models import Inbox, Outbox
from gonghui.kernel.bus.subscribers import Subscriber, subscribers_of
from gonghui.kernel.config.declaring import Setting

logger = logging.getLogger(__name__)

EVENTS_AT_ONCE = 100
ATTEMPTS = Setting(
    "bus.attempts",
    "业务消息的投递次数",
    int,
    8,
    "一条业务消息投递失败这么多次后停止投递，等待人工处理。两次之间的间隔逐次加倍，最长一小时。",
    unit="次",
    minimum=3,
    maximum=30,
)
FIRST_DELAY = timedelta(seconds=5)
LONGEST_DELAY = timedelta(hours=1)


def dispatch_pending(limit: int = 1000) -> int:
    """Hand waiting events to their subscribers; return how many events were taken up.

    Events of one subject are handed over in the order of publishing unless one of them fails.
    Several processes may run this at once.
    """
    taken = 0
    while taken < limit:
        count = _dispatch_some(min(EVENTS_AT_ONCE, limit - taken))
        taken += count
        if not count:
            break
    return taken


def _dispatch_some(limit: int) -> int:
    ids: list[int] = []
    try:
        with transaction.atomic():
            rows = list(_waiting().select_for_update(skip_locked=True)[:limit])
            ids = [row.pk for row in rows]
            for row in rows:
                _deliver(row)
    except OperationalError:
        # The connection or the server is gone: nothing is known about the events.
        raise
    except DatabaseError:
        # A constraint checked only at commit spoils the whole transaction: find the culprit.
        if len(ids) == 1:
            _fail_at_commit(ids[0])
        else:
            for _id in ids:
                _dispatch_some(1)
    return len(ids)


def _waiting() -> QuerySet[Outbox]:
    return Outbox.objects.filter(
        delivered_at=None, dead_at=None, next_attempt_at__lte=timezone.now()
    ).order_by("id")


def _deliver(row: Outbox) -> None:
    errors = [
        f"{subscriber.name}：{error}"
        for subscriber in subscribers_of(row.type)
        if (error := _hand_over(row, subscriber))
    ]
    if errors:
        _put_off(row, "；".join(errors))
    else:
        Outbox.objects.filter(pk=row.pk).update(delivered_at=timezone.now())


def _hand_over(row: Outbox, subscriber: Subscriber) -> str:
    """Run one handler with its inbox row; return what went wrong, empty if nothing did."""
    try:
        with transaction.atomic():
            entry = Inbox(event=row.event, subscriber=subscriber.name, handled_at=timezone.now())
            if not _is_new(entry):
                return ""
            subscriber.handle(row)
    except Exception as error:
        logger.exception("subscriber %s failed on event %s", subscriber.name, row.event)
        return _described(error)
    return ""


def _is_new(entry: Inbox) -> bool:
    known = Inbox.objects.filter(event=entry.event, subscriber=entry.subscriber).exists()
    if not known:
        entry.save(force_insert=True)
    return not known


def _described(error: BaseException) -> str:
    return f"{type(error).__name__} {error}".strip()[:2000]


def _put_off(row: Outbox, error: str) -> None:
    now = timezone.now()
    attempts = row.attempts + 1
    delay = min(FIRST_DELAY * 2 ** (attempts - 1), LONGEST_DELAY)
    Outbox.objects.filter(pk=row.pk).update(
        attempts=attempts,
        next_attempt_at=now + delay,
        last_error=error,
        dead_at=now if attempts >= ATTEMPTS.value() else None,
    )


def _fail_at_commit(row_id: int) -> None:
    with transaction.atomic():
        row = Outbox.objects.select_for_update(skip_locked=True).filter(pk=row_id).first()
        if row is not None:
            _put_off(row, "提交时违反数据库约束")


def dead_letters() -> QuerySet[Outbox]:
    """Return the events given up after ATTEMPTS failures (停止投递的消息), newest first."""
    return Outbox.objects.exclude(dead_at=None).order_by("-dead_at")


def revive(row_id: int) -> None:
    """Let a dead letter be dispatched again; raises Missing if it is none."""
    revived = Outbox.objects.filter(pk=row_id).exclude(dead_at=None)
    if not revived.update(dead_at=None, attempts=0, next_attempt_at=timezone.now()):
        raise Missing(f"没有编号为 {row_id} 的停止投递的消息。", remedy="请刷新列表后再试。")


def forget_delivered(age: timedelta = timedelta(days=30)) -> int:
    """Delete delivered events older than `age` with their inbox rows; return how many."""
    old = Outbox.objects.filter(delivered_at__lt=timezone.now() - age)
    with transaction.atomic():
        events = list(old.values_list("event", flat=True)[:5000])
        Inbox.objects.filter(event__in=events).delete()
        Outbox.objects.filter(event__in=events).delete()
    return len(events)
