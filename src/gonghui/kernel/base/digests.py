"""SM3 digests of canonical JSON and Merkle trees over digests.

SM3 is GB/T 32905-2016. Trees follow RFC 9162 section 2.1: leaves and inner nodes are hashed
under different prefixes, so a node can never be passed off as a leaf, and a tree of n leaves
splits at the largest power of two below n, so no leaf is ever duplicated.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

DIGEST_SIZE = 32

_LEAF = b"\x00"
_NODE = b"\x01"


def _sm3_by_openssl() -> Callable[[bytes], bytes]:
    # Copying a prepared state skips the algorithm look-up that hashlib.new() repeats each call.
    empty = hashlib.new("sm3")

    def digest(data: bytes) -> bytes:
        state = empty.copy()
        state.update(data)
        return state.digest()

    return digest


def _sm3_by_cryptography() -> Callable[[bytes], bytes]:
    from cryptography.hazmat.primitives import hashes

    def digest(data: bytes) -> bytes:
        state = hashes.Hash(hashes.SM3())
        state.update(data)
        return state.finalize()

    return digest


# Some distributions build the interpreter's OpenSSL without SM3.
sm3: Callable[[bytes], bytes] = (
    _sm3_by_openssl() if "sm3" in hashlib.algorithms_available else _sm3_by_cryptography()
)


def _plain_mapping(value: Mapping[Any, Any]) -> dict[str, Any]:
    for key in value:
        if not isinstance(key, str):
            raise TypeError(f"canonical JSON keys are strings, not {key!r}")
    return {str(key): _plain(item) for key, item in value.items()}


def _plain_sequence(value: Sequence[Any]) -> list[Any]:
    return [_plain(item) for item in value]


def _plain_float(value: float) -> int | float:
    if not math.isfinite(value):
        raise ValueError("canonical JSON has no NaN or infinity")
    # A jsonb column gives 1.0e16 back as an integer; both must digest alike.
    return int(value) if value.is_integer() else value


def _plain_decimal(value: Decimal) -> str:
    if not value.is_finite():
        raise ValueError("canonical JSON has no NaN or infinity")
    return format(value, "f")


def _plain_datetime(value: datetime) -> str:
    if value.tzinfo is None:
        raise ValueError("canonical JSON takes no naive datetime")
    return value.astimezone(UTC).isoformat()


# First match wins: an enum may also be a str, a datetime is also a date.
_CONVERSIONS: tuple[tuple[type | tuple[type, ...], Callable[[Any], Any]], ...] = (
    (Enum, lambda value: _plain(value.value)),
    (Mapping, _plain_mapping),
    ((list, tuple), _plain_sequence),
    (str, str),
    (int, int),
    (float, _plain_float),
    (Decimal, _plain_decimal),
    (datetime, _plain_datetime),
    ((date, time), lambda value: value.isoformat()),
    (UUID, str),
    ((bytes, bytearray, memoryview), lambda value: bytes(value).hex()),
)
_PLAIN_TYPES = frozenset({str, int, bool, type(None)})


def _plain(value: Any) -> Any:
    if type(value) in _PLAIN_TYPES:
        return value
    for kind, convert in _CONVERSIONS:
        if isinstance(value, kind):
            return convert(value)
    raise TypeError(f"canonical JSON cannot hold a {type(value).__name__}")


def canonical(obj: Any) -> bytes:
    """Return the one UTF-8 JSON text of a value, equal for equal values.

    Keys sorted by code point, no blanks, nothing escaped beyond what JSON demands. Decimals
    keep their digits as strings ("1.50" differs from "1.5": quantise first); aware datetimes
    become UTC; dates, times and UUIDs their ISO text; bytes lower-case hex; enums their value;
    integral floats integers. Reading the text back and canonising again gives the same bytes.
    Raises TypeError for other types and for keys that are not strings, ValueError for NaN,
    infinity, naive datetimes and lone surrogates.
    """
    return json.dumps(
        _plain(obj), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def digest_of(obj: Any) -> bytes:
    """Return the 32-byte SM3 digest of a value's canonical JSON."""
    return sm3(canonical(obj))


def _leaf(digest: bytes) -> bytes:
    return sm3(_LEAF + digest)


def _node(left: bytes, right: bytes) -> bytes:
    return sm3(_NODE + left + right)


def _levels(leaves: Sequence[bytes]) -> list[list[bytes]]:
    # Promoting an odd last node unchanged gives exactly the tree of RFC 9162.
    levels = [[_leaf(leaf) for leaf in leaves]]
    while len(levels[-1]) > 1:
        below = levels[-1]
        above = [_node(below[i], below[i + 1]) for i in range(0, len(below) - 1, 2)]
        if len(below) % 2:
            above.append(below[-1])
        levels.append(above)
    return levels


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """Return the 32-byte root over leaf digests in order; of no leaves, SM3 of nothing."""
    return _levels(leaves)[-1][0] if leaves else sm3(b"")


def merkle_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the sibling hashes from leaf `index` (from 0) up to the root.

    Raises IndexError when there is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise IndexError(f"no leaf {index} among {len(leaves)}")
    proof = []
    for level in _levels(leaves)[:-1]:
        sibling = index ^ 1
        if sibling < len(level):
            proof.append(level[sibling])
        index //= 2
    return proof


def verify_proof(
    leaf: bytes, proof: Sequence[bytes], *, index: int, size: int, root: bytes
) -> bool:
    """Tell whether `leaf` stands at `index` in the tree of `size` leaves with this root."""
    if not 0 <= index < size:
        return False
    current, last, siblings = _leaf(leaf), size - 1, list(proof)
    while last:
        if index % 2 or index < last:
            if not siblings:
                return False
            sibling = siblings.pop(0)
            current = _node(sibling, current) if index % 2 else _node(current, sibling)
        index //= 2
        last //= 2
    return not siblings and hmac.compare_digest(current, root)
