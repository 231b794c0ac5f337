"""Rows follow the tree: after a union moved or merged, what belongs to it goes along.

The tree changes at once; the rows of members follow by jobs in batches, each its own
transaction, so that no reader waits and a killed worker goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction

from gonghui.kernel.bus.models import Outbox
from gonghui.kernel.bus.subscribers import subscriber
from gonghui.kernel.jobs.registry import defer, job
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Range, Scope, Scoped, raise_wall
from gonghui.kernel.people.models import Membership, Person

BATCH = 20_000
FOLLOWING = "rows follow a change of the tree that was already decided"


def followers() -> Iterator[type[models.Model]]:
    """Models whose rows carry a place in the tree that must follow it.

    Every Scoped model, and others that say `follows_moves = True`.
    """
    for model in apps.get_models():
        if issubclass(model, Scoped) or getattr(model, "follows_moves", False):
            yield model


@subscriber("cn.gonghui.org.moved", name="people.repath")
def on_moved(event: Outbox) -> None:
    defer(repath, old=event.data["old_path"], union_id=event.data["id"])


@subscriber("cn.gonghui.org.merged", name="people.reassign")
def on_merged(event: Outbox) -> None:
    defer(reassign, union_id=event.data["id"], into_id=event.data["into"], on=event.data["on"])


@subscriber("cn.gonghui.org.industry", name="people.industry")
def on_industry(event: Outbox) -> None:
    defer(copy_industry, union_id=event.data["id"])


@job("people.repath", "会员随工会变更上级", retry=5, lock="people.following")
def repath(*, old: str, union_id: int) -> int:
    """Give every row below a moved union its new path; returns how many rows.

    Rows still at the old path are the ones left to do, so running it again does no harm.
    """
    new = Union.objects.unscoped(FOLLOWING).values_list("path", flat=True).get(pk=union_id)
    return sum(_repath(model, old, new) for model in followers())


def _repath(model: type[models.Model], old: str, new: str) -> int:
    """Rewrite the paths of one table below `old`, a batch at a time."""
    table = model._meta.db_table
    fresh = "%(new)s || substr(row.org_path, %(cut)s)"
    anchors = (
        f", city_id = nullif(split_part({fresh}, '.', 2), '')::bigint"
        f", county_id = nullif(split_part({fresh}, '.', 3), '')::bigint"
        if issubclass(model, Scoped)
        else ""
    )
    span = Range.below(old)
    values: dict[str, Any] = {
        "new": new,
        "cut": len(old) + 1,
        "lo": span.lo,
        "hi": span.hi,
        "n": BATCH,
    }
    done = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            raise_wall(Scope.everything())
            cursor.execute(
                f"UPDATE {table} AS row SET org_path = {fresh}{anchors} WHERE row.ctid = ANY("
                f" ARRAY(SELECT ctid FROM {table} WHERE org_path >= %(lo)s AND org_path < %(hi)s"
                f" LIMIT %(n)s FOR UPDATE))",
                values,
            )
            changed = cursor.rowcount
        done += changed
        if changed < BATCH:
            return done


@job("people.reassign", "会员随工会合并", retry=5, lock="people.following")
def reassign(*, union_id: int, into_id: int, on: str) -> int:
    """Carry the members of a merged union over, each with a line in its past; returns how many."""
    into = Union.objects.unscoped(FOLLOWING).get(pk=into_id)
    gone = Union.objects.unscoped(FOLLOWING).get(pk=union_id)
    place: dict[str, Any] = {
        "old": gone.pk,
        "old_path": gone.path,
        "into": into.pk,
        "path": into.path,
        "city": into.city_id,
        "county": into.county_id,
        "industry": into.industry,
        "on": on,
        "note": f"随“{gone.name}”并入“{into.name}”",
        "n": BATCH,
    }
    done = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            raise_wall(Scope.everything())
            cursor.execute(_REASSIGN, place)
            changed = cursor.rowcount
        done += changed
        if changed < BATCH:
            break
    for model in followers():
        if getattr(model, "follows_mergers", False) or model is Person:
            _take_over(model, place)
    return done


_REASSIGN = """
WITH leaving AS (
    SELECT * FROM people_membership
    WHERE org_path = %(old_path)s AND union_id = %(old)s LIMIT %(n)s FOR UPDATE
), past AS (
    INSERT INTO people_membershippast (membership_id, person_id, union_id, org_path, city_id,
        county_id, status, sex, industry, valid_from, valid_to, cause, note)
    SELECT id, person_id, union_id, org_path, city_id, county_id, status, sex, industry, since,
        greatest(since, %(on)s::date), cause, %(note)s FROM leaving
)
UPDATE people_membership AS m SET union_id = %(into)s, org_path = %(path)s, city_id = %(city)s,
    county_id = %(county)s, industry = %(industry)s, since = greatest(m.since, %(on)s::date),
    cause = 'merger', version = m.version + 1
FROM leaving WHERE m.id = leaving.id
"""


def _take_over(model: type[models.Model], place: dict) -> None:
    anchors = ", city_id = %(city)s, county_id = %(county)s" if issubclass(model, Scoped) else ""
    with transaction.atomic(), connection.cursor() as cursor:
        raise_wall(Scope.everything())
        cursor.execute(
            f"UPDATE {model._meta.db_table} SET union_id = %(into)s, org_path = %(path)s{anchors}"
            " WHERE org_path = %(old_path)s AND union_id = %(old)s",
            place,
        )


@job("people.industry", "会员行业随工会更正", retry=5, lock="people.following")
def copy_industry(*, union_id: int) -> int:
    """Copy a union's industry to its members; returns how many changed."""
    union = Union.objects.unscoped(FOLLOWING).get(pk=union_id)
    with transaction.atomic():
        raise_wall(Scope.everything())
        rows = Membership.objects.unscoped(FOLLOWING).filter(org_path=union.path, union_id=union.pk)
        return rows.exclude(industry=union.industry).update(industry=union.industry)
