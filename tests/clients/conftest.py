"""A live platform, a person who signs in by its forms, and an application of other people's code.

The application is tests/clients/application.mjs on openid-client, jose and cas-authentication;
`npm ci --prefix tests/clients` brings them. Where they or node are missing the tests fail with
that advice, for what is proved here cannot be proved with our own code.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from django.db import transaction

from gonghui.kernel.access.roles import HANDLER
from gonghui.kernel.bus.dispatch import dispatch_pending
from gonghui.kernel.identity.models import User
from gonghui.kernel.testing import world as world_module
from gonghui.site.database import free_port
from gonghui.systems.portal.sign_on.actions.applications import rotate_secret
from gonghui.systems.portal.sign_on.jobs import notifying
from gonghui.systems.portal.sign_on.models import Application, LogoutNotice
from gonghui.systems.portal.sign_on.tests.makers import active, administrators

HERE = Path(__file__).parent
READY_SECONDS = 20


@dataclass
class Browser:
    """A browser as far as the protocols need one: cookies, redirects, forms, moving pages."""

    pages: httpx.Client = field(
        default_factory=lambda: httpx.Client(follow_redirects=False, timeout=30, trust_env=False)
    )
    seen: list[str] = field(default_factory=list)

    def go(self, url: str) -> httpx.Response:
        return self._onward(self.pages.get(url))

    def send(self, page: httpx.Response, action: str = "", **data: str) -> httpx.Response:
        """Send the form of a page with its hidden fields and these."""
        hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
        form = {name: unescape(value) for name, value in hidden} | data
        where = urljoin(str(page.url), action or page.url.path)
        headers = {"Referer": str(page.url)}
        return self._onward(self.pages.post(where, data=form, headers=headers))

    def _onward(self, answer: httpx.Response) -> httpx.Response:
        for _ in range(20):
            self.seen.append(str(answer.url))
            moves = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', answer.text)
            if answer.is_redirect:
                target = answer.headers["location"]
            elif moves:
                target = unescape(moves[1])
            else:
                return answer
            answer = self.pages.get(urljoin(str(answer.url), target))
        raise AssertionError(f"goes round in circles: {self.seen[-6:]}")

    def sign_in(self, page: httpx.Response, username: str) -> httpx.Response:
        """Fill in the sign-in form."""
        assert urlsplit(str(page.url)).path == "/signin/", page.url
        return self.send(page, username=username, password="word")


@dataclass
class Stage:
    """Where a test plays: the platform's address, its person, the registered applications."""

    address: str
    username: str
    application: Application
    secret: str
    device: Application
    cas: Application
    own: str
    browser: Browser = field(default_factory=Browser)

    def tell(self) -> list[LogoutNotice]:
        """Do what the worker does within seconds: hand out events, run their jobs."""
        while dispatch_pending():
            pass
        for notice in LogoutNotice.objects.filter(state="waiting"):
            notifying.notify(sign_on=notice.sign_on_id)
        return list(LogoutNotice.objects.all())


@pytest.fixture
def stage(live_server: Any, settings: Any) -> Iterator[Stage]:
    settings.OUTGOING_PRIVATE = ("127.0.0.1:*",)
    own = f"http://127.0.0.1:{free_port()}"
    facts = {
        "redirect_uris": [f"{own}/callback"],
        "post_logout_uris": [f"{own}/bye"],
        "logout_uri": f"{own}/backchannel",
        "home_url": own,
    }
    with transaction.atomic():
        world = world_module.build()
        user = world.user("许若兰", (HANDLER, world.shushan))
        User.objects.filter(pk=user.pk).update(title="组织部部长")
        web = active(world, **facts)
        keeper, _ = administrators(world)
        secret = rotate_secret(web, by=keeper, keep_former=False)
        none = {"redirect_uris": [], "post_logout_uris": [], "logout_uri": ""}
        device = active(world, title="大屏", kind="device", **none)
        services = [f"{own}/cas2", f"{own}/cas3"]
        cas = active(
            world,
            title="旧系统",
            kind="cas",
            requested_trust="first_party",
            scopes=["profile", "account", "org", "roles"],
            **{**none, "redirect_uris": services},
        )
    address = live_server.url.replace("localhost", "127.0.0.1")
    yield Stage(address, user.username, web, secret, device, cas, own)


@pytest.fixture
def outside(stage: Stage) -> Iterator[Callable[..., httpx.Response]]:
    """The application runs; outside("POST", "/refresh") asks it with the browser's cookies."""
    node = shutil.which(os.environ.get("GONGHUI_NODE", "node"))
    assert node, "node is missing: `make test` brings it, or apt-get install nodejs npm"
    assert (HERE / "node_modules").exists(), "run: npm ci --prefix tests/clients"
    version = int(subprocess.check_output([node, "--version"], text=True)[1:].split(".")[0])
    flags = ["--experimental-global-webcrypto"] if version < 19 else []
    variables = {
        "PATH": os.environ["PATH"],
        "ISSUER": stage.address,
        "CLIENT_ID": stage.application.client_id,
        "CLIENT_SECRET": stage.secret,
        "DEVICE_ID": stage.device.client_id,
        "PORT": stage.own.rsplit(":", 1)[1],
    }
    child = subprocess.Popen(
        [node, *flags, str(HERE / "application.mjs")],
        env=variables,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert child.stdout is not None and child.stdout.readline() == "ready\n"
        yield lambda method, path: stage.browser.pages.request(method, stage.own + path)
    finally:
        child.terminate()
        child.wait(READY_SECONDS)
