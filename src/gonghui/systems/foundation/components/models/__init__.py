"""Tables of D02."""

from gonghui.systems.foundation.components.models.definitions import Audience, Definition, Edition

__all__ = ["Audience", "Definition", "Edition"]
