"""Reads of supervision: letters as the rules see them, letters nobody answered."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone

from gonghui.systems.rights.legal_aid.models import Letter, Practitioner, Watch
from gonghui.systems.rights.legal_aid.rules import supervision as rules

TEAM = "supervisors of the matter at hand may stand on a register above"


def sent(row: Watch) -> list[tuple[Letter, rules.Sent]]:
    """Letters of a matter, the oldest first, with what the next one depends on."""
    today = timezone.localdate()
    return [
        (
            letter,
            rules.Sent(
                letter.kind,
                letter.issued_on is not None,
                rules.overdue(letter.reply_due_on, letter.replied_on, today),
                letter.replied_on is not None,
                letter.corrected,
            ),
        )
        for letter in row.letters.order_by("pk")
    ]


def team(row: Watch) -> list[Practitioner]:
    """The supervisors of a matter, of whatever register."""
    return list(Practitioner.objects.unscoped(TEAM).filter(watches=row).order_by("pk"))


def unanswered() -> QuerySet[Letter]:
    """Letters whose term is over without a reply, not yet pointed out."""
    rows = Letter.objects.select_related("watch__case", "watch__union")
    return rows.filter(
        reply_due_on__lt=timezone.localdate(),
        replied_on=None,
        alarmed_on=None,
        watch__state__in=(rules.WAITING, rules.ESCALATED),
    ).order_by("pk")
