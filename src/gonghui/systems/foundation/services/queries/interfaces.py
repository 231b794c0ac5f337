"""Interfaces: what our OpenAPI document and the manifests declare, and what is really served."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from gonghui.kernel.resource.declaration import RESOURCES, SYSTEMS, Interface
from gonghui.kernel.resource.openapi import document
from gonghui.systems.foundation.services.queries.manifests import system_of_package
from gonghui.systems.foundation.services.queries.sources import package_of

OPEN_API = "api/v1/"
MACHINES = ("api/", "scim/", "sso/", "oidc/", "cas/", ".well-known/")
"""Where addresses for programs begin; pages for people stand elsewhere."""
OWN_DESCRIPTION = frozenset({"api/v1/openapi.json"})
PLATFORM = "平台"


_PLATFORM: list[Interface] = []


def declare(interface: Interface) -> None:
    """Declare an interface of the platform itself, which has no manifest."""
    if interface not in _PLATFORM:
        _PLATFORM.append(interface)


def _interfaces() -> Iterator[tuple[str, Interface]]:
    """Every declared interface beside the resources' own, with whose it is."""
    for system in SYSTEMS.values():
        yield from ((system.code, interface) for interface in system.interfaces)
    yield from ((PLATFORM, interface) for interface in _PLATFORM)


@dataclass(frozen=True)
class Served:
    """An address that is answered: its pattern as Django writes it, and whose it is."""

    route: str
    system: str
    resource: str = ""
    view: str = ""
    name: str = ""


@dataclass(frozen=True)
class Declared:
    """An interface as described: methods, address, words, owner, protocol."""

    methods: str
    path: str
    title: str
    system: str
    standard: str = ""
    public: bool = False


@lru_cache(maxsize=1)
def served() -> tuple[Served, ...]:
    """Every address of this installation, from the URL configuration."""
    return tuple(_walk(get_resolver().url_patterns, ""))


def _walk(patterns: list[Any], before: str) -> Iterator[Served]:
    for pattern in patterns:
        route = before + _plain(pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield _served(route, pattern)


def _plain(pattern: Any) -> str:
    return str(pattern.pattern).removeprefix("^").removesuffix("$").replace("\\Z", "")


def _served(route: str, pattern: URLPattern) -> Served:
    callback, name = pattern.callback, pattern.name or ""
    module = getattr(callback, "__module__", "")
    view = f"{module}.{getattr(callback, '__name__', '')}"
    resource = getattr(callback, "resource", None)
    if resource is not None:
        return Served(route, owner_of_resource(resource.code), resource.code, view, name)
    system = system_of_package(package_of(module)) if module.startswith("gonghui.") else None
    return Served(route, system.code if system else PLATFORM, "", view, name)


def routes_by_key() -> dict[str, str]:
    """ "name:…" and "view:…", as functions of the plan name their pages, to address patterns."""
    found = {}
    for item in served():
        found.setdefault(f"name:{item.name}", item.route)
        found.setdefault(f"view:{item.view}", item.route)
    return found


def views() -> dict[str, Served]:
    """ "view:…" of a page's function to its address."""
    return {f"view:{item.view}": item for item in served() if item.name and not item.resource}


@lru_cache(maxsize=512)
def owner_of_resource(code: str) -> str:
    """The system whose manifest names a resource."""
    for system in SYSTEMS.values():
        if any(resource.code == code for resource in system.resources):
            return system.code
    return PLATFORM


def is_interface(route: str) -> bool:
    return route.startswith(MACHINES)


def declared() -> list[Declared]:
    """Our OpenAPI document and the protocols the manifests name, by address."""
    owners = {f"/{interface.path}": code for code, interface in _interfaces()}
    found = []
    for path, item in document()["paths"].items():
        operations = {name: value for name, value in item.items() if name in {"get", "post"}}
        first = next(iter(operations.values()))
        code = path.removeprefix("/api/v1/").split("/")[0]
        system = owners.get(path) or (owner_of_resource(code) if code in RESOURCES else PLATFORM)
        found.append(
            Declared(
                "、".join(name.upper() for name in operations),
                path,
                first["summary"],
                system,
                public=first.get("security") == [],
            )
        )
    found += [
        Declared(
            "",
            f"/{interface.path}",
            interface.title,
            code,
            interface.standard,
            interface.public,
        )
        for code, interface in _interfaces()
        if interface.standard
    ]
    return sorted(found, key=lambda item: (item.system, item.path))


def undeclared() -> list[Served]:
    """Addresses for programs that are answered but described nowhere."""
    described = {_shape(item.path) for item in declared() if not item.standard}
    protocols = tuple(interface.path for _, interface in _interfaces() if interface.standard)
    return [
        item
        for item in served()
        if is_interface(item.route)
        and not item.resource
        and item.route not in OWN_DESCRIPTION
        and not (protocols and item.route.startswith(protocols))
        and _shape(item.route) not in described
    ]


def _shape(path: str) -> str:
    """An address with every variable part as {}: OpenAPI and Django write them differently."""
    return re.sub(r"<[^>]*>|\{[^}]*\}|\(\?P<[^)]*\)", "{}", path.removeprefix("/"))
