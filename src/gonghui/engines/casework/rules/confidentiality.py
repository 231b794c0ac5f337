"""Who learns what of a complainant (来件人身份保密).

The unit complained of learns nothing of a person, whatever roles its people hold elsewhere.
Joint units work with the task that was written for them. Handlers see names masked; the full
identity of a confidential complainant is shown on a stated reason only, and each look is kept.
Sources: 《信访工作条例》（2022年）第四十四条 (not passing on to the accused); 个人信息保护法第六条.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from gonghui.kernel.base.errors import Refusal

RULE = "《信访工作条例》：不得将检举、控告材料及有关情况透露或者转给被检举、控告的人员或者单位"
HIDDEN = "（保密）"
NOBODY = "（匿名）"
CUT = "〔隐去〕"


class Relation(StrEnum):
    """What somebody has to do with a case."""

    OWN = "own"
    HANDLER = "handler"
    SUPERIOR = "superior"
    JOINT = "joint"
    RESPONDENT = "respondent"
    NONE = "none"


class Shown(StrEnum):
    """How a name and a telephone number appear."""

    FULL = "full"
    MASKED = "masked"
    HIDDEN = "hidden"


@dataclass(frozen=True)
class Sight:
    """What may be seen: the case at all, its text, the name; and whether to ask for more."""

    case: bool
    text: bool
    name: Shown
    reveal: bool


NOTHING = Sight(False, False, Shown.HIDDEN, False)
TASK_ONLY = Sight(False, False, Shown.HIDDEN, False)

_NAMED = {
    Relation.OWN: Sight(True, True, Shown.FULL, False),
    Relation.HANDLER: Sight(True, True, Shown.MASKED, True),
    Relation.SUPERIOR: Sight(True, True, Shown.MASKED, True),
    Relation.JOINT: TASK_ONLY,
    Relation.RESPONDENT: TASK_ONLY,
    Relation.NONE: NOTHING,
}
_CONFIDENTIAL = {
    **_NAMED,
    Relation.HANDLER: Sight(True, True, Shown.HIDDEN, True),
    Relation.SUPERIOR: Sight(True, True, Shown.HIDDEN, True),
}
_ANONYMOUS = {
    **_NAMED,
    Relation.OWN: Sight(True, True, Shown.HIDDEN, False),
    Relation.HANDLER: Sight(True, True, Shown.HIDDEN, False),
    Relation.SUPERIOR: Sight(True, True, Shown.HIDDEN, False),
}
MATRIX: dict[str, dict[Relation, Sight]] = {
    "named": _NAMED,
    "confidential": _CONFIDENTIAL,
    "anonymous": _ANONYMOUS,
}


def sight(secrecy: str, relation: Relation, *, disclosed: bool = False) -> Sight:
    """What a relation sees at a level of secrecy. disclosed: a joint unit was told who it is."""
    found = MATRIX[secrecy][relation]
    if relation is Relation.JOINT and disclosed and secrecy != "anonymous":
        return Sight(found.case, found.text, Shown.MASKED, False)
    return found


def relation_of(
    *, own: bool, in_respondent: bool, at_desk: bool, above_desk: bool, joint: bool
) -> Relation:
    """The relation that decides: being of the unit complained of outweighs every role."""
    if own:
        return Relation.OWN
    if in_respondent:
        return Relation.RESPONDENT
    if at_desk:
        return Relation.HANDLER
    if above_desk:
        return Relation.SUPERIOR
    return Relation.JOINT if joint else Relation.NONE


def strictest(levels: Iterable[str]) -> str:
    """The level of a case with several intakes: the one that shows least."""
    order = ("named", "confidential", "anonymous")
    return max(levels, key=order.index, default="named")


_NUMBERS = re.compile(
    r"(?<!\d)(?:1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}|0\d{2,3}-?\d{7,8}|\d{17}[\dXx]|\d{15})(?!\d)"
)


def redact(text: str, secrets: Iterable[str]) -> str:
    """A text without these words and without anything like a telephone or identity number."""
    for secret in sorted({item.strip() for item in secrets}, key=len, reverse=True):
        if len(secret) >= 2:
            text = text.replace(secret, CUT)
    return _NUMBERS.sub(CUT, text)


def named(text: str, secrets: Iterable[str]) -> list[str]:
    """Which of the words that name people stand in a text."""
    squeezed = re.sub(r"\s+", "", text)
    return [
        secret
        for secret in {re.sub(r"\s+", "", item) for item in secrets}
        if len(secret) >= 2 and secret in squeezed
    ]


def leaks(text: str, secrets: Iterable[str]) -> list[str]:
    """What of a person stands in a text: the words given, telephone and identity numbers."""
    return [*named(text, secrets), *_NUMBERS.findall(text)]


def check_answer(text: str, own: Mapping[int, str], secrets: Mapping[int, Iterable[str]]) -> None:
    """Refuse an answer from which one complainant of a case learns who another is.

    own: the paragraph for a single one; secrets: the words that name each; both by intake.
    """
    if len(secrets) < 2:
        return
    found = named(text, [word for words in secrets.values() for word in words])
    field = "text"
    for pk, paragraph in own.items():
        mine = set(secrets.get(pk, ()))
        others = [word for words in secrets.values() for word in words if word not in mine]
        if not found and named(paragraph, others):
            found, field = others, "own"
    if found:
        raise Refusal(
            "答复会发给这个办件的每一位来件人，其中写有来件人的姓名或联系方式。",
            rule="来件人之间互不知道身份",
            remedy="请删去能认出来件人的内容。",
            field=field,
            code="names",
        )


def check_for_others(text: str, secrets: Iterable[str], field: str = "text") -> str:
    """A text others will read, stripped; refused when it says who complained."""
    text = text.strip()
    if leaks(text, secrets):
        raise Refusal(
            "这段文字会转给其他单位，其中写有来件人的姓名、电话或证件号码。",
            rule=RULE,
            remedy="请删去能认出来件人的内容，只写反映的问题和要求。",
            field=field,
            code="leak",
        )
    return text
