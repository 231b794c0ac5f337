"""Public answers, typical cases, topics and pieces: written, reviewed, published, withdrawn."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import F

from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Missing, Refusal
from gonghui.kernel.org.models import Union
from gonghui.systems.rights.law.actions.reviewing import cycle, kept, open_to_edit, written_by
from gonghui.systems.rights.law.models import (
    Consultation,
    Piece,
    PublicAnswer,
    Topic,
    TypicalCase,
)
from gonghui.systems.rights.law.permissions import (
    EDIT_ANSWERS,
    EDIT_CASES,
    EDIT_PIECES,
    PUBLISH_ANSWERS,
    PUBLISH_CASES,
    PUBLISH_PIECES,
    READ_LAW,
    VIEW_CONSULT,
)
from gonghui.systems.rights.law.queries import library
from gonghui.systems.rights.law.rules import anonymity
from gonghui.systems.rights.law.rules.library import Place, number_of

_CITE = re.compile(
    r"^《?(?P<name>[^《》]+?)》?\s*第(?P<number>[零〇一二两三四五六七八九十百千0-9]+)条"
    r"(?:之(?P<branch>[一二三四五六七八九十0-9]+))?$"
)
MOST_CITES = 20


def cites_of(text: str, day: date) -> list[list[object]]:
    """Lines like 《劳动合同法》第四十七条 as citations; Refusal for what is not in the library."""
    found = []
    for line in (row.strip() for row in text.splitlines()):
        if not line:
            continue
        at = _CITE.match(line)
        try:
            place = Place(number_of(at["number"]), number_of(at["branch"] or "0")) if at else None
        except ValueError:
            place = None
        if at is None or place is None:
            raise Refusal(
                f"引用写法不对：{line}。",
                remedy="每行一条，写作“《劳动合同法》第四十七条”。",
                field="cites",
                code="cite",
            )
        statute = library.named(at["name"].strip())
        if statute is None or library.wording(statute, place, day) is None:
            raise Refusal(
                f"法规库里没有现行的{line}。",
                rule="答复和案例只引用现行有效的条文",
                remedy="请先录入法规，或核对条号。",
                field="cites",
                code="no_article",
            )
        found.append([statute.name, place.number, place.branch])
    if len(found) > MOST_CITES:
        raise Refusal(f"引用最多 {MOST_CITES} 条。", field="cites", code="many")
    return found


def nobody_named(
    text: str, field: str = "", allowed: Sequence[str] = (), *, keeps: bool = False
) -> None:
    """Refuse a text that still tells who somebody is; keeps: a reviewer may let words stand."""
    found = anonymity.blocking(anonymity.findings(text), allowed)
    if found:
        raise Refusal(
            f"还有会暴露身份的内容：{'、'.join(item.words for item in found[:6])}。",
            rule=anonymity.RULE,
            remedy="请改为“李某某”“某公司”这样的写法；"
            + ("误判的用词由核对人说明理由后保留。" if keeps else "误判的用词请换一种说法。"),
            field=field,
            code="names",
        )


# Public answers


@action("law-answers.write", "编写公开问答", EDIT_ANSWERS, creates=True)
def write_answer(
    union: Union,
    *,
    by: Actor,
    question: str,
    answer: str,
    theme: str,
    cites: Sequence[Sequence[object]] = (),
    detail: str = "",
    consultation: int | None = None,
) -> PublicAnswer:
    """A question and its answer; of a consultation only if its asker agreed."""
    made = PublicAnswer(
        question=question.strip(),
        detail=detail.strip(),
        answer=answer.strip(),
        theme=theme,
        cites=[list(cite) for cite in cites],
    )
    if consultation is not None:
        rows = Consultation.objects.within(by.scope(VIEW_CONSULT)).select_related("case")
        made.consultation = rows.filter(pk=consultation).first()
        if made.consultation is None:
            raise Missing("没有这件咨询。", field="consultation")
        if not made.consultation.open_to_public:
            raise Refusal(
                "咨询人没有同意公开。",
                rule="《中华人民共和国个人信息保护法》第二十五条",
                field="consultation",
                code="not_agreed",
            )
    written_by(made, by)
    made.place_at(union)
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError as error:
        raise Conflict("这件咨询已经编写了公开问答。", code="twice") from error
    return made


@action("law-answers.revise", "修改公开问答", EDIT_ANSWERS)
def revise_answer(
    record: PublicAnswer,
    *,
    by: Actor,
    question: str,
    answer: str,
    theme: str,
    cites: Sequence[Sequence[object]] = (),
    detail: str = "",
) -> PublicAnswer:
    """Write a draft anew."""
    open_to_edit(record)
    record.question, record.detail, record.answer = question.strip(), detail.strip(), answer.strip()
    record.theme, record.cites = theme, [list(cite) for cite in cites]
    written_by(record, by)
    return kept(record)


def _answer_names_nobody(record: PublicAnswer, *, by: Actor) -> None:
    nobody_named(f"{record.question}\n{record.detail}\n{record.answer}")


ANSWERS = cycle(
    "law-answers",
    "公开问答",
    edit=EDIT_ANSWERS,
    publish=PUBLISH_ANSWERS,
    check=_answer_names_nobody,
)


@action("law-answers.helpful", "评价公开问答", READ_LAW, creates=True)
def judge_answer(record: PublicAnswer, *, by: Actor, helpful: bool) -> None:
    """Count one reader's judgement; nothing of the reader is kept."""
    field = "helpful" if helpful else "unhelpful"
    rows = PublicAnswer.objects.unscoped("a counter of what everybody may read")
    rows.filter(pk=record.pk, stage="published").update(**{field: F(field) + 1})


