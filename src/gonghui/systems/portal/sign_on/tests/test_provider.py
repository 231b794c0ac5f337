"""The OpenID provider: the ways that work, and the many that must not."""

from __future__ import annotations

import base64
import hmac
import json
import re
import time
from datetime import timedelta
from urllib.parse import urlencode

import jwt
import pytest
from allauth.idp.oidc.models import Token
from django.test import Client
from django.utils import timezone

from gonghui.kernel.access.roles import SYSTEM_ADMIN
from gonghui.kernel.audit.models import Entry
from gonghui.kernel.identity import sessions
from gonghui.kernel.identity.models import MOBILE, User
from gonghui.kernel.security.models import SecurityEvent
from gonghui.systems.portal.sign_on.actions.keys import rotate
from gonghui.systems.portal.sign_on.models import Code, Consent, SigningKey, SignOn
from gonghui.systems.portal.sign_on.tests.conftest import Program, drawn, location, told
from gonghui.systems.portal.sign_on.tests.makers import active, administrators, with_secret

pytestmark = pytest.mark.django_db


def published(client: Client) -> dict:
    return {key["kid"]: key for key in client.get("/sso/jwks.json").json()["keys"]}


def decoded(program: Program, token: str) -> dict:
    """An ID token, checked as an application checks it."""
    kid = jwt.get_unverified_header(token)["kid"]
    key = jwt.PyJWK(published(program.server)[kid])
    return jwt.decode(
        token,
        key.key,
        algorithms=["RS256"],
        audience=program.application.client_id,
        issuer="http://testserver",
    )


def test_discovery_names_what_is_offered_and_nothing_else():
    answer = Client().get("/.well-known/openid-configuration").json()
    assert answer["issuer"] == "http://testserver"
    assert answer["response_types_supported"] == ["code"]
    assert answer["code_challenge_methods_supported"] == ["S256"]
    assert answer["backchannel_logout_supported"] is True
    assert "implicit" not in answer["grant_types_supported"]
    assert all(
        answer[name].startswith("http://testserver/sso/")
        for name in answer
        if name.endswith("_endpoint")
    )


def test_code_flow_gives_what_the_person_agreed_to(program, cadre):
    page = program.authorize(scope="openid profile org roles")
    text = page.content.decode()
    assert "您的姓名、职务" in text and "工会图书借阅" in text
    assert "no-store" in page["Cache-Control"]
    answer = program.agree(page)
    sent = told(location(answer))
    assert sent["state"] == "s-1" and sent["iss"] == "http://testserver"
    tokens = program.redeem(sent["code"]).json()
    claims = decoded(program, tokens["id_token"])
    assert claims["nonce"] == "n-1"
    assert claims["sub"] != str(cadre.pk) and len(claims["sub"]) == 32
    assert "name" not in claims and claims["auth_time"] <= time.time()
    info = program.userinfo(tokens["access_token"]).json()
    assert info["sub"] == claims["sub"]
    assert (info["name"], info["title"]) == ("许若兰", "组织部部长")
    assert info["org_names"][-1] == "合肥市蜀山区总工会" and info["city"]["name"] == "合肥市总工会"
    assert info["roles"][0]["role"] == "handler"
    assert "phone_number" not in info


def test_consent_is_remembered_and_asked_again_for_more(program):
    program.code()
    assert program.authorize().status_code == 200
    assert b'name="consent"' not in program.authorize().content
    assert b'name="consent"' in program.authorize(scope="openid profile phone").content
    assert b'name="consent"' in program.authorize(prompt="consent").content


def test_consent_withdrawn_ends_the_tokens(program):
    tokens = program.tokens()
    consent = Consent.objects.get()
    page = program.browser.get("/sso/mine/")
    assert "工会图书借阅" in page.content.decode()
    program.browser.post(f"/sso/mine/{consent.pk}/withdraw/")
    assert program.userinfo(tokens["access_token"]).status_code == 401
    assert program.refresh(tokens["refresh_token"]).status_code == 400
    assert b'name="consent"' in program.authorize().content


def test_record_of_the_application_does_not_say_who_agreed(program, world):
    program.code()
    keeper = Client()
    keeper.force_login(world.user("系统", (SYSTEM_ADMIN, world.province)))
    page = keeper.get(f"/w/applications/{program.application.pk}/").content.decode()
    assert "批准外部应用" in page and "许若兰" not in page and "同意授权" not in page
    entry = Entry.objects.get(action="consents.give")
    assert entry.target_type == "sign_on.consent" and entry.org_path


