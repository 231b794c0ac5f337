"""Marks of a text by which likeness is told without keeping its words (最小哈希).

Broder, On the resemblance and containment of documents, 1997: of each of 32 keyed hashings of
a text's pairs of characters the smallest is kept; the share of equal marks estimates the share
of equal pairs. Sixteen bands of two marks find candidates: two texts that share half of their
pairs meet in at least one band with 99 % certainty.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence

COUNT = 32
_PRIME = (1 << 61) - 1
_LOW = (1 << 31) - 1
_RANDOM = random.Random(20231229)
_MIXERS = [(_RANDOM.randrange(1, _PRIME), _RANDOM.randrange(_PRIME)) for _ in range(COUNT)]


def marks(text: str, key: bytes) -> tuple[int, ...]:
    """Thirty-two numbers of 31 bits; none for a text of fewer than two letters."""
    letters = "".join(sign for sign in text.lower() if sign.isalnum())
    pairs = {letters[at : at + 2] for at in range(len(letters) - 1)}
    if not pairs:
        return ()
    hashes = [
        int.from_bytes(hashlib.blake2b(pair.encode(), key=key, digest_size=8).digest())
        for pair in pairs
    ]
    return tuple(min((a * value + b) % _PRIME for value in hashes) & _LOW for a, b in _MIXERS)


def bands(found: Sequence[int]) -> list[int]:
    """One number for each two marks, different for each place."""
    return [
        (place * 1_000_003 + found[place] * 8_191 + found[place + 1]) & _LOW
        for place in range(0, len(found), 2)
    ]


def shared(one: Sequence[int], other: Sequence[int]) -> float:
    """The estimated share of equal pairs, 0 to 1."""
    if not one or len(one) != len(other):
        return 0.0
    return sum(a == b for a, b in zip(one, other, strict=True)) / len(one)
