"""The way out for text messages; the part of the kernel that sends them registers itself."""

from __future__ import annotations

from collections.abc import Callable

Send = Callable[[str, str, str], None]
"""Takes the mobile number, the text and what it is for; called in a transaction."""

_senders: list[Send] = []


def use(send: Send) -> None:
    """Send with this function from now on."""
    _senders[:] = [send]


def send(mobile: str, text: str, purpose: str) -> None:
    """Queue a text message in the caller's transaction."""
    if not _senders:
        raise RuntimeError("no way to send text messages is registered")
    _senders[0](mobile, text, purpose)
