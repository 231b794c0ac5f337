"""Handling for another (代办): who may, for how long, with whose consent."""

from __future__ import annotations

from datetime import date, timedelta

from gonghui.kernel.base.errors import Conflict, Refusal

ASKED, GRANTED, REFUSED, ENDED = "asked", "granted", "refused", "ended"
OPEN = (ASKED, GRANTED)
RULE = "《中华人民共和国民法典》第一百六十五条：委托代理授权应当载明代理事项、权限和期限"
LONGEST_DAYS = 366
ASKED_DAYS = 14


def check_pair(agent_person_id: int | None, principal_person_id: int) -> None:
    """Nobody stands in for themselves, and an agent is somebody the platform knows."""
    if agent_person_id is None:
        raise Refusal(
            "代办人须先绑定本人身份。",
            rule=RULE,
            remedy="请在“我的”中绑定本人身份后再申请。",
            code="agent",
        )
    if agent_person_id == principal_person_id:
        raise Refusal("不用为自己申请代办。", remedy="请直接办理。", code="self")


def check_term(until: date, today: date) -> None:
    """Consent ends on a day, within a year."""
    if until < today:
        raise Refusal("截止日期已经过去。", field="until", code="past")
    if (until - today).days > LONGEST_DAYS:
        raise Refusal("一次授权不超过一年。", rule=RULE, field="until", code="term")


def check_answer(state: str, asked_on: date, today: date) -> None:
    """An open request is answered once, and lapses after a while."""
    if state != ASKED:
        raise Conflict("这项代办申请已经处理过。", remedy="请刷新页面查看。", code="state")
    if today > asked_on + timedelta(days=ASKED_DAYS):
        raise Conflict("这项代办申请已过期。", remedy="请代办人重新申请。", code="lapsed")


def holds(state: str, services: list[str], until: date, service: str, today: date) -> bool:
    """Whether consent covers a service today; no services named: all of them."""
    return state == GRANTED and today <= until and (not services or service in services)
