"""Incoming documents and supervision (收文办理、督办): steps, terms in workdays, closure.

Source: 《党政机关公文处理工作条例》 article 24 (收文办理: 签收 to 答复; 紧急公文应当明确办理时限).
The days are the province's own (业务参数) and provisional.
"""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.base.workdays import workdays_between
from gonghui.kernel.rules.kinds import Kind
from gonghui.kernel.rules.tables import (
    Content,
    Hit,
    Input,
    Line,
    Output,
    Reach,
    RuleTable,
    Sample,
)

RULE = "《党政机关公文处理工作条例》第二十四条"
CLOSURE = "督办事项凭办结材料销号"

REGISTERED, PROPOSED, HANDLING, DONE, ARCHIVED = (
    "registered",
    "proposed",
    "handling",
    "done",
    "archived",
)
TITLES = {
    REGISTERED: "待拟办",
    PROPOSED: "待批示",
    HANDLING: "承办中",
    DONE: "已办结",
    ARCHIVED: "已归档",
}
ALLOWED = {
    "propose": frozenset({REGISTERED, PROPOSED}),
    "instruct": frozenset({PROPOSED}),
    "circulate": frozenset({REGISTERED, PROPOSED, HANDLING, DONE}),
    "finish": frozenset({HANDLING, REGISTERED}),
    "supervise": frozenset({HANDLING}),
    "archive": frozenset({DONE}),
}

TASK_OPEN, TASK_REPORTED, TASK_CLOSED, TASK_CANCELLED = "open", "reported", "closed", "cancelled"
TASK_TITLES = {
    TASK_OPEN: "办理中",
    TASK_REPORTED: "待销号",
    TASK_CLOSED: "已销号",
    TASK_CANCELLED: "已撤销",
}
TASK_ALLOWED = {
    "report": frozenset({TASK_OPEN}),
    "extend": frozenset({TASK_OPEN}),
    "urge": frozenset({TASK_OPEN}),
    "close": frozenset({TASK_REPORTED}),
    "reject": frozenset({TASK_REPORTED}),
    "cancel": frozenset({TASK_OPEN, TASK_REPORTED}),
}


class Urgency(StrEnum):
    """紧急程度 of article 9 (三)."""

    NORMAL = ""
    URGENT = "加急"
    EXTRA = "特急"


def check(verb: str, state: str) -> None:
    """Conflict unless an incoming document's state allows the verb."""
    if state not in ALLOWED[verb]:
        raise Conflict(
            f"这件收文现在是“{TITLES[state]}”，不能办理这一步。",
            rule=f"{RULE}：收文按登记、拟办、批示、承办、办结的顺序办理",
            remedy="请刷新页面，查看它走到了哪一步。",
            code="state",
        )


def check_task(verb: str, state: str) -> None:
    """Conflict unless a task's state allows the verb."""
    if state not in TASK_ALLOWED[verb]:
        raise Conflict(
            f"这个督办事项现在是“{TASK_TITLES[state]}”，不能办理这一步。",
            remedy="请刷新页面后再办理。",
            code="state",
        )


PLAIN = "平件"
TERM_TABLE = RuleTable(
    "circulation.terms",
    "收文办理时限",
    inputs=(
        Input(
            "urgency",
            "紧急程度",
            Kind.TEXT,
            {word: word for word in (PLAIN, Urgency.URGENT.value, Urgency.EXTRA.value)},
        ),
        Input("from_above", "上级经平台来文", Kind.FLAG),
    ),
    outputs=(Output("workdays", "办理工作日数", Kind.INTEGER),),
    hit=Hit.UNIQUE,
    complete=True,
    reach=Reach.COUNTY,
    help="收文登记时按它算出办理期限，拟办时可以改定。条例没有规定天数，默认值暂定。",
    source=f"{RULE}：紧急公文应当明确办理时限",
    default=Content(
        (
            Line({"urgency": PLAIN}, {"workdays": "10"}),
            Line({"urgency": Urgency.URGENT.value}, {"workdays": "3"}),
            Line({"urgency": Urgency.EXTRA.value}, {"workdays": "1"}),
        ),
        (
            Sample("平件", {"urgency": PLAIN, "from_above": "否"}, {"workdays": "10"}),
            Sample(
                "上级特急件",
                {"urgency": Urgency.EXTRA.value, "from_above": "是"},
                {"workdays": "1"},
            ),
        ),
    ),
)
"""Workdays to handle what came in; a place may give its own."""


def term_case(urgency: str, *, from_above: bool) -> dict[str, object]:
    """What the table of terms is asked."""
    return {"urgency": urgency or PLAIN, "from_above": from_above}


def check_extension(due_on: date, until: date, today: date, used: int, most: int) -> None:
    """Refuse an extension that is none, comes too late, or is one too many."""
    if used >= most:
        raise Refusal(
            f"这个事项已经延期 {used} 次，不能再延。",
            rule=f"督办事项最多延期 {most} 次",
            remedy="请尽快办结并上报结果；确有困难的，请督办人撤销或另行立项。",
            field="until",
            code="extensions",
        )
    if today > due_on:
        raise Refusal(
            f"期限 {due_on:%Y-%m-%d} 已过，不能申请延期。",
            rule="延期在到期前申请",
            remedy="请尽快办结，并在上报结果时说明逾期原因。",
            field="until",
            code="late",
        )
    if until <= due_on:
        raise Refusal(
            "延期后的日期应晚于现在的期限。",
            remedy=f"现在的期限是 {due_on:%Y-%m-%d}。",
            field="until",
            code="until",
        )
    if until - due_on > timedelta(days=92):
        raise Refusal(
            "一次延期不超过三个月。",
            rule="督办事项延期每次不超过三个月",
            remedy="请缩短延期，或分阶段报告进展。",
            field="until",
            code="until",
        )


def standing(due_on: date | None, closed: bool, today: date, soon: int = 3) -> tuple[str, str]:
    """(words, tone) of a term: 逾期 4 个工作日, 今天到期, 剩 2 个工作日."""
    if closed or due_on is None:
        return "", "idle"
    left = workdays_between(today, due_on) if due_on >= today else -workdays_between(due_on, today)
    if due_on < today:
        return f"逾期 {max(-left, 1)} 个工作日", "stop"
    if due_on == today:
        return "今天到期", "wait"
    return f"剩 {left} 个工作日", "wait" if left <= soon else "info"
