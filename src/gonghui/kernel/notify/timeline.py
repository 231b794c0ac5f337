"""One timeline (办事记录) of a person over all systems: actions write lines, the hall reads them.

A line is for the person alone: row-level security lets nobody else read it, whatever their post.
Systems write it in the transaction of the step it tells of.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from gonghui.kernel.notify.models import TimelineLine
from gonghui.kernel.org.scoping import Scope, wall_at

TONES = ("info", "good", "stop", "idle")


def tell(
    person_id: int,
    *,
    service: str,
    system: str,
    target_type: str,
    target_id: object,
    title: str,
    text: str = "",
    link: str = "",
    tone: str = "info",
    settled: bool = False,
    at: datetime | None = None,
) -> TimelineLine:
    """Keep one step of a matter for a person. settled: nothing more is expected of it."""
    if tone not in TONES:
        raise ValueError(f"{tone!r} is no tone of a line")
    line = TimelineLine(
        person_id=person_id,
        at=at or timezone.now(),
        service=service[:60],
        system=system,
        target_type=target_type,
        target_id=str(target_id),
        title=title[:60],
        text=text,
        link=link,
        tone=tone,
        settled=settled,
    )
    with wall_at(Scope.everything()):
        line.save()
    return line


def lines(person_id: int, *, before: int | None = None, limit: int = 50) -> QuerySet[TimelineLine]:
    """A person's lines, the newest first; `before` is the last id already shown."""
    found = TimelineLine.objects.filter(person_id=person_id)
    if before is not None:
        found = found.filter(id__lt=before)
    return found.order_by("-id")[:limit]


def matters(person_id: int) -> list[TimelineLine]:
    """The latest line of each matter of a person, the newest matter first."""
    rows = TimelineLine.objects.filter(person_id=person_id)
    found = rows.order_by("target_type", "target_id", "-id").distinct("target_type", "target_id")
    return sorted(found, key=lambda line: -line.pk)


def of_matter(person_id: int, target_type: str, target_id: object) -> QuerySet[TimelineLine]:
    """Every line of one matter, the first first."""
    return TimelineLine.objects.filter(
        person_id=person_id, target_type=target_type, target_id=str(target_id)
    ).order_by("id")
