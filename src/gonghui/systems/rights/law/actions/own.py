"""What a worker keeps for themselves: calculations, terms with reminders they asked for."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils import timezone

from gonghui.kernel.access.actions import action
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Forbidden, Refusal
from gonghui.kernel.base.workdays import is_workday
from gonghui.kernel.notify.channels import Recipient
from gonghui.kernel.notify.messages import send
from gonghui.kernel.notify.templates import Category, Template
from gonghui.systems.rights.law.models import Calculation, Term
from gonghui.systems.rights.law.permissions import KEEP_OWN
from gonghui.systems.rights.law.queries import figures
from gonghui.systems.rights.law.queries.own import due_reminder
from gonghui.systems.rights.law.rules import limitation

ABOUT = Category("law-terms", "时效和期限提醒")
NEAR = Template(
    "law-terms.near",
    "{what}还有 {left} 天",
    "您登记的期限（{what}）最后一天是 {due}。请尽快办理，需要帮助可以向工会申请法律援助。",
    ABOUT,
    "/law/terms/",
)
MOST_TERMS, MOST_CALCULATIONS = 50, 200
CHOICES = (90, 30, 15, 7, 3, 1)


def _own(record: Calculation | Term, by: Actor) -> None:
    if by.user_id is None or record.user_id != by.user_id:
        raise Forbidden("只能办理本人保存的内容。", code="forbidden")


def _signed_in(by: Actor) -> int:
    if by.user_id is None:
        raise Forbidden("请先登录。", code="anonymous")
    return by.user_id


@action("law.keep-calculation", "保存计算结果", KEEP_OWN, creates=True)
def keep_calculation(
    subject: None,
    *,
    by: Actor,
    calculator: str,
    title: str,
    law_on: date,
    answers: Mapping[str, Any],
    result: Mapping[str, Any],
) -> Calculation:
    """Keep a calculation, sealed; only who made it can read it."""
    user_id = _signed_in(by)
    if Calculation.objects.filter(user_id=user_id).count() >= MOST_CALCULATIONS:
        raise Refusal("保存的计算结果太多。", remedy="请先删除不需要的。", code="many")
    return Calculation.objects.create(
        user_id=user_id,
        calculator=calculator,
        title=title[:60],
        law_on=law_on,
        answers=json.dumps(answers, ensure_ascii=False, default=str),
        result=json.dumps(result, ensure_ascii=False),
    )


@action("law.drop-calculation", "删除计算结果", KEEP_OWN)
def drop_calculation(record: Calculation, *, by: Actor) -> None:
    """Delete one's own calculation."""
    _own(record, by)
    record.delete()


def _due(claim: str, began: date, claimed: Sequence[date], today: date) -> date:
    law = figures.limitation(max(began, limitation.IN_FORCE))
    asked = limitation.Case(limitation.Claim(claim), began, tuple(claimed))
    found = limitation.limitation(asked, law, is_workday, today)
    if found.due_on is None:
        raise Refusal("算不出最后一天。", code="no_day")
    return found.due_on


@action("law.add-term", "登记期限提醒", KEEP_OWN, creates=True)
def add_term(
    subject: None,
    *,
    by: Actor,
    claim: str,
    title: str,
    began: date,
    remind: Sequence[int],
    claimed: Sequence[date] = (),
) -> Term:
    """Keep a term and remind of it as asked."""
    user_id = _signed_in(by)
    if Term.objects.filter(user_id=user_id, settled_at=None).count() >= MOST_TERMS:
        raise Refusal("登记的期限太多。", remedy="请先了结已经办理的。", code="many")
    today = timezone.localdate()
    if began > today:
        raise Refusal("起算日期不能晚于今天。", field="began", code="future")
    wrong = [days for days in remind if days not in CHOICES]
    if wrong:
        raise Refusal("提醒天数不对。", field="remind", code="remind")
    return Term.objects.create(
        user_id=user_id,
        person_id=by.person_id,
        claim=claim,
        title=title.strip()[:60],
        began_on=began,
        claimed=[day.isoformat() for day in claimed],
        due_on=_due(claim, began, claimed, today),
        remind=sorted(set(remind), reverse=True),
    )


@action("law.claim-again", "登记主张权利", KEEP_OWN)
def claim_again(term: Term, *, by: Actor, day: date) -> Term:
    """The worker asked again, so the term begins anew (时效中断) and so do its reminders."""
    _own(term, by)
    today = timezone.localdate()
    if day > today:
        raise Refusal("主张权利的日期不能晚于今天。", field="day", code="future")
    days = sorted({*(date.fromisoformat(one) for one in term.claimed), day})
    due = _due(term.claim, term.began_on, days, today)
    if day > term.due_on:
        raise Refusal(
            f"时效已于 {term.due_on.isoformat()} 届满，主张权利不再使它重新计算。",
            rule="《劳动争议调解仲裁法》第二十七条",
            field="day",
            code="late",
        )
    term.claimed = [one.isoformat() for one in days]
    term.due_on, term.reminded = due, []
    term.version += 1
    term.save()
    return term


@action("law.settle-term", "了结期限", KEEP_OWN)
def settle_term(term: Term, *, by: Actor) -> Term:
    """Done with, or not wanted any more: no reminder follows."""
    _own(term, by)
    term.settled_at = timezone.now()
    term.version += 1
    term.save()
    return term


@action("law.drop-term", "删除期限", KEEP_OWN)
def drop_term(term: Term, *, by: Actor) -> None:
    """Forget a term."""
    _own(term, by)
    term.delete()


@action("law.remind", "发送期限提醒", KEEP_OWN)
def remind(term: Term, *, by: Actor) -> Term:
    """Send the reminder that is due, once; those further off are then past."""
    today = timezone.localdate()
    due = due_reminder(term, today)
    if due is None or term.settled_at is not None:
        return term
    send(
        [Recipient(user_id=term.user_id)],
        NEAR,
        {
            "what": limitation.WORDS[limitation.Claim(term.claim)],
            "left": (term.due_on - today).days,
            "due": term.due_on.isoformat(),
        },
        key=f"law-term-{term.pk}-{term.due_on.isoformat()}-{due}",
    )
    term.reminded = sorted({*term.reminded, *(days for days in term.remind if days >= due)})
    term.save(update_fields=["reminded"])
    return term
