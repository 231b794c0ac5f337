"""The search above every page: each resource that can be searched is one kind of finding."""

from __future__ import annotations

from functools import partial

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.resource import lists
from gonghui.kernel.resource.declaration import RESOURCES, Resource
from gonghui.kernel.resource.pages import url
from gonghui.kernel.search.finding import Hit, register

MOST = 10


def register_all() -> None:
    """Let the search know every resource with a search of its own."""
    for resource in RESOURCES.values():
        if resource.search is not None:
            register(resource.title, partial(found, resource))


def found(resource: Resource, text: str, actor: Actor) -> list[Hit]:
    """At most MOST records the actor may see that fit the text, each with its union."""
    if resource.search is None or not actor.may(resource.view):
        return []
    rows = lists.scoped(resource, actor).select_related(*resource.related)
    rows = resource.search(rows, text, actor.scope(resource.view))
    return [
        Hit(str(record), url(resource, "record", record.pk), _place(record))
        for record in rows[:MOST]
    ]


def _place(record: object) -> str:
    union = getattr(record, "union", None) or getattr(record, "parent", None)
    return str(union or "")
