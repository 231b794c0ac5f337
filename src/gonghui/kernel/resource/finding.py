"""The search above every page: each resource that can be searched is one kind of finding."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from urllib.parse import urlencode

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.resource import lists
from gonghui.kernel.resource.declaration import RESOURCES, Resource
from gonghui.kernel.resource.pages import url
from gonghui.kernel.search.finding import MOST, Hit, register

FIRST = {"memberships": 10, "unions": 11}
"""Kinds people look for most stand first; the others follow in the order of declaration."""


def register_all() -> None:
    """Let the search know every resource with a search of its own."""
    for resource in RESOURCES.values():
        if resource.search is not None:
            register(
                resource.title,
                partial(found, resource),
                rank=FIRST.get(resource.code, 50),
                all_url=_list_url(resource),
            )


def _list_url(resource: Resource) -> Callable[[str], str]:
    return lambda text: f"{url(resource)}?{urlencode({'q': text})}"


def found(resource: Resource, text: str, actor: Actor) -> list[Hit]:
    """At most MOST + 1 records the actor may see that fit the text, each with its union."""
    if resource.search is None or not actor.may(resource.view):
        return []
    rows = lists.scoped(resource, actor).select_related(*resource.related)
    rows = resource.search(rows, text, actor.scope(resource.view))
    return [
        Hit(str(record), url(resource, "record", record.pk), _place(record))
        for record in rows[: MOST + 1]
    ]


def _place(record: object) -> str:
    union = getattr(record, "union", None) or getattr(record, "parent", None)
    return str(union or "")
