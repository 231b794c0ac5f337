"""What the source code itself says: which package imports which, what it publishes, who leaves.

The files of this installation are read once a process; nothing is kept, so what is shown is
always of the code that runs.
"""

from __future__ import annotations

import ast
import re
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
IMPORT = re.compile(
    r"^[ \t]*(?:import[ \t]+([\w., \t]+)|from[ \t]+(\w[\w.]*)[ \t]+import[ \t]+"
    r"(\([^)]*\)|[^\n]+))",
    re.M,
)
TELLING = re.compile(r"\bpublish\(|\bpublish as\b|\bEvent\(|\bEvent as\b|\bparty=|\bParty\(")
TELLERS = ("publish", "Event")
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
    """Everything read from this installation's files, once a process."""
    return read(ROOT)


def read(root: Path) -> Sources:
    """Read the files below a folder that stands for the package `gonghui`.

    Imports are found by their lines, which is ten times as fast as parsing; only files that name
    an event or an outside party are parsed.
    """
    found = Sources()
    texts = {module: path.read_text("utf-8") for module, path in _files(root)}
    trees = {module: ast.parse(text) for module, text in texts.items() if TELLING.search(text)}
    codes = {
        (module, target): code
        for module, tree in trees.items()
        for target, code in _declared_parties(tree)
    }
    constants = {
        (module, name): text for module, tree in trees.items() for name, text in _constants(tree)
    }
    for module, text in texts.items():
        package = package_of(module)
        names = {target: code for (owner, target), code in codes.items() if owner == module}
        words = {name: word for (owner, name), word in constants.items() if owner == module}
        tellers = set(TELLERS)
        for source, imported in _imports(text):
            _imported(source, imported, module, package, found)
            for name, here in imported:
                if (code := codes.get((source, name))) is not None:
                    names[here] = code
                if (word := constants.get((source, name))) is not None:
                    words[here] = word
                if name in TELLERS:
                    tellers.add(here)
        found.imports[package].discard(package)
        if module in trees:
            _told(trees[module], package, names, words, tellers, found)
    return found


def _files(root: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        if SKIPPED & set(parts):
            continue
        if parts[-1] == "__init__":
            parts = parts[:-1]
        yield ".".join(("gonghui", *parts)), path


def _imports(text: str) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """(module, names taken from it and what each is called here) of every import statement;
    relative ones are not used here."""
    for plain, source, names in IMPORT.findall(text):
        if plain:
            yield from ((part.split(" as ")[0].strip(), []) for part in plain.split(","))
        else:
            inside = re.sub(r"#.*", "", names).strip("()\n ")
            parts = [part.split(" as ") for part in inside.split(",") if part.strip()]
            yield source, [(part[0].strip(), part[-1].strip()) for part in parts]


def _imported(
    source: str, names: list[tuple[str, str]], module: str, package: str, found: Sources
) -> None:
    if source == "gonghui" or source.startswith("gonghui."):
        found.imports[package].add(package_of(source))
        found.imports[package] |= {package_of(f"{source}.{name}") for name, _ in names}
        return
    leaves = source.split(".", maxsplit=1)[0] in LEAVING or source in LEAVING_PARTS
    if leaves and package != GUARD:
        found.bypasses[package].add((module, source))


def _declared_parties(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """(name, code) of each `NAME = Party("code", …)` of a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Call):
            call = node.value
            if _name(call.func) == "Party" and (code := _text(call.args[0] if call.args else None)):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                yield from ((_name(target), code) for target in targets)


def _constants(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """(name, text) of each `NAME = "text"` of a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and (text := _text(node.value)):
            yield from ((_name(target), text) for target in node.targets)


def _told(
    tree: ast.AST,
    package: str,
    names: dict[str, str],
    words: dict[str, str],
    tellers: set[str],
    found: Sources,
) -> None:
    """Event types published and outside parties called in one module."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=function, args=[first, *_]) if _name(function) in tellers:
                topic = words.get(_name(first)) or _topic(first)
                if topic.startswith("cn.gonghui."):
                    found.topics[package].add(topic)
            case ast.keyword(arg="party", value=value) if package != GUARD:
                word = _text(value) or words.get(_name(value), "")
                if code := names.get(_name(value)) or word:
                    found.parties[package].add(code)
                    found.words |= {word} if word else set()


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
