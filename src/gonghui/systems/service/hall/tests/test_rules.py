"""Which services somebody is offered, found by which words, and what stands in the way."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.resource.services import (
    A_MEMBER,
    ENTERING,
    EVERYBODY,
    JUSTICE,
    MEMBERS,
    NOT_A_MEMBER,
    OF_WORKING_AGE,
    OUTSIDERS,
    WORKERS,
    Application,
    Audience,
    Condition,
    Guide,
    Known,
    Level,
    Material,
    Screen,
    Service,
    Verb,
    Verdict,
)
from gonghui.systems.service.hall.rules import matching, pieces, proxies, searching, steps

TODAY = date(2026, 11, 23)
GUIDE = Guide("说明", time_limit="五个工作日", handled_by="工会")
HERE: Any = object()
GUEST = Known(today=TODAY)
UNBOUND = Known(today=TODAY, level=Level.PHONE)
OUTSIDER = Known(today=TODAY, level=Level.IDENTITY, person_id=1, born_on=date(1990, 5, 17))
MEMBER = Known(
    today=TODAY,
    level=Level.MEMBER,
    person_id=2,
    member="active",
    union_name="华阳机械工会",
    born_on=date(1985, 1, 2),
)


def service(code: str = "sample", title: str = "样例", **facts: object) -> Service:
    given: dict = {"start": HERE, **facts}
    events = given.pop("events", (ENTERING,))
    return Service(code, title, events, GUIDE, **given)


@pytest.mark.parametrize(
    ("condition", "known", "met"),
    [
        (A_MEMBER, GUEST, None),
        (A_MEMBER, UNBOUND, None),
        (A_MEMBER, OUTSIDER, False),
        (A_MEMBER, MEMBER, True),
        (NOT_A_MEMBER, GUEST, None),
        (NOT_A_MEMBER, OUTSIDER, True),
        (NOT_A_MEMBER, MEMBER, False),
        (OF_WORKING_AGE, GUEST, None),
        (OF_WORKING_AGE, MEMBER, True),
        (Condition("自己看"), MEMBER, None),
    ],
)
def test_conditions_are_judged_by_what_is_known(
    condition: Condition, known: Known, met: bool | None
) -> None:
    verdict = condition.judge(known)
    assert verdict.met is met
    assert verdict.because


def test_a_verdict_names_its_reason() -> None:
    assert A_MEMBER.judge(MEMBER).because == "您已是华阳机械工会的会员：符合"


@pytest.mark.parametrize(
    ("born", "age", "met"),
    [
        (date(2010, 11, 23), 16, True),
        (date(2010, 11, 24), 15, False),
        (date(2010, 2, 28), 16, True),
    ],
)
def test_the_birthday_itself_counts(born: date, age: int, met: bool) -> None:
    known = Known(today=TODAY, level=Level.IDENTITY, person_id=1, born_on=born)
    assert known.age == age
    assert OF_WORKING_AGE.judge(known).met is met


def test_what_cannot_be_told_stops_nobody() -> None:
    found = matching.standing(service(conditions=(A_MEMBER, OF_WORKING_AGE)), UNBOUND)
    assert found.open and not found.refused
    assert [item.word for item in found.judged] == ["待核对", "待核对"]


def test_what_is_surely_not_met_does() -> None:
    found = matching.standing(service(conditions=(A_MEMBER,)), OUTSIDER)
    assert not found.open
    assert [item.verdict.met for item in found.refused] == [False]


@pytest.mark.parametrize(
    ("needed", "known", "missing"),
    [
        (Level.GUEST, GUEST, None),
        (Level.PHONE, GUEST, Level.PHONE),
        (Level.IDENTITY, UNBOUND, Level.IDENTITY),
        (Level.MEMBER, OUTSIDER, Level.MEMBER),
        (Level.IDENTITY, MEMBER, None),
    ],
)
def test_the_level_that_is_missing(needed: Level, known: Known, missing: Level | None) -> None:
    assert matching.standing(service(level=needed), known).missing is missing


@pytest.mark.parametrize(
    ("who", "guest", "outsider", "member"),
    [
        (EVERYBODY, True, True, True),
        (MEMBERS, True, False, True),
        (OUTSIDERS, True, True, False),
        (WORKERS, True, True, True),
    ],
)
def test_each_sees_what_is_theirs(
    who: frozenset[Audience], guest: bool, outsider: bool, member: bool
) -> None:
    found = service(who=who)
    assert matching.is_for(found, GUEST) is guest
    assert matching.is_for(found, OUTSIDER) is outsider
    assert matching.is_for(found, MEMBER) is member


def test_a_place_puts_its_services_first_and_loses_none() -> None:
    items = [service(code) for code in ("a", "b", "c")]
    assert [item.code for item in matching.offered(items, MEMBER, ["c", "nothing"])] == [
        "c",
        "a",
        "b",
    ]


def test_life_events_keep_their_order_and_empty_ones_are_left_out() -> None:
    items = [service("a", events=(JUSTICE,)), service("b", events=(JUSTICE, ENTERING))]
    assert [(event.code, len(found)) for event, found in matching.by_event(items)] == [
        ("join", 1),
        ("justice", 2),
    ]


def test_families_keep_the_order_of_the_plan_and_what_is_in_none_comes_last() -> None:
    told = [
        ("八项建设", service("a")),
        ("权益维护", service("b")),
        ("动员组织", service("c")),
        ("基础软件", service("d")),
        ("权益维护", service("e")),
    ]
    found = [(family, [item.code for item in items]) for family, items in matching.by_family(told)]
    assert found == [("动员组织", ["c"]), ("权益维护", ["b", "e"]), ("综合服务", ["a", "d"])]


@given(st.booleans(), st.booleans(), st.booleans(), st.booleans())
def test_more_proof_never_lowers_a_level(
    signed_in: bool, phone: bool, person: bool, member: bool
) -> None:
    facts = {"signed_in": signed_in, "phone": phone, "person": person, "member": member}
    level = matching.level_of(**facts)
    for name in facts:
        assert matching.level_of(**{**facts, name: True}) >= level
    assert (level is Level.GUEST) is not signed_in


SERVICES = [
    service("joining", "申请入会", keywords=("加入工会",)),
    service("transfer", "转会", keywords=("换单位", "调动")),
    service("wage", "讨薪援助", events=(JUSTICE,), keywords=("欠薪", "拖欠工资")),
    service("card", "会员卡"),
]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("转会", "transfer"),
        ("zh", "transfer"),
        ("ZHUANHUI", "transfer"),
        ("zhuanh", "transfer"),
        ("ｚｈ", "transfer"),
        ("换单位", "transfer"),
        ("我要换单位了怎么办", "transfer"),
        ("入会", "joining"),
        ("sqrh", "joining"),
        ("rh", "joining"),
        ("老板拖欠工资", "wage"),
        ("欠薪", "wage"),
        ("hyk", "card"),
        (" 会 员 卡 ", "card"),
    ],
)
def test_search_finds_the_service_meant(text: str, first: str) -> None:
    assert searching.ranked(SERVICES, text)[0].code == first


@pytest.mark.parametrize("text", ["", "   ", "航天飞机", "qqqq"])
def test_search_finds_nothing_where_nothing_fits(text: str) -> None:
    assert searching.ranked(SERVICES, text) == []


@given(st.text(max_size=60))
def test_search_takes_any_text(text: str) -> None:
    found = searching.ranked(SERVICES, text)
    assert len(found) == len({item.code for item in found}) <= len(SERVICES)
    points = [searching.score(searching.entry(item), searching.cleaned(text)) for item in found]
    assert points == sorted(points, reverse=True)


@given(st.sampled_from(SERVICES))
def test_a_service_is_first_for_its_own_title(found: Service) -> None:
    assert searching.ranked(SERVICES, found.title)[0] is found


class Empty:
    base_fields: dict = {}


def asked() -> Service:
    screens = (
        Screen("what", "什么事", Empty),
        Screen("more", "补充", Empty, shown=lambda answers: answers.get("more") == "yes"),
    )
    return Service(
        "asked",
        "有材料的事",
        (JUSTICE,),
        GUIDE,
        apply=Application(screens, lambda handed, by: None),
        materials=(Material("id", "身份证"), Material("photo", "照片", required=False)),
    )


def test_the_way_follows_the_answers() -> None:
    assert [code for code, _ in steps.way(asked(), {})] == ["what", "materials", "check"]
    assert [code for code, _ in steps.way(asked(), {"more": "yes"})] == [
        "what",
        "more",
        "materials",
        "check",
    ]


def test_the_first_open_screen() -> None:
    found = asked()
    way = steps.way(found, {})
    assert steps.first_open(way, [], steps.lacking(found, [])) == "what"
    assert steps.first_open(way, ["what"], steps.lacking(found, [])) == "materials"
    assert steps.first_open(way, ["what"], steps.lacking(found, ["id"])) == "check"


@pytest.mark.parametrize(
    ("kept_on", "counts"),
    [
        (date(2026, 11, 22), True),
        (date(2025, 11, 23), True),
        (date(2025, 11, 22), False),
        (date(2020, 1, 1), False),
    ],
)
def test_a_kept_material_counts_its_months(kept_on: date, counts: bool) -> None:
    assert steps.still_counts(kept_on, 12, TODAY) is counts


def test_a_service_is_done_in_one_way() -> None:
    with pytest.raises(ValueError, match="either a page"):
        Service("none", "没有入口", (ENTERING,), GUIDE)
    with pytest.raises(ValueError, match="life event"):
        service(events=())


def test_a_verb_runs_or_leads() -> None:
    with pytest.raises(ValueError, match="either runs here"):
        Verb("rate", "评价", lambda target, actor: True)
    with pytest.raises(ValueError, match="nothing a matter"):
        Verb("dance", "跳舞", lambda target, actor: True, link=lambda target: "/")


def test_nobody_stands_in_for_themselves() -> None:
    with pytest.raises(Refusal, match="不用为自己"):
        proxies.check_pair(5, 5)
    with pytest.raises(Refusal, match="绑定本人身份"):
        proxies.check_pair(None, 5)
    proxies.check_pair(4, 5)


@given(st.integers(-30, 500))
def test_consent_is_bounded(days: int) -> None:
    until = TODAY + timedelta(days=days)
    if 0 <= days <= proxies.LONGEST_DAYS:
        proxies.check_term(until, TODAY)
    else:
        with pytest.raises(Refusal):
            proxies.check_term(until, TODAY)


@pytest.mark.parametrize(
    ("state", "services", "until", "holds"),
    [
        (proxies.GRANTED, [], TODAY, True),
        (proxies.GRANTED, ["asked"], TODAY, True),
        (proxies.GRANTED, ["other"], TODAY, False),
        (proxies.GRANTED, [], TODAY - timedelta(days=1), False),
        (proxies.ASKED, [], TODAY, False),
        (proxies.ENDED, [], TODAY, False),
    ],
)
def test_consent_covers_what_it_names(
    state: str, services: list[str], until: date, holds: bool
) -> None:
    assert proxies.holds(state, services, until, "asked", TODAY) is holds


def test_a_request_is_answered_once_and_lapses() -> None:
    proxies.check_answer(proxies.ASKED, TODAY, TODAY)
    with pytest.raises(Conflict, match="处理过"):
        proxies.check_answer(proxies.GRANTED, TODAY, TODAY)
    with pytest.raises(Conflict, match="过期"):
        proxies.check_answer(proxies.ASKED, TODAY - timedelta(days=15), TODAY)


@pytest.mark.parametrize(
    "link", ["https://a.cn/", "//a.cn", "javascript:1", "/a\\b", "/\t/a.cn", "/\n/a"]
)
def test_content_leads_nowhere_else(link: str) -> None:
    with pytest.raises(Refusal, match="本平台"):
        pieces.check_link(link)


def test_content_of_a_place_is_inherited_downwards() -> None:
    assert pieces.lines_above("1.2.30.") == ["1.", "1.2.", "1.2.30."]
    assert pieces.lines_above("") == []


def test_who_writes_does_not_publish() -> None:
    with pytest.raises(Refusal, match="另一人发布"):
        pieces.check_publisher(7, 7)
    pieces.check_publisher(7, 8)


def test_a_verdict_is_what_the_system_says() -> None:
    def check(known: Known) -> Verdict:
        return Verdict(known.person_id == 2, "只有二号")

    assert Condition("是二号", check).judge(MEMBER).met
