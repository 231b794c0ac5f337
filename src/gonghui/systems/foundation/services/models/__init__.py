"""Tables of D09."""

from gonghui.systems.foundation.services.models.observed import BusFlow, CallCount, Finding
from gonghui.systems.foundation.services.models.register import Dependency, Service

__all__ = ["BusFlow", "CallCount", "Dependency", "Finding", "Service"]
