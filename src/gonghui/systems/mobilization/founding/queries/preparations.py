"""Reads about preparations: who recruits whom, what is due, a worker's own."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.sealing import keyring
from gonghui.kernel.org.scoping import Scope
from gonghui.kernel.people.models import DOCUMENT
from gonghui.systems.mobilization.founding.models import Election, Preparation, Recruit
from gonghui.systems.mobilization.founding.models.preparations import PreparationState

OF_PREPARATION = "the congresses of a preparation whose place the caller has checked"
PLATFORM = "the platform itself looks after every preparation"


def own_preparations(actor: Actor) -> QuerySet[Preparation]:
    """What the person who is signed in asked for, the latest first."""
    if actor.person_id is None:
        return Preparation.objects.unscoped("nobody's").none()
    rows = Preparation.objects.within(Scope((), actor.person_id))
    return rows.filter(applicant_id=actor.person_id).select_related("superior").order_by("-pk")


def to_remind(day: date) -> QuerySet[Preparation]:
    """Preparations whose congress is due by a day and whose group has not been told."""
    return to_watch(day).filter(reminded_on=None)


def to_watch(day: date) -> QuerySet[Preparation]:
    """Preparations whose congress is due by a day, for the daily job."""
    rows = Preparation.objects.unscoped(PLATFORM)
    return rows.filter(state=PreparationState.PREPARING, congress_due__lte=day).order_by("pk")


def recruited(preparation: Preparation, number: str) -> bool:
    """Whether somebody with this document number is recruited already."""
    indexes = keyring().blind_indexes(number, context=DOCUMENT)
    return Recruit.objects.filter(preparation=preparation, document_index__in=indexes).exists()


def elections_of(preparation: Preparation) -> QuerySet[Election]:
    """The congresses planned or held for a preparation the caller already holds."""
    return Election.objects.unscoped(OF_PREPARATION).filter(preparation=preparation)


def women_among(preparation: Preparation) -> int:
    return preparation.recruits.filter(sex="2").count()
