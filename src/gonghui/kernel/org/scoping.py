"""Scopes: which part of the union tree a query may see.

A union's path is its ancestors' ids and its own, each ended by a dot ("1.17.203."). The
subtree below it is the half-open range [path, path with the last dot raised to "/"), which
plain text comparison in collation C serves from an index. PostgreSQL row-level security
repeats the same ranges as a second wall (see decisions/0003).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

from django.db import connection, models
from django.db.models import Q
from django.db.models.sql import Query

EVERYTHING_HI = "~"
WALL_SLOTS = 3


@dataclass(frozen=True, order=True)
class Range:
    """One subtree: its path bounds, the union at its root and that union's depth (root = 1)."""

    lo: str
    hi: str
    union_id: int = 0
    depth: int = 0

    @classmethod
    def below(cls, path: str) -> Range:
        ids = path.rstrip(".").split(".")
        return cls(path, path[:-1] + "/", int(ids[-1]), len(ids))

    def holds(self, path: str) -> bool:
        return self.lo <= path < self.hi


@dataclass(frozen=True)
class Scope:
    """A set of disjoint subtrees, and the person whose own records are visible besides."""

    ranges: tuple[Range, ...] = ()
    person_id: int | None = None

    @classmethod
    def of(cls, paths: Iterable[str], person_id: int | None = None) -> Scope:
        """The scope of these subtree roots, those inside another dropped."""
        kept: list[Range] = []
        for found in sorted({Range.below(path) for path in paths}):
            if not (kept and kept[-1].holds(found.lo)):
                kept.append(found)
        return cls(tuple(kept), person_id)

    @classmethod
    def everything(cls) -> Scope:
        return cls((Range("", EVERYTHING_HI, 0, 0),))

    def holds(self, path: str) -> bool:
        return any(item.holds(path) for item in self.ranges)

    def merged_with(self, other: Scope) -> Scope:
        if any(not item.lo for item in (*self.ranges, *other.ranges)):
            return Scope(Scope.everything().ranges, self.person_id or other.person_id)
        paths = [item.lo for item in (*self.ranges, *other.ranges)]
        return Scope.of(paths, self.person_id or other.person_id)

    def __bool__(self) -> bool:
        return bool(self.ranges) or self.person_id is not None

    def condition(self, model: type[models.Model]) -> Q:
        """The rows of `model` inside this scope.

        A subtree rooted at depth 2 or 3 becomes an equality on city_id or county_id where
        the model carries them, because that is what its ordered indexes begin with.
        """
        path_field = getattr(model, "scope_path", "org_path")
        anchors: dict[int, str] = getattr(model, "scope_anchors", {})
        person_field = getattr(model, "scope_person", None)
        found = Q(pk__in=[])
        for item in self.ranges:
            if not item.lo:
                return Q()
            if anchor := anchors.get(item.depth):
                found |= Q(**{anchor: item.union_id})
                continue
            below = Q(**{f"{path_field}__gte": item.lo, f"{path_field}__lt": item.hi})
            if 2 in anchors and item.depth > 2:
                below &= Q(**{anchors[2]: int(item.lo.split(".")[1])})
            found |= below
        if person_field and self.person_id is not None:
            found |= Q(**{person_field: self.person_id})
        return found


class UnscopedQuery(RuntimeError):
    """A query on a scoped model that named neither its scope nor a reason to have none."""


class ScopedQuery(Query):
    """A SQL query that refuses to compile before its scope is stated."""

    scope_stated = False

    def get_compiler(self, *args: Any, **kwargs: Any) -> Any:
        if not self.scope_stated:
            raise UnscopedQuery(
                f"{self.model.__name__}: call .within(scope) or .unscoped(reason) first"
            )
        return super().get_compiler(*args, **kwargs)

    def clone(self) -> Self:
        copy = super().clone()
        copy.scope_stated = self.scope_stated
        return copy


