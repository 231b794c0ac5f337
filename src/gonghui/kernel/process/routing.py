"""Decision tables in the conditions of a flow: results are variables, worked out when read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from gonghui.kernel.process.declaring import Flow
from gonghui.kernel.rules.expressions import variables_of
from gonghui.kernel.rules.tables import Decision, RuleTable


def decided(
    flow: Flow, expression: str, values: Mapping[str, object], on: date, path: str
) -> tuple[dict[str, object], list[tuple[RuleTable, Decision]]]:
    """The values with the results of every table the expression reads, and what these decided.

    Each table is asked with the version in force that day nearest above the path. The results of
    one that no line fits are empty.
    """
    found, told = dict(values), []
    read = variables_of(expression) if flow.tables else set()
    for table in flow.tables:
        outputs = [output.code for output in table.outputs]
        if read.isdisjoint(outputs):
            continue
        decision = table.decide({code: values.get(code) for code in table.kinds}, on, path)
        found |= decision.outcome or dict.fromkeys(outputs)
        told.append((table, decision))
    return found, told
