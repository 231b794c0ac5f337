"""Routing of workers without a fixed employer (周转池): which union is proposed, and why.

A decision table, the first line that finds a union wins:
1. a joint union or federation of the worker's trade in the county;
2. a union of the trade in the city: below an industry union first, then the industry union's
   own federation;
3. the only joint union or federation of no particular trade in the county;
4. of several such unions the one with the fewest members;
5. nothing: the county's cadre looks for one.

A mobile number's place of registration is not asked: it needs an outside service, and says
little about where somebody lives.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

RULE = "周转池分派规则（平台暂行）：先按行业，后按居住地"
JOINT, FEDERATION = "70", "60"

TRADES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "01": (("货车", "货运", "物流", "卡车"), ("54",)),
    "02": (("网约车", "出租", "客运"), ("54",)),
    "03": (("快递", "邮政", "寄递"), ("60",)),
    "04": (("外卖", "配送", "骑手"), ("62",)),
    "05": (("代驾",), ("54",)),
    "06": (("家政",), ("80",)),
    "07": (("护工", "护理", "养老"), ("84", "85")),
    "08": (("商场", "商超"), ("52",)),
    "09": (("网络", "直播", "电商"), ("64",)),
    "10": (("网络", "教育"), ("83",)),
    "11": (("房产", "中介", "房地产"), ("70",)),
    "12": (("保安", "物业"), ("72",)),
}
"""Trade (code table new_employment): words in a union's name, and divisions of GB/T 4754."""


@dataclass(frozen=True)
class Candidate:
    """A union that could take the worker.

    in_county: in the worker's county, otherwise elsewhere in the same city. below_industry:
    under an industry union. members: how many it has.
    """

    id: int
    name: str
    kind: str
    in_county: bool
    industry: str = ""
    below_industry: bool = False
    members: int = 0


@dataclass(frozen=True)
class Suggestion:
    """A union proposed, or none (union_id None), and why, for the cadre who decides."""

    union_id: int | None
    name: str
    reason: str


def suggest(trade: str, candidates: Iterable[Candidate]) -> Suggestion:
    """The union proposed for a worker of this trade ("" if not told)."""
    found = sorted(candidates, key=lambda item: (item.members, item.id))
    words, industries = TRADES.get(trade, ((), ()))
    same = [item for item in found if _of_trade(item, words, industries)]
    for wanted, reason in (
        (lambda item: item.in_county and item.kind in (JOINT, FEDERATION), "本县区同行业的工会"),
        (lambda item: item.below_industry, "所在市产业工会下的同行业工会"),
        (lambda item: not item.in_county and item.kind == FEDERATION, "所在市同行业工会联合会"),
    ):
        if match := next((item for item in same if wanted(item)), None):
            return Suggestion(match.id, match.name, reason)
    plain = [
        item
        for item in found
        if item.in_county and item.kind in (JOINT, FEDERATION) and not _of_any_trade(item)
    ]
    if len(plain) == 1:
        return Suggestion(plain[0].id, plain[0].name, "本县区唯一可接收的联合工会")
    if plain:
        return Suggestion(plain[0].id, plain[0].name, "本县区会员最少的联合工会")
    return Suggestion(None, "", "本县区还没有可接收的联合工会，请经办人指定或转其他县区")


def _of_trade(item: Candidate, words: tuple[str, ...], industries: tuple[str, ...]) -> bool:
    return any(word in item.name for word in words) or item.industry[-2:] in industries


def _of_any_trade(item: Candidate) -> bool:
    return any(word in item.name for words, _ in TRADES.values() for word in words)


def county_of(chosen: str, document_region: str, counties: Iterable[str]) -> str:
    """The county an application goes to: the one chosen, else that of the document, else "".

    document_region: the successor in force of the first six digits of the ID number. counties:
    region codes of the counties that have a union.
    """
    known = set(counties)
    return next((code for code in (chosen, document_region) if code in known), "")
