"""The issuing platform (统一社会信用代码赋码平台), an outside party, and how it is asked.

POST <address>/requests with {"name", "region", "registrar", "classes", "notify"} under an
`Idempotency-Key` answers {"key", "state": "allotted" | "pending" | "refused", "uscc", "name",
"serial", "reason"}; the same key must give the same answer. GET <address>/codes/<code> answers
{"uscc", "name", "state"} or 404. POST <address>/codes/<code>/cancel takes {"reason"} and answers
the same. A POST without content to "notify" says that a pending answer is there; it is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.config.declaring import Setting
from gonghui.kernel.security import outgoing
from gonghui.systems.mobilization.legal_person.rules.codes import printable

ADDRESS = Setting(
    "legal_person.platform_address",
    "赋码平台地址",
    str,
    (settings.SIMULATORS and f"{settings.SIMULATORS}/simulators/uscc") or "",
    "统一社会信用代码赋码平台接口的地址，以 https:// 开头。",
    maximum=200,
    dangerous=True,
)
TOKEN = Setting(
    "legal_person.platform_token",
    "赋码平台令牌",
    str,
    "",
    "赋码平台给的访问令牌，加密保存，不再显示。",
    maximum=200,
    secret=True,
)
SIMULATED = Setting(
    "legal_person.platform_simulated",
    "由模拟赋码平台应答",
    bool,
    bool(settings.SIMULATORS),
    "演示时代码由模拟平台给出，证书上注明演示。",
    dangerous=True,
)
PARTY = outgoing.Party(
    "uscc",
    "统一社会信用代码赋码平台",
    ADDRESS,
    simulated=SIMULATED,
    help="为新登记的工会法人赋码，注销时收回代码",
)
TIMEOUT = 8.0
"""Seconds; whoever answers later is asked again under the same key."""


class Unusable(Exception):
    """Nothing came that could be judged: no answer, an error, or not our protocol."""


@dataclass(frozen=True)
class Holder:
    """What the platform says of a code: whose it is, and whether it is in use."""

    uscc: str
    name: str
    in_use: bool


def ask(*, key: str, name: str, region: str, registrar: str, classes: tuple[str, ...]) -> Any:
    """Ask for a code; the answer as JSON, not yet believed. Raises Unusable."""
    body = {
        "name": name,
        "region": region,
        "registrar": registrar,
        "classes": list(classes),
        "notify": f"{settings.PUBLIC_ADDRESS}{reverse('legal-code-told', args=[key])}",
    }
    status, found = _call("POST", "requests", key, body)
    if status not in (200, 201, 202):
        raise Unusable(f"赋码平台应答 {status}")
    return found


def holder(uscc: str) -> Holder | None:
    """Whose code this is, as the platform has it; None when it knows none. Raises Unusable."""
    status, found = _call("GET", f"codes/{uscc}", "", None)
    if status == 404:
        return None
    return _holder(status, found)


def cancel(uscc: str, *, key: str, reason: str) -> Holder:
    """Tell the platform that a code is out of use. Raises Unusable."""
    status, found = _call("POST", f"codes/{uscc}/cancel", key, {"reason": reason})
    return _holder(status, found)


def _holder(status: int, found: Any) -> Holder:
    if status != 200 or not isinstance(found, dict):
        raise Unusable(f"赋码平台应答 {status}")
    return Holder(
        printable(found.get("uscc")), printable(found.get("name")), found.get("state") == "in_use"
    )


def _call(method: str, path: str, key: str, body: dict[str, Any] | None) -> tuple[int, Any]:
    headers = {"Idempotency-Key": key} if key else {}
    if token := TOKEN.value():
        headers["Authorization"] = f"Bearer {token}"
    try:
        answer = outgoing.request(
            method,
            PARTY.url(path),
            party=PARTY,
            timeout=TIMEOUT,
            max_bytes=100_000,
            headers=headers,
            **({"json": body} if body is not None else {}),
        )
    except Refusal as refusal:
        raise Unusable(refusal.message) from refusal
    try:
        return answer.status_code, answer.json() if answer.content else None
    except (ValueError, RecursionError) as error:
        raise Unusable("赋码平台的应答不是约定的格式") from error
