"""Messages between this platform and the office environment of the national federation.

The form is our own (docs/guides/document-exchange.md): the interface of GB/T 33479-2016 is agreed
between the two sides, and the national federation has not published how it uses it. A message is a
JSON object with a `signature`: HMAC-SM3 under the key the two sides share, over the canonical JSON
of the rest.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, hmac

from gonghui.kernel.base.digests import canonical, sm3
from gonghui.kernel.base.errors import Refusal

LONGEST = 200
CONFIRMED, DECLINED = "received", "declined"


def signed(message: Mapping[str, Any], key: str) -> dict[str, Any]:
    """A message with its signature."""
    return {**message, "signature": _state(message, key).finalize().hex()}


def opened(said: object, key: str) -> dict[str, Any]:
    """The message without its signature; Refusal for what is not one or was not signed by them."""
    if not isinstance(said, dict):
        raise _garbled()
    message = {name: value for name, value in said.items() if name != "signature"}
    try:
        _state(message, key).verify(bytes.fromhex(str(said.get("signature", ""))))
    except (InvalidSignature, ValueError, TypeError) as error:
        raise Refusal("签名不对，不是对方发出的，未采用。", code="signature") from error
    return message


def _state(message: Mapping[str, Any], key: str) -> hmac.HMAC:
    state = hmac.HMAC(key.encode(), hashes.SM3())
    state.update(canonical(dict(message)))
    return state


@dataclass(frozen=True)
class Receipt:
    """What became of a document sent up: taken with a number, or declined with the reason."""

    state: str
    number: str
    reason: str = ""


def receipt(said: object, *, key: str, id: str, digest: str) -> Receipt:
    """Their receipt for the document `id` with this SM3 digest; Refusal for any other."""
    message = opened(said, key)
    if message.get("id") != id or message.get("sm3") != digest:
        raise Refusal("对方的回执不是这件公文的，未采用。", code="other_document")
    state, number = str(message.get("state", "")), str(message.get("receipt", ""))
    if state == DECLINED:
        return Receipt(DECLINED, "", str(message.get("reason", ""))[:LONGEST])
    if state != CONFIRMED or not 0 < len(number) <= 60:
        raise _garbled()
    return Receipt(CONFIRMED, number)


@dataclass(frozen=True)
class Arrived:
    """A document from above: its parts as in a register of incoming ones, and its file."""

    id: str
    organ: str
    number: str
    title: str
    urgency: str
    issued_on: date
    name: str
    content: bytes
    digest: str


def arrived(said: object, key: str) -> Arrived:
    """A document they sent; Refusal when a part lacks, is too long, or the file was changed."""
    message = opened(said, key)
    texts = {name: str(message.get(name) or "").strip() for name in PARTS}
    if not all(texts[name] for name in ("id", "organ", "title", "issued_on", "file_name")):
        raise _garbled()
    if any(len(text) > PARTS[name] for name, text in texts.items()):
        raise _garbled()
    try:
        content = base64.b64decode(str(message.get("file", "")), validate=True)
        day = date.fromisoformat(texts["issued_on"])
    except (ValueError, binascii.Error) as error:
        raise _garbled() from error
    if sm3(content).hex() != message.get("sm3"):
        raise Refusal("文件与摘要不符，未采用。", code="digest")
    return Arrived(
        texts["id"],
        texts["organ"],
        texts["number"],
        texts["title"],
        texts["urgency"],
        day,
        texts["file_name"],
        content,
        str(message["sm3"]),
    )


PARTS = {
    "id": 60,
    "organ": 120,
    "number": 60,
    "title": LONGEST,
    "urgency": 4,
    "issued_on": 10,
    "file_name": 120,
}
"""Parts of a message and how long each may be, in characters."""


def _garbled() -> Refusal:
    return Refusal("应答不是约定的格式，未采用。", code="format")
