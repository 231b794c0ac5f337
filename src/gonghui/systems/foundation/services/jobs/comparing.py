"""Comparing what is declared with what is seen, every hour."""

from __future__ import annotations

from gonghui.kernel.jobs.periodic import every
from gonghui.kernel.jobs.registry import job
from gonghui.systems.foundation.services.actions.findings import refresh
from gonghui.systems.foundation.services.queries.register import province


@every("37 * * * *")
@job("services.compare", "比对系统登记与实际", once=True)
def compare() -> int:
    """Write down every difference; returns how many wait to be settled."""
    root = province()
    return refresh(root) if root is not None else 0
