"""Expressions (条件表达式): CEL, checked against declared variables and bounded before they run.

`check` says what is wrong with an expression, `evaluate` works it out. Both take the kinds of
the variables by their ASCII names. Nothing of Python can be reached from an expression, and none
runs longer or takes more memory than its judged cost allows (see judging.py).
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

import cel

from gonghui.kernel.rules.judging import TYPES, VARIABLE, Type, judge
from gonghui.kernel.rules.kinds import ExpressionFault, Fault, Kind, checked
from gonghui.kernel.rules.parsing import RESERVED, Call, Misread, Name, Node, parse

# A division by zero becomes a refusal; the engine's own line about it says no more.
_engine_log = logging.getLogger("cel")
_engine_log.propagate = False
_engine_log.addHandler(logging.NullHandler())


@dataclass(frozen=True)
class Compiled:
    """An expression ready to run. uses: the variables it reads."""

    program: Any
    type: Type
    uses: tuple[str, ...]


def check(expression: str, kinds: Mapping[str, Kind], result: Kind | None = None) -> list[Fault]:
    """What is wrong with an expression; empty when it may run.

    result: the kind the expression must give; a condition gives Kind.FLAG.
    """
    try:
        found = _compiled(expression, _frozen(kinds))
    except Misread as problem:
        return [problem.fault]
    wanted = TYPES[result] if result else found.type
    widened = wanted.name == "number" and found.type.name == "integer"
    if found.type != wanted and not widened:
        return [
            Fault(
                f"表达式的结果应为{wanted.title}，这里得到的是{found.type.title}。",
                "条件请写成比较，如 members >= 25。" if result is Kind.FLAG else "请修改表达式。",
            )
        ]
    return []


def evaluate(expression: str, values: Mapping[str, object], kinds: Mapping[str, Kind]) -> Any:
    """The value of an expression: str, int, Decimal, bool, date, list or None.

    A variable that is not among the values is empty. ExpressionFault when the expression may not
    run, a value is not of its kind, or the result cannot be worked out (an empty value in a sum,
    division by zero).
    """
    try:
        found = _compiled(expression, _frozen(kinds))
    except Misread as problem:
        raise ExpressionFault(
            f"表达式不能使用：{problem.fault}", remedy="请修改表达式。", code="expression"
        ) from None
    given = {name: checked(name, kinds[name], values.get(name)) for name in found.uses}
    context = cel.Context(
        variables={f"v_{name}": _inward(value) for name, value in given.items()},
        functions=_OWN,
    )
    try:
        raw = found.program.execute(context)
    except BaseException as problem:
        # The engine's own panics are no Exception.
        if isinstance(problem, (KeyboardInterrupt, SystemExit, GeneratorExit)):
            raise
        raise _failure(expression, given) from problem
    return _outward(raw, found.type, expression, given)


def variables_of(expression: str) -> set[str]:
    """The names an expression reads; ExpressionFault when it cannot be read."""
    try:
        return set(_names(parse(expression)))
    except Misread as problem:
        raise ExpressionFault(str(problem.fault), code="expression") from None


def _frozen(kinds: Mapping[str, Kind]) -> frozenset[tuple[str, Kind]]:
    return frozenset(kinds.items())


@lru_cache(maxsize=2_000)
def _compiled(expression: str, kinds: frozenset[tuple[str, Kind]]) -> Compiled:
    for name, _ in kinds:
        if not VARIABLE.fullmatch(name) or name in RESERVED:
            raise ValueError(f"{name!r} cannot name a variable of an expression")
    tree = parse(expression)
    judged = judge(tree, dict(kinds))
    try:
        program = cel.compile(judged.text)
    except BaseException as problem:
        if isinstance(problem, (KeyboardInterrupt, SystemExit, GeneratorExit)):
            raise
        raise Misread(Fault("表达式不能编译。", "请拆成较短的条件。")) from problem
    declared = {name for name, _ in kinds}
    uses = tuple(dict.fromkeys(name for name in _names(tree) if name in declared))
    return Compiled(program, judged.type, uses)


def _names(node: Node) -> list[str]:
    if isinstance(node, Name):
        return [node.name]
    found: list[str] = []
    for child in children(node):
        found += _names(child)
    return found


def children(node: Node) -> list[Node]:
    """The parts directly below a part."""
    if isinstance(node, Call):
        return list(node.arguments)
    found: list[Node] = []
    for name in ("item", "condition", "left", "first", "yes", "right", "no"):
        if (child := getattr(node, name, None)) is not None:
            found.append(child)
    found += list(getattr(node, "items", ()))
    return found + [item for _, item in getattr(node, "rest", ())]


def _inward(value: object) -> object:
    if isinstance(value, date):
        return value.toordinal()
    return float(value) if isinstance(value, Decimal) else value


def _outward(value: object, kind: Type, expression: str, given: Mapping[str, object]) -> object:
    match kind.name:
        case "date" if isinstance(value, int):
            return date.fromordinal(value)
        case "number" if isinstance(value, (int, float)):
            if not math.isfinite(value):
                raise _failure(expression, given)
            return Decimal(repr(float(value)))
        case "list" if isinstance(value, list):
            item = kind.item or Type("null")
            return [_outward(one, item, expression, given) for one in value]
    return value


def _failure(expression: str, given: Mapping[str, object]) -> ExpressionFault:
    empty = [name for name, value in given.items() if value is None]
    why = f"其中 {'、'.join(empty)} 没有填写" if empty else "可能除数为零或数字过大"
    return ExpressionFault(
        f"表达式“{expression[:60]}”无法得出结果：{why}。",
        remedy="请补齐数据，或在表达式中先判断是否为空（如 x != null && x > 5）。",
        code="expression_result",
    )


def _quotient(a: float, b: float) -> float:
    # The engine's own division by zero gives infinity, which compares as a number.
    return a / b


def _years(first: int, last: int) -> int:
    a, b = date.fromordinal(first), date.fromordinal(last)
    return b.year - a.year - ((b.month, b.day) < (a.month, a.day))


_OWN: dict[str, Callable[..., Any]] = {
    "length": len,
    "quotient": _quotient,
    "years": _years,
    "year": lambda day: date.fromordinal(day).year,
    "month": lambda day: date.fromordinal(day).month,
    "day": lambda day: date.fromordinal(day).day,
}