def test_nobody_withdraws_anothers_consent(program, world):
    program.code()
    other = Client()
    other.force_login(world.user("别人"))
    consent = Consent.objects.get()
    assert other.post(f"/sso/mine/{consent.pk}/withdraw/").status_code == 404
    assert Consent.objects.get().withdrawn_at is None


def test_denial_is_told_to_the_application(program):
    answer = program.agree(program.authorize(), do="deny")
    sent = told(location(answer))
    assert sent["error"] == "access_denied" and sent["state"] == "s-1" and "code" not in sent
    assert not SignOn.objects.unscoped("test").exists()


def test_consent_form_cannot_be_forged_or_used_by_another(program, world):
    page = program.authorize()
    signed = re.search(r'name="consent" value="([^"]+)"', page.content.decode())[1]
    other = Client()
    other.force_login(world.user("别人"))
    assert other.post("/sso/authorize", {"consent": signed, "do": "grant"}).status_code == 422
    assert program.browser.post("/sso/authorize", {"consent": signed + "x"}).status_code == 422
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(world.user("别人"))
    assert strict.post("/sso/authorize", {"consent": signed, "do": "grant"}).status_code == 403
    assert not Consent.objects.exists()


def test_not_signed_in_is_led_to_sign_in_or_told_silently(program):
    program.browser = Client()
    answer = program.authorize()
    assert answer.status_code == 302 and answer["Location"].startswith(
        "/signin/?next=/sso/authorize"
    )
    sent = told(location(program.authorize(prompt="none")))
    assert sent["error"] == "login_required" and sent["iss"]


def test_silent_sign_in(program):
    sent = told(location(program.authorize(prompt="none")))
    assert sent["error"] == "consent_required"
    program.code()
    assert "code" in told(location(program.authorize(prompt="none")))


def test_prompt_login_and_max_age_ask_for_a_new_proof(program):
    program.code()
    query = urlencode(program.asked(prompt="login"))
    first = program.browser.get(f"/sso/authorize?{query}")
    assert first.status_code == 302 and first["Location"].startswith("/account/verify/?next=")
    again = program.browser.get(f"/sso/authorize?{query}")
    assert again.status_code == 302 and again["Location"].startswith("/account/verify/")
    session = program.browser.session
    facts = session[sessions.KEY]
    session[sessions.KEY] = {**facts, "verified": time.time() + 1}
    session.save()
    assert "code" in told(location(program.browser.get(f"/sso/authorize?{query}")))
    session[sessions.KEY] = {**facts, "verified": time.time() - 900}
    session.save()
    assert program.authorize(max_age="600")["Location"].startswith("/account/verify/")
    assert "code" in told(location(program.authorize(max_age="1200")))
    sent = told(location(program.authorize(max_age="600", prompt="none")))
    assert sent["error"] == "login_required"


def test_hint_of_another_person_is_refused(program, world, cadre):
    tokens = program.tokens()
    other = Program(program.application, program.secret)
    other.browser.force_login(world.user("别人"))
    sent = told(location(other.authorize(id_token_hint=tokens["id_token"])))
    assert sent["error"] == "login_required"


# What must not work


BAD_REQUESTS = [
    {"code_challenge": None, "code_challenge_method": None},
    {"code_challenge_method": "plain"},
    {"code_challenge_method": None},
    {"code_challenge": "short"},
    {"response_type": "token"},
    {"response_type": "id_token", "nonce": "n"},
    {"response_type": "code id_token"},
    {"response_type": None},
    {"scope": "openid email"},
    {"scope": "openid api"},
    {"max_age": "abc"},
    {"nonce": "n" * 501},
    {"request": "eyJhbGciOiJub25lIn0.e30."},
]


def test_request_refused_and_told(program):
    for changes in BAD_REQUESTS:
        answer = program.authorize(**changes)
        assert answer.status_code == 302, answer.content
        assert answer["Location"].startswith("https://books.example.org/callback?")
        sent = told(answer["Location"])
        assert sent["error"] and "code" not in sent
        assert not Code.objects.exists()


TRICKS = [
    "https://books.example.org/callback/",
    "https://books.example.org/callback?next=1",
    "https://books.example.org/callback#here",
    "https://books.example.org/callback/../evil",
    "https://books.example.org:443/callback",
    "https://BOOKS.example.org/callback",
    "http://books.example.org/callback",
    "https://books.example.org@evil.example/callback",
    "https://evil.example/callback",
    "https://evil.example/https://books.example.org/callback",
    "https://books.example.org.evil.example/callback",
    "https://books.example.org%2eevil.example/callback",
    "https://books.example.org\\@evil.example/callback",
    "//books.example.org/callback",
    "javascript:alert(1)",
    "",
    None,
]


