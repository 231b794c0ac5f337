"""What the grid editor does to lines, and how two contents differ; plain Python."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TypeVar

from gonghui.kernel.rules.tables import Line, RuleTable

Item = TypeVar("Item")


def rearranged(items: Sequence[Item], verb: str, at: int, blank: Item) -> list[Item]:
    """The items after one button of the grid: add, copy, up, down or drop at an index.

    An index outside, or a verb that is none of these, changes nothing.
    """
    found = list(items)
    if verb == "add":
        return [*found, blank]
    if not 0 <= at < len(found):
        return found
    match verb:
        case "copy":
            found.insert(at + 1, found[at])
        case "drop":
            del found[at]
        case "up" if at > 0:
            found[at - 1], found[at] = found[at], found[at - 1]
        case "down" if at + 1 < len(found):
            found[at + 1], found[at] = found[at], found[at + 1]
    return found


@dataclass(frozen=True)
class Changed:
    """A line of one or both contents. what: same, new, gone or changed; numbers from 1, 0: none."""

    what: str
    before: Line | None
    after: Line | None
    old_number: int = 0
    new_number: int = 0


def differences(table: RuleTable, before: Sequence[Line], after: Sequence[Line]) -> list[Changed]:
    """Lines of two contents side by side, matched by what their cells say."""
    matcher = SequenceMatcher(
        None, [_key(table, line) for line in before], [_key(table, line) for line in after], False
    )
    found: list[Changed] = []
    for what, a, a_end, b, b_end in matcher.get_opcodes():
        for step in range(max(a_end - a, b_end - b)):
            old = before[a + step] if a + step < a_end else None
            new = after[b + step] if b + step < b_end else None
            word = "same" if what == "equal" else _word(old, new)
            found.append(
                Changed(word, old, new, a + step + 1 if old else 0, b + step + 1 if new else 0)
            )
    return found


def _word(old: Line | None, new: Line | None) -> str:
    if old is None:
        return "new"
    return "changed" if new is not None else "gone"


def _key(table: RuleTable, line: Line) -> tuple[str, ...]:
    return (
        *(line.when.get(column.code, "").strip() for column in table.inputs),
        *(line.then.get(column.code, "").strip() for column in table.outputs),
        line.note.strip(),
    )
