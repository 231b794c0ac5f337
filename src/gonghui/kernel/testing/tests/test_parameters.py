from datetime import date

import pytest

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.codes.parameters import MIN_AGE
from gonghui.kernel.testing.parameters import parameter_set

DAY = date(2026, 11, 22)


def test_the_value_holds_within_the_block_only():
    with parameter_set(MIN_AGE, 18):
        assert MIN_AGE.on(DAY) == 18
        assert MIN_AGE.on(date(1900, 1, 1)) == 18
    assert MIN_AGE.on(DAY) == 16


def test_the_old_value_returns_after_an_error():
    with pytest.raises(ZeroDivisionError), parameter_set(MIN_AGE, 18):
        _ = 1 / 0
    assert MIN_AGE.on(DAY) == 16


def test_a_value_of_another_kind_is_refused():
    with pytest.raises(Refusal), parameter_set(MIN_AGE, "18"):
        pass
