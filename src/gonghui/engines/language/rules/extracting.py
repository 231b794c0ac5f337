"""Key facts (关键信息) of a text: amounts, spans, people, employers, places of Anhui."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from ahocorasick_rs import MATCHKIND_LEFTMOST_LONGEST, AhoCorasick

from gonghui.engines.language.rules.folding import plain
from gonghui.engines.language.rules.reading import table

NUMBER = r"(?:\d{1,12}(?:\.\d{1,4})?|[一二两三四五六七八九十百千万半几]{1,12})"
"""Bounded: a long run of figures would be read anew from each of them."""
AMOUNT = re.compile(rf"{NUMBER}多?(?:万)?(?:元|块钱|块|万元|万块)|{NUMBER}多?万(?![人户名])")
SPAN = re.compile(rf"{NUMBER}多?个?(?:半)?(?:年半|年|个月|月份|月|天|周|星期|小时)(?!级)")
PEOPLE = re.compile(
    rf"{NUMBER}(?:多|来)?(?:几)?(?:个|名|号|位)?(?:人|工友|工人|职工|员工|同事|骑手)"
)
EMPLOYER = re.compile(
    r"[\u4e00-\u9fffA-Za-z0-9（）]{2,20}?(?:有限责任公司|股份有限公司|有限公司|集团|公司|厂|煤矿|矿业|"
    r"工地|项目部|酒店|超市|学校|医院|幼儿园|物业|物流园|站点)"
)
LEAD = re.compile(
    r"^(?:我们?|本人|他们?|她|你好|您好|请问|领导|老公|老婆|父亲|弟弟|爸爸?|爱人|现|目前|之前|去年|今年|今天|"
    r"昨天|一直|都)?(?:是|在|于|到|从|被|给|和|跟|投诉|举报|反映)+"
)


@dataclass(frozen=True)
class Facts:
    amounts: tuple[str, ...] = ()
    spans: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    employers: tuple[str, ...] = ()
    places: tuple[str, ...] = ()

    def lines(self) -> list[tuple[str, str]]:
        """(what, in words) of what was found."""
        named = (
            ("金额", self.amounts),
            ("时间", self.spans),
            ("人数", self.people),
            ("单位", self.employers),
            ("地点", self.places),
        )
        return [(title, "、".join(values)) for title, values in named if values]


@lru_cache(maxsize=1)
def _places() -> tuple[AhoCorasick, list[str]]:
    names: dict[str, str] = {}
    for row in table("places.csv"):
        names[row["city"]] = row["city"]
        for county in row["counties"].split():
            names.setdefault(county, f"{row['city']}{county}")
    automaton = AhoCorasick(list(names), matchkind=MATCHKIND_LEFTMOST_LONGEST)
    return automaton, list(names.values())


def facts(text: str) -> Facts:
    """The key facts of a text, each once, in their order."""
    text = plain(text)
    automaton, names = _places()
    places = [names[place] for place, _, _ in automaton.find_matches_as_indexes(text)]
    return Facts(
        _once(AMOUNT.findall(text)),
        _once(SPAN.findall(text)),
        _once(PEOPLE.findall(text)),
        _once(LEAD.sub("", found) for found in EMPLOYER.findall(text)),
        _once(_narrow(places)),
    )


def _once(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for item in found if len(item) > 1))[:5]


def _narrow(places: list[str]) -> list[str]:
    """A city is left out where one of its counties is named too."""
    return [
        place
        for place in places
        if not any(other != place and other.startswith(place) for other in places)
    ]
