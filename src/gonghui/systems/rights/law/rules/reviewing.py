"""Publishing with review: who may publish what somebody else wrote, and which step comes next."""

from __future__ import annotations

from enum import StrEnum

from gonghui.kernel.base.errors import Conflict, Refusal


class Stage(StrEnum):
    """Where something to be published stands."""

    DRAFT = "draft"
    REVIEW = "review"
    SECOND = "second"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


WORDS = {
    Stage.DRAFT: "起草中",
    Stage.REVIEW: "待审核",
    Stage.SECOND: "待复核",
    Stage.PUBLISHED: "已发布",
    Stage.WITHDRAWN: "已撤下",
}
TONES = {
    Stage.DRAFT: "idle",
    Stage.REVIEW: "wait",
    Stage.SECOND: "wait",
    Stage.PUBLISHED: "good",
    Stage.WITHDRAWN: "stop",
}
FOUR_EYES = "本平台业务规则：起草人和审核人不是同一人"
SIX_EYES = "本平台业务规则：典型案例公开前由两名起草人以外的人分别核对匿名化"


def must_stand(stage: str, *allowed: Stage) -> None:
    """Conflict unless it stands at one of the stages."""
    if stage not in allowed:
        raise Conflict(
            f"现在的状态是“{WORDS[Stage(stage)]}”，不能这样办理。",
            remedy="请刷新后再看。",
            code="stage",
        )


def other_hand(author_id: int | None, reviewer_id: int | None, first_id: int | None = None) -> None:
    """Refuse a review by who wrote it, or a second one by who made the first."""
    if reviewer_id is not None and reviewer_id == author_id:
        raise Refusal("不能审核自己起草的内容。", rule=FOUR_EYES, remedy="请其他审核人办理。")
    if reviewer_id is not None and reviewer_id == first_id:
        raise Refusal("两次核对须由不同的人完成。", rule=SIX_EYES, remedy="请另一名审核人办理。")


def next_stage(stage: str, *, publish: bool, twice: bool = False) -> Stage:
    """Where a decision leads; twice: two reviews are needed."""
    if not publish:
        return Stage.DRAFT
    return Stage.SECOND if twice and stage == Stage.REVIEW else Stage.PUBLISHED
