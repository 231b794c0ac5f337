"""Expressions: what they say, what they refuse, and that none escapes its bounds."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from contextlib import suppress
from datetime import date
from decimal import Decimal

import cel
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gonghui.kernel.rules.expressions import check, evaluate, variables_of
from gonghui.kernel.rules.judging import COST_LIMIT, FUNCTIONS, judge, quoted
from gonghui.kernel.rules.kinds import (
    LONGEST_ITEM,
    LONGEST_LIST,
    LONGEST_TEXT,
    ExpressionFault,
    Kind,
)
from gonghui.kernel.rules.parsing import LONGEST_EXPRESSION, Misread, parse
from gonghui.kernel.rules.patterns import read_pattern

KINDS = {
    "city": Kind.TEXT,
    "members": Kind.INTEGER,
    "rate": Kind.NUMBER,
    "ok": Kind.FLAG,
    "since": Kind.DATE,
    "until": Kind.DATE,
    "tags": Kind.TEXTS,
}
VALUES = {
    "city": "340100",
    "members": 30,
    "rate": Decimal("0.6667"),
    "ok": True,
    "since": date(2001, 5, 6),
    "until": date(2026, 5, 5),
    "tags": ["中文", "b"],
}
LARGEST = {
    "city": "中" * LONGEST_TEXT,
    "members": 10**15,
    "rate": Decimal(10**15),
    "ok": True,
    "since": date.min,
    "until": date.max,
    "tags": ["a" * LONGEST_ITEM] * LONGEST_LIST,
}
SECONDS = 0.5
"""Of processor time, ten times COST_LIMIT: the machine may be slower than the one measured."""


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("city == '340100' && members >= 25", True),
        ("members * 3 >= 40 * 2 || !ok", True),
        ("rate >= 0.6667", True),
        ("rate / 2", Decimal("0.33335")),
        ("double(members) / 4", Decimal("7.5")),
        ("members % 7", 2),
        ("-members", -30),
        ("years(since, until)", 24),
        ("days(date('2026-05-01'), until)", 4),
        ("year(until) * 100 + month(until)", 202605),
        ("until > date('2026-01-01')", True),
        ("since", date(2001, 5, 6)),
        ("size('中文')", 2),
        ("size(tags)", 2),
        ("tags.exists(x, size(x) == 2)", True),
        ("tags.all(x, size(x) == 2)", False),
        ("tags.filter(x, x != 'b')", ["中文"]),
        ("tags.map(x, x + '!')", ["中文!", "b!"]),
        ("'b' in tags", True),
        ("city in ['340200', '340300']", False),
        ("city.matches('^34\\\\d{4}$')", True),
        ("city.startsWith('3401') ? '合肥' : '其他'", "合肥"),
        ("members == 30.0", True),
        ("ok ? 1 : 2.5", Decimal("1.0")),
        ("string(members) + '人'", "30人"),
        ("int(rate)", 0),
        ("[1, 2.5]", [Decimal("1.0"), Decimal("2.5")]),
        ("city == null", False),
    ],
)
def test_what_expressions_give(expression, expected):
    assert check(expression, KINDS) == []
    assert evaluate(expression, VALUES, KINDS) == expected


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "   ",
        "__import__('os').system('id')",
        "city.__class__",
        "city.__class__.__mro__[1].__subclasses__()",
        "().__class__",
        "open('/etc/passwd')",
        "exec('1')",
        "eval('1')",
        "getattr(city, 'x')",
        "lambda: 1",
        "[x for x in tags]",
        "city[0]",
        "tags[0]",
        "{'a': 1}",
        "city.a",
        "length(city)",
        "quotient(1, 0)",
        "v_city",
        "type(city)",
        "dyn(city)",
        "timestamp('2026-01-01T00:00:00Z')",
        "duration('1h')",
        "b'a' == b'a'",
        "r'a'",
        "'''a'''",
        "1u",
        "0x1F",
        "1e308",
        "99999999999999999999",
        "city // 2",
        "1 /* x */",
        "// x",
        "city; 1",
        "city = '1'",
        "members / 2",
        "city < 'b'",
        "city + members",
        "city == members",
        "ok > false",
        "1 < 2 < 3",
        "until - since",
        "unknown",
        "tags.exists(city, true)",
        "tags.exists(x.y, true)",
        "tags.exists(in, true)",
        "tags.all(x, tags.all(y, tags.all(z, true)))",
        "tags.map(x, tags)",
        "[tags]",
        "'a\x00b'",
        "'\ud800'",
        "'\\x41'",
        "'abc",
        "date('2026-02-30')",
        "date(city)",
        "city.matches(city)",
        "city.matches('(a')",
        "city.matches('a{1000}')",
        "city.matches('(a{50}){50}')",
        "city.matches('\\\\p{Han}')",
        "city.matches('(?i)a')",
        "city.matches('a**')",
        "city.matches('[[:alpha:]]')",
        "size(city, city)",
        "城市 == '1'",
    ],
)
def test_what_is_refused(expression):
    faults = check(expression, KINDS)
    assert faults and str(faults[0])
    with pytest.raises(ExpressionFault):
        evaluate(expression, VALUES, KINDS)


@pytest.mark.parametrize(
    "expression",
    [
        "(" * 5_000 + "1" + ")" * 5_000,
        "!" * 900 + "true",
        "-" * 900 + "1",
        "+".join(["1"] * 20_000),
        "+".join(["city"] * 200),
        "[" + ",".join(["1"] * 400) + "]",
        "true ? " * 60 + "1" + " : 1" * 60,
        "city" + ".startsWith('a')" * 40,
        "tags.map(x, city + city + city + city).exists(y, y == city)",
        "tags.filter(x, tags.exists(y, y == x)).size() > 1",
        "tags.map(x, x + x).map(x, x + x).map(x, x + x).map(x, x + x + city).size()",
        "tags.exists(x, tags.exists(y, (city + city + city).contains(y)))",
        "tags.exists(x, x.matches('[a-z]{1,50}'))",
        "(tags + tags + tags + tags + tags).map(x, x + city).size()",
    ],
)
def test_what_would_take_too_long_is_refused_before_it_runs(expression):
    began = time.process_time()
    assert check(expression, KINDS)
    assert time.process_time() - began < SECONDS


def test_the_engine_alone_would_not_stop():
    """Why the judgement is needed: one short expression, a hundred items, a second and more."""
    program = cel.compile("x.map(a, x.map(b, b)).size()")
    began = time.process_time()
    program.execute({"x": ["a"] * LONGEST_LIST})
    assert time.process_time() - began > COST_LIMIT / 1e6
    assert check("tags.map(a, tags.map(b, b)).size()", KINDS)


@pytest.mark.parametrize(
    "expression",
    [
        # Each stands just below the limit in its own way, on the largest values there may be.
        "+".join(["city"] * 60) + " == city",
        "tags.map(x, x + x + x + x).size() > 0",
        "(tags + tags).filter(x, x != 'b').size() > 0",
        "city.matches('(a|b|中){1,20}[0-9]{40}x')",
        "city.matches('[^a]{50}b')",
        "city.matches('.{100}$')",
        "city.matches('(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)x')",
        "city.matches('(\\\\w+\\\\s?)+$')",
        "[" + ",".join(["city"] * 80) + "].exists(x, x == 'a')",
        "*".join(["rate"] * 19) + " > 0.0",
    ],
)
def test_what_is_allowed_stays_within_its_bound(expression):
    assert check(expression, KINDS) == []
    began = time.process_time()
    evaluate(expression, LARGEST, KINDS)
    assert time.process_time() - began < SECONDS


ATOMS = st.sampled_from(
    [
        *KINDS,
        "1",
        "0",
        "-9",
        "2.5",
        "999999999999999",
        "'a'",
        "'中文'",
        "''",
        "true",
        "null",
        "[]",
        "['a', 'b']",
        "[1, 2]",
        "date('2026-03-02')",
        "x",
        "__class__",
    ]
)


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    signs = st.sampled_from(
        ["+", "-", "*", "/", "%", "==", "!=", "<", ">=", "&&", "||", "in", ".", ","]
    )
    calls = st.sampled_from([*FUNCTIONS, "eval", "map"])
    loops = st.sampled_from(["all", "exists", "exists_one", "filter", "map"])
    names = st.sampled_from(["x", "y", "z", "city"])
    patterns = st.text("ab\\dw.*+?{},0123456789[]()|^$", max_size=20).map(
        lambda text: text.replace("\\", "\\\\")
    )
    return st.one_of(
        st.builds(lambda a, s, b: f"{a} {s} {b}", inner, signs, inner),
        st.builds(lambda a, s, b: f"({a} {s} {b})", inner, signs, inner),
        st.builds(lambda f, a: f"{f}({a})", calls, inner),
        st.builds(lambda f, a, b: f"{f}({a}, {b})", calls, inner, inner),
        st.builds(lambda a, f, b: f"{a}.{f}({b})", inner, calls, inner),
        st.builds(lambda a, f, n, b: f"{a}.{f}({n}, {b})", inner, loops, names, inner),
        st.builds(lambda a, b, c: f"({a} ? {b} : {c})", inner, inner, inner),
        st.builds(lambda a: f"[{a}, {a}, {a}]", inner),
        st.builds(lambda a, n: "+".join([a] * n), inner, st.integers(2, 60)),
        st.builds(lambda a, p: f"{a}.matches('{p}')", inner, patterns),
        st.builds(lambda a: f"!({a})", inner),
        st.builds(lambda a: f"-({a})", inner),
    )


def _typed(depth: int) -> tuple[st.SearchStrategy[str], ...]:
    """Texts, figures, lists and conditions whose types fit, so that most of them run."""
    texts = st.sampled_from(["city", "'a'", "'中文'", "string(members)"])
    figures = st.sampled_from(["members", "7", "rate", "0.5", "days(since, until)"])
    lists = st.sampled_from(["tags", "['a', 'b', 'c']", "[city]"])
    flags = st.sampled_from(["ok", "true", "since < until"])
    if not depth:
        return texts, figures, lists, flags
    text, figure, items, flag = _typed(depth - 1)
    loop = st.sampled_from(["all", "exists", "exists_one"])
    inner = st.sampled_from(["x == city", "x in tags", "x.contains('a')", "size(x) > 3"])
    pattern = st.sampled_from([".", "[^a]", "a|b", ".*", "[a-z]+\\\\d", "\\\\w", "中?"])
    return (
        st.one_of(
            texts,
            st.builds(lambda a, b: f"({a} + {b})", text, text),
            st.builds(lambda a, n: f"({'+'.join([a] * n)})", text, st.integers(2, 40)),
            st.builds(lambda c, a, b: f"({c} ? {a} : {b})", flag, text, text),
        ),
        st.one_of(
            figures,
            st.builds(lambda a, o, b: f"({a} {o} {b})", figure, st.sampled_from("+-*"), figure),
            st.builds(lambda a, b: f"(double({a}) / double({b}))", figure, figure),
            st.builds(lambda a: f"size({a})", text),
            st.builds(lambda a: f"{a}.size()", items),
        ),
        st.one_of(
            lists,
            st.builds(lambda a, b: f"({a} + {b})", items, items),
            st.builds(lambda a, b: f"{a}.map(x, x + {b})", items, text),
            st.builds(lambda a, b: f"{a}.filter(x, {b})", items, inner),
        ),
        st.one_of(
            st.builds(lambda a, b: f"({a} < {b})", figure, figure),
            st.builds(lambda a, b: f"({a} == {b})", text, text),
            st.builds(lambda a, b: f"({a} in {b})", text, items),
            st.builds(lambda a, b: f"{a}.contains({b})", text, text),
            st.builds(lambda a, o, b: f"({a} {o} {b})", flag, st.sampled_from(["&&", "||"]), flag),
            st.builds(lambda a, f, b: f"{a}.{f}(x, {b})", items, loop, inner),
            st.builds(lambda a, f, b: f"{a}.{f}(y, {b}.{f}(x, x + y == 'z'))", items, loop, items),
            st.builds(
                lambda a, p, n: f"{a}.matches('({p}){{{n}}}')", text, pattern, st.integers(1, 60)
            ),
        ),
    )


TYPED = st.one_of(*_typed(2))

EXPRESSIONS = st.recursive(ATOMS, _grown, max_leaves=12)
QUICK = settings(
    max_examples=400, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)


@QUICK
@given(EXPRESSIONS, st.sampled_from([VALUES, LARGEST, {}]))
def test_any_expression_is_refused_or_done_in_bounded_time(expression, values):
    began = time.process_time()
    faults = check(expression, KINDS)
    try:
        found = evaluate(expression, values, KINDS)
    except ExpressionFault:
        found = None
    else:
        assert not faults
        assert found is None or isinstance(found, (str, int, Decimal, bool, date, list))
    assert time.process_time() - began < SECONDS


@settings(QUICK, max_examples=300)
@given(TYPED)
def test_whatever_is_allowed_is_done_in_bounded_time_on_the_largest_values(expression):
    if check(expression, KINDS):
        return
    began = time.process_time()
    with suppress(ExpressionFault):
        evaluate(expression, LARGEST, KINDS)
    assert time.process_time() - began < SECONDS


@QUICK
@given(st.text(max_size=80))
def test_any_text_is_refused_or_evaluated(text):
    faults = check(text, KINDS)
    try:
        evaluate(text, VALUES, KINDS)
    except ExpressionFault:
        return
    assert not faults


@QUICK
@given(st.text("city.tags()[]'\\\"+-*/%<>=!&|?:,{}0123456789 mapexists_v\n\t$", max_size=120))
def test_any_text_of_signs_of_the_language_ends(text):
    began = time.process_time()
    check(text, KINDS)
    assert time.process_time() - began < SECONDS


@QUICK
@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=30)
)
def test_a_text_comes_back_as_it_was_written(text):
    """What is printed for the engine means what was read: a literal cannot end early."""
    assert cel.evaluate(quoted(text)) == text
    assert evaluate(quoted(text), {}, {}) == text
    assert evaluate("city == " + quoted(text), {"city": text}, KINDS) is True


@QUICK
@given(
    st.text("ab\\dwsn.*+?{},0123456789[]()|^$-中", max_size=24),
    st.text("ab 019中", max_size=40),
)
def test_a_pattern_is_refused_or_one_the_engine_knows(pattern, text):
    try:
        read = read_pattern(pattern, 0)
    except Misread:
        return
    began = time.process_time()
    found = cel.evaluate(f"x.matches({quoted(read.text)})", {"x": text * 50})
    assert isinstance(found, bool)
    assert time.process_time() - began < SECONDS


@QUICK
@given(st.lists(st.integers(-50, 50), min_size=2, max_size=6), st.data())
def test_sums_are_what_arithmetic_says(numbers, data):
    signs = [data.draw(st.sampled_from("+-*")) for _ in numbers[1:]]
    text = str(numbers[0]) + "".join(
        f" {sign} {number}" for sign, number in zip(signs, numbers[1:], strict=True)
    )
    assert evaluate(text, {}, {}) == eval(text)


def test_memory_stays_bounded():
    """The hungriest expressions that pass run in a process that may take little more."""
    script = (
        "import resource\n"
        "from gonghui.kernel.rules.expressions import check, evaluate\n"
        "from gonghui.kernel.rules.tests.test_expressions import KINDS, LARGEST\n"
        "evaluate('city == city', LARGEST, KINDS)\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "for text in ('+'.join(['city'] * 100), 'tags.map(x, x + x + x + x)',"
        " '(tags + tags).filter(x, true)'):\n"
        "    if not check(text, KINDS): evaluate(text, LARGEST, KINDS)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )
    assert int(done.stdout) < 32 * 1024, "kilobytes"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > 0


def test_an_empty_value_in_a_sum_is_told():
    with pytest.raises(ExpressionFault, match="members 没有填写"):
        evaluate("members + 1", {}, KINDS)
    assert evaluate("members != null && members > 5", {}, KINDS) is False


def test_division_by_zero_is_told():
    for expression in ("rate / 0.0 > 1.0", "members % 0", "rate / (rate - rate)"):
        with pytest.raises(ExpressionFault, match="除数为零"):
            evaluate(expression, VALUES, KINDS)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("city", 5),
        ("city", "a" * (LONGEST_TEXT + 1)),
        ("members", "5"),
        ("members", True),
        ("members", 10**16),
        ("rate", float("nan")),
        ("rate", "0.5"),
        ("ok", 1),
        ("since", "2026-13-01"),
        ("tags", "a"),
        ("tags", ["a"] * (LONGEST_LIST + 1)),
        ("tags", ["a" * (LONGEST_ITEM + 1)]),
        ("tags", [1]),
    ],
)
def test_values_of_another_kind_or_too_large_are_refused(name, value):
    with pytest.raises(ExpressionFault) as refused:
        evaluate(f"{name} != null", {**VALUES, name: value}, KINDS)
    assert refused.value.field == name


def test_a_condition_must_give_yes_or_no():
    assert check("members >= 25", KINDS, Kind.FLAG) == []
    assert "应为是或否" in str(check("members", KINDS, Kind.FLAG)[0])
    assert check("members", KINDS, Kind.NUMBER) == []
    assert check("rate", KINDS, Kind.INTEGER)


def test_faults_say_where():
    assert check("city == x", KINDS)[0].at == 8
    assert str(check("city = 'a'", KINDS)[0]).startswith("第 6 个字处：")


def test_names_of_variables_are_plain_ascii():
    for name in ("城市", "City", "in", "a-b", "_x", "__class__"):
        with pytest.raises(ValueError, match="cannot name"):
            evaluate("1", {}, {name: Kind.TEXT})
    assert variables_of("city == 'a' && tags.exists(x, x == city)") == {"city", "tags", "x"}


def test_a_longer_expression_costs_more():
    def cost(text):
        return judge(parse(text), KINDS).cost

    assert cost("tags.exists(x, x == city)") > cost("city == city")
    assert len("1" * LONGEST_EXPRESSION) == LONGEST_EXPRESSION
    assert cost("city + city + city") > cost("city + city")
