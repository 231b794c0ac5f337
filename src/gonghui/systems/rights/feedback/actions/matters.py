"""What C4.5 does at the moments of a case: its own row, danger, alarm of many, call-backs."""

from __future__ import annotations

from typing import Any

from django.db.models import Sum
from django.utils import timezone

from gonghui.engines.casework.actions.telling import link_of
from gonghui.engines.casework.models import Case, Intake, Phase
from gonghui.engines.casework.walls import everywhere
from gonghui.kernel.access import granting
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.org.models import Union
from gonghui.systems.rights.feedback.actions import todos
from gonghui.systems.rights.feedback.models import (
    PETITION_CODE,
    Matter,
    Nature,
    Petition,
    Purpose,
    Way,
)
from gonghui.systems.rights.feedback.permissions import APPROVE, APPROVE_PETITION, HANDLE
from gonghui.systems.rights.feedback.queries import duty, parameters
from gonghui.systems.rights.feedback.rules import alerts

NATURE, WAY, PURPOSE, SOURCE = "性质", "信访形式", "信访目的", "来源"
WHERE = "扫码处"
"""Keys of what the forms add to a complaint (Said.details), as the desk reads them."""
CALL_BACK = "call_back"
HOW_MANY = "how many people complain of the matter at hand"
ABOVE = "a matter of many is told to the unions above its desk"
_NATURES = {str(label): value for value, label in Nature.choices}
_WAYS = {str(label): value for value, label in Way.choices}
_PURPOSES = {str(label): value for value, label in Purpose.choices}
_WAY_OF = {"letter": Way.LETTER, "counter": Way.VISIT, "phone": Way.PHONE}


def row_of(case: Case) -> Matter | Petition:
    """The own row of a case; the action that asks has checked its place."""
    model: Any = Petition if case.kind == PETITION_CODE else Matter
    with everywhere():
        return model.objects.unscoped(HOW_MANY).get(case=case)


def received(case: Case, *, by: Actor, hint: Any = None, said: Any = None, **facts: Any) -> None:
    """The own row beside a new case; a person at once where a life may be in danger."""
    details = dict(said.details) if said is not None else {}
    if case.kind == PETITION_CODE:
        row: Any = Petition(
            case=case,
            way=_WAYS.get(details.get(WAY, ""), _WAY_OF.get(case.channel, Way.ONLINE)),
            purpose=_PURPOSES.get(details.get(PURPOSE, ""), Purpose.CLAIM),
            visitors=said.people if said is not None else 1,
        )
    else:
        row = Matter(case=case, nature=_NATURES.get(details.get(NATURE, ""), Nature.CONSULT))
    row.place_at(case.union)
    row.save()
    if case.crisis:
        reach(case)
    watch(case, by=by)


def split(case: Case, *, by: Actor, parent: Case, **facts: Any) -> None:
    """A case taken out of a collective one has a row of its own."""
    before = row_of(parent)
    row: Any
    if isinstance(before, Petition):
        row = Petition(case=case, way=before.way, purpose=before.purpose)
    else:
        row = Matter(case=case, nature=before.nature)
    row.place_at(case.union)
    row.save()


def reach(case: Case) -> None:
    """A to-do that is due now for the desk, and a message to whoever is on shift there or above.

    Nobody with a post in the unit complained of is told.
    """
    link = link_of(case)
    todos.open_at(
        todos.CRISIS,
        case,
        f"紧急来件 {case.number}，马上联系来件人",
        link,
        case.union,
        HANDLE.code,
        timezone.now(),
    )
    users = [
        shift.user_id
        for shift in duty.on_shift()
        if case.org_path.startswith(shift.org_path) and not _in_respondent(shift.user_id, case)
    ]
    todos.tell_users(users, todos.URGENT, {"number": case.number, "link": link}, case.org_path)


