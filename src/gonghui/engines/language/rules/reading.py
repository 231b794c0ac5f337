"""The engine's own data files, read once a process."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

DATA = Path(__file__).parents[1] / "data"


@cache
def lines(name: str) -> tuple[str, ...]:
    """The lines of a text file that hold anything."""
    text = (DATA / name).read_text(encoding="utf-8")
    return tuple(line.strip() for line in text.splitlines() if line.strip())


@cache
def table(name: str) -> tuple[dict[str, str], ...]:
    """The rows of a CSV file by the names of its first line."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))
