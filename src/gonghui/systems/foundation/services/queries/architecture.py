"""The IT architecture as it runs: floors, processes, database, files, libraries.

What only the composition root knows (processes, what the doctor finds) it tells through
`tell_of`.
"""

from __future__ import annotations

import platform as machine
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata

from django.conf import settings
from django.db import connection

from gonghui.systems.foundation.services.queries import manifests


@dataclass(frozen=True)
class Told:
    """A fact about this installation: a heading, what it is about, what is so, and a warning."""

    group: str
    name: str
    value: str
    wrong: bool = False
    mend: str = ""


_TELLERS: list[Callable[[], Iterable[Told]]] = []


def tell_of(teller: Callable[[], Iterable[Told]]) -> None:
    """Register who knows facts about this installation; asked each time the page is drawn."""
    if teller not in _TELLERS:
        _TELLERS.append(teller)


@dataclass(frozen=True)
class Floor:
    title: str
    parts: tuple[manifests.Part, ...]


def floors() -> list[Floor]:
    """The floors of the house from the top, each with its packages."""
    grouped: dict[str, list[manifests.Part]] = {floor: [] for floor in manifests.FLOORS}
    for part in manifests.parts().values():
        grouped[part.floor].append(part)
    return [Floor(manifests.FLOORS[floor], tuple(parts)) for floor, parts in grouped.items()]


def facts() -> list[Told]:
    """What this process sees of its surroundings, and what others tell."""
    found = [*_own_facts()]
    for teller in _TELLERS:
        found += teller()
    return found


def _own_facts() -> Iterable[Told]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version'), pg_database_size(current_database()),"
            " (SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relrowsecurity)"
        )
        server, size, walled = cursor.fetchone()
    tables = sum(len(models) for models in manifests.models_by_package().values())
    yield Told("数据库", "类型和版本", f"PostgreSQL {server}")
    yield Told("数据库", "大小", f"{size / 2**20:,.0f} MB")
    yield Told("数据库", "业务数据表", f"{tables} 张，其中 {walled} 张有行级安全")
    yield Told("程序", "平台版本", manifests.version())
    yield Told("程序", "运行环境", f"Python {machine.python_version()}")
    yield Told("程序", "时区和语言", f"{settings.TIME_ZONE}，{settings.LANGUAGE_CODE}")
    yield Told("文件", "保存方式", _storage())


def _storage() -> str:
    backend = settings.STORAGES["default"]["BACKEND"].rsplit(".", 1)[-1]
    return {"FileSystemStorage": "本机文件夹", "S3Storage": "对象存储"}.get(backend, backend)


@dataclass(frozen=True)
class Library:
    name: str
    version: str
    licence: str


@lru_cache(maxsize=1)
def libraries() -> tuple[Library, ...]:
    """Every installed library with its version and licence, as its maker states it."""
    found = {}
    for distribution in metadata.distributions():
        name = distribution.metadata["Name"]
        if name and name.lower() != "gonghui":
            found[name.lower()] = Library(name, distribution.version, _licence(distribution))
    return tuple(found[key] for key in sorted(found))


def _licence(distribution: metadata.Distribution) -> str:
    """The SPDX expression, else the classifiers, else the first words of the licence field."""
    stated = distribution.metadata.get("License-Expression")
    if stated:
        return stated
    ours = [
        line.rsplit("::", 1)[-1].strip()
        for line in distribution.metadata.get_all("Classifier") or ()
        if line.startswith("License ::")
    ]
    if ours:
        return "、".join(ours)
    text = (distribution.metadata.get("License") or "").strip().splitlines()
    return text[0][:60] if text else "未声明"
