"""The only way out: every call to another host, guarded against being sent where it must not go.

A host's name is resolved once, every address it has is checked, and the connection is made to a
checked address with the name kept in the Host header and in TLS: an answer of the name service
that changes in between helps nobody. Environment proxies are not used.
"""

from __future__ import annotations

import os
import re
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

import certifi
import httpx
from django.conf import settings

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.config.declaring import Setting
from gonghui.kernel.security.events import Happening, Kind, remember
from gonghui.kernel.security.models import Severity

Response = httpx.Response
MAX_BYTES = 5_000_000
REDIRECTS = 3
RULE = "GB/T 22239-2019 8.1.3.2 访问控制：受控接口的外联"
PASSED_ON = frozenset({"params", "headers", "cookies", "content", "data", "files", "json", "auth"})

OUTGOING_PRIVATE = Setting(
    "security.outgoing_private",
    "允许外联的内网地址",
    str,
    "",
    "只写确需调用的内网或本机服务，如 10.1.2.3:8443；多个用逗号分隔，端口写 * 表示任意端口。"
    "列入的地址可以不用 https。",
    maximum=2000,
    pattern=r"(\s*[A-Za-z0-9.\-:\[\]]+:(\d{1,5}|\*)\s*(,|$))*",
    dangerous=True,
)
OUTGOING_PLAIN = Setting(
    "security.outgoing_plain",
    "允许不加密外联的主机",
    str,
    "",
    "对方确实没有 https 时写它的主机名；多个用逗号分隔。",
    maximum=2000,
    pattern=r"(\s*[A-Za-z0-9.\-]+\s*(,|$))*",
    dangerous=True,
)


class Refused(Refusal):
    """The guard does not let this call out."""

    status = 422


class Unreachable(Refusal):
    """The other side did not answer in time, or not as HTTP."""

    status = 502


@dataclass(frozen=True)
class Party:
    """An outside party (外部单位) the platform calls.

    address: the Setting that holds its base address. simulated: whether a simulator stands in for
    it, always or as a Setting says; pages then show 模拟. help: what it is called for.
    """

    code: str
    title: str
    address: Setting
    simulated: Setting | bool = False
    help: str = ""

    def __post_init__(self) -> None:
        if self.code in PARTIES:
            raise ValueError(f"party {self.code} is declared twice")
        PARTIES[self.code] = self

    def is_simulated(self) -> bool:
        """Whether what answers now is a simulator."""
        if isinstance(self.simulated, Setting):
            return bool(self.simulated.value())
        return self.simulated

    def url(self, path: str = "") -> str:
        """The party's address with a path below it; Refused while none is set."""
        base = str(self.address.value()).strip()
        if not base:
            raise Refused(
                f"尚未配置“{self.title}”的地址。",
                remedy=f"请系统管理员设置配置项“{self.address.title}”。",
                code="no_address",
            )
        return f"{base.rstrip('/')}/{path.lstrip('/')}" if path else base


PARTIES: dict[str, Party] = {}
"""Every outside party of this installation, by code."""


def request(
    method: str,
    url: str,
    *,
    party: Party | str,
    timeout: float = 10,
    max_bytes: int = MAX_BYTES,
    follow: bool = False,
    **passed: Any,
) -> httpx.Response:
    """Call another host and return its whole answer, whatever its status.

    party: a registered one, its code, or a plain word for parties known only by their address
    ("oidc client"). timeout: seconds for each step and for the answer as a whole. max_bytes: of
    the answer's body. follow: go along redirects of a GET or HEAD on the same host. passed: what
    httpx takes of params, headers, cookies, content, data, files, json, auth.
    Refused if the guard says no, Unreachable if nobody answers; TypeError for other arguments.
    """
    if unknown := set(passed) - PASSED_ON:
        raise TypeError(f"outgoing.request does not pass on {', '.join(sorted(unknown))}")
    label = party.code if isinstance(party, Party) else party
    method = method.upper()
    try:
        target = checked_url(url)
        for _ in range(REDIRECTS + 1):
            answer = _send(method, target, timeout, max_bytes, passed)
            if not (follow and answer.is_redirect and method in {"GET", "HEAD"}):
                return answer
            onward = checked_url(str(target.join(answer.headers["location"])))
            if (onward.host, _port(onward)) != (target.host, _port(target)):
                raise Refused("对方要求转到另一台主机，已中止。", rule=RULE, code="redirect")
            if target.scheme == "https" and onward.scheme != "https":
                raise Refused("对方要求转到不加密的地址，已中止。", rule=RULE, code="redirect")
            target, passed = onward, {**passed, "params": None}
        raise Refused("对方反复要求转到别处，已中止。", rule=RULE, code="redirect")
    except Refused as refused:
        _tell(label, url, refused)
        raise
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        name = party.title if isinstance(party, Party) else "对方"
        raise Unreachable(
            f"{name}没有应答或应答不完整。",
            remedy="请稍后再试；一直不通请系统管理员核对地址和网络。",
            code="unreachable",
        ) from error


