"""Delegation (委托办理): one user signs for another while that one is away."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.models import Grant
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.config.declaring import Setting
from gonghui.kernel.notify.todos import close_todo
from gonghui.kernel.org.models import Union
from gonghui.kernel.process import telling
from gonghui.kernel.process.declaring import FLOWS
from gonghui.kernel.process.models import Delegation, ItemKind, ItemState, WorkItem
from gonghui.kernel.process.permissions import DELEGATE_WORK
from gonghui.kernel.process.places import active_user

GIVEN = "what is handed on was the giver's to sign"
MOST_ITEMS = 2_000
LONGEST = Setting(
    "process.delegation_days",
    "委托办理最长天数",
    int,
    90,
    "一次委托从开始到结束最多多少天，到期自动收回。",
    unit="天",
    minimum=1,
    maximum=366,
)


@action("work.delegate", "委托办理流程待办", DELEGATE_WORK, creates=True)
def delegate(
    union: Union | None,
    *,
    by: Actor,
    taker: int,
    valid_from: date,
    valid_to: date,
    reason: str,
    flows: Iterable[str] = (),
) -> Delegation:
    """Let another user sign for oneself from a day to a day, inclusive.

    union: None, for a delegation belongs to its giver. flows: codes of flows, none for all. What
    is open already goes along on the first day.
    """
    today = timezone.localdate()
    if by.user_id is None:
        raise Forbidden("请先登录。", code="anonymous")
    other = active_user(taker)
    if other.pk == by.user_id:
        raise Refusal("不能委托给本人。", field="taker", code="own")
    if not reason.strip():
        raise Refusal("请写明委托的原因。", field="reason", code="no_reason")
    _check_days(valid_from, valid_to, today)
    chosen = [code for code in flows if code in FLOWS]
    standing = Delegation.objects.filter(
        giver_id=by.user_id, ended_at=None, valid_from__lte=valid_to, valid_to__gte=valid_from
    )
    for one in standing:
        if not one.flows or not chosen or set(one.flows) & set(chosen):
            raise Conflict(
                f"这段时间已委托{one.taker_name}办理（{one.valid_from}至{one.valid_to}）。",
                rule="同一流程同一时间只委托一人",
                remedy="请先收回原来的委托。",
                field="valid_from",
                code="delegated",
            )
    if any(one.taker_id == by.user_id for one in _back(other.pk, valid_from, valid_to)):
        raise Conflict(
            f"{other.display_name}已委托您办理，不能再委托回去。", field="taker", code="circle"
        )
    made = Delegation.objects.create(
        giver_id=by.user_id,
        giver_name=by.name,
        taker_id=other.pk,
        taker_name=other.display_name,
        valid_from=valid_from,
        valid_to=valid_to,
        flows=chosen,
        reason=reason.strip()[:200],
    )
    if valid_from <= today:
        spread(made)
    return made


def _check_days(valid_from: date, valid_to: date, today: date) -> None:
    if valid_from < today:
        raise Refusal("委托不能从过去的日期开始。", field="valid_from", code="past")
    if valid_to < valid_from:
        raise Refusal("结束日期早于开始日期。", field="valid_to", code="backwards")
    if valid_to > valid_from + timedelta(days=LONGEST.value() - 1):
        raise Refusal(
            f"一次委托最多 {LONGEST.value()} 天。",
            rule="配置项“委托办理最长天数”",
            remedy="请缩短期限，到期后可再次委托。",
            field="valid_to",
            code="too_long",
        )


def _back(giver: int, valid_from: date, valid_to: date) -> QuerySet[Delegation]:
    return Delegation.objects.filter(
        giver_id=giver, ended_at=None, valid_from__lte=valid_to, valid_to__gte=valid_from
    )


@action("work.undelegate", "收回委托办理", DELEGATE_WORK)
def undelegate(delegation: Delegation, *, by: Actor, reason: str = "") -> Delegation:
    """Take a delegation back before its last day; what the other has signed stays signed."""
    if delegation.giver_id != by.user_id and not by.everywhere:
        raise Forbidden("只有委托人可以收回。", code="not_giver")
    if delegation.is_over:
        raise Conflict("这项委托已经收回或到期。", code="already_done")
    delegation.ended_at = timezone.now()
    delegation.save()
    _withdraw(delegation)
    return delegation


def open_for(delegation: Delegation) -> QuerySet[WorkItem]:
    """The open items the giver of a delegation may sign, of the flows it holds for."""
    today = timezone.localdate()
    grants = (
        Grant.objects.unscoped(GIVEN)
        .filter(user=delegation.giver_id, ended_at=None, valid_from__lte=today)
        .filter(Q(valid_to=None) | Q(valid_to__gte=today))
    )
    wanted = Q(assignee_id=delegation.giver_id)
    for union_id, role in grants.values_list("union_id", "role"):
        wanted |= Q(assignee_id=None, union_id=union_id, role=role)
    rows = WorkItem.objects.unscoped(GIVEN).filter(wanted, state=ItemState.OPEN, kind=ItemKind.SIGN)
    if delegation.flows:
        rows = rows.filter(flow__in=delegation.flows)
    return rows.select_related("case").order_by("due_at", "pk")


def spread(delegation: Delegation) -> int:
    """Show the taker what is open for the giver; return how many items."""
    items = list(open_for(delegation)[:MOST_ITEMS])
    for item in items:
        telling.tell_takers(item, item.case, [delegation.taker_id])
    delegation.spread = True
    delegation.save(update_fields=["spread"])
    return len(items)


def _withdraw(delegation: Delegation) -> None:
    """Take the to-dos of a delegation that is over from its taker."""
    rows = WorkItem.objects.unscoped(GIVEN).filter(
        state=ItemState.OPEN, told__contains=[delegation.taker_id]
    )
    for item in rows[:MOST_ITEMS]:
        close_todo(target_type=telling.OTHER, target_id=f"{item.pk}/{delegation.taker_id}")
        item.told = [user for user in item.told if user != delegation.taker_id]
        item.save(update_fields=["told"])


@action("work.end_delegation", "委托办理到期收回", DELEGATE_WORK)
def _expire(delegation: Delegation, *, by: Actor) -> Delegation:
    if not delegation.is_over:
        delegation.ended_at = timezone.now()
        delegation.save()
        _withdraw(delegation)
        note(expired={"label": "到期", "before": None, "after": str(delegation.valid_to)})
    return delegation


def follow_dates(by: Actor, today: date) -> int:
    """Begin delegations whose first day has come and end those past their last; how many."""
    changed = 0
    standing = Delegation.objects.filter(ended_at=None)
    for one in standing.filter(valid_to__lt=today):
        _expire(one, by=by)
        changed += 1
    for one in standing.filter(valid_from__lte=today, valid_to__gte=today, spread=False):
        spread(one)
        changed += 1
    return changed


def given_by(user_id: int) -> QuerySet[Delegation]:
    """Delegations a user gave, the latest first."""
    return Delegation.objects.filter(giver_id=user_id).order_by("-valid_from", "-pk")


def taken_by(user_id: int) -> QuerySet[Delegation]:
    """Delegations given to a user, the latest first."""
    return Delegation.objects.filter(taker_id=user_id).order_by("-valid_from", "-pk")
