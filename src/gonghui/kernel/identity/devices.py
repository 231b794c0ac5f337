"""Naming the device and the place of a request, and knowing a device again."""

from __future__ import annotations

import hashlib
import ipaddress
import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse

COOKIE = "gonghui_device"
COOKIE_DAYS = 400

_SYSTEMS = (
    ("HarmonyOS", "鸿蒙设备"),
    ("iPhone", "苹果手机"),
    ("iPad", "苹果平板"),
    ("Android", "安卓设备"),
    ("Windows", "Windows 电脑"),
    ("Macintosh", "苹果电脑"),
    ("UOS", "统信电脑"),
    ("Linux", "Linux 电脑"),
)
_BROWSERS = (
    ("MicroMessenger", "微信"),
    ("DingTalk", "钉钉"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("360", "360 浏览器"),
    ("QQBrowser", "QQ 浏览器"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)


def device_name(agent: str) -> str:
    """A user agent in words: “Windows 电脑 Chrome”."""
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    browser = next((name for mark, name in _BROWSERS if mark in agent), "")
    return f"{system} {browser}".strip() or "未知设备"


def place_name(ip: str) -> str:
    """Where an address is, as far as it says so itself."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return "未知网络"
    if address.is_loopback:
        return "本机"
    return "内部网络" if address.is_private else "外部网络"


def digest(text: str) -> str:
    """The stored form of a random token: 64 hex digits of SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()


def mark_of(request: HttpRequest) -> str:
    """The digest that names this browser; a new browser gets its cookie with the answer."""
    known = request.COOKIES.get(COOKIE, "")
    if len(known) < 20:
        known = getattr(request, "_device_mark", "") or secrets.token_urlsafe(24)
        request._device_mark = known
    return digest(known)


def keep_mark(request: HttpRequest, response: HttpResponse) -> None:
    """Send a new browser the cookie it will be known by."""
    made = getattr(request, "_device_mark", "")
    if made:
        response.set_cookie(
            COOKIE,
            made,
            max_age=COOKIE_DAYS * 86400,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
