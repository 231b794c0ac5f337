"""What may become of a notice, and for whom it is."""

from __future__ import annotations

from datetime import date, timedelta

from gonghui.kernel.base.errors import Conflict, Refusal

DRAFT, PUBLISHED, WITHDRAWN, EXPIRED = "draft", "published", "withdrawn", "expired"
ALLOWED = {
    "edit": {DRAFT},
    "publish": {DRAFT},
    "withdraw": {DRAFT, PUBLISHED},
    "pin": {PUBLISHED},
    "urge": {PUBLISHED},
}
WORDS = {DRAFT: "拟稿", PUBLISHED: "已发布", WITHDRAWN: "已撤回", EXPIRED: "已到期"}
VERBS = {
    "edit": "修改",
    "publish": "发布",
    "withdraw": "撤回",
    "pin": "置顶或取消置顶",
    "urge": "催阅",
}
LONGEST = timedelta(days=366)


def check_state(verb: str, state: str) -> None:
    """Raise Conflict when a notice of this state cannot be dealt with so."""
    if state not in ALLOWED[verb]:
        raise Conflict(
            f"这条公告{WORDS[state]}，不能再{VERBS[verb]}。",
            remedy="请刷新页面查看它的当前状态。",
            code="state",
        )


def check_period(starts_on: date, ends_on: date, today: date) -> None:
    """Raise Refusal for a period that ends before it begins, is over already, or exceeds a year."""
    if ends_on < starts_on:
        raise Refusal("截止日期早于开始日期。", remedy="请改正日期。", field="ends_on")
    if ends_on < today:
        raise Refusal("截止日期已经过去，发布后没有人会看到。", field="ends_on")
    if ends_on - starts_on > LONGEST:
        raise Refusal(
            "公告最长公布一年。", remedy="长期有效的内容请作为制度文件发布。", field="ends_on"
        )


def check_urging(urged_on: date | None, today: date, *, must_read: bool) -> None:
    """Raise for a notice nobody has to confirm, and for a second urging on one day."""
    if not must_read:
        raise Refusal("这条公告没有要求确认已阅，不需要催阅。")
    if urged_on == today:
        raise Conflict("今天已经催阅过。", rule="同一公告每天催阅一次", remedy="请明天再催。")


def ancestors(path: str) -> list[str]:
    """The paths of the unions above a place and of the place itself, from the root down."""
    parts = path.rstrip(".").split(".")
    return [".".join(parts[:n]) + "." for n in range(1, len(parts) + 1)]
