from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonghui.kernel.base import digests

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
leaf_lists = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=40)


def test_sm3_standard_vectors():
    """GB/T 32905-2016 annex A.1 and A.2."""
    first = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    second = "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"
    for sm3 in (digests.sm3, digests._sm3_by_openssl(), digests._sm3_by_cryptography()):
        assert sm3(b"abc").hex() == first
        assert sm3(b"abcd" * 16).hex() == second
        assert sm3(b"abc").hex() == first


@given(json_values)
def test_canonical_survives_a_round_trip(value):
    text = digests.canonical(value)
    assert digests.canonical(json.loads(text)) == text


@given(st.dictionaries(st.text(), st.integers(), min_size=2))
def test_canonical_ignores_key_order(value):
    assert digests.canonical(dict(reversed(value.items()))) == digests.canonical(value)


@given(json_values, json_values)
def test_canonical_separates_unequal_values(a, b):
    if digests.canonical(a) == digests.canonical(b):
        assert a == b


def test_canonical_exact_text():
    value = {
        "姓名": "龚卫",
        "b": Decimal("1.50"),
        "a": [date(2026, 11, 22), datetime(2026, 11, 22, 8, tzinfo=timezone(timedelta(hours=8)))],
        "n": 1e16,
        "x": b"\x0f",
        "u": UUID(int=1),
    }
    assert digests.canonical(value).decode() == (
        '{"a":["2026-11-22","2026-11-22T00:00:00+00:00"],"b":"1.50","n":10000000000000000,'
        '"u":"00000000-0000-0000-0000-000000000001","x":"0f","姓名":"龚卫"}'
    )


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ({1: "a"}, TypeError),
        ({"a": object()}, TypeError),
        (float("nan"), ValueError),
        (Decimal("NaN"), ValueError),
        (datetime(2026, 1, 1), ValueError),
        ("\ud800", ValueError),
    ],
)
def test_canonical_refuses(value, error):
    with pytest.raises(error):
        digests.canonical(value)


def test_same_instant_same_text():
    there = datetime(2026, 1, 1, 8, tzinfo=timezone(timedelta(hours=8)))
    assert digests.canonical(there) == digests.canonical(there.astimezone(UTC))


def _reference_root(leaves):
    if len(leaves) == 1:
        return digests.sm3(b"\x00" + leaves[0])
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    left, right = _reference_root(leaves[:split]), _reference_root(leaves[split:])
    return digests.sm3(b"\x01" + left + right)


@given(leaf_lists)
def test_root_follows_rfc_9162(leaves):
    assert digests.merkle_root(leaves) == _reference_root(leaves)


@given(leaf_lists, st.data())
def test_every_proof_verifies_and_only_there(leaves, data):
    index = data.draw(st.integers(0, len(leaves) - 1))
    root, proof = digests.merkle_root(leaves), digests.merkle_proof(leaves, index)
    size, leaf = len(leaves), leaves[index]
    assert digests.verify_proof(leaf, proof, index=index, size=size, root=root)
    flipped = bytes([leaf[0] ^ 1]) + leaf[1:]
    assert not digests.verify_proof(flipped, proof, index=index, size=size, root=root)
    extra = [*proof, root]
    assert not digests.verify_proof(leaf, extra, index=index, size=size, root=root)
    if proof:
        assert not digests.verify_proof(leaf, proof[:-1], index=index, size=size, root=root)
    assert not digests.verify_proof(leaf, proof, index=size, size=size, root=root)


def test_a_node_is_no_leaf():
    a, b = b"a" * 32, b"b" * 32
    children = digests.sm3(b"\x00" + a) + digests.sm3(b"\x00" + b)
    assert digests.merkle_root([children]) != digests.merkle_root([a, b])


@given(leaf_lists)
def test_repeating_the_last_leaf_changes_the_root(leaves):
    assert digests.merkle_root([*leaves, leaves[-1]]) != digests.merkle_root(leaves)


def test_no_leaves():
    assert digests.merkle_root([]) == digests.sm3(b"")
    with pytest.raises(IndexError):
        digests.merkle_proof([], 0)
