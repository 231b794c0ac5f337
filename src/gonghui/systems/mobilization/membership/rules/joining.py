"""Rules of applications to join (入会申请): what state allows what, who may decide, who may join.

Sources: 《中国工会章程》 article 2 (application, decision by the grass-roots committee),
《工会会员会籍管理办法》 (one membership for life, rejoining), 《中华人民共和国工会法》 article 3.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from gonghui.kernel.base.errors import Forbidden, Refusal
from gonghui.kernel.base.identifiers import full_years

CHARTER = "《中国工会章程》第二条：职工加入工会，由本人自愿申请，经工会基层委员会批准"
ONE_MEMBERSHIP = "《工会会员会籍管理办法》：会员会籍随劳动（工作）关系，一次入会、动态接转"
FAIRNESS = "申请的录入、审批由不同人员办理，任何人不得审批本人的申请"
YOUTH = "《中华人民共和国劳动法》第十五条：禁止用人单位招用未满十六周岁的未成年人"
EXPELLED = "被开除会籍者重新入会须经上级工会批准（平台暂行规则，依据《工会会员会籍管理办法》）"

POOLED, SUBMITTED, RETURNED = "pooled", "submitted", "returned"
APPROVED, REJECTED, WITHDRAWN, APPEALED = "approved", "rejected", "withdrawn", "appealed"
OPEN = (POOLED, SUBMITTED, RETURNED, APPEALED)

ALLOWED: dict[str, tuple[str, ...]] = {
    "approve": (SUBMITTED, APPEALED),
    "reject": (SUBMITTED, APPEALED),
    "return": (SUBMITTED, POOLED),
    "route": (POOLED,),
    "forward": (POOLED,),
    "resubmit": (RETURNED,),
    "withdraw": (POOLED, SUBMITTED, RETURNED, APPEALED),
    "appeal": (REJECTED,),
    "escalate": (SUBMITTED, APPEALED),
}
"""State an application must be in, by what is to be done with it."""

# Kinds of union that keep members of their own: basic, joint, federation of an area or trade.
TAKES_MEMBERS = ("80", "70", "60")
# Documents whose number says neither birth date nor sex.
TELLS_NOTHING = ("passport", "hk_macao_permit", "taiwan_permit", "military_officer")


def may(verb: str, state: str) -> bool:
    """Whether an application in this state allows the verb."""
    return state in ALLOWED[verb]


def check_age(born_on: date | None, on: date, min_age: int) -> None:
    """Refuse who has not reached the age, in full years (周岁), on a day."""
    if born_on is None:
        raise Refusal(
            "这种证件的号码不含出生日期，请填写出生日期。",
            rule=YOUTH,
            field="born_on",
            code="born_on_missing",
        )
    if born_on > on:
        raise Refusal("出生日期晚于今天。", rule="出生日期应为真实日期", field="born_on")
    age = full_years(born_on, on)
    if age < min_age:
        raise Refusal(
            f"申请人 {age} 周岁，未满 {min_age} 周岁，不能申请入会。",
            rule=YOUTH,
            remedy=f"年满 {min_age} 周岁后可以申请。如证件号码有误，请核对后重填。",
            field="document_number",
            code="under_age",
        )


def check_receives(kind: str, active: bool, name: str) -> None:
    """Refuse a union that does not keep members of its own."""
    if not active:
        raise Refusal(
            f"“{name}”已撤销或合并，不能接收入会申请。",
            rule="只有正常状态的工会可以发展会员",
            remedy="请另选工会；不清楚的，可以选“没有固定单位”，由县级工会帮您找。",
            field="union",
            code="union_closed",
        )
    if kind not in TAKES_MEMBERS:
        raise Refusal(
            f"“{name}”不直接发展会员。",
            rule="《中国工会章程》：工会会员参加基层工会组织",
            remedy="请选择单位的基层工会、联合工会或工会联合会。",
            field="union",
            code="union_kind",
        )


def check_decider(
    *,
    user_id: int | None,
    is_applicant: bool,
    entered_by: int | None,
    appeal_against: int | None,
) -> None:
    """Refuse who must not decide: the applicant, who entered it, who rejected it before."""
    if is_applicant:
        raise Forbidden(
            "不能审批本人的入会申请。",
            rule=FAIRNESS,
            remedy="请由本工会的其他审批人或上级工会审批。",
            code="own_application",
        )
    if user_id is not None and user_id == entered_by:
        raise Forbidden(
            "这份申请由您录入，不能由您审批。",
            rule=FAIRNESS,
            remedy="请由本工会的其他审批人或上级工会审批。",
            code="entered_by_self",
        )
    if user_id is not None and user_id == appeal_against:
        raise Forbidden(
            "这份申请是对您的决定提出的申诉，不能由您再次审批。",
            rule=FAIRNESS,
            remedy="请由上级工会的审批人办理。",
            code="appeal_against_self",
        )


def decides_from_above(roots: Collection[str], path: str) -> bool:
    """Whether one of the subtrees at `roots` begins above the union at `path`."""
    return any(root != path and path.startswith(root) for root in roots)


def check_superior(above: bool, why: str) -> None:
    """Refuse a decision at the union itself where its superior has to decide."""
    if not above:
        raise Forbidden(
            f"{why}，须由上级工会审批。",
            rule=EXPELLED if "开除" in why else "申诉由作出决定的工会的上级工会办理",
            remedy="上级工会的审批人已收到待办。",
            code="superior_only",
        )


def check_reason(reason: str, what: str) -> str:
    """The reason, or a refusal when it says nothing."""
    text = reason.strip()
    if len(text) < 4:
        raise Refusal(
            f"请写明{what}，至少 4 个字。",
            rule="退回、不予批准应当告知申请人理由",
            field="reason",
            code="reason_missing",
        )
    return text
