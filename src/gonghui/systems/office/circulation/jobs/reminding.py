"""The morning round of B5.0: receipts, incoming documents and tasks whose day has come."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from gonghui.kernel.jobs.periodic import every
from gonghui.kernel.jobs.registry import job
from gonghui.kernel.org.scoping import Scope, raise_wall
from gonghui.systems.office.circulation.actions import incoming, issuing, supervision


@every("40 7 * * *")
@job("circulation.remind", "公文催收和督办提醒", retry=3, lock="circulation.remind", once=True)
def remind() -> int:
    """Urge and remind; a second run of a day changes nothing more."""
    today = timezone.localdate()
    done = issuing.urge_late(today)
    for part in (incoming.remind_late, supervision.remind):
        with transaction.atomic():
            raise_wall(Scope.everything())
            done += part(today)
    return done
