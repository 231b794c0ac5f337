"""Django settings: every value that differs between machines comes from the environment."""

from __future__ import annotations

import os
from urllib.parse import parse_qsl, unquote, urlparse

from gonghui.site import environment
from gonghui.site.installed import ENGINES, KERNEL, SYSTEMS

ROOT = environment.root()
VAR = environment.var()

# What this process is: web, realtime, worker, or nothing for a command.
PROCESS = os.environ.get("GONGHUI_PROCESS", "")
# Where simulators of outside parties are served (`gonghui run --demo` sets it), else nothing.
SIMULATORS = os.environ.get("GONGHUI_SIMULATORS", "").rstrip("/")
OUTGOING_PRIVATE = (SIMULATORS.partition("://")[2],) if SIMULATORS else ()
# Ports of the simulated short message centre, "smpp,cmpp"; the runner of a demonstration says them.
_CARRIERS = [port for port in os.environ.get("GONGHUI_CARRIERS", "").split(",") if port.isdecimal()]
SIMULATED_CARRIERS = {
    name: f"127.0.0.1:{port}" for name, port in zip(("smpp", "cmpp"), _CARRIERS, strict=False)
}
OUTGOING_PRIVATE += tuple(SIMULATED_CARRIERS.values())
# Where people reach the platform, for addresses that are printed; the runner says it.
PUBLIC_ADDRESS = os.environ.get("GONGHUI_ADDRESS", "")
# Migrations and maintenance work as the owner of the tables; everything else as a role that
# row-level security binds (`gonghui.site.roles`).
WORKS_AS_OWNER = os.environ.get("GONGHUI_DB_ROLE") == "owner"


def database(url: str) -> dict:
    """Django's DATABASES entry for a postgresql:// URL."""
    parts = urlparse(url)
    options = dict(parse_qsl(parts.query))
    host = options.pop("host", "") or parts.hostname or ""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
    }


DEBUG = False
SECRET_KEY = os.environ.get("GONGHUI_SECRET_KEY", "")
ALLOWED_HOSTS = os.environ.get("GONGHUI_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
DATABASES = {"default": database(os.environ.get("DATABASE_URL", "postgresql:///gonghui"))}
if not WORKS_AS_OWNER:
    # Asked for while connecting, so it costs no round trip and RESET ROLE comes back to it.
    # Django's own `assume_role` waits for itself for ever when there is a pool.
    _OPTIONS = DATABASES["default"]["OPTIONS"]
    _OPTIONS["options"] = f"{_OPTIONS.get('options', '')} -c role=gonghui_app".strip()
if PROCESS == "web":
    # Without a pool every request pays for a new connection: a ninth of the requests a second.
    DATABASES["default"]["OPTIONS"]["pool"] = {
        "min_size": 2,
        "max_size": int(os.environ.get("GONGHUI_POOL", "12")),
        "timeout": 10,
    }
    # Connections of a database that fell are noticed before a request gets them.
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.idp.oidc",
    "procrastinate.contrib.django",
    *KERNEL,
    *ENGINES,
    *SYSTEMS,
    "gonghui.site",
]
GONGHUI_SYSTEMS = SYSTEMS
GONGHUI_ENGINES = ENGINES
MIDDLEWARE = [
    "gonghui.kernel.security.edge.EdgeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "gonghui.systems.foundation.services.views.counting.CountingMiddleware",
    "gonghui.kernel.identity.middleware.SessionMiddleware",
    "gonghui.site.guarding.GuardMiddleware",
    "gonghui.systems.portal.sign_on.api.bearer.BearerMiddleware",
    "gonghui.kernel.access.middleware.ActorMiddleware",
]
ROOT_URLCONF = "gonghui.site.urls"
WSGI_APPLICATION = "gonghui.site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "gonghui.kernel.ui.context.shell",
            ],
        },
    }
]
GONGHUI_SYSTEMS = SYSTEMS
AUTH_USER_MODEL = "identity.User"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "username"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
IDP_OIDC_ADAPTER = "gonghui.systems.portal.sign_on.api.adapter.Adapter"
MFA_ADAPTER = "gonghui.kernel.identity.adapter.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_TOTP_TOLERANCE = 1
# The longest a cookie may live; idle and absolute limits are settings of kernel/identity.
SESSION_COOKIE_AGE = 180 * 86400
# In the database, so that all web processes share it (decisions/0011).
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "gonghui_cache",
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
# Open pages listen here, where the runner serves the realtime process or a proxy leads to it.
EVENTS_URL = "/events" if os.environ.get("GONGHUI_EVENTS_PORT") else ""
LOGIN_URL = "/signin/"
LOGIN_REDIRECT_URL = "/desk/"

# Everything a page needs comes from this server; nothing inline runs. Where events come from is
# added for each answer (site/guarding.py).
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-src": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# The token is drawn into every form; no script reads the cookie.
CSRF_COOKIE_HTTPONLY = True
# Behind TLS: GONGHUI_HTTPS=1, and the proxy says so in X-Forwarded-Proto.
if os.environ.get("GONGHUI_HTTPS") == "1":
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    # The supervisor asks the process itself, without the proxy.
    SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    # Browsers take such a cookie only over TLS, for this host alone, for all of its paths.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    SECURE_HSTS_SECONDS = 31536000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = os.environ.get("GONGHUI_HSTS_SUBDOMAINS", "1") == "1"
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["upgrade-insecure-requests"] = True
# Forms of our own need far less; files come by other ways (kernel/files, edge.REQUEST_MEGABYTES).
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
# A decision table of 500 lines and 200 tests is one form of some 7,000 fields.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 8_000
DATA_UPLOAD_MAX_NUMBER_FILES = 20
# Proxies whose X-Forwarded-For is believed: addresses or networks, commas between.
TRUSTED_PROXIES = tuple(
    word.strip() for word in os.environ.get("GONGHUI_PROXIES", "").split(",") if word.strip()
)
# Limits of frequency; "off" is for measurements alone, and gonghui doctor warns of it.
RATE_LIMITS = os.environ.get("GONGHUI_RATES") != "off"
CSRF_TRUSTED_ORIGINS = [
    origin for origin in os.environ.get("GONGHUI_ORIGINS", "").split(",") if origin
]
# Services of one's own network that may be called ("host:port", commas between), besides those of
# the setting security.outgoing_private; see kernel/security/outgoing.py.
OUTGOING_PRIVATE += tuple(
    word.strip().lower()
    for word in os.environ.get("GONGHUI_OUTGOING_PRIVATE", "").split(",")
    if word.strip()
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = VAR / "files"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
