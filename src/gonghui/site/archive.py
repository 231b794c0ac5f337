"""The form of a backup: one tar with a manifest, the database dump, the files and maybe the keys.

| member | content |
|---|---|
| manifest.json | versions, rows of each table, size and SHA-256 of every other member, audit root |
| database.dump | pg_dump's custom format, of the same snapshot as the row counts |
| files/…, imports/… | uploaded files, and tables whose import has not ended |
| audit/roots.log | audit roots published outside the database |
| keys.sealed | optional: all keys under a passphrase, scrypt (N=2^17, r=8, p=1), AES-256-GCM |
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import IO, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from django.db import connection

from gonghui.kernel.base.errors import Refusal
from gonghui.site import environment
from gonghui.site.database import Binaries, embedded_binaries

FORMAT = 1
MANIFEST = "manifest.json"
DUMP = "database.dump"
KEYS = "keys.sealed"
SIGNING = "signing"
FOLDERS = ("files", "imports")
ROOTS = "audit/roots.log"
LEAST_PASSPHRASE = 12
BLOCK = 2**20


def server_version() -> int:
    """The server's version as PostgreSQL counts it, such as 150020."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int")
        return cursor.fetchone()[0]


def client_binaries() -> Binaries:
    """pg_dump and pg_restore of the server's own major version: an older one cannot read it, the
    output of a newer one does not load.
    """
    major = server_version() // 10000
    places = [embedded_binaries()]
    if named := os.environ.get("GONGHUI_PG_BIN"):
        places.insert(0, Binaries(Path(named), os.environ.get("GONGHUI_PG_LIBRARIES", "")))
    places.append(Binaries(Path(f"/usr/lib/postgresql/{major}/bin")))
    if found := shutil.which("pg_dump"):
        places.append(Binaries(Path(found).parent))
    for place in places:
        if (place.directory / "pg_dump").exists() and place.client_major == major:
            return place
    raise Refusal(
        f"没有与数据库版本 {major} 相符的备份程序 pg_dump。",
        remedy=f"安装 postgresql-client-{major}，或用 GONGHUI_PG_BIN 指明它所在的目录。",
    )


def client_environment(binaries: Binaries) -> dict[str, str]:
    """How pg_dump and pg_restore reach the database: nothing secret on a command line."""
    facts = connection.settings_dict
    named = {
        "PGHOST": facts["HOST"],
        "PGPORT": facts["PORT"],
        "PGUSER": facts["USER"],
        "PGPASSWORD": facts["PASSWORD"],
        "PGDATABASE": facts["NAME"],
        "PGSSLMODE": facts["OPTIONS"].get("sslmode", ""),
        "PGSSLROOTCERT": facts["OPTIONS"].get("sslrootcert", ""),
    }
    return binaries.environment | {name: str(value) for name, value in named.items() if value}


def tables() -> list[str]:
    """The tables of the platform, sorted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return sorted(row[0] for row in cursor.fetchall())


def rows() -> dict[str, int]:
    """How many rows each table has, in the current transaction's snapshot."""
    counted = {}
    with connection.cursor() as cursor:
        for table in tables():
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")
            counted[table] = cursor.fetchone()[0]
    return counted


def audit_root() -> str:
    """The chained root of the last sealed audit batch in hex, empty when there is none."""
    if "audit_batch" not in tables():
        return ""
    with connection.cursor() as cursor:
        cursor.execute("SELECT chained_root FROM audit_batch ORDER BY id DESC LIMIT 1")
        found = cursor.fetchone()
    return bytes(found[0]).hex() if found else ""


def key_files() -> dict[str, Path]:
    """The sealing keys of this installation by file name."""
    folder = Path(os.environ["GONGHUI_KEYS"])
    return {path.name: path for path in sorted(folder.glob("*.key"))}


def signing_files() -> dict[str, Path]:
    """Certificates and keys the documents are signed with, by name below the keys' folder."""
    folder = Path(os.environ["GONGHUI_KEYS"]) / SIGNING
    return {f"{SIGNING}/{path.name}": path for path in sorted(folder.glob("*.*"))}


def key_marks() -> dict[str, str]:
    """What tells one key from another and nothing more: 8 bytes of HMAC-SHA-256, in hex.

    Of the sealing keys and of what documents are signed with.
    """
    return {
        name: hmac.digest(path.read_bytes().strip(), b"gonghui backup key mark", "sha256")[:8].hex()
        for name, path in (key_files() | signing_files()).items()
    }


def seal_keys(passphrase: str) -> bytes:
    """All sealing and signing keys under a passphrase: salt (16) | nonce (12) | ciphertext."""
    files = key_files() | signing_files()
    texts = {name: path.read_text("ascii") for name, path in files.items()}
    salt, nonce = os.urandom(16), os.urandom(12)
    sealed = AESGCM(_derive(passphrase, salt)).encrypt(nonce, json.dumps(texts).encode(), None)
    return salt + nonce + sealed


def open_keys(sealed: bytes, passphrase: str) -> dict[str, str]:
    """The key files of a backup, name to content. Refuses a wrong passphrase."""
    salt, nonce, body = sealed[:16], sealed[16:28], sealed[28:]
    try:
        return json.loads(AESGCM(_derive(passphrase, salt)).decrypt(nonce, body, None))
    except InvalidTag:
        raise Refusal("口令不对，或备份中的密钥已损坏。", remedy="核对备份时设置的口令。") from None


def _derive(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=2**17, r=8, p=1).derive(passphrase.encode())


def stored_files() -> Iterator[tuple[str, Path]]:
    """Members of the archive that are files here: (name in the archive, path here)."""
    for folder in FOLDERS:
        for path in sorted((environment.var() / folder).rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield path.relative_to(environment.var()).as_posix(), path
    if (roots := environment.var() / ROOTS).exists():
        yield ROOTS, roots


def place_of(name: str) -> Path:
    """Where a member is put on restore. Refuses names that would leave the folders."""
    parts = name.split("/")
    if (name != ROOTS and parts[0] not in FOLDERS) or {"", ".", ".."} & set(parts):
        raise Refusal(f"备份中有不认识的内容：{name}。")
    return environment.var().joinpath(*parts)


def digest(source: BinaryIO | IO[bytes]) -> str:
    """SHA-256 of a stream in hex."""
    summed = hashlib.sha256()
    while block := source.read(BLOCK):
        summed.update(block)
    return summed.hexdigest()