def _in_respondent(user_id: int, case: Case) -> bool:
    """Whether somebody has a post in the unit complained of, whatever desk they sit at."""
    if case.respondent_id is None:
        return False
    held = granting.standing(user_id, timezone.localdate())
    return any(case.about(path) for path in held.values_list("org_path", flat=True))


def alarmed(case: Case, *, by: Actor, **facts: Any) -> None:
    """Further words of a complainant tell of danger."""
    reach(case)


def reached(case: Case, *, by: Actor, **facts: Any) -> None:
    """Somebody of the desk has spoken with the complainant, or works on the case.

    What the complainant adds is no such thing.
    """
    if case.crisis and by.user_id is not None:
        todos.close_for(todos.CRISIS, case, by.user_id)


def people_of(case: Case) -> int:
    """How many people stand behind a case, by their own word."""
    with everywhere():
        rows = Intake.objects.unscoped(HOW_MANY).filter(case=case, withdrawn_at=None)
        return rows.aggregate(people=Sum("people"))["people"] or 0


def watch(case: Case, *, by: Actor, **facts: Any) -> None:
    """Tell leaders of a matter of many, each level once; what waits goes over to the lead."""
    if case.merged_into is not None:
        ended(case, by=by)
        if todos.close_for(todos.CRISIS, case, by.user_id):
            reach(case.merged_into)
        return
    row, today = row_of(case), timezone.localdate()
    people = people_of(case)
    bounds = (
        parameters.ALERT_DEPARTMENT.on(today),
        parameters.ALERT_LEADER.on(today),
        parameters.ALERT_PRINCIPAL.on(today),
    )
    level = alerts.level(people, bounds)
    if level <= row.alerted:
        return
    row.alerted = level
    with everywhere():
        row.save(update_fields=["alerted"])
    right = APPROVE_PETITION if case.kind == PETITION_CODE else APPROVE
    told: list[tuple[Any, Union]] = [(case, case.union)]
    if level == len(alerts.LEVELS) - 1 and case.union.parent_id:
        told.append((row, Union.objects.unscoped(ABOVE).get(pk=case.union.parent_id)))
    for target, union in told:
        todos.open_at(
            todos.ALERT,
            target,
            f"集体事项预警：{case.number}，{people} 人（提示{alerts.LEVELS[level]}）",
            link_of(case),
            union,
            right.code,
            timezone.now(),
        )


def ended(case: Case, *, by: Actor, **facts: Any) -> None:
    """Nobody is warned any more of a matter that is settled, here or at the union above."""
    todos.close_for(todos.ALERT, case, by.user_id)
    todos.close_for(todos.ALERT, row_of(case), by.user_id)


def declined(case: Case, *, by: Actor, **facts: Any) -> None:
    """Who declines has read it: what waited at the desk is settled."""
    todos.close_for(todos.CRISIS, case, by.user_id)
    ended(case, by=by)


def withdrawn(case: Case, *, by: Actor, **facts: Any) -> None:
    """The last complaint was taken back. Somebody in danger is called none the less."""
    if case.phase == Phase.WITHDRAWN:
        ended(case, by=by)


def replied(case: Case, *, by: Actor, **facts: Any) -> None:
    """The row of a 12351 case keeps the day of its call-back clock for the desk's list."""
    row = row_of(case)
    if isinstance(row, Matter):
        clock = case.clocks.filter(code=CALL_BACK, round=case.round).first()
        row.call_back_by = clock.due_on if clock is not None else None
        row.called_back_at = None
        with everywhere():
            row.save(update_fields=["call_back_by", "called_back_at"])
    todos.close_for(todos.CRISIS, case, by.user_id)
    ended(case, by=by)


def called_back(case: Case, *, by: Actor, **facts: Any) -> None:
    """The complainant was called back, or has rated the answer unasked."""
    row = row_of(case)
    if isinstance(row, Matter) and row.called_back_at is None:
        row.called_back_at = timezone.now()
        with everywhere():
            row.save(update_fields=["called_back_at"])
