"""The classifier in use, and the versions there are."""

from __future__ import annotations

import hashlib
import logging
import time
from functools import lru_cache

from django.db import DatabaseError, transaction
from django.db.models import QuerySet

from gonghui.engines.language.models import ModelState, ModelVersion
from gonghui.engines.language.rules.logistic import Model
from gonghui.engines.language.rules.training import builtin

FRESH = 5.0
"""Seconds a process goes on with the version it knows."""
BUILTIN = 0
ONE = "one model serves all unions"
logger = logging.getLogger(__name__)
_known: dict[str, tuple[float, int]] = {}


def active_number() -> int:
    """The number of the version in use; 0 for the one the package brings, also where the table of
    versions cannot be read: a text is judged in any case."""
    at, number = _known.get("active", (0.0, BUILTIN))
    if not at or time.monotonic() - at > FRESH:
        try:
            with transaction.atomic():
                rows = ModelVersion.objects.unscoped(ONE).filter(state=ModelState.ACTIVE)
                number = rows.values_list("number", flat=True).first() or BUILTIN
        except DatabaseError:
            logger.warning("versions of the classifier cannot be read; the built-in one is used")
            number = BUILTIN
        _known["active"] = (time.monotonic(), number)
    return number


def forget() -> None:
    """Look again which version is in use; after one was activated."""
    _known.clear()


@lru_cache(maxsize=3)
def _unpacked(number: int) -> Model:
    rows = ModelVersion.objects.unscoped(ONE)
    packed, digest = rows.values_list("packed", "digest").get(number=number)
    if hashlib.sha256(packed).hexdigest() != digest:
        raise ValueError("the model is not the one that was kept")
    return Model.unpacked(bytes(packed))


def active() -> tuple[int, Model]:
    """The version in use: (number, model). One that is torn gives way to the built-in."""
    number = active_number()
    if number == BUILTIN:
        return BUILTIN, builtin()
    try:
        return number, _unpacked(number)
    except (ModelVersion.DoesNotExist, ValueError, OSError, KeyError, EOFError):
        logger.exception("version %s of the classifier cannot be read", number)
        return BUILTIN, builtin()


def versions() -> QuerySet[ModelVersion]:
    """Every version; what they are is no secret of a union."""
    return ModelVersion.objects.unscoped(ONE).order_by("-number")
