"""A whole platform for the journeys: `gonghui run --demo` on a database of its own, and browsers.

Everything is as a province would run it: its own processes, the production settings, the role
row-level security binds. Set GONGHUI_JOURNEYS_URL to walk through one that is running already.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext
from psycopg import sql

from gonghui.kernel.base.sealing import Keyring
from gonghui.site.database import free_port
from gonghui.site.environment import root
from gonghui.site.settings.base import database
from tests.journeys.visitor import Visitor

READY_SECONDS = 900
"""A platform migrates and fills an empty database; a busy machine takes its time."""
STOP_SECONDS = 60


# Before xdist reads the groups, or two workers would each start a platform.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker walks all journeys: they share a platform."""
    here = str(Path(__file__).parent)
    for item in items:
        if str(item.path).startswith(here):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("journeys"))


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the platform answers, without a slash at the end."""
    if given := os.environ.get("GONGHUI_JOURNEYS_URL"):
        yield given.rstrip("/")
        return
    folder = tmp_path_factory.mktemp("platform")
    with_database = _new_database(f"journeys_{os.getpid()}")
    url = next(with_database)
    try:
        yield from _running(url, folder)
    finally:
        next(with_database, None)


def _new_database(name: str) -> Iterator[str]:
    """A database beside the one the tests were given; dropped at the end.

    A copy of the migrated one, where there is one; nobody may be connected to that meanwhile.
    """
    given = os.environ.get("DATABASE_URL", "postgresql:///gonghui")
    parts = database(given)
    where = {
        "host": parts["HOST"],
        "port": parts["PORT"],
        "user": parts["USER"],
        "password": parts["PASSWORD"],
        "dbname": "postgres",
    }
    known = {key: value for key, value in where.items() if value}
    with psycopg.connect(**known, autocommit=True) as connection:
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        connection.execute(drop)
        template = sql.Identifier(os.environ.get("GONGHUI_TEST_TEMPLATE", "template1"))
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(create.format(sql.Identifier(name), template))
        address = urlsplit(given)
        yield address._replace(path=f"/{name}").geturl()
        connection.execute(drop)


def _running(url: str, folder: Path) -> Iterator[str]:
    # Any free port: the web server shares a taken one instead of refusing it.
    port = free_port()
    ours = {"GONGHUI_DB_ROLE", "GONGHUI_PROCESS", "DJANGO_SETTINGS_MODULE", "GONGHUI_KEYS"}
    variables = {key: value for key, value in os.environ.items() if key not in ours}
    variables |= {
        "DATABASE_URL": url,
        "GONGHUI_VAR": str(folder / "var"),
        "GONGHUI_HOME": str(root()),
        "GONGHUI_WEB_WORKERS": "1",
        # Every visitor comes from this one address, faster than people do.
        "GONGHUI_RATES": "off",
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
    }
    if "GONGHUI_TEST_TEMPLATE" in os.environ:
        # The platform makes no keys for a database that has tables; this one has no rows yet.
        Keyring.generate(folder / "var/secrets/keys")
    log = folder / "run.log"
    command = [sys.executable, "-m", "gonghui.site.cli", "run", "--demo", "--port", str(port)]
    with log.open("wb") as output:
        child = subprocess.Popen(command, env=variables, stdout=output, stderr=output)
    try:
        _wait(child, f"http://127.0.0.1:{port}/healthz", log)
        yield f"http://127.0.0.1:{port}"
    finally:
        child.send_signal(signal.SIGINT)
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()


def _wait(child: subprocess.Popen, url: str, log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if child.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.3)
    pytest.fail(f"the platform did not start:\n{log.read_text('utf-8')[-4000:]}")


@pytest.fixture(scope="session")
def cookies() -> dict[str, list]:
    """Cookies of accounts that signed in before, so that a form is filled in once each."""
    return {}


@pytest.fixture
def visit(
    address: str, chromium: Browser, cookies: dict[str, list], request: pytest.FixtureRequest
) -> Iterator[Callable[..., Visitor]]:
    """Somebody with a browser: visit("jiceng-shenpi", width=360); None is not signed in.

    What went wrong on any of their pages fails the test at its end.
    """
    contexts: list[BrowserContext] = []
    visitors: list[Visitor] = []

    def arrive(username: str | None = None, width: int = 1440) -> Visitor:
        context = chromium.new_context(
            viewport={"width": width, "height": 900 if width > 700 else 780},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            has_touch=width < 700,
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        made = Visitor(context, address, request.node.name, cookies)
        visitors.append(made)
        if username is not None:
            made.sign_in(username)
        return made

    yield arrive
    faults = [fault for visitor in visitors for fault in visitor.faults]
    for context in contexts:
        context.close()
    assert not faults, faults
