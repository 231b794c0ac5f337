"""Stored values that no longer fit what the code declares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.base.sealing import SealingError
from gonghui.kernel.config.declaring import every
from gonghui.kernel.config.memory import Key, Sealed


@dataclass(frozen=True)
class Fault:
    """A value that is not used as it stands, in words, and how to mend it."""

    code: str
    union_id: int | None
    what: str
    mend: str


def faults(values: dict[Key, Any]) -> list[Fault]:
    """Each value whose setting is gone, which breaks its bounds, or which no key opens."""
    found = [
        _fault(code, union_id, value)
        for (code, union_id), value in sorted(
            values.items(), key=lambda item: (item[0][0], item[0][1] or 0)
        )
    ]
    return [fault for fault in found if fault is not None]


def _fault(code: str, union_id: int | None, stored: Any) -> Fault | None:
    setting = every().get(code)
    if setting is None:
        what = f"数据库里有配置项 {code} 的取值，但程序已不再声明它，取值不起作用。"
        return Fault(code, union_id, what, "确认不再需要后，在配置管理页把它恢复为继承。")
    if isinstance(stored, Sealed) != setting.secret:
        how = "没有加密保存" if setting.secret else "被加密保存"
        mend = "请重新设置它的取值。"
        return Fault(code, union_id, f"配置项“{setting.title}”的取值{how}。", mend)
    try:
        value = setting.decode(stored)
        setting.checked(value)
    except SealingError:
        what = f"配置项“{setting.title}”的密文用现有密钥解不开，按默认值处理。"
        return Fault(code, union_id, what, "恢复原来的密钥，或重新设置它的取值。")
    except (Refusal, ArithmeticError, TypeError, ValueError) as trouble:
        why = (
            trouble.message
            if isinstance(trouble, Refusal)
            else f"配置项“{setting.title}”无法读取。"
        )
        return Fault(
            code,
            union_id,
            f"已保存的取值越出了现在的范围：{why}",
            f"应为{setting.bounds}，请重新设置。",
        )
    return None
