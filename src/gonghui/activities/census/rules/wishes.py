"""Rules of the wish list (点菜单): states, who may wish where, similar wishes, fair order.

Source: catalogue A01/5 and A01/p4.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date
from urllib.parse import urlsplit

from gonghui.kernel.base.errors import Forbidden, Refusal

NEW, ACCEPTED, IN_PROGRESS, DONE = "new", "accepted", "in_progress", "done"
DECLINED, MERGED = "declined", "merged"
OPEN = (NEW, ACCEPTED, IN_PROGRESS)

ALLOWED: dict[str, tuple[str, ...]] = {
    "accept": (NEW,),
    "start": (NEW, ACCEPTED),
    "finish": (ACCEPTED, IN_PROGRESS),
    "decline": OPEN,
    "merge": OPEN,
    "reply": (*OPEN, DONE, DECLINED),
    "hide": (*OPEN, DONE, DECLINED),
    "vote": OPEN,
}
VERBS = {
    "accept": "采纳",
    "start": "开始办理",
    "finish": "办结",
    "decline": "不予采纳",
    "merge": "合并",
    "reply": "答复",
    "hide": "隐藏",
    "vote": "支持",
}
STATES = {
    NEW: "待答复",
    ACCEPTED: "已采纳",
    IN_PROGRESS: "办理中",
    DONE: "已实现",
    DECLINED: "未采纳",
    MERGED: "已合并",
}
ONE_VOTE = "每人对一条心愿只计一票，合并的心愿按人计票"
SAME_PATH = "职工可以向所在工会、县级工会和市级工会提出心愿，只能支持这些工会的心愿"

ORDER = "支持人数多的在前；支持人数相同的，提出早的在前"
SIMILAR_FROM = 0.35
# Words every wish is wrapped in tell nothing of what is wished for.
_FILLERS = (
    "希望",
    "建议",
    "请求",
    "能否",
    "能不能",
    "可以",
    "工会",
    "组织",
    "开展",
    "举办",
    "开设",
    "提供",
    "我们",
    "职工",
    "增加",
)


def check_state(verb: str, state: str, *, hidden: bool = False) -> None:
    """Refuse a verb the wish's state does not allow."""
    if hidden and verb in {"vote", "merge"}:
        raise Refusal(f"这条心愿已被隐藏，不能{VERBS[verb]}。", code="hidden")
    if state not in ALLOWED[verb]:
        raise Refusal(
            f"这条心愿{STATES[state]}，不能{VERBS[verb]}。",
            remedy="请查看它现在的进展。",
            code="wrong_state",
        )


def on_path(path: str, union_id: int) -> bool:
    """Whether a union is the one at `path` or above it."""
    return str(union_id) in path.rstrip(".").split(".")


def check_place(path: str, union_id: int) -> None:
    """A worker takes part only in the wishes of unions on the own path."""
    if not on_path(path, union_id):
        raise Forbidden(
            "这条心愿不属于您所在的工会，也不属于您所在县、市的工会。",
            rule=SAME_PATH,
            remedy="可以向您所在的工会提出同样的心愿。",
            code="forbidden",
        )


def bigrams(text: str) -> frozenset[str]:
    """Pairs of neighbouring letters of a title, without blanks, signs and filler words."""
    plain = "".join(c for c in unicodedata.normalize("NFKC", text).lower() if c.isalnum())
    bare = plain
    for word in _FILLERS:
        bare = bare.replace(word, "")
    kept = bare or plain
    return frozenset(kept[n : n + 2] for n in range(len(kept) - 1)) or frozenset(kept)


def similarity(one: str, other: str) -> float:
    """How alike two titles are, from 0 to 1: twice the shared pairs over all pairs (Dice)."""
    first, second = bigrams(one), bigrams(other)
    if not first or not second:
        return 0.0
    return 2 * len(first & second) / (len(first) + len(second))


def similar(title: str, others: Iterable[tuple[int, str]], most: int = 5) -> list[int]:
    """Ids of (id, title) pairs alike enough to offer instead, the most alike first."""
    scored = [(similarity(title, other), pk) for pk, other in others]
    found = sorted(((-score, pk) for score, pk in scored if score >= SIMILAR_FROM))
    return [pk for _, pk in found[:most]]


def overdue(answered: bool, state: str, due_on: date, today: date) -> bool:
    """Whether a wish that still waits for a first answer is past its term."""
    return not answered and state == NEW and today > due_on


def check_words(title: str) -> str:
    """A title of 4 to 60 characters with something to say in it."""
    cleaned = " ".join(title.split())
    if not 4 <= len(cleaned) <= 60 or sum(c.isalnum() for c in cleaned) < 4:
        raise Refusal("标题请写 4 到 60 个字，说清想要什么服务。", field="title")
    return cleaned


def check_link(address: str) -> str:
    """The address of the service that came of a wish: a page of this platform or https."""
    cleaned = address.strip()
    if not cleaned:
        return ""
    parts = urlsplit(cleaned)
    own = cleaned.startswith("/") and not cleaned.startswith("//") and "\\" not in cleaned
    if own or (parts.scheme in {"http", "https"} and parts.hostname):
        return cleaned
    raise Refusal(
        "服务链接应是本平台的页面（以 / 开头）或完整的网址（http、https）。",
        field="result_url",
        code="bad_link",
    )
