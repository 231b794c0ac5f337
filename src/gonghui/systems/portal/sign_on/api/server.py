"""oauthlib's endpoints with the platform's validator, restricted to what is offered here."""

from __future__ import annotations

from typing import Any

from allauth.idp.oidc.internal.oauthlib.utils import convert_response, extract_params
from django.http import HttpRequest, HttpResponse
from oauthlib.oauth2.rfc6749.grant_types.authorization_code import code_challenge_method_s256
from oauthlib.oauth2.rfc8628.endpoints import DeviceApplicationServer
from oauthlib.openid import Server as OpenIDServer

from gonghui.systems.portal.sign_on.api.validator import DEVICE_GRANT, Validator
from gonghui.systems.portal.sign_on.queries.settings import ACCESS_MINUTES
from gonghui.systems.portal.sign_on.rules.codes import new_token

S256_ONLY = {"S256": code_challenge_method_s256}


class Server(OpenIDServer):
    """Codes with S256, refresh tokens and device codes; nothing else is answered."""

    def __init__(self, validator: Validator) -> None:
        super().__init__(
            validator,
            token_expires_in=ACCESS_MINUTES.value() * 60,
            token_generator=lambda request: new_token("gha_"),
            refresh_token_generator=lambda request: new_token("ghr_"),
        )
        for grant in (self.auth_grant, self.openid_connect_auth.proxy_target):
            grant._code_challenge_methods = S256_ONLY
        self._response_types = {"code": self.auth_grant_choice}
        self._grant_types = {
            "authorization_code": self.token_grant_choice,
            "refresh_token": self.refresh_grant,
            str(DEVICE_GRANT): self.device_code_grant,
        }


class DeviceServer(DeviceApplicationServer):
    """Checks a device's request; the codes are drawn by actions.issuing."""


def answered(request: HttpRequest, endpoint: Any) -> HttpResponse:
    """What one of oauthlib's endpoints says to a request."""
    return convert_response(*endpoint(*extract_params(request)))
