"""What may be drawn, and which version an undo takes back."""

from __future__ import annotations

from typing import Any

import pytest

from gonghui.kernel.base.errors import Refusal
from gonghui.systems.foundation.components.rules.charting import (
    REPORT,
    Known,
    Spec,
    check,
    check_columns,
    undone,
)

FIGURES = {"members": "人", "unions": "家", "share": "%"}


def known(kind: str = REPORT, least: int = 1, most: int = 99) -> Known:
    return Known(
        frozenset({"city", "unit", "month"}),
        FIGURES,
        frozenset({"share"}),
        kind,
        "这种图",
        least,
        most,
    )


@pytest.mark.parametrize(
    ("spec", "kind", "field"),
    [
        (Spec((), ("members",)), REPORT, "row1"),
        (Spec(("nowhere",), ("members",)), REPORT, "row1"),
        (Spec(("city", "city"), ("members",)), REPORT, "row2"),
        (Spec(("city",), ("members",), across="city"), REPORT, "across"),
        (Spec(("city",), ("members",), across="nowhere"), REPORT, "across"),
        (Spec(("city",), ()), REPORT, "figures"),
        (Spec(("city",), ("secret",)), REPORT, "figures"),
        (Spec(("city", "unit"), ("members",)), "bar", "row2"),
        (Spec(("city",), ("members", "unions"), across="unit"), "bar", "figures"),
        (Spec(("city",), ("members", "unions")), "bar", "figures"),
        (Spec(("city",), ("share",)), "stacked", "figures"),
        (Spec(("city",), ("members", "unions", "share")), "combo", "figures"),
    ],
)
def test_what_cannot_be_drawn_is_refused_beside_its_field(
    spec: Spec, kind: str, field: str
) -> None:
    with pytest.raises(Refusal) as refused:
        check(spec, known(kind))
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("spec", "kind"),
    [
        (Spec(("city", "unit", "month"), ("members", "unions", "share")), REPORT),
        (Spec(("city",), ("members", "share"), across="month"), REPORT),
        (Spec(("city",), ("members", "share")), "combo"),
        (Spec(("month",), ("members",), across="city"), "line"),
    ],
)
def test_what_can_be_drawn(spec: Spec, kind: str) -> None:
    check(spec, known(kind))


@pytest.mark.parametrize(("count", "field"), [(1, "figures"), (3, "kind")])
def test_a_kind_takes_its_number_of_columns(count: int, field: str) -> None:
    with pytest.raises(Refusal, match="正好 2 列") as refused:
        check_columns(count, known("pyramid", 2, 2))
    assert refused.value.field == field
    check_columns(2, known("pyramid", 2, 2))


def test_a_spec_is_read_as_it_was_stored() -> None:
    spec = Spec(("city",), ("members",), "unit", ("month", "2026-01"), 10, False)
    stored: dict[str, Any] = spec.stored()
    assert Spec.read(stored) == spec


def test_undoing_twice_goes_back_two_steps() -> None:
    history = [(1, 1), (2, 2), (3, 3)]
    assert undone(history) == 2
    history.append((4, 2))
    assert undone(history) == 1
    history.append((5, 1))
    with pytest.raises(Refusal, match="最初"):
        undone(history)
    # A change after an undo is undone to what it was made from.
    assert undone([(1, 1), (2, 2), (3, 1), (4, 4)]) == 1
