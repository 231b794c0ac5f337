"""`gonghui backup FILE`: the database, the files and what proves them, in one archive."""

from __future__ import annotations

import getpass
import io
import json
import os
import subprocess
import tarfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from django.db import connection, transaction

from gonghui.kernel.base.errors import Refusal
from gonghui.site import archive


def command(file: str, *, with_keys: bool) -> int:
    """Write a backup and say what is in it; the exit code."""
    try:
        manifest = write(Path(file), _passphrase() if with_keys else None)
    except Refusal as refusal:
        print(refusal)
        return 1
    size = Path(file).stat().st_size / 2**20
    print(
        f"已备份到 {file}（{size:.1f} MB）：{len(manifest['rows'])} 张表共"
        f" {sum(manifest['rows'].values())} 行，{len(manifest['members']) - 1} 个文件。"
    )
    if with_keys:
        print("备份中含加密密钥，由您设置的口令保护。请把口令与备份分开保管。")
    else:
        print(
            "备份中不含加密密钥。请另行备份密钥目录"
            f" {os.environ['GONGHUI_KEYS']}，没有它，恢复后证件号和电话无法解开。"
        )
    return 0


def write(target: Path, passphrase: str | None) -> dict:
    """Write the archive; the manifest.

    The archive appears under its name only when it is whole. Raises Refusal.
    """
    if target.exists():
        raise Refusal(f"文件 {target} 已存在。", remedy="换一个文件名，不覆盖已有的备份。")
    dump = target.with_name(f".{target.name}.dump")
    draft = target.with_name(f".{target.name}.part")
    try:
        counted, root = _dump(dump)
        with dump.open("rb") as source:
            members = {archive.DUMP: _facts(source, dump)}
        stored = list(archive.stored_files())
        for name, path in stored:
            with path.open("rb") as source:
                members[name] = _facts(source, path)
        sealed = archive.seal_keys(passphrase) if passphrase is not None else None
        manifest = {
            "format": archive.FORMAT,
            "made_at": datetime.now(UTC).isoformat(),
            "server": archive.server_version(),
            "migrations": _migrations(),
            "rows": counted,
            "audit_root": root,
            "keys": archive.key_marks(),
            "members": members,
        }
        with _closed(draft) as output, tarfile.open(fileobj=output, mode="w") as tar:
            _add(tar, archive.MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1).encode())
            if sealed is not None:
                _add(tar, archive.KEYS, sealed)
            tar.add(dump, archive.DUMP)
            for name, path in stored:
                tar.add(path, name)
        os.link(draft, target)
    finally:
        dump.unlink(missing_ok=True)
        draft.unlink(missing_ok=True)
    return manifest


def _dump(target: Path) -> tuple[dict[str, int], str]:
    """Dump one snapshot; the rows and the audit root of that very snapshot."""
    binaries = archive.client_binaries()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            snapshot = cursor.fetchone()[0]
        with _closed(target) as output:
            done = subprocess.run(
                [
                    binaries.directory / "pg_dump",
                    *("--format=custom", "--no-owner", "--no-privileges"),
                    f"--snapshot={snapshot}",
                ],
                env=archive.client_environment(binaries),
                stdout=output,
                stderr=subprocess.PIPE,
                check=False,
            )
        if done.returncode:
            raise Refusal(f"pg_dump 失败：{done.stderr.decode('utf-8', 'replace').strip()}")
        return archive.rows(), archive.audit_root()


def _migrations() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1")
        return [row[0] for row in cursor.fetchall()]


def _facts(source: BinaryIO, path: Path) -> dict:
    return {"sha256": archive.digest(source), "size": path.stat().st_size}


def _closed(path: Path) -> BinaryIO:
    """A new file that only we can read: it holds personal data."""
    path.unlink(missing_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = len(content), 0o600, int(time.time())
    tar.addfile(member, io.BytesIO(content))


def _passphrase() -> str:
    given = os.environ.get("GONGHUI_BACKUP_PASSPHRASE")
    if given is None:
        given = getpass.getpass("为备份中的密钥设置口令：")
        if getpass.getpass("再输入一次：") != given:
            raise Refusal("两次输入的口令不一致。")
    if len(given) < archive.LEAST_PASSPHRASE:
        raise Refusal(f"口令太短，至少 {archive.LEAST_PASSPHRASE} 个字符。")
    return given
