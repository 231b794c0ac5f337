"""What the platform does by itself: reminders of hearings, performance and missing replies."""

from gonghui.systems.rights.legal_aid.jobs import reminding  # noqa: F401
