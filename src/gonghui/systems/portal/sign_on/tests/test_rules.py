"""Rules of B5.2 by table and property."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.systems.portal.sign_on.rules import addresses, codes, lifecycle, scopes

LETTERS = codes.LETTERS + codes.LETTERS.lower()


@pytest.mark.parametrize(
    ("address", "native", "good"),
    [
        ("https://a.example.org/cb", False, True),
        ("https://a.example.org:8443/cb?x=1", False, True),
        ("http://127.0.0.1:8080/cb", False, True),
        ("http://localhost/cb", False, True),
        ("http://[::1]/cb", False, True),
        ("http://a.example.org/cb", False, False),
        ("https://a.example.org/cb#x", False, False),
        ("https://u:p@a.example.org/cb", False, False),
        ("https://*.example.org/cb", False, False),
        ("https://a.example.org/x/../cb", False, False),
        ("https://a.example.org/c b", False, False),
        ("https://a.example.org\\@evil.example/cb", False, False),
        ("https:///cb", False, False),
        ("https://a.example.org:99999/cb", False, False),
        ("https://例子.example/cb", False, False),
        ("javascript:alert(1)", False, False),
        ("javascript:alert(1)", True, False),
        ("data:text/html,x", True, False),
        ("cn.gonghui.app:/cb", True, True),
        ("cn.gonghui.app:/cb", False, False),
        ("gonghui:/cb", True, False),
        ("", False, False),
        ("https://a.example.org/" + "x" * 500, False, False),
    ],
)
def test_addresses_fit_for_registration(address, native, good):
    if good:
        assert addresses.checked_redirect(address, native=native) == address
    else:
        with pytest.raises(Refusal):
            addresses.checked_redirect(address, native=native)


@given(st.text(max_size=60))
def test_only_the_very_address_matches(asked):
    known = "https://a.example.org/cb"
    assert addresses.matches(asked, [known]) == (asked == known)


@pytest.mark.parametrize(
    ("asked", "good"),
    [
        ("http://127.0.0.1/cb", True),
        ("http://127.0.0.1:5000/cb", True),
        ("http://127.0.0.1:5000/cb/", False),
        ("http://127.0.0.1:5000@evil.example/cb", False),
        ("http://localhost:5000/cb", False),
        ("https://127.0.0.1:5000/cb", False),
        ("http://127.0.0.1:99999/cb", False),
        ("http://[::1]:5000/cb", False),
    ],
)
def test_port_of_the_own_machine_is_free(asked, good):
    assert addresses.matches(asked, ["http://127.0.0.1/cb"]) == good


@pytest.mark.parametrize(
    ("service", "good"),
    [
        ("https://old.example.org/app", True),
        ("https://old.example.org/app/", True),
        ("https://old.example.org/app/login?next=/x", True),
        ("https://old.example.org/application", False),
        ("https://old.example.org/", False),
        ("https://old.example.org/app/../admin", False),
        ("https://old.example.org/app/%2e%2e/admin", False),
        ("https://old.example.org/app/..%2fadmin", False),
        ("https://old.example.org/app#x", False),
        ("https://old.example.org:443/app", False),
        ("https://u@old.example.org/app", False),
        ("https://old.example.org.evil.example/app", False),
        ("https://old.example.org\\.evil.example/app", False),
        ("http://old.example.org/app", False),
        ("https://old.example.org/app\nx", False),
        ("https://[/app", False),
        ("", False),
    ],
)
def test_services_of_cas(service, good):
    assert addresses.serves(service, ["https://old.example.org/app"]) == good


def test_parameters_are_put_behind_others():
    assert addresses.with_parameters("https://a/b?x=1", t="é&") == "https://a/b?x=1&t=%C3%A9%26"


@given(st.dates(date(2020, 1, 1), date(2090, 1, 1)), st.integers(1, 36))
def test_review_falls_into_the_right_month(day, months):
    due = lifecycle.months_after(day, months)
    assert (due.year * 12 + due.month) - (day.year * 12 + day.month) == months
    assert due.day <= day.day


def test_review_overdue_and_lapsed():
    due = date(2026, 3, 1)
    assert not lifecycle.is_overdue(due, due)
    assert lifecycle.is_overdue(due, due + timedelta(days=1))
    assert not lifecycle.is_lapsed(due, due + timedelta(days=60), 60)
    assert lifecycle.is_lapsed(due, due + timedelta(days=61), 60)
    assert not lifecycle.is_lapsed(None, due, 60)


def test_states_and_hands():
    lifecycle.check_state("approve", lifecycle.SUBMITTED)
    for verb, state in (("approve", "draft"), ("amend", "retired"), ("secret", "suspended")):
        with pytest.raises(Conflict):
            lifecycle.check_state(verb, state)
    lifecycle.check_two_people({1, 2}, 3)
    with pytest.raises(Forbidden):
        lifecycle.check_two_people({1, 2}, 2)


@given(st.text(alphabet=st.characters(exclude_characters=LETTERS), max_size=12))
def test_typed_codes_are_read_kindly(noise):
    code = codes.new_user_code()
    assert codes.normalised(noise + code.lower().replace("-", " ")) == code.replace("-", "")


def test_tokens_hold_256_bits_and_differ():
    drawn = {codes.new_token("gha_") for _ in range(100)}
    assert len(drawn) == 100 and all(len(token) == 47 for token in drawn)


def test_consent_says_what_is_passed_on():
    assert scopes.known(["roles", "openid", "evil"]) == ["openid", "roles"]
    full = scopes.told(["phone"], phone_in_full=True)[0][1]
    masked = scopes.told(["phone"], phone_in_full=False)[0][1]
    assert "前三位" in masked and "前三位" not in full
    assert scopes.covered(["openid"], ["openid", "profile"])
    assert not scopes.covered(["openid", "phone"], ["openid"])
