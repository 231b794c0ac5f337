"""Authlib (Python) as an application of the platform, over real connections."""

from __future__ import annotations

import time
import warnings
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from joserfc.jwt import JWTClaimsRegistry

from tests.clients.conftest import Browser

with warnings.catch_warnings():
    # Authlib has moved on to a successor of httpx, which is not among the libraries here.
    warnings.simplefilter("ignore")
    from authlib.common.security import generate_token
    from authlib.integrations.base_client import OAuthError
    from authlib.integrations.httpx_client import OAuth2Client

pytestmark = pytest.mark.django_db(transaction=True)


class Catcher(Browser):
    """A browser that stops where the application would be."""

    until: str = ""

    def _onward(self, answer: httpx.Response) -> httpx.Response:
        try:
            return super()._onward(answer)
        except httpx.ConnectError as error:
            assert str(error.request.url).startswith(self.until)
            return httpx.Response(200, request=error.request)


@pytest.fixture
def metadata(stage) -> dict:
    return httpx.get(f"{stage.address}/.well-known/openid-configuration").json()


@pytest.fixture
def client(stage, metadata) -> OAuth2Client:
    return OAuth2Client(
        stage.application.client_id,
        stage.secret,
        scope="openid profile org",
        redirect_uri=f"{stage.own}/callback",
        code_challenge_method="S256",
        token_endpoint=metadata["token_endpoint"],
        revocation_endpoint_auth_method="client_secret_basic",
    )


def arrive(stage, metadata, client) -> tuple[str, str, str]:
    """(where the browser is sent, verifier, nonce)"""
    verifier, nonce = generate_token(48), generate_token(20)
    url, state = client.create_authorization_url(
        metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce
    )
    browser = Catcher()
    browser.until = stage.own
    page = browser.sign_in(browser.go(url), stage.username)
    back = str(browser.send(page, do="grant").url)
    sent = parse_qs(urlsplit(back).query)
    assert sent["state"] == [state] and sent["iss"] == [metadata["issuer"]]
    return back, verifier, nonce


def test_code_flow(stage, metadata, client):
    back, verifier, nonce = arrive(stage, metadata, client)
    tokens = client.fetch_token(authorization_response=back, code_verifier=verifier)
    keys = KeySet.import_key_set(httpx.get(metadata["jwks_uri"]).json())
    token = jwt.decode(tokens["id_token"], keys, algorithms=["RS256"])
    JWTClaimsRegistry(
        iss={"essential": True, "value": metadata["issuer"]},
        aud={"essential": True, "value": stage.application.client_id},
        nonce={"essential": True, "value": nonce},
        sub={"essential": True},
        exp={"essential": True},
    ).validate(token.claims)
    person = client.get(metadata["userinfo_endpoint"]).json()
    assert person["sub"] == token.claims["sub"] and person["name"] == "许若兰"
    with pytest.raises(OAuthError):
        client.fetch_token(authorization_response=back, code_verifier=verifier)


def test_refresh_introspection_revocation(stage, metadata, client):
    back, verifier, _ = arrive(stage, metadata, client)
    first = client.fetch_token(authorization_response=back, code_verifier=verifier)
    second = client.refresh_token(metadata["token_endpoint"], first["refresh_token"])
    assert second["refresh_token"] != first["refresh_token"]
    told = client.introspect_token(
        metadata["introspection_endpoint"], token=second["access_token"]
    ).json()
    assert told["active"] and told["scope"] == "openid profile org"
    client.revoke_token(metadata["revocation_endpoint"], token=second["refresh_token"])
    told = client.introspect_token(
        metadata["introspection_endpoint"], token=second["access_token"]
    ).json()
    assert told == {"active": False}


def test_without_a_verifier_there_is_no_code(stage, metadata):
    plain = OAuth2Client(
        stage.application.client_id,
        stage.secret,
        scope="openid",
        redirect_uri=f"{stage.own}/callback",
    )
    url, _ = plain.create_authorization_url(metadata["authorization_endpoint"])
    answer = httpx.get(url)
    sent = parse_qs(urlsplit(answer.headers["location"]).query)
    assert sent["error"] == ["invalid_request"]


def test_device(stage, metadata):
    public = OAuth2Client(stage.device.client_id, token_endpoint_auth_method="none")
    asked = httpx.post(
        metadata["device_authorization_endpoint"],
        data={"client_id": stage.device.client_id, "scope": "openid profile"},
    ).json()
    browser = stage.browser
    page = browser.sign_in(browser.go(asked["verification_uri_complete"]), stage.username)
    form = {"code": asked["user_code"], "do": "grant"}
    browser.send(page, action="/sso/activate/", **form)
    time.sleep(0.1)
    tokens = public.fetch_token(
        metadata["token_endpoint"],
        grant_type="urn:ietf:params:oauth:grant-type:device_code",
        device_code=asked["device_code"],
    )
    person = public.get(metadata["userinfo_endpoint"]).json()
    assert tokens["refresh_token"] and person["name"] == "许若兰"


def test_logout_by_the_application(stage, metadata, client):
    back, verifier, _ = arrive(stage, metadata, client)
    tokens = client.fetch_token(authorization_response=back, code_verifier=verifier)
    asked = {
        "id_token_hint": tokens["id_token"],
        "post_logout_redirect_uri": f"{stage.own}/bye",
        "state": "left",
    }
    # Another browser holds no session: it is sent back, and nothing ends.
    answer = httpx.get(f"{metadata['end_session_endpoint']}?{urlencode(asked)}")
    assert answer.headers["location"] == f"{stage.own}/bye?state=left"
    assert client.get(metadata["userinfo_endpoint"]).status_code == 200
