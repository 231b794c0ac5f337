"""Each contract of the import linter catches a violation sown into a copy of the source."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MEMBERSHIP = "systems/mobilization/membership"
SOWN = {
    "Floors": ("kernel/org/tree.py", "import gonghui.systems.mobilization.membership.system"),
    "Kernel": ("kernel/codes/lookup.py", "import gonghui.kernel.org.tree"),
    "Systems never import": (
        "systems/mobilization/other/__init__.py",
        "import gonghui.systems.mobilization.membership.system",
    ),
    "Activities never import": (
        "activities/other/__init__.py",
        "import gonghui.activities.census.apps",
    ),
    "Engines never import": (
        "engines/other/__init__.py",
        "import gonghui.engines.casework.apps",
    ),
    "Inside a system": (
        f"{MEMBERSHIP}/queries/members.py",
        f"import gonghui.{MEMBERSHIP.replace('/', '.')}.actions.members",
    ),
    "Rules are plain": (f"{MEMBERSHIP}/rules/__init__.py", "import django.db"),
    "Base is plain": ("kernel/base/masking.py", "import django.conf"),
}


def lint(folder: Path) -> subprocess.CompletedProcess:
    return subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": str(folder / "src"), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def copy(tmp_path):
    shutil.copy(ROOT / ".importlinter", tmp_path)
    skipped = shutil.ignore_patterns("static", "templates", "data", "__pycache__", "*.csv")
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=skipped)
    return tmp_path


@pytest.mark.parametrize("contract", SOWN)
def test_a_sown_violation_is_caught(copy, contract):
    place, line = SOWN[contract]
    file = copy / "src/gonghui" / place
    file.parent.mkdir(parents=True, exist_ok=True)
    before = file.read_text("utf-8") if file.exists() else ""
    file.write_text(f"{before}\n{line}\n", "utf-8")
    answer = lint(copy)
    assert answer.returncode == 1, answer.stdout[-2000:]
    assert any(contract in row and "BROKEN" in row for row in answer.stdout.splitlines()) or (
        contract in answer.stdout and "BROKEN" in answer.stdout
    )


def test_a_stray_module_inside_a_system_is_caught(copy):
    (copy / "src/gonghui" / MEMBERSHIP / "tools.py").write_text('"""Stray."""\n')
    answer = lint(copy)
    assert answer.returncode == 1
    assert "tools" in answer.stdout
