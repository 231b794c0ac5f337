"""Declaring a setting beside the code that reads it."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from importlib import import_module
from typing import Any

from django.conf import settings

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.config import memory


class Level(StrEnum):
    """How near to the workers a value of its own may be set."""

    PLATFORM = "platform"
    CITY = "city"
    COUNTY = "county"
    UNION = "union"


LEVEL_TITLES = {
    Level.PLATFORM: "全省",
    Level.CITY: "市级和产业工会",
    Level.COUNTY: "县级工会",
    Level.UNION: "乡镇街道和基层工会",
}
KINDS = {int: "整数", bool: "是或否", str: "文字", Decimal: "数字"}
LONGEST_TEXT = 2_000
LARGEST_NUMBER = 10**15
SECRET_WORDS = "已设置（不显示）"
SETTINGS: dict[str, Setting] = {}
"""The settings declared by the modules loaded so far, by code; `every` has all."""


def every() -> dict[str, Setting]:
    """Every setting of this installation, those declared beside pages included."""
    import_module(settings.ROOT_URLCONF)
    return SETTINGS


@dataclass(frozen=True)
class Setting:
    """One tunable (配置项): declared once, as an object, beside the code that reads it.

    code: "<part>.<name>". kind: int, bool, str or Decimal. levels: where values of its own may
    stand; the nearest to the union asked for wins, else the default. minimum, maximum: bounds of
    a number, or of the length of a text. choices: stored value → words. pattern: what a text must
    match whole. dangerous: a change waits for a second administrator. secret: text that is sealed
    and never shown. module: where it is declared. Declaring a code twice raises ValueError.
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
    module: str = field(default="", init=False, compare=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.code}: kind {self.kind!r} is not one a setting can have")
        if self.secret and self.kind is not str:
            raise ValueError(f"{self.code}: a secret is a text")
        if self.code in SETTINGS:
            raise ValueError(f"setting {self.code} is declared twice")
        if not self.secret:
            self.checked(self.default)
        # Two frames up stands the declaration: this method, the generated __init__, the module.
        object.__setattr__(self, "module", sys._getframe(2).f_globals.get("__name__", ""))
        SETTINGS[self.code] = self

    def value(self, path: str = "") -> Any:
        """The value in force at a union's path; without a path, the platform's."""
        memory.note_reader(self.code)
        stored = memory.look_up(self.code, path)
        return self.default if stored is memory.UNSET else self.decode(stored)

    def decode(self, stored: Any) -> Any:
        """The Python value of stored JSON, or of the sealed text of a secret."""
        if isinstance(stored, memory.Sealed):
            return stored.open()
        return Decimal(stored) if self.kind is Decimal else stored

    def encode(self, value: Any) -> Any:
        """The JSON to store for a checked value."""
        return str(value) if self.kind is Decimal else value

    def checked(self, value: Any) -> Any:
        """The value if it may be set; Refusal names the bound it breaks."""
        if self.kind is Decimal and not isinstance(value, bool):
            value = self._decimal(value)
        if type(value) is not self.kind or not isinstance(value, bool | int | str | Decimal):
            raise self._wrong(f"应为{KINDS[self.kind]}")
        if isinstance(value, str):
            self._check_text(value)
        elif not isinstance(value, bool):
            self._check_bounds(value, "取值", self.unit)
            if not -LARGEST_NUMBER < value < LARGEST_NUMBER:
                raise self._wrong("取值过大")
        if self.choices and value not in self.choices:
            raise self._wrong(f"只能是：{'、'.join(self.choices.values())}")
        if self.pattern and not re.fullmatch(self.pattern, str(value)):
            raise self._wrong("格式不符合要求")
        return value

    def words(self, stored: Any) -> str:
        """A stored value as a person reads it; a secret only as being set."""
        if self.secret:
            return SECRET_WORDS if stored else "未设置"
        if isinstance(stored, list | dict):
            return str(stored)
        if isinstance(stored, bool):
            return "是" if stored else "否"
        if stored in self.choices:
            return self.choices[stored]
        text = f"{stored:,}" if type(stored) is int and abs(stored) >= 10_000 else str(stored)
        return f"{text} {self.unit}".strip() if text else "（空）"

    @property
    def bounds(self) -> str:
        """What may be set, in words."""
        if self.choices:
            return "、".join(self.choices.values())
        of = "长度" if self.kind is str else ""
        unit = " 个字" if self.kind is str else f" {self.unit}" if self.unit else ""
        if self.minimum is None and self.maximum is None:
            return KINDS[self.kind]
        if self.minimum is None:
            return f"{of}不大于 {self.maximum}{unit}"
        if self.maximum is None:
            return f"{of}不小于 {self.minimum}{unit}"
        return f"{of} {self.minimum} 至 {self.maximum}{unit}".strip()

    def _decimal(self, value: Any) -> Decimal:
        try:
            found = Decimal(str(value))
        except InvalidOperation:
            raise self._wrong(f"应为{KINDS[self.kind]}") from None
        if not found.is_finite():
            raise self._wrong("应为有限的数字")
        return found

    def _check_text(self, value: str) -> None:
        if any(ord(sign) < 32 and sign not in "\n\t" for sign in value):
            raise self._wrong("含有不可见的控制字符")
        if any("\ud800" <= sign <= "\udfff" for sign in value):
            raise self._wrong("含有不成字的编码")
        self._check_bounds(len(value), "长度", " 个字")
        if len(value) > LONGEST_TEXT:
            raise self._wrong(f"长度不能大于 {LONGEST_TEXT} 个字")

    def _check_bounds(self, size: int | Decimal, what: str, unit: str) -> None:
        if self.minimum is not None and size < self.minimum:
            raise self._wrong(f"{what}不能小于 {self.minimum}{unit}")
        if self.maximum is not None and size > self.maximum:
            raise self._wrong(f"{what}不能大于 {self.maximum}{unit}")

    def _wrong(self, why: str) -> Refusal:
        return Refusal(
            f"配置项“{self.title}”{why}。",
            remedy=self.help,
            field="value",
            code="setting_value",
        )
