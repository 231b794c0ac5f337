"""Who is on the registers, how much they have, and whether they may be given a case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from gonghui.engines.casework.actions.work import secrets_of
from gonghui.engines.casework.models import Case, Intake
from gonghui.engines.casework.walls import everywhere
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.org.models import Union
from gonghui.systems.rights.legal_aid.models import Assignment, Mediation, Practitioner, Watch
from gonghui.systems.rights.legal_aid.queries.figures import CHECK_MONTHS, COOLING_MONTHS, mark
from gonghui.systems.rights.legal_aid.rules import conflicts, mediation, registers, supervision

REGISTER = "people of the own register and those of the unions above may be chosen"
LOAD = "how much somebody has is counted over every union"


def load(row: Practitioner) -> int:
    """Open cases somebody has."""
    return loads([row]).get(row.pk, 0)


def loads(people: Sequence[Practitioner]) -> dict[int, int]:
    """Open cases of those of one role who have any, in one query."""
    if not people:
        return {}
    ids = [row.pk for row in people]
    role = people[0].role
    rows: Any
    if role == registers.LAWYER:
        rows = Assignment.objects.unscoped(LOAD).filter(state__in=("offered", "accepted"))
        whose = "lawyer_id"
    elif role == registers.MEDIATOR:
        rows = Mediation.objects.unscoped(LOAD)
        rows = rows.exclude(state__in=(*mediation.FINISHED, mediation.SIGNED))
        whose = "mediator_id"
    else:
        rows = Watch.supervisors.through.objects.exclude(watch__state__in=supervision.FINISHED)
        whose = "practitioner_id"
    found = rows.filter(**{f"{whose}__in": ids}).order_by().values_list(whose)
    return dict(found.annotate(count=Count("pk")))


def near(union: Union, role: str) -> QuerySet[Practitioner]:
    """Those of a role on the register of a union, of unions above it and of those below."""
    ids = [int(part) for part in union.path.rstrip(".").split(".")]
    rows = Practitioner.objects.unscoped(REGISTER).filter(role=role, state=registers.ACTIVE)
    return (rows.filter(union_id__in=ids) | rows.filter(org_path__startswith=union.path)).order_by(
        "workplace", "name", "pk"
    )


def chosen(pk: int, role: str, field: str) -> Practitioner:
    """Somebody of a register, locked: of two cases given at once the second counts the first."""
    rows = Practitioner.objects.unscoped(REGISTER).select_for_update(of=("self",), no_key=True)
    found = rows.filter(pk=pk, role=role).first()
    if found is None:
        raise Refusal(
            f"没有在册的{registers.ROLES[role]}。", remedy="请从列出的人员中选择。", field=field
        )
    return found


def standing(row: Practitioner, held: int | None = None) -> registers.Standing:
    """How somebody stands on the register; held: their open cases, counted where not given."""
    return registers.Standing(
        row.state,
        row.licence_until,
        row.checked_on,
        tuple(row.competence),
        load(row) if held is None else held,
        row.most,
    )


def check_fit(row: Practitioner, matter: str, field: str) -> None:
    """Refusal unless somebody may be given a case of this matter today."""
    today = timezone.localdate()
    months = CHECK_MONTHS.on(today)
    registers.check_fit(
        standing(row),
        today,
        matter=matter,
        check_months=months,
        field=field,
        mark=mark(CHECK_MONTHS, today),
    )


def ties(row: Practitioner) -> list[conflicts.Tie]:
    """The ties of somebody, their workplace among them; for comparing only."""
    declared = [conflicts.Tie(tie.kind, tie.name.reveal(), tie.until) for tie in row.ties.all()]
    return [conflicts.Tie(conflicts.EMPLOYER, row.workplace), *declared]


def against(row: Practitioner, case: Case, employer: str, on: date) -> list[str]:
    """What stands between somebody and the parties of a case, in words that name nobody."""
    sides = [("对方当事人", employer), *(("申请人", name) for name in secrets_of(case))]
    months = COOLING_MONTHS.on(on)
    words = conflicts.found(ties(row), sides, on, months)
    if row.person_id is not None and row.person_id in _applicants(case):
        words.append("申请人是其本人")
    return words


def _applicants(case: Case) -> Iterable[int]:
    with everywhere():
        rows = Intake.objects.unscoped(LOAD).filter(case=case).exclude(person_id=None)
        return set(rows.values_list("person_id", flat=True))


def waiting_for_examination(rows: QuerySet[Practitioner], today: date) -> QuerySet[Practitioner]:
    """Those on the register whose yearly examination or licence has run out."""
    last = conflicts.months_after(today, -CHECK_MONTHS.on(today))
    active = rows.filter(state=registers.ACTIVE)
    return active.filter(Q(checked_on=None) | Q(checked_on__lt=last) | Q(licence_until__lt=today))
