"""Rules of finding duplicate persons (重复人员): signs that two records are one human being."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile

SHOWN_FROM = 60
"""The score from which a pair is put before a cadre."""


@dataclass(frozen=True)
class Signs:
    """What two records have in common.

    same_document: the same number once an old 15-digit one is written with 18. names: "same",
    "sounds" (same reading), "similar" (one character differs) or "". other_number: two numbers of
    one kind of document, so that one of them must be wrong if it is one person.
    """

    same_document: bool = False
    same_mobile: bool = False
    names: str = ""
    same_birth: bool = False
    same_union: bool = False
    other_document_kind: bool = False
    other_number: bool = False
    other_sex: bool = False


WEIGHTS: tuple[tuple[str, int, str], ...] = (
    ("same_document", 95, "15 位与 18 位身份证号码为同一号码"),
    ("same_mobile", 45, "手机号码相同"),
    ("same_birth", 30, "出生日期相同"),
    ("same_union", 15, "在同一工会"),
    ("other_document_kind", 5, "证件类型不同，可能是同一人的两种证件"),
    ("other_number", -15, "同类证件号码不同，须核对证件"),
    ("other_sex", -30, "性别不同"),
)
NAME_WEIGHTS = {
    "same": (30, "姓名相同"),
    "sounds": (20, "姓名同音"),
    "similar": (15, "姓名只差一字"),
}


def score(signs: Signs) -> tuple[int, list[str]]:
    """Points from 0 to 100 and the reasons in words, the weightiest first."""
    points, reasons = 0, []
    for name, weight, words in WEIGHTS:
        if getattr(signs, name):
            points += weight
            reasons.append((weight, words))
    if signs.names:
        weight, words = NAME_WEIGHTS[signs.names]
        points += weight
        reasons.append((weight, words))
    reasons.sort(key=lambda item: -item[0])
    return max(0, min(100, points)), [words for _, words in reasons]


def common_place(path: str, other: str) -> int:
    """Id of the nearest union that is, or stands above, both places."""
    pairs = zip(path.rstrip(".").split("."), other.rstrip(".").split("."), strict=False)
    return int(list(takewhile(lambda pair: pair[0] == pair[1], pairs))[-1][0])


def names_alike(name: str, other: str, reading: str, other_reading: str) -> str:
    """How alike two names are: same, sounds, similar, or empty.

    reading: the names' pinyin, syllables apart.
    """
    if name == other:
        return "same"
    if reading == other_reading:
        return "sounds"
    if len(name) == len(other) >= 3 and sum(a != b for a, b in zip(name, other, strict=True)) == 1:
        return "similar"
    return ""


def keep_fault(kept: str, absorbed: str, in_ranks: tuple[str, ...]) -> str:
    """Why a record with status `kept` may not absorb one with status `absorbed`; empty if it may.

    "" stands for no membership.
    """
    if "deceased" in (kept, absorbed) and kept != absorbed:
        return "其中一份登记为已故，另一份不是。请先核实并更正已故登记。"
    if absorbed in in_ranks and kept and kept not in in_ranks:
        return "并入的一份在籍，而保留的一份不在籍。请选择在籍的一份作为保留档案。"
    return ""
