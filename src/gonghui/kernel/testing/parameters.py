"""Give a rule parameter another value for the length of a test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any

from gonghui.kernel.codes.memory import MEMORY, Period
from gonghui.kernel.codes.parameters import Parameter


@contextmanager
def parameter_set(parameter: Parameter, value: Any) -> Iterator[None]:
    """Within the block the parameter has this value on every day, in this process only."""
    before = MEMORY.snapshot
    always = Period(parameter.encode(value), date.min, None, "测试")
    MEMORY.replace(replace(before, periods=before.periods | {(parameter.key, None): (always,)}))
    try:
        yield
    finally:
        MEMORY.replace(before)
