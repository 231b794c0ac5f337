"""Asking for opinions on a draft (意见征求): its articles, its time, what became of opinions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from gonghui.kernel.base.errors import Conflict, Refusal

DRAFT, OPEN, CLOSED, PUBLISHED = "draft", "open", "closed", "published"
STATES = {DRAFT: "起草中", OPEN: "征求意见中", CLOSED: "归纳意见中", PUBLISHED: "已公布采纳情况"}
STANCES = {"agree": "赞成", "amend": "建议修改", "oppose": "不赞成"}
VERDICTS = {"adopted": "采纳", "partly": "部分采纳", "rejected": "未采纳"}
_ARTICLE = re.compile(r"^第[一二三四五六七八九十百零\d]{1,12}条")
_PARAGRAPH = re.compile(r"第\d+段")
SHORTEST = 7
"""Days a draft is open at least."""


@dataclass(frozen=True)
class Article:
    """One article of a draft: 第三条, and its text with what follows it."""

    mark: str
    text: str


def split(text: str) -> list[Article]:
    """The articles of a draft. What stands before the first is an article without a mark.

    A text without any 第…条 is split by paragraphs, so that each can be spoken of.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not any(_ARTICLE.match(line) for line in lines):
        return [Article(f"第{place}段", line) for place, line in enumerate(lines, 1)]
    found: list[Article] = []
    for line in lines:
        if mark := _ARTICLE.match(line):
            found.append(Article(mark.group(), line[mark.end() :].strip()))
        elif found and found[-1].mark:
            found[-1] = Article(found[-1].mark, f"{found[-1].text}\n{line}".strip())
        else:
            before = f"{found.pop().text}\n{line}" if found else line
            found.append(Article("", before))
    return found


def written(articles: Iterable[Article]) -> str:
    """Articles as the text `split` reads; a paragraph's mark is counted, not written."""
    return "\n".join(
        item.text if _PARAGRAPH.fullmatch(item.mark) else f"{item.mark} {item.text}".strip()
        for item in articles
    )


def check_opening(articles: int, questions: int, today: date, closes_on: date) -> None:
    """Refuse to open what holds nothing, or for too short a time."""
    if not articles and not questions:
        raise Refusal("还没有征求意见的条文或问题。", field="text", code="empty")
    if (closes_on - today).days < SHORTEST:
        raise Refusal(
            f"征求意见的时间不少于 {SHORTEST} 天。",
            rule="业务规则：留足提出意见的时间",
            field="closes_on",
            code="short",
        )


def check_taking(state: str, today: date, closes_on: date) -> None:
    """Refuse opinions before and after the time."""
    if state != OPEN or today > closes_on:
        raise Conflict(
            "现在不在征求意见的时间内。",
            rule=f"征求意见截至 {closes_on}",
            remedy="可以在“我要反映”中提出建议。",
            code="closed",
        )


def check_verdict(verdict: str, reason: str) -> None:
    """Every group of opinions is told whether and why."""
    if verdict not in VERDICTS:
        raise Refusal("请选择是否采纳。", field="verdict", code="verdict")
    if verdict != "adopted" and len(reason.strip()) < 4:
        raise Refusal(
            "未采纳和部分采纳的，请写明理由。",
            rule="采纳和不采纳的理由都要公布",
            field="reason",
            code="reason",
        )


def check_publishing(unanswered: int) -> None:
    """Nothing is published while opinions stand without an answer."""
    if unanswered:
        raise Conflict(
            f"还有 {unanswered} 条意见没有归入任何一条采纳说明。",
            rule="每条意见都有去处",
            remedy="请归纳后再公布。",
            code="unanswered",
        )


def shares(stances: Iterable[str]) -> list[tuple[str, str, int, int]]:
    """(code, words, count, percent) of every stance; percents of a part are rounded."""
    counted = Counter(stances)
    total = sum(counted.values())
    return [
        (code, words, counted[code], round(100 * counted[code] / total) if total else 0)
        for code, words in STANCES.items()
    ]
