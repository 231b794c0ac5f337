"""How the seats of one step make its outcome (会签、或签). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Signature:
    """What a seat chose, in the order of signing; empty while it has not signed."""

    choice: str


def outcome_of(mode: str, need: int, seats: Sequence[Signature], assent: str) -> str | None:
    """The choice a step ends with, or None while it still waits.

    mode: "one" and "any" take the first signature. "all" needs every seat's assent, and the first
    other choice ends it. "n" needs `need` assents (as many as there are seats when these are
    fewer), and ends with the last other choice once they cannot be had any more. assent: the
    step's first button.
    """
    signed = [seat.choice for seat in seats if seat.choice]
    others = [choice for choice in signed if choice != assent]
    if not seats:
        return None
    if mode in ("one", "any"):
        return signed[0] if signed else None
    if mode == "all":
        if others:
            return others[0]
        return assent if len(signed) == len(seats) else None
    wanted = max(1, min(need, len(seats)))
    if len(signed) - len(others) >= wanted:
        return assent
    return others[-1] if len(seats) - len(others) < wanted else None
