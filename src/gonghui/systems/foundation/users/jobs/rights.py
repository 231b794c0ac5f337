"""What ends, is due or begins by the calendar: tenures, delegations, terms, reviews."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from gonghui.kernel.access.actor import platform
from gonghui.kernel.access.granting import CHANGED, GRANTED, GRANTING
from gonghui.kernel.access.models import Grant
from gonghui.kernel.access.roles import ROLES
from gonghui.kernel.base.workdays import is_workday
from gonghui.kernel.bus.models import Outbox
from gonghui.kernel.bus.subscribers import subscriber
from gonghui.kernel.jobs.periodic import every
from gonghui.kernel.jobs.registry import job
from gonghui.kernel.notify import messages
from gonghui.kernel.notify.channels import Recipient
from gonghui.kernel.notify.templates import Template
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scope, raise_wall
from gonghui.systems.foundation.users.actions import grants as grant_actions
from gonghui.systems.foundation.users.actions import posts as post_actions
from gonghui.systems.foundation.users.actions import reviews as review_actions
from gonghui.systems.foundation.users.actions.staff import ACCOUNT
from gonghui.systems.foundation.users.models import Review, ReviewState, Tenure
from gonghui.systems.foundation.users.queries import grants as queries
from gonghui.systems.foundation.users.queries import staff as staff_queries
from gonghui.systems.foundation.users.rules import reviews as review_rules

ENDING = Template(
    "users.ending",
    "权限将于 {day} 到期",
    "{name}在{union}的{role}权限 {day} 到期，到期后自动停止；需要延长的请联系安全管理员。",
    ACCOUNT,
    "/rights/",
)
NIGHTLY = "the calendar's work is of every union"


@every("20 6 * * *")
@job("users.daily", "岗位、委托、权限期限和授权复核", retry=3, lock="users.daily", once=True)
def run_day() -> None:
    """End what is over, remind of what ends soon, open and press on the review."""
    today = timezone.localdate()
    end_tenures(today)
    end_delegations(today)
    remind(today)
    review(today)


def end_tenures(today: date) -> int:
    """Tenures whose term is over, each in a transaction of its own."""
    by = platform("任期届满")
    rows = Tenure.objects.unscoped(NIGHTLY).filter(ended_on=None, until_on__lt=today)
    ids = list(rows.values_list("pk", flat=True))
    for pk in ids:
        with transaction.atomic():
            raise_wall(Scope.everything())
            locked = Tenure.objects.unscoped(NIGHTLY).select_for_update(of=("self",))
            tenure = locked.select_related("staff__user", "union").get(pk=pk)
            if tenure.ended_on is None:
                post_actions.expire(tenure, by=by)
    return len(ids)


def end_delegations(today: date) -> int:
    found = queries.due_delegations(today)
    by = platform("委托期满")
    for delegation in found:
        grant_actions.end_delegation(delegation, by=by, reason="委托期满")
    return len(found)


def remind(today: date) -> int:
    """Tell the holder, and who granted, some days before a right ends; once for each term."""
    found = queries.ending(today, today + timedelta(days=queries.REMIND_DAYS.value()))
    with transaction.atomic():
        for grant in found:
            _remind(grant)
    return len(found)


def _remind(grant: Grant) -> None:
    words = {
        "day": grant.valid_to,
        "name": grant.user.display_name,
        "union": grant.union.name,
        "role": ROLES[grant.role].title,
    }
    people = {grant.user_id}
    decider = staff_queries.deciding_union(grant.org_path, GRANTING, but=[grant.user_id])
    if decider is not None:
        people |= staff_queries.deciders(decider.pk, GRANTING)
    messages.send(
        [Recipient(user_id=pk) for pk in people],
        ENDING,
        words,
        key=f"users.ending/{grant.pk}/{grant.valid_to}",
        org_path=grant.org_path,
    )


def review(today: date) -> None:
    """Open the quarter's review on the first workday of its month, press on the open one."""
    months = review_rules.months_of(queries.REVIEW_MONTHS.value())
    root = Union.objects.unscoped(NIGHTLY).filter(parent=None, status="active").first()
    if root is not None and today.month in months and _is_first_workday(today):
        open_quarter(root, today)
    by = platform("授权复核")
    for item in Review.objects.unscoped(NIGHTLY).filter(state=ReviewState.OPEN):
        with transaction.atomic():
            raise_wall(Scope.everything())
            review_actions.drop_gone(item)
            review_actions.escalate(item, today)
            review_actions.suspend_overdue(item, today, by)


def open_quarter(root: Union, today: date) -> Review | None:
    """The review of a quarter, unless it is open already."""
    quarter = review_rules.quarter_of(today)
    if Review.objects.unscoped(NIGHTLY).filter(union=root, quarter=quarter).exists():
        return None
    return review_actions.open_review(root, by=platform("授权复核"))


def _is_first_workday(today: date) -> bool:
    earlier = (today.replace(day=number) for number in range(1, today.day))
    return is_workday(today) and not any(is_workday(day) for day in earlier)


@subscriber(CHANGED, name="users.unfounded")
def on_rights_changed(event: Outbox) -> None:
    """What somebody lent ends with what they hold."""
    if event.data["change"] != GRANTED:
        grant_actions.end_unfounded(event.data["user"])
