"""What an expression is before it runs: its kinds, its greatest cost, its text made anew.

The engine has no limits of its own (a map inside a map over 400 items was measured at 28 s, and
a sum of 20,000 terms ends the process), and it cannot be stopped from outside. So every part is
given the greatest size its value can have and the greatest work it can take, in microseconds
measured on one core, and an expression above COST_LIMIT is refused. What runs is not the text
somebody typed but the text written here from the tree that was judged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from gonghui.kernel.rules.kinds import (
    KIND_TITLES,
    LONGEST_ITEM,
    LONGEST_LIST,
    LONGEST_TEXT,
    Fault,
    Kind,
)
from gonghui.kernel.rules.parsing import (
    RESERVED,
    Call,
    Compare,
    Either,
    Items,
    Literal,
    Misread,
    Name,
    Node,
    Run,
    Unary,
)
from gonghui.kernel.rules.patterns import read_pattern

COST_LIMIT = 50_000
DEEPEST_LOOP = 2
VARIABLE = re.compile(r"[a-z][a-z0-9_]{0,39}")
LOOPS = ("all", "exists", "exists_one", "filter", "map")
_COPY = 0.8
_STEP = 2.0


@dataclass(frozen=True)
class Type:
    """text, integer, number, flag, date, null; list with the type of its items."""

    name: str
    item: Type | None = None

    @property
    def title(self) -> str:
        if self.name == "null":
            return "空值"
        if self.item:
            return f"{self.item.title}列表"
        return "列表" if self.name == "list" else KIND_TITLES[Kind(self.name)]


TEXT, INTEGER, NUMBER = Type("text"), Type("integer"), Type("number")
FLAG, DATE, NULL = Type("flag"), Type("date"), Type("null")
TYPES: Mapping[Kind, Type] = {
    Kind.TEXT: TEXT,
    Kind.INTEGER: INTEGER,
    Kind.NUMBER: NUMBER,
    Kind.FLAG: FLAG,
    Kind.DATE: DATE,
    Kind.TEXTS: Type("list", TEXT),
}
_FIGURES = (INTEGER, NUMBER)


@dataclass(frozen=True)
class Judged:
    """A part that may run. text: what runs. length: most signs of a text, most items of a list.

    weight: microseconds one copy of the value takes at most. cost: microseconds to work it out.
    """

    type: Type
    text: str
    cost: float = 0.5
    length: int = 0
    weight: float = _COPY
    item: Judged | None = None


def judge(node: Node, kinds: Mapping[str, Kind]) -> Judged:
    """The judgement of a whole expression; Misread with the fault when it may not run."""
    found = _Judge(kinds).judge(node)
    if found.cost > COST_LIMIT:
        raise Misread(
            Fault(
                "表达式的运算量过大。",
                "请减少列表的层层遍历、文字拼接和格式匹配，或改用决策表。",
            )
        )
    return found


def _text(text: str, length: int, cost: float) -> Judged:
    weight = _COPY + length / 500
    return Judged(TEXT, text, cost + weight, length, weight)


def _list(text: str, item: Judged | None, length: int, cost: float) -> Judged:
    weight = _COPY + length * (item.weight if item else 0)
    kind = Type("list", item.type if item else None)
    return Judged(kind, text, cost + weight, length, weight, item)


def quoted(value: str) -> str:
    """A text as a literal of the engine."""
    plain = (
        value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    )
    return f'"{plain}"'


class _Judge:
    def __init__(self, kinds: Mapping[str, Kind]) -> None:
        self.names: dict[str, Judged] = {}
        self.loops = 0
        for name, kind in kinds.items():
            self.names[name] = _variable(f"v_{name}", kind)

    def judge(self, node: Node) -> Judged:
        found = self._judge(node)
        # Stopping early keeps the figures themselves small.
        if found.cost > COST_LIMIT * 1_000:
            raise Misread(Fault("表达式的运算量过大。", "请拆开。", node.at))
        return found

    def _judge(self, node: Node) -> Judged:
        match node:
            case Literal():
                return self._literal(node)
            case Name():
                if node.name not in self.names:
                    raise self._unknown(node)
                return self.names[node.name]
            case Items():
                return self._items(node)
            case Unary():
                return self._unary(node)
            case Run():
                return self._run(node)
            case Compare():
                return self._compare(node)
            case Either():
                return self._either(node)
            case Call():
                return self._call(node)

    def _unknown(self, node: Name) -> Misread:
        known = "、".join(list(self.names)[:12]) or "（没有声明变量）"
        return Misread(Fault(f"没有名为“{node.name}”的变量。", f"可用：{known}。", node.at))

    def _literal(self, node: Literal) -> Judged:
        value = node.value
        if value is None:
            return Judged(NULL, "null")
        if isinstance(value, bool):
            return Judged(FLAG, "true" if value else "false")
        if isinstance(value, str):
            return _text(quoted(value), len(value), 0.5)
        if isinstance(value, int):
            return Judged(INTEGER, f"({value})" if value < 0 else str(value))
        return Judged(NUMBER, f"({node.written})" if node.written[:1] == "-" else node.written)

    def _items(self, node: Items) -> Judged:
        items = [self.judge(item) for item in node.items]
        item: Judged | None = None
        for place, found in zip(node.items, items, strict=True):
            if found.type.name == "list":
                raise Misread(Fault("列表中不能再放列表。", "请拆开。", place.at))
            item = found if item is None else _joined(item, found, "", place.at)
        numbers = item is not None and item.type == NUMBER
        text = ", ".join(_as_number(found) if numbers else found.text for found in items)
        return _list(f"[{text}]", item, len(items), sum(found.cost for found in items))

    def _unary(self, node: Unary) -> Judged:
        item = self.judge(node.item)
        if node.op == "!":
            _require(item, (FLAG,), node.item.at, "“!”之后")
            return Judged(FLAG, f"(!{item.text})", item.cost + 0.5)
        _require(item, _FIGURES, node.item.at, "负号之后")
        return Judged(item.type, f"(-{item.text})", item.cost + 0.5)

    def _run(self, node: Run) -> Judged:
        first = self.judge(node.first)
        others = [(op, self.judge(item), item.at) for op, item in node.rest]
        op = node.rest[0][0]
        if op in ("&&", "||"):
            for found, at in ((first, node.first.at), *((item, at) for _, item, at in others)):
                _require(found, (FLAG,), at, f"“{op}”两边")
            text = f" {op} ".join([first.text, *(item.text for _, item, _ in others)])
            return Judged(FLAG, f"({text})", sum(x.cost for _, x, _ in others) + first.cost + 1)
        found = first
        for op, item, at in others:
            found = _plus(found, item, at) if op == "+" else _reckon(op, found, item, at)
        return found

    def _compare(self, node: Compare) -> Judged:
        left, right = self.judge(node.left), self.judge(node.right)
        cost = left.cost + right.cost + 1
        if node.op == "in":
            if right.type.name != "list":
                raise Misread(
                    Fault("“in”之后应为列表。", '请写成 city in ["340100"]。', node.right.at)
                )
            if right.item is not None:
                _joined(right.item, left, "“in”两边", node.at)
            cost += right.weight + right.length * (left.weight + 0.2)
            return Judged(FLAG, f"({left.text} in {right.text})", cost)
        joined = _joined(left, right, f"“{node.op}”两边", node.at)
        if node.op in ("==", "!="):
            cost += left.weight + right.weight
        elif joined.type not in (*_FIGURES, DATE) or NULL in (left.type, right.type):
            raise Misread(
                Fault(f"{joined.type.title}不能比较大小。", "大小比较用于数字和日期。", node.at)
            )
        a, b = (
            (_as_number(left), _as_number(right))
            if joined.type == NUMBER
            and left.type != right.type
            and NULL not in (left.type, right.type)
            else (left.text, right.text)
        )
        return Judged(FLAG, f"({a} {node.op} {b})", cost)

    def _either(self, node: Either) -> Judged:
        condition = self.judge(node.condition)
        _require(condition, (FLAG,), node.condition.at, "“?”之前")
        yes, no = self.judge(node.yes), self.judge(node.no)
        joined = _joined(yes, no, "“:”两边", node.at)
        a, b = (_as_number(yes), _as_number(no)) if joined.type == NUMBER else (yes.text, no.text)
        cost = condition.cost + yes.cost + no.cost + 1
        return replace(joined, text=f"({condition.text} ? {a} : {b})", cost=cost)

    def _call(self, node: Call) -> Judged:
        if node.name in LOOPS and node.method:
            return self._loop(node)
        function = FUNCTIONS.get(node.name)
        if function is None or node.method not in function.forms:
            known = "、".join(sorted({*FUNCTIONS, *LOOPS}))
            raise Misread(Fault(f"没有“{node.name}”这个函数。", f"可用：{known}。", node.at))
        if len(node.arguments) != function.takes:
            raise Misread(
                Fault(
                    f"“{node.name}”需要 {function.takes} 个值。",
                    f"写法：{function.form}。",
                    node.at,
                )
            )
        return function.judge(node, [self.judge(item) for item in node.arguments])

    def _loop(self, node: Call) -> Judged:
        if len(node.arguments) != 3 or not isinstance(node.arguments[1], Name):
            raise Misread(
                Fault(f"“{node.name}”的写法不对。", f"写法：列表.{node.name}(x, 条件)。", node.at)
            )
        source = self.judge(node.arguments[0])
        if source.type.name != "list":
            raise Misread(Fault(f"“.{node.name}”之前应为列表。", "", node.arguments[0].at))
        name = node.arguments[1].name
        if name in self.names or name in RESERVED or not VARIABLE.fullmatch(name):
            raise Misread(
                Fault(f"“{name}”不能作遍历的名称。", "请换一个未用过的名称。", node.arguments[1].at)
            )
        self.loops += 1
        if self.loops > DEEPEST_LOOP:
            raise Misread(Fault(f"遍历嵌套超过 {DEEPEST_LOOP} 层。", "请拆开。", node.at))
        item = source.item or Judged(NULL, "null")
        self.names[name] = replace(item, text=f"v_{name}", cost=0.5 + item.weight)
        body = self.judge(node.arguments[2])
        del self.names[name]
        self.loops -= 1
        return _looped(node, source, body, name)


def _looped(node: Call, source: Judged, body: Judged, name: str) -> Judged:
    each = source.length * (body.cost + _STEP + (source.item.weight if source.item else 0))
    cost = source.cost + source.weight + each
    text = f"{source.text}.{node.name}(v_{name}, {body.text})"
    if node.name == "map":
        if body.type.name == "list":
            raise Misread(Fault("“map”的结果不能是列表。", "请拆开。", node.at))
        # The engine copies what it has gathered at every step.
        cost += source.length**2 / 2 * body.weight
        return _list(text, replace(body, text=""), source.length, cost)
    _require(body, (FLAG,), node.arguments[2].at, f"“{node.name}”的条件")
    if node.name == "filter":
        cost += source.length**2 / 2 * (source.item.weight if source.item else 0)
        return _list(text, source.item, source.length, cost)
    return Judged(FLAG, text, cost)


def _variable(text: str, kind: Kind) -> Judged:
    if kind is Kind.TEXT:
        return _text(text, LONGEST_TEXT, 0.5)
    if kind is Kind.TEXTS:
        return _list(text, _text("", LONGEST_ITEM, 0.5), LONGEST_LIST, 0.5)
    return Judged(TYPES[kind], text)


def _as_number(found: Judged) -> str:
    return f"double({found.text})" if found.type == INTEGER else found.text


def _require(found: Judged, types: tuple[Type, ...], at: int, where: str) -> None:
    if found.type not in types:
        wanted = "或".join(item.title for item in types)
        raise Misread(Fault(f"{where}应为{wanted}，这里是{found.type.title}。", "", at))


def _joined(left: Judged, right: Judged, where: str, at: int) -> Judged:
    """What either of two parts may be; whole numbers widen to numbers."""
    larger = left if left.weight >= right.weight else right
    if left.type == right.type:
        return replace(larger, length=max(left.length, right.length))
    if NULL in (left.type, right.type):
        return right if left.type == NULL else left
    if left.type in _FIGURES and right.type in _FIGURES:
        return replace(larger, type=NUMBER)
    if left.type.name == right.type.name == "list" and not (left.item and right.item):
        return left if left.item else right
    raise Misread(
        Fault(f"{where or '列表中'}的类型不同：{left.type.title}和{right.type.title}。", "", at)
    )


def _plus(left: Judged, right: Judged, at: int) -> Judged:
    text, cost = f"({left.text} + {right.text})", left.cost + right.cost
    if left.type == right.type == TEXT:
        return _text(text, left.length + right.length, cost)
    if left.type.name == right.type.name == "list":
        joined = _joined(left, right, "“+”两边", at)
        return _list(text, joined.item, left.length + right.length, cost)
    return _reckon("+", left, right, at)


def _reckon(op: str, left: Judged, right: Judged, at: int) -> Judged:
    cost = left.cost + right.cost + 0.5
    if op == "-" and left.type == right.type == DATE:
        raise Misread(Fault("日期不能直接相减。", "相隔天数请写 days(开始, 结束)。", at))
    for found in (left, right):
        _require(found, (INTEGER,) if op == "%" else _FIGURES, at, f"“{op}”两边")
    if left.type == right.type == INTEGER:
        if op == "/":
            raise Misread(Fault("整数相除会舍去小数。", "请写 double(a) / b，或改用乘法比较。", at))
        return Judged(INTEGER, f"({left.text} {op} {right.text})", cost)
    a, b = _as_number(left), _as_number(right)
    return Judged(NUMBER, f"quotient({a}, {b})" if op == "/" else f"({a} {op} {b})", cost + 3)


@dataclass(frozen=True)
class Function:
    """A function of expressions. forms: may it be written f(x) (False), x.f() (True)."""

    takes: int
    form: str
    title: str
    forms: tuple[bool, ...]
    judge: Callable[[Call, list[Judged]], Judged]


def _size(node: Call, given: list[Judged]) -> Judged:
    item = given[0]
    if item.type == TEXT:
        # The engine's own size of a text counts bytes.
        return Judged(INTEGER, f"length({item.text})", item.cost + item.weight * 2 + 5)
    if item.type.name != "list":
        raise Misread(Fault("“size”用于文字或列表。", "", node.at))
    return Judged(INTEGER, f"size({item.text})", item.cost + item.weight)


def _searching(node: Call, given: list[Judged]) -> Judged:
    for item in given:
        _require(item, (TEXT,), node.at, f"“{node.name}”前后")
    text = f"{given[0].text}.{node.name}({given[1].text})"
    return Judged(FLAG, text, sum(item.cost + item.weight for item in given) + 1)


def _matches(node: Call, given: list[Judged]) -> Judged:
    _require(given[0], (TEXT,), node.at, "“matches”之前")
    pattern = node.arguments[1]
    if not (isinstance(pattern, Literal) and isinstance(pattern.value, str)):
        raise Misread(Fault("“matches”的格式应直接写在引号里。", "", pattern.at))
    read = read_pattern(pattern.value, pattern.at)
    cost = given[0].cost + 300 + read.atoms * (150 + given[0].length / 50)
    return Judged(FLAG, f"{given[0].text}.matches({quoted(read.text)})", cost)


def _converting(name: str, sources: tuple[Type, ...], target: Type) -> Callable[..., Judged]:
    def judge_it(node: Call, given: list[Judged]) -> Judged:
        _require(given[0], sources, node.at, f"“{name}”")
        text = f"{name}({given[0].text})"
        if target == TEXT:
            return _text(text, 40, given[0].cost + 1)
        return Judged(target, text, given[0].cost + 1)

    return judge_it


def _date(node: Call, given: list[Judged]) -> Judged:
    written = node.arguments[0]
    value: Any = written.value if isinstance(written, Literal) else None
    try:
        day = date.fromisoformat(value if isinstance(value, str) and len(value) == 10 else "")
    except ValueError:
        raise Misread(
            Fault("日期的写法不对。", '请写成 date("2026-03-02")。', written.at)
        ) from None
    return Judged(DATE, str(day.toordinal()))


def _between(name: str) -> Callable[..., Judged]:
    def judge_it(node: Call, given: list[Judged]) -> Judged:
        for item in given:
            _require(item, (DATE,), node.at, f"“{name}”")
        cost = given[0].cost + given[1].cost + 10
        if name == "days":
            return Judged(INTEGER, f"({given[1].text} - {given[0].text})", cost)
        return Judged(INTEGER, f"{name}({given[0].text}, {given[1].text})", cost)

    return judge_it


def _part(name: str) -> Callable[..., Judged]:
    def judge_it(node: Call, given: list[Judged]) -> Judged:
        _require(given[0], (DATE,), node.at, f"“{name}”")
        return Judged(INTEGER, f"{name}({given[0].text})", given[0].cost + 10)

    return judge_it


_BOTH, _PLAIN, _METHOD = (False, True), (False,), (True,)
FUNCTIONS: Mapping[str, Function] = {
    "size": Function(1, "size(x)", "字数或项数", _BOTH, _size),
    "contains": Function(2, 'x.contains("字")', "包含", _METHOD, _searching),
    "startsWith": Function(2, 'x.startsWith("34")', "开头是", _METHOD, _searching),
    "endsWith": Function(2, 'x.endsWith("工会")', "结尾是", _METHOD, _searching),
    "matches": Function(2, 'x.matches("^\\\\d{6}$")', "符合格式", _METHOD, _matches),
    "double": Function(1, "double(x)", "转为数字", _PLAIN, _converting("double", _FIGURES, NUMBER)),
    "int": Function(1, "int(x)", "舍去小数", _PLAIN, _converting("int", _FIGURES, INTEGER)),
    "string": Function(1, "string(x)", "转为文字", _PLAIN, _converting("string", _FIGURES, TEXT)),
    "date": Function(1, 'date("2026-03-02")', "日期", _PLAIN, _date),
    "days": Function(2, "days(开始, 结束)", "相隔天数", _PLAIN, _between("days")),
    "years": Function(2, "years(开始, 结束)", "相隔周年数", _PLAIN, _between("years")),
    "year": Function(1, "year(日期)", "年份", _PLAIN, _part("year")),
    "month": Function(1, "month(日期)", "月份", _PLAIN, _part("month")),
    "day": Function(1, "day(日期)", "日", _PLAIN, _part("day")),
}
"""Every function an expression may call beside the loops over lists."""
