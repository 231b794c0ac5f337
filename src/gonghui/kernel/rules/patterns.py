"""Regular expressions inside expressions: a small part of RE2's syntax, bounded in work.

The engine is an automaton without backtracking, so the work grows with the size of the pattern
written out times the length of the text; both are bounded here. \\d, \\w and \\s mean ASCII, as
RE2 has it.
"""

from __future__ import annotations

from dataclasses import dataclass

from gonghui.kernel.rules.kinds import Fault
from gonghui.kernel.rules.parsing import Misread

LONGEST_PATTERN = 100
MOST_ATOMS = 120
_SHORT = {"d": "0-9", "w": "0-9A-Za-z_", "s": "\\t\\n\\r "}
_PUNCTUATION = frozenset("\\.+*?()|[]{}^$-/,:;@#%&=_ '\"")


@dataclass(frozen=True)
class Pattern:
    """A pattern written anew from what was understood of it. atoms: its size written out."""

    text: str
    atoms: int


def read_pattern(text: str, at: int) -> Pattern:
    """The pattern; Misread when it is none of ours. at: where it stands, for the fault."""
    if len(text) > LONGEST_PATTERN:
        raise Misread(Fault(f"格式超过 {LONGEST_PATTERN} 个字。", "请简化。", at))
    reader = _Reader(text, at)
    found = reader.alternatives()
    if reader.place < len(text):
        raise reader.wrong("括号没有成对")
    if found.atoms > MOST_ATOMS:
        raise Misread(Fault(f"格式展开后超过 {MOST_ATOMS} 个字位。", "请减少重复次数。", at))
    return found


class _Reader:
    def __init__(self, text: str, at: int) -> None:
        self.text = text
        self.at = at
        self.place = 0
        self.depth = 0

    def wrong(self, why: str) -> Misread:
        return Misread(
            Fault(
                f"格式不能使用：{why}。", "可用 . [ ] \\d \\w \\s ( ) | * + ? {m,n} ^ $。", self.at
            )
        )

    @property
    def sign(self) -> str:
        return self.text[self.place : self.place + 1]

    def alternatives(self) -> Pattern:
        self.depth += 1
        if self.depth > 6:
            raise self.wrong("括号嵌套过深")
        parts = [self.sequence()]
        while self.sign == "|":
            self.place += 1
            parts.append(self.sequence())
        self.depth -= 1
        return Pattern("|".join(part.text for part in parts), sum(part.atoms for part in parts))

    def sequence(self) -> Pattern:
        text, atoms = "", 0
        while self.sign and self.sign not in "|)":
            found = self.repeated(self.atom())
            text += found.text
            atoms += found.atoms
        return Pattern(text, atoms)

    def repeated(self, atom: Pattern) -> Pattern:
        sign = self.sign
        if not sign or sign not in "*+?{":
            return atom
        if sign == "{":
            closing = self.text.find("}", self.place)
            low, _, high = self.text[self.place + 1 : closing].partition(",")
            exact = "," not in self.text[self.place : closing]
            if closing < 0 or not _count(low) or not (exact or high == "" or _count(high)):
                raise self.wrong("重复次数的写法不对")
            most = max(int(low), int(high or low))
            written, times = self.text[self.place : closing + 1], max(most, 1)
            if high and int(high) < int(low):
                raise self.wrong("重复次数前大后小")
            self.place = closing + 1
        else:
            self.place += 1
            written, times = sign, 1
        if self.sign and self.sign in "*+?{":
            raise self.wrong("重复符号连写")
        return Pattern(f"(?:{atom.text}){written}", max(atom.atoms, 1) * times)

    def atom(self) -> Pattern:
        sign = self.sign
        self.place += 1
        if sign == "(":
            if self.sign == "?":
                raise self.wrong("(?…)")
            found = self.alternatives()
            if self.sign != ")":
                raise self.wrong("括号没有成对")
            self.place += 1
            return Pattern(f"(?:{found.text})", found.atoms)
        if sign == "[":
            return self.set()
        if sign == "\\":
            return Pattern(self.escaped(), 1)
        if sign in ".^$":
            return Pattern(sign, 1)
        if sign in "*+?{}])":
            raise self.wrong(f"此处的“{sign}”")
        return Pattern(_plain(sign), 1)

    def escaped(self) -> str:
        sign = self.sign
        self.place += 1
        if sign in _SHORT and sign:
            return f"[{_SHORT[sign]}]"
        if sign and sign in _PUNCTUATION:
            return _plain(sign)
        raise self.wrong(f"\\{sign}")

    def set(self) -> Pattern:
        negated = self.sign == "^"
        self.place += negated
        parts: list[str] = []
        while self.sign != "]":
            if not self.sign:
                raise self.wrong("方括号没有成对")
            parts.append(self.member())
        self.place += 1
        if not parts:
            raise self.wrong("空的方括号")
        return Pattern(f"[{'^' if negated else ''}{''.join(parts)}]", 2 if negated else 1)

    def member(self) -> str:
        if self.sign == "\\" and self.text[self.place + 1 : self.place + 2] in tuple("dws"):
            short = _SHORT[self.text[self.place + 1]]
            self.place += 2
            return short
        low = self.one()
        following = self.text[self.place + 1 : self.place + 2]
        if self.sign != "-" or following in ("]", ""):
            return _plain(low)
        self.place += 1
        high = self.one()
        if high < low:
            raise self.wrong(f"范围 {low}-{high}")
        return f"{_plain(low)}-{_plain(high)}"

    def one(self) -> str:
        sign = self.sign
        self.place += 1
        if sign == "\\":
            sign = self.sign
            self.place += 1
            if not sign or sign not in _PUNCTUATION:
                raise self.wrong(f"\\{sign}")
        elif sign in "[&~":
            raise self.wrong(f"方括号中的“{sign}”")
        return sign


def _count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 3


def _plain(sign: str) -> str:
    """A sign that stands for itself, inside and outside of brackets."""
    return sign if (sign.isalnum() and sign.isascii()) or ord(sign) > 127 else f"\\x{ord(sign):02X}"
