"""CAS: tickets of one use for registered services."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from defusedxml import ElementTree
from django.test import Client
from django.utils import timezone

from gonghui.kernel.identity.models import User
from gonghui.systems.portal.sign_on.models import SignOn, Ticket
from gonghui.systems.portal.sign_on.tests.conftest import Program, location, told
from gonghui.systems.portal.sign_on.tests.makers import active

pytestmark = pytest.mark.django_db
SERVICE = "https://old.example.org/app/login?next=1"
NS = {"cas": "http://www.yale.edu/tp/cas"}


@pytest.fixture
def old(world, cadre):
    """An old system on CAS, run by the federation itself, and a cadre signed in here."""
    made = Program(
        active(
            world,
            title="旧系统",
            kind="cas",
            redirect_uris=["https://old.example.org/app"],
            post_logout_uris=[],
            logout_uri="",
            scopes=["profile", "org", "roles"],
            requested_trust="first_party",
        ),
        "",
    )
    made.browser.force_login(cadre)
    return made


def ticket(program, service=SERVICE, **more):
    answer = program.browser.get("/cas/login?" + urlencode({"service": service, **more}))
    sent = told(location(answer))
    assert sent["next"] == "1"
    return sent["ticket"]


def validate(ticket, service=SERVICE, way="p3/serviceValidate", **more):
    answer = Client().get(f"/cas/{way}", {"ticket": ticket, "service": service, **more})
    assert answer.status_code == 200 and answer["Content-Type"].startswith("application/xml")
    return ElementTree.fromstring(answer.content)


def code_of(root):
    return root.find("cas:authenticationFailure", NS).get("code")


def test_ticket_names_the_person_with_attributes(old):
    root = validate(ticket(old))
    user = root.find("cas:authenticationSuccess/cas:user", NS).text
    assert len(user) == 32
    values = root.find("cas:authenticationSuccess/cas:attributes", NS)
    assert values.find("cas:name", NS).text == "许若兰"
    assert values.find("cas:county", NS).text == "合肥市蜀山区总工会"
    assert values.find("cas:roles", NS).text.startswith("handler:")
    assert values.find("cas:isFromNewLogin", NS).text == "false"
    assert len(values.findall("cas:org_names", NS)) == 3


def test_version_two_has_no_attributes(old):
    root = validate(ticket(old), way="serviceValidate")
    assert root.find("cas:authenticationSuccess/cas:user", NS) is not None
    assert root.find("cas:authenticationSuccess/cas:attributes", NS) is None


def test_login_name_is_given_only_with_its_scope(world, cadre):
    made = Program(
        active(
            world,
            kind="cas",
            redirect_uris=["https://old.example.org/app"],
            scopes=["account"],
            requested_trust="first_party",
            logout_uri="",
        ),
        "",
    )
    made.browser.force_login(cadre)
    root = validate(ticket(made))
    assert root.find("cas:authenticationSuccess/cas:user", NS).text == cadre.username


def test_ticket_works_once_even_when_the_first_use_failed(old):
    first = ticket(old)
    assert (
        code_of(validate(first, service="https://old.example.org/app/other")) == "INVALID_SERVICE"
    )
    assert code_of(validate(first)) == "INVALID_TICKET"
    second = ticket(old)
    validate(second)
    assert code_of(validate(second)) == "INVALID_TICKET"


def test_ticket_expires(old):
    first = ticket(old)
    assert Ticket.objects.get().expires_at <= timezone.now() + timedelta(seconds=60)
    Ticket.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert code_of(validate(first)) == "INVALID_TICKET"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"ticket": "", "service": SERVICE}, "INVALID_REQUEST"),
        ({"ticket": "ST-x", "service": ""}, "INVALID_REQUEST"),
        ({"ticket": "ST-unknown", "service": SERVICE}, "INVALID_TICKET"),
        ({"ticket": "PT-unknown", "service": SERVICE}, "INVALID_TICKET_SPEC"),
        ({"ticket": "ST-\x00", "service": SERVICE}, "INVALID_REQUEST"),
        ({"ticket": "<a>&\"'", "service": SERVICE}, "INVALID_TICKET_SPEC"),
    ],
)
def test_bad_requests(db, given, code):
    assert code_of(validate(**given)) == code


def test_renew_wants_a_fresh_proof(old):
    assert code_of(validate(ticket(old), renew="true")) == "INVALID_TICKET"
    answer = old.browser.get("/cas/login?" + urlencode({"service": SERVICE, "renew": "true"}))
    assert answer["Location"].startswith("/account/verify/")


def test_gateway_never_asks(old):
    query = urlencode({"service": SERVICE, "gateway": "true"})
    assert Client().get(f"/cas/login?{query}")["Location"] == SERVICE
    assert "ticket" in told(location(old.browser.get(f"/cas/login?{query}")))


@pytest.mark.parametrize(
    "service",
    [
        "https://evil.example/",
        "https://old.example.org/",
        "https://old.example.org/application",
        "https://old.example.org/app/../x",
        "https://old.example.org@evil.example/app",
        "javascript:alert(1)",
    ],
)
def test_unregistered_service_gets_nothing(old, service):
    answer = old.browser.get("/cas/login?" + urlencode({"service": service}))
    assert answer.status_code == 422 and "没有在统一登录平台登记" in answer.content.decode()
    gateway = Client().get("/cas/login?" + urlencode({"service": service, "gateway": "true"}))
    assert gateway.status_code == 422
    out = old.browser.get("/cas/logout?" + urlencode({"service": service}))
    assert out.status_code == 200 and "Location" not in out


def test_no_proxies(db):
    assert code_of(validate("ST-x", way="proxyValidate")) == "UNAUTHORIZED_SERVICE_PROXY"
    answer = ElementTree.fromstring(Client().get("/cas/proxy?pgt=x&targetService=y").content)
    assert answer.find("cas:proxyFailure", NS) is not None


def test_logout_ends_the_session_and_returns(old):
    validate(ticket(old))
    answer = old.browser.get("/cas/logout?" + urlencode({"service": "https://old.example.org/app"}))
    assert answer["Location"] == "https://old.example.org/app"
    assert SignOn.objects.unscoped("test").get().ended_at is not None
    assert old.browser.get("/sso/mine/").status_code == 302


def test_outside_service_asks_for_consent(world, cadre):
    made = Program(
        active(world, kind="cas", redirect_uris=["https://old.example.org/app"], logout_uri=""), ""
    )
    made.browser.force_login(cadre)
    page = made.browser.get("/cas/login?" + urlencode({"service": SERVICE}))
    assert "您的姓名" in page.content.decode()
    sent = told(location(made.agree(page)))
    assert validate(sent["ticket"]).find("cas:authenticationSuccess", NS) is not None


def test_ticket_of_a_suspended_person(old, cadre):
    first = ticket(old)
    User.objects.filter(pk=cadre.pk).update(is_active=False)
    assert code_of(validate(first)) == "INVALID_TICKET"
