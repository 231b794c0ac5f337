"""The platform starts with what its own lock installs; the tests' libraries are not beside it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

LOCK = Path(__file__).parents[2] / "requirements.txt"
START = """
import json, sys
ABSENT = set(json.loads(sys.argv[1]))
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ABSENT:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Absent())
import django
django.setup()
from django.urls import get_resolver
from gonghui.site import asgi, cli, wsgi
assert get_resolver().url_patterns
"""


def _plain(name: str) -> str:
    """A distribution's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _absent() -> list[str]:
    """Modules that are here for the tests only."""
    names = re.findall(r"^([A-Za-z0-9_.-]+)==", LOCK.read_text("utf-8"), re.MULTILINE)
    locked = {_plain(name) for name in names} | {"gonghui"}
    return sorted(
        module
        for module, distributions in packages_distributions().items()
        if not locked & {_plain(name) for name in distributions}
    )


def test_the_platform_starts_without_the_libraries_of_the_tests():
    absent = _absent()
    assert "pytest" in absent
    done = subprocess.run(
        [sys.executable, "-c", START, json.dumps(absent)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert not done.returncode, done.stderr[-2000:]
