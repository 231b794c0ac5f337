"""When many say the same, leaders hear of it (集体事项预警)."""

from __future__ import annotations

LEVELS = ("", "部门负责人", "分管领导", "主要领导和上级工会")


def level(people: int, bounds: tuple[int, int, int]) -> int:
    """0 to 3: how high a matter of so many people is told; bounds rise."""
    if list(bounds) != sorted(bounds) or bounds[0] < 2:
        raise ValueError(f"thresholds {bounds} do not rise from 2")
    return sum(people >= bound for bound in bounds)
