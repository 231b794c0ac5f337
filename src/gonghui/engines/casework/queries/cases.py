"""One case as each may see it: the desk, other units, the complainant."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from gonghui.engines.casework.declaring import KINDS, CaseKind, kind_of
from gonghui.engines.casework.models import (
    Answer,
    Case,
    CaseEvent,
    Clock,
    Fingerprint,
    Intake,
    Movement,
    Part,
    PartRole,
    PartState,
    Phase,
    Rating,
    Reply,
    Secrecy,
    ThreadLine,
)
from gonghui.engines.casework.models.cases import own_units
from gonghui.engines.casework.models.intakes import mark_key
from gonghui.engines.casework.parameters import MOST_ROUNDS, REOPEN_DAYS, YELLOW_WORKDAYS
from gonghui.engines.casework.rules import clocks as clock_rules
from gonghui.engines.casework.rules import collective, confidentiality, fingerprint, phases
from gonghui.engines.casework.rules.confidentiality import Relation, Shown, Sight
from gonghui.engines.casework.walls import everywhere
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Forbidden, Missing
from gonghui.kernel.people.models import Person

SIGHT = "what may be seen of a complainant is decided row by row below"
OWN_THREAD = "the thread of who is asking"
RECENT = timedelta(days=180)
MOST_ALIKE = 20
NEAREST = 5
LEAST_SHARED = 0.35
"""The share of equal marks from which a text is shown as like another."""


def get(number: str, actor: Actor) -> Case:
    """The case with this number, if the actor may see it."""
    rows = Case.objects.unscoped(SIGHT).select_related("union", "respondent", "merged_into")
    case = rows.filter(number=number.strip().upper()).first()
    if case is None or not may_see(actor, case):
        raise Forbidden(
            "没有查看这个办件的权限，或者它不存在。",
            remedy="请确认岗位；在被反映单位任职的人员不能查看。",
            code="forbidden",
        )
    return case


def may_see(actor: Actor, case: Case) -> bool:
    return sight_of(case, actor).case


def relation(case: Case, actor: Actor, *, own: bool = False) -> Relation:
    """What the actor has to do with the case."""
    if actor.everywhere:
        return Relation.SUPERIOR
    view = case.kind in KINDS and actor.paths(kind_of(case).permissions.view)
    paths = [path for path in view or () if case.org_path.startswith(path)]
    given = case.kind in KINDS and kind_of(case).has_given(case, actor)
    return confidentiality.relation_of(
        own=own,
        in_respondent=case.respondent_id in own_units(actor),
        at_desk=given or case.org_path in paths,
        above_desk=bool(paths),
        joint=False,
    )


def sight_of(case: Case, actor: Actor) -> Sight:
    return confidentiality.sight(case.secrecy, relation(case, actor))


@dataclass(frozen=True)
class Spoken:
    """One message of a thread, as far as the actor may read it."""

    side: str
    at: datetime
    text: str


@dataclass(frozen=True)
class Complainant:
    """One complaint as the actor sees it; withheld words say so instead."""

    intake: Intake
    name: str
    mobile: str
    title: str
    text: str
    details: dict[str, Any] = field(default_factory=dict)
    lines: list[Spoken] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)


@dataclass(frozen=True)
class Face:
    """A case as one actor sees it."""

    case: Case
    relation: Relation
    sight: Sight
    people: list[Complainant]
    events: list[CaseEvent]
    clocks: list[tuple[Clock, clock_rules.Light, str]]
    parts: list[Part]
    movements: list[Movement]
    replies: list[Reply]
    actor: Actor

    def can(self, verb: str) -> bool:
        """Whether to offer a verb: permission, place and phase; the verb itself still decides."""
        return can(self.case, verb, self.actor)


def can(case: Case, verb: str, actor: Actor) -> bool:
    if case.phase not in phases.ALLOWED.get(verb, (case.phase,)):
        return False
    if case.respondent_id in own_units(actor) and not actor.everywhere:
        return False
    kind = kind_of(case)
    if verb in kind.assigned_may and kind.has_given(case, actor):
        return True
    return actor.may(kind.action(verb).permission, case.org_path)


def face(case: Case, actor: Actor) -> Face:
    """The case with what this actor may see of its complainants."""
    seen = sight_of(case, actor)
    if not seen.case:
        raise Forbidden("没有查看这个办件的权限。", code="forbidden")
    theirs = relation(case, actor)
    intakes = _intakes(case)
    secrets = secrets_by_intake(intakes)
    return Face(
        case,
        theirs,
        seen,
        [_complainant(row, theirs, secrets[row.pk]) for row in intakes],
        list(case.events.order_by("pk")),
        lights(case),
        list(_parts(case)),
        list(case.movements.order_by("pk")),
        list(case.replies.order_by("pk")),
        actor,
    )


def secrets_of(intakes: Iterable[Intake]) -> list[str]:
    """The words that name these complainants, as they said and as the register has it.

    For comparing and cutting out; never to be kept or shown.
    """
    return [word for words in secrets_by_intake(intakes).values() for word in words]


def secrets_by_intake(intakes: Iterable[Intake]) -> dict[int, list[str]]:
    """The same for each of them, by intake."""
    rows = list(intakes)
    known: dict[int, str] = {}
    if people := {row.person_id for row in rows if row.person_id is not None}:
        with everywhere():
            found = Person.objects.unscoped(SIGHT).filter(pk__in=people)
            known = dict(found.values_list("pk", "name"))
    return {
        row.pk: [
            *(item.reveal() for item in (row.name, row.mobile, row.contact) if item is not None),
            *([known[row.person_id]] if row.person_id in known else []),
        ]
        for row in rows
    }


def _intakes(case: Case) -> list[Intake]:
    with everywhere():
        rows = Intake.objects.unscoped(SIGHT).filter(case=case).order_by("received_at", "pk")
        return list(rows.prefetch_related("lines", "answers"))


def _parts(case: Case) -> QuerySet[Part]:
    return Part.objects.unscoped(SIGHT).filter(case=case).select_related("union").order_by("pk")


def _complainant(intake: Intake, theirs: Relation, secrets: list[str]) -> Complainant:
    seen = confidentiality.sight(intake.secrecy, theirs)
    text = intake.text.reveal() if intake.text and seen.text else ""
    title = intake.title.reveal() if intake.title and seen.text else ""
    if seen.name is not Shown.FULL:
        text = confidentiality.redact(text, secrets)
        title = confidentiality.redact(title, secrets)
    return Complainant(
        intake,
        _shown(intake.name, seen.name, intake.secrecy),
        _shown(intake.mobile, seen.name, intake.secrecy),
        title,
        text,
        _details(intake, secrets if seen.name is not Shown.FULL else []) if seen.text else {},
        [
            _spoken(line, secrets if seen.name is not Shown.FULL else [])
            for line in sorted(intake.lines.all(), key=lambda line: line.pk)
        ],
        list(intake.answers.all()),
    )


def _spoken(line: ThreadLine, secrets: list[str]) -> Spoken:
    """What the complainant added is cut like the complaint; what the desk wrote is its own."""
    text = line.text.reveal()
    if line.side == ThreadLine.Side.COMPLAINANT:
        text = confidentiality.redact(text, secrets)
    return Spoken(line.get_side_display(), line.at, text)


def _details(intake: Intake, secrets: list[str]) -> dict[str, Any]:
    """The fields of the system's form; texts in them are cut like the complaint's own."""
    if intake.details is None:
        return {}
    found: dict[str, Any] = json.loads(intake.details.reveal())
    if not secrets:
        return found
    return {
        key: confidentiality.redact(value, secrets) if isinstance(value, str) else value
        for key, value in found.items()
    }


def may_read_text(intake_id: int, actor: Actor) -> bool:
    """Whether the actor may read what a complaint says and what came with it."""
    with everywhere():
        rows = Intake.objects.unscoped(SIGHT).select_related("case")
        found = rows.filter(pk=intake_id).first()
    if found is None or found.case.kind not in KINDS:
        return False
    own = found.person_id is not None and found.person_id == actor.person_id
    return confidentiality.sight(found.secrecy, relation(found.case, actor, own=own)).text


def _shown(sealed: Any, shown: Shown, secrecy: str) -> str:
    if secrecy == Secrecy.ANONYMOUS:
        return confidentiality.NOBODY
    if shown is Shown.HIDDEN:
        return confidentiality.HIDDEN
    if sealed is None:
        return ""
    return sealed.reveal() if shown is Shown.FULL else str(sealed)


def lights(case: Case) -> list[tuple[Clock, clock_rules.Light, str]]:
    """The clocks of the present round with their light, in words."""
    today = timezone.localdate()
    lead = YELLOW_WORKDAYS.on(today)
    found = []
    for clock in case.clocks.filter(round=case.round, stopped=False).order_by("pk"):
        light = clock_rules.light(clock.due_on, today, lead, clock.met_on)
        found.append((clock, light, clock_rules.LIGHT_WORDS[light]))
    return found


@dataclass(frozen=True)
class Thread:
    """A complaint as its complainant sees it."""

    intake: Intake
    case: Case
    service: str
    phase: str
    title: str
    text: str
    details: dict[str, Any]
    events: list[CaseEvent]
    lines: list[ThreadLine]
    answers: list[Answer]
    rating: Rating | None
    may_rate: bool
    may_reopen: bool
    may_tell: bool
    may_withdraw: bool
    due_on: date | None


def own(number: str, actor: Actor) -> Intake:
    """The actor's own intake with this number; Missing for anybody else's."""
    rows = Intake.objects.unscoped(OWN_THREAD).select_related("case__union")
    found = rows.filter(number=number.strip().upper(), person_id=actor.person_id or -1).first()
    if found is None:
        raise Missing(
            "没有找到这件来件。", remedy="没有登录提交的来件，请凭查询码查询。", code="missing"
        )
    return found


def thread(intake: Intake) -> Thread:
    """The thread of one complainant: public steps, own lines and answers, nobody else's."""
    with everywhere():
        rows = Intake.objects.unscoped(OWN_THREAD).select_related("case__union")
        intake = rows.get(pk=intake.pk)
    case = intake.case
    kind = kind_of(case)
    today = timezone.localdate()
    answers = list(intake.answers.order_by("pk"))
    rating = intake.ratings.filter(round=case.round).first()
    here = intake.withdrawn_at is None
    settled = case.phase in phases.ALLOWED["rate"]
    reopen = False
    if here and answers and case.phase in phases.ALLOWED["reopen"]:
        days = (today - timezone.localdate(answers[-1].sent_at)).days
        reopen = days <= REOPEN_DAYS.on(today) and case.round < MOST_ROUNDS.on(today)
    public = Q(public=True)
    return Thread(
        intake,
        case,
        kind.service or kind.title,
        case.get_phase_display() if here else Phase.WITHDRAWN.label,
        intake.title.reveal() if intake.title else "",
        intake.text.reveal() if intake.text else "",
        _details(intake, []),
        list(case.events.filter(public).order_by("pk")),
        list(intake.lines.order_by("pk")),
        answers,
        rating,
        here and settled and rating is None and bool(answers),
        reopen,
        here and case.phase in phases.ALLOWED["tell"],
        here and case.phase in phases.ALLOWED["withdraw"],
        case.due_on,
    )


