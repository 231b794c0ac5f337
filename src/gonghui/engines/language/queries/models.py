"""The classifier in use, and the versions there are."""

from __future__ import annotations

import time
from functools import lru_cache

from django.db.models import QuerySet

from gonghui.engines.language.models import ModelState, ModelVersion
from gonghui.engines.language.rules.logistic import Model
from gonghui.engines.language.rules.training import builtin

FRESH = 5.0
"""Seconds a process goes on with the version it knows."""
BUILTIN = 0
ONE = "one model serves all unions"
_known: dict[str, tuple[float, int]] = {}


def active_number() -> int:
    """The number of the version in use; 0 for the one the package brings."""
    at, number = _known.get("active", (0.0, BUILTIN))
    if not at or time.monotonic() - at > FRESH:
        rows = ModelVersion.objects.unscoped(ONE).filter(state=ModelState.ACTIVE)
        number = rows.values_list("number", flat=True).first() or BUILTIN
        _known["active"] = (time.monotonic(), number)
    return number


def forget() -> None:
    """Look again which version is in use; after one was activated."""
    _known.clear()


@lru_cache(maxsize=3)
def _unpacked(number: int) -> Model:
    rows = ModelVersion.objects.unscoped(ONE)
    packed = rows.values_list("packed", flat=True).get(number=number)
    return Model.unpacked(bytes(packed))


def active() -> tuple[int, Model]:
    """The version in use: (number, model)."""
    number = active_number()
    return number, builtin() if number == BUILTIN else _unpacked(number)


def versions() -> QuerySet[ModelVersion]:
    """Every version; what they are is no secret of a union."""
    return ModelVersion.objects.unscoped(ONE).order_by("-number")
