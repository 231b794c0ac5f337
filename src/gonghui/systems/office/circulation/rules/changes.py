"""Tracked changes (修订痕迹): the difference of two texts, character by character."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher

SAME, ADDED, REMOVED = "same", "added", "removed"
LONGEST = 20_000
"""Characters of a text; above it the difference is made by paragraphs."""


@dataclass(frozen=True)
class Piece:
    """A run of characters that stayed, came or went."""

    state: str
    text: str


def difference(old: str, new: str) -> list[Piece]:
    """The pieces that make `new` out of `old`; joined without the removed ones they give `new`."""
    found: list[Piece] = []
    if len(old) <= 2_000 and len(new) <= 2_000:
        return _by_characters(old, new)
    # Paragraph by paragraph first: a quadratic search over a long text would take seconds.
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        left, right = "".join(before[a:b]), "".join(after[c:d])
        if tag == "equal":
            found.append(Piece(SAME, left))
        elif max(len(left), len(right)) <= 2_000:
            found += _by_characters(left, right)
        else:
            found += [Piece(REMOVED, left)] * bool(left) + [Piece(ADDED, right)] * bool(right)
    return _joined(found)


def _by_characters(old: str, new: str) -> list[Piece]:
    found = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Piece(SAME, old[a:b]))
            continue
        if a < b:
            found.append(Piece(REMOVED, old[a:b]))
        if c < d:
            found.append(Piece(ADDED, new[c:d]))
    return found


def _joined(pieces: list[Piece]) -> list[Piece]:
    found: list[Piece] = []
    for piece in pieces:
        if found and found[-1].state == piece.state:
            found[-1] = Piece(piece.state, found[-1].text + piece.text)
        else:
            found.append(piece)
    return found


def counted(pieces: list[Piece]) -> tuple[int, int]:
    """How many characters came and went."""
    return (
        sum(len(piece.text) for piece in pieces if piece.state == ADDED),
        sum(len(piece.text) for piece in pieces if piece.state == REMOVED),
    )
