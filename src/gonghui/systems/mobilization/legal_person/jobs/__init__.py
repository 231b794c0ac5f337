"""What C1.2 does by itself."""

from gonghui.systems.mobilization.legal_person.jobs import codes, founding, watching  # noqa: F401
