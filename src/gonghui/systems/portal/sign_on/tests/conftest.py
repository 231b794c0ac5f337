"""A client program of the tests: what a small application does with its own two hands."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client

from gonghui.kernel.access.roles import HANDLER
from gonghui.systems.portal.sign_on.actions import keys
from gonghui.systems.portal.sign_on.models import Application
from gonghui.systems.portal.sign_on.tests.makers import with_secret

draw = rsa.generate_private_key


@cache
def drawn(number: int) -> rsa.RSAPrivateKey:
    """Keys of the tests, drawn once: each takes a tenth of a second."""
    return draw(public_exponent=65537, key_size=2048)


@pytest.fixture(autouse=True)
def quick_keys(monkeypatch):
    numbers = iter(range(50))
    monkeypatch.setattr(
        keys.rsa, "generate_private_key", lambda **_: drawn(next(numbers) % 4), raising=True
    )


def pkce() -> tuple[str, str]:
    """A verifier and its S256 challenge."""
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    return verifier, base64.urlsafe_b64encode(digest).decode().rstrip("=")


def location(answer: Any) -> str:
    """Where an answer leads: by redirect, or by the page that moves on by itself."""
    if answer.status_code in {301, 302, 303}:
        return answer["Location"]
    found = re.search(r'content="0;url=([^"]+)"', answer.content.decode())
    assert found, (answer.status_code, answer.content.decode()[-800:])
    return found[1].replace("&amp;", "&")


def told(url: str) -> dict[str, str]:
    """The parameters an application is sent."""
    return {key: values[0] for key, values in parse_qs(urlsplit(url).query).items()}


@dataclass
class Program:
    """An application with its secret, and the browser of a person."""

    application: Application
    secret: str
    browser: Client = field(default_factory=Client)
    server: Client = field(default_factory=Client)
    verifier: str = ""

    @property
    def redirect_uri(self) -> str:
        return self.application.redirect_uris[0]

    def asked(self, **changes: Any) -> dict[str, str]:
        self.verifier, challenge = pkce()
        found = {
            "response_type": "code",
            "client_id": self.application.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": "openid profile",
            "state": "s-1",
            "nonce": "n-1",
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            **changes,
        }
        return {key: value for key, value in found.items() if value is not None}

    def authorize(self, **changes: Any) -> Any:
        return self.browser.get("/sso/authorize?" + urlencode(self.asked(**changes)))

    def agree(self, answer: Any, do: str = "grant") -> Any:
        """Press a button of the consent page, and follow to where it leads here."""
        signed = re.search(r'name="consent" value="([^"]+)"', answer.content.decode())
        assert signed, answer.content.decode()[-1500:]
        path = urlsplit(answer.request["PATH_INFO"]).path
        after = self.browser.post(path, {"consent": signed[1], "do": do})
        if after.status_code == 302 and after["Location"].startswith("/"):
            after = self.browser.get(after["Location"])
        return after

    def code(self, **changes: Any) -> str:
        """A code, after consent if that is asked for."""
        answer = self.authorize(**changes)
        if b'name="consent"' in answer.content:
            answer = self.agree(answer)
        return told(location(answer))["code"]

    def post(self, path: str, data: dict[str, str], *, basic: bool = True, **extra: Any) -> Any:
        if basic:
            pair = f"{self.application.client_id}:{self.secret}".encode()
            extra["HTTP_AUTHORIZATION"] = f"Basic {base64.b64encode(pair).decode()}"
        return self.server.post(path, data, **extra)

    def redeem(self, code: str, **changes: Any) -> Any:
        data = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": self.verifier,
            **changes,
        }
        return self.post(
            "/sso/token", {key: value for key, value in data.items() if value is not None}
        )

    def tokens(self, **changes: Any) -> dict[str, Any]:
        answer = self.redeem(self.code(**changes))
        assert answer.status_code == 200, answer.content
        return answer.json()

    def refresh(self, token: str) -> Any:
        return self.post("/sso/token", {"grant_type": "refresh_token", "refresh_token": token})

    def userinfo(self, token: str) -> Any:
        return self.server.get("/sso/userinfo", HTTP_AUTHORIZATION=f"Bearer {token}")

    def introspect(self, token: str) -> dict[str, Any]:
        return self.post("/sso/introspect", {"token": token}).json()


@pytest.fixture
def cadre(world):
    """A cadre of Shushan with a title and a number."""
    from gonghui.kernel.identity.models import User

    user = world.user("许若兰", (HANDLER, world.shushan))
    User.objects.filter(pk=user.pk).update(title="组织部部长", post_union_id=world.shushan.pk)
    user.refresh_from_db()
    return user


@pytest.fixture
def program(world, cadre):
    """An active web application, and the cadre signed in here."""
    made = Program(*with_secret(world))
    made.browser.force_login(cadre)
    return made
