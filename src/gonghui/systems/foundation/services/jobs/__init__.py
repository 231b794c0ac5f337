"""Background work of D09."""

from gonghui.systems.foundation.services.jobs import comparing, confirming

__all__ = ["comparing", "confirming"]
