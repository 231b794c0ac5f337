"""What a person follows, and what has changed since they looked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.urls import reverse

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.resource.declaration import RESOURCES
from gonghui.kernel.resource.pages import url
from gonghui.systems.portal.desk.models import Follow

# One index range of the audit per followed record; the wall of the record itself is the
# permission at the place its last entry names.
_CHANGES = """
SELECT f.id, f.resource, f.target_id, f.title, f.org_path, f.seen_entry,
       last.id, last.at, last.action_name, last.actor_name, last.org_path,
       (SELECT count(*) FROM (
            SELECT 1 FROM audit_entry e WHERE e.target_type = f.target_type
            AND e.target_id = f.target_id AND e.id > f.seen_entry LIMIT 21) AS fresh)
FROM desk_follow f
LEFT JOIN LATERAL (
    SELECT e.id, e.at, e.action_name, e.actor_name, e.org_path FROM audit_entry e
    WHERE e.target_type = f.target_type AND e.target_id = f.target_id
    ORDER BY e.id DESC LIMIT 1
) AS last ON true
WHERE f.user_id = %s
ORDER BY (last.id > f.seen_entry) DESC NULLS LAST, last.id DESC NULLS LAST, f.id DESC
LIMIT %s
"""
MOST = 200


@dataclass(frozen=True)
class Followed:
    """A followed record. fresh: changes since the person looked, capped at 21."""

    pk: int
    title: str
    resource: str
    url: str
    stop_url: str
    fresh: int
    at: datetime | None
    what: str
    by: str


def followed(actor: Actor, limit: int = MOST) -> list[Followed]:
    """The records the actor follows and may still see, changed ones first. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_CHANGES, [actor.user_id, limit])
        rows = cursor.fetchall()
    found = []
    for pk, code, target, title, kept_path, _, _, at, what, by, path, fresh in rows:
        resource = RESOURCES.get(code)
        if resource is None or not visible(actor, code, path or kept_path):
            continue
        address = url(resource, "record", int(target))
        stop = reverse("desk-follow", args=[code, int(target)])
        found.append(
            Followed(pk, title, resource.title, address, stop, fresh, at, what or "", by or "")
        )
    return found


def visible(actor: Actor, code: str, path: str) -> bool:
    """Whether the actor may see a record of a resource at a place."""
    view = RESOURCES[code].view
    return actor.may(view, path) if path else actor.may(view)


def follow_of(user_id: int, code: str, target_id: str) -> Follow | None:
    """A person's mark on a record."""
    return Follow.objects.filter(user_id=user_id, resource=code, target_id=target_id).first()
