"""When a version of a decision table may be published; plain Python.

Rule of the platform: what decides about people is read by two, is tried on its own tests and on
past cases, and begins on a day that has not passed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

DRAFT, WAITING, PUBLISHED, DROPPED = "draft", "waiting", "published", "dropped"
RULE = "决策表发布规则（平台暂行）：用例全部通过、试算过影响、起草与发布分开"
ALLOWED = {
    "edit": (DRAFT,),
    "try": (DRAFT, WAITING),
    "ask": (DRAFT,),
    "publish": (WAITING,),
    "return": (WAITING,),
    "drop": (DRAFT, WAITING),
    "end": (PUBLISHED,),
}
MIN_REASON = 4


@dataclass(frozen=True)
class Readiness:
    """What is known of a version before it is published."""

    lines: int
    faulty_cells: int
    stopping: int
    samples: int
    failed: int
    tried: bool


@dataclass(frozen=True)
class Gate:
    """One condition of publishing: met or not, and what to do."""

    title: str
    met: bool
    remedy: str = ""


def gates(ready: Readiness) -> list[Gate]:
    """Every condition of publishing, in the order in which they are worked through."""
    readable = ready.lines > 0 and not ready.faulty_cells
    return [
        Gate("表中有行，单元格都能读懂", readable, "请改正标出的单元格。"),
        Gate("没有必须处理的重叠或空缺", readable and not ready.stopping, "请修改相关的行。"),
        Gate("至少有一个用例", ready.samples > 0, "请在表旁写一个用例：条件和期望的结果。"),
        Gate(
            "用例全部通过",
            readable and ready.samples > 0 and not ready.failed,
            "请核对没有通过的用例。",
        ),
        Gate("已用过去的案例试算影响", ready.tried, "请先试算影响；改过行之后要重新试算。"),
    ]


def day_wrong(day: date | None, today: date, latest: date | None) -> str:
    """Why a version may not begin on this day; empty when it may. latest: the last beginning of
    any published version of the same union."""
    if day is None:
        return "请填写生效日期。"
    if day < today:
        return "生效日期不能早于今天：已按原来的表办理的事项不受影响。"
    if latest is not None and day <= latest:
        return f"{latest.isoformat()} 已有一版生效或将要生效，新版应晚于它。"
    return ""
