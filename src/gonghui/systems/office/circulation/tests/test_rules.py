"""Kinds, numbers, secrecy, tracked changes, terms, filing: by table and by property."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.systems.office.circulation.rules import (
    archive,
    chain,
    changes,
    handling,
    kinds,
    numbers,
    secrecy,
)

GOOD = {"title": "关于某事的{}", "body": "正文。", "to": "省总工会", "meeting": "常委会，2026年"}


def codes(kind, **values):
    return [fault.code for fault in kinds.faults(kind, values)]


def test_there_are_fifteen_kinds_and_each_can_be_whole():
    assert len(kinds.KINDS) == 15
    for kind in kinds.KINDS.values():
        word = kind.title.removesuffix("（令）")
        values = {**GOOD, "title": f"关于某事的{word}"}
        if kind.code == "request":
            values["body"] = "因工作需要，拟购置设备。妥否，请批复。"
        assert codes(kind.code, **values) == []


@pytest.mark.parametrize("kind", list(kinds.KINDS))
def test_each_kind_lacks_its_own_elements(kind):
    what = kinds.KINDS[kind]
    found = kinds.faults(
        kind, {"title": f"某{what.title.removesuffix('（令）')}", "body": "妥否，请批复。"}
    )
    missing = {fault.field for fault in found if fault.code == "element"}
    assert missing == set(what.needs)
    assert all(fault.rule for fault in found)


@pytest.mark.parametrize(
    ("kind", "values", "expected"),
    [
        ("notice", {"title": "", "body": "x", "to": "各市"}, ["element"]),
        ("notice", {"title": "关于某事的函", "body": "x", "to": "各市"}, ["title_kind"]),
        ("report", {"title": "某报告", "body": "x", "to": "省总工会、省委"}, ["one_recipient"]),
        (
            "report",
            {"title": "某报告", "body": "一、情况。\n以上妥否，请批复。", "to": "省总工会"},
            ["report_asks"],
        ),
        ("report", {"title": "某报告", "body": "特此报告。", "to": "省总工会"}, []),
        ("request", {"title": "某请示", "body": "想要设备。", "to": "省总工会"}, ["request_asks"]),
        ("notice", {"title": "某通知", "body": "请审批部门配合。", "to": "各市、各县"}, []),
    ],
)
def test_rules_of_kinds(kind, values, expected):
    assert codes(kind, **values) == expected


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("各市总工会，各县（市、区）总工会", ["各市总工会", "各县（市、区）总工会"]),
        ("甲工会\n乙工会；丙工会、", ["甲工会", "乙工会", "丙工会"]),
        ("各县(市、区)总工会、各（省、市）厅，丁", ["各县(市、区)总工会", "各（省、市）厅", "丁"]),
        ("", []),
    ],
)
def test_recipients_are_parted_outside_brackets(text, names):
    assert kinds.recipients(text) == names


def test_an_unknown_kind_is_refused_with_the_fifteen():
    with pytest.raises(Refusal) as refused:
        kinds.kind_of("memo")
    assert "纪要" in refused.value.remedy


@pytest.mark.parametrize(
    "text",
    [
        "机密★1年",
        "绝密",
        "标题\n秘密★\n正文",
        "（秘密）关于某事",
        "密级：机密",
        "秘 密 ★ 长期",
        "机密 5年",
    ],
)
def test_marks_of_secrecy_are_refused(text):
    with pytest.raises(Refusal) as refused:
        secrecy.check(body=text)
    assert refused.value.code == "classified"
    assert refused.value.field == "body"
    assert "保守国家秘密法" in refused.value.rule


@pytest.mark.parametrize(
    "text",
    ["", "保守商业秘密的通知", "秘密投票选举", "采取无记名秘密投票", "机密性要求", "严守工作秘密"],
)
def test_the_mere_word_is_no_mark(text):
    secrecy.check(body=text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("总工发[2026]012号", "总工发〔2026〕12号"),
        ("总工发〔2026〕12 号", "总工发〔2026〕12号"),
        ("总工发（2026）第12", "总工发〔2026〕12号"),
        ("", ""),
    ],
)
def test_numbers_of_others_are_evened_out(text, expected):
    assert numbers.canonical(text) == expected


@given(st.lists(st.integers(1, 60), unique=True))
def test_gaps_are_what_is_missing(serials):
    missing = numbers.gaps(serials)
    assert sorted([*serials, *missing]) == list(range(1, max(serials, default=0) + 1))


@given(st.text(max_size=80), st.text(max_size=80))
def test_the_pieces_of_a_difference_give_both_texts_back(old, new):
    pieces = changes.difference(old, new)
    assert "".join(p.text for p in pieces if p.state != changes.REMOVED) == new
    assert "".join(p.text for p in pieces if p.state != changes.ADDED) == old


def test_a_long_text_is_compared_by_paragraphs_first():
    old = "\n".join(f"第{n}条 正文若干字" * 9 for n in range(200))
    new = old.replace("第7条", "第七条", 1)
    pieces = changes.difference(old, new)
    assert "".join(p.text for p in pieces if p.state != changes.REMOVED) == new
    assert changes.counted(pieces) == (1, 1)


def test_states_allow_only_their_verbs():
    for verb, states in chain.ALLOWED.items():
        for state in chain.TITLES:
            if state in states:
                chain.check(verb, state)
            else:
                with pytest.raises(Conflict):
                    chain.check(verb, state)


@pytest.mark.parametrize("parts", [(1, 1, 2), (1, 2, 1), (1, 2, 2)])
def test_nobody_reviews_or_signs_their_own(parts):
    with pytest.raises(Forbidden):
        chain.check_separate(*parts)
    chain.check_separate(1, 2, 3)


def test_terms_are_workdays_by_urgency():
    for urgency, days in (("", 10), ("加急", 3), ("特急", 1)):
        case = handling.term_case(urgency, from_above=False)
        assert handling.TERM_TABLE.decide(case, date(2026, 3, 2)).outcome == {"workdays": days}


@pytest.mark.parametrize(
    ("due", "until", "today", "used", "code"),
    [
        (date(2026, 11, 30), date(2026, 12, 10), date(2026, 11, 20), 2, "extensions"),
        (date(2026, 11, 19), date(2026, 12, 10), date(2026, 11, 20), 0, "late"),
        (date(2026, 11, 30), date(2026, 11, 30), date(2026, 11, 20), 0, "until"),
        (date(2026, 11, 30), date(2027, 3, 10), date(2026, 11, 20), 0, "until"),
    ],
)
def test_extensions_have_bounds(due, until, today, used, code):
    with pytest.raises(Refusal) as refused:
        handling.check_extension(due, until, today, used, 2)
    assert refused.value.code == code
    handling.check_extension(date(2026, 11, 30), date(2026, 12, 10), date(2026, 11, 30), 1, 2)


@pytest.mark.parametrize(
    ("due", "closed", "words"),
    [
        (date(2026, 11, 20), False, "今天到期"),
        (date(2026, 11, 19), False, "逾期 1 个工作日"),
        (date(2026, 11, 24), False, "剩 2 个工作日"),
        (date(2026, 11, 19), True, ""),
        (None, False, ""),
    ],
)
def test_a_term_in_words(due, closed, words):
    assert handling.standing(due, closed, date(2026, 11, 20))[0] == words


def test_pieces_carry_retention_and_reference():
    for outgoing, kind, retention in (
        (True, "decision", "Y"),
        (True, "notice", "D30"),
        (False, None, "D10"),
    ):
        case = {"outgoing": outgoing, "kind": kind}
        found = archive.RETENTION_TABLE.decide(case, date(2026, 3, 2))
        assert found.outcome == {"retention": retention}
    assert archive.reference("000001", 2026, "D30", "BGS", 7) == "000001-WS·2026-D30-BGS-0007"
    assert archive.file_by(date(2026, 3, 1)) == date(2027, 6, 30)
    with pytest.raises(Refusal):
        archive.check("D20")
