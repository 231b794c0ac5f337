"""What the composition root may tell D09."""

from gonghui.systems.foundation.services.queries.architecture import Told, tell_of

__all__ = ["Told", "tell_of"]
