"""Samples of the quality check (质检) and how far their checks are."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Avg, Count, Q, QuerySet

from gonghui.engines.casework.declaring import KINDS, CaseKind
from gonghui.engines.casework.models import QualityCheck, Sample
from gonghui.engines.casework.models.cases import own_units
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Forbidden
from gonghui.kernel.org.scoping import Scope

LIST = 50


def kinds_of(actor: Actor) -> list[CaseKind]:
    """The kinds whose work the actor checks somewhere."""
    return [
        kind
        for kind in KINDS.values()
        if actor.everywhere or actor.paths(kind.permissions.supervise)
    ]


def samples(actor: Actor, kinds: Iterable[CaseKind] | None = None) -> QuerySet[Sample]:
    """Samples the actor may see, the newest first; with done, passed and mean of their checks."""
    found = Sample.objects.within(Scope())
    for kind in kinds_of(actor) if kinds is None else kinds:
        rows = Sample.objects.within(actor.scope(kind.permissions.supervise))
        found = found | rows.filter(kind=kind.code)
    return (
        found.select_related("union")
        .annotate(
            done=Count("checks", filter=Q(checks__checked_at__isnull=False)),
            passed=Count("checks", filter=Q(checks__passed=True)),
            mean=Avg("checks__total"),
        )
        .order_by("-pk")
    )


def sample(pk: int, actor: Actor) -> Sample:
    """A sample the actor may see; Forbidden for any other."""
    found = samples(actor).filter(pk=pk).first()
    if found is None:
        raise Forbidden("没有查看这次质检的权限，或者它不存在。", code="forbidden")
    return found


def checks(sample: Sample, actor: Actor) -> list[QualityCheck]:
    """The checks of a sample; cases about a unit the actor has a post in are left out."""
    rows = QualityCheck.objects.filter(sample=sample).select_related("case__union")
    if not actor.everywhere:
        rows = rows.exclude(case__respondent_id__in=own_units(actor))
    return list(rows.order_by("pk"))


def check(pk: int, actor: Actor) -> QualityCheck:
    """One check the actor may see; Forbidden for any other."""
    found = QualityCheck.objects.select_related("sample", "case__union").filter(pk=pk).first()
    hidden = found is None or (
        not actor.everywhere and found.case.respondent_id in own_units(actor)
    )
    if found is None or hidden or not samples(actor).filter(pk=found.sample_id).exists():
        raise Forbidden("没有质检这个办件的权限，或者它不存在。", code="forbidden")
    return found
