"""Training under way, and how the latest one ended."""

from __future__ import annotations

from gonghui.kernel.jobs.models import Task

KIND = "language.train"


def latest() -> Task | None:
    """The latest training anybody or the clock has ordered."""
    return Task.objects.filter(kind=KIND).order_by("-id").first()


def under_way() -> Task | None:
    """The training that waits or runs now."""
    found = latest()
    return found if found is not None and not found.is_over else None