# Typical cases


@action("typical-cases.write", "编写典型案例", EDIT_CASES, creates=True)
def write_case(
    union: Union,
    *,
    by: Actor,
    title: str,
    theme: str,
    year: int,
    facts: str,
    result: str,
    lesson: str,
    issue: str = "",
    cites: Sequence[Sequence[object]] = (),
) -> TypicalCase:
    """A case in draft; what names somebody is found when it is sent to review."""
    made = TypicalCase(title=title.strip(), theme=theme, year=year)
    made.facts, made.issue = facts.strip(), issue.strip()
    made.result, made.lesson = result.strip(), lesson.strip()
    made.cites = [list(cite) for cite in cites]
    written_by(made, by)
    made.place_at(union)
    made.save()
    return made


@action("typical-cases.revise", "修改典型案例", EDIT_CASES)
def revise_case(
    record: TypicalCase,
    *,
    by: Actor,
    title: str,
    theme: str,
    year: int,
    facts: str,
    result: str,
    lesson: str,
    issue: str = "",
    cites: Sequence[Sequence[object]] = (),
) -> TypicalCase:
    """Write a draft anew; words let stand before are looked at again."""
    open_to_edit(record)
    record.title, record.theme, record.year = title.strip(), theme, year
    record.facts, record.issue = facts.strip(), issue.strip()
    record.result, record.lesson = result.strip(), lesson.strip()
    record.cites, record.allowed = [list(cite) for cite in cites], []
    written_by(record, by)
    return kept(record)


@action("typical-cases.allow", "保留疑似用词", PUBLISH_CASES)
def allow_words(record: TypicalCase, *, by: Actor, words: str, reason: str) -> TypicalCase:
    """Let a likely finding stand, with a reason; certain ones never stand."""
    found = anonymity.findings(record.whole)
    item = next((one for one in found if one.text == words.strip()), None)
    if item is None:
        raise Missing("案例里没有这个用词。", field="words")
    if item.certain:
        raise Refusal(
            f"{item.words}必须改写，不能保留。", rule=anonymity.RULE, field="words", code="certain"
        )
    if by.user_id == record.author_id:
        raise Refusal("用词由起草人以外的人核对。", field="words", code="own")
    record.allowed = [*record.allowed, [item.text, by.name[:50], reason.strip()[:200]]]
    note(words={"label": "保留用词", "after": item.text})
    return kept(record)


def _case_names_nobody(record: TypicalCase, *, by: Actor) -> None:
    """Certain findings go before review; by publication the likely ones are settled too."""
    allowed = [row[0] for row in record.allowed]
    if record.stage == "draft":
        allowed += [item.text for item in anonymity.findings(record.whole) if not item.certain]
    nobody_named(record.whole, allowed=allowed, keeps=True)


CASES = cycle(
    "typical-cases",
    "典型案例",
    edit=EDIT_CASES,
    publish=PUBLISH_CASES,
    check=_case_names_nobody,
    twice=True,
)


# Popularisation


@action("law-pieces.topic", "设置普法专题", EDIT_PIECES, creates=True)
def make_topic(union: Union, *, by: Actor, title: str, summary: str, sequence: int = 0) -> Topic:
    """A topic of a union."""
    made = Topic(title=title.strip(), summary=summary.strip(), sequence=sequence)
    made.place_at(union)
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError as error:
        raise Conflict("已有同名的专题。", field="title", code="twice") from error
    return made


@action("law-pieces.close-topic", "停用普法专题", EDIT_PIECES)
def close_topic(topic: Topic, *, by: Actor, reason: str) -> Topic:
    """Take a topic and what is under it out of sight."""
    topic.closed = True
    return kept(topic)


@action("law-pieces.write", "编写普法内容", EDIT_PIECES)
def write_piece(
    topic: Topic,
    *,
    by: Actor,
    title: str,
    body: str,
    cites: Sequence[Sequence[object]] = (),
) -> Piece:
    """Something to read under a topic."""
    made = Piece(topic=topic, title=title.strip(), body=body.strip())
    made.cites = [list(cite) for cite in cites]
    written_by(made, by)
    made.place_at(topic.union)
    made.save()
    return made


@action("law-pieces.revise", "修改普法内容", EDIT_PIECES)
def revise_piece(
    record: Piece, *, by: Actor, title: str, body: str, cites: Sequence[Sequence[object]] = ()
) -> Piece:
    """Write a draft anew."""
    open_to_edit(record)
    record.title, record.body = title.strip(), body.strip()
    record.cites = [list(cite) for cite in cites]
    written_by(record, by)
    return kept(record)


def _piece_names_nobody(record: Piece, *, by: Actor) -> None:
    text = f"{record.title}\n{record.body}"
    likely = [item.text for item in anonymity.findings(text) if not item.certain]
    nobody_named(text, allowed=likely)


PIECES = cycle(
    "law-pieces",
    "普法内容",
    edit=EDIT_PIECES,
    publish=PUBLISH_PIECES,
    check=_piece_names_nobody,
)
