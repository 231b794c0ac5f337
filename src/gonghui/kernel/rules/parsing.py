"""Reading an expression: the part of CEL that rules may use, into a tree of bounded size.

Grammar: cel-spec, doc/langdef.md (Syntax). Left out: messages, maps, indexes, fields, bytes,
unsigned and hexadecimal numbers, raw and triple-quoted strings, comments.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gonghui.kernel.rules.kinds import LARGEST_NUMBER, Fault

LONGEST_EXPRESSION = 1_000
DEEPEST = 16
MOST_TERMS = 100

RESERVED = frozenset(
    [
        "as",
        "break",
        "const",
        "continue",
        "else",
        "false",
        "for",
        "function",
        "if",
        "import",
        "in",
        "let",
        "loop",
        "null",
        "package",
        "namespace",
        "return",
        "true",
        "var",
        "void",
        "while",
    ]
)
_TOKEN = re.compile(
    r"""[ \t\r\n]*(?:
      (?P<number>[0-9]+(?:\.[0-9]+)?)(?![0-9A-Za-z_.])
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<text>"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*')
    | (?P<sign>&&|\|\||==|!=|<=|>=|[-+*/%<>!?:.,()\[\]])
    | (?P<end>\Z))""",
    re.VERBOSE | re.ASCII,
)
_ESCAPES = {"\\": "\\", "'": "'", '"': '"', "n": "\n", "t": "\t"}
_COMPARING = ("==", "!=", "<", "<=", ">", ">=")


class Misread(Exception):
    """The text is no expression; carries the fault."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


@dataclass(frozen=True)
class Literal:
    """A written value. value: str, int, float, bool or None; written: a number's own digits."""

    value: object
    at: int
    written: str = ""


@dataclass(frozen=True)
class Name:
    name: str
    at: int


@dataclass(frozen=True)
class Items:
    """A list written out."""

    items: tuple[Node, ...]
    at: int


@dataclass(frozen=True)
class Unary:
    op: str
    item: Node
    at: int


@dataclass(frozen=True)
class Run:
    """Terms joined from the left by operators of one rank: a + b - c, a && b && c."""

    first: Node
    rest: tuple[tuple[str, Node], ...]
    at: int


@dataclass(frozen=True)
class Compare:
    """Two sides of == != < <= > >= in."""

    op: str
    left: Node
    right: Node
    at: int


@dataclass(frozen=True)
class Either:
    """condition ? yes : no."""

    condition: Node
    yes: Node
    no: Node
    at: int


@dataclass(frozen=True)
class Call:
    """A function; the target of a method stands first among its arguments."""

    name: str
    arguments: tuple[Node, ...]
    method: bool
    at: int


Node = Literal | Name | Items | Unary | Run | Compare | Either | Call


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    at: int


def parse(expression: str) -> Node:
    """The tree of an expression; Misread when it is none, is too long or nests too deeply."""
    if len(expression) > LONGEST_EXPRESSION:
        raise Misread(
            Fault(f"表达式超过 {LONGEST_EXPRESSION} 个字。", "请拆成几个条件或改用决策表。")
        )
    if not expression.strip():
        raise Misread(Fault("表达式是空的。", "请填写条件。"))
    reader = _Reader(_tokens(expression))
    found = reader.choice()
    reader.expect_end()
    return found


def _tokens(expression: str) -> list[_Token]:
    found, position = [], 0
    while True:
        match = _TOKEN.match(expression, position)
        if match is None:
            raise _unknown_sign(expression, position)
        kind = match.lastgroup or "end"
        found.append(_Token(kind, match.group(kind), match.start(kind)))
        if kind == "end":
            return found
        position = match.end()


def _unknown_sign(expression: str, position: int) -> Misread:
    at = position
    while at < len(expression) and expression[at] in " \t\r\n":
        at += 1
    sign = expression[at : at + 1]
    remedy = "名称和运算符用英文半角字符，文字写在引号里。"
    if sign in "\"'":
        return Misread(Fault("引号没有成对。", "请补上后一个引号。", at))
    if sign == "=":
        return Misread(Fault("“=”不是运算符。", "判断相等请写“==”。", at))
    if sign.isdigit():
        return Misread(Fault("数字的写法不对。", "请写成 12 或 12.5。", at))
    return Misread(Fault(f"不能使用“{sign}”。", remedy, at))


