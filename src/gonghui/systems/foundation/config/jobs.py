"""What happens by itself: changes whose time has come take effect within seconds."""

from __future__ import annotations

import logging

from django.utils import timezone

from gonghui.kernel.access.actor import platform
from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.jobs.loops import loop
from gonghui.systems.foundation.config import rules
from gonghui.systems.foundation.config.actions.changes import fail, start
from gonghui.systems.foundation.config.models import Change

logger = logging.getLogger(__name__)

AT_ONCE = 50
CLOCK = platform("配置到时生效")


@loop("configuration.due", seconds=1.0)
def start_due() -> bool:
    """Start the changes whose time has come; True when more may wait."""
    rows = Change.objects.unscoped("the clock starts changes of all unions")
    due = rows.filter(state=rules.SCHEDULED, effective_at__lte=timezone.now())
    found = list(due.order_by("effective_at")[:AT_ONCE])
    for change in found:
        try:
            start(change, by=CLOCK)
        except Conflict as conflict:
            # Another worker was first, or somebody has just taken it back.
            logger.info("change %s was not started: %s", change.pk, conflict)
        except Refusal as refusal:
            fail(change, by=CLOCK, reason=str(refusal))
    return len(found) == AT_ONCE
