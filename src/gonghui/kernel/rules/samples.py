"""Tests of a table: each sample decided and compared with what it expects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.rules import cells
from gonghui.kernel.rules.cells import Miswritten
from gonghui.kernel.rules.kinds import Kind, Variable
from gonghui.kernel.rules.tables import Content, Hit, InForce, RuleTable, Sample


@dataclass(frozen=True)
class Tested:
    """How one sample ended. got: the results in words; why: the explanation or the refusal."""

    sample: Sample
    passed: bool
    got: str
    why: str


def run(table: RuleTable, content: Content) -> list[Tested]:
    """Every sample of a content, run on its own lines. The content has no faulty cells."""
    return [_run(table, content, sample) for sample in content.samples]


def _run(table: RuleTable, content: Content, sample: Sample) -> Tested:
    try:
        decision = table.apply(InForce(content), table.values_of(sample.given))
        expected = None if sample.nothing else expected_of(table, sample.expect)
    except Refusal as problem:
        return Tested(sample, False, "无法得出结果", str(problem))
    got = table.outcome_words(decision.outcome)
    if sample.nothing or decision.outcome is None:
        passed = sample.nothing and decision.outcome is None
    else:
        passed = all(decision.outcome[code] == value for code, value in (expected or {}).items())
    return Tested(sample, passed, got, decision.because)


def expected_of(table: RuleTable, written: Mapping[str, str]) -> dict[str, Any]:
    """The expected results that were written; an empty cell expects nothing in particular."""
    found: dict[str, Any] = {}
    for output in table.outputs:
        text = written.get(output.code, "").strip()
        if not text:
            continue
        kind = output.kind
        many = table.hit is Hit.COLLECT
        try:
            if many and kind is not Kind.TEXTS:
                parts = [part for part in text.replace("，", "、").split("、") if part.strip()]
                found[output.code] = [cells.read_value(part, output) for part in parts]
            else:
                found[output.code] = cells.read_value(text, _plain(output))
        except Miswritten as problem:
            raise Refusal(f"期望的“{output.title}”：{problem}", field=output.code) from None
    return found


def _plain(output: Variable) -> Variable:
    return Variable(output.code, output.title, output.kind, output.choices)
