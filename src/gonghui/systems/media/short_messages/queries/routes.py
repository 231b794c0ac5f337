"""The routes as the choice looks at them, and what a part costs by the best of them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from gonghui.systems.media.short_messages.models import Route
from gonghui.systems.media.short_messages.rules.routing import Way, best

SHARED = "routes are the platform's, whoever sends"


def ways() -> list[Way]:
    """Every enabled route."""
    return [route.way for route in Route.objects.unscoped(SHARED).filter(enabled=True)]


def price_of(
    known: list[Way], carrier: str, payload: str, now: datetime, tried: Collection[int] = ()
) -> int:
    """What a part will cost, in 厘: by the route it would take now, else the dearest that could."""
    found = best(known, carrier, payload, now, tried)
    if found is not None:
        return int(found.price)
    fitting = [int(way.price) for way in known if way.serves(carrier, payload)]
    return max(fitting, default=0)


def is_ready() -> bool:
    """Whether any route for texts is in use."""
    return Route.objects.unscoped(SHARED).filter(enabled=True, payloads__contains=["sms"]).exists()
