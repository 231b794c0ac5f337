"""What B5.0 does by itself."""

from gonghui.systems.office.circulation.jobs import dispatching, reminding  # noqa: F401
