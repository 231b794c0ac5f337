"""Drawing cases for the quality check (质检抽样): repeatable, and the worst always in it."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gonghui.kernel.base.errors import Refusal

LATE, BAD, DRAWN = "超期办结", "评价不满意", "随机抽取"
CRITERIA: Mapping[str, tuple[str, int]] = {
    "intake": ("受理登记完整、分类准确", 20),
    "time": ("按期受理和办结", 20),
    "facts": ("调查核实清楚", 20),
    "answer": ("答复有依据、有针对性", 25),
    "secrecy": ("保密要求落实", 15),
}
PASS = 80
"""Points from which the work on a case passes."""


@dataclass(frozen=True)
class Settled:
    """A settled case as the draw sees it. score: the mean rating, None without one."""

    case_id: int
    late: bool
    score: float | None


def draw(cases: Iterable[Settled], percent: int, seed: str) -> list[tuple[int, str]]:
    """Case ids with the reason for each, in the order of the draw.

    Late and badly rated ones are all in it; of the others `percent`, rounded up. The same seed
    draws the same cases whatever order they are given in.
    """
    if not 1 <= percent <= 100:
        raise Refusal("抽样比例应在 1 到 100 之间。", field="percent", code="percent")
    always: list[tuple[int, str]] = []
    rest: list[int] = []
    for case in sorted(cases, key=lambda item: item.case_id):
        if case.late:
            always.append((case.case_id, LATE))
        elif case.score is not None and case.score <= 2:
            always.append((case.case_id, BAD))
        else:
            rest.append(case.case_id)
    wanted = math.ceil(len(rest) * percent / 100)
    rest.sort(key=lambda pk: hashlib.sha256(f"{seed}:{pk}".encode()).digest())
    return [*always, *((pk, DRAWN) for pk in rest[:wanted])]


def total(points: Mapping[str, int]) -> int:
    """The sum of the points; Refusal for a missing criterion or points out of bounds."""
    found = 0
    for code, (title, most) in CRITERIA.items():
        value = points.get(code)
        if value is None or not 0 <= value <= most:
            raise Refusal(f"“{title}”应打 0 到 {most} 分。", field=code, code="points")
        found += value
    return found


def passes(points: Mapping[str, int]) -> bool:
    """Enough points, and none lost on secrecy."""
    return total(points) >= PASS and points["secrecy"] == CRITERIA["secrecy"][1]


def mean(scores: Sequence[int]) -> float | None:
    return round(sum(scores) / len(scores), 2) if scores else None