class _Reader:
    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens = tokens
        self.place = 0
        self.depth = 0

    @property
    def now(self) -> _Token:
        return self.tokens[self.place]

    def take(self, *signs: str) -> _Token | None:
        token = self.now
        if token.kind in ("sign", "name") and token.text in signs:
            self.place += 1
            return token
        return None

    def expect(self, sign: str) -> None:
        if not self.take(sign):
            raise self._unexpected(f"这里应为“{sign}”")

    def expect_end(self) -> None:
        if self.now.kind != "end":
            raise self._unexpected("这里多出了内容")

    def _unexpected(self, wanted: str) -> Misread:
        token = self.now
        seen = f"，看到的是“{token.text[:20]}”" if token.text else "，表达式却已结束"
        return Misread(Fault(f"{wanted}{seen}。", "请核对括号、逗号和运算符。", token.at))

    def choice(self) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Misread(
                Fault(f"嵌套超过 {DEEPEST} 层。", "请拆成几个条件或改用决策表。", self.now.at)
            )
        condition = self.run(0)
        if mark := self.take("?"):
            yes = self.choice()
            self.expect(":")
            condition = Either(condition, yes, self.choice(), mark.at)
        self.depth -= 1
        return condition

    _RANKS: tuple[tuple[str, ...], ...] = (("||",), ("&&",), (), ("+", "-"), ("*", "/", "%"))

    def run(self, rank: int) -> Node:
        if rank == len(self._RANKS):
            return self.unary()
        if not self._RANKS[rank]:
            return self.comparison(rank + 1)
        first = self.run(rank + 1)
        rest: list[tuple[str, Node]] = []
        at = self.now.at
        while mark := self.take(*self._RANKS[rank]):
            rest.append((mark.text, self.run(rank + 1)))
            if len(rest) >= MOST_TERMS:
                raise Misread(
                    Fault(f"一串运算超过 {MOST_TERMS} 项。", "请改用列表和“in”。", mark.at)
                )
        return Run(first, tuple(rest), at) if rest else first

    def comparison(self, rank: int) -> Node:
        left = self.run(rank)
        mark = self.take(*_COMPARING, "in")
        if mark is None:
            return left
        right = self.run(rank)
        again = self.now
        if again.text in (*_COMPARING, "in") and again.kind in ("sign", "name"):
            raise Misread(Fault("比较不能连着写。", "请写成“a < b && b < c”。", again.at))
        return Compare(mark.text, left, right, mark.at)

    def unary(self) -> Node:
        mark = self.take("!", "-")
        if mark is None:
            return self.member()
        self.depth += 1
        if self.depth > DEEPEST:
            raise Misread(Fault(f"嵌套超过 {DEEPEST} 层。", "请去掉多余的符号。", mark.at))
        item = self.unary()
        self.depth -= 1
        if mark.text == "-" and isinstance(item, Literal) and type(item.value) in (int, float):
            return Literal(-item.value, mark.at, f"-{item.written}")  # type: ignore[operator]
        return Unary(mark.text, item, mark.at)

    def member(self) -> Node:
        found = self.primary()
        links = 0
        while self.take("."):
            links += 1
            name = self.now
            if name.kind != "name" or name.text in RESERVED:
                raise self._unexpected("“.”之后应为函数名")
            self.place += 1
            if not (self.now.kind == "sign" and self.now.text == "("):
                raise Misread(
                    Fault(f"不能读取“.{name.text}”。", "只能使用声明的变量和函数。", name.at)
                )
            if links > DEEPEST:
                raise Misread(Fault(f"连用的函数超过 {DEEPEST} 个。", "请拆开。", name.at))
            found = Call(name.text, (found, *self.arguments("(", ")")), True, name.at)
        return found

    def arguments(self, opening: str, closing: str) -> tuple[Node, ...]:
        self.expect(opening)
        found: list[Node] = []
        while not self.take(closing):
            if found:
                self.expect(",")
            found.append(self.choice())
            if len(found) > MOST_TERMS:
                raise Misread(Fault(f"列表超过 {MOST_TERMS} 项。", "请改用决策表。", self.now.at))
        return tuple(found)

    def primary(self) -> Node:
        token = self.now
        if token.kind == "number":
            self.place += 1
            return _number(token)
        if token.kind == "text":
            self.place += 1
            return Literal(_unquoted(token), token.at)
        if token.kind == "name" and token.text in ("true", "false", "null"):
            self.place += 1
            return Literal({"true": True, "false": False, "null": None}[token.text], token.at)
        if token.kind == "name" and token.text not in RESERVED:
            self.place += 1
            if self.now.kind == "sign" and self.now.text == "(":
                return Call(token.text, self.arguments("(", ")"), False, token.at)
            return Name(token.text, token.at)
        if token.kind == "sign" and token.text == "[":
            return Items(self.arguments("[", "]"), token.at)
        if self.take("("):
            found = self.choice()
            self.expect(")")
            return found
        raise self._unexpected("这里应为变量、数值或括号")


def _number(token: _Token) -> Literal:
    if len(token.text) > 20 or float(token.text) > LARGEST_NUMBER:
        raise Misread(Fault("数字过大或位数过多。", "请核对数字。", token.at))
    value = float(token.text) if "." in token.text else int(token.text)
    return Literal(value, token.at, token.text)


def _unquoted(token: _Token) -> str:
    found: list[str] = []
    signs = iter(enumerate(token.text[1:-1], token.at + 1))
    for at, sign in signs:
        if sign == "\\":
            _, following = next(signs)
            if following not in _ESCAPES:
                raise Misread(Fault(f"不认识的转义“\\{following}”。", "反斜杠请写成“\\\\”。", at))
            found.append(_ESCAPES[following])
        elif (ord(sign) < 32 and sign != "\t") or "\ud800" <= sign <= "\udfff" or ord(sign) == 127:
            raise Misread(Fault("文字中有不可见的控制字符。", "请删去。", at))
        else:
            found.append(sign)
    return "".join(found)
