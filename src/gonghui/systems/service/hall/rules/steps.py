"""The way through an application: which screens are asked, where somebody is, what is missing."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from gonghui.kernel.resource.services import Material, Service

MATERIALS, CHECK = "materials", "check"
TITLES = {MATERIALS: "材料", CHECK: "核对提交"}


def way(service: Service, answers: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(code, title) of the screens to go through, given the answers so far."""
    assert service.apply is not None
    found = [(item.code, item.title) for item in service.apply.screens if item.shown(answers)]
    if service.materials:
        found.append((MATERIALS, TITLES[MATERIALS]))
    return [*found, (CHECK, TITLES[CHECK])]


def first_open(
    path: Sequence[tuple[str, str]], done: Collection[str], lacking: Sequence[Material]
) -> str:
    """The first screen whose answers are missing; CHECK when none is."""
    for code, _title in path:
        if code == CHECK or (code == MATERIALS and lacking):
            return code
        if code != MATERIALS and code not in done:
            return code
    return CHECK


def lacking(service: Service, given: Collection[str]) -> list[Material]:
    """Required materials that were not given."""
    return [item for item in service.materials if item.required and item.code not in given]


def still_counts(kept_on: date, months: int, today: date) -> bool:
    """Whether a kept material may be used again, by the months its service allows."""
    passed = (today.year - kept_on.year) * 12 + today.month - kept_on.month
    return passed < months or (passed == months and today.day <= kept_on.day)
