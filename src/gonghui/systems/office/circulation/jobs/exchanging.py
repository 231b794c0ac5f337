"""The queue to the national federation, and what it has for us."""

from __future__ import annotations

from gonghui.kernel.jobs.loops import loop
from gonghui.systems.office.circulation.actions import exchanging


@loop("circulation.exchange", seconds=3.0)
def exchange_next() -> bool:
    """Send or acknowledge the next document; True while there may be more."""
    return exchanging.run_next()


@loop("circulation.collect", seconds=30.0)
def collect() -> bool:
    """Register what has come."""
    exchanging.receive_all()
    return False