def part(pk: int, actor: Actor) -> Part:
    """What another unit was asked, for its own people and for the desk."""
    rows = Part.objects.unscoped(SIGHT).select_related("case__union", "union")
    found = rows.filter(pk=pk).first()
    if found is not None and found.case.kind in KINDS:
        right = kind_of(found.case).permissions.view
        apart = (
            found.role == PartRole.JOINT
            and not actor.everywhere
            and found.case.respondent_id in own_units(actor)
        )
        if (actor.may(right, found.org_path) and not apart) or may_see(actor, found.case):
            return found
    raise Forbidden("没有查看这件协办事项的权限，或者它不存在。", code="forbidden")


def disclosed_names(part: Part) -> list[str]:
    """Masked names for a joint unit that was told, of those who gave them openly; nothing for
    anybody else."""
    if not part.disclosed or part.state == PartState.CANCELLED or part.case.about(part.org_path):
        return []
    return [
        str(row.name)
        for row in _intakes(part.case)
        if row.name is not None and row.secrecy == Secrecy.NAMED
    ]


MOST_SHARING = 500
# How many rows share a band cannot be estimated: with its limit in the same query the planner
# reads the whole table, hoping to find enough at once.
_SHARING = """
WITH sharing AS MATERIALIZED (
    SELECT case_id FROM casework_fingerprint WHERE bands && %s::integer[]
)
SELECT case_id FROM sharing LIMIT %s
"""


