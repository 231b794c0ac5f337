"""What the desk gives the frame of every page: places, posts, the person, counts, the star."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.roles import ROLES
from gonghui.kernel.resource.pages import address
from gonghui.kernel.search import finding
from gonghui.kernel.ui import shell
from gonghui.kernel.ui.shell import MenuItem, Person, Post, Star
from gonghui.systems.portal.desk.queries import calendar
from gonghui.systems.portal.desk.queries.documents import find_documents
from gonghui.systems.portal.desk.queries.functions import find_functions
from gonghui.systems.portal.desk.queries.notices import find_notices
from gonghui.systems.portal.desk.queries.todos import find_todos, frame_counts

PLACES = (
    ("工作台", "desk", "layout-dashboard", "h", ""),
    ("待办", "todo", "list-check", "t", "todo"),
    ("消息", "messages", "message", "m", "message"),
    ("公告", "notices", "speakerphone", "n", ""),
    ("日程", "desk-calendar", "calendar-event", "c", ""),
    ("我的关注", "desk-follows", "star", "f", ""),
    ("全部功能", "desk-functions", "apps", "a", ""),
)


def places(request: HttpRequest) -> Iterable[MenuItem]:
    """The places above the chapters."""
    for title, name, icon, go, live in PLACES:
        url = address(name)
        yield MenuItem(title, url, icon=icon, active=request.path == url, go=go, live=live)


def posts(request: HttpRequest) -> list[Post]:
    """The unions one has roles at, each once."""
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
    """Who is signed in, with the places of their own."""
    actor = request.actor
    if actor.user_id is None:
        return None
    links = [
        MenuItem("我的账号", address("account"), icon="user-circle"),
        MenuItem("全部功能", address("desk-functions"), icon="apps"),
        MenuItem("我的关注", address("desk-follows"), icon="star"),
        MenuItem("我的日程", address("desk-calendar"), icon="calendar-event"),
    ]
    if actor.person_id is not None:
        links.append(MenuItem("职工服务大厅", address("hall"), icon="building"))
    return Person(actor.name, str(actor.user_id), actor.union_name, links)


def counts(request: HttpRequest) -> tuple[int, int, bool]:
    """Open to-dos, unread messages and whether the record shown is followed, in one query."""
    known = getattr(request, "_shell_counts", None)
    if known is None:
        known = _counted(request)
        request._shell_counts = known
    return known


def _counted(request: HttpRequest) -> tuple[int, int, bool]:
    actor = request.actor
    if actor.user_id is None:
        return (0, 0, False)
    record = record_shown(request)
    shown = (record[0].code, str(record[1])) if record else ()
    return frame_counts(actor, timezone.now(), *shown)


def record_shown(request: HttpRequest) -> tuple[Any, int] | None:
    """The resource and number of the record whose page this is."""
    match = getattr(request, "resolver_match", None)
    if match is None or match.url_name != "record" or match.namespaces[:1] != ["resource"]:
        return None
    resource = getattr(match.func, "resource", None)
    return (resource, match.kwargs["pk"]) if resource is not None else None


def star(request: HttpRequest) -> Star | None:
    """The mark on the record shown, for cadres."""
    record = record_shown(request)
    if record is None or not request.actor.grants:
        return None
    resource, pk = record
    return Star(reverse("desk-follow", args=[resource.code, pk]), counts(request)[2])


def register() -> None:
    """Make the desk the surroundings of every page, and what is its own findable."""
    shell.register_top(places)
    shell.register_posts(posts)
    shell.register_person(person)
    shell.register_todo_count(lambda request: counts(request)[0])
    shell.register_message_count(lambda request: counts(request)[1])
    shell.register_star(star)
    finding.register("功能", find_functions, rank=0)
    finding.register("待办", find_todos, rank=20, all_url=lambda text: _with("todo", text))
    finding.register("公告", find_notices, rank=30, all_url=lambda text: _with("notices", text))
    finding.register("文件", find_documents, rank=40)
    calendar.register_own()


def _with(name: str, text: str) -> str:
    return f"{address(name)}?{urlencode({'q': text})}"
