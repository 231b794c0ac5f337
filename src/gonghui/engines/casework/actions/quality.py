"""Quality checks (质检): a repeatable sample of settled cases, checked by points."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from gonghui.engines.casework.actions.verbs import Maker, check_no_interest
from gonghui.engines.casework.declaring import KINDS, CaseKind
from gonghui.engines.casework.models import Case, Phase, QualityCheck, Sample
from gonghui.engines.casework.queries.statistics import start_of
from gonghui.engines.casework.rules import sampling
from gonghui.kernel.access.actions import note, place_of
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Range

DRAWN = "the sample is drawn of every settled case below the union"


def draw(
    union: Union, *, by: Actor, kind: CaseKind, from_on: date, until_on: date, percent: int
) -> Sample:
    """Draw the sample of a span; late and badly rated cases are always in it."""
    made: Sample = kind.actions["draw"](
        union, by=by, from_on=from_on, until_on=until_on, percent=percent
    )
    return made


def _draw(
    kind: CaseKind, union: Union, by: Actor, from_on: date, until_on: date, percent: int
) -> Sample:
    if until_on < from_on or until_on > timezone.localdate():
        raise Refusal("请选择已经过去的时间段。", field="until_on", code="span")
    span = Range.below(union.path)
    rows = Case.objects.unscoped(DRAWN).filter(
        kind=kind.code,
        phase=Phase.CLOSED,
        closed_at__gte=start_of(from_on),
        closed_at__lt=start_of(until_on, 1),
        org_path__gte=span.lo,
        org_path__lt=span.hi,
    )
    settled = [
        sampling.Settled(pk, bool(late), float(score) if score is not None else None)
        for pk, late, score in rows.values_list("pk", "late", "score")
    ]
    if not settled:
        raise Refusal("这个时间段没有办结的办件。", field="from_on", code="none")
    seed = secrets.token_hex(16)
    chosen = sampling.draw(settled, percent, seed)
    sample = Sample(
        kind=kind.code,
        from_on=from_on,
        until_on=until_on,
        percent=percent,
        seed=seed,
        population=len(settled),
        size=len(chosen),
        drawn_at=timezone.now(),
        drawn_by_name=by.name[:50],
    )
    sample.place_at(union)
    try:
        with transaction.atomic():
            sample.save()
    except IntegrityError as error:
        raise Conflict(
            "这个时间段已经抽过样。",
            rule="同一时间段只抽一次，不能挑选结果",
            code="drawn",
        ) from error
    QualityCheck.objects.bulk_create(
        [QualityCheck(sample=sample, case_id=pk, why=why) for pk, why in chosen]
    )
    note(sample={"label": "抽样", "after": f"{len(settled)} 件抽 {len(chosen)} 件"})
    return sample


def check(
    checked: QualityCheck, *, by: Actor, points: Mapping[str, int], findings: str = ""
) -> QualityCheck:
    """Give points by criterion; who worked on the case does not check it."""
    made: QualityCheck = KINDS[checked.sample.kind].actions["check"](
        checked, by=by, points=points, findings=findings
    )
    return made


def _check(
    checked: QualityCheck, *, by: Actor, points: Mapping[str, int], findings: str
) -> QualityCheck:
    case = checked.case
    check_no_interest(case, by, place=case.org_path)
    if checked.checked_at is not None:
        raise Conflict("这一件已经检查过。", code="checked")
    if by.user_id is not None and by.user_id == case.handler_id:
        raise Forbidden("不能检查自己办理的办件。", rule="办理和质检分开", code="own_work")
    checked.total = sampling.total(points)
    checked.passed = sampling.passes(points)
    if not checked.passed and not findings.strip():
        raise Refusal("不合格的请写明问题。", field="findings", code="empty")
    checked.points = {code: int(value) for code, value in points.items()}
    checked.findings = findings.strip()[:1000]
    checked.checked_at = timezone.now()
    checked.checker_id, checked.checker_name = by.user_id, by.name[:50]
    checked.save()
    return checked


def _place(subject: QualityCheck) -> str:
    return place_of(subject.sample)


def _drawing(kind: CaseKind) -> Callable[..., Any]:
    def run(union: Union, *, by: Actor, **given: Any) -> Sample:
        return _draw(kind, union, by, **given)

    return run


Maker("draw", "质检抽样", "supervise", _drawing)
Maker("check", "质检", "supervise", lambda kind: _check, creates=False, place=_place)
