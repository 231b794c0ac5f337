"""Applications are told that a session ended: tokens, retries, receipts."""

from __future__ import annotations

from urllib.parse import parse_qs

import httpx
import jwt
import pytest

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.bus.models import Outbox
from gonghui.kernel.identity import sessions
from gonghui.systems.portal.sign_on.jobs import notifying
from gonghui.systems.portal.sign_on.models import LogoutNotice, SignOn
from gonghui.systems.portal.sign_on.tests.conftest import Program
from gonghui.systems.portal.sign_on.tests.makers import active
from gonghui.systems.portal.sign_on.tests.test_cas import ticket, validate

pytestmark = pytest.mark.django_db


class Other:
    """What stands for the application's server."""

    def __init__(self) -> None:
        self.answers = [200]
        self.got: list[tuple[str, dict]] = []

    def __call__(self, method, url, *, party, content, **_):
        self.got.append((url, parse_qs(content)))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer == 0:
            raise Refusal("对方没有应答。")
        return httpx.Response(answer)


@pytest.fixture
def other(monkeypatch):
    made = Other()
    monkeypatch.setattr(notifying.outgoing, "request", made)
    return made


def ended(program: Program) -> SignOn:
    tokens = program.tokens()
    sid = jwt.decode(tokens["id_token"], options={"verify_signature": False})["sid"]
    sessions.end_session(sid, why="signout")
    return SignOn.objects.unscoped("test").get()


def test_notice_is_a_valid_logout_token(program, other):
    sign_on = ended(program)
    assert Outbox.objects.filter(type="cn.gonghui.sign_on.ended").count() == 1
    notifying.notify(sign_on=sign_on.pk)
    url, form = other.got[0]
    assert url == "https://books.example.org/backchannel"
    token = form["logout_token"][0]
    header = jwt.get_unverified_header(token)
    keys = {k["kid"]: k for k in program.server.get("/sso/jwks.json").json()["keys"]}
    claims = jwt.decode(
        token,
        jwt.PyJWK(keys[header["kid"]]).key,
        algorithms=["RS256"],
        audience=program.application.client_id,
        issuer="http://testserver",
    )
    assert header["typ"] == "logout+jwt" and "nonce" not in claims
    assert claims["sid"] == sign_on.sid and claims["events"] == {notifying.LOGOUT_EVENT: {}}
    notice = LogoutNotice.objects.get()
    assert (notice.state, notice.attempts, notice.answer) == ("delivered", 1, "HTTP 200")
    notifying.notify(sign_on=sign_on.pk)
    assert len(other.got) == 1


def test_notice_is_sent_again_until_it_arrives(program, other):
    sign_on = ended(program)
    other.answers = [503, 0, 204]
    for _ in range(2):
        with pytest.raises(notifying.Undelivered):
            notifying.notify(sign_on=sign_on.pk)
    notifying.notify(sign_on=sign_on.pk)
    notice = LogoutNotice.objects.get()
    assert (notice.state, notice.attempts) == ("delivered", 3)


def test_notice_is_given_up_after_a_while(program, other):
    sign_on = ended(program)
    other.answers = [500]
    for _ in range(notifying.ATTEMPTS - 1):
        with pytest.raises(notifying.Undelivered):
            notifying.notify(sign_on=sign_on.pk)
    notifying.notify(sign_on=sign_on.pk)
    assert LogoutNotice.objects.get().state == "failed"


def test_refusal_of_the_application_is_final(program, other):
    sign_on = ended(program)
    other.answers = [400]
    notifying.notify(sign_on=sign_on.pk)
    notice = LogoutNotice.objects.get()
    assert (notice.state, notice.answer) == ("refused", "HTTP 400")


def test_idle_session_does_not_disturb_the_application(program, other):
    tokens = program.tokens()
    sid = jwt.decode(tokens["id_token"], options={"verify_signature": False})["sid"]
    sessions.end_session(sid, why="idle")
    assert not LogoutNotice.objects.exists()
    assert program.userinfo(tokens["access_token"]).status_code == 200


def test_application_without_an_address_is_not_told(world, cadre):
    from gonghui.systems.portal.sign_on.tests.makers import with_secret

    made = Program(*with_secret(world, logout_uri=""))
    made.browser.force_login(cadre)
    assert ended(made).ended_at is not None
    assert not LogoutNotice.objects.exists()


def test_cas_service_is_told_by_its_ticket(world, cadre, other):
    made = Program(
        active(
            world,
            kind="cas",
            redirect_uris=["https://old.example.org/app"],
            requested_trust="first_party",
            logout_uri="",
        ),
        "",
    )
    made.browser.force_login(cadre)
    used = ticket(made)
    validate(used)
    unused = ticket(made)
    made.browser.post("/signout/")
    for sign_on in SignOn.objects.unscoped("test"):
        notifying.notify(sign_on=sign_on.pk)
    assert len(other.got) == 1
    url, form = other.got[0]
    text = form["logoutRequest"][0]
    assert url.startswith("https://old.example.org/app/login")
    assert f"<samlp:SessionIndex>{used}</samlp:SessionIndex>" in text and unused not in text
