"""docs/systems/ is what the manifests say, and every catalogue function is accounted for."""

from __future__ import annotations

from pathlib import Path

import pytest

from gonghui.kernel.resource.declaration import SYSTEMS
from gonghui.kernel.resource.describing import describe, index
from gonghui.systems.foundation.services.queries.plan import functions_of
from tests.invariants import baselines

FOLDER = Path(__file__).parents[2] / "docs" / "systems"


def held(path: Path, text: str) -> None:
    if baselines.wanted():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    assert path.read_text("utf-8") == text, f"run `make baselines`: {path.name} is not true"


@pytest.mark.parametrize("code", sorted(SYSTEMS))
def test_system_page_is_true(code):
    held(FOLDER / f"{code}.md", describe(SYSTEMS[code]))


def test_index_is_true():
    held(FOLDER / "README.md", index())


@pytest.mark.parametrize("code", sorted(SYSTEMS))
def test_every_function_is_served_or_its_absence_is_explained(code):
    expected = functions_of(code)
    system = SYSTEMS[code]
    assert expected, f"the plan knows no system {code}"
    assert expected == set(system.functions) | set(system.open_functions)
    assert not set(system.functions) & set(system.open_functions)
