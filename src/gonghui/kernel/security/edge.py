"""The outermost middleware: who really calls, how much they may send, and what every answer says.

Behind a proxy the caller's address stands in X-Forwarded-For. It is believed only from proxies
named in TRUSTED_PROXIES (Django setting; addresses or networks), read from the right to the first
address that is no such proxy. From anybody else these headers are dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import render

from gonghui.kernel.config.declaring import Setting

REQUEST_MEGABYTES = Setting(
    "security.request_megabytes",
    "一次提交的最大容量",
    int,
    100,
    "一次请求（含附件）的最大容量，超过即拒绝；更大的文件分片上传。",
    unit="MB",
    minimum=1,
    maximum=2000,
    dangerous=True,
)
FORWARDED = (
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_REAL_IP",
    "HTTP_FORWARDED",
)
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
PERMISSIONS = ", ".join(
    [
        *(
            f"{feature}=()"
            for feature in (
                "accelerometer",
                "autoplay",
                "browsing-topics",
                "display-capture",
                "encrypted-media",
                "gyroscope",
                "hid",
                "magnetometer",
                "midi",
                "payment",
                "serial",
                "usb",
                "xr-spatial-tracking",
            )
        ),
        # Photos of papers, the nearest service, video meetings, passkeys: on our own pages only.
        *(
            f"{feature}=(self)"
            for feature in (
                "camera",
                "geolocation",
                "microphone",
                "publickey-credentials-create",
                "publickey-credentials-get",
            )
        ),
    ]
)


class EdgeMiddleware:
    """First in the chain; see the module."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        settle_address(request)
        if request.method not in METHODS:
            response: HttpResponse = HttpResponseNotAllowed(METHODS)
        else:
            response = too_large(request) or self.get_response(request)
        response.setdefault("Permissions-Policy", PERMISSIONS)
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.setdefault("X-Permitted-Cross-Domain-Policies", "none")
        return response


def settle_address(request: HttpRequest) -> None:
    """Make REMOTE_ADDR the caller's address, and drop forwarding headers nobody vouches for."""
    peer = request.META.get("REMOTE_ADDR", "")
    if not is_proxy(peer):
        if settings.TRUSTED_PROXIES:
            for name in FORWARDED:
                request.META.pop(name, None)
        return
    for hop in reversed(request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")):
        try:
            address = str(ip_address(hop.strip()))
        except ValueError:
            return
        request.META["REMOTE_ADDR"] = address
        if not is_proxy(address):
            return


@lru_cache(maxsize=4096)
def _within(address: str, proxies: tuple[str, ...]) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return any(found in ip_network(proxy, strict=False) for proxy in proxies)


def is_proxy(address: str) -> bool:
    """Whether an address is one of our own proxies."""
    return bool(settings.TRUSTED_PROXIES) and _within(address, tuple(settings.TRUSTED_PROXIES))


def too_large(request: HttpRequest) -> HttpResponse | None:
    """The refusal of a request that announces more than is taken; nothing of it is read."""
    announced = request.META.get("CONTENT_LENGTH") or "0"
    limit = REQUEST_MEGABYTES.value()
    if announced.isdecimal() and int(announced) <= limit * 1024 * 1024:
        return None
    what = f"提交的内容超过 {limit} MB。"
    remedy = "请减少附件，或把文件压缩、拆分后再提交。"
    if request.path.startswith("/api/"):
        return JsonResponse(
            {"type": "urn:gonghui:too_large", "title": what, "remedy": remedy}, status=413
        )
    context = {
        "code": 413,
        "what": what,
        "why": "一次能接收的容量有上限，以免占满服务器。",
        "remedy": remedy,
    }
    return render(None, "ui/error.html", context, status=413)  # type: ignore[arg-type]
