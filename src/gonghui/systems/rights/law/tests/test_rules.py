"""Structured text, what an edition changes, anonymity, review."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.systems.rights.law.rules import anonymity, library, reviewing
from gonghui.systems.rights.law.rules.library import Change, Place
from gonghui.systems.rights.law.rules.showing import chinese

TEXT = """法规：某某办法
位阶：部门规章
机关：某部
版本：2020 年公布
施行：2020-03-01
范围：摘要

# 第一章 总则
第一条 为了说明，制定本办法。
第十条之一 加写的一条。
有第二款。
【待核】第一百零七条 数字待核。
第九条 （删除）
"""


def test_structured_text_is_read_with_chapters_branches_and_doubts():
    found = library.read(TEXT)
    assert [article.place.words for article in found.articles] == [
        "第一条",
        "第十条之一",
        "第一百零七条",
        "第九条",
    ]
    assert found.articles[1].text == "加写的一条。\n有第二款。"
    assert found.articles[2].uncertain
    assert found.articles[3].text == ""
    assert found.articles[0].chapter == "第一章 总则"
    assert not found.whole
    assert found.in_force_on == date(2020, 3, 1)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("施行：2020-03-01", "施行：明年"), "不是日期"),
        (("位阶：部门规章", "位阶：规定"), "位阶只能是"),
        (("机关：某部\n", ""), "缺少说明项：机关"),
        (("第十条之一 加写的一条。", "第一条 又一次。"), "出现了两次"),
        (("第一条 为了说明，制定本办法。", "为了说明。"), "既不是说明项"),
        (("第一条 为了说明，制定本办法。", "第一条"), "没有内容"),
    ],
)
def test_what_is_wrong_in_a_text_is_named(change, words):
    with pytest.raises(Refusal, match=words):
        library.read(TEXT.replace(*change))


@given(st.integers(1, 9999))
def test_numbers_are_read_as_they_are_written(number):
    assert library.number_of(chinese(number)) == number


def test_an_excerpt_leaves_what_it_does_not_mention_and_a_whole_text_repeals_it():
    before = {Place(1): "旧的第一条。", Place(2): "第二条。", Place(9): "第九条。"}
    articles = library.read(TEXT).articles
    part = library.amendments(before, articles, whole=False)
    assert [(item.place, item.change) for item in part] == [
        (Place(1), Change.AMENDED),
        (Place(9), Change.REPEALED),
        (Place(10, 1), Change.ADDED),
        (Place(107), Change.ADDED),
    ]
    whole = library.amendments(before, articles, whole=True)
    assert (Place(2), Change.REPEALED) in [(item.place, item.change) for item in whole]


def test_a_line_broken_elsewhere_is_no_amendment():
    article = library.Article(Place(1), "甲方\n应当支付。")
    assert library.amendments({Place(1): "甲方应当支付。"}, [article], whole=True) == []


@given(st.text("工会职工法律甲乙，。", max_size=40), st.text("工会职工法律甲乙，。", max_size=40))
def test_a_comparison_holds_both_texts(before, after):
    parts = library.compared(before, after)
    assert "".join(part.text for part in parts if part.kind != "in") == before
    assert "".join(part.text for part in parts if part.kind != "out") == after


@pytest.mark.parametrize(
    ("day", "standing"),
    [
        (date(2019, 12, 31), "coming"),
        (date(2020, 1, 1), "in_force"),
        (date(2021, 12, 31), "in_force"),
        (date(2022, 1, 1), "repealed"),
    ],
)
def test_how_an_instrument_stands(day, standing):
    assert library.standing(date(2020, 1, 1), date(2022, 1, 1), day) == standing


@pytest.mark.parametrize(
    ("text", "kind", "certain"),
    [
        ("身份证号340102199003070019，", "identity", True),
        ("电话13805510000。", "phone", True),
        ("电话 138-0551-0000。", "phone", True),
        ("座机0551-62345678", "phone", True),
        ("卡号6222021234567890123", "account", True),
        ("邮箱 zhao@example.cn", "mail", True),
        ("在合肥红星机械制造有限公司工作", "company", True),
        ("他在红星机械厂和望江饭店上班", "company", False),
        ("李某某在望江饭店工作", "company", False),
        ("张某入职望江商行", "company", False),
        ("（2023）皖0104民初1234号判决", "number", True),
        ("住长江路12号", "address", True),
        ("职工李建国，因工受伤", "name", False),
        ("李建国师傅受伤", "name", True),
        ("出生于1985年3月4日", "birth", True),
        ("驾驶皖A12345货车", "plate", True),
        ("李某某住长江路12号", "address", True),
        ("李某某住望江西路十二号", "address", True),
        ("拨打8613805510000", "phone", True),
        ("电话１３８０５５１００００", "phone", True),
        ("电话（0551）62345678", "phone", True),
        ("卡号6222 0212 3456 7890 123", "account", True),
        ("身份证340102 19900307 0019", "identity", True),
        ("合劳人仲案字〔2023〕第5号裁决", "number", True),
        ("李某某在红星（合肥）有限公司工作", "company", False),
        ("合肥TCL电器有限公司", "company", True),
        ("原告欧阳建国，因工受伤", "name", False),
        ("职工丁建国，因工受伤", "name", False),
        ("张伟，男，汉族", "name", False),
    ],
)
def test_what_names_somebody_is_found(text, kind, certain):
    found = anonymity.findings(text)
    assert (kind, certain) in [(item.kind, item.certain) for item in found], found


@pytest.mark.parametrize(
    "text",
    [
        "李某某在某建筑公司工作，公司没有签订劳动合同。",
        "该公司主张双方是劳务关系，仲裁委裁决公司支付 3 万元。",
        "劳务派遣公司和用工单位承担连带责任。",
        "某市中级人民法院（2023）皖××民终××号。",
        "李某某在甲公司工作，王某到该医院治疗。",
        "张某与某物流公司、李某与公司签订协议。",
        "职工因加班向工会求助，工会请律师出面调解。",
        "李某某家住某小区3栋，丁某在XX有限公司工作。",
        "依据人社部发〔2016〕93号和劳部发〔1995〕309号。",
        "项目经理找到车间主任，公司经理、公司的律师和代理律师都在场。",
        "劳动者应当在一年内申请仲裁，申请人和被申请人在调解书上签字。",
    ],
)
def test_what_is_written_out_already_passes(text):
    assert anonymity.findings(text) == []


def test_the_parties_given_by_the_author_may_occur_nowhere():
    found = anonymity.findings("老何说工资没有发。", known=["老何", "甲"])
    assert [(item.kind, item.certain) for item in found] == [("known", True)]


def test_a_likely_finding_may_be_allowed_and_a_certain_one_not():
    found = anonymity.findings("职工李建国，电话13805510000。")
    assert len(anonymity.blocking(found)) == 2
    assert [item.kind for item in anonymity.blocking(found, ["李建国", "13805510000"])] == ["phone"]


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.text("他说因为工资，。", max_size=10))
def test_no_mobile_number_gets_through(mobile, words):
    assert anonymity.blocking(anonymity.findings(f"{words}{mobile}{words}"), [mobile])


def test_nobody_reviews_their_own_and_two_reviews_are_of_two_people():
    with pytest.raises(Refusal, match="自己起草"):
        reviewing.other_hand(7, 7)
    with pytest.raises(Refusal, match="不同的人"):
        reviewing.other_hand(7, 8, 8)
    reviewing.other_hand(7, 9, 8)
    assert reviewing.next_stage("review", publish=True, twice=True) == "second"
    assert reviewing.next_stage("second", publish=True, twice=True) == "published"
    assert reviewing.next_stage("second", publish=False, twice=True) == "draft"
    with pytest.raises(Conflict, match="已发布"):
        reviewing.must_stand("published", reviewing.Stage.DRAFT)
