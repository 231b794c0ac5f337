"""The gallery: live samples, parameters with words, versions that mean something, true uses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client

import gonghui
from gonghui.kernel.access.roles import HANDLER
from gonghui.kernel.identity.models import User
from gonghui.kernel.testing.world import World
from gonghui.kernel.ui.templatetags import ui
from gonghui.systems.foundation.components.queries import gallery

ROOT = Path(next(iter(gonghui.__path__)))
BY_CODE = {item.code: item for item in gallery.COMPONENTS}
PARTS_OF_FORMS = {"ui_errors", "ui_field", "ui_fields"}


@pytest.mark.parametrize("code", BY_CODE)
def test_every_parameter_is_explained(code: str) -> None:
    found = BY_CODE[code].parameters
    assert found
    assert not [f"{item.owner}.{item.name}" for item in found if not item.words]


@pytest.mark.parametrize("code", BY_CODE)
def test_a_change_of_parameters_is_a_new_version(code: str) -> None:
    """A finished component keeps its parameters until a new version says what changed."""
    item = BY_CODE[code]
    latest = item.editions[0]
    if latest.number.startswith("0."):
        assert not latest.digest
    else:
        assert latest.digest == item.digest, f"{code}: 新版本的摘要应为 {item.digest}"


@pytest.mark.parametrize("code", BY_CODE)
def test_every_sample_is_drawn(code: str) -> None:
    for sample in BY_CODE[code].samples:
        assert len(sample.drawn()) > 40


def test_every_part_of_pages_stands_in_the_gallery() -> None:
    tags = {name for name in ui.register.tags if name.startswith("ui_")} - PARTS_OF_FORMS
    shown = " ".join(sample.call for item in gallery.COMPONENTS for sample in item.samples)
    assert not [name for name in tags if not re.search(rf"{{% {name}\b", shown)]


def test_uses_are_read_from_the_source() -> None:
    by_package = {use.package: use for use in BY_CODE["chart"].uses}
    assert (
        "activities/census/templates/census/console.html" in by_package["activities/census"].files
    )
    assert "systems/mobilization/membership" in by_package
    assert "systems/foundation/services" in {use.package for use in BY_CODE["diagram"].uses}
    assert not [path for use in BY_CODE["chart"].uses for path in use.files if "/tests/" in path]


def test_nobody_draws_a_chart_or_a_merged_report_beside_the_components() -> None:
    for path in ROOT.rglob("templates/**/*.html"):
        name = path.relative_to(ROOT).as_posix()
        text = path.read_text("utf-8")
        if not name.startswith("kernel/ui/templates/ui/c/"):
            assert "data-chart" not in text, name
            assert 'scope="colgroup"' not in text, name
            assert "data-graph" not in text, name


def test_the_page_and_each_component_answer(world: World) -> None:
    actor = world.actor("经办", (HANDLER, world.shushan))
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    page = client.get("/components/").content.decode()
    for item in gallery.COMPONENTS:
        assert f'id="{item.code}"' in page
    assert "谁在使用" in page
    assert client.get("/components/chart/").status_code == 200
    assert client.get("/components/nothing/").status_code == 404
    assert client.post("/components/").status_code == 302
    assert Client().get("/components/").status_code in (302, 403)
