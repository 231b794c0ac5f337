"""A code or a refresh token presented twice at the same moment serves once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from gonghui.kernel.access.roles import HANDLER
from gonghui.kernel.testing import world as worlds
from gonghui.systems.portal.sign_on.tests.conftest import Program
from gonghui.systems.portal.sign_on.tests.makers import with_secret

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 4
ROUNDS = 3


@pytest.fixture
def world():
    """Committed, so that other connections see it."""
    with transaction.atomic():
        return worlds.build()


@pytest.fixture
def cadre(world):
    with transaction.atomic():
        return world.user("许若兰", (HANDLER, world.shushan))


@pytest.fixture
def program(world, cadre):
    with transaction.atomic():
        made = Program(*with_secret(world))
    made.browser.force_login(cadre)
    return made


def together(ask: Callable[[Client], Any]) -> list[Any]:
    """The answers to the same request, sent by several connections at the same moment."""
    gate, answers = threading.Barrier(AT_ONCE), []

    def run() -> None:
        browser = Client()
        try:
            gate.wait(30)
            answers.append(ask(browser))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == AT_ONCE
    return answers


def by(program: Program, browser: Client) -> Program:
    """The application, calling over another connection."""
    return Program(program.application, program.secret, program.browser, browser, program.verifier)


@pytest.mark.parametrize("_", range(ROUNDS))
def test_a_code_redeemed_at_once(program, _):
    code = program.code()
    answers = together(lambda browser: by(program, browser).redeem(code))
    served = [answer for answer in answers if answer.status_code == 200]
    refused = [answer for answer in answers if answer.status_code != 200]
    assert len(served) == 1
    assert {answer.json()["error"] for answer in refused} == {"invalid_grant"}
    # A code shown twice may have been stolen: what it bought is taken back.
    assert program.userinfo(served[0].json()["access_token"]).status_code == 401


@pytest.mark.parametrize("_", range(ROUNDS))
def test_a_refresh_token_used_at_once(program, _):
    token = program.tokens()["refresh_token"]
    answers = together(lambda browser: by(program, browser).refresh(token))
    served = [answer for answer in answers if answer.status_code == 200]
    assert len(served) == 1
    follow = program.refresh(served[0].json()["refresh_token"])
    assert follow.json()["error"] == "invalid_grant"
