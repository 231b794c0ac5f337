"""What the source code itself says: which package imports which, what it publishes, who leaves.

The files of this installation are read once a process; nothing is kept, so what is shown is
always of the code that runs.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import gonghui

ROOT = Path(next(iter(gonghui.__path__)))
GUARD = "kernel.security"
LEAVING = frozenset({"httpx", "requests", "urllib3", "smtplib", "ftplib", "aiohttp", "telnetlib"})
LEAVING_PARTS = frozenset({"urllib.request", "http.client"})
SKIPPED = frozenset({"tests", "testing", "migrations", "__pycache__", "simulators"})


@dataclass
class Sources:
    """What was read; packages are named like "kernel.audit" or "systems.foundation.users".

    topics: event types published, or their beginning and a star where the end is computed.
    parties: codes of outside parties named, or plain words for those known by address only
    (words). bypasses: (module, library).
    """

    imports: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    topics: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    parties: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    words: set[str] = field(default_factory=set)
    bypasses: dict[str, set[tuple[str, str]]] = field(default_factory=lambda: defaultdict(set))


def package_of(module: str) -> str:
    """The package a module belongs to: "gonghui.kernel.org.tree" → "kernel.org"."""
    parts = module.removeprefix("gonghui.").split(".")
    depth = {"kernel": 2, "engines": 2, "activities": 2, "systems": 3}.get(parts[0], 1)
    return ".".join(parts[:depth])


@lru_cache(maxsize=1)
def sources() -> Sources:
    """Everything read from this installation's files. About a second, once a process."""
    return read(ROOT)


def read(root: Path) -> Sources:
    """Read the files below a folder that stands for the package `gonghui`."""
    found = Sources()
    parsed = [(module, ast.parse(path.read_bytes())) for module, path in _files(root)]
    codes = {
        (module, target): code
        for module, tree in parsed
        for target, code in _declared_parties(tree)
    }
    for module, tree in parsed:
        _read(module, tree, codes, found)
    return found


def _files(root: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        if SKIPPED & set(parts):
            continue
        if parts[-1] == "__init__":
            parts = parts[:-1]
        yield ".".join(("gonghui", *parts)), path


def _declared_parties(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """(name, code) of each `NAME = Party("code", …)` of a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Call):
            call = node.value
            if _name(call.func) == "Party" and (code := _text(call.args[0] if call.args else None)):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                yield from ((_name(target), code) for target in targets)


def _read(module: str, tree: ast.AST, codes: dict[tuple[str, str], str], found: Sources) -> None:
    package = package_of(module)
    guarded = package == GUARD
    here: dict[str, str] = {name: code for (owner, name), code in codes.items() if owner == module}
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                for alias in names:
                    _imported(alias.name, module, package, guarded, found)
            case ast.ImportFrom(module=str(source), names=names, level=0):
                _imported(source, module, package, guarded, found)
                for alias in names:
                    if source == "gonghui" or source.startswith("gonghui."):
                        found.imports[package].add(package_of(f"{source}.{alias.name}"))
                    if (code := codes.get((source, alias.name))) is not None:
                        here[alias.asname or alias.name] = code
            case ast.Call(func=function, args=[first, *_]) if _name(function) in {
                "publish",
                "Event",
            }:
                if (topic := _topic(first)).startswith("cn.gonghui."):
                    found.topics[package].add(topic)
    found.imports[package].discard(package)
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "party":
            word = _text(node.value)
            code = here.get(_name(node.value)) or word
            if code and not guarded:
                found.parties[package].add(code)
                found.words |= {word} if word else set()


def _imported(source: str, module: str, package: str, guarded: bool, found: Sources) -> None:
    if source.startswith("gonghui."):
        found.imports[package].add(package_of(source))
    library = source.split(".", maxsplit=1)[0]
    if not guarded and (library in LEAVING or source in LEAVING_PARTS):
        found.bypasses[package].add((module, source))


def _name(node: ast.AST | None) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(attr=name):
            return name
    return ""


def _text(node: ast.AST | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _topic(node: ast.AST) -> str:
    if isinstance(node, ast.JoinedStr):
        return _text(node.values[0]) + "*"
    return _text(node)
