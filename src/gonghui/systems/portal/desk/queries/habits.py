"""A person's arrangement and habits."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.ui.shell import roles_of
from gonghui.systems.portal.desk.models import Desk
from gonghui.systems.portal.desk.queries.functions import functions
from gonghui.systems.portal.desk.rules.finding import Function
from gonghui.systems.portal.desk.rules.habits import KEPT_DAYS, Opened, ranked

_HABITS = """
SELECT function, day, count FROM desk_usage WHERE user_id = %s AND day >= %s
UNION ALL
SELECT function, NULL, sum(users)::integer FROM desk_rolehabit WHERE role = ANY(%s) GROUP BY 1
"""


def desk_of(user_id: int) -> Desk:
    """A person's arrangement; a blank one, not saved, for who never changed it."""
    # Plain SQL, for it is asked with every home page.
    with connection.cursor() as cursor:
        cursor.execute("SELECT layout, personal FROM desk_desk WHERE user_id = %s", [user_id])
        row = cursor.fetchone()
    if row is None:
        return Desk(user_id=user_id)
    layout, personal = row
    return Desk(user_id=user_id, layout=json.loads(layout), personal=personal)


@dataclass(frozen=True)
class Frequent:
    """Functions to offer first, and whether own habits decided it."""

    functions: list[Function]
    own: bool


def frequent(actor: Actor, today: date, most: int, *, personal: bool) -> Frequent:
    """The functions of the actor by habit, or by role where there are no habits. One query."""
    opened: list[Opened] = []
    of_role: dict[str, int] = {}
    with connection.cursor() as cursor:
        user_id = actor.user_id if personal else None
        roles = list(roles_of(actor))
        cursor.execute(_HABITS, [user_id, today - timedelta(days=KEPT_DAYS), roles])
        for function, day, count in cursor.fetchall():
            if day is None:
                of_role[function] = count
            else:
                opened.append(Opened(function, day, count))
    offered = {item.url: item for item in functions(actor)}
    order = ranked(list(offered), opened, of_role, today, most)
    return Frequent([offered[url] for url in order], bool(opened))


def usage_rows(user_id: int, today: date) -> list[tuple[str, int]]:
    """What is kept of a person's habits: function and openings, most first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT function, sum(count)::integer FROM desk_usage"
            " WHERE user_id = %s AND day >= %s GROUP BY 1 ORDER BY 2 DESC LIMIT 50",
            [user_id, today - timedelta(days=KEPT_DAYS)],
        )
        return cursor.fetchall()
