"""Articles named in running text, as links to how they read on a day."""

from __future__ import annotations

import re
from datetime import date

from gonghui.systems.rights.law.queries.library import Link, link
from gonghui.systems.rights.law.rules.library import number_of

_NAMED = re.compile(
    r"《(?P<name>[^《》]{2,60})》第(?P<number>[零〇一二两三四五六七八九十百千]+)条"
    r"(?:之(?P<branch>[一二三四五六七八九十]+))?"
)
MOST = 20
LAST = 9999
"""The last number an article can have."""


def cites_in(text: str) -> list[list[object]]:
    """Citations in the order of the text, each once."""
    found: list[list[object]] = []
    for at in _NAMED.finditer(text):
        number, branch = number_of(at["number"]), number_of(at["branch"] or "零")
        if not 0 < number <= LAST or branch > LAST:
            continue
        cite: list[object] = [at["name"].removeprefix("中华人民共和国"), number, branch]
        if cite not in found:
            found.append(cite)
    return found[:MOST]


def links_in(text: str, day: date) -> list[Link]:
    """What a text cites, with the wording in force on a day; unknown statutes have no link."""
    return [link(cite, day) for cite in cites_in(text)]
