"""One record of each resource of law under a given union, for the generated suite."""

from __future__ import annotations

from datetime import date

from gonghui.kernel.org.models import Union
from gonghui.kernel.testing.world import World
from gonghui.systems.rights.law.models import (
    Bill,
    BillArticle,
    Comment,
    Edition,
    Piece,
    PublicAnswer,
    Statute,
    Topic,
    TypicalCase,
)

TEXT = """法规：{title}
简称：{short}
位阶：地方性法规
机关：某省人民代表大会常务委员会
版本：2020 年公布
施行：2020-01-01
范围：摘要

第一条 为了保护职工的合法权益，制定本规定。
第二条 用人单位应当按月支付工资。"""


def statute(world: World, union: Union, title: str = "") -> Statute:
    made = Statute(
        title=title or f"工资支付规定{union.pk}",
        short=title or f"支付规定{union.pk}",
        level="local",
        rank=4,
        issuer="某省人民代表大会常务委员会",
    )
    made.place_at(union)
    made.save()
    return made


def edition(world: World, union: Union) -> Edition:
    of = statute(world, union, f"版本规定{union.pk}")
    made = Edition(
        statute=of,
        note="2020 年公布",
        in_force_on=date(2020, 1, 1),
        text=TEXT.format(title=of.title, short=of.short),
        author_name="经办人",
    )
    made.place_at(union)
    made.save()
    return made


def answer(world: World, union: Union) -> PublicAnswer:
    made = PublicAnswer(
        question="试用期没有签合同怎么办",
        answer="自用工之日起一个月内应当订立书面劳动合同。",
        theme="contract",
        author_name="经办人",
    )
    made.place_at(union)
    made.save()
    return made


def case(world: World, union: Union) -> TypicalCase:
    made = TypicalCase(
        title="拖欠加班工资案",
        theme="wages",
        year=2025,
        facts="李某某在某公司工作，休息日加班没有安排补休。",
        result="仲裁委支持了加班工资请求。",
        lesson="加班应当依法支付报酬。",
        author_name="经办人",
    )
    made.place_at(union)
    made.save()
    return made


def topic(world: World, union: Union) -> Topic:
    made = Topic(title=f"工资权益{union.pk}", summary="怎样拿到应得的工资")
    made.place_at(union)
    made.save()
    return made


def piece(world: World, union: Union) -> Piece:
    made = Piece(
        topic=topic(world, union),
        title="加班工资怎样计算",
        body="先看属于哪一种加班。",
        author_name="经办人",
    )
    made.place_at(union)
    made.save()
    return made


def bill(world: World, union: Union, **facts: object) -> Bill:
    made = Bill(
        title="集体协商条例（征求意见稿）",
        issuer="某委员会",
        about="规范集体协商。",
        opens_on=date(2026, 1, 1),
        closes_on=date(2099, 1, 31),
    )
    for name, value in facts.items():
        setattr(made, name, value)
    made.place_at(union)
    made.save()
    BillArticle.objects.create(bill=made, number=1, text="为了规范集体协商，制定本条例。")
    return made


def comment(world: World, union: Union) -> Comment:
    of = bill(world, union, state="collecting")
    made = Comment(
        bill=of, article=of.articles.first(), stance="agree", because="应当写明适用范围。"
    )
    made.place_at(union)
    made.save()
    return made


MAKERS = {
    "statutes": statute,
    "editions": edition,
    "law-answers": answer,
    "typical-cases": case,
    "law-topics": topic,
    "law-pieces": piece,
    "bills": bill,
    "law-comments": comment,
}
