"""Rules of the register of professional union workers (社会化工会工作者).

Catalogue C1.1/9. The figures below are the platform's own: no law sets them.
"""

from __future__ import annotations

from datetime import date, timedelta

NOTICE_DAYS = (60, 30)
"""Days before the end of a contract on which the employing union is reminded."""


def contract_fault(start: date, end: date) -> str:
    """What is wrong with a contract period, in words; empty when nothing is."""
    if end <= start:
        return "合同终止日期应晚于起始日期。"
    if end > start.replace(year=start.year + 10, day=min(start.day, 28)):
        return "一次签订的合同期不应超过 10 年，请核对日期。"
    return ""


def notice_due(end: date, today: date) -> int | None:
    """The reminder to send now by days before the end; 0 once it has passed; else None."""
    if today > end:
        return 0
    due = [days for days in NOTICE_DAYS if end - timedelta(days=days) <= today]
    return min(due) if due else None


def assessment_fault(year: int, hired_on: date, today: date) -> str:
    """Why a year cannot be assessed, in words; empty when it can."""
    if year > today.year:
        return f"{year} 年还没有到，不能考核。"
    if year < hired_on.year:
        return f"该同志 {hired_on.year} 年才到岗，没有 {year} 年的考核。"
    return ""
