"""What makes the hall installable: the manifest, the service worker, the page without a network."""

from __future__ import annotations

import hashlib

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from gonghui.kernel.ui.branding import SITE_NAME

SHELL = (
    "ui/vendor/tabler.hall.css",
    "ui/tokens.css",
    "ui/gonghui.css",
    "ui/gonghui.js",
    "ui/mark.svg",
    "ui/vendor/icons.svg",
    "hall/hall.js",
    "hall/hall.css",
)
ICONS = (("hall/icon-192.png", "192x192"), ("hall/icon-512.png", "512x512"))


@require_safe
@cache_control(max_age=3600, public=True)
def manifest(request: HttpRequest) -> JsonResponse:
    """The web app manifest (W3C Web Application Manifest)."""
    icons = [{"src": static(name), "sizes": size, "type": "image/png"} for name, size in ICONS]
    maskable = {
        "src": static("hall/icon-maskable-512.png"),
        "sizes": "512x512",
        "type": "image/png",
        "purpose": "maskable",
    }
    tell = {
        "id": "/hall/",
        "name": f"{SITE_NAME.value()}职工服务大厅",
        "short_name": SITE_NAME.value()[:12],
        "description": "入会、转会、维权、办事，一部手机办完。",
        "lang": "zh-CN",
        "dir": "ltr",
        "start_url": "/hall/",
        "scope": "/",
        "display": "standalone",
        "orientation": "portrait",
        "background_color": "#FFFFFF",
        "theme_color": "#B3202C",
        "icons": [*icons, maskable],
        "shortcuts": [
            {"name": "办事", "url": reverse("hall-services")},
            {"name": "我的办事", "url": reverse("hall-matters")},
        ],
    }
    return JsonResponse(tell, content_type="application/manifest+json")


@require_safe
@cache_control(no_cache=True)
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker; its version follows what the shell is made of."""
    addresses = [static(name) for name in SHELL]
    offline = reverse("hall-offline")
    version = hashlib.sha256("\n".join([*addresses, TEXT]).encode()).hexdigest()[:12]
    context = {"addresses": [*addresses, offline], "offline": offline, "version": version}
    body = render_to_string("hall/worker.js", context)
    return HttpResponse(body, content_type="text/javascript; charset=utf-8")


TEXT = "3"
"""Raised when the worker itself or the offline page changes."""


@require_safe
@cache_control(max_age=0, public=True)
def offline(request: HttpRequest) -> HttpResponse:
    """What is shown without a network: nothing personal but drafts kept in this browser."""
    # Without the request: the copy each browser keeps must not say for whom it was drawn.
    context = {"shell": {"site_name": SITE_NAME.value()}}
    return HttpResponse(render_to_string("hall/offline.html", context))
