"""The tree as of a day."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from gonghui.kernel.org.models import Union, UnionStatus, UnionVersion
from gonghui.kernel.org.scoping import Scope, ScopedQuerySet


def on_day(day: date) -> Q:
    """The versions in force on a day."""
    return Q(valid_from__lte=day) & (Q(valid_to=None) | Q(valid_to__gt=day))


def scope_as_of(scope: Scope, day: date) -> Scope:
    """The same roots, at the paths they had that day; a root founded later falls away."""
    if any(not item.lo for item in scope.ranges):
        return scope
    roots = [item.union_id for item in scope.ranges]
    rows = UnionVersion.objects.unscoped("the caller's own roots, on another day")
    paths = rows.filter(on_day(day), union_id__in=roots).values_list("path", flat=True)
    return Scope.of(paths, scope.person_id)


def tree_as_of(day: date, scope: Scope) -> ScopedQuerySet:
    """Active unions of that day inside the scope, as versions in tree order."""
    rows = UnionVersion.objects.within(scope_as_of(scope, day))
    return rows.filter(on_day(day), status=UnionStatus.ACTIVE).order_by("path")


def path_as_of(union: Union, day: date) -> str | None:
    rows = UnionVersion.objects.unscoped("one union the caller already holds")
    return rows.filter(on_day(day), union=union).values_list("path", flat=True).first()
