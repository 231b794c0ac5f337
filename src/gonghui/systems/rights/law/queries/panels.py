"""What the desk sees beside a consultation: published answers that fit, consultations like it."""

from __future__ import annotations

from django.urls import reverse

from gonghui.engines.casework.declaring import Panel
from gonghui.engines.casework.models import OPEN, Case
from gonghui.engines.casework.queries import cases
from gonghui.engines.language.queries import similar
from gonghui.kernel.access.actor import Actor
from gonghui.systems.rights.law.models import Consultation
from gonghui.systems.rights.law.permissions import VIEW_CONSULT
from gonghui.systems.rights.law.queries import texts

SHOWN = "the row of a consultation whose reader the engine has checked"
SOURCE = "case"
"""Under which the language engine keeps the marks of cases."""
MOST = 5


def consultation(case: Case, actor: Actor) -> Panel:
    """Suggestions for who answers. A text of danger gets none: a person is to be reached."""
    row = Consultation.objects.unscoped(SHOWN).filter(case=case).first()
    values: dict[str, object] = {"row": row, "crisis": case.crisis, "fitting": [], "alike": []}
    if not case.crisis and case.phase in OPEN:
        text = "\n".join(item.text for item in cases.face(case, actor).people).strip()
        if text:
            found = texts.fitting(text, case.org_path)
            values |= {
                "asked": True,
                "fitting": found,
                "fits": any(item.fits for item in found),
                "alike": _alike(case, text, actor),
            }
    return Panel("建议答复", "law/panel_consultation.html", values)


def _alike(case: Case, text: str, actor: Actor) -> list[tuple[str, str, int]]:
    """(number, address, percent) of consultations like this one that the actor may see."""
    likes = similar.like(text, source=SOURCE, but=str(case.pk), most=4 * MOST)
    scores = {int(item.ref): item.score for item in likes if item.ref.isdecimal()}
    rows = Case.objects.seen_by(actor, VIEW_CONSULT).filter(kind=case.kind, pk__in=scores)
    found = sorted(rows.only("pk", "number"), key=lambda item: -scores[item.pk])
    return [
        (item.number, reverse("casework:case", args=[item.number]), round(100 * scores[item.pk]))
        for item in found[:MOST]
    ]
