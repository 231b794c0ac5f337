"""Which submit a receipt belongs to: by the carrier's number, else by what both sides know.

A carrier's number is hexadecimal in the answer and decimal in the receipt with some (SMPP 3.4
appendix B leaves it open), so both forms are tried. A part whose answer never came has no number:
then our own reference decides where the carrier repeats it, else the phone, if only one open part
to it fits in time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

CLOCKS_APART = timedelta(minutes=10)


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


_FIELDS = re.compile(r"(id|sub|dlvrd|submit date|done date|stat|err):\s*([^\s]*)", re.IGNORECASE)


def read_receipt(text: str) -> dict[str, str]:
    """The fields of a receipt in the text of SMPP 3.4 appendix B, by lower-case name."""
    head = re.split(r"\btext:", text, maxsplit=1, flags=re.IGNORECASE)[0]
    return {name.lower(): value for name, value in _FIELDS.findall(head)}


def receipt_day(text: str) -> datetime | None:
    """A YYMMDDhhmm[ss] time of a receipt; naive, in the carrier's clock; None if unreadable."""
    forms = {12: "%y%m%d%H%M%S", 10: "%y%m%d%H%M"}
    try:
        return datetime.strptime(text, forms.get(len(text), ""))
    except ValueError:
        return None
