"""Questionnaires (问卷): kinds of questions, what counts as an answer, how answers add up."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from gonghui.kernel.base.errors import Conflict, Refusal

DRAFT, OPEN, CLOSED = "draft", "open", "closed"
STATES = {DRAFT: "起草中", OPEN: "填写中", CLOSED: "已结束"}
ONE, MANY, SCALE, TEXT, NUMBER, YES_NO = "one", "many", "scale", "text", "number", "yes_no"
KINDS = {
    ONE: "单选",
    MANY: "多选",
    SCALE: "打分（1 到 5）",
    YES_NO: "是否",
    NUMBER: "数字",
    TEXT: "文字",
}
CHOSEN = (ONE, MANY)
_HEAD = re.compile(r"[\[【](?P<kind>[^\]】]+)[\]】](?P<title>.+)")
_FEW = re.compile(r"\d{1,3}")
LONGEST, HIGHEST = 500, 1_000_000


@dataclass(frozen=True)
class Question:
    """A question. options: of 单选 and 多选; most: how many of 多选 may be chosen, 0 for all."""

    code: str
    kind: str
    title: str
    options: tuple[str, ...] = ()
    required: bool = True
    most: int = 0


def parse(text: str) -> list[Question]:
    """Questions as cadres write them, one block each; Refusal names the line.

    [单选] 您所在的行业
    - 制造业
    - 建筑业
    [多选 2 选答] 您最需要的服务      (at most two, need not be answered)
    """
    found: list[Question] = []
    for place, line in enumerate(map(str.strip, text.splitlines()), 1):
        if not line:
            continue
        if head := _HEAD.fullmatch(line):
            found.append(_headed(len(found) + 1, head, place))
        elif found and line[0] in "-－·" and found[-1].kind in CHOSEN:
            last = found[-1]
            found[-1] = replace(last, options=(*last.options, line[1:].strip()))
        else:
            raise Refusal(
                f"第 {place} 行看不懂：“{line[:20]}”。",
                remedy="题目以“[单选]”这样的题型开头，选项以“-”开头。",
                field="questions",
                code="line",
            )
    return [check_question(question) for question in found]


def _headed(number: int, head: re.Match[str], place: int) -> Question:
    words = {title.split("（")[0]: code for code, title in KINDS.items()}
    kind, *more = head["kind"].split()
    if kind not in words or any(not (_FEW.fullmatch(word) or word == "选答") for word in more):
        raise Refusal(
            f"第 {place} 行的题型“{head['kind']}”不对。",
            remedy="题型：" + "、".join(words) + "；后面可以加最多选几项和“选答”。",
            field="questions",
            code="kind",
        )
    most = next((int(word) for word in more if word.isdecimal()), 0)
    return Question(f"q{number}", words[kind], head["title"].strip(), (), "选答" not in more, most)


def written(questions: Sequence[Question]) -> str:
    """Questions in the words `parse` reads."""
    lines = []
    for question in questions:
        marks = [KINDS[question.kind].split("（")[0]]
        marks += [str(question.most)] if question.most else []
        marks += [] if question.required else ["选答"]
        lines.append(f"[{' '.join(marks)}] {question.title}")
        lines += [f"- {option}" for option in question.options]
    return "\n".join(lines)


def check_question(question: Question) -> Question:
    if question.kind not in KINDS:
        raise Refusal("没有这种题型。", field="kind", code="kind")
    if not question.title.strip():
        raise Refusal("请填写题目。", field="title", code="empty")
    if question.kind in CHOSEN:
        if "" in question.options:
            raise Refusal("选项不能是空的。", field="options", code="empty_option")
        if len(question.options) < 2:
            raise Refusal("选择题至少有两个选项。", field="options", code="options")
        if len(set(question.options)) < len(question.options):
            raise Refusal("选项不能重复。", field="options", code="twice")
    return question


def check_taking(state: str, today: date, opens_on: date | None, closes_on: date) -> None:
    if state != OPEN or today > closes_on or (opens_on is not None and today < opens_on):
        raise Conflict("现在不在填写时间内。", rule=f"填写截至 {closes_on}", code="closed")


def check_answers(
    questions: Sequence[Question], given: Mapping[str, Any]
) -> dict[str, str | int | list[str]]:
    """Answers by question code, in order; Refusal names the question as the field."""
    found: dict[str, str | int | list[str]] = {}
    for question in questions:
        value = _clean(question, given.get(question.code))
        if value in ("", [], None):
            if question.required:
                raise Refusal(f"请回答“{question.title}”。", field=question.code, code="required")
            continue
        found[question.code] = value
    return found


def _clean(question: Question, value: Any) -> Any:
    match question.kind:
        case "one":
            return _among(question, str(value or ""))
        case "many":
            chosen = [_among(question, str(item)) for item in (value or [])]
            chosen = [item for item in question.options if item in chosen]
            if question.most and len(chosen) > question.most:
                raise Refusal(
                    f"“{question.title}”最多选 {question.most} 项。",
                    field=question.code,
                    code="most",
                )
            return chosen
        case "scale":
            return _whole(question, value, 1, 5)
        case "number":
            return _whole(question, value, 0, HIGHEST)
        case "yes_no":
            if value in (None, ""):
                return ""
            if value not in ("是", "否"):
                raise _wrong(question)
            return value
    return str(value or "").strip()[:LONGEST]


def _among(question: Question, value: str) -> str:
    if value and value not in question.options:
        raise _wrong(question)
    return value


def _whole(question: Question, value: Any, least: int, most: int) -> int | None:
    if value in (None, ""):
        return None
    text = str(value)
    if not text.isdecimal() or not least <= int(text) <= most:
        raise Refusal(
            f"“{question.title}”请填 {least} 到 {most} 的整数。", field=question.code, code="range"
        )
    return int(text)


def _wrong(question: Question) -> Refusal:
    return Refusal(f"“{question.title}”的选项不对。", field=question.code, code="option")


@dataclass(frozen=True)
class Tally:
    """What was answered to one question. counts: (option, how many, percent); mean of figures."""

    question: Question
    answered: int
    counts: list[tuple[str, int, int]] = field(default_factory=list)
    mean: Decimal | None = None
    texts: list[str] = field(default_factory=list)


def tally(
    questions: Sequence[Question],
    answers: Iterable[Mapping[str, Any]],
    *,
    least: int = 0,
) -> list[Tally]:
    """Each question's figures; [] while there are fewer sheets than `least`, lest one be known."""
    sheets = list(answers)
    if len(sheets) < least:
        return []
    return [
        _tally(question, [s[question.code] for s in sheets if question.code in s])
        for question in questions
    ]


def _tally(question: Question, values: list[Any]) -> Tally:
    if question.kind == TEXT:
        return Tally(question, len(values), texts=sorted(str(value) for value in values))
    if question.kind == NUMBER:
        return Tally(question, len(values), mean=_mean(values))
    offered = {
        SCALE: tuple(str(score) for score in range(1, 6)),
        YES_NO: ("是", "否"),
    }.get(question.kind, question.options)
    chosen = Counter(
        str(item) for value in values for item in (value if isinstance(value, list) else [value])
    )
    counts = [
        (option, chosen[option], round(100 * chosen[option] / len(values)) if values else 0)
        for option in offered
    ]
    return Tally(question, len(values), counts, _mean(values) if question.kind == SCALE else None)


def _mean(values: list[int]) -> Decimal | None:
    if not values:
        return None
    return (Decimal(sum(values)) / len(values)).quantize(Decimal("0.01"))
