"""Collective cases (集体事项): complaints joined under one case, each keeping its own thread."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import F, Min
from django.utils import timezone

from gonghui.engines.casework.actions import clocks, intake, work
from gonghui.engines.casework.actions.numbers import next_number
from gonghui.engines.casework.actions.telling import CALL, happened, open_for, refresh_todos
from gonghui.engines.casework.actions.verbs import check_no_interest, verb
from gonghui.engines.casework.declaring import Begin, Moment, Until, kind_of
from gonghui.engines.casework.models import (
    Case,
    Clock,
    Fingerprint,
    Intake,
    Pause,
    Phase,
    Secrecy,
)
from gonghui.engines.casework.models.cases import NO_TERM
from gonghui.engines.casework.parameters import COLLECTIVE_COMPLAINTS
from gonghui.engines.casework.rules import collective as rules
from gonghui.engines.casework.rules import confidentiality as secrecy
from gonghui.engines.casework.rules import phases
from gonghui.engines.casework.walls import everywhere
from gonghui.kernel.access.actions import note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Missing, Refusal

JOINED = "the other cases' places are checked one by one before anything is done"
COUNTED = "a case counts the complaints it answers"


@verb("join", "并案", "handle")
def join(case: Case, *, by: Actor, others: Sequence[int], title: str = "") -> Case:
    """Join other cases into this one. Every complaint keeps number, thread, answer and rating.

    The clocks of the whole count from the first of all, its round is the highest of all. The
    others are locked in the order of their ids: two who join against each other do not wait for
    ever, the second finds them settled.
    """
    kind = kind_of(case)
    rows = Case.objects.unscoped(JOINED).select_for_update(of=("self",))
    found = list(rows.filter(pk__in=set(others) - {case.pk}).order_by("pk"))
    if len(found) < len(set(others) - {case.pk}):
        raise Missing("有的办件不存在。", field="others", code="missing")
    together = [case, *found]
    rules.check_join(
        case.pk,
        [item.kind for item in together],
        [item.phase for item in found],
        phases.ALLOWED["join"],
    )
    for other in found:
        by.require(kind.permissions.handle, other.org_path)
        check_no_interest(other, by, place=other.org_path)
    if len({item.respondent_id for item in together} - {None}) > 1:
        raise Refusal(
            "这些办件反映的不是同一个单位，不能并案。",
            rule=secrecy.RULE,
            remedy="请把反映同一单位的办件分别并案。",
            field="others",
            code="respondents",
        )
    if title.strip():
        case.title = secrecy.check_for_others(
            title, [word for item in together for word in work.secrets_of(item)], "title"
        )[:80]
    _take_over_respondent(case, found)
    begun = _begun(together)
    _raise_round(case, max(item.round for item in together))
    for other in found:
        _absorb(case, other, by)
    case.collective = True
    _recount(case)
    clocks.refit(case, begun)
    clocks.recount(case)
    if case.about(case.org_path):
        work.lift(case, by)
    case.version += 1
    case.save()
    work.follow(case)
    work.keep_absorbed_apart(case)
    if case.respondent is not None:
        work.drop_parts_of(case, case.respondent)
    # Who was let know of some complainants was not let know of all.
    work.parts_of(case).filter(disclosed=True).update(disclosed=False)
    refresh_todos(case, by)
    if any(other.crisis for other in found):
        open_for(case, CALL, kind.permissions.handle.code)
    note(joined={"label": "并案", "after": "、".join(item.number for item in found)})
    happened(
        case, Moment.JOINED, "并案办理", f"共 {case.intakes_count} 件来件", by=by, joined=found
    )
    return case


def _take_over_respondent(case: Case, found: Sequence[Case]) -> None:
    """The whole is kept from the unit any of its complaints is about."""
    for other in found:
        if case.respondent_id is None and other.respondent_id is not None:
            case.respondent_id = other.respondent_id
            case.respondent_name = other.respondent_name


def _absorb(case: Case, other: Case, by: Actor) -> None:
    with everywhere():
        Intake.objects.unscoped(COUNTED).filter(case=other).update(case=case)
    Fingerprint.objects.filter(case=other).update(case=case)
    other.phase = Phase.MERGED
    other.merged_into = case
    other.closed_at = timezone.now()
    other.handler_id, other.handler_name = None, ""
    clocks.stop(other)
    other.due_on, other.rank_on = None, NO_TERM
    other.version += 1
    other.save()
    work.move_parts(case, other)
    refresh_todos(other, by)
    case.crisis = case.crisis or other.crisis
    happened(other, Moment.JOINED, "已并案", f"并入 {case.number}", by=by)


def _recount(case: Case) -> None:
    """What the case says of its complaints, after one came or went."""
    with everywhere():
        rows = Intake.objects.unscoped(COUNTED).filter(case=case, withdrawn_at=None)
        levels = list(rows.values_list("secrecy", flat=True))
    case.intakes_count = max(len(levels), 1)
    case.secrecy = Secrecy(secrecy.strictest(levels or [case.secrecy]))
    case.collective = case.intakes_count > 1


def _begun(cases: Sequence[Case]) -> date | None:
    """The first day from which these cases' clocks of receipt count in their present rounds."""
    codes = [rule.code for rule in kind_of(cases[0]).clocks if rule.begin == Begin.RECEIVED]
    rows = Clock.objects.filter(
        case__in=[case.pk for case in cases], code__in=codes, round=F("case__round")
    )
    first: date | None = rows.aggregate(first=Min("started_on"))["first"]
    return first


