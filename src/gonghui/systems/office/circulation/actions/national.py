"""The national federation's office environment (全总协同办公环境), an outside party, as asked.

POST <address>/documents takes a signed document and answers a signed receipt, the same for the
same id. GET <address>/documents/<id> answers that receipt or 404. GET <address>/outbox answers
{"documents": […]}, signed documents for us that we have not acknowledged. POST
<address>/outbox/<id>/receipt takes our signed receipt. docs/guides/document-exchange.md has all.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.config.declaring import Setting
from gonghui.kernel.security import outgoing

ADDRESS = Setting(
    "circulation.national_address",
    "全总协同办公环境地址",
    str,
    (settings.SIMULATORS and f"{settings.SIMULATORS}/simulators/national") or "",
    "全总协同办公环境公文交换接口的地址，以 https:// 开头；空着就不交换。",
    maximum=200,
    dangerous=True,
)
KEY = Setting(
    "circulation.national_key",
    "与全总交换公文的密钥",
    str,
    "",
    "双方约定的签名密钥，加密保存，不再显示。",
    maximum=200,
    secret=True,
)
SIMULATED = Setting(
    "circulation.national_simulated",
    "由模拟的全总协同办公环境应答",
    bool,
    bool(settings.SIMULATORS),
    "演示时由模拟系统收发，页面注明模拟。",
    dangerous=True,
)
PARTY = outgoing.Party(
    "national",
    "全总协同办公环境",
    ADDRESS,
    simulated=SIMULATED,
    help="向全总报送公文，接收全总来文",
)
SIMULATED_KEY = "simulated-exchange-key"
TIMEOUT = 8.0
LARGEST = 60_000_000
"""Bytes of an answer: a handful of documents with their files."""


class Unusable(Exception):
    """Nothing came that could be judged: no answer, an error, or not our protocol."""


def key() -> str:
    """The key both sides sign with; Unusable while none was agreed."""
    if found := KEY.value():
        return str(found)
    if SIMULATED.value():
        return SIMULATED_KEY
    raise Unusable("尚未设置与全总交换公文的密钥")


def configured() -> bool:
    """Whether there is anybody to exchange with."""
    return bool(str(ADDRESS.value()).strip())


def send(message: dict[str, Any]) -> Any:
    """Hand a signed document in; what they say, not yet believed. Raises Unusable."""
    return _answer("POST", "documents", message)


def kept(id: str) -> Any:
    """What they say they keep of a document. Raises Unusable, also when it is nothing."""
    return _answer("GET", f"documents/{id}")


def waiting() -> list[Any]:
    """What they have for us. Raises Unusable."""
    said = _answer("GET", "outbox")
    found = said.get("documents") if isinstance(said, dict) else None
    if not isinstance(found, list):
        raise Unusable("全总协同办公环境的应答不是约定的格式")
    return found


def acknowledge(id: str, message: dict[str, Any]) -> None:
    """Tell them that a document is registered here. Raises Unusable."""
    _answer("POST", f"outbox/{id}/receipt", message)


def _answer(method: str, path: str, message: dict[str, Any] | None = None) -> Any:
    try:
        answer = outgoing.request(
            method,
            PARTY.url(path),
            party=PARTY,
            timeout=TIMEOUT,
            max_bytes=LARGEST,
            **({"json": message} if message is not None else {}),
        )
    except Refusal as refusal:
        raise Unusable(refusal.message) from refusal
    if answer.status_code not in (200, 201):
        raise Unusable(f"全总协同办公环境应答 {answer.status_code}")
    try:
        return answer.json()
    except ValueError as error:
        raise Unusable("全总协同办公环境的应答不是约定的格式") from error
