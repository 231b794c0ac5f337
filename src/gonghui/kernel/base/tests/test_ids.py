from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonghui.kernel.base import ids
from gonghui.kernel.base.errors import Refusal

sequences = st.integers(1, 999_999_999)
receipts = st.builds(
    ids.receipt_number,
    st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=6),
    st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    sequences,
)


def test_receipt_looks():
    number = ids.receipt_number("RH", date(2026, 11, 22), 123)
    assert number == "RH20261122-000123-W"
    expected = ids.Receipt("RH", date(2026, 11, 22), 123)
    assert ids.check_receipt_number(number) == expected
    assert ids.check_receipt_number(" rh20261122000123w") == expected


@given(receipts, st.data())
def test_a_slip_in_a_receipt_is_found(number, data):
    places = [i for i, c in enumerate(number) if c != "-"]
    i = data.draw(st.sampled_from(places))
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    wrong = data.draw(st.sampled_from(alphabet).filter(lambda c: c != number[i]))
    with pytest.raises(Refusal) as caught:
        ids.check_receipt_number(number[:i] + wrong + number[i + 1 :])
    assert caught.value.code.startswith("receipt.")


@given(st.dates(), sequences, sequences)
def test_receipts_of_a_day_sort(day, a, b):
    a, b = a % 999_999 + 1, b % 999_999 + 1
    first, second = ids.receipt_number("RH", day, a), ids.receipt_number("RH", day, b)
    assert (first[:-2] < second[:-2]) == (a < b)


@pytest.mark.parametrize(("prefix", "sequence"), [("", 1), ("rh", 1), ("RH", 0), ("RH", 10**9)])
def test_no_receipt_for(prefix, sequence):
    with pytest.raises(ValueError):
        ids.receipt_number(prefix, date(2026, 1, 1), sequence)


def test_a_receipt_of_no_day():
    from stdnum.iso7064 import mod_37_36

    body = "RH20260230000001"
    with pytest.raises(Refusal, match="日期"):
        ids.check_receipt_number(body + mod_37_36.calc_check_digit(body))


@given(sequences)
def test_member_numbers(sequence):
    number = ids.member_number(sequence)
    assert len(number) == 12
    assert number.startswith("34")
    assert int(number[2:11]) == sequence
    assert ids.check_member_number(f" {number[:4]} {number[4:]}") == number


@given(sequences, st.integers(0, 11), st.integers(1, 9))
def test_a_slip_in_a_member_number_is_found(sequence, place, by):
    number = ids.member_number(sequence)
    wrong = str((int(number[place]) + by) % 10)
    with pytest.raises(Refusal) as caught:
        ids.check_member_number(number[:place] + wrong + number[place + 1 :])
    assert caught.value.code == "member_number.check"


@pytest.mark.parametrize("text", ["", "34000000001", "3400000000123", "34000000001X"])
def test_member_numbers_refused(text):
    with pytest.raises(Refusal) as caught:
        ids.check_member_number(text)
    assert caught.value.code == "member_number.format"


@pytest.mark.parametrize("sequence", [0, 10**9])
def test_no_member_number_for(sequence):
    with pytest.raises(ValueError):
        ids.member_number(sequence)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)), st.integers(1, 10**9))
def test_sortable_ids_sort_by_time(at, milliseconds):
    at = at.replace(tzinfo=UTC)
    later = at + timedelta(milliseconds=milliseconds)
    first = ids.sortable_id(at, b"\xff" * 10)
    assert first.version == 7
    assert first.variant == "specified in RFC 4122"
    assert str(first) < str(ids.sortable_id(later + timedelta(milliseconds=1), b"\0" * 10))


def test_sortable_ids_differ_and_need_a_zone():
    at = datetime(2026, 11, 22, tzinfo=UTC)
    assert len({ids.sortable_id(at) for _ in range(100)}) == 100
    with pytest.raises(ValueError):
        ids.sortable_id(datetime(2026, 11, 22))
