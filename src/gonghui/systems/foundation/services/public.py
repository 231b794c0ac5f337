"""What the composition root tells D09."""

from gonghui.systems.foundation.services.queries.architecture import Told, tell_of
from gonghui.systems.foundation.services.queries.interfaces import declare

__all__ = ["Told", "declare", "tell_of"]
