"""Terms in words, ranking by habit, arranging, spans of the calendar, markup, finding functions."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.systems.portal.desk.rules import (
    calendar,
    due,
    finding,
    habits,
    layout,
    markup,
    notices,
)

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 25, 10, 0, tzinfo=ZONE)
"""A Wednesday."""
TODAY = NOW.date()


@pytest.mark.parametrize(
    ("term", "code", "words"),
    [
        (None, "none", ""),
        (NOW - timedelta(days=3), "overdue", "已逾期 3 天"),
        (NOW - timedelta(minutes=1), "overdue", "今天已逾期"),
        (datetime(2026, 11, 25, 17, 0, tzinfo=ZONE), "today", "今天 17:00 前"),
        (datetime(2026, 11, 25, 23, 59, 59, tzinfo=ZONE), "today", "今天到期"),
        (datetime(2026, 11, 26, 0, 0, tzinfo=ZONE), "today", "今天到期"),
        (datetime(2026, 11, 27, 0, 0, tzinfo=ZONE), "week", "周四前"),
        (datetime(2026, 11, 29, 23, 0, tzinfo=ZONE), "week", "周日前"),
        (datetime(2026, 11, 30, 0, 0, tzinfo=ZONE), "week", "周日前"),
        (datetime(2026, 11, 30, 9, 0, tzinfo=ZONE), "later", "11月30日前"),
        (datetime(2027, 1, 5, 9, 0, tzinfo=ZONE), "later", "2027年1月5日前"),
    ],
)
def test_a_term_in_words(term, code, words):
    found = due.due(term, NOW)
    assert (found.code, found.words) == (code, words)
    assert found.tone == due.TONES[code]


@given(st.integers(-5000, 5000))
def test_every_term_is_of_the_class_whose_bounds_hold_it(hours):
    term = NOW + timedelta(hours=hours)
    at = due.bounds(NOW)
    expected = (
        "overdue"
        if term < at.now
        else "today"
        if term <= at.day_end
        else "week"
        if term <= at.week_end
        else "later"
    )
    assert due.due(term, NOW).code == expected


def test_own_habits_come_before_those_of_the_role_and_the_menu():
    offered = ["/a/", "/b/", "/c/", "/d/"]
    opened = [habits.Opened("/c/", TODAY, 2)]
    found = habits.ranked(offered, opened, {"/d/": 9, "/x/": 50}, TODAY, 4)
    assert found == ["/c/", "/d/", "/a/", "/b/"]


def test_what_was_opened_lately_outweighs_what_was_opened_long_ago():
    opened = [
        habits.Opened("/a/", TODAY - timedelta(days=60), 10),
        habits.Opened("/b/", TODAY, 2),
    ]
    assert habits.ranked(["/a/", "/b/"], opened, {}, TODAY, 1) == ["/b/"]
    half = habits.scores([habits.Opened("/a/", TODAY - timedelta(days=14), 8)], TODAY)
    assert half["/a/"] == pytest.approx(4)


def test_without_habits_the_menu_decides():
    assert habits.ranked(["/b/", "/a/"], [], {}, TODAY, 5) == ["/b/", "/a/"]


WIDTHS = {"a": 1, "b": 2, "c": 3}
FULL = layout.read([["a", 1], ["b", 2], ["c", 3]], WIDTHS)


def codes(found):
    return [item.code for item in found]


def test_a_stored_layout_that_makes_no_sense_is_mended():
    stored = [["a", 1], ["gone", 1], ["a", 2], ["b", 9], "x", ["c", 2], {"a": 1}]
    assert layout.read(stored, WIDTHS) == (("a", 1), ("c", 2))
    assert layout.read({"a": 1}, WIDTHS) == ()


def test_moving_stops_at_the_ends():
    assert codes(layout.move(FULL, "a", 1)) == ["b", "a", "c"]
    assert codes(layout.move(FULL, "a", -5)) == ["a", "b", "c"]
    assert codes(layout.move(FULL, "a", 9)) == ["b", "c", "a"]


def test_reordering_keeps_what_is_not_named_behind():
    assert codes(layout.reorder(FULL, ["c", "nonsense"])) == ["c", "a", "b"]


def test_adding_twice_changes_nothing_and_unknown_widgets_are_refused():
    assert layout.add(FULL, "a", WIDTHS) == FULL
    with pytest.raises(Refusal):
        layout.add(FULL, "z", WIDTHS)
    for change in (layout.move, layout.resize):
        with pytest.raises(Refusal):
            change(FULL, "z", 1)
    with pytest.raises(Refusal):
        layout.resize(FULL, "a", 7)


def test_the_last_widget_stays():
    one = layout.remove(layout.remove(FULL, "a"), "b")
    with pytest.raises(Refusal):
        layout.remove(one, "c")


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(-4, 4)), max_size=8))
def test_moves_never_lose_a_widget(moves):
    found = FULL
    for code, by in moves:
        found = layout.move(found, code, by)
    assert sorted(found) == sorted(FULL)
    assert layout.read(layout.write(found), WIDTHS) == found


@given(st.dates(date(2000, 1, 1), date(2100, 12, 1)))
def test_a_month_is_shown_in_whole_weeks(day):
    shown = calendar.span(calendar.MONTH, day)
    assert shown.first.weekday() == 0
    assert shown.last.weekday() == 6
    assert shown.first <= day <= shown.last
    assert len(shown.days) % 7 == 0
    assert shown.before.month != day.month
    assert shown.after.month != day.month


ATTACKS = (
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "[点我](javascript:alert(1))",
    "[点我](//evil.example/)",
    "[点我](https://evil.example/)",
    '[点我](/desk/" onclick="alert(1))',
    "**<b onmouseover=alert(1)>粗**",
    "- <svg/onload=alert(1)>",
    "&lt;script&gt;",
)


@pytest.mark.parametrize("text", ATTACKS)
def test_no_tag_or_foreign_link_comes_out_of_a_notice(text):
    found = markup.to_html(text)
    allowed = ("p", "br", "ul", "ol", "li", "strong", "a")
    bare = found
    for tag in allowed:
        bare = bare.replace(f"<{tag}>", "").replace(f"</{tag}>", "")
    assert "<" not in bare, found
    assert "href" not in found


@given(st.text(max_size=200))
def test_whatever_is_typed_only_known_tags_come_out(text):
    found = markup.to_html(text)
    for tag in ("p", "br", "ul", "ol", "li", "strong", "a"):
        found = found.replace(f"<{tag}>", "").replace(f"</{tag}>", "")
    found = __import__("re").sub(r'<a href="/[^"<>]*">', "", found)
    assert "<" not in found


def test_the_markup_that_is_meant():
    text = "第一段\n第二行\n\n1. **重点**\n2. 看[工作台](/desk/)\n\n- 一\n- 二"
    assert markup.to_html(text) == (
        "<p>第一段<br>第二行</p><ol><li><strong>重点</strong></li>"
        '<li>看<a href="/desk/">工作台</a></li></ol><ul><li>一</li><li>二</li></ul>'
    )


FUNCTIONS = (
    finding.Function("会员", "/m/", "动员组织", "会员管理", "hygl", "huiyuanguanli"),
    finding.Function("换届日历", "/t/", "动员组织", "", "hjrl", "huanjierili"),
    finding.Function("入会申请", "/j/", "动员组织", "", "rhsq", "ruhuishenqing"),
)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("hygl", "/m/"),
        ("HYGL", "/m/"),
        ("会员管理", "/m/"),
        ("日历", "/t/"),
        ("huanjie", "/t/"),
        ("申请", "/j/"),
        ("ruhuish", "/j/"),
    ],
)
def test_functions_are_found_by_words_and_pinyin(text, first):
    assert finding.matching(FUNCTIONS, text)[0].url == first


def test_nothing_is_found_by_nothing():
    assert finding.matching(FUNCTIONS, "  ") == []
    assert finding.matching(FUNCTIONS, "zzz") == []


def test_a_notice_has_a_sensible_period():
    notices.check_period(TODAY, TODAY, TODAY)
    for starts, ends in (
        (TODAY, TODAY - timedelta(days=1)),
        (TODAY - timedelta(days=9), TODAY - timedelta(days=1)),
        (TODAY, TODAY + timedelta(days=400)),
    ):
        with pytest.raises(Refusal):
            notices.check_period(starts, ends, TODAY)


def test_a_notice_is_urged_once_a_day_and_only_if_it_asks_for_it():
    notices.check_urging(None, TODAY, must_read=True)
    notices.check_urging(TODAY - timedelta(days=1), TODAY, must_read=True)
    with pytest.raises(Conflict):
        notices.check_urging(TODAY, TODAY, must_read=True)
    with pytest.raises(Refusal):
        notices.check_urging(None, TODAY, must_read=False)


def test_places_above():
    assert notices.ancestors("1.17.203.") == ["1.", "1.17.", "1.17.203."]
