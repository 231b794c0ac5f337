"""permissions.txt is the reviewed text of who may do what; a change shows up as its diff."""

from __future__ import annotations

import re
import sys
from functools import cache
from pathlib import Path

from django.urls import get_resolver

from gonghui.kernel.access.actions import ACTIONS
from gonghui.kernel.access.roles import PERMISSIONS, Permission
from gonghui.kernel.resource.declaration import RESOURCES
from tests.invariants import baselines

# Actions that only a view names are declared when the addresses are read.
assert get_resolver().url_patterns
FILE = Path(__file__).parents[2] / "permissions.txt"
FOR_TESTS = "test-"
"""How codes begin that tests declare, whose files may run in the same process."""
DECLARED = {code: item for code, item in PERMISSIONS.items() if not code.startswith(FOR_TESTS)}
REVIEWED = {code: item for code, item in ACTIONS.items() if not code.startswith(FOR_TESTS)}


def table() -> str:
    """Every permission with its roles and reach, then what each resource and action asks for."""
    lines = ["# Who may do what. Written by `make baselines`; review every line of its diff.", ""]
    for permission in sorted(DECLARED.values(), key=lambda item: item.code):
        reach = [f"{role.code} on subtree" for role in permission.roles]
        reach += ["worker on own record"] if permission.own else []
        reach += ["anybody signed in"] if permission.open else []
        reach += ["anybody"] if permission.public else []
        lines.append(f"{permission.code} ({permission.title}): {', '.join(reach) or 'nobody'}")
    lines += ["", "# Resources"]
    for resource in sorted(RESOURCES.values(), key=lambda item: item.code):
        lines.append(f"{resource.code} list, record, API: {resource.view.code}")
        if resource.export:
            lines.append(f"{resource.code} export: {resource.export.code}")
        if resource.imports:
            lines.append(f"{resource.code} import: {resource.imports.permission.code}")
        for step in (*resource.creates, *resource.steps):
            lines.append(f"{resource.code} {step.slug}: {step.action.permission.code}")
    lines += ["", "# Actions"]
    lines += [f"{code}: {found.permission.code}" for code, found in sorted(REVIEWED.items())]
    return "\n".join(lines) + "\n"


def test_permissions_are_as_reviewed():
    if baselines.wanted():
        FILE.write_text(table(), "utf-8")
    assert FILE.read_text("utf-8") == table(), "run `make baselines` and review the diff"


def test_every_permission_is_used():
    asked = {found.permission.code for found in REVIEWED.values()}
    for resource in RESOURCES.values():
        asked |= {item.code for item in (resource.view, resource.export) if item}
        if resource.imports:
            asked.add(resource.imports.permission.code)
    idle = set(DECLARED) - asked
    unchecked = {code for code in idle if not _named_in_source(code)}
    assert not unchecked


def _named_in_source(code: str) -> bool:
    """A view, query or to-do asks by the constant the permission, or a table of them, is under."""
    return any(re.search(rf"\b{name}\b", _sources()) for name in _constants()[code])


@cache
def _constants() -> dict[str, set[str]]:
    """The names the permissions modules keep each permission under."""
    found: dict[str, set[str]] = {code: set() for code in PERMISSIONS}
    modules = [item for name, item in sys.modules.items() if name.endswith(".permissions")]
    for name, value in [pair for module in modules for pair in vars(module).items()]:
        for kept in value.values() if isinstance(value, dict) else [value]:
            if isinstance(kept, Permission) and value is not PERMISSIONS:
                found[kept.code].add(name)
    return found


@cache
def _sources() -> str:
    paths = (Path(__file__).parents[2] / "src").rglob("*.py")
    return "\n".join(
        path.read_text("utf-8")
        for path in paths
        if path.name != "permissions.py" and "tests" not in path.parts
    )
