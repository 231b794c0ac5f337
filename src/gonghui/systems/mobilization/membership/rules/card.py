"""Rules of the member card (会员卡): how long a code holds and what it stands for."""

from __future__ import annotations

SCREEN_SECONDS = 300
"""How long a code on a screen holds; the page draws a new one before."""

PAPER_DAYS = 1095
"""How long a printed code holds: three years, the shorter term of a basic union's committee."""

NUMBER_TAIL = 4


def tail_of(number: str) -> str:
    """A member number as a public page shows it: only its end."""
    return "*" * (len(number) - NUMBER_TAIL) + number[-NUMBER_TAIL:]
