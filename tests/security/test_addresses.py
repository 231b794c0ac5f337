"""Every address: tokens on unsafe requests, headers on every answer, methods, odd parameters."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from gonghui.kernel.resource import lists
from tests.security.ground import Address, addresses, somebody, text_of

pytestmark = pytest.mark.django_db

UNSAFE = ("post", "put", "patch", "delete")
ASKING = {"/sso/logout": "draws the question whether to sign out; the answer has a token"}
PUBLIC = {
    "/sso/jwks.json": "public keys, the same for everybody",
    "/manifest.webmanifest": "the name and pictures of the application",
    "/hall/worker.js": "the program that keeps drafts offline",
    "/hall/offline/": "what is shown without a network; names nobody",
}
MACHINES = (
    "scim/",
    "o/",
    "sso/",
    "oidc/",
    "cas/",
    "identity/o/",
    "simulators/",
    "feedback/switch/events",
    "feedback/channels",
    ".well-known/",
    "api/",
    "hooks/",
)
"""Where protocols between machines live; only there may a view go without the token."""


def faults_of_headers(response: HttpResponse, signed_in: bool) -> list[str]:
    """What an answer fails to say to the browser."""
    policy = response.get("Content-Security-Policy", "")
    wanted = {
        "X-Frame-Options": "DENY",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    found = [
        f"{name}: {response.get(name)}"
        for name, value in wanted.items()
        if response.get(name) != value
    ]
    if response.get("Referrer-Policy") not in {"same-origin", "no-referrer"}:
        found.append(f"Referrer-Policy: {response.get('Referrer-Policy')}")
    if "unsafe-inline" in policy or "unsafe-eval" in policy or "*" in policy:
        found.append(f"policy allows too much: {policy}")
    sandboxed = "sandbox" in policy
    if not sandboxed and not (
        "frame-ancestors 'none'" in policy
        and "object-src 'none'" in policy
        and "base-uri 'none'" in policy
        and "form-action" in policy
    ):
        found.append(f"policy says too little: {policy}")
    if "camera=(self)" not in response.get("Permissions-Policy", ""):
        found.append("no Permissions-Policy")
    if response.get("Content-Security-Policy-Report-Only"):
        found.append("a policy that only reports")
    if signed_in and "no-store" not in response.get("Cache-Control", ""):
        found.append(f"may be kept: {response.get('Cache-Control')}")
    return found


def test_no_unsafe_request_passes_without_the_token_of_a_form(world):
    """The session alone moves nothing: every address; every method at each twentieth."""
    client = somebody(world, world.province, checks=True)
    passed = []
    for number, address in enumerate(each for each in addresses() if not each.exempt):
        for method in UNSAFE if number % 20 == 0 else UNSAFE[:1]:
            response = getattr(client, method)(address.path)
            if response.status_code not in {403, 404, 405}:
                passed.append((method, address.path, response.status_code))
    assert not passed


def test_only_protocols_between_machines_go_without_the_token():
    loose = [
        address.route
        for address in addresses()
        if address.exempt and not address.route.startswith(MACHINES)
    ]
    assert not loose


def test_a_session_opens_nothing_that_goes_without_the_token(world):
    """Where the token is not asked for, the cookie must not count either."""
    client = somebody(world, world.province, checks=True)
    opened = []
    for address in (each for each in addresses() if each.exempt):
        for method in UNSAFE:
            response = getattr(client, method)(address.path, {}, "application/json")
            if response.status_code < 300 and address.path not in ASKING:
                opened.append((method, address.path, response.status_code))
    assert not opened
    # Nothing of all this ended the session either.
    assert client.get("/messages/").status_code == 200


def test_every_page_says_what_browsers_must_know(world):
    """Headers of every address, for somebody with all roles and for nobody."""
    wrong: list[tuple] = []
    for client, signed_in in ((somebody(world, world.province), True), (Client(), False)):
        for address in addresses():
            if ended(address):
                continue
            response = client.get(address.path)
            if response.status_code >= 500:
                wrong.append((address.path, response.status_code))
            text_of(response) if response.streaming else None
            wrong += [
                (address.path, signed_in, fault)
                for fault in faults_of_headers(response, signed_in and address.path not in PUBLIC)
            ]
    assert not wrong


def ended(address: Address) -> bool:
    """Addresses that end the session the rest of the list needs."""
    return "signout" in address.route or "logout" in address.route


def test_odd_methods_do_nothing(world):
    client = somebody(world, world.province)
    broken = []
    for address in addresses():
        for method in ("TRACE", "BREW"):
            response = client.generic(method, address.path)
            if response.status_code != 405:
                broken.append((method, address.path, response.status_code))
    assert not broken


def test_a_header_does_not_change_the_method(world):
    client = somebody(world, world.province, checks=True)
    response = client.get("/desk/", headers={"X-HTTP-Method-Override": "DELETE"})
    assert response.status_code == 200
    assert client.get("/signout/", headers={"X-HTTP-Method-Override": "POST"}).status_code == 405


OUTWARD = (
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
)
NAMES = ("next", "back", "redirect", "redirect_to", "return", "return_to", "url", "continue")


def test_no_parameter_sends_a_person_away(world):
    """Open redirects: every address with every usual name of such a parameter."""
    sent = []
    client = somebody(world, world.province)
    for address in addresses():
        if ended(address):
            continue
        for target in OUTWARD[1:2]:
            response = client.get(address.path, dict.fromkeys(NAMES, target))
            place = response.get("Location", "")
            if place and "evil" in place.partition("?")[0]:
                sent.append((address.path, target, place))
    assert not sent


def test_signing_in_and_out_leads_to_our_own_pages(world):
    user = world.user("某人")
    for target in OUTWARD:
        client = Client()
        answer = client.post(
            "/signin/", {"username": user.username, "password": "word", "next": target}
        )
        assert "evil" not in answer.get("Location", ""), target
        assert "javascript" not in answer.get("Location", "")
        client = somebody(world, world.province)
        assert "evil" not in client.post("/signout/", {"next": target}).get("Location", "")


def test_the_way_back_on_an_error_page_is_ours(world):
    client = somebody(world, world.jinghu)
    page = "/w/memberships/987654321/"
    inside = client.get(page, headers={"Referer": "http://testserver/w/memberships/"})
    assert 'href="http://testserver/w/memberships/"' in inside.content.decode()
    for away in ("https://evil.example/", "javascript:alert(1)"):
        assert "evil" not in client.get(page, headers={"Referer": away}).content.decode()


@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "localhost:80@evil"])
def test_only_our_own_host_is_answered(host):
    assert Client().get("/signin/", headers={"Host": host}).status_code == 400


def test_error_pages_tell_nothing_of_the_inside(world, monkeypatch):
    monkeypatch.setattr(lists, "fetch", lambda *given: 1 / 0)
    client = somebody(world, world.province)
    client.raise_request_exception = False
    pages = [
        client.get("/nothing/here/"),
        client.get("/w/memberships/?under=x"),
        client.get("/w/memberships/"),
        Client(headers={"host": "evil.example"}).get("/"),
    ]
    assert pages[2].status_code == 500
    for page in pages:
        body = text_of(page)
        for word in ("Traceback", "ZeroDivisionError", "/src/gonghui", "SELECT ", "psycopg"):
            assert word not in body, (page.status_code, word)


# Each check sees its own sown fault.


@csrf_exempt
def careless(request):
    """A view without any protection."""
    response = HttpResponse("ok")
    response["Location"] = request.GET.get("next", "")
    return response


def test_the_lists_see_what_they_look_for(settings, world):
    from gonghui.site import urls

    settings.ROOT_URLCONF = type(
        "sown", (), {"urlpatterns": [path("careless/", careless), *urls.urlpatterns]}
    )
    found = [address for address in addresses() if address.route == "careless/"]
    assert found
    assert found[0].exempt
    assert not found[0].route.startswith(MACHINES)
    client = somebody(world, world.province, checks=True)
    assert client.post("/careless/").status_code == 200
    answer = client.get("/careless/", {"next": "//evil.example/"})
    assert "evil" in answer["Location"].partition("?")[0]
    bare = careless(RequestFactory().get("/"))
    assert len(faults_of_headers(bare, True)) >= 7
    bare["Content-Security-Policy"] = "default-src 'self' 'unsafe-inline'"
    assert any("too much" in fault for fault in faults_of_headers(bare, False))
