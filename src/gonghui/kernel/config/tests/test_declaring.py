"""Bounds of settings, what is refused, and the words values are shown in."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.config.checking import faults
from gonghui.kernel.config.declaring import SECRET_WORDS
from gonghui.kernel.config.memory import MEMORY, Sealed, nearest
from gonghui.kernel.testing.settings import setting_set

ANY = st.one_of(
    st.integers(),
    st.booleans(),
    st.text(),
    st.none(),
    st.floats(),
    st.decimals(),
    st.lists(st.integers(), max_size=2),
)
FIXTURE = hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@FIXTURE
@given(value=ANY, low=st.integers(-50, 50), span=st.integers(0, 100))
def test_what_a_number_takes_lies_within_its_bounds(declare, value, low, span):
    from gonghui.kernel.config.declaring import SETTINGS

    SETTINGS.pop("sample.number", None)
    setting = declare("sample.number", default=low, minimum=low, maximum=low + span)
    fits = type(value) is int and low <= value <= low + span
    try:
        taken = setting.checked(value)
    except Refusal as refusal:
        assert not fits
        assert setting.title in refusal.message
    else:
        assert fits
        assert taken == value


@FIXTURE
@given(value=ANY)
def test_whatever_is_taken_can_be_stored_and_read_back(declare, value):
    from gonghui.kernel.config.declaring import SETTINGS

    for kind, default in ((int, 0), (bool, True), (str, ""), (Decimal, Decimal("0"))):
        SETTINGS.pop("sample.any", None)
        setting = declare("sample.any", kind, default)
        try:
            taken = setting.checked(value)
        except Refusal:
            continue
        stored = json.loads(json.dumps(setting.encode(taken)))
        assert setting.decode(stored) == taken
        assert setting.words(stored)
        assert "\x00" not in json.dumps(stored)


@pytest.mark.parametrize(
    ("facts", "value", "words"),
    [
        ({"minimum": 1}, 0, "取值不能小于 1"),
        ({"maximum": 9, "unit": "次"}, 10, "取值不能大于 9次"),
        ({"kind": str, "default": "ab", "minimum": 2}, "a", "长度不能小于 2 个字"),
        ({"kind": str, "default": "ab", "maximum": 2}, "abc", "长度不能大于 2 个字"),
        ({"kind": str, "default": ""}, "字" * 2001, "长度不能大于 2000 个字"),
        ({"kind": str, "default": ""}, "a\x00b", "控制字符"),
        ({"kind": str, "default": "1", "choices": {"1": "一"}}, "2", "只能是：一"),
        ({"kind": str, "default": "12351", "pattern": r"\d+"}, "12a", "格式不符合要求"),
        ({"kind": Decimal, "default": Decimal(1)}, "NaN", "有限的数字"),
        ({"kind": Decimal, "default": Decimal(1)}, "x", "应为数字"),
        ({}, True, "应为整数"),
        ({}, 10**15, "取值过大"),
    ],
)
def test_a_refusal_names_the_bound(declare, facts, value, words):
    with pytest.raises(Refusal, match=words):
        declare(**facts).checked(value)


def test_a_default_that_breaks_its_own_bounds_cannot_be_declared(declare):
    with pytest.raises(Refusal):
        declare(default=0, minimum=1)


def test_a_code_is_declared_once_and_knows_its_module(declare):
    assert declare().module == "gonghui.kernel.config.tests.conftest"
    with pytest.raises(ValueError, match="twice"):
        declare()


PATH = st.lists(st.integers(1, 9), min_size=1, max_size=6, unique=True)


@given(path=PATH, held=st.dictionaries(st.integers(1, 12), st.integers(), max_size=8))
def test_the_nearest_value_on_the_path_wins(path, held):
    values = {("a.b", key if key != 12 else None): value for key, value in held.items()}
    own = [key for key in path if key in held]
    where, found = nearest(values, "a.b", path)
    if own:
        assert (where, found) == (own[-1], held[own[-1]])
    elif 12 in held:
        assert (where, found) == (None, held[12])
    else:
        assert where is None


def test_a_value_counts_below_its_union_only(declare):
    setting = declare()
    with setting_set(setting, 7, union_id=3):
        assert setting.value("1.3.8.") == 7
        assert setting.value("1.4.") == setting.value() == 5


def test_a_secret_is_never_shown(declare):
    setting = declare(kind=str, default="", secret=True)
    with setting_set(setting, "mima-12351"):
        assert setting.value() == "mima-12351"
        stored = MEMORY.known.values[setting.code, None]
        assert setting.words(stored) == SECRET_WORDS
        assert "mima" not in repr(stored)


def test_what_no_longer_fits_is_found(declare):
    limit = declare(minimum=1)
    secret = declare("sample.secret", str, "", secret=True)
    values = {
        ("gone.setting", None): 1,
        (limit.code, 3): 0,
        (limit.code, None): "x",
        (secret.code, None): "plain",
        (secret.code, 4): replace(Sealed.of("s"), blob=b"\x01" * 40),
    }
    found = {(fault.code, fault.union_id): fault.what for fault in faults(values)}
    assert "不再声明" in found["gone.setting", None]
    assert "不能小于 1" in found[limit.code, 3]
    assert "应为整数" in found[limit.code, None]
    assert "没有加密保存" in found[secret.code, None]
    assert "解不开" in found[secret.code, 4]
    assert not faults({(limit.code, None): 2, (secret.code, None): Sealed.of("s")})
