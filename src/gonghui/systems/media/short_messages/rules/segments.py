"""How a text becomes short messages: its alphabet, its parts, and how many are billed.

Alphabet and concatenation: 3GPP TS 23.038 section 6.2 (GSM 7 bit default alphabet with its
extension table; UCS-2) and 3GPP TS 23.040 section 9.2.3.24.1 (8-bit reference). One message has
140 octets: 160 septets or 70 UCS-2 units; each part of a longer one gives 6 octets to its header,
which leaves 153 septets or 67 units. A part never ends inside an escaped sign or a surrogate pair.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gonghui.kernel.base.errors import Refusal

MOST_PARTS = 10
"""Carriers take no longer texts; 670 signs are no short message any more."""
RULE = "3GPP TS 23.040 9.2.3.24.1 长短信分段"

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = {
    "\f": 0x0A,
    "^": 0x14,
    "{": 0x28,
    "}": 0x29,
    "\\": 0x2F,
    "[": 0x3C,
    "~": 0x3D,
    "]": 0x3E,
    "|": 0x40,
    "€": 0x65,
}
ESCAPE = 0x1B
_SEPTETS = {sign: (code,) for code, sign in enumerate(_BASIC) if code != ESCAPE} | {
    sign: (ESCAPE, code) for sign, code in _EXTENDED.items()
}
_SIGNS = {codes: sign for sign, codes in _SEPTETS.items()}


class Alphabet(StrEnum):
    """What a message is written in on the air."""

    GSM7 = "gsm7"
    UCS2 = "ucs2"


TITLES = {Alphabet.GSM7: "英文字母表（GSM 7 位）", Alphabet.UCS2: "中文（UCS-2）"}
WHOLE = {Alphabet.GSM7: 160, Alphabet.UCS2: 70}
PART = {Alphabet.GSM7: 153, Alphabet.UCS2: 67}


@dataclass(frozen=True)
class Cut:
    """A text cut into parts. units: septets or UCS-2 units in all. left: what the last part,
    or the whole one, still takes."""

    alphabet: Alphabet
    parts: tuple[str, ...]
    units: int
    left: int

    @property
    def count(self) -> int:
        """How many messages are sent and billed."""
        return len(self.parts)

    @property
    def words(self) -> str:
        """The count in words, for the page."""
        if not self.units:
            return "还没有内容"
        return f"共 {self.units} 字，{self.count} 条短信，最后一条还可写 {self.left} 字"


def alphabet_of(text: str) -> Alphabet:
    """The smaller alphabet that has every sign of the text."""
    return Alphabet.GSM7 if all(sign in _SEPTETS for sign in text) else Alphabet.UCS2


def units_of(sign: str, alphabet: Alphabet) -> int:
    """What one sign takes: 1, or 2 for escaped signs and those outside the basic plane."""
    if alphabet is Alphabet.GSM7:
        return len(_SEPTETS[sign])
    return 2 if ord(sign) > 0xFFFF else 1


def cut(text: str) -> Cut:
    """The text as it will be sent; Refusal if it takes more than MOST_PARTS messages."""
    alphabet = alphabet_of(text)
    units = sum(units_of(sign, alphabet) for sign in text)
    if units <= WHOLE[alphabet]:
        return Cut(alphabet, (text,), units, WHOLE[alphabet] - units)
    room = PART[alphabet]
    parts: list[str] = []
    current: list[str] = []
    used = 0
    for sign in text:
        size = units_of(sign, alphabet)
        if used + size > room:
            parts.append("".join(current))
            current, used = [], 0
        current.append(sign)
        used += size
    parts.append("".join(current))
    if len(parts) > MOST_PARTS:
        raise Refusal(
            f"内容太长：需要 {len(parts)} 条短信，最多 {MOST_PARTS} 条。",
            rule=RULE,
            remedy="请缩短内容，或写明网页链接。",
            field="text",
            code="too_long",
        )
    return Cut(alphabet, tuple(parts), units, room - used)


def encode(text: str, alphabet: Alphabet) -> bytes:
    """A part as octets of the protocol: UCS-2 big endian, or one septet an octet (unpacked).

    Raises KeyError for a sign the GSM alphabet lacks.
    """
    if alphabet is Alphabet.UCS2:
        return text.encode("utf-16-be")
    return bytes(code for sign in text for code in _SEPTETS[sign])


def decode(octets: bytes, alphabet: Alphabet) -> str:
    """The text of octets that came in; what stands for no sign becomes U+FFFD."""
    if alphabet is Alphabet.UCS2:
        return octets.decode("utf-16-be", "replace")
    found, at = [], 0
    while at < len(octets):
        if octets[at] == ESCAPE and at + 1 < len(octets):
            found.append(_SIGNS.get((ESCAPE, octets[at + 1]), "\ufffd"))
            at += 2
        else:
            found.append(_SIGNS.get((octets[at],), "\ufffd"))
            at += 1
    return "".join(found)


@dataclass(frozen=True)
class Header:
    """Where a part stands in its message; number counts from 1."""

    reference: int
    total: int
    number: int

    def octets(self) -> bytes:
        """The user data header with an 8-bit reference."""
        return bytes((5, 0, 3, self.reference % 256, self.total, self.number))


def read_header(octets: bytes) -> tuple[Header | None, bytes]:
    """The header of incoming user data, 8 or 16 bit, and what follows it."""
    if not octets or octets[0] + 1 > len(octets):
        return None, octets
    end = octets[0] + 1
    at = 1
    while at + 2 <= end:
        kind, size = octets[at], octets[at + 1]
        value = octets[at + 2 : at + 2 + size]
        if kind == 0 and len(value) == 3 and value[1] and 1 <= value[2] <= value[1]:
            return Header(value[0], value[1], value[2]), octets[end:]
        if kind == 8 and len(value) == 4 and value[2] and 1 <= value[3] <= value[2]:
            return Header(value[0] << 8 | value[1], value[2], value[3]), octets[end:]
        at += 2 + size
    return None, octets[end:]


def wire_parts(text: str, reference: int) -> list[tuple[bytes, bool]]:
    """Every part as octets with its header, and whether it has one."""
    found = cut(text)
    if found.count == 1:
        return [(encode(text, found.alphabet), False)]
    return [
        (Header(reference, found.count, place).octets() + encode(part, found.alphabet), True)
        for place, part in enumerate(found.parts, start=1)
    ]
