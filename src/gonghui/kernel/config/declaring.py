"""Declaring a setting beside the code that reads it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.config import memory


class Level(StrEnum):
    """How near to the workers a value of its own may be set."""

    PLATFORM = "platform"
    CITY = "city"
    COUNTY = "county"
    UNION = "union"


KINDS = {int: "整数", bool: "是或否", str: "文字", Decimal: "数字"}
SETTINGS: dict[str, Setting] = {}
"""Every setting of this installation, by code."""


@dataclass(frozen=True)
class Setting:
    """One tunable (配置项): declared once, as an object, beside the code that reads it.

    code: "<part>.<name>". kind: int, bool, str or Decimal. levels: where values of its own may
    stand; the nearest to the union asked for wins, else the default. minimum, maximum: bounds of
    a number, or of the length of a text. choices: stored value → words. pattern: what a text must
    match whole. dangerous: a change waits for a second administrator. secret: text that is sealed
    and never shown. Declaring a code twice raises ValueError.
    """

    code: str
    title: str
    kind: type
    default: Any
    help: str
    unit: str = ""
    levels: tuple[Level, ...] = (Level.PLATFORM,)
    minimum: int | Decimal | None = None
    maximum: int | Decimal | None = None
    choices: Mapping[str, str] = field(default_factory=dict, hash=False)
    pattern: str = ""
    dangerous: bool = False
    secret: bool = False

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.code}: kind {self.kind!r} is not one a setting can have")
        if self.secret and self.kind is not str:
            raise ValueError(f"{self.code}: a secret is a text")
        if self.code in SETTINGS:
            raise ValueError(f"setting {self.code} is declared twice")
        if not self.secret:
            self.checked(self.default)
        SETTINGS[self.code] = self

    def value(self, path: str = "") -> Any:
        """The value in force at a union's path; without a path, the platform's."""
        stored = memory.look_up(self.code, path)
        return self.default if stored is memory.UNSET else self.decode(stored)

    def decode(self, stored: Any) -> Any:
        """The Python value of stored JSON."""
        return Decimal(stored) if self.kind is Decimal else stored

    def encode(self, value: Any) -> Any:
        """The JSON to store for a checked value."""
        return str(value) if self.kind is Decimal else value

    def checked(self, value: Any) -> Any:
        """The value if it may be set; Refusal names the bound it breaks."""
        if self.kind is Decimal and not isinstance(value, bool):
            try:
                value = Decimal(str(value))
            except InvalidOperation:
                raise self._wrong(f"应为{KINDS[self.kind]}") from None
            if not value.is_finite():
                raise self._wrong("应为有限的数字")
        if type(value) is not self.kind:
            raise self._wrong(f"应为{KINDS[self.kind]}")
        size = len(value) if isinstance(value, str) else value
        what = "长度" if isinstance(value, str) else "取值"
        if isinstance(size, int | Decimal) and not isinstance(size, bool):
            if self.minimum is not None and size < self.minimum:
                raise self._wrong(f"{what}不能小于 {self.minimum}{self.unit}")
            if self.maximum is not None and size > self.maximum:
                raise self._wrong(f"{what}不能大于 {self.maximum}{self.unit}")
        if self.choices and value not in self.choices:
            raise self._wrong(f"只能是：{'、'.join(self.choices.values())}")
        if self.pattern and not re.fullmatch(self.pattern, str(value)):
            raise self._wrong("格式不符合要求")
        return value

    def _wrong(self, why: str) -> Refusal:
        return Refusal(
            f"配置项“{self.title}”{why}。",
            remedy=self.help,
            field="value",
            code="setting_value",
        )
