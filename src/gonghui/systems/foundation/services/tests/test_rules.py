"""Rules: stages of life, confirmation dates, addresses, layout, comparison, figures."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonghui.kernel.base.errors import Refusal
from gonghui.systems.foundation.services.rules import comparing, layout, life, progress
from gonghui.systems.foundation.services.rules.comparing import Facts, Seen

DUE = date(2026, 11, 20)
NAMES = [f"n{n}" for n in range(14)]
EDGES = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=40)


@pytest.mark.parametrize("now", life.TITLES)
@pytest.mark.parametrize("to", life.TITLES)
def test_only_stated_steps_of_life_are_allowed(now, to):
    if to in life.TRANSITIONS[now]:
        life.check_stage(now, to)
    else:
        with pytest.raises(Refusal) as refused:
            life.check_stage(now, to)
        assert life.TITLES[to] in refused.value.message


def test_nothing_follows_retirement():
    assert life.TRANSITIONS[life.RETIRED] == ()


def test_what_is_needed_retires_only_with_a_successor():
    with pytest.raises(Refusal, match="还有 2 个系统依赖它"):
        life.check_stage(life.RUNNING, life.RETIRED, dependants=2)
    life.check_stage(life.RUNNING, life.RETIRED, dependants=2, successor=True)
    life.check_stage(life.RUNNING, life.SUSPENDED, dependants=2)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (-31, life.CURRENT),
        (-30, life.DUE),
        (0, life.DUE),
        (1, life.OVERDUE),
        (30, life.OVERDUE),
        (31, life.UNVERIFIED),
    ],
)
def test_standing_of_a_confirmation(days, expected):
    assert life.standing(DUE, DUE + timedelta(days=days), notice=30, grace=30) == expected


def test_next_confirmation_is_a_year_after_the_last():
    assert life.next_due(date(2026, 3, 2), 365) == date(2027, 3, 2)


@pytest.mark.parametrize(
    "address",
    [
        "https://www.example.cn/",
        "http://10.1.2.3:8080/a?b=1",
        "https://[2001:db8::1]/",
        "  https://a.cn ",
    ],
)
def test_good_addresses(address):
    assert life.check_address(address) == address.strip()


@pytest.mark.parametrize(
    "address",
    [
        "ftp://a.cn/",
        "javascript:alert(1)",
        "https://user:pass@a.cn/",
        "https:///x",
        "http://a b/",
        "https://a.cn/<script>",
        "https://a.cn:99999/",
        "//a.cn",
        "https://" + "a" * 300 + ".cn",
    ],
)
def test_bad_addresses(address):
    with pytest.raises(Refusal):
        life.check_address(address)


def test_no_private_number_and_no_grade_without_filing():
    with pytest.raises(Refusal, match="手机"):
        life.check_contact("王工 13800000000")
    assert life.check_contact(" 0551-60000000 ") == "0551-60000000"
    with pytest.raises(Refusal, match="备案"):
        life.check_grade("2", " ")
    life.check_grade("1", "")


def test_names_that_mean_the_same():
    assert life.alike("合肥市职工服务网站") == life.alike("合肥市职工 服务网")
    assert life.alike("合肥市职工服务网") != life.alike("芜湖市职工服务网")
    assert life.alike("管理系统")


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


def test_what_a_stop_reaches():
    edges = [("a", "b"), ("b", "c"), ("d", "c"), ("c", "a"), ("x", "y")]
    assert layout.upstream(edges, "c") == {"b": 1, "d": 1, "a": 2}


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


def of(**facts) -> dict:
    return {key: {"A": frozenset(value)} for key, value in facts.items()}


@pytest.mark.parametrize(
    ("declared", "seen", "kinds"),
    [
        ({}, of(uses=["B"]), [comparing.UNDECLARED_USE]),
        (of(uses=["B"]), {}, [comparing.IDLE_USE]),
        (of(uses=["B"]), of(uses=["B"]), []),
        ({}, of(publishes=["cn.gonghui.a.x"]), [comparing.UNDECLARED_EVENT]),
        (of(publishes=["cn.gonghui.a"]), of(publishes=["cn.gonghui.a.x"]), []),
        (of(publishes=["cn.gonghui.a"]), of(publishes=["cn.gonghui.a.*"]), []),
        (
            of(publishes=["cn.gonghui.a"]),
            of(publishes=["cn.gonghui.ab.x"]),
            [comparing.IDLE_EVENT, comparing.UNDECLARED_EVENT],
        ),
        ({}, of(subscribes=["cn.gonghui.b"]), [comparing.UNDECLARED_EAR]),
        (of(subscribes=["cn.gonghui.b"]), {}, [comparing.IDLE_EAR]),
        ({}, {**of(outside=["sms"]), "parties": frozenset({"sms"})}, [comparing.UNDECLARED_PARTY]),
        (
            of(outside=["bank"]),
            of(outside=["bank"]),
            [comparing.UNKNOWN_PARTY],
        ),
        ({}, {"bypasses": frozenset({("A", "gonghui.a.x", "httpx")})}, [comparing.BYPASS]),
        ({}, {"routes": frozenset({("A", "api/v1/x/")})}, [comparing.UNDECLARED_ROUTE]),
        ({}, {"unknown": 20}, [comparing.UNKNOWN_CALL]),
        ({}, {"unknown": 19}, []),
        ({}, {"foreign": frozenset({("a.A", "b.B")})}, [comparing.FOREIGN_KEY]),
        ({}, {"topics": frozenset({"cn.gonghui.ghost.x"})}, [comparing.STRAY_EVENT]),
        (
            of(publishes=["cn.gonghui.a"]),
            {**of(publishes=["cn.gonghui.a.*"]), "topics": frozenset({"cn.gonghui.a.made"})},
            [],
        ),
    ],
)
def test_each_difference_is_found(declared, seen, kinds):
    found = comparing.differences(Facts(**declared), Seen(**seen))
    assert [item.kind for item in found] == kinds
    assert all(item.title and item.why and item.remedy for item in found)


def test_figures_of_the_plan():
    done, partial, idle = progress.DONE, progress.PARTIAL, progress.OPEN
    found = progress.tally(
        [(done, True), (done, True), (done, False), (partial, True), (idle, True)]
    )
    assert (found.total, found.done, found.partial, found.open, found.mobile) == (5, 3, 1, 1, 2)
    assert (found.done_share, found.mobile_share) == (Decimal("60.0"), Decimal("66.7"))
    assert not found.reaches_target
    assert progress.tally([(done, True)] * 9 + [(done, False)]).reaches_target
    assert progress.share(0, 0) == 0 and not progress.tally([]).reaches_target
