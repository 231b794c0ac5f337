"""Reads of notices: what a person is given to read, and how far a notice has been read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

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


def addressed_to(
    actor: Actor, states: Sequence[str] = (NoticeState.PUBLISHED,)
) -> QuerySet[Notice]:
    """Published notices that are meant for one of the actor's posts, whatever their period."""
    paths: dict[str, set[str]] = {}
    for grant in actor.grants:
        paths.setdefault(grant.role, set()).add(grant.path)
    meant = Q(pk__in=[])
    for role, own in paths.items():
        above = sorted({path for place in own for path in ancestors(place)})
        place = Q(org_path__in=above, reach=Reach.SUBTREE) | Q(org_path__in=sorted(own))
        meant |= place & (Q(roles=[]) | Q(roles__contains=[role]))
    rows = Notice.objects.unscoped(BELOW)
    return rows.filter(meant, state__in=states).select_related("union")


def current(actor: Actor, today: date) -> QuerySet[Notice]:
    """Notices to read today: what has to be confirmed first, then pinned, then the latest.

    Each has `confirmed` and `opened`: when this actor did so.
    """
    own = NoticeReading.objects.filter(notice=OuterRef("pk"), user_id=actor.user_id)
    rows = addressed_to(actor).filter(starts_on__lte=today, ends_on__gte=today)
    rows = rows.annotate(
        opened=Subquery(own.values("read_at")[:1]),
        confirmed=Subquery(own.values("confirmed_at")[:1]),
        waits=Q(must_read=True) & ~Exists(own.filter(confirmed_at__isnull=False)),
    )
    return rows.order_by("-waits", "-pinned", "-published_at", "-id")


def past(actor: Actor, today: date) -> QuerySet[Notice]:
    """Notices of the actor whose period is over, the latest first."""
    meant = addressed_to(actor, (NoticeState.PUBLISHED, NoticeState.EXPIRED))
    return meant.filter(ends_on__lt=today).order_by("-ends_on", "-id")


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