class ScopedQuerySet(models.QuerySet):
    """Rows of a scoped model; nothing is read, updated or deleted before the scope is stated."""

    def __init__(self, model: Any = None, query: Any = None, **kwargs: Any) -> None:
        super().__init__(model=model, query=query or ScopedQuery(model), **kwargs)

    def within(self, scope: Scope) -> Self:
        """The rows inside `scope`; an empty scope gives none."""
        found = self._stated()
        return found.filter(scope.condition(self.model)) if scope else found.none()

    def unscoped(self, reason: str) -> Self:
        """All rows; the reason is for the reader and is listed by an invariant test."""
        if not reason:
            raise ValueError("an unscoped query needs a reason")
        return self._stated()

    def _stated(self) -> Self:
        found = self._chain()
        found.query.scope_stated = True
        return found

    def _require(self) -> None:
        if isinstance(self.query, ScopedQuery) and not self.query.scope_stated:
            raise UnscopedQuery(
                f"{self.model.__name__}: call .within(scope) or .unscoped(reason) first"
            )

    def update(self, **kwargs: Any) -> int:
        self._require()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._require()
        return super().delete()


ScopedManager = models.Manager.from_queryset(ScopedQuerySet)


class Scoped(models.Model):
    """A row that belongs to a union: lent to every model that lists by the tree."""

    scope_anchors = {2: "city_id", 3: "county_id"}

    union = models.ForeignKey(
        "org.Union",
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="所属工会",
        db_index=False,
    )
    org_path = models.TextField("组织路径", db_collation="C", editable=False)
    city_id = models.BigIntegerField("市级工会", null=True, editable=False)
    county_id = models.BigIntegerField("县级工会", null=True, editable=False)

    objects = ScopedManager()

    class Meta:
        abstract = True

    def place_at(self, union: Any) -> None:
        """Belong to `union` from now on; the caller saves."""
        self.union = union
        self.org_path = union.path
        self.city_id = union.city_id
        self.county_id = union.county_id


def _slots(scope: Scope) -> list[str]:
    ranges = list(scope.ranges)
    if len(ranges) > WALL_SLOTS:
        # The second wall has few slots; the tail is covered by its bounding range and the
        # first wall stays exact.
        tail = ranges[WALL_SLOTS - 1 :]
        bounding = Range(tail[0].lo, max(item.hi for item in tail))
        ranges = [*ranges[: WALL_SLOTS - 1], bounding]
    bounds = [bound for item in ranges for bound in (item.lo or " ", item.hi)]
    bounds += ["~", " "] * (WALL_SLOTS - len(ranges))
    return [*bounds, str(scope.person_id or 0)]


SLOT_NAMES = [f"gonghui.{side}{n}" for n in range(1, WALL_SLOTS + 1) for side in ("lo", "hi")]
_SET_SLOTS = "SELECT " + ", ".join(
    f"set_config('{name}', %s, true)" for name in (*SLOT_NAMES, "gonghui.person")
)
_READ_SLOTS = "SELECT " + ", ".join(
    f"coalesce(current_setting('{name}', true), '')" for name in (*SLOT_NAMES, "gonghui.person")
)


def raise_wall(scope: Scope) -> None:
    """Tell the database which rows this transaction may see; ends with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_SET_SLOTS, _slots(scope))


@contextmanager
def wall_at(scope: Scope) -> Iterator[None]:
    """Row-level security at `scope` inside the block, as it was afterwards."""
    with connection.cursor() as cursor:
        cursor.execute(_READ_SLOTS)
        before = cursor.fetchone()
        cursor.execute(_SET_SLOTS, _slots(scope))
    yield
    # After a database error the transaction is lost anyway and takes the setting with it,
    # so the former wall is put back only on the way out without one.
    with connection.cursor() as cursor:
        cursor.execute(_SET_SLOTS, before)


def wall_policy(
    table: str, path: str = "org_path", person: str | None = None, wall: str = "scope_wall"
) -> list[str]:
    """SQL that puts `table` behind row-level security in range form, for a migration.

    Each setting is read in a subquery, so once a statement and not once a row. The CASE keeps
    the planner from taking the ranges, whose bounds it cannot know, for its guide: it guesses
    half the rows and leaves the choice of index to the query's own scope (decisions/0003).
    """
    arms = "".join(
        f" WHEN {path} >= {_setting(f'lo{n}')} AND {path} < {_setting(f'hi{n}')} THEN true"
        for n in range(1, WALL_SLOTS + 1)
    )
    own = "(SELECT nullif(current_setting('gonghui.person', true), '')::bigint)"
    seen = f"CASE{arms} ELSE {f'{person} = {own}' if person else 'false'} END"
    return [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"DROP POLICY IF EXISTS {wall} ON {table}",
        f"CREATE POLICY {wall} ON {table} USING ({seen}) WITH CHECK (true)",
    ]


def _setting(name: str) -> str:
    return f"""(SELECT current_setting('gonghui.{name}', true) COLLATE "C")"""