def test_redirect_address_is_compared_whole(program):
    for address in TRICKS:
        answer = program.authorize(redirect_uri=address)
        assert answer.status_code == 400, answer.content
        assert "不能登录到这个应用" in answer.content.decode()


STRANGERS = [None, "", "unknown", "gh-\x00", "x" * 500]


def test_unknown_client_is_told_to_the_person_only(program):
    for client_id in STRANGERS:
        answer = program.authorize(client_id=client_id)
        assert answer.status_code in {400, 422} and "Location" not in answer


def test_duplicate_parameters_are_refused(program):
    query = urlencode(program.asked()) + "&redirect_uri=https%3A%2F%2Fevil.example"
    assert program.browser.get(f"/sso/authorize?{query}").status_code == 400


def test_code_is_used_once_and_a_second_use_ends_the_family(program):
    code = program.code()
    tokens = program.redeem(code).json()
    again = program.redeem(code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert program.userinfo(tokens["access_token"]).status_code == 401
    assert program.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"
    event = SecurityEvent.objects.get(kind="token_misused")
    assert event.facts["client"] == program.application.client_id


def test_code_of_another_client(program, world):
    thief = Program(*with_secret(world, title="别的应用"))
    thief.verifier = "x" * 43
    code = program.code()
    answer = thief.redeem(code, code_verifier=program.verifier)
    assert answer.json()["error"] == "invalid_grant"
    assert program.redeem(code).status_code == 200


BAD_EXCHANGES = [
    {"code_verifier": "w" * 50},
    {"code_verifier": None},
    {"redirect_uri": "https://books.example.org/other"},
    {"redirect_uri": None},
    {"grant_type": "password"},
    {"grant_type": "client_credentials"},
    {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": "x"},
    {"grant_type": None},
]


def test_token_request_refused(program):
    for changes in BAD_EXCHANGES:
        answer = program.redeem(program.code(), **changes)
        assert answer.status_code in {400, 401}, answer.content
        assert "access_token" not in answer.json()
        assert answer["Cache-Control"] == "no-store"
        assert not Token.objects.exists()


def test_expired_code(program):
    code = program.code()
    Code.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert program.redeem(code).json()["error"] == "invalid_grant"


def test_wrong_secret_is_refused_and_counted(program):
    program.secret = "ghs_wrong"
    code = program.code()
    for _ in range(20):
        assert program.redeem(code).status_code == 401
    answer = program.redeem(code)
    assert answer.status_code == 429 and answer["Retry-After"]


def test_confidential_client_cannot_pose_as_public(program):
    data = {
        "grant_type": "authorization_code",
        "code": program.code(),
        "redirect_uri": program.redirect_uri,
        "code_verifier": program.verifier,
        "client_id": program.application.client_id,
    }
    assert program.post("/sso/token", data, basic=False).status_code == 401
    answer = program.post("/sso/token", {**data, "client_secret": program.secret}, basic=False)
    assert answer.status_code == 200


def test_refresh_rotates_and_a_replay_ends_the_family(program):
    first = program.tokens()
    second = program.refresh(first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert decoded(program, second["id_token"])["sub"] == decoded(program, first["id_token"])["sub"]
    replay = program.refresh(first["refresh_token"])
    assert replay.json()["error"] == "invalid_grant"
    assert program.refresh(second["refresh_token"]).json()["error"] == "invalid_grant"
    assert program.userinfo(second["access_token"]).status_code == 401
    assert SecurityEvent.objects.filter(kind="token_misused", severity="serious").count() == 1


def test_refresh_scope_only_narrows(program):
    first = program.tokens()
    wider = program.post(
        "/sso/token",
        {
            "grant_type": "refresh_token",
            "refresh_token": first["refresh_token"],
            "scope": "openid phone",
        },
    )
    assert wider.json()["error"] == "invalid_scope"


def test_nothing_but_digests_is_kept(program):
    tokens = program.tokens()
    kept = list(Token.objects.values_list("hash", flat=True))
    kept += [str(row) for row in Code.objects.values_list("digest", flat=True)]
    for value in (tokens["access_token"], tokens["refresh_token"], program.secret):
        assert all(value not in row for row in kept)
    program.application.refresh_from_db()
    assert program.secret not in str(vars(program.application))


def test_tokens_die_with_the_person(program, cadre):
    tokens = program.tokens()
    User.objects.filter(pk=cadre.pk).update(is_active=False)
    assert program.userinfo(tokens["access_token"]).status_code == 401
    assert program.refresh(tokens["refresh_token"]).status_code == 400
    assert program.introspect(tokens["access_token"]) == {"active": False}


def test_tokens_die_with_the_session(program, cadre):
    tokens = program.tokens()
    sid = decoded(program, tokens["id_token"])["sid"]
    sessions.end_session(sid, why="administrator")
    assert program.userinfo(tokens["access_token"]).status_code == 401
    assert program.refresh(tokens["refresh_token"]).status_code == 400
    assert SignOn.objects.unscoped("test").get().ended_at is not None


def test_introspection_is_for_the_own_client(program, world):
    tokens = program.tokens()
    mine = program.introspect(tokens["access_token"])
    assert mine["active"] and mine["client_id"] == program.application.client_id
    assert program.introspect(tokens["refresh_token"])["active"]
    other = Program(*with_secret(world, title="别的应用"))
    assert other.introspect(tokens["access_token"]) == {"active": False}
    assert program.introspect("gha_unknown") == {"active": False}
    bare = program.post("/sso/introspect", {"token": tokens["access_token"]}, basic=False)
    assert bare.status_code == 401


def test_revocation(program, world):
    tokens = program.tokens()
    other = Program(*with_secret(world, title="别的应用"))
    assert other.post("/sso/revoke", {"token": tokens["refresh_token"]}).status_code == 200
    assert program.userinfo(tokens["access_token"]).status_code == 200
    assert program.post("/sso/revoke", {"token": tokens["refresh_token"]}).status_code == 200
    assert program.userinfo(tokens["access_token"]).status_code == 401
    assert program.post("/sso/revoke", {"token": "unknown"}).status_code == 200


def test_userinfo_without_a_good_token(program):
    tokens = program.tokens()
    assert program.userinfo("gha_x").status_code == 401
    assert program.userinfo(tokens["refresh_token"]).status_code == 401
    assert program.userinfo(tokens["id_token"]).status_code == 401
    url = f"/sso/userinfo?access_token={tokens['access_token']}"
    assert program.server.get(url).status_code == 401


def test_phone_is_masked_unless_trusted(program, world, cadre):
    from gonghui.kernel.base.sealing import keyring

    User.objects.filter(pk=cadre.pk).update(
        mobile_sealed=keyring().seal("13900001234", context=MOBILE), mobile_mask="139****1234"
    )
    tokens = program.tokens(scope="openid phone")
    assert program.userinfo(tokens["access_token"]).json()["phone_number"] == "139****1234"
    trusted = Program(*with_secret(world, requested_trust="trusted"))
    trusted.browser.force_login(cadre)
    tokens = trusted.tokens(scope="openid phone")
    assert trusted.userinfo(tokens["access_token"]).json()["phone_number"] == "+8613900001234"


def test_own_application_is_not_asked_about(world, cadre):
    own = Program(*with_secret(world, requested_trust="first_party"))
    own.browser.force_login(cadre)
    assert "code" in told(location(own.authorize()))


def test_application_for_cadres_refuses_others(world, cadre):
    only = Program(*with_secret(world, audience="cadres"))
    only.browser.force_login(world.user("职工"))
    answer = only.authorize()
    assert answer.status_code == 403 and "不面向您的账号开放" in answer.content.decode()
    only.browser.force_login(cadre)
    assert b'name="consent"' in only.authorize().content


def test_public_client_needs_no_secret_but_a_verifier(world, cadre):
    made = Program(
        active(
            world,
            kind="native",
            redirect_uris=["http://127.0.0.1/cb", "cn.gonghui.app:/cb"],
            logout_uri="",
        ),
        "",
    )
    made.browser.force_login(cadre)
    code = made.code(redirect_uri="http://127.0.0.1:49152/cb")
    data = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": "http://127.0.0.1:49152/cb",
        "code_verifier": made.verifier,
        "client_id": made.application.client_id,
    }
    answer = made.post("/sso/token", data, basic=False)
    assert answer.status_code == 200, answer.content
    assert made.authorize(redirect_uri="http://127.0.0.1:49152/evil").status_code == 400
    assert made.authorize(redirect_uri="cn.gonghui.app:/cb").status_code == 200


# Keys


def by_public_key(claims: dict, public: str, kid: str) -> str:
    """HS256 with the published key for a secret, written by hand: PyJWT refuses to."""
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
        for part in ({"alg": "HS256", "kid": kid, "typ": "JWT"}, claims)
    ]
    mark = hmac.new(public.encode(), ".".join(parts).encode(), "sha256").digest()
    return ".".join([*parts, base64.urlsafe_b64encode(mark).decode().rstrip("=")])


def signed(claims: dict, key: object, algorithm: str, **headers: object) -> str:
    return jwt.encode(claims, key, algorithm=algorithm, headers=headers)


def test_key_rotation_keeps_old_tokens_verifiable_for_a_while(program, world):
    before = program.tokens()["id_token"]
    assert len(published(program.server)) == 2
    _, decider = administrators(world)
    rotate(None, by=decider, reason="到期更换")
    after = program.tokens()["id_token"]
    old, new = (jwt.get_unverified_header(item)["kid"] for item in (before, after))
    assert old != new and len(published(program.server)) == 3
    decoded(program, before)
    decoded(program, after)
    SigningKey.objects.filter(kid=old).update(expires_at=timezone.now())
    assert old not in published(program.server)


def test_leaked_key_is_withdrawn_at_once(program, world):
    old = jwt.get_unverified_header(program.tokens()["id_token"])["kid"]
    waiting = SigningKey.objects.get(state="next").kid
    _, decider = administrators(world)
    rotate(None, by=decider, reason="原密钥可能泄露", at_once=True)
    assert old not in published(program.server)
    assert not SigningKey.objects.filter(kid=waiting).exists()


def test_private_key_is_sealed(program):
    program.tokens()
    for key in SigningKey.objects.all():
        assert b"PRIVATE" not in bytes(key.sealed)
        assert set(key.public) == {"kty", "n", "e", "kid", "use", "alg"}


def test_jwt_algorithm_confusion_is_refused(program):
    """A hint signed in a wrong way is no hint: the person is asked before being signed out."""
    good = program.tokens()["id_token"]
    claims = jwt.decode(good, options={"verify_signature": False})
    header = jwt.get_unverified_header(good)
    public = json.dumps(published(program.server)[header["kid"]])
    forged = [
        signed(claims, None, "none", kid=header["kid"]),
        by_public_key(claims, public, header["kid"]),
        signed(claims, drawn(3), "RS256", kid=header["kid"]),
        signed(claims, drawn(3), "RS256", kid="unknown"),
        signed(claims, drawn(3), "RS256"),
        good[:-4] + "AAAA",
    ]
    for hint in forged:
        page = program.browser.get("/sso/logout?" + urlencode({"id_token_hint": hint}))
        assert page.status_code == 200 and "全部退出" in page.content.decode()
        assert program.browser.get("/sso/mine/").status_code == 200
    program.browser.get("/sso/logout?" + urlencode({"id_token_hint": good}))
    assert program.browser.get("/sso/mine/").status_code == 302


# Logout


def test_logout_by_the_application(program):
    tokens = program.tokens()
    answer = program.browser.get(
        "/sso/logout?"
        + urlencode(
            {
                "id_token_hint": tokens["id_token"],
                "post_logout_redirect_uri": "https://books.example.org/bye",
                "state": "z",
            }
        )
    )
    assert answer.status_code == 302
    assert answer["Location"] == "https://books.example.org/bye?state=z"
    assert program.userinfo(tokens["access_token"]).status_code == 401
    assert program.browser.get("/sso/mine/").status_code == 302


AWAY = [
    "https://evil.example/",
    "https://books.example.org/bye/..//evil",
    "https://books.example.org/bye?x=1",
    "https://books.example.org@evil.example/bye",
    "javascript:alert(1)",
    "//evil.example",
]


def test_logout_is_no_open_redirect(program):
    for back in AWAY:
        tokens = program.tokens()
        asked = {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": back}
        answer = program.browser.get("/sso/logout?" + urlencode(asked))
        assert answer.status_code == 422 and "Location" not in answer
        del asked["id_token_hint"]
        answer = program.browser.get("/sso/logout?" + urlencode(asked))
        assert answer.status_code == 422


def test_logout_without_a_hint_asks(program):
    program.tokens()
    page = program.browser.get(
        "/sso/logout?client_id="
        + program.application.client_id
        + "&post_logout_redirect_uri=https%3A%2F%2Fbooks.example.org%2Fbye"
    )
    asked = re.search(r'name="asked" value="([^"]+)"', page.content.decode())[1]
    stay = program.browser.post("/sso/logout/confirm/", {"asked": asked, "do": "stay"})
    assert stay["Location"] == "/desk/"
    assert program.browser.get("/sso/mine/").status_code == 200
    done = program.browser.post("/sso/logout/confirm/", {"asked": asked, "do": "signout"})
    assert location(done) == "https://books.example.org/bye"
    assert program.browser.get("/sso/mine/").status_code == 302
