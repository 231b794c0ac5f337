"""Content of a place's own hall: its states, and what a place inherits."""

from __future__ import annotations

from datetime import date

from gonghui.kernel.base.errors import Conflict, Refusal

DRAFT, PUBLISHED, WITHDRAWN = "draft", "published", "withdrawn"
BANNER, NOTICE = "banner", "notice"
ALLOWED = {"edit": (DRAFT,), "publish": (DRAFT,), "withdraw": (PUBLISHED,)}
LONGEST_DAYS = 366
SEPARATION = "内容发布审核：编写人与发布人分离（网站内容管理要求）"


def check_state(verb: str, state: str) -> None:
    """Conflict when a piece is not in a state for a verb."""
    if state not in ALLOWED[verb]:
        raise Conflict("这条内容的状态已经变了。", remedy="请刷新页面查看。", code="state")


def check_period(starts_on: date, ends_on: date) -> None:
    """Refusal for a period that ends before it begins or is longer than a year."""
    if ends_on < starts_on:
        raise Refusal("截止日期早于开始日期。", field="ends_on", code="period")
    if (ends_on - starts_on).days > LONGEST_DAYS:
        raise Refusal("展示期不超过一年。", field="ends_on", code="period")


def check_link(link: str) -> None:
    """Refusal for a link that leads off the platform."""
    # Browsers leave out tabs and line ends, so "/\t/" would lead to another host.
    odd = link.startswith("//") or "\\" in link or any(sign <= " " for sign in link)
    if link and (not link.startswith("/") or odd):
        raise Refusal(
            "链接只能指向本平台的页面。", remedy="请填以 / 开头的地址。", field="link", code="link"
        )


def check_publisher(drafted_by: int | None, user_id: int | None) -> None:
    """Refusal when somebody publishes what they drafted themselves."""
    if drafted_by is not None and drafted_by == user_id:
        raise Refusal(
            "自己编写的内容由另一人发布。",
            rule=SEPARATION,
            remedy="请由本工会的另一位审批人发布。",
            code="own",
        )


def lines_above(path: str) -> list[str]:
    """The paths whose content a place shows: its own and those above, the highest first."""
    parts = [part for part in path.split(".") if part]
    return [".".join(parts[:end]) + "." for end in range(1, len(parts) + 1)]
