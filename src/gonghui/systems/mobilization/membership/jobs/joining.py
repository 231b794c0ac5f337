"""Daily: applications past their term go up, those near it are brought to mind, drafts end."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from gonghui.kernel.access.actor import platform
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.base.workdays import add_workdays
from gonghui.kernel.codes.parameters import REMINDER_WORKDAYS
from gonghui.kernel.jobs.periodic import every
from gonghui.kernel.jobs.registry import job
from gonghui.kernel.notify.channels import Recipient
from gonghui.kernel.notify.messages import send
from gonghui.kernel.notify.templates import Template
from gonghui.systems.mobilization.membership.actions.joining import (
    ABOUT_JOINING,
    deciders_of,
    escalate,
)
from gonghui.systems.mobilization.membership.actions.joining_access import forget_old
from gonghui.systems.mobilization.membership.models.joining import JoinApplication, JoinState

PLATFORM = "the platform itself looks for what is late"
WAITING = (JoinState.SUBMITTED, JoinState.APPEALED)
REMINDER = Template(
    "join.due",
    "入会申请即将到期",
    "{name}的入会申请（{receipt}）应在 {due} 前办结。",
    ABOUT_JOINING,
    "/w/join-applications/{pk}/",
)


@every("10 7 * * *")
@job("membership.joining", "入会申请期限检查", once=True)
def check_terms() -> None:
    """Escalate, remind, forget; each application in a transaction of its own."""
    today = timezone.localdate()
    escalate_overdue(today)
    remind(today)
    forget_old(today)


def escalate_overdue(today: date) -> int:
    """Send every application past its term to the next superior; returns how many."""
    by = platform("入会申请期限检查")
    rows = JoinApplication.objects.unscoped(PLATFORM).filter(state__in=WAITING, due_on__lt=today)
    done = 0
    for application in rows.order_by("id").iterator(chunk_size=500):
        try:
            with transaction.atomic():
                escalate(application, by=by)
        except Refusal:
            # Decided in the meantime, or already at the top of the tree.
            continue
        done += 1
    return done


def remind(today: date) -> int:
    """Tell the approvers of each application whose term ends soon; once per term."""
    last = add_workdays(today, REMINDER_WORKDAYS.on(today))
    rows = JoinApplication.objects.unscoped(PLATFORM).filter(
        state__in=WAITING, due_on__gte=today, due_on__lte=last
    )
    count = 0
    for application in rows.select_related("union", "escalated_to").order_by("id"):
        users = deciders_of(application.escalated_to or application.union, today)
        if not users:
            continue
        send(
            [Recipient(user_id=user) for user in users],
            REMINDER,
            {
                "name": application.name,
                "receipt": application.receipt,
                "due": f"{application.due_on:%Y-%m-%d}",
                "pk": application.pk,
            },
            key=f"{application.receipt}/due/{application.due_on:%Y%m%d}",
            org_path=application.org_path,
        )
        count += 1
    return count
