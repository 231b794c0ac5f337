"""The way of an outgoing document (发文办理): states, steps, who may do what.

Source: 《党政机关公文处理工作条例》 articles 19 to 22 (起草、审核、签发) and 25 (发文办理).
"""

from __future__ import annotations

from gonghui.kernel.base.errors import Conflict, Forbidden

REVIEW_RULE = "《党政机关公文处理工作条例》第二十条：签发前由办公厅（室）审核"
SIGN_RULE = "《党政机关公文处理工作条例》第二十二条：经本机关负责人审批签发"

DRAFT, UNDER_WAY = "draft", "under_way"
SIGNED, SEALED, ISSUED, ARCHIVED, VOID = "signed", "sealed", "issued", "archived", "void"

TITLES = {
    DRAFT: "起草中",
    UNDER_WAY: "审签中",
    SIGNED: "已签发",
    SEALED: "已用印",
    ISSUED: "已分发",
    ARCHIVED: "已归档",
    VOID: "已作废",
}
REDRAFT, REVIEW, COUNTERSIGN, SIGNING = "draft", "review", "countersign", "sign"
"""Ids of the steps of the diagram while a document is under way."""
STEPS = {REDRAFT: "拟稿", REVIEW: "核稿", COUNTERSIGN: "会签", SIGNING: "签发"}
EDITING = frozenset({REDRAFT, REVIEW, SIGNING})
"""Steps whose holder may change the text; who countersigns gives an opinion."""

ALLOWED = {
    "edit": frozenset({DRAFT, UNDER_WAY}),
    "submit": frozenset({DRAFT, UNDER_WAY}),
    "review": frozenset({UNDER_WAY}),
    "countersign": frozenset({UNDER_WAY}),
    "sign": frozenset({UNDER_WAY}),
    "send_back": frozenset({UNDER_WAY}),
    "withdraw": frozenset({UNDER_WAY}),
    "abandon": frozenset({DRAFT}),
    "void": frozenset({SIGNED, SEALED}),
    "seal": frozenset({SIGNED}),
    "distribute": frozenset({SEALED, ISSUED}),
    "recall": frozenset({ISSUED}),
    "archive": frozenset({ISSUED, SEALED}),
}


def check(verb: str, state: str) -> None:
    """Conflict unless the state allows the verb."""
    if state not in ALLOWED[verb]:
        raise Conflict(
            f"这件公文现在是“{TITLES[state]}”，不能办理这一步。",
            rule="发文按起草、核稿、会签、签发、用印、分发、归档的顺序办理",
            remedy="请刷新页面，查看它走到了哪一步。",
            code="state",
        )


def check_separate(drafter: int | None, reviewer: int | None, signer: int | None) -> None:
    """Nobody reviews or signs what they drafted, and the reviewer does not sign."""
    if reviewer == drafter:
        raise Forbidden(
            "核稿人不能是拟稿人本人。",
            rule=REVIEW_RULE,
            remedy="请选择本机关办公室的其他人员。",
            field="reviewer",
            code="separate",
        )
    if signer in {drafter, reviewer}:
        raise Forbidden(
            "签发人不能是拟稿人或核稿人。",
            rule=SIGN_RULE,
            remedy="请选择本机关负责人。",
            field="signer",
            code="separate",
        )
