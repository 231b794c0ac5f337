"""What surrounds every page: places, posts, the person signed in, and counts."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import reverse

from gonghui.kernel.access.roles import ROLES
from gonghui.kernel.notify.messages import unread_count
from gonghui.kernel.ui import shell
from gonghui.kernel.ui.shell import MenuItem, Person, Post


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


def unread(request: HttpRequest) -> int:
    actor = request.actor
    return unread_count(actor.user_id, actor.person_id) if actor.user_id else 0


def register() -> None:
    from gonghui.site import hall

    shell.register_top(places)
    shell.register_hall(hall.places)
    shell.register_posts(posts)
    shell.register_person(person)
    shell.register_message_count(unread)
