"""Nothing leaves this host but through the guard of outgoing calls."""

import ast
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "gonghui"
CLIENTS = {"httpx", "requests", "urllib.request", "http.client", "urllib3", "aiohttp", "httpcore"}
MAY = {
    "kernel/security/outgoing.py": "the guard itself",
    "site/runner/serve.py": "the supervisor asks its own web process whether it answers",
}


def clients_imported(text: str) -> set[str]:
    """The HTTP client modules a source file imports."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names = {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
        else:
            continue
        found |= {name for name in names if name in CLIENTS or name.split(".")[0] in CLIENTS}
    return found


def test_http_clients_are_imported_by_the_guard_alone():
    users = {
        str(path.relative_to(SOURCE))
        for path in SOURCE.rglob("*.py")
        if "tests" not in path.parts and clients_imported(path.read_text("utf-8"))
    }
    assert users == set(MAY)


def test_each_way_of_importing_is_seen():
    for line in (
        "import httpx",
        "from httpx import Client",
        "import urllib.request as r",
        "from urllib import request",
        "from http import client",
        "def f():\n    import requests.adapters",
    ):
        assert clients_imported(line), line
    assert not clients_imported("from urllib.parse import urlparse\nfrom http import HTTPStatus")
