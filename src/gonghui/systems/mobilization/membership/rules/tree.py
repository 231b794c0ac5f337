"""Rules of the union tree (组织树) that the kernel's tree does not know: what stands under what.

Source: 《中国工会章程》: local unions follow the administrative divisions; kinds are provisional
until the provincial table is had.
"""

from __future__ import annotations

from dataclasses import dataclass

PROVINCE, CITY, COUNTY, TOWN = "10", "20", "30", "50"
STANDS_UNDER = {CITY: (PROVINCE,), COUNTY: (CITY,), TOWN: (COUNTY, CITY)}
"""Local unions -> the kinds their superior may be; other kinds stand under any superior."""
CHARTER = "《中国工会章程》：地方各级总工会按行政区划建立"


@dataclass(frozen=True)
class Change:
    """One kind of change (组织变动) as pages name it."""

    code: str
    title: str
    verb: str


CHANGES = {
    change.code: change
    for change in (
        Change("found", "登记下级工会", "登记"),
        Change("rename", "更名", "更名"),
        Change("move", "变更上级", "变更上级"),
        Change("merge", "合并", "合并"),
        Change("split", "分立", "分立"),
        Change("close", "撤销", "撤销"),
    )
}


def may_stand_under(kind: str, parent_kind: str) -> bool:
    """Whether a union of a kind may have a superior of another; the province has none."""
    if kind == PROVINCE:
        return False
    allowed = STANDS_UNDER.get(kind)
    return allowed is None or parent_kind in allowed


def names_of_parts(text: str) -> list[str]:
    """The names of new unions typed one a line, blanks around them and empty lines left out."""
    return [line for line in (raw.strip() for raw in text.splitlines()) if line]
