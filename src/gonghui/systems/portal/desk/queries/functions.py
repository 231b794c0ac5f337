"""Everything a person can open: places of the menu, and steps that make something new."""

from __future__ import annotations

from collections.abc import Iterator

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.names import initials, pinyin
from gonghui.kernel.resource.declaration import SYSTEMS, Resource
from gonghui.kernel.resource.pages import url
from gonghui.kernel.search.finding import MOST, Hit
from gonghui.kernel.ui.shell import menu_of, roles_of
from gonghui.systems.portal.desk.rules.finding import Function, matching

_known: dict[frozenset[str], tuple[Function, ...]] = {}


def functions(actor: Actor) -> tuple[Function, ...]:
    """What the actor may open, in the order of the menu; found once for each set of roles."""
    roles = roles_of(actor)
    if roles not in _known:
        _known[roles] = tuple(_collected(actor))
    return _known[roles]


def by_url(actor: Actor) -> dict[str, Function]:
    """The same by address."""
    return {item.url: item for item in functions(actor)}


def _collected(actor: Actor) -> Iterator[Function]:
    lists = {url(resource) for system in SYSTEMS.values() for resource in system.resources}
    seen = set()
    for group in menu_of(actor):
        for item in group.items:
            if item.url not in seen:
                seen.add(item.url)
                alias = f"{item.title}管理" if item.url in lists else ""
                yield _function(item.title, item.url, group.title, alias)
    for system in SYSTEMS.values():
        for resource in system.resources:
            yield from _creating(resource, system.chapter, actor)


def _creating(resource: Resource, chapter: str, actor: Actor) -> Iterator[Function]:
    for step in resource.creates:
        if actor.paths(step.action.permission):
            yield _function(step.title, url(resource, "create", step.slug), chapter)


def _function(title: str, address: str, chapter: str, alias: str = "") -> Function:
    spoken = alias or title
    reading = pinyin(spoken).replace(" ", "")
    return Function(title, address, chapter, alias, initials(spoken), reading)


def find_functions(text: str, actor: Actor) -> list[Hit]:
    """Functions a text means, for the search."""
    return [
        Hit(item.title, item.url, " · ".join(filter(None, (item.alias, item.chapter))))
        for item in matching(functions(actor), text)[: MOST + 1]
    ]
