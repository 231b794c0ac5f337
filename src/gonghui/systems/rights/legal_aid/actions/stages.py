"""What every step of a case shares: the case locked first, own matters refused, the step told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time
from functools import wraps
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from gonghui.engines.casework.actions import replies, work
from gonghui.engines.casework.actions.verbs import check_no_interest
from gonghui.engines.casework.declaring import kind_of
from gonghui.engines.casework.models import Case
from gonghui.kernel.access.actions import ACTIONS, Action, action
from gonghui.kernel.access.actor import Actor, platform
from gonghui.kernel.access.roles import Permission
from gonghui.kernel.notify.channels import Recipient
from gonghui.kernel.notify.kinds import register_kind
from gonghui.kernel.notify.messages import send
from gonghui.kernel.notify.templates import Category, Template
from gonghui.kernel.notify.todos import close_todo, open_todo
from gonghui.kernel.org.models import Union

FIRST = "a case is locked before anything that hangs on it"
ABOUT = Category("legal-aid", "法律服务", may_mute=False)
STEP = Template("legal-aid.step", "{what}", "{number}：{text}", ABOUT, "{link}")

DECIDE, JUDGE, ASSIGN, ANSWER = (
    "legal_aid.decide",
    "legal_aid.judge",
    "legal_aid.assign",
    "legal_aid.answer",
)
CLOSE, ARCHIVE, HEARING = "legal_aid.close", "legal_aid.archive", "legal_aid.hearing"
SUPPLIED = "legal_aid.supplied"
PERFORM, ISSUE, OVERDUE, VERIFY = (
    "mediation.perform",
    "labour_watch.issue",
    "labour_watch.overdue",
    "labour_watch.verify",
)
TITLES = {
    DECIDE: "审批法律援助申请",
    JUDGE: "复核不予援助的决定",
    ASSIGN: "指派援助律师",
    ANSWER: "答复援助指派",
    SUPPLIED: "核对申请人补充的材料",
    CLOSE: "审核援助结案",
    ARCHIVE: "援助案件归档",
    HEARING: "援助案件开庭",
    PERFORM: "回访调解协议履行",
    ISSUE: "签发监督文书",
    OVERDUE: "处置逾期未答复的监督文书",
    VERIFY: "核实用人单位整改",
}
for _code, _title in TITLES.items():
    register_kind(_code, _title)


def case_id_of(subject: Any) -> int:
    """The case a row hangs on, directly or by its aid or watch."""
    found: int | None = getattr(subject, "case_id", None)
    if found is None:
        found = (subject.aid if hasattr(subject, "aid_id") else subject.watch).case_id
    assert found is not None
    return found


def stage(
    code: str, title: str, permission: Permission, **given: Any
) -> Callable[[Callable[..., Any]], Action]:
    """An action on a row of a case: locks the case first, and refuses who has an interest in it."""

    def decorate(function: Callable[..., Any]) -> Action:
        @wraps(function)
        def checked(subject: Any, *, by: Actor, **kwargs: Any) -> Any:
            case = Case.objects.unscoped(FIRST).select_related("union").get(pk=case_id_of(subject))
            check_no_interest(case, by, place=case.org_path)
            return function(subject, by=by, **kwargs)

        made = action(code, title, permission, **given)(checked)

        @wraps(made.function)
        def run(subject: Any, **kwargs: Any) -> Any:
            with transaction.atomic():
                rows = Case.objects.unscoped(FIRST).select_for_update(of=("self",))
                list(rows.filter(pk=case_id_of(subject)).values_list("pk"))
                return made.function(subject, **kwargs)

        made_whole = ACTIONS[code] = replace(made, function=run)
        return made_whole

    return decorate


def hand(case: Case, by: Actor) -> Actor:
    """Who does the engine's verb: the actor at the desk, the lawyer it was given to, or the
    platform for a lawyer who has just given it back."""
    kind = kind_of(case)
    if by.may(kind.permissions.handle, case.org_path) or kind.has_given(case, by):
        return by
    return platform("承办人")


def moved(row: Any, state: str, text: str = "", *, by: Actor, public: bool = True) -> None:
    """Save a row at its new state and tell the step; public: the complainants read it."""
    row.state = state
    row.version += 1
    row.save()
    case = fresh(row)
    work.step(case, by=hand(case, by), step=state, text=text, public=public)


def answered(row: Any, state: str, text: str, *, by: Actor) -> None:
    """Save a row at a state that ends the work, and send the answer to the complainants."""
    row.state = state
    row.version += 1
    row.save()
    case = fresh(row)
    acting = hand(case, by)
    replies.draft(case, by=acting, text=text)
    replies.submit(case, by=acting)


def fresh(row: Any) -> Case:
    """The case as it stands now."""
    return Case.objects.unscoped(FIRST).select_related("union").get(pk=case_id_of(row))


def link_to(row: Any, resource: str) -> str:
    return reverse(f"resource:{resource}:record", args=[row.pk])


def todo(
    row: Any,
    kind: str,
    permission: Permission,
    link: str,
    *,
    number: str,
    union: Union | None = None,
    user_id: int | None = None,
    due_on: date | None = None,
) -> None:
    """Open a to-do about a row: at its desk, at another union, or for one user."""
    place = union or row.union
    open_todo(
        kind=kind,
        target_type=row._meta.label_lower,
        target_id=row.pk,
        title=f"{TITLES[kind]}：{number}",
        link=link,
        org_path=place.path,
        union_id=place.pk,
        permission=permission.code,
        assignee_user_id=user_id,
        due_at=timezone.make_aware(datetime.combine(due_on, time(23, 59))) if due_on else None,
    )


def done(row: Any, kind: str, by: Actor) -> None:
    """Close the to-do of a kind about a row; every one for an empty kind."""
    close_todo(target_type=row._meta.label_lower, target_id=row.pk, kind=kind, by=by.user_id)


def message(
    *, what: str, text: str, number: str, link: str, user_id: int | None, person_id: int | None
) -> None:
    """Tell a handler or a lawyer something; nobody when neither is known."""
    to = Recipient(user_id=user_id) if user_id else None
    if to is None and person_id is not None:
        to = Recipient(person_id=person_id)
    if to is not None:
        send([to], STEP, {"what": what, "text": text, "number": number, "link": link})
