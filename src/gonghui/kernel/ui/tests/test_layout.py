"""Diagrams: boxes never overlap, lines end at their boxes, the same graph looks the same."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonghui.kernel.ui import layout

NAMES = [f"n{n}" for n in range(14)]
EDGES = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=40)


@given(EDGES)
def test_boxes_never_overlap_and_the_drawing_is_always_the_same(edges):
    drawing = layout.lay_out(NAMES, edges)
    assert {box.id for box in drawing.boxes} == set(NAMES)
    assert not [pair for pair in combinations(drawing.boxes, 2) if pair[0].overlaps(pair[1])]
    assert layout.lay_out(NAMES, edges) == drawing
    for box in drawing.boxes:
        assert box.x >= 0 and box.y >= 0
        assert box.x + box.width <= drawing.width and box.y + box.height <= drawing.height


@given(EDGES)
def test_every_edge_gets_a_line_that_ends_at_its_boxes(edges):
    drawing = layout.lay_out(NAMES, edges)
    boxes = {box.id: box for box in drawing.boxes}
    wanted = {edge for edge in edges if edge[0] != edge[1]}
    assert {(line.source, line.target) for line in drawing.lines} == wanted
    for line in drawing.lines:
        for name, (x, y) in ((line.source, line.points[0]), (line.target, line.points[-1])):
            box = boxes[name]
            assert x in (box.x, box.x + box.width)
            assert box.y <= y <= box.y + box.height


@given(EDGES)
def test_no_line_crosses_a_box_it_does_not_belong_to(edges):
    """In the columns of boxes a line runs level, between the boxes."""
    drawing = layout.lay_out(NAMES, edges)
    for line in drawing.lines:
        points = line.points if line.points[0][0] < line.points[-1][0] else line.points[::-1]
        for (x, y), (to_x, to_y) in zip(points[1:-1:2], points[2:-1:2], strict=True):
            assert y == to_y
            for box in drawing.boxes:
                if box.x < to_x and x < box.x + box.width:
                    assert not box.y < y < box.y + box.height


def test_a_chain_runs_from_left_to_right():
    drawing = layout.lay_out(["a", "b", "c"], [("a", "b"), ("b", "c"), ("a", "c")])
    x = {box.id: box.x for box in drawing.boxes}
    assert x["a"] < x["b"] < x["c"]


@pytest.mark.parametrize(
    ("label", "pieces"),
    [
        ("会员", ["会员"]),
        ("一二三四五六七八九十一二三四", ["一二三四五六七八九十一二", "三四"]),
        ("一" * 30, ["一" * 12, "一" * 11 + "…"]),
    ],
)
def test_labels_in_two_lines(label, pieces):
    assert layout.wrapped(label) == pieces
