"""Dated rule parameters (业务参数): figures that law or the province sets, each with its document.

A parameter is declared here (or beside the rules of a system) as an object; its values are
periods in the database, first filled from data/parameters.csv.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.codes.memory import MEMORY

KINDS = {int: "整数", bool: "是或否", str: "文字", Decimal: "数字", list: "列表"}
PARAMETERS: dict[str, Parameter] = {}


class NoParameter(Refusal):
    """No value of the parameter is in force on the day asked for."""


@dataclass(frozen=True)
class Parameter:
    """The declaration of one parameter.

    kind: int, bool, str, Decimal, or list for a table (a JSON list, of figures or of rows).
    Declaring a key twice raises ValueError.
    """

    key: str
    title: str
    unit: str
    kind: type

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.key}: kind {self.kind!r} is not one a parameter can have")
        if self.key in PARAMETERS:
            raise ValueError(f"parameter {self.key} is declared twice")
        PARAMETERS[self.key] = self

    def on(self, day: date, scope: Sequence[int] = ()) -> Any:
        """The value in force that day; see `parameter`."""
        return parameter(self, day, scope)

    def decode(self, stored: Any) -> Any:
        """The Python value of stored JSON."""
        return Decimal(stored) if self.kind is Decimal else stored

    def encode(self, value: Any) -> Any:
        """The JSON to store for a value of this kind; Refusal if it is of another kind."""
        if self.kind is Decimal and not isinstance(value, bool):
            try:
                number = Decimal(str(value))
            except InvalidOperation:
                raise self._wrong_kind(value) from None
            if not number.is_finite():
                raise self._wrong_kind(value)
            return str(number)
        # bool is a subclass of int, so isinstance would take True for a number.
        if type(value) is not self.kind:
            raise self._wrong_kind(value)
        return value

    def _wrong_kind(self, value: Any) -> Refusal:
        wanted = {int: "整数", bool: "是或否", str: "文字", Decimal: "数字", list: "列表"}[
            self.kind
        ]
        return Refusal(
            f"业务参数“{self.title}”的取值应为{wanted}，收到的是“{value}”。",
            remedy="请按参数的类型重新填写。",
            field="value",
            code="parameter_kind",
        )


def parameter(key: Parameter | str, on: date, scope: Sequence[int] = ()) -> Any:
    """The value of a parameter in force `on` that day.

    scope: union ids, the nearest first; the first that has its own value that day decides,
    otherwise the province's value holds. NoParameter if none is in force; KeyError for a key
    that is declared nowhere.
    """
    declared = key if isinstance(key, Parameter) else PARAMETERS[key]
    periods = MEMORY.live().periods
    for union_id in (*scope, None):
        for period in reversed(periods.get((declared.key, union_id), ())):
            if period.holds(on):
                return declared.decode(period.value)
    raise NoParameter(
        f"业务参数“{declared.title}”（{declared.key}）在{on.isoformat()}没有有效取值，无法办理。",
        remedy="请系统管理员在“业务参数”中补录该日期的取值和文件依据。",
        code="parameter_missing",
    )


MIN_AGE = Parameter("membership.min_age", "入会最低年龄", "周岁", int)
APPROVAL_WORKDAYS = Parameter("membership.approval_workdays", "入会审批时限", "工作日", int)
POOL_WORKDAYS = Parameter("membership.pool_workdays", "周转池分派时限", "工作日", int)
REMINDER_WORKDAYS = Parameter("membership.reminder_workdays", "到期前提醒提前量", "工作日", int)
EXPELLED_NEEDS_SUPERIOR = Parameter(
    "membership.expelled_needs_superior", "被开除会籍者重新入会须经上级工会批准", "是或否", bool
)
TRANSFER_WORKDAYS = Parameter("membership.transfer_workdays", "会籍转接办理时限", "工作日", int)
CORRECTION_WORKDAYS = Parameter(
    "membership.correction_workdays", "会员信息变更审批时限", "工作日", int
)
AUTO_WITHDRAW_MONTHS = Parameter("membership.auto_withdraw_months", "视为自动退会的期限", "月", int)
LAPSE_NOTICE_DAYS = Parameter("membership.lapse_notice_days", "视为自动退会的公示期", "天", int)
MERGE_UNDO_DAYS = Parameter("membership.merge_undo_days", "重复会员合并可撤销期限", "天", int)
COMMITTEE_MIN_MEMBERS = Parameter(
    "union.committee_min_members", "应当建立基层工会委员会的会员人数", "人", int
)
FULLTIME_CHAIR_MIN_WORKERS = Parameter(
    "union.fulltime_chair_min_workers", "可以设专职工会主席的职工人数", "人", int
)
BASIC_TERM_YEARS = Parameter("term.basic_years", "基层工会委员会任期", "年", list)
LOCAL_TERM_YEARS = Parameter("term.local_years", "地方和产业工会委员会任期", "年", int)
TERM_REMINDER_MONTHS = Parameter("term.reminder_months", "届满提醒提前月数", "月", list)
TERM_EXTENSION_MAX_MONTHS = Parameter("term.extension_max_months", "延期换届最长期限", "月", int)
COMMITTEE_SURPLUS_PERCENT = Parameter(
    "election.committee_surplus_percent", "委员候选人最低差额率", "%", int
)
STANDING_SURPLUS_PERCENT = Parameter(
    "election.standing_surplus_percent", "常务委员候选人最低差额率", "%", int
)
