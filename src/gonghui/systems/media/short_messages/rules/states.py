"""How a message and its parts go on (状态), and what a receipt or refusal of a carrier means.

A part that may have reached the carrier without our knowing is UNKNOWN (结果待查): it waits for its
receipt and is never sent again by itself. See docs/decisions/0022-short-messages.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Part(StrEnum):
    """One part handed to one route once."""

    RECORDED = "recorded"
    ACCEPTED = "accepted"
    PUT_OFF = "put_off"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"


class Whole(StrEnum):
    """A message as the desk sees it."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNCONFIRMED = "unconfirmed"
    CANCELLED = "cancelled"


PART_TITLES = {
    Part.RECORDED: "已登记，待提交",
    Part.ACCEPTED: "已提交",
    Part.PUT_OFF: "暂缓",
    Part.REFUSED: "被拒绝",
    Part.UNKNOWN: "结果待查",
    Part.DELIVERED: "已送达",
    Part.UNDELIVERED: "未送达",
}
FINAL = frozenset({Whole.DELIVERED, Whole.FAILED, Whole.UNCONFIRMED, Whole.CANCELLED})
OPEN_PARTS = frozenset({Part.RECORDED, Part.ACCEPTED, Part.UNKNOWN})

_ALLOWED = {
    Part.RECORDED: {
        Part.ACCEPTED,
        Part.PUT_OFF,
        Part.REFUSED,
        Part.UNKNOWN,
        Part.DELIVERED,
        Part.UNDELIVERED,
    },
    Part.UNKNOWN: {Part.ACCEPTED, Part.REFUSED, Part.PUT_OFF, Part.DELIVERED, Part.UNDELIVERED},
    Part.ACCEPTED: {Part.DELIVERED, Part.UNDELIVERED},
    # The carrier said it could not, then that it did: the phone has it.
    Part.UNDELIVERED: {Part.DELIVERED},
    Part.PUT_OFF: set(),
    Part.REFUSED: set(),
    Part.DELIVERED: set(),
}


def may_become(now: Part, then: Part) -> bool:
    """Whether a part may go from one state to another; late and repeated news change nothing."""
    return then in _ALLOWED[now]


def of_parts(latest: Iterable[Part], expected: int) -> Whole:
    """What the latest tries of a message's parts make of it; expected: how many parts it has."""
    found = list(latest)
    if Part.UNKNOWN in found:
        return Whole.UNKNOWN
    if Part.RECORDED in found:
        return Whole.SENDING
    if Part.REFUSED in found or Part.UNDELIVERED in found:
        return Whole.FAILED
    if Part.PUT_OFF in found or len(found) < expected:
        return Whole.WAITING
    if all(part is Part.DELIVERED for part in found):
        return Whole.DELIVERED
    return Whole.SENT


_ARRIVED = {"DELIVRD"}
_FAILED = {"EXPIRED", "DELETED", "UNDELIV", "REJECTD", "CANCEL", "NOROUTES"}
_UNDERWAY = {"ENROUTE", "ACCEPTD", "UNKNOWN", "SCHEDULED", "SKIPPED"}
_SMPP_STATES = {
    1: "ENROUTE",
    2: "DELIVRD",
    3: "EXPIRED",
    4: "DELETED",
    5: "UNDELIV",
    6: "ACCEPTD",
    7: "UNKNOWN",
    8: "REJECTD",
}


RECEIPT_TITLES = {
    "DELIVRD": "送达",
    "EXPIRED": "过期",
    "DELETED": "被删除",
    "UNDELIV": "无法投递",
    "REJECTD": "被拒绝",
    "CANCEL": "被取消",
    "NOROUTES": "没有路由",
    "ACCEPTD": "已受理",
    "ENROUTE": "途中",
    "SCHEDULED": "待投递",
    "SKIPPED": "被跳过",
    "UNKNOWN": "不明",
}


def receipt_title(word: str) -> str:
    """A receipt's word as shown; a carrier's own codes as they are."""
    return RECEIPT_TITLES.get(word.strip().upper(), word)


def state_word(number: int) -> str:
    """SMPP 3.4 section 5.2.28 message_state as the word of a receipt."""
    return _SMPP_STATES.get(number, "UNKNOWN")


def of_receipt(word: str) -> Part | None:
    """What a receipt says of its part; None for those that only say it is under way.

    Carriers of CMPP add own codes such as MK:0001 or CA:0051; all of those mean not delivered.
    """
    said = word.strip().upper()
    if said in _ARRIVED:
        return Part.DELIVERED
    if said in _UNDERWAY or not said:
        return None
    return Part.UNDELIVERED


SMPP_LATER = frozenset({0x08, 0x14, 0x58, 0x64})
"""System error, queue full, throttled, temporary error of the receiver's application."""
CMPP_LATER = frozenset({8})
"""Flow control."""


def of_answer(code: int, later: frozenset[int]) -> Part:
    """What the carrier's answer to a submit means."""
    if code == 0:
        return Part.ACCEPTED
    return Part.PUT_OFF if code in later else Part.REFUSED
