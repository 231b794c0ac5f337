"""What surrounds every page: places, posts, the person signed in, and counts."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from django.http import HttpRequest
from django.urls import reverse

from gonghui.kernel.access.roles import ROLES
from gonghui.kernel.notify.messages import inbox
from gonghui.kernel.ui import shell
from gonghui.kernel.ui.shell import MenuItem, Person, Post
from gonghui.site.desk import my_todos

CAP = 100
"""Counts in the frame stop here; the pages behind them show all."""


def places(request: HttpRequest) -> Iterable[MenuItem]:
    for title, name, icon, go in (
        ("工作台", "desk", "layout-dashboard", "h"),
        ("待办", "todo", "list-check", "t"),
        ("消息", "messages", "message", "m"),
    ):
        url = reverse(name)
        yield MenuItem(title, url, icon=icon, active=request.path == url, go=go)


def posts(request: HttpRequest) -> list[Post]:
    actor = request.actor
    held: dict[int, Post] = {}
    for grant in actor.grants:
        title = ROLES[grant.role].title
        post = held.get(grant.union_id)
        if post is None:
            held[grant.union_id] = Post(
                title,
                grant.union_name,
                reverse("post", args=[grant.union_id]),
                grant.union_id == actor.union_id,
            )
        else:
            post.title = f"{post.title}、{title}"
    return list(held.values())


def person(request: HttpRequest) -> Person | None:
    actor = request.actor
    if actor.user_id is None:
        return None
    return Person(actor.name, str(actor.user_id), actor.union_name)


def counts(request: HttpRequest) -> tuple[int, int]:
    """Open to-dos and unread messages, in one query a request."""
    known = getattr(request, "_shell_counts", None)
    if known is None:
        actor = request.actor
        known = (0, 0)
        if actor.user_id is not None:
            open_todos = my_todos(actor).order_by().values("pk")[:CAP]
            unread = inbox(actor.user_id, actor.person_id, unread=True, limit=CAP).values("pk")
            (todo_sql, todo_values), (message_sql, message_values) = (
                rows.query.sql_with_params() for rows in (open_todos, unread)
            )
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT (SELECT count(*) FROM ({todo_sql}) AS todo),"
                    f" (SELECT count(*) FROM ({message_sql}) AS message)",
                    [*todo_values, *message_values],
                )
                known = cursor.fetchone()
        request._shell_counts = known
    return known


def register() -> None:
    from gonghui.site import hall

    shell.register_top(places)
    shell.register_hall(hall.places)
    shell.register_posts(posts)
    shell.register_person(person)
    shell.register_todo_count(lambda request: counts(request)[0])
    shell.register_message_count(lambda request: counts(request)[1])
