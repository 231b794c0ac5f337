"""Every day: renewals, supplements that lapsed, and the whole register beside the record."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from gonghui.kernel.access.actor import platform
from gonghui.kernel.base.errors import Conflict
from gonghui.kernel.bus.models import Outbox
from gonghui.kernel.bus.subscribers import subscriber
from gonghui.kernel.jobs.periodic import every
from gonghui.kernel.jobs.registry import job
from gonghui.kernel.org.scoping import Scope, raise_wall
from gonghui.systems.mobilization.legal_person.actions import examining, watching
from gonghui.systems.mobilization.legal_person.models import (
    Application,
    LegalPerson,
    Standing,
    State,
)
from gonghui.systems.mobilization.legal_person.queries.persons import due_for_renewal

ALL = "the daily round goes over the whole register"
BATCH = 500


@every("15 5 * * *")
@job("legal_person.renew", "法人证书换证提醒", retry=3, lock="legal_person.renew", once=True)
def renew() -> int:
    """Remind every union whose certificate comes to its end; returns how many were told."""
    today = timezone.localdate()
    clock = platform("换证提醒")
    rows = due_for_renewal(LegalPerson.objects.unscoped(ALL), today)
    told = 0
    for person in rows.order_by("pk").iterator(BATCH):
        if person.reminded_for != person.expires_on:
            watching.remind(person, by=clock, today=today)
            told += 1
    return told


@every("35 5 * * *")
@job("legal_person.lapse", "法人登记逾期未补正", retry=3, lock="legal_person.lapse", once=True)
def lapse() -> int:
    """Close applications nobody mended in time; returns how many."""
    clock = platform("补正期限检查")
    rows = Application.objects.unscoped(ALL).filter(
        state=State.SUPPLEMENT, supplement_due_on__lt=timezone.localdate()
    )
    closed = 0
    for application in list(rows):
        try:
            examining.lapse(application, by=clock)
        except Conflict:
            # It was answered or withdrawn meanwhile.
            continue
        closed += 1
    return closed


@every("55 5 * * *")
@job("legal_person.compare", "法人库与组织库比对", retry=3, lock="legal_person.compare", once=True)
def compare() -> int:
    """Set the whole register beside the record; returns how many rows changed."""
    last, changed = 0, 0
    while True:
        with transaction.atomic():
            raise_wall(Scope.everything())
            rows = LegalPerson.objects.unscoped(ALL).select_related("union", "code")
            part = list(rows.filter(pk__gt=last, state=Standing.ACTIVE).order_by("pk")[:BATCH])
            if not part:
                return changed
            changed += watching.note_mismatches(part)
            last = part[-1].pk


@subscriber("cn.gonghui.union", name="legal_person.changed")
def on_changed(event: Outbox) -> None:
    """A union's name, chair or code changed: compare it at once."""
    raise_wall(Scope.everything())
    rows = LegalPerson.objects.unscoped(ALL).select_related("union", "code")
    union = event.data.get("id") or event.data.get("union")
    if isinstance(union, int):
        watching.note_mismatches(rows.filter(union_id=union, state=Standing.ACTIVE))
