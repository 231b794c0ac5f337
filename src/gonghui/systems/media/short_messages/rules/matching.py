"""Which submit a receipt belongs to: by the carrier's number, else by what both sides know.

A carrier's number is hexadecimal in the answer and decimal in the receipt with some (SMPP 3.4
appendix B leaves it open), so both forms are tried. A part whose answer never came has no number:
then our own reference decides where the carrier repeats it, else the phone, if only one open part
to it fits in time.

Carriers count anew after some time, so a number names a part only for a period, and only to the
phone the receipt names.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

CLOCKS_APART = timedelta(minutes=10)
PERIOD = timedelta(days=7)
"""So long a carrier's number means one thing: validity ends after 72 hours at most, and what a link
missed meanwhile is repeated for some days."""


@dataclass(frozen=True)
class Open:
    """A part of unknown outcome to the phone of a receipt."""

    id: int
    reference: int
    sent_at: datetime


def numbers(carrier_id: str) -> list[str]:
    """The forms a carrier's number may have been given in, as said first.

    Other forms than the first are guesses: another number may be written like one of them.
    """
    said = carrier_id.strip()
    found = [said]
    if said.isdecimal():
        value = int(said)
        found += [f"{value:x}", f"{value:X}", f"{value:08x}", f"{value:08X}"]
    if re.fullmatch(r"[0-9A-Fa-f]{1,16}", said):
        found.append(str(int(said, 16)))
    found.append(said.lstrip("0"))
    return [form for form in dict.fromkeys(found) if form]


@dataclass(frozen=True)
class Named:
    """A part the carrier gave the number of a receipt. same_phone: None if it names no phone."""

    id: int
    sent_at: datetime
    same_phone: bool | None


def numbered(named: Sequence[Named], came_at: datetime, *, exact: bool) -> int | None:
    """The newest part of the period a receipt can mean by its number; both clocks are ours.

    exact: the number is written as the carrier wrote it; a guessed form needs the phone.
    """
    for item in sorted(named, key=lambda item: item.id, reverse=True):
        meant = item.same_phone or (exact and item.same_phone is None)
        if meant and item.sent_at <= came_at <= item.sent_at + PERIOD:
            return item.id
    return None


_PHONE = re.compile(r"1\d{10}")


def is_phone(number: str) -> bool:
    """Whether a receipt names a phone; some name our own number instead."""
    return bool(_PHONE.fullmatch(number))


def unnumbered(
    opens: Sequence[Open], reference: int | None, submitted_at: datetime | None
) -> int | None:
    """The one part a receipt without a known number can mean; None rather than a guess."""
    if reference is not None:
        meant = [item for item in opens if item.reference == reference]
        return meant[0].id if len(meant) == 1 else None
    if submitted_at is not None:
        opens = [item for item in opens if abs(item.sent_at - submitted_at) <= CLOCKS_APART]
    return opens[0].id if len(opens) == 1 else None


_FIELDS = re.compile(r"(id|sub|dlvrd|submit date|done date|stat|err):\s*([^\s\0]*)", re.IGNORECASE)


def read_receipt(text: str) -> dict[str, str]:
    """The fields of a receipt in the text of SMPP 3.4 appendix B, by lower-case name."""
    head = re.split(r"\btext:", text, maxsplit=1, flags=re.IGNORECASE)[0]
    return {name.lower(): value for name, value in _FIELDS.findall(head)}


def receipt_day(text: str) -> datetime | None:
    """A YYMMDDhhmm[ss] time of a receipt; naive, in the carrier's clock; None if unreadable."""
    forms = {12: "%y%m%d%H%M%S", 10: "%y%m%d%H%M"}
    try:
        return datetime.strptime(text, forms[len(text)])
    except (KeyError, ValueError):
        return None
