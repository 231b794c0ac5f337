"""Figures the rules stand on, each dated and with its source."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from gonghui.kernel.codes.memory import MEMORY, Period
from gonghui.kernel.codes.parameters import Parameter

REVIEW_DAYS = Parameter("legal_aid.review_days", "法律援助审查决定期限", "日", int)
SUPPLEMENT_DAYS = Parameter("legal_aid.supplement_days", "法律援助补充材料期限", "日", int)
MEANS_LINE = Parameter("legal_aid.means_line", "法律援助经济困难标准（人均月收入）", "元", Decimal)
ANSWER_WORKDAYS = Parameter("legal_aid.answer_workdays", "律师答复指派的期限", "工作日", int)
COOLING_MONTHS = Parameter("legal_aid.cooling_months", "利害关系结束后仍应回避的期间", "月", int)
CHECK_MONTHS = Parameter("legal_aid.check_months", "年度考核的有效期间", "月", int)
SUBSIDY_TABLE = Parameter("legal_aid.subsidy", "法律援助办案补贴标准", "元", list)
HEARING_NOTICE_DAYS = Parameter("legal_aid.hearing_notice_days", "开庭提醒提前量", "日", int)
MEDIATION_DAYS = Parameter("mediation.days", "劳动争议调解期限", "日", int)
MEDIATION_EXTENSION = Parameter("mediation.extension_days", "调解期限最长延长", "日", int)
CONFIRM_DAYS = Parameter("mediation.confirm_days", "申请司法确认的期限", "日", int)
BOARD_DAYS = Parameter("mediation.board_days", "申请仲裁审查的期限", "日", int)
LIMIT_YEARS = Parameter("mediation.limitation_years", "劳动争议申请仲裁的时效期间", "年", int)
REPLY_WORKDAYS = Parameter(
    "labour_watch.reply_workdays", "用人单位答复监督文书的期限", "工作日", int
)
LEAST_SUPERVISORS = Parameter("labour_watch.least_supervisors", "监督调查的最少人数", "人", int)


def stated(parameter: Parameter, day: date, scope: Sequence[int] = ()) -> str:
    """A figure as a page says it: 7 日（暂定）; empty when none is in force."""
    found = _in_force(parameter, day, scope)
    if found is None:
        return ""
    return f"{parameter.decode(found.value)} {parameter.unit}{mark(parameter, day, scope)}"


def mark(parameter: Parameter, day: date, scope: Sequence[int] = ()) -> str:
    """（暂定） after a figure nobody has compared with its document; else empty."""
    found = _in_force(parameter, day, scope)
    return "（暂定）" if found is not None and found.provisional else ""


def _in_force(parameter: Parameter, day: date, scope: Sequence[int]) -> Period | None:
    periods = MEMORY.live().periods
    for union_id in (*scope, None):
        for period in reversed(periods.get((parameter.key, union_id), ())):
            if period.holds(day):
                return period
    return None
