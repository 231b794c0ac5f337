"""Addresses of B5.2 beside its generated pages."""

from django.urls import path
from django.views.decorators.http import require_http_methods

from gonghui.systems.portal.sign_on.api import (
    authorizing,
    cas,
    devices,
    endpoints,
    leaving,
)
from gonghui.systems.portal.sign_on.views import administration, own

get = require_http_methods(["GET", "HEAD"])
both = require_http_methods(["GET", "HEAD", "POST"])

urlpatterns = [
    path(".well-known/openid-configuration", endpoints.configuration, name="sign-on-discovery"),
    path(".well-known/oauth-authorization-server", endpoints.configuration),
    path("sso/jwks.json", endpoints.jwks, name="sign-on-jwks"),
    path("sso/authorize", both(authorizing.authorize), name="sign-on-authorize"),
    path("sso/token", endpoints.token, name="sign-on-token"),
    path("sso/userinfo", endpoints.userinfo, name="sign-on-userinfo"),
    path("sso/introspect", endpoints.introspect, name="sign-on-introspect"),
    path("sso/revoke", endpoints.revoke, name="sign-on-revoke"),
    path("sso/device", endpoints.device, name="sign-on-device"),
    path("sso/activate/", devices.activate, name="sign-on-activate"),
    path("sso/logout", leaving.sign_out, name="sign-on-logout"),
    path("sso/logout/confirm/", leaving.confirm, name="sign-on-logout-confirm"),
    path("sso/mine/", get(own.mine), name="sign-on-mine"),
    path("sso/mine/<int:pk>/withdraw/", own.withdraw, name="sign-on-withdraw"),
    path("sso/open/<int:pk>/", get(own.open_application), name="sign-on-open"),
    path("sso/secret/<int:pk>/", administration.secret_page, name="sign-on-secret"),
    path("sso/keys/", administration.keys_page, name="sign-on-keys"),
    path("sso/people/", administration.people_page, name="sign-on-people"),
    path("cas/login", cas.login, name="cas-login"),
    path("cas/logout", cas.sign_out, name="cas-logout"),
    path("cas/serviceValidate", cas.service_validate, name="cas-service-validate"),
    path("cas/p3/serviceValidate", cas.p3_service_validate, name="cas-p3-service-validate"),
    path("cas/proxyValidate", cas.proxy_validate, name="cas-proxy-validate"),
    path("cas/p3/proxyValidate", cas.proxy_validate),
    path("cas/proxy", cas.proxy, name="cas-proxy"),
]
