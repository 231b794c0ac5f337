"""Rules of change requests (变更申请): what needs one, who may decide it, which steps follow.

Sources: 《工会基层组织选举工作条例》; 《基层工会法人登记管理办法》(总工办发〔2020〕20号): changes
of name, superior and chair are approved by the superior; nobody decides on an own request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

DECIDE_RULE = "工会关键信息变更由上级工会审批，申请人和本工会不得自行审批"
EVIDENCE_RULE = "《基层工会法人登记管理办法》（总工办发〔2020〕20号）：变更应提交证明材料"

ITEMS = {
    "name": "工会名称",
    "uscc": "统一社会信用代码",
    "parent": "上级工会",
    "kind": "工会类型",
    "industry": "行业",
    "chair": "工会主席",
}
"""Key fields (关键信息): changed by an approved request only."""

SUBMITTED, RETURNED = "submitted", "returned"
APPROVED, REJECTED, WITHDRAWN = "approved", "rejected", "withdrawn"

FOLLOWS = {
    SUBMITTED: (APPROVED, REJECTED, RETURNED, WITHDRAWN),
    RETURNED: (SUBMITTED, WITHDRAWN),
    APPROVED: (),
    REJECTED: (),
    WITHDRAWN: (),
}
"""State -> the states it may turn into."""


def may_follow(state: str, to: str) -> bool:
    return to in FOLLOWS[state]


@dataclass(frozen=True)
class Line:
    """One line of the comparison: what stood there and what is asked for."""

    field: str
    title: str
    old: str
    new: str


def changed(before: Mapping[str, Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of ITEMS asked for that differ from what stands now; empty ones ask nothing."""
    return {
        field: asked[field]
        for field in ITEMS
        if asked.get(field) not in (None, "") and asked[field] != before.get(field)
    }


def common_superior(path: str, other: str) -> str:
    """The path of the lowest union above both places, each counted as possibly its own."""
    shared = []
    for a, b in zip(path.rstrip(".").split("."), other.rstrip(".").split("."), strict=False):
        if a != b:
            break
        shared.append(a)
    return "".join(f"{part}." for part in shared)


def deciding_path(path: str, parent_path: str, new_parent_path: str | None) -> str:
    """Where a request is decided: at the superior, or at the common one of both superiors.

    path: of the union that asks; new_parent_path: of the superior asked for, None if unchanged.
    """
    if new_parent_path is None:
        return parent_path
    return common_superior(parent_path, new_parent_path)


def stands_above(roots: Sequence[str], path: str) -> bool:
    """Whether any of the subtree roots holds the path and is not the union itself."""
    return any(path.startswith(root) and path != root for root in roots)
