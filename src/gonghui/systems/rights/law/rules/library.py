"""The law library: structured text, numbers of articles, what changed, what holds on a day.

Structured text, as it is imported:

    法规：中华人民共和国劳动合同法
    简称：劳动合同法
    位阶：法律
    机关：全国人民代表大会常务委员会
    文号：主席令第七十三号
    版本：2012 年修正
    通过：2012-12-28
    施行：2013-07-01
    范围：摘要
    依据：……

    # 第四章 劳动合同的解除和终止
    第四十六条 ……
    【待核】第四十七条 ……
    第九十条 （删除）
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import SequenceMatcher
from enum import StrEnum

from gonghui.kernel.base.errors import Refusal
from gonghui.systems.rights.law.rules.showing import chinese

HEADS = {
    "法规": "title",
    "简称": "short",
    "位阶": "level",
    "机关": "issuer",
    "文号": "document",
    "版本": "edition",
    "通过": "adopted_on",
    "施行": "in_force_on",
    "范围": "scope",
    "依据": "source",
}
NEEDED = ("法规", "位阶", "机关", "版本", "施行")
REMOVED = ("（删除）", "(删除)", "删除", "删去")
UNCERTAIN = "【待核】"
LARGEST = 400_000
_ARTICLE = re.compile(
    r"^第(?P<number>[零〇一二两三四五六七八九十百千0-9]+)条(?:之(?P<branch>[一二三四五六七八九十0-9]+))?"
    r"[\s　:：]*(?P<text>.*)$"
)
_DIGITS = {sign: n for n, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}


class Level(StrEnum):
    """Where an instrument stands (位阶), the highest first."""

    CONSTITUTION = "constitution"
    LAW = "law"
    REGULATION = "regulation"
    INTERPRETATION = "interpretation"
    LOCAL = "local"
    RULE = "rule"
    LOCAL_RULE = "local_rule"
    DOCUMENT = "document"
    UNION = "union"


LEVELS = {
    Level.CONSTITUTION: "宪法",
    Level.LAW: "法律",
    Level.REGULATION: "行政法规",
    Level.INTERPRETATION: "司法解释",
    Level.LOCAL: "地方性法规",
    Level.RULE: "部门规章",
    Level.LOCAL_RULE: "地方政府规章",
    Level.DOCUMENT: "规范性文件",
    Level.UNION: "工会制度文件",
}


@dataclass(frozen=True, order=True)
class Place:
    """Number of an article and of its branch (第四十七条之一: 47, 1)."""

    number: int
    branch: int = 0

    @property
    def words(self) -> str:
        return f"第{chinese(self.number)}条" + (f"之{chinese(self.branch)}" if self.branch else "")


@dataclass(frozen=True)
class Article:
    """An article as a text has it; an empty text means it was repealed."""

    place: Place
    text: str
    chapter: str = ""
    uncertain: bool = False


@dataclass(frozen=True)
class Read:
    """A structured text as it was read. whole: it has every article; else only some."""

    heads: Mapping[str, str]
    articles: tuple[Article, ...]
    whole: bool
    level: Level
    in_force_on: date
    adopted_on: date | None


def number_of(words: str) -> int:
    """一百零七 or 107 as a number; ValueError for what is none."""
    if words.isdecimal():
        return int(words)
    value, digit = 0, 0
    for sign in words:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
        elif sign in _UNITS:
            value += (digit or 1) * _UNITS[sign]
            digit = 0
        else:
            raise ValueError(f"{words!r} is no number")
    return value + digit


def read(text: str) -> Read:
    """Read a structured text; Refusal names the line that is wrong."""
    if len(text) > LARGEST:
        raise Refusal("文本过长。", remedy="请分次导入。", field="text", code="long")
    heads: dict[str, str] = {}
    articles: dict[Place, Article] = {}
    chapter, last = "", None
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line:
            continue
        name, _, value = line.partition("：")
        if not articles and not chapter and name in HEADS:
            heads[name] = value.strip()
            continue
        if line.startswith("#"):
            chapter = line.lstrip("#").strip()[:60]
            continue
        uncertain = line.startswith(UNCERTAIN)
        found = _ARTICLE.match(line.removeprefix(UNCERTAIN).strip())
        if found:
            last = _article(found, chapter, uncertain, number)
            if last.place in articles:
                raise _wrong(number, f"{last.place.words}出现了两次")
            articles[last.place] = last
        elif last is not None:
            joined = Article(last.place, f"{last.text}\n{line}", last.chapter, last.uncertain)
            articles[last.place] = last = joined
        else:
            raise _wrong(number, "这一行既不是说明项，也不是条文")
    return _checked(heads, tuple(articles.values()))


def _article(found: re.Match[str], chapter: str, uncertain: bool, line: int) -> Article:
    try:
        place = Place(number_of(found["number"]), number_of(found["branch"] or "0"))
        _ = place.words
    except ValueError:
        raise _wrong(line, "条号不对") from None
    text = found["text"].strip()
    if not text:
        raise _wrong(line, f"{place.words}没有内容")
    return Article(place, "" if text in REMOVED else text, chapter, uncertain)


def _checked(heads: dict[str, str], articles: tuple[Article, ...]) -> Read:
    missing = [name for name in NEEDED if not heads.get(name)]
    if missing:
        raise Refusal(
            f"缺少说明项：{'、'.join(missing)}。",
            remedy="每项一行，写在条文之前，如“施行：2022-01-01”。",
            field="text",
            code="heads",
        )
    if not articles:
        raise Refusal("没有读到条文。", remedy="每条以“第几条”开头。", field="text", code="empty")
    levels = {words: level for level, words in LEVELS.items()}
    if heads["位阶"] not in levels:
        raise Refusal(f"位阶只能是：{'、'.join(levels)}。", field="text", code="level")
    return Read(
        heads,
        articles,
        heads.get("范围", "全文") != "摘要",
        levels[heads["位阶"]],
        _day(heads["施行"], "施行"),
        _day(heads["通过"], "通过") if heads.get("通过") else None,
    )


def _day(words: str, name: str) -> date:
    try:
        return date.fromisoformat(words)
    except ValueError:
        raise Refusal(
            f"“{name}”不是日期：{words}。", remedy="写作 2022-01-01。", field="text", code="day"
        ) from None


def _wrong(line: int, words: str) -> Refusal:
    return Refusal(
        f"第 {line} 行：{words}。", remedy="请按导入格式修改。", field="text", code="format"
    )


class Change(StrEnum):
    """What an edition did to an article."""

    ADDED = "added"
    AMENDED = "amended"
    REPEALED = "repealed"


CHANGES = {Change.ADDED: "新增", Change.AMENDED: "修改", Change.REPEALED: "删除"}


@dataclass(frozen=True)
class Amendment:
    """One article an edition changed."""

    change: Change
    place: Place
    before: str = ""
    after: Article | None = None


def amendments(
    before: Mapping[Place, str], articles: Sequence[Article], *, whole: bool
) -> list[Amendment]:
    """What a new edition changes, in the order of the articles.

    before: the texts in force. whole: articles it does not have are repealed; an excerpt leaves
    them as they are.
    """
    found = []
    for article in articles:
        old = before.get(article.place)
        if not article.text:
            if old is not None:
                found.append(Amendment(Change.REPEALED, article.place, old))
        elif old is None:
            found.append(Amendment(Change.ADDED, article.place, "", article))
        elif _same(old) != _same(article.text):
            found.append(Amendment(Change.AMENDED, article.place, old, article))
    if whole:
        kept = {article.place for article in articles}
        found += [
            Amendment(Change.REPEALED, place, text)
            for place, text in before.items()
            if place not in kept
        ]
    return sorted(found, key=lambda item: item.place)


def _same(text: str) -> str:
    """A text without blanks, so that a line broken elsewhere is no amendment."""
    return "".join(text.split())


@dataclass(frozen=True)
class Part:
    """A run of text of a comparison: kept, only in the old, or only in the new one."""

    text: str
    kind: str = field(default="same")


def compared(before: str, after: str) -> list[Part]:
    """Old and new in one text: kind same, out or in."""
    parts = []
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            parts.append(Part(before[a:b]))
            continue
        if b > a:
            parts.append(Part(before[a:b], "out"))
        if d > c:
            parts.append(Part(after[c:d], "in"))
    return parts


class Standing(StrEnum):
    """How an instrument stands on a day."""

    COMING = "coming"
    IN_FORCE = "in_force"
    REPEALED = "repealed"


STANDINGS = {
    Standing.COMING: "尚未施行",
    Standing.IN_FORCE: "现行有效",
    Standing.REPEALED: "已废止",
}


def standing(in_force_on: date, repealed_on: date | None, day: date) -> Standing:
    """repealed_on: the first day it is no longer in force."""
    if repealed_on is not None and repealed_on <= day:
        return Standing.REPEALED
    return Standing.IN_FORCE if in_force_on <= day else Standing.COMING
