"""Reads of grants, delegations and reviews."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.granting import (
    BUSINESS,
    DELEGATION,
    GRANTING,
    check_granter,
    in_force,
)
from gonghui.kernel.access.models import Grant
from gonghui.kernel.access.roles import ROLES
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.config.declaring import Setting
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Range
from gonghui.systems.foundation.users.models import (
    Decision,
    Delegation,
    DelegationState,
    Review,
    ReviewItem,
    Staff,
)
from gonghui.systems.foundation.users.rules.reviews import Progress

REMIND_DAYS = Setting(
    "users.remind_days",
    "权限到期前多少天提醒",
    int,
    7,
    "临时权限和委托到期之前这么多天，提醒本人和安全管理员。",
    unit="天",
    minimum=1,
    maximum=60,
)
LONGEST_DELEGATION = Setting(
    "users.delegation_days",
    "委托最长期限",
    int,
    60,
    "一次委托最长多少天，到期自动结束。",
    unit="天",
    minimum=1,
    maximum=366,
)
REVIEW_MONTHS = Setting(
    "users.review_months",
    "授权复核在哪些月份开始",
    str,
    "1,4,7,10",
    "每年在这些月份的第一个工作日开始一次授权复核，用逗号分隔。",
    pattern=r"(1[0-2]|[1-9])(,(1[0-2]|[1-9]))*",
)
REVIEW_DAYS = Setting(
    "users.review_days",
    "授权复核期限",
    int,
    15,
    "复核开始后多少天内应当完成，逾期提级到上级工会。",
    unit="天",
    minimum=1,
    maximum=60,
)
REVIEW_GRACE = Setting(
    "users.review_grace_days",
    "复核逾期后的宽限期",
    int,
    10,
    "复核逾期这么多天仍未办理的权限自动暂停；管理员权限只提级，不自动暂停。",
    unit="天",
    minimum=0,
    maximum=60,
)
OWN = "what a user gives, takes and holds"
WHOLE = "a review and its reminders are of the whole province"
BUSINESS_CODES = [role.code for role in BUSINESS]


def own_grants(user_id: int, today: date) -> list[Grant]:
    """The grants of one user that hold today."""
    rows = in_force(Grant.objects.unscoped(OWN), today).filter(user_id=user_id)
    return list(rows.select_related("union").order_by("org_path", "role"))


def lendable(user_id: int, union: Union, today: date) -> dict[str, date | None]:
    """Roles a user may lend at a union, with the day their own ends: held there or above."""
    found: dict[str, date | None] = {}
    for grant in own_grants(user_id, today):
        if grant.source == DELEGATION or grant.role not in BUSINESS_CODES:
            continue
        if union.path.startswith(grant.org_path):
            later = grant.role in found and (found[grant.role] is None or grant.valid_to is None)
            until = None if later else grant.valid_to
            if grant.role in found and until is not None and found[grant.role] is not None:
                until = max(until, found[grant.role])
            found[grant.role] = until
    return found


def lending_places(user_id: int, today: date) -> list[Union]:
    """The unions where a user holds roles of the business in their own right."""
    places = {
        grant.union_id: grant.union
        for grant in own_grants(user_id, today)
        if grant.source != DELEGATION and grant.role in BUSINESS_CODES
    }
    return list(places.values())


def colleagues(union: Union, but: int) -> QuerySet[Staff]:
    """Staff in office at a union and below it, those of the union first."""
    span = Range.below(union.path)
    rows = Staff.objects.unscoped("colleagues to whom one's own work may be lent")
    rows = rows.filter(org_path__gte=span.lo, org_path__lt=span.hi, left_on=None)
    rows = rows.filter(user__is_active=True).exclude(user_id=but)
    return rows.select_related("union", "user").order_by("org_path", "name")


def delegations_of(user_id: int) -> list[Delegation]:
    """What a user lent and what was lent to them, the latest first."""
    rows = Delegation.objects.unscoped(OWN).filter(Q(giver_id=user_id) | Q(taker_id=user_id))
    return list(rows.select_related("giver", "taker", "union").order_by("-id")[:50])


def due_delegations(today: date) -> list[Delegation]:
    rows = Delegation.objects.unscoped(WHOLE).select_related("giver", "taker", "union")
    return list(rows.filter(state=DelegationState.ACTIVE, until_on__lt=today))


def unfounded(user_id: int, today: date) -> list[Delegation]:
    """Delegations of a user who no longer holds what they lent."""
    rows = Delegation.objects.unscoped(OWN).select_related("giver", "taker", "union")
    rows = rows.filter(giver_id=user_id, state=DelegationState.ACTIVE)
    return [item for item in rows if set(item.roles) - set(lendable(user_id, item.union, today))]


def ending(first: date, last: date) -> list[Grant]:
    """Grants whose last day lies between two days, both inclusive."""
    rows = Grant.objects.unscoped(WHOLE).filter(
        ended_at=None, valid_to__gte=first, valid_to__lte=last
    )
    return list(rows.select_related("user", "union").order_by("valid_to", "id"))


def due_within(rows: QuerySet[Grant], today: date, days: int) -> QuerySet[Grant]:
    """Grants that end within so many days."""
    until = today + timedelta(days=days)
    return rows.filter(ended_at=None, valid_to__gte=today, valid_to__lte=until)


def progress(review: Review, path: str, today: date) -> Progress:
    """How far a review has come below a path. One query."""
    return _progress(_decisions(review, path), path, today)


def progress_below(
    review: Review, unions: Sequence[Union], today: date
) -> list[tuple[Union, Progress]]:
    """The same for each of several unions, in one query."""
    rows = _decisions(review, review.org_path) if unions else []
    return [(union, _progress(rows, union.path, today)) for union in unions]


def _decisions(review: Review, path: str) -> list[tuple[str, str, date, int]]:
    """(path, decision, due, how many) of the items below a path."""
    span = Range.below(path)
    rows = ReviewItem.objects.unscoped("the caller checked the place").filter(
        review=review, org_path__gte=span.lo, org_path__lt=span.hi
    )
    counted = rows.order_by().values_list("org_path", "decision", "due_on")
    return list(counted.annotate(n=Count("pk")))


def _progress(rows: Iterable[tuple[str, str, date, int]], path: str, today: date) -> Progress:
    counted: Counter[str] = Counter()
    overdue = 0
    for place, decision, due_on, n in rows:
        if place.startswith(path):
            counted[decision] += n
            overdue += n if decision == Decision.PENDING and due_on < today else 0
    return Progress(
        total=counted.total() - counted[Decision.GONE],
        confirmed=counted[Decision.CONFIRMED] + counted[Decision.RESTORED],
        changed=counted[Decision.CHANGED],
        revoked=counted[Decision.REVOKED],
        suspended=counted[Decision.SUSPENDED],
        overdue=overdue,
    )


def may_decide(item: ReviewItem, by: Actor) -> bool:
    """Whether this actor may review this grant: not the own, an administrator's from above."""
    if item.grant.user_id == by.user_id or not by.may(GRANTING, item.org_path):
        return False
    try:
        check_granter(ROLES[item.role], item.union, by)
    except Refusal:
        return False
    return True
