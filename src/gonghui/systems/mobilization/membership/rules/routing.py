"""Routing of workers without a fixed employer (周转池): which union is proposed, and why.

A decision table, the first line that finds a union wins:
1. a joint union or federation of the worker's trade in the county;
2. a union of the trade in the city: below an industry union first, then the industry union's
   own federation;
3. the only joint union or federation of no particular trade in the county;
4. of several such unions the one with the fewest members;
5. nothing: the county's cadre looks for one.

Which union is of a trade, the table TRADE_TABLE says; a city may have lines of its own.
A mobile number's place of registration is not asked: it needs an outside service, and says
little about where somebody lives.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gonghui.kernel.rules.kinds import Kind
from gonghui.kernel.rules.tables import (
    Content,
    Hit,
    InForce,
    Input,
    Line,
    Output,
    RuleTable,
    Sample,
)

RULE = "周转池分派规则（平台暂行）：先按行业，后按居住地"
JOINT, FEDERATION = "70", "60"

_TRADES: dict[str, tuple[str, str, str]] = {
    "01": ("货车司机", "货车、货运、物流、卡车", "54"),
    "02": ("网约车司机", "网约车、出租、客运", "54"),
    "03": ("快递员", "快递、邮政、寄递", "60"),
    "04": ("外卖配送员", "外卖、配送、骑手", "62"),
    "05": ("代驾驾驶员", "代驾", "54"),
    "06": ("家政服务员", "家政", "80"),
    "07": ("护工护理员", "护工、护理、养老", "84、85"),
    "08": ("商场信息员", "商场、商超", "52"),
    "09": ("网络主播", "网络、直播、电商", "64"),
    "10": ("网络平台兼职教师", "网络、教育", "83"),
    "11": ("房产中介员", "房产、中介、房地产", "70"),
    "12": ("保安员", "保安、物业", "72"),
}

TRADE_TABLE = RuleTable(
    "membership.pool_trades",
    "周转池行业对应",
    inputs=(
        Input(
            "trade",
            "新就业形态",
            Kind.TEXT,
            {code: title for code, (title, _, _) in _TRADES.items()} | {"99": "其他"},
        ),
    ),
    outputs=(
        Output("words", "工会名称用字", Kind.TEXTS),
        Output("industries", "行业大类", Kind.TEXTS),
    ),
    hit=Hit.COLLECT,
    help="周转池向职工推荐工会时，凭工会名称中的用字和国民经济行业大类，认出同行业的工会。",
    source=RULE,
    default=Content(
        tuple(
            Line({"trade": code}, {"words": words, "industries": industries})
            for code, (_, words, industries) in _TRADES.items()
        ),
        (
            Sample("快递员", {"trade": "03"}, {"words": "快递、邮政、寄递"}),
            Sample("其他行业没有对应", {"trade": "99"}, nothing=True),
        ),
    ),
)
"""Trade (code table new_employment): words in a union's name, and divisions of GB/T 4754."""

Trades = Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]
"""Words and divisions by trade."""


def trades_in(found: InForce) -> Trades:
    """What a content of the table says of every trade it knows."""
    known: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}
    for code in TRADE_TABLE.inputs[0].choices or ():
        outcome = TRADE_TABLE.apply(found, {"trade": code}).outcome or {}
        if outcome:
            known[code] = (tuple(outcome["words"]), tuple(outcome["industries"]))
    return known


TRADES = trades_in(InForce(TRADE_TABLE.default))
"""What holds where no union has a version of its own."""


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


def suggest(trade: str, candidates: Iterable[Candidate], trades: Trades = TRADES) -> Suggestion:
    """The union proposed for a worker of this trade ("" if not told), by the table in force."""
    found = sorted(candidates, key=lambda item: (item.members, item.id))
    words, industries = trades.get(trade, ((), ()))
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
        if item.in_county and item.kind in (JOINT, FEDERATION) and not _of_any_trade(item, trades)
    ]
    if len(plain) == 1:
        return Suggestion(plain[0].id, plain[0].name, "本县区唯一可接收的联合工会")
    if plain:
        return Suggestion(plain[0].id, plain[0].name, "本县区会员最少的联合工会")
    return Suggestion(None, "", "本县区还没有可接收的联合工会，请经办人指定或转其他县区")


def _of_trade(item: Candidate, words: tuple[str, ...], industries: tuple[str, ...]) -> bool:
    return any(word in item.name for word in words) or item.industry[-2:] in industries


def _of_any_trade(item: Candidate, trades: Trades) -> bool:
    return any(word in item.name for words, _ in trades.values() for word in words)


def county_of(chosen: str, document_region: str, counties: Iterable[str]) -> str:
    """The county an application goes to: the one chosen, else that of the document, else "".

    document_region: the successor in force of the first six digits of the ID number. counties:
    region codes of the counties that have a union.
    """
    known = set(counties)
    return next((code for code in (chosen, document_region) if code in known), "")
