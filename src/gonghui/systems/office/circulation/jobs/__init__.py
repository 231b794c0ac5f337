"""What B5.0 does by itself."""

from gonghui.systems.office.circulation.jobs import dispatching, exchanging, reminding  # noqa: F401
