"""Reading and writing what hangs on a case wherever it lies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from gonghui.kernel.org.scoping import Scope, wall_at


@contextmanager
def everywhere() -> Iterator[None]:
    """The wall down inside the block; whoever calls has checked the place of the case."""
    with wall_at(Scope.everything()):
        yield
