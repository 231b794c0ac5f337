"""Duplicates and collective matters: when complaints are one (重复、集体事项)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from gonghui.engines.casework.rules import fingerprint
from gonghui.kernel.base.errors import Conflict, Refusal

GROUP = 5
"""《信访工作条例》第二十条: those who come in number send up to five to speak."""


@dataclass(frozen=True)
class Sign:
    """What two complaints are compared by. marks: see rules.fingerprint."""

    case_id: int
    respondent: str
    category: str
    received_on: date
    marks: tuple[int, ...] = ()
    person_id: int | None = None
    mobile_index: bytes | None = None


@dataclass(frozen=True)
class Likeness:
    """How alike: 0 to 100, and why in words. same_person: rather a repetition."""

    case_id: int
    score: int
    because: str
    same_person: bool


def likeness(one: Sign, other: Sign) -> Likeness:
    """Points for the same unit (40), category (15), words (up to 35), nearness in time (10)."""
    reasons: list[str] = []
    score = 0
    if one.respondent and one.respondent == other.respondent:
        score += 40
        reasons.append("被反映单位相同")
    if one.category and one.category == other.category:
        score += 15
        reasons.append("类别相同")
    shared = round(35 * fingerprint.shared(one.marks, other.marks))
    if shared >= 12:
        reasons.append("内容相近")
    score += shared
    days = abs((one.received_on - other.received_on).days)
    if days <= 30:
        score += 10 - days // 3
        reasons.append(f"相隔 {days} 天")
    same = (one.person_id is not None and one.person_id == other.person_id) or (
        one.mobile_index is not None and one.mobile_index == other.mobile_index
    )
    if same:
        score = min(100, score + 20)
        reasons.append("同一来件人")
    return Likeness(other.case_id, min(score, 100), "、".join(reasons), same)


def alike(one: Sign, others: Sequence[Sign], least: int = 60) -> list[Likeness]:
    """Those at least so much alike, the most alike first."""
    found = [likeness(one, other) for other in others if other.case_id != one.case_id]
    kept = [item for item in found if item.score >= least]
    return sorted(kept, key=lambda item: (-item.score, item.case_id))


def check_join(
    lead_id: int, kinds: Sequence[str], phases: Sequence[str], live: Sequence[str]
) -> None:
    """Refuse a collective case of one, of several kinds, or of settled cases."""
    if len(kinds) < 2:
        raise Refusal("并案至少需要两件。", field="cases", code="alone")
    if len(set(kinds)) > 1:
        raise Refusal("不同业务的办件不能并案。", field="cases", code="kinds")
    if settled := [phase for phase in phases if phase not in live]:
        raise Conflict(
            f"有 {len(settled)} 件已经办结或并案，不能再并。",
            rule="并案只限尚未答复的办件",
            remedy="请刷新后重新勾选。",
            code="settled",
        )


def check_split(people_left: int) -> None:
    """The last complaint cannot leave its case."""
    if people_left < 1:
        raise Refusal(
            "办件里只剩这一件来件，不能再分出。", rule="每个办件至少有一件来件", code="last"
        )
