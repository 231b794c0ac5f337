"""Reads of aid cases: the present lawyer, the papers of the file, a lawyer's own work."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from gonghui.engines.casework.actions import materials
from gonghui.engines.casework.models import Case, Intake, Rating
from gonghui.engines.casework.models.cases import own_units
from gonghui.engines.casework.walls import everywhere
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Missing
from gonghui.systems.rights.legal_aid.models import (
    Aid,
    Assigned,
    Assignment,
    Hearing,
    Payout,
    SubsidyLine,
)
from gonghui.systems.rights.legal_aid.permissions import WORK_AID

HELD = "who works on the case at hand"
OWN_WORK = "a lawyer's own assignments, by their own person"
FILE = "what lies in the file of the case at hand"
GIVEN_BACK = (Assigned.DECLINED, Assigned.REPLACED)
"""The case is no longer the lawyer's."""
SOON = "hearings to come are found over every union"


def present_assignment(row: Aid) -> Assignment | None:
    """The assignment that is offered or accepted now."""
    rows = Assignment.objects.unscoped(HELD).select_related("lawyer", "aid__case")
    return rows.filter(aid=row, state__in=(Assigned.OFFERED, Assigned.ACCEPTED)).first()


def last_assignment(row: Aid) -> Assignment | None:
    """The assignment of the case: the present one, or the one that was finished."""
    rows = Assignment.objects.unscoped(HELD).select_related("lawyer")
    kept = rows.filter(aid=row).exclude(state__in=GIVEN_BACK)
    return kept.order_by("-pk").first()


def assignments(row: Aid) -> list[Assignment]:
    rows = Assignment.objects.unscoped(HELD).select_related("lawyer")
    return list(rows.filter(aid=row).order_by("-pk"))


def subsidies(row: Aid) -> list[SubsidyLine]:
    rows = SubsidyLine.objects.unscoped(HELD).select_related("assignment__lawyer", "payout")
    return list(rows.filter(assignment__aid=row))


def lines_of(payout: Payout) -> list[SubsidyLine]:
    """The lines of a list of subsidies; who may see the list sees them all."""
    rows = SubsidyLine.objects.unscoped(HELD).select_related(
        "assignment__lawyer", "assignment__aid__case"
    )
    return list(rows.filter(payout=payout).order_by("pk"))


def papers_there(row: Aid) -> set[str]:
    """Codes of the papers a file has: made by the steps, registered, handed in, or rated."""
    there = {"cover"}
    if row.screened_on is not None:
        there.add("form")
    if row.materials:
        there.add("materials")
    if row.decided_on is not None:
        there.add("decision")
    if last_assignment(row) is not None:
        there.add("assignment")
    if row.hearings.filter(cancelled=False).exists():
        there.add("hearings")
    if row.closed_on is not None:
        there.add("report")
    if subsidies(row):
        there.add("subsidy")
    there |= set(row.documents.values_list("paper", flat=True))
    with everywhere():
        people = list(Intake.objects.unscoped(FILE).filter(case_id=row.case_id))
        if any(materials.of(item) for item in people):
            there.add("materials")
        if Rating.objects.filter(intake__in=people).exists():
            there.add("rating")
    return there


def works_on(case: Case, actor: Actor) -> bool:
    """Whether this lawyer accepted a case and has not given it back: an offer opens nothing."""
    if actor.person_id is None:
        return False
    rows = Assignment.objects.unscoped(HELD).filter(aid__case=case, person_id=actor.person_id)
    return rows.exclude(state__in=(*GIVEN_BACK, Assigned.OFFERED)).exists()


def own_assignments(actor: Actor) -> QuerySet[Assignment]:
    """What was assigned to who is signed in, the newest first."""
    rows = Assignment.objects.unscoped(OWN_WORK).select_related("aid__case", "lawyer", "union")
    return rows.filter(person_id=actor.person_id or -1).order_by("-pk")


def own_assignment(pk: int, actor: Actor) -> Assignment:
    """One of them that the lawyer has not given back; also for who works at its desk.

    Nobody with a post in the unit concerned has it.
    """
    rows = Assignment.objects.unscoped(OWN_WORK).select_related("aid__case", "aid__union", "lawyer")
    found = rows.filter(pk=pk).first()
    lawyer = found.person_id if found is not None and found.state not in GIVEN_BACK else None
    if (
        found is None
        or not actor.may(WORK_AID, found.org_path, lawyer or -1)
        or found.aid.case.respondent_id in own_units(actor)
    ):
        raise Missing("没有找到这份指派。", remedy="请从“承办的援助案件”进入。", code="missing")
    return found


def hearings_to_remind(days: int) -> QuerySet[Hearing]:
    """Hearings within so many days nobody was reminded of."""
    now = timezone.now()
    rows = Hearing.objects.select_related("aid__case", "aid__union")
    return rows.filter(
        Q(reminded_on=None), cancelled=False, at__gt=now, at__lte=now + timedelta(days=days)
    ).order_by("at", "pk")
