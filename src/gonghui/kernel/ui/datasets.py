"""Datasets (数据集): figures a system offers for charts and reports made in the page.

Whoever draws from a dataset sees the rows of their own scope only: `read` takes the actor, so a
saved chart passed on shows each reader no more than they may see anyway.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.roles import Permission

ROWS_MOST = 20_000


@dataclass(frozen=True)
class Dimension:
    """A field rows are grouped by. time: its values are days or months in order."""

    name: str
    title: str
    time: bool = False


@dataclass(frozen=True)
class Figure:
    """A field that is added up. how: sum, count, mean, max or min. whole: with `part`, a ratio
    in hundredths of two fields that are added up first."""

    name: str
    title: str
    unit: str = ""
    how: str = "sum"
    places: int = 0
    part: str = ""
    whole: str = ""

    @property
    def is_ratio(self) -> bool:
        return bool(self.part)


@dataclass(frozen=True)
class Dataset:
    """A set of rows: what it is, who may read it, its fields, and how it is read.

    read: actor -> rows (mappings by field name) of the actor's own scope for `permission`.
    help: what a row is and how the figures are counted.
    """

    code: str
    title: str
    help: str
    permission: Permission
    dimensions: tuple[Dimension, ...]
    figures: tuple[Figure, ...]
    read: Callable[[Actor], Iterable[Mapping[str, Any]]]

    def __post_init__(self) -> None:
        if self.code in DATASETS:
            raise ValueError(f"dataset {self.code} is declared twice")
        DATASETS[self.code] = self

    def rows(self, actor: Actor) -> list[Mapping[str, Any]]:
        """The actor's rows, at most ROWS_MOST; refuses whoever may not read them."""
        actor.require(self.permission)
        found: list[Mapping[str, Any]] = []
        for row in self.read(actor):
            if len(found) == ROWS_MOST:
                break
            found.append(row)
        return found

    def dimension(self, name: str) -> Dimension | None:
        return next((item for item in self.dimensions if item.name == name), None)

    def figure(self, name: str) -> Figure | None:
        return next((item for item in self.figures if item.name == name), None)


DATASETS: dict[str, Dataset] = {}
"""Every dataset of this installation, by code."""
