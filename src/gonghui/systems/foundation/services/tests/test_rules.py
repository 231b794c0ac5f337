"""Rules: stages of life, confirmation dates, addresses, impact, comparison, figures."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from gonghui.kernel.base.errors import Refusal
from gonghui.systems.foundation.services.rules import comparing, impact, life, progress
from gonghui.systems.foundation.services.rules.comparing import Facts, Seen

DUE = date(2026, 11, 20)


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


def test_what_a_stop_reaches():
    edges = [("a", "b"), ("b", "c"), ("d", "c"), ("c", "a"), ("x", "y")]
    assert impact.upstream(edges, "c") == {"b": 1, "d": 1, "a": 2}


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
