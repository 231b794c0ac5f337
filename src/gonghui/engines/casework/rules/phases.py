"""What may be done at which phase of a case."""

from __future__ import annotations

from gonghui.kernel.base.errors import Conflict, Refusal

RECEIVED, ROUTED, HANDLING, REVIEW = "received", "routed", "handling", "review"
REPLIED, CLOSED, DECLINED = "replied", "closed", "declined"
MERGED, WITHDRAWN = "merged", "withdrawn"
OPEN = (RECEIVED, ROUTED, HANDLING, REVIEW)
WORDS = {
    RECEIVED: "待受理",
    ROUTED: "待签收",
    HANDLING: "办理中",
    REVIEW: "答复待审",
    REPLIED: "已答复",
    CLOSED: "已办结",
    DECLINED: "不予受理",
    MERGED: "已并案",
    WITHDRAWN: "已撤回",
}
ALLOWED: dict[str, tuple[str, ...]] = {
    "accept": (RECEIVED,),
    "decline": (RECEIVED, ROUTED),
    "describe": OPEN,
    "route": (ROUTED, HANDLING),
    "take": (ROUTED,),
    "hand_over": (HANDLING, REVIEW),
    "send_back": (ROUTED, HANDLING),
    "step": (HANDLING,),
    "name_respondent": (RECEIVED, ROUTED, HANDLING),
    "join": (RECEIVED, ROUTED, HANDLING),
    "split": (RECEIVED, ROUTED, HANDLING),
    "pause": (RECEIVED, ROUTED, HANDLING),
    "resume": OPEN,
    "ask_extension": (ROUTED, HANDLING, REVIEW),
    "decide_extension": (ROUTED, HANDLING, REVIEW),
    "ask_part": (HANDLING,),
    "return_part": (HANDLING,),
    "disclose": (HANDLING,),
    "urge": OPEN,
    "supervise": OPEN,
    "draft": (HANDLING,),
    "submit_reply": (HANDLING,),
    "review": (REVIEW,),
    "call_back": (REPLIED, CLOSED),
    "rate": (REPLIED, CLOSED),
    "close": (REPLIED,),
    "reopen": (REPLIED, CLOSED),
    "reopen_for": (REPLIED, CLOSED),
    "withdraw": (RECEIVED, ROUTED, HANDLING),
    "tell": (*OPEN, REPLIED),
    "ask": (*OPEN, REPLIED),
}
"""By verb; those not named here are not bound to a phase."""


def check(verb: str, phase: str) -> None:
    """Refuse what a case at this phase does not take."""
    if phase not in ALLOWED[verb]:
        wanted = "、".join(WORDS[item] for item in ALLOWED[verb])
        raise Conflict(
            f"这个办件现在是“{WORDS[phase]}”，不能这样办理。",
            rule=f"限于：{wanted}",
            remedy="可能已有他人办理，请刷新页面查看最新状态。",
            code="phase",
        )


def check_reopen(days_since: int, most: int, rounds: int, most_rounds: int) -> None:
    """Refuse re-opening after its time, or once too often."""
    if days_since > most:
        raise Refusal(
            f"答复后 {most} 天内可以要求重新办理，现在已经超过。",
            rule="业务参数“重新办理期限”",
            remedy="有新情况的，请作为新的来件提出。",
            code="reopen_late",
        )
    if rounds >= most_rounds:
        raise Refusal(
            f"这件事项已经办理过 {rounds} 次，不能再要求重新办理。",
            rule="业务参数“最多办理轮次”",
            remedy="对结果不服的，可以按信访程序申请复查。",
            code="reopen_often",
        )


def check_other_hand(author_id: int | None, reviewer_id: int | None, what: str) -> None:
    """Who wrote it does not review it."""
    if author_id is not None and author_id == reviewer_id:
        raise Refusal(
            f"不能审核自己{what}。",
            rule="起草和审核分开",
            remedy="请由本工会其他审批人或上级工会审核。",
            code="own_work",
        )
