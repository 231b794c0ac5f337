"""Filing (归档): the retention of a document and the number of its piece (件).

Source: 《机关文件材料归档范围和文书档案保管期限规定》(国家档案局令第8号, 2006): 永久, 30年, 10年;
DA/T 22-2015: 全宗号-门类代码·年度-保管期限-机构（问题）-件号.
"""

from __future__ import annotations

from datetime import date

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.rules.kinds import Kind
from gonghui.kernel.rules.tables import (
    Content,
    Hit,
    Input,
    Line,
    Output,
    Reach,
    RuleTable,
    Sample,
)
from gonghui.systems.office.circulation.rules.kinds import KINDS

RULE = "《机关文件材料归档范围和文书档案保管期限规定》（国家档案局令第8号）"
DEADLINE_RULE = "DA/T 22-2015：次年6月底前归档"
RETENTIONS = {"Y": "永久", "D30": "30年", "D10": "10年"}
LASTING = (
    "resolution",
    "decision",
    "order",
    "communique",
    "announcement",
    "request",
    "reply",
    "bill",
)


RETENTION_TABLE = RuleTable(
    "circulation.retention",
    "文书档案保管期限",
    inputs=(
        Input("outgoing", "本机关制发", Kind.FLAG),
        Input("kind", "文种", Kind.TEXT, {kind.code: kind.title for kind in KINDS.values()}),
    ),
    outputs=(Output("retention", "保管期限", Kind.TEXT, RETENTIONS),),
    hit=Hit.FIRST,
    complete=True,
    reach=Reach.COUNTY,
    help="归档时按它提出保管期限，归档人可以改定。各机关按本机关的保管期限表另定。",
    source=RULE,
    default=Content(
        (
            Line({"outgoing": "是", "kind": "、".join(LASTING)}, {"retention": "Y"}),
            Line({"outgoing": "是"}, {"retention": "D30"}),
            Line({}, {"retention": "D10"}),
        ),
        (
            Sample("本机关的决定", {"outgoing": "是", "kind": "decision"}, {"retention": "Y"}),
            Sample("本机关的通知", {"outgoing": "是", "kind": "notice"}, {"retention": "D30"}),
            Sample("收文", {"outgoing": "否"}, {"retention": "D10"}),
        ),
    ),
)
"""The retention one begins with: own documents of weight for ever, notices 30 years."""


def check(retention: str) -> str:
    if retention not in RETENTIONS:
        raise Refusal(
            "保管期限只有永久、30年和10年。", rule=RULE, field="retention", code="retention"
        )
    return retention


def reference(fonds: str, year: int, retention: str, category: str, serial: int) -> str:
    """档号: 0001-WS·2026-Y-BGS-0003."""
    return f"{fonds}-WS·{year}-{retention}-{category}-{serial:04d}"


def file_by(day: date) -> date:
    """Until when a document of a day's year is filed."""
    return date(day.year + 1, 6, 30)
