"""The way out for text messages; the part of the kernel that sends them registers itself."""

from __future__ import annotations

from collections.abc import Callable

Send = Callable[[str, str, str], None]
"""Takes the mobile number, the text and what it is for; called in a transaction."""

Ready = Callable[[], bool]

_ways: list[tuple[Send, Ready]] = []


def use(send: Send, ready: Ready = lambda: True) -> None:
    """Send with this function from now on; `ready` says whether a carrier is configured."""
    _ways[:] = [(send, ready)]


def available() -> bool:
    """Whether text messages can be sent at all; pages offer SMS only then."""
    return bool(_ways) and _ways[0][1]()


def send(mobile: str, text: str, purpose: str) -> None:
    """Queue a text message in the caller's transaction."""
    if not _ways:
        raise RuntimeError("no way to send text messages is registered")
    _ways[0][0](mobile, text, purpose)
