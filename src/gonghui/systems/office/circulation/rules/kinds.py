"""The fifteen kinds of official documents (文种) and what each must carry.

Source: 《党政机关公文处理工作条例》(中办发〔2012〕14号), articles 8, 9, 13 to 17.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from gonghui.kernel.base.errors import Refusal

SOURCE = "《党政机关公文处理工作条例》"
KINDS_RULE = f"{SOURCE}第八条"
ELEMENTS_RULE = f"{SOURCE}第九条"
UPWARD_RULE = f"{SOURCE}第十五条"

UP, DOWN, SIDE, PUBLIC = "up", "down", "side", "public"
TO, MEETING, SIGNER, NUMBERED = "to", "meeting", "signer", "numbered"

ELEMENTS = {
    TO: "主送机关",
    MEETING: "会议名称和日期",
}

SEPARATORS = re.compile(r"[、，；,;\n]+(?![^（(]*[）)])")
"""各县（市、区）总工会 is one name."""


@dataclass(frozen=True)
class Kind:
    """A kind of document.

    directions: where it may go. needs: elements beyond title, body, organ and day. layout: the
    layout of GB/T 9704-2012. asks: the phrase its text has to end on, one of these.
    """

    code: str
    title: str
    use: str
    directions: tuple[str, ...]
    needs: tuple[str, ...] = ()
    layout: str = "document"

    @property
    def upward_only(self) -> bool:
        return self.directions == (UP,)


KINDS = {
    kind.code: kind
    for kind in (
        Kind("resolution", "决议", "会议讨论通过的重大决策事项", (DOWN, PUBLIC), (MEETING,)),
        Kind(
            "decision",
            "决定",
            "对重要事项作出决策和部署、奖惩有关单位和人员、变更或者撤销下级机关不适当的决定事项",
            (DOWN, PUBLIC),
        ),
        Kind(
            "order", "命令（令）", "公布规章、宣布重大强制性措施、嘉奖", (DOWN, PUBLIC), (), "order"
        ),
        Kind("communique", "公报", "公布重要决定或者重大事项", (PUBLIC,), (MEETING,)),
        Kind("announcement", "公告", "向国内外宣布重要事项或者法定事项", (PUBLIC,)),
        Kind("public_notice", "通告", "在一定范围内公布应当遵守或者周知的事项", (PUBLIC,)),
        Kind("opinion", "意见", "对重要问题提出见解和处理办法", (UP, DOWN, SIDE), (TO,)),
        Kind(
            "notice",
            "通知",
            "发布、传达要求下级机关执行和有关单位周知或者执行的事项，批转、转发公文",
            (DOWN, SIDE),
            (TO,),
        ),
        Kind("circular", "通报", "表彰先进、批评错误、传达重要精神和告知重要情况", (DOWN,), (TO,)),
        Kind("report", "报告", "向上级机关汇报工作、反映情况，回复上级机关的询问", (UP,), (TO,)),
        Kind("request", "请示", "向上级机关请求指示、批准", (UP,), (TO,)),
        Kind("reply", "批复", "答复下级机关请示事项", (DOWN,), (TO,)),
        Kind("bill", "议案", "按照法律程序提请审议事项", (SIDE, UP), (TO,)),
        Kind(
            "letter",
            "函",
            "不相隶属机关之间商洽工作、询问和答复问题、请求批准和答复审批事项",
            (SIDE,),
            (TO,),
            "letter",
        ),
        Kind("minutes", "纪要", "记载会议主要情况和议定事项", (DOWN,), (MEETING,), "minutes"),
    )
}
CHOICES = [(kind.code, kind.title) for kind in KINDS.values()]
ASKING = re.compile(
    r"(妥否|当否|是否妥当|以上请示|特此请示)|请(予以?)?(批复|批示|审批|批准)[。．]?$", re.M
)


def kind_of(code: str) -> Kind:
    """The kind; Refusal for a code that is none of the fifteen."""
    if code not in KINDS:
        raise Refusal(
            "没有这个文种。",
            rule=KINDS_RULE,
            remedy=f"请从十五种中选择：{'、'.join(kind.title for kind in KINDS.values())}。",
            field="kind",
            code="kind",
        )
    return KINDS[code]


def recipients(text: str) -> list[str]:
    """The names in a line of recipients; 、，； and new lines part them outside brackets."""
    names = SEPARATORS.split(text)
    return [name for name in (part.strip() for part in names) if name]


def faults(code: str, values: Mapping[str, str]) -> list[Refusal]:
    """What the draft of a kind still lacks or does against the rules of its kind.

    values: title, body, to, copies, meeting as typed.
    """
    kind = kind_of(code)
    found: list[Refusal] = []
    title, body = values.get("title", "").strip(), values.get("body", "").strip()
    word = kind.title.removesuffix("（令）")
    if not title:
        found.append(_missing("title", "标题", kind))
    elif word not in title:
        found.append(
            Refusal(
                f"标题里没有文种“{word}”。",
                rule=f"{ELEMENTS_RULE}：标题由发文机关名称、事由和文种组成",
                remedy=f"请改为“关于……的{word}”。",
                field="title",
                code="title_kind",
            )
        )
    if not body:
        found.append(_missing("body", "正文", kind))
    for need in kind.needs:
        if not values.get(need, "").strip():
            found.append(_missing(need, ELEMENTS[need], kind))
    if kind.upward_only:
        found += _upward(kind, values)
    return found


def _missing(name: str, words: str, kind: Kind) -> Refusal:
    return Refusal(
        f"{kind.title}缺少{words}。",
        rule=ELEMENTS_RULE,
        remedy=f"请填写{words}后再送审。",
        field=name,
        code="element",
    )


def _upward(kind: Kind, values: Mapping[str, str]) -> list[Refusal]:
    found = []
    if len(recipients(values.get("to", ""))) > 1:
        found.append(
            Refusal(
                f"{kind.title}只主送一个上级机关。",
                rule=f"{UPWARD_RULE}第（一）项",
                remedy="其他上级机关请改为抄送。",
                field="to",
                code="one_recipient",
            )
        )
    body = values.get("body", "")
    asks = ASKING.search(body)
    if kind.code == "report" and asks:
        found.append(
            Refusal(
                f"报告中夹带了请示事项：“{asks.group(0)}”。",
                rule=f"{UPWARD_RULE}第（四）项",
                remedy="请示事项请另文报送，文种用“请示”。",
                field="body",
                code="report_asks",
            )
        )
    if kind.code == "request" and body and not asks:
        found.append(
            Refusal(
                "请示没有写明请求批复的话。",
                rule=f"{UPWARD_RULE}第（四）项：请示应当一文一事",
                remedy="请在结尾写明请求事项，如“妥否，请批复。”",
                field="body",
                code="request_asks",
            )
        )
    return found
