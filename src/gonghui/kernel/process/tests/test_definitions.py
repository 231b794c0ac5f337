"""Which diagram a new case takes, and how the one beside the code comes into force."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gonghui.kernel.process import definitions
from gonghui.kernel.process.declaring import FLOWS
from gonghui.kernel.process.definitions import definition_for, prefixes, ship
from gonghui.kernel.process.models import Definition, DefinitionState
from gonghui.kernel.process.tests import flows
from gonghui.kernel.process.tests.flows import REVIEW, line
from gonghui.kernel.process.tests.flows import work as task
from gonghui.kernel.testing.world import World


@pytest.fixture(autouse=True)
def unlooked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(definitions, "_looked", set())


@pytest.fixture
def original() -> Iterator[Path]:
    kept = REVIEW.diagram
    yield kept
    object.__setattr__(REVIEW, "diagram", kept)


def test_the_paths_above_a_union() -> None:
    assert prefixes("1.17.203.") == ["", "1.", "1.17.", "1.17.203."]


def test_the_diagram_beside_the_code_is_the_first_version_and_is_published_once(
    world: World,
) -> None:
    first = definition_for(REVIEW, world.factory)
    assert (first.version, first.shipped, first.scope_path) == (1, True, "")
    assert definition_for(REVIEW, world.mill) == first == ship(REVIEW)


def test_a_release_with_another_diagram_takes_the_place_of_the_shipped_one(
    world: World, tmp_path: Path, original: Path
) -> None:
    first = ship(REVIEW)
    file = tmp_path / "review.bpmn"
    file.write_text(line(task("check"), task("second")), "utf-8")
    object.__setattr__(REVIEW, "diagram", file)
    second = definition_for(REVIEW, world.factory)
    first.refresh_from_db()
    assert (first.state, second.version) == (DefinitionState.RETIRED, 2)


def test_a_release_leaves_what_administrators_published_in_force(
    world: World, tmp_path: Path, original: Path
) -> None:
    ship(REVIEW)
    ours = flows.publish(line(task("own")))
    file = tmp_path / "review.bpmn"
    file.write_text(line(task("check"), task("second")), "utf-8")
    object.__setattr__(REVIEW, "diagram", file)
    assert definition_for(REVIEW, world.factory) == ours


def test_a_union_takes_the_longest_path_above_it(world: World) -> None:
    ship(REVIEW)
    city = flows.publish(line(task("city")), world.hefei)
    county = flows.publish(line(task("county")), world.shushan)
    assert definition_for(REVIEW, world.factory) == county
    assert definition_for(REVIEW, world.factory_b) == city
    assert definition_for(REVIEW, world.mill).scope_path == ""
    Definition.objects.filter(pk=county.pk).update(state=DefinitionState.RETIRED)
    assert definition_for(REVIEW, world.factory) == city


def test_a_flow_is_declared_once_and_whole() -> None:
    with pytest.raises(ValueError, match="declared twice"):
        replace(REVIEW, title="另一个")
    with pytest.raises(ValueError, match="needed effect"):
        replace(REVIEW, code="test-needs", needed=("nothing",))
    assert "test-needs" not in FLOWS
