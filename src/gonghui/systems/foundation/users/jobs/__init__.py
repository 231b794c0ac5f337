"""Periodic work of D08."""

from gonghui.systems.foundation.users.jobs import pushing, rights  # noqa: F401
