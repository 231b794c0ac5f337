"""Background work of B5.2."""

from gonghui.systems.portal.sign_on.jobs import notifying, upkeep  # noqa: F401
