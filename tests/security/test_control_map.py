"""docs/security.md names only tests and settings that exist, and leaves out no chapter."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from django.conf import settings

from gonghui.kernel.config.declaring import SETTINGS

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "security.md"
TEST = re.compile(r"`(test_\w+)::(test_\w+)`")
SETTING = re.compile(r"`((?:security|files|identity|exporting|notify|sign_on)\.[a-z_]+)`")
DJANGO = re.compile(r"`([A-Z][A-Z_]{4,})`")
CHAPTERS = [f"### V{number} " for number in range(1, 15)]


@cache
def held_in(module: str) -> set[str]:
    """Tests of every module of this name."""
    found: set[str] = set()
    for base in ("src", "tests"):
        for path in (ROOT / base).rglob(f"{module}.py"):
            found |= set(re.findall(r"^\s*def (test_\w+)", path.read_text("utf-8"), re.M))
    return found


def missing(text: str) -> list[str]:
    """References of a page that lead nowhere."""
    lost = [
        f"{module}::{name}" for module, name in TEST.findall(text) if name not in held_in(module)
    ]
    lost += [code for code in SETTING.findall(text) if code not in SETTINGS]
    environment = {name for name in DJANGO.findall(text) if name.startswith("GONGHUI_")}
    known = "".join(path.read_text("utf-8") for path in (ROOT / "src/gonghui").rglob("*.py"))
    lost += [name for name in environment if name not in known]
    return lost + [
        name
        for name in DJANGO.findall(text)
        if name not in environment
        and name not in {"UPPER_CASE", "DATABASE_URL"}
        and not hasattr(settings, name)
    ]


def test_every_reference_leads_somewhere():
    assert missing(PAGE.read_text("utf-8")) == []


def test_every_chapter_and_every_row_says_how():
    text = PAGE.read_text("utf-8")
    assert [chapter for chapter in CHAPTERS if chapter not in text] == []
    rows = [line for line in text.splitlines() if re.match(r"\| (\d|8\.)", line)]
    assert len(rows) > 100
    bare = [row for row in rows if not row.split("|")[2].strip()]
    assert not bare


def test_a_reference_that_leads_nowhere_is_seen():
    page = "`test_files::test_no_such_thing` `security.no_such` `NO_SUCH_SETTING`"
    assert len(missing(page)) == 3
