"""Documents to many unions, a batch at a time."""

from __future__ import annotations

from gonghui.kernel.jobs.loops import loop
from gonghui.systems.office.circulation.actions import dispatching


@loop("circulation.dispatch", seconds=2.0)
def dispatch_next() -> bool:
    """Send, urge or take back the next batch; True while there may be more."""
    return dispatching.run_next()
