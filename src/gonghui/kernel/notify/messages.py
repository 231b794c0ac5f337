"""Sending messages (消息) and reading one's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from gonghui.kernel.notify.channels import Channel, Recipient
from gonghui.kernel.notify.channels import channels as all_channels
from gonghui.kernel.notify.models import Message, Preference
from gonghui.kernel.notify.templates import Category, Template

COUNT_CAP = 100


def send(
    recipients: Iterable[Recipient],
    template: Template,
    context: Mapping[str, Any],
    *,
    channels: Sequence[Channel] | None = None,
    key: str | None = None,
    org_path: str = "",
) -> None:
    """Send a message in the caller's transaction over every channel a recipient has not muted.

    channels: only these instead of all. key: a second message under the same key to the same
    recipient is dropped. Raises KeyError when the context lacks a name of the template.
    """
    filled = template.fill(context)
    everybody = sorted(set(recipients), key=lambda to: (to.user_id or 0, to.person_id or 0))
    for channel in all_channels() if channels is None else channels:
        willing = _willing(everybody, template.category, channel)
        if willing:
            channel.deliver(filled, willing, key=key or "", org_path=org_path)


def _willing(
    recipients: Sequence[Recipient], category: Category, channel: Channel
) -> Sequence[Recipient]:
    if not category.may_mute:
        return recipients
    muted = set(
        Preference.objects.filter(
            user_id__in=[to.user_id for to in recipients if to.user_id is not None],
            category=category.code,
            channel=channel.code,
            wanted=False,
        ).values_list("user_id", flat=True)
    )
    return [to for to in recipients if to.user_id not in muted]


def prefer(user_id: int, category: Category, channel: Channel, *, wanted: bool) -> None:
    """Keep whether a user wants a category over a channel."""
    Preference.objects.update_or_create(
        user_id=user_id,
        category=category.code,
        channel=channel.code,
        defaults={"wanted": wanted},
    )


def _own(user_id: int, person_id: int | None) -> QuerySet[Message]:
    mine = Q(recipient_user_id=user_id)
    if person_id is not None:
        mine |= Q(recipient_person_id=person_id)
    return Message.objects.filter(mine)


def inbox(
    user_id: int,
    person_id: int | None = None,
    *,
    unread: bool = False,
    before: int | None = None,
    limit: int = 50,
) -> QuerySet[Message]:
    """Return a user's messages, newest first; `before` is the last id already shown."""
    found = _own(user_id, person_id)
    if unread:
        found = found.filter(read_at=None)
    if before is not None:
        found = found.filter(id__lt=before)
    return found.order_by("-id")[:limit]


def unread_count(user_id: int, person_id: int | None = None) -> int:
    """Return how many messages a user has not read, at most COUNT_CAP."""
    return _own(user_id, person_id).filter(read_at=None)[:COUNT_CAP].count()


def mark_read(user_id: int, person_id: int | None = None, *, ids: Iterable[int]) -> int:
    """Mark a user's own messages as read; return how many were unread."""
    return _read(_own(user_id, person_id).filter(id__in=list(ids)))


def mark_all_read(user_id: int, person_id: int | None = None) -> int:
    """Mark everything a user has as read; return how many were unread."""
    return _read(_own(user_id, person_id))


def _read(messages: QuerySet[Message]) -> int:
    return messages.filter(read_at=None).update(read_at=timezone.now())
