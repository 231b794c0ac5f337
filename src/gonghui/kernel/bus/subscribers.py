"""Subscribers (订阅方): plain functions that are told of events of a type."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gonghui.kernel.bus.models import Outbox

Handler = Callable[[Outbox], None]


@dataclass(frozen=True)
class Subscriber:
    """One handler and the event types it is told of."""

    name: str
    type_prefix: str
    handle: Handler

    def wants(self, type: str) -> bool:
        """Tell whether an event type is the prefix itself or lies below it."""
        return type == self.type_prefix or type.startswith(self.type_prefix.rstrip(".") + ".")


_subscribers: dict[str, Subscriber] = {}


def subscriber(type_prefix: str, *, name: str) -> Callable[[Handler], Handler]:
    """Register a function for events of a type and of all types below it.

    type_prefix: "cn.gonghui.membership" hears of "cn.gonghui.membership.joined". name: never
    changes once used, for the inbox remembers by it what was handled. The function gets the
    outbox row and runs in a transaction with its inbox row: what it writes happens exactly once;
    what it does outside the database may happen again. Raises ValueError for a name in use.
    """

    def register(handle: Handler) -> Handler:
        known = _subscribers.get(name)
        if known is not None and known.handle is not handle:
            raise ValueError(f"subscriber {name!r} is registered twice")
        _subscribers[name] = Subscriber(name, type_prefix, handle)
        return handle

    return register


def subscribers_of(type: str) -> Iterator[Subscriber]:
    """Yield the subscribers of an event type in the order of their registration."""
    return (subscriber for subscriber in _subscribers.values() if subscriber.wants(type))


def all_subscribers() -> tuple[Subscriber, ...]:
    """Every subscriber of this installation, in the order of registration."""
    return tuple(_subscribers.values())
