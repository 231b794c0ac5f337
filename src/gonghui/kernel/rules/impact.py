"""What a content would have said about past cases: decided again, compared with what was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.rules.kinds import restored
from gonghui.kernel.rules.models import DecisionTrace
from gonghui.kernel.rules.tables import Content, Decision, InForce, RuleTable
from gonghui.kernel.rules.versions import outcome_as_json

MOST_TOLD = 100


@dataclass
class Impact:
    """Counts of cases, and up to 100 that change or can no longer be decided."""

    cases: int = 0
    same: int = 0
    changed: int = 0
    refused: int = 0
    details: list[dict[str, Any]] = field(default_factory=list)


def impact_of(table: RuleTable, content: Content, past: Iterable[DecisionTrace]) -> Impact:
    """Decide past cases with a content without faulty cells, each on its own values.

    A case whose values no longer fit the table's inputs counts as refused.
    """
    found, candidate = Impact(), InForce(content)
    kinds = table.kinds
    for trace in past:
        found.cases += 1
        try:
            values = {
                code: restored(kinds[code], value)
                for code, value in trace.given.items()
                if code in kinds
            }
            decision = table.apply(candidate, values)
        except Refusal as problem:
            found.refused += 1
            _tell(found, trace, "无法得出结果", problem.message, ())
            continue
        if outcome_as_json(decision) == trace.outcome:
            found.same += 1
        else:
            found.changed += 1
            _tell(found, trace, table.outcome_words(decision.outcome), *_why(decision))
    return found


def _why(decision: Decision) -> tuple[str, tuple[int, ...]]:
    return decision.because, decision.rows


def _tell(
    found: Impact, trace: DecisionTrace, after: str, because: str, rows: tuple[int, ...]
) -> None:
    if len(found.details) < MOST_TOLD:
        found.details.append(
            {
                "trace": trace.pk,
                "label": trace.subject_label,
                "before": trace.summary or "没有结果",
                "after": after,
                "because": because,
                "rows": list(rows),
            }
        )
