"""Which version of a table is in force where, and decisions kept with their reasons."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models import Q

from gonghui.kernel.access.actions import label_of
from gonghui.kernel.org.models import Union
from gonghui.kernel.rules.kinds import stored
from gonghui.kernel.rules.models import DecisionTrace, TableVersion, VersionState
from gonghui.kernel.rules.tables import Decision, InForce, RuleTable

BELOW = "a table of a superior union holds for all below it"


def in_force(table: RuleTable, on: date, path: str) -> InForce | None:
    """The published version nearest above a path that day; None where only the default holds."""
    above = paths_above(path)[: table.reach]
    if not above:
        return None
    rows = (
        TableVersion.objects.unscoped(BELOW)
        .filter(table=table.code, state=VersionState.PUBLISHED, org_path__in=above)
        .filter(Q(valid_to=None) | Q(valid_to__gt=on), valid_from__lte=on)
        .select_related("union")
    )
    nearest = max(rows, key=lambda row: len(row.org_path), default=None)
    if nearest is None:
        return None
    return InForce(nearest.parsed, nearest.number, nearest.pk, nearest.union_id, nearest.union.name)


def paths_above(path: str) -> list[str]:
    """The paths of a union's superiors and its own, the root first."""
    ids = path.rstrip(".").split(".") if path else []
    return [".".join(ids[: depth + 1]) + "." for depth in range(len(ids))]


def decide_for(
    table: RuleTable,
    subject: models.Model,
    values: Mapping[str, Any],
    *,
    union: Union,
    on: date,
    now: datetime,
    label: str = "",
) -> Decision:
    """Decide about a record at its union and keep the decision with its reasons.

    Called inside the action that acts on the decision. The values are kept as they are, so they
    hold facts of the case and no names or numbers of persons. label: for records whose own words
    fewer people may read than the decisions of the union.
    """
    decision = table.decide(values, on, union.path)
    trace = DecisionTrace(
        table=table.code,
        title=table.title,
        table_version_id=decision.version_id,
        number=decision.number,
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        subject_label=label or label_of(subject),
        given={code: stored(value) for code, value in values.items()},
        outcome=outcome_as_json(decision),
        rows=list(decision.rows),
        summary=table.outcome_words(decision.outcome)[:300],
        because=decision.because,
        decided_on=on,
        decided_at=now,
    )
    trace.place_at(union)
    trace.save()
    return decision


def outcome_as_json(decision: Decision) -> dict[str, Any] | None:
    """An outcome as it is kept and compared."""
    if decision.outcome is None:
        return None
    return {code: stored(value) for code, value in decision.outcome.items()}
