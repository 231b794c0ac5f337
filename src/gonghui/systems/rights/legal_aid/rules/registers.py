"""Registers of lawyers, mediators and supervisors: who may be given work on a day.

Sources: 《律师执业管理办法》 (yearly examination), 《工会劳动法律监督办法》 (certificate of
supervisors), 《企业劳动争议协商调解规定》 (mediators).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from gonghui.kernel.base.errors import Refusal
from gonghui.systems.rights.legal_aid.rules.conflicts import months_after

LAWYER, MEDIATOR, SUPERVISOR = "lawyer", "mediator", "supervisor"
ROLES = {LAWYER: "法律援助律师", MEDIATOR: "劳动争议调解员", SUPERVISOR: "劳动法律监督员"}
LICENCES = {LAWYER: "律师执业证", MEDIATOR: "调解员聘书", SUPERVISOR: "劳动法律监督员证"}
ACTIVE, SUSPENDED, ENDED = "active", "suspended", "ended"
STATES = {ACTIVE: "在册", SUSPENDED: "暂停", ENDED: "已退出"}


@dataclass(frozen=True)
class Standing:
    """What decides whether somebody may be given a case. load: open ones; most: 0 for no bound."""

    state: str
    licence_until: date | None
    checked_on: date | None
    competence: Collection[str]
    load: int
    most: int


def unfit(
    standing: Standing, on: date, *, matter: str = "", check_months: int, mark: str = ""
) -> list[str]:
    """Why somebody may not be given a case that day; empty: they may. mark: after the months."""
    words = []
    if standing.state != ACTIVE:
        words.append(f"登记状态是“{STATES[standing.state]}”")
    if standing.licence_until is not None and on > standing.licence_until:
        words.append(f"证件已于 {standing.licence_until:%Y-%m-%d} 到期")
    if standing.checked_on is None:
        words.append("没有年度考核记录")
    elif on > months_after(standing.checked_on, check_months):
        words.append(
            f"上次年度考核在 {standing.checked_on:%Y-%m-%d}，已超过 {check_months} 个月{mark}"
        )
    if matter and standing.competence and matter not in standing.competence:
        words.append("专长不含这类事项")
    if standing.most and standing.load >= standing.most:
        words.append(f"在办 {standing.load} 件，已到上限 {standing.most} 件")
    return words


def check_fit(
    standing: Standing,
    on: date,
    *,
    matter: str = "",
    check_months: int,
    field: str,
    mark: str = "",
) -> None:
    """Refuse whoever may not be given the case, with every reason."""
    if words := unfit(standing, on, matter=matter, check_months=check_months, mark=mark):
        raise Refusal(
            f"这个人员现在不能承办：{'；'.join(words)}。",
            rule="证件有效、年度考核合格、在册且未满额的才能指派",
            remedy="请另选人员，或先更新登记。",
            field=field,
            code="unfit",
        )


def check_days(licence_from: date | None, licence_until: date | None) -> None:
    """A licence ends after it begins."""
    if licence_from and licence_until and licence_until < licence_from:
        raise Refusal("证件到期日不能早于发证日。", field="licence_until", code="order")