def alike(case: Case, *, least: int = 60) -> list[collective.Likeness]:
    """Live cases of the kind like this one, the most alike first.

    Found by bands of the text's marks, or by the same unit complained of; at most MOST_ALIKE.
    """
    mine = list(Fingerprint.objects.filter(case=case))
    bands = sorted({band for item in mine for band in item.bands})
    since = case.received_at - RECENT
    rows = Case.objects.unscoped(SIGHT).filter(
        kind=case.kind, phase__in=phases.ALLOWED["join"], received_at__gte=since
    )
    near: set[int] = set()
    if bands:
        with connection.cursor() as cursor:
            cursor.execute(_SHARING, [bands, MOST_SHARING])
            near |= {row[0] for row in cursor.fetchall()}
    if case.respondent_name:
        same = rows.filter(respondent_name=case.respondent_name)
        near |= set(same.order_by("-pk").values_list("pk", flat=True)[:200])
    near.discard(case.pk)
    found = {item.pk: item for item in rows.filter(pk__in=near)}
    best: dict[int, collective.Likeness] = {}
    signs = [_sign(case, item) for item in _people_of(mine)]
    others = _people_of(list(Fingerprint.objects.filter(case_id__in=found)))
    for other in others:
        theirs = _sign(found[other[0].case_id], other)
        for sign in signs:
            likeness = collective.likeness(sign, theirs)
            kept = best.get(likeness.case_id)
            if likeness.score >= least and (kept is None or likeness.score > kept.score):
                best[likeness.case_id] = likeness
    ordered = sorted(best.values(), key=lambda item: (-item.score, item.case_id))
    return ordered[:MOST_ALIKE]


