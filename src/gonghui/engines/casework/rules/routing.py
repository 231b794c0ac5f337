"""Where a case is sent: level by table, place by the tree, never to the unit complained of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.rules.kinds import Kind as Of
from gonghui.kernel.rules.tables import Content, Input, Line, Output, RuleTable, Sample

DEPTHS = {"province": 1, "city": 2, "county": 3, "basic": 99}
LEVELS = {"province": "省级", "city": "市级", "county": "县级", "basic": "基层"}
DIFFICULTIES = {"common": "一般", "hard": "难点", "complex": "特别复杂"}
CHANNELS = {
    "web": "网上",
    "phone": "电话",
    "counter": "窗口",
    "sms": "短信",
    "wechat": "微信",
    "weibo": "微博",
    "app": "手机应用",
    "letter": "信件",
    "transfer": "上级转来",
}
RULE = "不得将投诉转给被反映的单位办理"

INPUTS = (
    Input("kind", "业务", Of.TEXT),
    Input("category", "类别", Of.TEXT),
    Input("difficulty", "难度", Of.TEXT, DIFFICULTIES),
    Input("channel", "渠道", Of.TEXT, CHANNELS),
    Input("complaints", "来件数", Of.INTEGER, least=1),
    Input("crisis", "紧急", Of.FLAG),
)
OUTPUTS = (
    Output("level", "办理层级", Of.TEXT, LEVELS),
    Output("note", "派发要求", Of.TEXT),
)

DISPATCH = RuleTable(
    "casework.dispatch",
    "办件派发层级",
    inputs=INPUTS,
    outputs=OUTPUTS,
    default=Content(
        lines=(
            Line({"crisis": "是"}, {"level": "省级", "note": "立即联系来件人"}),
            Line({"difficulty": "特别复杂"}, {"level": "省级"}),
            Line({"complaints": ">= 30"}, {"level": "市级", "note": "集体事项，报本级领导"}),
            Line({"difficulty": "难点"}, {"level": "市级"}),
            Line({}, {"level": "县级"}),
        ),
        samples=(
            Sample("一般来件到县级", {"difficulty": "一般", "complaints": "1"}, {"level": "县级"}),
            Sample("紧急来件不下派", {"crisis": "是", "complaints": "1"}, {"level": "省级"}),
        ),
    ),
    complete=True,
    help="省级统一受理后派到哪一级。各市可以发布自己的表。",
    source="全国总工会 12351 职工服务热线：全国连通、全总汇总、各省集中、分级主办",
)


@dataclass(frozen=True)
class Place:
    """A union as far as routing looks at it: ids from the root down to itself."""

    ids: tuple[int, ...]

    @classmethod
    def of(cls, path: str) -> Place:
        return cls(tuple(int(part) for part in path.rstrip(".").split(".")))


def target(competent: Place, level: str, respondent_id: int | None) -> int:
    """The union that gets a case: on the way from the root to the competent union.

    level: one of LEVELS; a way that ends earlier ends there. When that union is the one
    complained of or below it, its nearest superior outside gets the case. Refusal when there is
    none: a complaint about the root is not this platform's.
    """
    depth = min(DEPTHS[level], len(competent.ids))
    chain: Sequence[int] = competent.ids[:depth]
    if respondent_id is not None and respondent_id in chain:
        chain = chain[: chain.index(respondent_id)]
    if not chain:
        raise Refusal(
            "反映省总工会本级的事项，本平台没有可以办理的上级。",
            rule=RULE,
            remedy="请告知来件人向全国总工会反映，并在登记中注明。",
            code="no_superior",
        )
    return chain[-1]


def check_target(to: Place, respondent_id: int | None) -> None:
    """Refuse a union that is the one complained of or below it."""
    if respondent_id is not None and respondent_id in to.ids:
        raise Refusal(
            "不能派给被反映的单位或其下级。",
            rule=RULE,
            remedy="请派给它的上级工会；需要它说明情况的，用“请被反映单位说明”。",
            field="union",
            code="to_respondent",
        )
