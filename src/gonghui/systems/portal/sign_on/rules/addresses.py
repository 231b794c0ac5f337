"""Which addresses an outside application may register, and which ones match what it registered.

RFC 6749 section 3.1.2, RFC 8252 sections 7 and 8, RFC 9700 section 2.1: redirect addresses are
compared character by character; only the port of a loopback address is left open.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from gonghui.kernel.base.errors import Refusal

RULE = "RFC 9700 2.1 重定向地址逐字比较"
MAX_LENGTH = 500
LOOPBACK = frozenset({"127.0.0.1", "::1"})
LOCAL = LOOPBACK | {"localhost"}
_SCHEME = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+")
_HOST = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_CHARACTERS = re.compile(r"[A-Za-z0-9\-._~:/?@!$&'()*+,;=%\[\]]+")


def checked_redirect(address: str, *, native: bool) -> str:
    """A redirect address fit for registration; Refusal says why it is not.

    native: an app on a person's own device, which may use a scheme of its own (com.example.app:/).
    """
    parts = _split(address)
    if native and _SCHEME.fullmatch(parts.scheme):
        return address
    return _checked_web(address, parts)


def checked_web(address: str) -> str:
    """A web address fit for registration: https, or http on the own machine."""
    return _checked_web(address, _split(address))


def _split(address: str):
    if not address or len(address) > MAX_LENGTH or not _CHARACTERS.fullmatch(address):
        raise _wrong(address, "含有不允许的字符或过长")
    if "*" in address:
        raise _wrong(address, "不能使用通配符")
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        raise _wrong(address, "不是完整的网址") from None
    return parts


def _checked_web(address: str, parts) -> str:
    host = parts.hostname or ""
    if parts.scheme not in {"https", "http"} or not host:
        raise _wrong(address, "应以 https:// 开头")
    if parts.username is not None or parts.password is not None:
        raise _wrong(address, "不能含有用户名或密码")
    if parts.scheme == "http" and host not in LOCAL:
        raise _wrong(address, "应使用 https；只有本机地址可以用 http")
    if host not in LOOPBACK and not _HOST.fullmatch(host):
        raise _wrong(address, "主机名不正确")
    if "/../" in f"{parts.path}/" or "/./" in f"{parts.path}/" or "\\" in address:
        raise _wrong(address, "路径里不能有 . 或 .. 段")
    return address


def _wrong(address: str, why: str) -> Refusal:
    return Refusal(
        f"地址“{address[:80]}”{why}。", rule=RULE, remedy="请填写完整、固定的地址。", code="address"
    )


def matches(asked: str, registered: Iterable[str]) -> bool:
    """Whether a redirect address is one of those registered, character by character.

    The port of a registered loopback address without a port may be any (RFC 8252 section 7.3).
    """
    known = list(registered)
    if asked in known:
        return True
    portless = _without_loopback_port(asked)
    return portless is not None and portless in known


def _without_loopback_port(address: str) -> str | None:
    if not _CHARACTERS.fullmatch(address or ""):
        return None
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme != "http" or parts.hostname not in LOOPBACK or port is None:
        return None
    if "@" in parts.netloc:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return urlunsplit((parts.scheme, host, parts.path, parts.query, parts.fragment))


def serves(service: str, registered: Iterable[str]) -> bool:
    """Whether a CAS service address lies at or below a registered one.

    Scheme, host and port must be equal; the path must be the registered path or continue it
    after a slash. Fragments, user names and dot segments match nothing.
    """
    if not service or len(service) > 2000 or "#" in service or "\\" in service:
        return False
    try:
        asked = urlsplit(service)
        place = (asked.scheme, asked.hostname, asked.port)
    except ValueError:
        return False
    plain = asked.path.lower().replace("%2e", ".").replace("%2f", "/").replace("%5c", "\\")
    if asked.username is not None or "@" in asked.netloc or "\\" in plain:
        return False
    if any(part in {".", ".."} for part in plain.split("/")) or re.search(
        r"[\s\x00-\x1f]", service
    ):
        return False
    for address in registered:
        known = urlsplit(address)
        if place != (known.scheme, known.hostname, known.port):
            continue
        root = known.path.rstrip("/")
        if asked.path in {known.path, root} or asked.path.startswith(root + "/"):
            return True
    return False


def with_parameters(address: str, **added: str) -> str:
    """An address with parameters put behind those it has."""
    parts = urlsplit(address)
    pairs = [*parse_qsl(parts.query, keep_blank_values=True), *added.items()]
    return urlunsplit(parts._replace(query=urlencode(pairs)))


def origin_of(address: str) -> str:
    """Scheme, host and port of a web address."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""
