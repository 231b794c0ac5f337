"""Reads of notices: what a person is given to read, and how far a notice has been read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q, QuerySet

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.models import Grant
from gonghui.kernel.files.models import StoredFile
from gonghui.kernel.files.storing import files_of
from gonghui.kernel.identity.models import User
from gonghui.kernel.org.models import UnionStatus
from gonghui.kernel.org.scoping import Range
from gonghui.kernel.search.finding import MOST, Hit
from gonghui.systems.portal.desk.models import Notice, NoticeReading, NoticeState
from gonghui.systems.portal.desk.models.notices import Reach
from gonghui.systems.portal.desk.rules.notices import ancestors

BELOW = "a notice is read by those at and below the union that gives it, not above"
ADDRESSED = "who a notice is for follows from the grants below its union"
OWNER = "desk.notice"


def _meant(actor: Actor, table: str) -> tuple[str, list[Any]]:
    """SQL that a notice is meant for one of the actor's posts, with its values.

    Each role counts at its own unions: a notice reaches who holds one of its roles at or below
    the union that gives it, or at that union alone.
    """
    held: dict[str, set[str]] = {}
    for grant in actor.grants:
        held.setdefault(grant.role, set()).add(grant.path)
    parts, values = ["false"], []
    for role, own in held.items():
        above = sorted({path for place in own for path in ancestors(place)})
        parts.append(
            f"({table}.org_path = ANY(%s) AND ({table}.reach = %s OR {table}.org_path = ANY(%s))"
            f" AND (cardinality({table}.roles) = 0 OR %s = ANY({table}.roles)))"
        )
        values += [above, Reach.SUBTREE.value, sorted(own), role]
    return " OR ".join(parts), values


def addressed_to(
    actor: Actor, states: Sequence[str] = (NoticeState.PUBLISHED,)
) -> QuerySet[Notice]:
    """Published notices that are meant for one of the actor's posts, whatever their period."""
    meant, values = _meant(actor, "desk_notice")
    rows = Notice.objects.unscoped(BELOW).filter(state__in=states).select_related("union")
    return rows.extra(where=[f"({meant})"], params=values)


class Given(NamedTuple):
    """A notice as its readers list it. waits: it has yet to be confirmed by this reader."""

    pk: int
    title: str
    union: str
    starts_on: date
    ends_on: date
    pinned: bool
    opened: datetime | None
    confirmed: datetime | None
    waits: bool

    @property
    def url(self) -> str:
        return f"/notices/{self.pk}/"


# Asked with every home page: plain SQL costs a tenth of compiling it.
_CURRENT = """
SELECT n.id, n.title, u.name, n.starts_on, n.ends_on, n.pinned, r.read_at, r.confirmed_at,
       n.must_read AND r.confirmed_at IS NULL AS waits
FROM desk_notice AS n JOIN org_union AS u ON u.id = n.union_id
LEFT JOIN desk_noticereading AS r ON r.notice_id = n.id AND r.user_id = %s
WHERE n.state = %s AND n.starts_on <= %s AND n.ends_on >= %s AND ({meant})
  AND (%s = '' OR strpos(lower(n.title), %s) > 0 OR strpos(lower(n.body), %s) > 0)
ORDER BY waits DESC, n.pinned DESC, n.published_at DESC, n.id DESC
LIMIT %s OFFSET %s
"""


def current(actor: Actor, today: date, text: str = "", *, most: int, skip: int = 0) -> list[Given]:
    """Notices to read today: what has to be confirmed first, then pinned, then the latest."""
    meant, values = _meant(actor, "n")
    word = text.lower()
    before = [actor.user_id, NoticeState.PUBLISHED.value, today, today]
    with connection.cursor() as cursor:
        cursor.execute(
            _CURRENT.format(meant=meant), [*before, *values, word, word, word, most, skip]
        )
        return [Given(*row) for row in cursor.fetchall()]


def past(actor: Actor, today: date, text: str = "", *, most: int, skip: int = 0) -> list[Given]:
    """Notices of the actor whose period is over, the latest first."""
    rows = addressed_to(actor, (NoticeState.PUBLISHED, NoticeState.EXPIRED))
    rows = rows.filter(ends_on__lt=today)
    if text:
        rows = rows.filter(Q(title__icontains=text) | Q(body__icontains=text))
    found = rows.order_by("-ends_on", "-id")[skip : skip + most]
    return [
        Given(
            row.pk, row.title, row.union.name, row.starts_on, row.ends_on, False, None, None, False
        )
        for row in found
    ]


def readable(actor: Actor, pk: int) -> Notice | None:
    """A notice of this number the actor is meant to read, or was while its period lasted."""
    meant = addressed_to(actor, (NoticeState.PUBLISHED, NoticeState.EXPIRED))
    return meant.filter(pk=pk).first()


def reading_of(notice: Notice, user_id: int) -> NoticeReading | None:
    """How far a user is with a notice."""
    return NoticeReading.objects.filter(notice=notice, user_id=user_id).first()


def audience(notice: Notice, today: date) -> QuerySet[User]:
    """The active users a notice is for."""
    grants = (
        Grant.objects.unscoped(ADDRESSED)
        .filter(Q(valid_to=None) | Q(valid_to__gte=today), valid_from__lte=today, ended_at=None)
        .filter(union__status=UnionStatus.ACTIVE)
    )
    if notice.reach == Reach.OWN:
        grants = grants.filter(org_path=notice.org_path)
    else:
        below = Range.below(notice.org_path)
        grants = grants.filter(org_path__gte=below.lo, org_path__lt=below.hi)
    if notice.roles:
        grants = grants.filter(role__in=notice.roles)
    return User.objects.filter(pk__in=grants.values("user_id"), is_active=True)


def not_confirmed(notice: Notice, today: date) -> QuerySet[User]:
    """Those a notice is for who have not confirmed it, by name."""
    done = NoticeReading.objects.filter(notice=notice, confirmed_at__isnull=False)
    rows = audience(notice, today).exclude(pk__in=done.values("user_id"))
    return rows.order_by("display_name", "pk")


@dataclass(frozen=True)
class Spread:
    """How far a notice has been read: of `meant` people, so many opened and confirmed it."""

    meant: int
    opened: int
    confirmed: int


def spread(notice: Notice, today: date) -> Spread:
    """Read statistics; who left the audience since does not count."""
    people = audience(notice, today).values("pk")
    readings = NoticeReading.objects.filter(notice=notice, user_id__in=people)
    return Spread(
        audience(notice, today).count(),
        readings.count(),
        readings.filter(confirmed_at__isnull=False).count(),
    )


def attachments(notice: Notice) -> list[StoredFile]:
    """Files that go with a notice."""
    return files_of(OWNER, notice.pk)


def find_notices(text: str, actor: Actor) -> list[Hit]:
    """Notices of the actor whose title or text holds the text, for the search."""
    if not actor.grants:
        return []
    rows = addressed_to(actor).filter(Q(title__icontains=text) | Q(body__icontains=text))
    return [
        Hit(notice.title, f"/notices/{notice.pk}/", notice.union.name)
        for notice in rows.order_by("-published_at")[: MOST + 1]
    ]


def to_expire(today: date) -> QuerySet[Notice]:
    """Published notices whose period is over."""
    rows = Notice.objects.unscoped("the platform itself ends every notice")
    return rows.filter(state=NoticeState.PUBLISHED, ends_on__lt=today)


def draft_numbered(pk: int) -> Notice:
    """A notice by number, for an action that checks its place."""
    return Notice.objects.unscoped("the action checks the place").get(pk=pk)
