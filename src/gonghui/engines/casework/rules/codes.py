"""Reference codes (查询码): what a complainant without an account shows to ask after a case."""

from __future__ import annotations

import re

from gonghui.kernel.base.errors import Refusal

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 12
"""31**12 is over 7 * 10**17: with limited attempts nobody finds one by trying."""


def code_of(random: bytes) -> str:
    """A code of random bytes (32 of them), in groups of four: K7QX-9M2P-4TRA.

    Bytes of 248 and more are left out, so that every sign is as likely as another.
    """
    signs = [ALPHABET[byte % 31] for byte in random if byte < 248][:LENGTH]
    if len(signs) < LENGTH:
        raise ValueError("too few random bytes for a code")
    text = "".join(signs)
    return "-".join(text[at : at + 4] for at in range(0, LENGTH, 4))


def read(text: str) -> str:
    """A code as typed, in normal form; Refusal for anything else."""
    plain = re.sub(r"[\s-]", "", text).upper()
    if len(plain) != LENGTH or any(sign not in ALPHABET for sign in plain):
        raise Refusal(
            "查询码应为 12 位字母和数字。",
            remedy="请对照回执或短信核对；查询码里没有 0、1、I、L、O。",
            field="code",
            code="code_format",
        )
    return plain
