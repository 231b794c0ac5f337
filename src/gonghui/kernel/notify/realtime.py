"""Telling open pages that something of theirs changed (site/asgi.py hands it on)."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from gonghui.kernel.access.roles import PERMISSIONS

CHANNEL = "gonghui_events"
TODOS, MESSAGES = "todos", "messages"

_TELL = "SELECT pg_notify(%s, %s || ' ' || audience) FROM unnest(%s::text[]) AS audience"
# The users who hold one of the roles at the union itself, as to-dos are addressed.
_TELL_HOLDERS = """
SELECT pg_notify(%s, %s || ' user:' || user_id) FROM (
    SELECT DISTINCT user_id FROM access_grant
    WHERE org_path = ANY(ARRAY(SELECT path FROM org_union WHERE id = ANY(%s))) AND role = ANY(%s)
      AND ended_at IS NULL AND valid_from <= current_date
      AND (valid_to IS NULL OR valid_to >= current_date)
) AS holder
"""


def tell(topic: str, audiences: Iterable[str]) -> None:
    """Tell pages of these audiences (`user:ID`, `person:ID`) to fetch a topic anew.

    Sent when the transaction commits, and not at all when it is rolled back.
    """
    told = sorted(set(audiences))
    if told:
        with connection.cursor() as cursor:
            cursor.execute(_TELL, [CHANNEL, topic, told])


def tell_holders(topic: str, unions: Iterable[int], permission: str) -> None:
    """Tell whoever holds a permission at exactly these unions; an unknown one has no holders."""
    known = PERMISSIONS.get(permission)
    if known is not None and known.roles:
        roles = [role.code for role in known.roles]
        with connection.cursor() as cursor:
            cursor.execute(_TELL_HOLDERS, [CHANNEL, topic, list(unions), roles])
