"""The register watched: renewal reminders, and what differs from the grass-roots record."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.urls import reverse

from gonghui.kernel.access.actions import action
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.notify.messages import send
from gonghui.kernel.notify.templates import Template
from gonghui.kernel.notify.todos import close_todo, open_todo
from gonghui.systems.mobilization.legal_person import permissions
from gonghui.systems.mobilization.legal_person.actions.telling import ABOUT, TITLES, end_of
from gonghui.systems.mobilization.legal_person.models import LegalPerson, Standing
from gonghui.systems.mobilization.legal_person.queries.applications import holders
from gonghui.systems.mobilization.legal_person.queries.persons import mismatches

TARGET = "legal_person.legalperson"
RENEW = Template(
    "legal-person.renew",
    "{union}的法人资格证书{when}到期",
    "证号 {number}，有效期至 {until}。换届后请办理换届换证；确需延期的先报上一级工会批准。",
    ABOUT,
    "{link}",
)


@action("legal-persons.remind", "换证提醒", permissions.REMIND_PERSON)
def remind(person: LegalPerson, *, by: Actor, today: date) -> LegalPerson:
    """Tell the union once per expiry that its certificate is to be renewed."""
    if person.state != Standing.ACTIVE or person.reminded_for == person.expires_on:
        return person
    link = reverse("resource:legal-persons:record", args=[person.pk])
    open_todo(
        kind="legal.renew",
        target_type=TARGET,
        target_id=person.pk,
        title=f"{TITLES['legal.renew']}：{person.name}（{person.expires_on:%Y-%m-%d} 到期）",
        link=link,
        org_path=person.org_path,
        union_id=person.union_id,
        permission=permissions.APPLY_LEGAL.code,
        due_at=end_of(person.expires_on),
    )
    send(
        holders([person.union_id, person.registrar_id], permissions.APPLY_LEGAL, today),
        RENEW,
        {
            "union": person.name,
            "when": "已" if person.expires_on < today else "即将",
            "number": person.number,
            "until": f"{person.expires_on:%Y-%m-%d}",
            "link": link,
        },
        key=f"legal/renew/{person.pk}/{person.expires_on}",
        org_path=person.org_path,
    )
    person.reminded_for = person.expires_on
    person.save(update_fields=["reminded_for"])
    return person


def note_mismatches(persons: Iterable[LegalPerson]) -> int:
    """Keep what differs from the record; returns how many rows changed."""
    found = list(persons)
    differing = mismatches(found)
    changed = 0
    for person in found:
        if person.mismatch != differing[person.pk]:
            rows = LegalPerson.objects.unscoped("kept by the comparison of the whole register")
            changed += rows.filter(pk=person.pk).update(mismatch=differing[person.pk])
    return changed


def settle_reminder(person: LegalPerson) -> None:
    """The certificate was renewed or the person cancelled: nothing waits any more."""
    close_todo(target_type=TARGET, target_id=person.pk)
