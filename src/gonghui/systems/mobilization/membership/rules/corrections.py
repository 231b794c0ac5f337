"""Rules of corrections (会员信息变更): which facts anyone may mend and which need evidence.

Source: 实名制管理 (总工办发〔2017〕14号): identity facts rest on a document;
《个人信息保护法》 article 46: a person may have wrong or missing data corrected.
"""

from __future__ import annotations

PLAIN = (
    "mobile",
    "nationality",
    "education",
    "political_status",
    "household",
    "employment",
    "occupation",
)
"""Facts the member or the handler changes at once."""

KEY = ("name", "document_kind", "document_number", "sex", "born_on")
"""Identity facts (关键信息): only by a request with evidence that somebody else approves."""

RULE = (
    "《推进基层工会组织和工会会员实名制管理工作方案》（总工办发〔2017〕14号）："
    "关键信息变更须凭证明材料审核"
)

REQUESTED, APPROVED, REFUSED, WITHDRAWN = "requested", "approved", "refused", "withdrawn"


def may_decide(
    *, user_id: int | None, person_id: int | None, requested_by: int | None, subject: int
) -> bool:
    """Whether somebody is neither the one who asked nor the person concerned."""
    if user_id is not None and user_id == requested_by:
        return False
    return person_id is None or person_id != subject
