"""The plan tracker: every function of the plan, what serves it, and how far it is."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from django.db.models import Sum

from gonghui.kernel.resource.declaration import SYSTEMS
from gonghui.systems.foundation.services.models import CallCount
from gonghui.systems.foundation.services.queries.addresses import address_of
from gonghui.systems.foundation.services.rules import progress

DATA = Path(__file__).parents[1] / "data"
LEADS, TAKES_PART = "牵头", "参与"


@dataclass(frozen=True)
class Planned:
    """A system of the plan: its chapter, who leads it, who takes part."""

    code: str
    name: str
    chapter: str
    lead: str
    participants: tuple[str, ...]

    @property
    def installed(self) -> bool:
        return self.code in SYSTEMS

    def part_of(self, department: str) -> str:
        """牵头, 参与 or nothing."""
        if department == self.lead:
            return LEADS
        return TAKES_PART if department in self.participants else ""


@dataclass(frozen=True)
class Function:
    """A function of the plan as it stands now.

    extra: expected beyond the plan's own words. by: what serves it, in words. url: its page, ""
    where it has none of its own. routes: what its use is counted by. note: what is missing.
    """

    id: str
    title: str
    system: Planned
    state: str
    mobile: bool = False
    by: str = ""
    kind: str = ""
    url: str = ""
    routes: tuple[str, ...] = ()
    note: str = ""

    @property
    def extra(self) -> bool:
        return self.id.rpartition("/")[2].startswith("p")

    @property
    def state_title(self) -> str:
        return progress.TITLES[self.state]


@lru_cache(maxsize=1)
def planned() -> dict[str, Planned]:
    """Every system of the plan, in its order."""
    with (DATA / "plan_systems.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["code"]: Planned(
                row["code"],
                row["name"],
                row["chapter"],
                row["lead"],
                tuple(filter(None, row["participants"].split("、"))),
            )
            for row in csv.DictReader(file)
        }


@lru_cache(maxsize=1)
def titles() -> dict[str, str]:
    """Every function of the plan with what it is, in its order."""
    with (DATA / "plan_functions.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: row["title"] for row in csv.DictReader(file)}


def functions_of(code: str) -> set[str]:
    """The ids of a system's functions."""
    return {item for item in titles() if item.rpartition("/")[0] == code}


def functions() -> list[Function]:
    """Every function of the plan as the manifests of this installation tell it."""
    return [_function(item, title) for item, title in titles().items()]


def _function(item: str, title: str) -> Function:
    system = planned()[item.rpartition("/")[0]]
    manifest = SYSTEMS.get(system.code)
    if manifest is None:
        return Function(item, title, system, progress.OPEN)
    served = manifest.functions.get(item)
    if served is None:
        note = manifest.open_functions.get(item, "")
        return Function(item, title, system, progress.OPEN, note=note)
    address = address_of(served)
    return Function(
        item,
        title,
        system,
        progress.PARTIAL if served.partial else progress.DONE,
        served.mobile,
        served.title,
        address.kind,
        address.url,
        address.routes,
        served.partial,
    )


def tally(found: Iterable[Function]) -> progress.Tally:
    return progress.tally((item.state, item.mobile) for item in found)


def tallies(found: Iterable[Function], key) -> dict[str, progress.Tally]:
    """Tallies by what `key(function)` gives, in the order met."""
    groups: dict[str, list[Function]] = {}
    for item in found:
        groups.setdefault(key(item), []).append(item)
    return {name: tally(items) for name, items in groups.items()}


@lru_cache(maxsize=1)
def departments() -> tuple[str, ...]:
    """Every department the plan names, those that lead most first."""
    found: dict[str, int] = {}
    for system in planned().values():
        found[system.lead] = found.get(system.lead, 0) + 1000
        for name in system.participants:
            found[name] = found.get(name, 0) + 1
    return tuple(sorted(found, key=lambda name: -found[name]))


@lru_cache(maxsize=1)
def chapters() -> tuple[str, ...]:
    return tuple(dict.fromkeys(system.chapter for system in planned().values()))


def use_by_route(since: date, until: date) -> dict[tuple[str, int], int]:
    """Answered calls by (address, unit) between two days, both inclusive."""
    rows = CallCount.objects.filter(day__gte=since, day__lte=until, outcome__in=(2, 3))
    rows = rows.exclude(route="").values_list("route", "unit").annotate(total=Sum("count"))
    return {(route, unit): total for route, unit, total in rows}


def use_of(
    function: Function, used: Mapping[tuple[str, int], int], names: Mapping[str, str]
) -> int:
    """How often a function was used; names: "name:…" and "view:…" keys to addresses."""
    return sum(
        total for (route, _), total in used.items() if _counts(function.routes, route, names)
    )


def _counts(patterns: Iterable[str], route: str, names: Mapping[str, str]) -> bool:
    for pattern in patterns:
        address = names.get(pattern, pattern)
        if address.endswith("*"):
            if route.startswith(address[:-1]):
                return True
        elif route in {address, f"api/v1/{address.removeprefix('w/')}"}:
            return True
    return False


def last_days(today: date, days: int) -> tuple[date, date]:
    """The span of the last `days` days up to today."""
    return today - timedelta(days=days - 1), today
