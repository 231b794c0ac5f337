"""A seeded province to measure on: kept between runs, or made when the database is empty.

GONGHUI_BENCH_URL names a database to keep; without it the one of `make bench` is filled.
GONGHUI_BENCH_MEMBERS (5,000,000) and GONGHUI_BENCH_UNIONS (78,000) size it.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from gonghui.kernel.base import sealing

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any, test_keyring: Any) -> Iterator[None]:
    """Use the named database itself: what is measured must be committed and analysed."""
    from gonghui.site.seeding import seed

    with django_db_blocker.unblock():
        call_command("migrate", verbosity=0)
        with connection.cursor() as cursor:
            cursor.execute("SELECT EXISTS (SELECT FROM people_membership)")
            seeded = cursor.fetchone()[0]
        if not seeded:
            seed(
                int(os.environ.get("GONGHUI_BENCH_MEMBERS", "5000000")),
                int(os.environ.get("GONGHUI_BENCH_UNIONS", "78000")),
            )
        connection.close()
    yield


@pytest.fixture(scope="session", autouse=True)
def test_keyring() -> Iterator[sealing.Keyring]:
    """The keys the seeded database was sealed with, kept beside it (GONGHUI_KEYS)."""
    folder = Path(os.environ.setdefault("GONGHUI_KEYS", str(ROOT / "artifacts" / "bench-keys")))
    if not list(folder.glob("*.key")):
        sealing.Keyring.generate(folder)
    yield sealing.keyring()


@dataclass
class Report:
    """Rows of the bench table: work, figure, floor, ratio, reach."""

    rows: list[dict[str, Any]] = field(default_factory=list)

    def add(self, work: str, figure: float, floor: float, reach: str, unit: str = "ms") -> float:
        ratio = figure / floor if floor else 0.0
        self.rows.append(
            {
                "work": work,
                "figure": round(figure, 3),
                "floor": round(floor, 3),
                "unit": unit,
                "ratio": round(ratio, 2),
                "reach": reach,
            }
        )
        print(f"\n{work}: {figure:.3f} {unit}, floor {floor:.3f} {unit}, ×{ratio:.2f} ({reach})")
        return ratio

    def note(self, work: str, figure: float, reach: str, unit: str) -> None:
        self.rows.append({"work": work, "figure": round(figure, 3), "unit": unit, "reach": reach})
        print(f"\n{work}: {figure:.3f} {unit} ({reach})")


@pytest.fixture(scope="session")
def report() -> Iterator[Report]:
    found = Report()
    yield found
    folder = ROOT / "artifacts"
    folder.mkdir(exist_ok=True)
    (folder / "bench.json").write_text(json.dumps(found.rows, indent=1, ensure_ascii=False))


def best(function: Callable[[], Any], times: int = 15, clock: Any = time.perf_counter) -> float:
    """The least milliseconds of several calls, after two not counted."""
    function()
    function()
    found = []
    for _ in range(times):
        start = clock()
        function()
        found.append(clock() - start)
    return min(found) * 1000
