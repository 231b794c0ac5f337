"""Systems in words: the pages of docs/systems/, written from the manifests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gonghui.kernel.access.actions import Action
from gonghui.kernel.resource.declaration import SYSTEMS, Page, Resource, Served, Step, System


def describe(system: System) -> str:
    """One system: its functions with what serves them, its resources and their steps."""
    served = list(system.functions.values())
    mobile = sum(item.mobile for item in served)
    lines = [
        f"# {system.code} {system.name}",
        "",
        f"Owner 牵头部门: {system.owner}. Chapter 章节: {system.chapter}.",
        "",
        f"{len(served)} functions served, {mobile} of them on a phone.",
        "",
        "| function | what | served by | phone |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {code} | {item.title} | {_server(item)} | {'yes' if item.mobile else 'no'} |"
        for code, item in system.functions.items()
    ]
    if system.open_functions:
        lines += ["", "## Not yet served", "", "| function | why |", "|---|---|"]
        lines += [f"| {code} | {why} |" for code, why in system.open_functions.items()]
    for resource in system.resources:
        lines += ["", f"## {resource.title} (`{resource.code}`)", ""]
        lines += [f"Seen with `{resource.view.code}` at `/w/{resource.code}/`.", ""]
        steps = [*resource.creates, *resource.steps]
        if steps:
            lines += ["| step | action | needs |", "|---|---|---|"]
            lines += [
                f"| {step.title} | `{step.action.code}` | {step.action.permission.title} |"
                for step in steps
            ]
    return "\n".join(lines) + "\n"


def index() -> str:
    """All systems, with the share of their functions that runs on a phone."""
    lines = [
        "# Systems",
        "",
        "Written from the manifests (`system.py`) by `make baselines`.",
        "",
        "| code | system | functions served | not yet | on a phone |",
        "|---|---|---|---|---|",
    ]
    for system in SYSTEMS.values():
        served = len(system.functions)
        mobile = sum(item.mobile for item in system.functions.values())
        share = f"{100 * mobile / served:.0f} %" if served else "–"
        lines.append(
            f"| [{system.code}]({system.code}.md) | {system.name} | {served}"
            f" | {len(system.open_functions)} | {share} |"
        )
    return "\n".join(lines) + "\n"


def _server(served: Served) -> str:
    found: Any = served.by
    match found:
        case Resource():
            return f"`/w/{found.code}/`"
        case Step():
            return f"step `{found.action.code}`"
        case Action():
            return f"action `{found.code}`"
        case Page():
            return f"page `{found.url_name}`"
        case _ if isinstance(found, Callable):
            return f"`{found.__module__.removeprefix('gonghui.')}.{found.__name__}`"
    return str(found)
