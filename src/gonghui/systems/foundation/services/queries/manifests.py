"""The platform's own systems and parts, taken from the manifests and the installed apps."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module, metadata
from importlib.util import find_spec

from django.apps import apps
from django.conf import settings

from gonghui.kernel.bus.subscribers import all_subscribers
from gonghui.kernel.resource.declaration import SYSTEMS, System
from gonghui.systems.foundation.services.queries.sources import ROOT, package_of

FLOORS = {
    "site": "装配层",
    "activities": "专项活动",
    "systems": "业务系统",
    "engines": "业务引擎",
    "kernel": "平台内核",
}
BARE_PARTS = {"kernel.base": "基础（证件、加密、日期、金额）", "site": "装配（地址、设置、进程）"}


@dataclass(frozen=True)
class Part:
    """A package of the platform: a part of the kernel, an engine, a system or an activity."""

    package: str
    title: str
    floor: str

    @property
    def name(self) -> str:
        return self.package.split(".")[-1]


@lru_cache(maxsize=1)
def version() -> str:
    """The version of the installed package, or of the checkout it runs from."""
    project = ROOT.parents[1] / "pyproject.toml"
    if project.exists():
        found = re.search(r'^version = "([^"]+)"', project.read_text("utf-8"), re.M)
        if found:
            return found.group(1)
    try:
        return metadata.version("gonghui")
    except metadata.PackageNotFoundError:
        return "未知"


def systems_by_package() -> dict[str, tuple[System, ...]]:
    """The manifests of each installed package; the first is the one its code belongs to."""
    found: dict[str, tuple[System, ...]] = {}
    for app in settings.GONGHUI_SYSTEMS:
        if not find_spec(f"{app}.system"):
            continue
        module = import_module(f"{app}.system")
        systems = [value for value in vars(module).values() if isinstance(value, System)]
        systems.sort(key=lambda item: item is not getattr(module, "SYSTEM", None))
        if systems:
            found[package_of(app)] = tuple(systems)
    return found


def system_of_package(package: str) -> System | None:
    found = systems_by_package().get(package)
    return found[0] if found else None


def packages_of_system(code: str) -> list[str]:
    """The packages that serve a system, the first first; none for one that is not installed."""
    return [
        package
        for package, systems in systems_by_package().items()
        if any(system.code == code for system in systems)
    ]


def parts() -> dict[str, Part]:
    """Every package of the platform by name, floor by floor from the bottom."""
    found = {}
    names = {
        package_of(config.name): config
        for config in apps.get_app_configs()
        if config.name.startswith("gonghui.")
    }
    for package, config in names.items():
        system = system_of_package(package)
        title = (system.part or system.name) if system else str(config.verbose_name)
        found[package] = Part(package, title, package.split(".")[0])
    for package, title in BARE_PARTS.items():
        found[package] = Part(package, title, package.split(".")[0])
    order = list(FLOORS)
    return dict(sorted(found.items(), key=lambda item: (-order.index(item[1].floor), item[0])))


def models_by_package() -> dict[str, list]:
    """The tables of each package of the platform."""
    found: dict[str, list] = {}
    for model in apps.get_models():
        if model.__module__.startswith("gonghui."):
            found.setdefault(package_of(model.__module__), []).append(model)
    return found


def subscriptions() -> dict[str, dict[str, str]]:
    """Package → subscriber's name → event type it hears."""
    found: dict[str, dict[str, str]] = {}
    for subscriber in all_subscribers():
        package = package_of(subscriber.handle.__module__)
        found.setdefault(package, {})[subscriber.name] = subscriber.type_prefix
    return found


def installed() -> list[System]:
    """The manifests of this installation by catalogue code."""
    return sorted(SYSTEMS.values(), key=lambda system: system.code)
