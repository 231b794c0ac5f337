"""The hall's home and application pages by Lighthouse, on a slow phone: accessible, light, still.

The performance score is printed, not judged: it falls with whatever else the machine does. It is
measured on a quiet one for docs/performance.md.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from gonghui.kernel.testing.fixtures import CHROMIUM
from tests.journeys.visitor import Visitor

CLIENTS = Path(__file__).parents[1] / "clients"
SECONDS = 900
ACCESSIBLE, LIGHT, STILL = 100, 200_000, 0.1
"""Score; bytes on the wire; layout shift."""
PAGES = ("/hall/", "/hall/services/appointment/", "/hall/apply/appointment/what/")


def scores(visitor: Visitor, *paths: str) -> list[dict]:
    """What Lighthouse says of pages, with the cookies of a visitor."""
    node = shutil.which(os.environ.get("GONGHUI_NODE", "node"))
    assert node, "node is missing: `make test` brings it, or apt-get install nodejs npm"
    assert (CLIENTS / "node_modules/lighthouse").exists(), "run: npm ci --prefix tests/clients"
    cookies = visitor.context.cookies()
    answer = subprocess.run(
        [node, str(CLIENTS / "lighthouse.mjs"), *(visitor.address + path for path in paths)],
        env={
            **os.environ,
            "CHROMIUM": CHROMIUM,
            "COOKIE": "; ".join(f"{item['name']}={item['value']}" for item in cookies),
        },
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr[-3000:]
    return [json.loads(line) for line in answer.stdout.splitlines() if line.startswith("{")]


def judge(found: list[dict], count: int) -> None:
    for page in found:
        print(page)
        assert page["reached"] == page["address"], page
        assert page["accessibility"] >= ACCESSIBLE, page
        assert 0 < page["bytes"] <= LIGHT, page
        assert 0 <= page["shift"] <= STILL, page
    assert len(found) == count


def test_a_guest(visit: Callable[..., Visitor]) -> None:
    judge(scores(visit(width=360), "/hall/", "/hall/services/"), 2)


def test_a_worker(visit: Callable[..., Visitor]) -> None:
    judge(scores(visit("huiyuan", width=360), *PAGES), len(PAGES))
