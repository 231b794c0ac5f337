"""The yearly confirmation of registered systems."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from gonghui.kernel.jobs.periodic import every
from gonghui.kernel.jobs.registry import job
from gonghui.systems.foundation.services.actions import register as actions
from gonghui.systems.foundation.services.models import Service
from gonghui.systems.foundation.services.models.register import Review
from gonghui.systems.foundation.services.queries.register import NOTICE_DAYS
from gonghui.systems.foundation.services.rules import life

EVERY_ONE = "the yearly confirmation goes over every registration"


@every("20 6 * * *")
@job("services.confirm", "系统登记年度确认", once=True)
def ask_for_confirmation() -> int:
    """Mark registrations due, overdue or doubtful and open their to-dos; returns how many."""
    today = timezone.localdate()
    longest = today + timedelta(days=NOTICE_DAYS.maximum or 0)
    rows = Service.objects.unscoped(EVERY_ONE).filter(review=Review.APPROVED, due_on__lte=longest)
    rows = rows.exclude(stage=life.RETIRED).order_by("pk")
    return sum(actions.remind(service, today) for service in rows.iterator())
