"""The part of the vendored stylesheet that workers' pages use, so that a phone loads an eighth.

A rule is kept when every class of its selector is a word of some template, script or module;
rules without a class are kept whole. Custom properties nobody reads are dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
CODE = HERE.parents[1]
WHOLE = HERE / "static/ui/vendor/tabler.min.css"
PART = HERE / "static/ui/vendor/tabler.hall.css"
LICENCE = "/*! Tabler 1.4.0, MIT: the rules workers' pages use, by build_hall_style */\n"

_CLASS = re.compile(r"\.(-?[_a-zA-Z](?:[\w-]|\\.)*)")
_NOT = re.compile(r":not\([^()]*\)")
_COMMENT = re.compile(r"/\*.*?\*/", re.S)
_WORD = re.compile(r"[A-Za-z_][\w-]*")
_READ = re.compile(r"var\((--[\w-]+)")
_SET = re.compile(r"(--[\w-]+):(?:[^;{}\"]|\"[^\"]*\")*(?:;|(?=\}))")
_NESTED = ("@media", "@supports", "@layer")
_SOURCES = (".html", ".js", ".py")


def sources() -> Iterator[Path]:
    """Every file that may name a class: templates, own scripts, modules."""
    for path in sorted(CODE.rglob("*")):
        inside = path.parts
        if path.suffix in _SOURCES and "vendor" not in inside and "tests" not in inside:
            yield path


def own_sheets() -> Iterator[Path]:
    """Every stylesheet written here."""
    for path in sorted(CODE.rglob("*.css")):
        if "vendor" not in path.parts:
            yield path


def build() -> str:
    """The part, from the whole and from what the sources name today."""
    words: set[str] = set()
    for path in sources():
        words |= set(_WORD.findall(path.read_text("utf-8")))
    read: set[str] = set()
    for path in own_sheets():
        read |= set(_READ.findall(path.read_text("utf-8")))
    return LICENCE + lean(part(WHOLE.read_text("utf-8"), words), read)


def classes(css: str) -> set[str]:
    """The classes some selector of a stylesheet names."""
    heads = (rule.partition("{")[0] for rule in _all_rules(css))
    return {name.replace("\\", "") for head in heads for name in _CLASS.findall(head)}


def part(css: str, words: set[str]) -> str:
    """The rules of a stylesheet whose classes are all among the words."""
    kept: list[str] = []
    moves: list[str] = []
    for rule in rules(css):
        head, _, body = rule.partition("{")
        head = _COMMENT.sub("", head).strip()
        if head.startswith(_NESTED):
            if inner := part(body[:-1], words):
                kept.append(f"{head}{{{inner}}}")
        elif head.startswith(("@keyframes", "@-webkit-keyframes")):
            moves.append(rule)
        elif head.startswith("@charset"):
            continue
        elif head.startswith("@"):
            kept.append(_COMMENT.sub("", rule))
        else:
            named = [one for one in selectors(head) if _fits(one, words)]
            if named:
                kept.append(f"{','.join(named)}{{{body}")
    text = "".join(kept)
    for move in moves:
        name = move.partition("{")[0].split()[-1]
        if re.search(rf"animation[^;}}]*\b{re.escape(name)}\b", text):
            text += move
    return text


def lean(css: str, read: set[str]) -> str:
    """A stylesheet without the custom properties that neither it nor `read` reads."""
    before = ""
    while before != css:
        before = css
        css = _unread(css, read | set(_READ.findall(css)))
    return css


def _unread(css: str, used: set[str]) -> str:
    return _SET.sub(lambda found: found[0] if found[1] in used else "", css)


def rules(css: str) -> Iterator[str]:
    """The top-level rules of a stylesheet, each with its body."""
    start = at = depth = 0
    while at < len(css):
        char = css[at]
        if char in "\"'":
            at += 1
            while css[at] != char:
                at += 2 if css[at] == "\\" else 1
        elif css.startswith("/*", at):
            at = css.index("*/", at) + 1
        elif char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
        if depth == 0 and char in "};":
            yield css[start : at + 1]
            start = at + 1
        at += 1


def selectors(head: str) -> list[str]:
    """The selectors of a rule; a comma within brackets parts none."""
    found, depth = [""], 0
    for char in head:
        depth += (char in "([") - (char in ")]")
        if char == "," and not depth:
            found.append("")
        else:
            found[-1] += char
    return found


def _fits(selector: str, words: set[str]) -> bool:
    names = _CLASS.findall(_NOT.sub("", selector))
    return all(name.replace("\\", "") in words for name in names)


def _all_rules(css: str) -> Iterator[str]:
    for rule in rules(css):
        head, _, body = rule.partition("{")
        if _COMMENT.sub("", head).strip().startswith(_NESTED):
            yield from _all_rules(body[:-1])
        else:
            yield rule
