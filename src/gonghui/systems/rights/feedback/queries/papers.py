"""Papers of petitions as they are printed: the name is put in and not kept."""

from __future__ import annotations

from gonghui.kernel.documents import codes
from gonghui.kernel.documents.content import Kind, Official, Seal
from gonghui.systems.rights.feedback.models import Paper
from gonghui.systems.rights.feedback.rules import petitions as rules

NOBODY = "来信来访人"


def official(paper: Paper, name: str = "") -> Official:
    """A paper addressed to one petitioner; without a name, to the petitioner of that number."""
    return Official(
        organs=(paper.organ,),
        title=f"信访事项{rules.PAPERS[paper.kind]}",
        body=tuple(line for line in paper.text.reveal().splitlines() if line),
        kind=Kind.LETTER,
        number=paper.number,
        to=(name or NOBODY,),
        date=paper.issued_on,
        seals=(Seal(paper.organ),),
        check=codes.printed(paper.code) if paper.code is not None else None,
    )