def connect(
    address: str, *, party: Party | str, timeout: float = 10, encrypted: bool = False
) -> socket.socket:
    """Open a connection for a protocol that is not HTTP and return the connected socket.

    address: "host:port". encrypted: TLS with the other side's name checked; without it the host
    must be listed in one of the two settings. Refused if the guard says no, Unreachable if nobody
    answers.
    """
    label = party.code if isinstance(party, Party) else party
    try:
        target = checked_url(f"{'https' if encrypted else 'http'}://{address}")
        # The port of an address is read from the text: httpx leaves out the scheme's usual one.
        if not address.rpartition(":")[2].isdecimal():
            raise Refused("外联地址缺少端口。", rule=RULE, code="port")
        return _open(target, timeout, encrypted)
    except Refused as refused:
        _tell(label, address, refused)
        raise
    except (httpx.HTTPError, OSError) as error:
        name = party.title if isinstance(party, Party) else "对方"
        raise Unreachable(
            f"{name}没有应答。",
            remedy="请稍后再试；一直不通请系统管理员核对地址和网络。",
            code="unreachable",
        ) from error


def _open(target: httpx.URL, timeout: float, encrypted: bool) -> socket.socket:
    """A connection to the first of the host's checked addresses that takes it."""
    fault: OSError = OSError("no address")
    for address in checked_addresses(target):
        try:
            made = socket.create_connection((address, _port(target)), timeout)
        except OSError as error:
            fault = error
            continue
        if not encrypted:
            return made
        try:
            return _trust().wrap_socket(made, server_hostname=target.host)
        except OSError:
            made.close()
            raise
    raise fault


def checked_url(url: str) -> httpx.URL:
    """An address as the guard accepts it; Refused says why not. Nothing is resolved yet."""
    try:
        target = httpx.URL(url)
    except (httpx.InvalidURL, ValueError, TypeError):
        raise Refused("外联地址写法不正确。", rule=RULE, code="address") from None
    if target.scheme not in {"http", "https"} or not target.host:
        raise Refused("只能外联 http 或 https 地址。", rule=RULE, code="scheme")
    if target.userinfo:
        raise Refused("外联地址里不能带用户名或密码。", rule=RULE, code="userinfo")
    host = target.host
    if re.search(r"[\s\\@#?/%]", host):
        raise Refused("外联主机名写法不正确。", rule=RULE, code="host")
    last = host.rstrip(".").rpartition(".")[2]
    if re.fullmatch(r"\d+|0x[0-9a-f]*", last, re.IGNORECASE) and _literal(host) is None:
        raise Refused("外联地址不能用十进制、八进制等变形写法。", rule=RULE, code="host")
    if target.scheme == "http" and not (_is_listed(target) or host in _words(OUTGOING_PLAIN)):
        raise Refused(
            "外联必须使用 https。",
            rule=RULE,
            remedy="对方确无 https 的，请系统管理员在“允许不加密外联的主机”中列入。",
            code="plain",
        )
    return target


def checked_addresses(target: httpx.URL) -> list[str]:
    """The addresses of a host, resolved once; Refused if any of them may not be called."""
    literal = _literal(target.host)
    if literal is not None:
        found = [literal]
    else:
        try:
            name = target.raw_host.decode("ascii")
            rows = socket.getaddrinfo(name, _port(target), type=socket.SOCK_STREAM)
        except (socket.gaierror, UnicodeError) as error:
            raise httpx.ConnectError(f"{target.host}: {error}") from error
        found = [ip_address(str(row[4][0]).partition("%")[0]) for row in rows]
    listed = _is_listed(target)
    for address in found:
        if not (is_public(address) or (listed and is_ours(address))):
            raise Refused(
                "外联地址指向内网、本机或保留地址，已拒绝。",
                rule=RULE,
                remedy="确需调用的内网服务，请系统管理员在“允许外联的内网地址”中列入。",
                code="private",
            )
    return list(dict.fromkeys(str(address) for address in found))


