"""Side by side: what an application declares and what the grass-roots record holds."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

DECLARED, RECORDED, BOTH = "declared", "recorded", "both"
CHOICES: Mapping[str, str] = {
    DECLARED: "以申报为准，更新组织库",
    RECORDED: "以组织库为准，改正申报",
    BOTH: "经核实各自保留",
}
ITEMS: Mapping[str, str] = {
    "name": "工会名称",
    "representative_name": "法定代表人（工会主席）",
    "residence": "住所（地址）",
    "founded_on": "成立日期",
    "founded_document": "成立批复文号",
    "uscc": "统一社会信用代码",
}
FIXED = frozenset({"founded_on", "uscc"})
"""Items of the record that no application changes: the tree's history and the code's register."""


@dataclass(frozen=True)
class Line:
    """One item of both sides, as text; `same` when nothing is to be decided."""

    field: str
    title: str
    declared: str
    recorded: str

    @property
    def same(self) -> bool:
        return plain(self.declared) == plain(self.recorded)

    @property
    def choices(self) -> list[tuple[str, str]]:
        """What may be decided of a difference."""
        fixed = self.field in FIXED
        return [(key, words) for key, words in CHOICES.items() if not (fixed and key == DECLARED)]


def plain(text: str) -> str:
    """A text as it is compared: full and half width alike, blanks and brackets apart ignored."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(sign for sign in folded if not sign.isspace())


def compare(declared: Mapping[str, Any], recorded: Mapping[str, Any]) -> list[Line]:
    """The items an application declares beside the record, in their order.

    An item that is not declared is not compared: procedures ask for different ones.
    """
    return [
        Line(field, title, str(declared[field]), str(recorded.get(field) or ""))
        for field, title in ITEMS.items()
        if declared.get(field)
    ]


def undecided(lines: list[Line], decisions: Mapping[str, Mapping[str, str]]) -> list[Line]:
    """Differences nobody has decided, or whose two sides are others than those decided on."""
    return [
        line
        for line in lines
        if not line.same
        and (
            line.field not in decisions
            or decisions[line.field].get("declared") != line.declared
            or decisions[line.field].get("recorded") != line.recorded
        )
    ]
