"""A document as it is printed: the layout of GB/T 9704-2012 by kernel/documents."""

from __future__ import annotations

from django.utils import timezone

from gonghui.kernel.documents import content
from gonghui.kernel.org.scoping import Scope
from gonghui.systems.office.circulation.models import Meeting, Outgoing
from gonghui.systems.office.circulation.rules import chain
from gonghui.systems.office.circulation.rules.kinds import UP, recipients

FINAL = frozenset({chain.SEALED, chain.ISSUED, chain.ARCHIVED})


def official(document: Outgoing, *, sealed: bool | None = None) -> content.Official:
    """What to print; a draft carries 草稿 across the page and no seal."""
    kind, organ = document.what, document.union.name
    final = document.state in FINAL if sealed is None else sealed
    signed = document.signed_at is not None
    day = timezone.localdate(document.signed_at) if document.signed_at else None
    upward = kind.directions == (UP,)
    signer = document.signer.display_name if document.signer and signed else ""
    meeting = None
    if kind.layout == "minutes":
        rows = Meeting.objects.within(Scope.of([document.org_path]))
        meeting = rows.filter(minutes=document, union=document.union).first()
    body = [line.strip() for line in document.body.splitlines() if line.strip()]
    if document.meeting and kind.layout != "minutes":
        body.insert(0, f"（{document.meeting}通过）")
    return content.Official(
        organs=(organ,),
        kind=content.Kind(kind.layout),
        title=document.title,
        body=tuple(body),
        number=document.number_text,
        upward=upward,
        signers=(content.Signer(signer),) if signer and (upward or kind.layout == "order") else (),
        urgency=document.urgency,
        to=tuple(recipients(document.to)),
        attachments=tuple(
            content.Attachment(line.strip())
            for line in document.attachments.splitlines()
            if line.strip()
        ),
        date=day,
        seals=(content.Seal(organ),) if final and kind.layout != "minutes" else (),
        note=document.note,
        copies=tuple(recipients(document.copies)),
        printed_by=organ + "办公室" if final else "",
        printed_on=timezone.localdate(document.sealed_at) if document.sealed_at else None,
        present=tuple(recipients(meeting.present)) if meeting else (),
        excused=tuple(recipients(meeting.excused)) if meeting else (),
        attending=tuple(recipients(meeting.attending)) if meeting else (),
        draft=not final,
    )