_CARRYING = (IPv6Network("64:ff9b::/96"), IPv6Network("::/96"))
"""IPv6 ranges whose last 32 bits are an IPv4 address that is really meant."""


def _meant(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address inside a mapped, translated or tunnelled IPv6 address, else itself."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if int(address) > 1 and any(address in network for network in _CARRYING):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address belongs to a host of the open network."""
    meant = _meant(address)
    return meant.is_global and not (meant.is_multicast or meant.is_reserved)


def is_ours(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address may be opened by the setting: private or loopback, nothing else.

    Link-local addresses, and with them the metadata services of clouds, are never opened.
    """
    meant = _meant(address)
    if meant.is_link_local or meant.is_multicast or meant.is_unspecified:
        return False
    return meant.is_loopback or (meant.is_private and not meant.is_reserved)


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _port(target: httpx.URL) -> int:
    return target.port or (443 if target.scheme == "https" else 80)


def _words(setting: Setting) -> set[str]:
    return {word.strip().lower() for word in setting.value().split(",") if word.strip()}


def _is_listed(target: httpx.URL) -> bool:
    listed = _words(OUTGOING_PRIVATE) | set(getattr(settings, "OUTGOING_PRIVATE", ()))
    host = f"[{target.host}]" if ":" in target.host else target.host
    return bool(listed & {f"{host}:{_port(target)}", f"{host}:*"})


@cache
def _trust() -> ssl.SSLContext:
    """Certificates believed: the usual authorities and those of GONGHUI_OUTGOING_CA."""
    context = ssl.create_default_context(cafile=certifi.where())
    if extra := os.environ.get("GONGHUI_OUTGOING_CA"):
        context.load_verify_locations(cafile=extra)
    return context


def _send(
    method: str, target: httpx.URL, timeout: float, max_bytes: int, passed: Mapping[str, Any]
) -> httpx.Response:
    """One exchange with the first of the host's addresses that takes the connection."""
    addresses = checked_addresses(target)
    with httpx.Client(
        verify=_trust(), trust_env=False, follow_redirects=False, timeout=timeout
    ) as client:
        for place, address in enumerate(addresses):
            built = client.build_request(method, target, **passed)
            built.headers.setdefault("User-Agent", "gonghui")
            # An answer is counted as it comes; packed, it could grow a thousandfold.
            built.headers["Accept-Encoding"] = "identity"
            built.extensions = {**built.extensions, "sni_hostname": target.raw_host.decode("ascii")}
            built.url = built.url.copy_with(host=address)
            try:
                return _read(client, built, passed.get("auth"), timeout, max_bytes)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                if place == len(addresses) - 1:
                    raise
    raise httpx.ConnectError(f"{target.host} has no address")


def _read(
    client: httpx.Client, built: httpx.Request, auth: Any, timeout: float, max_bytes: int
) -> httpx.Response:
    """The whole answer, within its bounds of size and time."""
    until = time.monotonic() + timeout
    answer = client.send(built, stream=True, auth=auth)
    try:
        if answer.headers.get("content-encoding", "identity") != "identity":
            raise Refused("对方的应答经过压缩，无法限定大小，已中止。", rule=RULE, code="packed")
        body = bytearray()
        for part in answer.iter_raw():
            body += part
            if len(body) > max_bytes:
                raise Refused("对方的应答超过大小上限，已中止。", rule=RULE, code="too_large")
            if time.monotonic() > until:
                raise httpx.ReadTimeout("the answer took too long", request=built)
    finally:
        answer.close()
    return httpx.Response(
        answer.status_code, headers=answer.headers, content=bytes(body), request=built
    )


def _tell(label: str, url: str, refused: Refused) -> None:
    """Remember a refused call; only scheme, host and port of the address are kept."""
    kept = re.match(r"([A-Za-z][A-Za-z0-9+.\-]*:)?(//)?(?:[^/@?#]*@)?([^/?#]*)", url)
    remember(
        Happening(
            Kind.OUTGOING_REFUSED,
            Severity.WARNING,
            subject=label,
            facts={"why": refused.code, "host": kept.group(3)[:200] if kept else ""},
        )
    )
