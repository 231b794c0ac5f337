"""Fixtures every test may use: a key ring of its own, the small province, the bound role."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Browser, sync_playwright

from gonghui.kernel.base import sealing
from gonghui.kernel.documents import authority
from gonghui.kernel.testing import world as world_module


@pytest.fixture(scope="session", autouse=True)
def test_keyring(tmp_path_factory: Any) -> Iterator[sealing.Keyring]:
    """Sealing keys and certificates made for this run only, the latter at first use."""
    folder: Path = tmp_path_factory.mktemp("keys")
    ring = sealing.Keyring.generate(folder)
    before = sealing.use_keyring(ring)
    authority.use_folder(folder / "signing")
    yield ring
    authority.use_folder(None)
    sealing.use_keyring(before)


@pytest.fixture
def world(db: Any) -> world_module.World:
    """The small province, with the wall down for the test's own reads."""
    return world_module.build()


@pytest.fixture
def as_application(db: Any) -> Iterator[None]:
    """Work as the database role that row-level security binds."""
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE gonghui_app")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


CHROMIUM = os.environ.get("GONGHUI_CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=zh-CN",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests of a process: Playwright runs once in a thread."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
