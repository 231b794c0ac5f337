"""Channels (渠道): the ways a message reaches somebody. Here the one inside the platform."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from django.utils import timezone

from gonghui.kernel.notify.models import Message
from gonghui.kernel.notify.realtime import MESSAGES, tell
from gonghui.kernel.notify.templates import Filled


@dataclass(frozen=True, order=True)
class Recipient:
    """A user, or a person of the people register; exactly one id is set."""

    user_id: int | None = None
    person_id: int | None = None

    def __post_init__(self) -> None:
        if (self.user_id is None) == (self.person_id is None):
            raise ValueError("a recipient is either a user or a person")

    @property
    def audience(self) -> str:
        """How the realtime process knows the pages of this recipient."""
        return f"user:{self.user_id}" if self.user_id is not None else f"person:{self.person_id}"


class Channel(Protocol):
    """A way to deliver. `deliver` runs in the sender's transaction: a channel that talks to
    another server defers a job there, and drops what it already has under the same key.
    """

    code: str
    title: str

    def deliver(
        self, message: Filled, recipients: Sequence[Recipient], *, key: str, org_path: str
    ) -> None: ...


class InApp:
    """Messages inside the platform (站内消息)."""

    code = "in_app"
    title = "站内消息"

    def deliver(
        self, message: Filled, recipients: Sequence[Recipient], *, key: str, org_path: str
    ) -> None:
        now = timezone.now()
        Message.objects.bulk_create(
            [
                Message(
                    recipient_user_id=recipient.user_id,
                    recipient_person_id=recipient.person_id,
                    template=message.template.code,
                    category=message.template.category.code,
                    title=message.title,
                    body=message.body,
                    link=message.link,
                    org_path=org_path,
                    key=key,
                    created=now,
                )
                for recipient in recipients
            ],
            batch_size=1000,
            ignore_conflicts=bool(key),
        )
        tell(MESSAGES, (recipient.audience for recipient in recipients))


IN_APP = InApp()
_channels: dict[str, Channel] = {IN_APP.code: IN_APP}


def register(channel: Channel) -> None:
    """Add a channel to those every message uses; raises ValueError for a code in use."""
    if channel.code in _channels:
        raise ValueError(f"channel {channel.code!r} is registered twice")
    _channels[channel.code] = channel


def channels() -> list[Channel]:
    """Return the channels of this installation in the order of their registration."""
    return list(_channels.values())
