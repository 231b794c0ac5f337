"""Makes the keys of a new installation: sealing keys, and the certificates documents are signed by.

Sealing keys are never made for one that already holds data: new keys over old data would leave
every sealed ID number closed for good, unnoticed at first.
"""

from __future__ import annotations

import os
from pathlib import Path

import psycopg

from gonghui.kernel.base.sealing import KEYS_VARIABLE, Keyring
from gonghui.kernel.documents.authority import AuthorityBroken, authority


class KeysMissing(Exception):
    """There is sealed data but no key; the text says what to do, in Chinese."""


def ensure(url: str) -> None:
    """Generate sealing keys if there are none and the database at `url` is still empty.

    The authority of signatures is made wherever it is missing.
    """
    folder = Path(os.environ[KEYS_VARIABLE])
    if any(folder.glob("*.key")):
        _certificates()
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
    _certificates()


def _certificates() -> None:
    try:
        authority()
    except (AuthorityBroken, OSError) as trouble:
        raise KeysMissing(f"签章证书不能使用：{trouble}") from trouble
