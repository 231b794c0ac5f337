"""Codes shown to a person who signs a device in (RFC 8628 section 6.1)."""

from __future__ import annotations

import hashlib
import secrets

LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""Twenty consonants: no word comes of them and none is taken for a figure."""
LENGTH = 8


def new_user_code() -> str:
    """Eight letters in two groups; 20**8 is 2.6e10."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    return f"{letters[:4]}-{letters[4:]}"


def normalised(code: str) -> str:
    """A typed code without what does not count."""
    return "".join(
        letter.upper() for letter in code if letter.isascii() and letter.upper() in LETTERS
    )


def new_token(prefix: str) -> str:
    """An opaque token of 256 bits; the prefix says in a log or a leak what it is."""
    return f"{prefix}{secrets.token_urlsafe(32)}"


def digest(token: str) -> str:
    """What is kept of a token. SHA-256 without a salt: its 256 bits cannot be guessed."""
    return hashlib.sha256(token.encode()).hexdigest()
