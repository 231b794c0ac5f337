"""Background work of A01."""

from gonghui.activities.census.jobs import campaign, wishes  # noqa: F401
