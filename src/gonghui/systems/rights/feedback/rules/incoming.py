"""What a text message to us is (短信来信): a case of 12351, more to one, or not the hotline's.

A text that tells of danger never comes here: it goes to people whatever it answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

SHORTEST = 4
"""A text of fewer characters says nothing that could be dealt with."""
_COURTESY = (
    "收到",
    "已收",
    "已阅",
    "知悉",
    "知道",
    "明白",
    "了解",
    "好的",
    "好",
    "可以",
    "没问题",
    "同意",
    "嗯",
    "是的",
    "行",
    "谢谢",
    "多谢",
    "感谢",
    "辛苦",
    "祝",
    "节日快乐",
    "新年快乐",
    "身体健康",
    "万事如意",
    "一定",
    "准时",
    "按时",
    "参加",
    "到场",
    "出席",
    "会",
    "去",
    "来",
    "我",
    "您",
    "你们",
    "你",
    "大家",
    "领导",
    "工会",
    "请放心",
    "ok",
)
_RID = re.compile(r"[\W_了啦的哦啊呢吧也都已很非常]+")
_COURTEOUS = re.compile(f"(?:{'|'.join(sorted(map(re.escape, _COURTESY), key=len)[::-1])})*")


class Lot(StrEnum):
    """What becomes of a text."""

    CASE = "case"
    MORE = "more"
    NOT_OURS = "not_ours"


def is_courtesy(text: str) -> bool:
    """Whether a text only says that something was received, or thanks for it."""
    return bool(_COURTEOUS.fullmatch(_RID.sub("", text.lower())))


def is_own(number: str, numbers: Iterable[str]) -> bool:
    """Whether a text was sent to the hotline: carriers put their own digits before its number."""
    plain = "".join(number.split())
    return any(own and plain.endswith(own) for own in numbers)


def lot(text: str, *, own_number: bool, answers: bool, about_a_case: bool, earlier: bool) -> Lot:
    """What becomes of a text.

    answers: the platform sent this phone a message lately. about_a_case: that message told of a
    step of a case. earlier: the phone has a case under way it wrote by text.
    """
    if len(text.strip()) < SHORTEST or is_courtesy(text):
        return Lot.NOT_OURS
    if answers:
        return Lot.MORE if about_a_case and earlier else Lot.NOT_OURS
    if not own_number:
        return Lot.NOT_OURS
    return Lot.MORE if earlier else Lot.CASE
