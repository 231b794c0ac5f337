"""Django settings: every value that differs between machines comes from the environment."""

from __future__ import annotations

import os
from urllib.parse import parse_qsl, unquote, urlparse

from gonghui.site import environment
from gonghui.site.installed import KERNEL, SYSTEMS

ROOT = environment.root()
VAR = environment.var()

# What this process is: web, realtime, worker, or nothing for a command.
PROCESS = os.environ.get("GONGHUI_PROCESS", "")
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
    DATABASES["default"]["OPTIONS"]["assume_role"] = "gonghui_app"
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
    "procrastinate.contrib.django",
    *KERNEL,
    *SYSTEMS,
    "gonghui.site",
]
GONGHUI_SYSTEMS = SYSTEMS
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
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
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
LOGIN_URL = "/signin/"
LOGIN_REDIRECT_URL = "/desk/"
