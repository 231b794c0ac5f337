"""The workbench menu, filled from the manifests: what this actor may open, by chapter."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest

from gonghui.kernel.resource.declaration import SYSTEMS, Page, Resource
from gonghui.kernel.resource.pages import address
from gonghui.kernel.ui.shell import MenuGroup, MenuItem, register_menu


def chapters(request: HttpRequest) -> Iterable[MenuGroup]:
    """Groups in the order systems are installed; empty ones are left out."""
    actor = getattr(request, "actor", None)
    if actor is None or not actor.signed_in:
        return []
    groups: dict[str, MenuGroup] = {}
    for system in SYSTEMS.values():
        for entry in system.menu:
            item = _item(entry, request)
            if item is not None:
                groups.setdefault(system.chapter, MenuGroup(system.chapter)).items.append(item)
    return groups.values()


def _item(entry: Resource | Page, request: HttpRequest) -> MenuItem | None:
    if isinstance(entry, Resource):
        permission, target = entry.view, address(f"resource:{entry.code}:list")
    else:
        permission, target = entry.permission, address(entry.url_name)
    if permission is not None and not request.actor.paths(permission):
        return None
    return MenuItem(entry.title, target, active=request.path.startswith(target))


register_menu(chapters)
