"""Makes the sealing keys of a new installation, and never for one that already holds data.

New keys over old data would leave every sealed ID number closed for good, unnoticed at first.
"""

from __future__ import annotations

import os
from pathlib import Path

import psycopg

from gonghui.kernel.base.sealing import KEYS_VARIABLE, Keyring


class KeysMissing(Exception):
    """There is sealed data but no key; the text says what to do, in Chinese."""


def ensure(url: str) -> None:
    """Generate keys if there are none and the database at `url` is still empty."""
    folder = Path(os.environ[KEYS_VARIABLE])
    if any(folder.glob("*.key")):
        return
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT to_regclass('django_migrations')").fetchone()
    if row != (None,):
        raise KeysMissing(
            f"数据库里已有数据，但密钥目录 {folder} 中没有加密密钥。"
            "请从密钥备份恢复到该目录，或用 GONGHUI_KEYS 指明它在哪里。"
            "没有原来的密钥，已加密的证件号和电话无法解开，所以不会自动生成新的。"
        )
    Keyring.generate(folder)
