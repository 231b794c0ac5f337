"""Several packages that serve one system of the plan."""

from __future__ import annotations

import pytest

from gonghui.kernel.resource.declaration import SYSTEMS, Page, Served, System

PAGE = Page("页面", "hall")


@pytest.fixture
def declare():
    before = dict(SYSTEMS)

    def made(**facts):
        values = {"name": "某系统", "owner": "某部", "chapter": "某章", "functions": {}, **facts}
        return System(code="Z9.9", **values)

    yield made
    SYSTEMS.clear()
    SYSTEMS.update(before)


def test_a_part_joins_the_system_and_keeps_its_own_manifest(declare):
    first = declare(functions={"Z9.9/1": Served(PAGE, "一")}, publishes=("a",), menu=(PAGE,))
    part = declare(
        part="另一部分",
        functions={"Z9.9/2": Served(PAGE, "二")},
        publishes=("a", "b"),
        menu=(PAGE,),
    )
    whole = SYSTEMS["Z9.9"]
    assert whole is first and set(whole.functions) == {"Z9.9/1", "Z9.9/2"}
    assert whole.publishes == ("a", "b") and whole.menu == (PAGE, PAGE)
    assert set(part.functions) == {"Z9.9/2"}


def test_what_cannot_be_joined_is_an_error(declare):
    with pytest.raises(ValueError, match="before"):
        declare(part="早了")
    declare(functions={"Z9.9/1": Served(PAGE, "一")}, open_functions={"Z9.9/3": "未做"})
    with pytest.raises(ValueError, match="twice"):
        declare()
    with pytest.raises(ValueError, match="otherwise"):
        declare(part="另一部分", chapter="别的章")
    for again in ("Z9.9/1", "Z9.9/3"):
        with pytest.raises(ValueError, match="two packages"):
            declare(part="另一部分", functions={again: Served(PAGE, "又一")})
