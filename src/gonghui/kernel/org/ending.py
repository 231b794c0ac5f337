"""What else the end of a union (合并、撤销) asks for, by the systems that have a say in it.

A system registers a Demand: what whoever ends the union must state, and the writer that checks and
keeps it in the transaction of the change. Pages ask for the fields; every writer that ends a union
calls `keep` before the tree changes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.forms import Field

from gonghui.kernel.org.models import Union

if TYPE_CHECKING:
    from gonghui.kernel.access.actor import Actor


@dataclass(frozen=True)
class Ending:
    """A union about to end. into: its successor, None where it is closed. stated: by field."""

    union: Union
    into: Union | None
    document: str
    note: str
    by: Actor
    stated: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Demand:
    """What must be stated. fields: by name, unique among all demands. keep: raises a Refusal."""

    code: str
    title: str
    rule: str
    fields: Callable[[], dict[str, Field]]
    keep: Callable[[Ending], None]


_demands: dict[str, Demand] = {}


def register(demand: Demand) -> Demand:
    """Make a demand part of every end of a union; ValueError for a code in use."""
    if _demands.setdefault(demand.code, demand) is not demand:
        raise ValueError(f"demand {demand.code!r} is registered twice")
    return demand


def demands() -> tuple[Demand, ...]:
    return tuple(_demands.values())


def keep(ending: Ending) -> None:
    """Let every demand check and keep what is stated; the first Refusal goes up."""
    for demand in demands():
        demand.keep(ending)