def like_text(text: str, actor: Actor, kinds: Iterable[CaseKind]) -> list[Case]:
    """Cases like what is being written down, live ones the actor may see, the most alike first.

    By the engine's own marks and by what each kind finds besides (CaseKind.similar).
    """
    mine = fingerprint.marks(text, mark_key())
    if not mine:
        return []
    near = Fingerprint.objects.filter(bands__overlap=fingerprint.bands(mine))
    score: dict[int, float] = {}
    for case_id, marks in near.values_list("case_id", "marks")[:500]:
        shared = fingerprint.shared(mine, marks)
        if shared >= LEAST_SHARED:
            score[case_id] = max(score.get(case_id, 0.0), shared)
    since = timezone.now() - RECENT
    found: list[Case] = []
    for kind in kinds:
        others = kind.similar(text) if kind.similar else []
        rows = Case.objects.seen_by(actor, kind.permissions.view).filter(
            kind=kind.code, phase__in=phases.ALLOWED["join"], received_at__gte=since
        )
        found += rows.filter(pk__in={*score, *others}).select_related("union")
    return sorted(found, key=lambda case: (-score.get(case.pk, 0.0), -case.pk))[:NEAREST]


Marked = tuple[Fingerprint, int | None, bytes | None]


def _people_of(prints: list[Fingerprint]) -> list[Marked]:
    """Marks with the person and the telephone index of their intakes."""
    with everywhere():
        rows = Intake.objects.unscoped(SIGHT).filter(pk__in=[item.intake_id for item in prints])
        who = {row[0]: row[1:] for row in rows.values_list("pk", "person_id", "mobile_index")}
    return [
        (item, person, bytes(index) if index is not None else None)
        for item in prints
        for person, index in [who.get(item.intake_id, (None, None))]
    ]


def _sign(case: Case, marked: Marked) -> collective.Sign:
    item, person, index = marked
    return collective.Sign(
        case.pk,
        case.respondent_name,
        case.category,
        timezone.localdate(case.received_at),
        tuple(item.marks),
        person,
        index,
    )