def _raise_round(case: Case, to: int) -> None:
    """Answers and ratings are given once a round: no complainant has had this one yet."""
    if to > case.round:
        Clock.objects.filter(case=case, round=case.round).update(round=to)
        case.round = to


def reached(case: Case) -> bool:
    """Whether so many complain that leaders are told."""
    return case.intakes_count >= COLLECTIVE_COMPLAINTS.on(timezone.localdate())


@verb("split", "分案", "handle")
def split(case: Case, *, by: Actor, intake_id: int, reason: str = "") -> Case:
    """Take one complaint out into a case of its own; its first receipt stays what it was."""
    with everywhere():
        rows = Intake.objects.unscoped(COUNTED).select_for_update(of=("self",))
        found = rows.filter(pk=intake_id, case=case, withdrawn_at=None).first()
    if found is None:
        raise Missing("这件来件不在这个办件里。", field="intake_id", code="missing")
    rules.check_split(case.intakes_count - 1)
    kind = kind_of(case)
    made = Case(
        kind=case.kind,
        number=next_number(kind.prefix, timezone.localdate()),
        title=intake.public_title(kind, intake.Said("", "-", category=case.category)),
        category=case.category,
        difficulty=case.difficulty,
        channel=found.channel,
        secrecy=found.secrecy,
        phase=Phase.ROUTED if case.accepted_at else Phase.RECEIVED,
        received_at=found.received_at,
        accepted_at=case.accepted_at,
        respondent_id=case.respondent_id,
        respondent_name=case.respondent_name,
        crisis=case.crisis,
        round=case.round,
        paused_on=case.paused_on,
    )
    made.place_at(case.union)
    made.save()
    with everywhere():
        Intake.objects.unscoped(COUNTED).filter(pk=found.pk).update(case=made)
    Fingerprint.objects.filter(intake_id=found.pk).update(case=made)
    _copy_pauses(case, made)
    # A further round counts from the day it was asked for.
    again = _begun([case]) or timezone.localdate() if case.round > 1 else None
    clocks.begin(made, Begin.RECEIVED, again or timezone.localdate(found.received_at))
    if made.accepted_at:
        accepted = again or timezone.localdate(made.accepted_at)
        clocks.begin(made, Begin.ACCEPTED, accepted)
        clocks.met(made, Until.ACCEPTED, accepted)
    clocks.recount(made)
    made.save()
    _recount(case)
    case.version += 1
    case.save()
    refresh_todos(made, by)
    if made.crisis:
        open_for(made, CALL, kind.permissions.handle.code)
    note(split={"label": "分案", "after": made.number})
    happened(made, Moment.SPLIT, "分案办理", f"从 {case.number} 分出", by=by, parent=case)
    return made


def _copy_pauses(case: Case, made: Case) -> None:
    """Days that did not count for a complaint do not count after it left the whole either."""
    Pause.objects.bulk_create(
        [
            Pause(
                case=made,
                from_on=item.from_on,
                until_on=item.until_on,
                reason=item.reason,
                by_name=item.by_name,
                resumed_by_name=item.resumed_by_name,
            )
            for item in case.pauses.order_by("pk")
        ]
    )
