"""What people write back: refusing (TD, T, 退订), consenting again, and everything else."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta
from enum import StrEnum

RULE = "《通信短信息服务管理规定》（工业和信息化部令第31号）第二十条：便捷有效的拒绝接收方式"
REFUSE = frozenset({"T", "TD", "退订", "QX", "取消订阅", "不再接收", "拒收", "0000", "TDQB"})
WORDED = frozenset(
    {"回复TD退订", "回复T退订", "回T退订", "回TD退订", "TD退订", "T退订", "退订TD", "退订T"}
    | {"回复TD", "回复T", "回TD", "回T", "回复退订", "退订短信", "我要退订", "请退订", "退訂"}
)
"""Refusals in the words of our own notice or a short request, signs and blanks left out."""
AGREE = frozenset({"HF", "DY", "恢复", "恢复接收", "订阅", "同意接收", "11111"})


class Command(StrEnum):
    """What a reply means by itself, before any system is asked."""

    REFUSE = "refuse"
    AGREE = "agree"
    NONE = "none"


def normalised(text: str) -> str:
    """A reply without blanks, signs, width and case: “ ｔ ｄ。” is TD."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(sign for sign in plain if sign.isalnum()).upper()


def command_of(text: str) -> Command:
    """REFUSE for TD and the like standing alone; a sentence with 退订 in it is a sentence."""
    said = normalised(text)
    if said in REFUSE or said in WORDED:
        return Command.REFUSE
    return Command.AGREE if said in AGREE else Command.NONE


def is_repeat(
    before: datetime | None, acknowledged: bool, now: datetime, seconds: int = 120
) -> bool:
    """Whether the same text from the same number is the carrier's own repetition.

    Without our acknowledgement the carrier sends again whenever the link is back, at most a day
    later; with it only what was on its way when the link fell, within `seconds`.
    """
    if before is None:
        return False
    return now - before < (timedelta(seconds=seconds) if acknowledged else timedelta(days=1))
