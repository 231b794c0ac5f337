"""A phone that keeps what is sent to it, a user with a password, and browsers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from gonghui.kernel.identity import accounts, codes, passwords, texting
from gonghui.kernel.identity.models import Code, User

PASSWORD = "Zhulin-88-shan"


class Phone:
    """Text messages by number; jobs of codes run when it is looked at."""

    def __init__(self) -> None:
        self.texts: list[tuple[str, str]] = []

    def take(self, mobile: str, text: str, purpose: str) -> None:
        self.texts.append((mobile, text))

    def look(self) -> None:
        for key in Code.objects.exclude(text_sealed=None).values_list("key", flat=True):
            codes.deliver(key=key)

    def code(self) -> str:
        """The code last sent to anybody."""
        self.look()
        found = [re.search(r"\d{6}", text) for _, text in self.texts]
        return next(match[0] for match in reversed(found) if match)

    @property
    def count(self) -> int:
        self.look()
        return len(self.texts)


@pytest.fixture
def phone() -> Iterator[Phone]:
    made = Phone()
    before = list(texting._ways)
    texting.use(made.take)
    yield made
    texting._ways[:] = before


@pytest.fixture
def user(db: Any) -> User:
    made = User.objects.create_user("linan", display_name="林安")
    passwords.put(made, PASSWORD)
    accounts.put_mobile(made, "13812345678", verified_at=timezone.now())
    made.save()
    return made


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Move the clock the views read."""
    shift = [timezone.timedelta()]
    real = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: real() + shift[0])

    def go(**span: float) -> None:
        shift[0] += timezone.timedelta(**span)

    return go


def sign_in(client: Client, password: str = PASSWORD, username: str = "linan", **more: str) -> Any:
    return client.post("/signin/", {"username": username, "password": password, **more})


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200
