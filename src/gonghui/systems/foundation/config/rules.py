"""How a change of a setting comes into force: states, the second administrator, quotas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal

WAITING, SCHEDULED, GRAY = "waiting", "scheduled", "gray"
APPLIED, REJECTED, WITHDRAWN, FAILED = "applied", "rejected", "withdrawn", "failed"
OPEN = (WAITING, SCHEDULED, GRAY)
"""While one of these stands at a union, the setting takes no other change there."""

ALLOWED = {
    "approve": (WAITING,),
    "reject": (WAITING,),
    "start": (SCHEDULED,),
    "fail": (SCHEDULED,),
    "widen": (GRAY,),
    "withdraw": OPEN,
}
MIN_REASON = 4
FURTHEST = timedelta(days=366)
SECOND = "重要配置的变更由两名管理员办理，提出和批准不能是同一人"
SCOPE = "配置项只能在声明的层级上设置自己的取值"
BOUND = "配置项的取值范围由程序声明"


def first_state(dangerous: bool, effective_at: datetime | None, gray: bool, now: datetime) -> str:
    """The state of a new change, whose author alone stands behind it."""
    return WAITING if dangerous else agreed_state(effective_at, gray, now)


def agreed_state(effective_at: datetime | None, gray: bool, now: datetime) -> str:
    """The state of a change nobody has to agree to any more."""
    if effective_at is not None and effective_at > now:
        return SCHEDULED
    return GRAY if gray else APPLIED


def check_state(verb: str, state: str, words: str) -> None:
    """Refuse a step that the state no longer allows; `words`: the state as people call it."""
    if state not in ALLOWED[verb]:
        raise Conflict(
            f"这项变更目前是“{words}”，不能再办理这一步。",
            remedy="请刷新页面查看它的最新状态。",
            code="state",
        )


def check_second(proposer: int | None, decider: int | None) -> None:
    """Refuse an approval by the very person who proposed."""
    if decider is not None and proposer == decider:
        raise Forbidden(
            "不能批准自己提出的变更。",
            rule=SECOND,
            remedy="请另一名系统管理员或安全管理员办理。",
            code="same_person",
        )


def check_reason(reason: str) -> None:
    if len(reason.strip()) < MIN_REASON:
        raise Refusal(
            f"修改原因至少写 {MIN_REASON} 个字。",
            remedy="写明为什么改、依据什么。",
            field="reason",
        )


def check_time(effective_at: datetime | None, now: datetime) -> None:
    if effective_at is not None and effective_at > now + FURTHEST:
        raise Refusal(
            "生效时间最多定在一年之内。", remedy="请选择更近的时间。", field="effective_at"
        )


@dataclass(frozen=True)
class Quota:
    """How much a union may hold of its own: number of values and their length together."""

    count: int
    size: int

    def check(self, count: int, size: int) -> None:
        """Refuse what would exceed it; the figures are those after the change."""
        if count > self.count:
            raise Refusal(
                f"本级自设的配置项将有 {count} 项，超过容量配额 {self.count} 项。",
                remedy="把不再需要的恢复为继承，或请上级调高“自设配置项数量配额”。",
                code="quota",
            )
        if size > self.size:
            raise Refusal(
                f"本级自设的取值共 {size} 个字，超过容量配额 {self.size} 个字。",
                remedy="缩短取值，或请上级调高“自设取值长度配额”。",
                code="quota",
            )


def differences(
    left: Mapping[str, str], right: Mapping[str, str]
) -> list[tuple[str, str | None, str | None]]:
    """The keys whose words differ, in order, with both words; None where a side has none."""
    return [
        (key, left.get(key), right.get(key))
        for key in sorted({*left, *right})
        if left.get(key) != right.get(key)
    ]
