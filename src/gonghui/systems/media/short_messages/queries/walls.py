"""Messages, texts and consents lie behind row-level security; what must look over it does so here.

A refusal binds every union, a key is one message wherever it was sent from, and a link carries for
all: those read past the wall of whoever asks, and give nothing of it away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import transaction

from gonghui.kernel.org.scoping import Scope, raise_wall, wall_at

P = ParamSpec("P")
R = TypeVar("R")


@contextmanager
def everywhere() -> Iterator[None]:
    """The wall down inside the block, and up again behind it, with a Refusal too."""
    with transaction.atomic(), wall_at(Scope.everything()):
        yield


def for_all_unions(write: Callable[P, R]) -> Callable[P, R]:
    """One transaction of a process that carries for all; not for what a person asks for."""

    @wraps(write)
    def written(*args: P.args, **kwargs: P.kwargs) -> R:
        with transaction.atomic():
            raise_wall(Scope.everything())
            return write(*args, **kwargs)

    return written
