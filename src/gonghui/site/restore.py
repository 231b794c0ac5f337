"""`gonghui restore FILE`: a backup into an empty database, and the proof that all of it arrived."""

from __future__ import annotations

import getpass
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from django.core.management import call_command
from django.db import connection

from gonghui.kernel.base.errors import Refusal
from gonghui.site import archive, environment, roles


def command(file: str, *, with_keys: bool) -> int:
    """Restore and print the comparison; 0 when everything is equal."""
    try:
        manifest = read(Path(file), _passphrase() if with_keys else None)
    except Refusal as refusal:
        print(refusal)
        return 1
    faults = compare(manifest)
    for fault in faults:
        print(fault)
    try:
        call_command("audit", "verify")
    except SystemExit:
        faults.append("审计记录没有通过校验。")
    print("恢复有误，见上。" if faults else "恢复完成，全部一致。")
    return 1 if faults else 0


def read(source: Path, passphrase: str | None) -> dict:
    """Bring a backup back; its manifest.

    Nothing is written before every checksum has been found right. Raises Refusal for a database
    that is not empty, a damaged archive, a wrong passphrase.
    """
    if present := archive.tables():
        raise Refusal(
            f"目标数据库不是空的，已有 {len(present)} 张表。",
            remedy="新建一个空数据库，用 DATABASE_URL 指向它再恢复。",
        )
    with _opened(source) as tar, tempfile.TemporaryDirectory(dir=_scratch()) as scratch:
        manifest = _manifest(tar)
        _verify(tar, manifest)
        dump = Path(scratch) / archive.DUMP
        with _member(tar, archive.DUMP) as content, dump.open("wb") as output:
            shutil.copyfileobj(content, output)
        _restore_keys(tar, passphrase)
        _restore_files(tar, manifest)
        _restore_database(dump)
    return manifest


def compare(manifest: dict) -> list[str]:
    """Print the rows of every table beside those of the backup; what differs."""
    found = archive.rows()
    faults = []
    print(f"{'表':<44}{'备份':>12}{'恢复':>12}")
    for table in sorted(manifest["rows"] | found):
        before, now = manifest["rows"].get(table), found.get(table)
        same = before == now
        print(f"{table:<44}{_number(before):>12}{_number(now):>12}{'' if same else '  不一致'}")
        if not same:
            faults.append(f"表 {table} 的行数不一致。")
    if archive.audit_root() != manifest["audit_root"]:
        faults.append("审计链根与备份时不一致。")
    wrong = sorted(
        name for name, mark in manifest["keys"].items() if archive.key_marks().get(name) != mark
    )
    if wrong:
        faults.append(
            f"加密密钥与备份时不同或缺少：{'、'.join(wrong)}。请把备份时的密钥放到"
            f" {os.environ['GONGHUI_KEYS']}（权限 600），否则证件号和电话无法解开，"
            f"{archive.SIGNING} 里的缺少时已签章的文件无法核验。"
        )
    return faults


def _opened(source: Path) -> tarfile.TarFile:
    try:
        return tarfile.open(source)
    except (OSError, tarfile.TarError) as trouble:
        raise Refusal(f"读不了备份文件 {source}：{trouble}") from trouble


def _number(value: int | None) -> str:
    return "无" if value is None else str(value)


def _manifest(tar: tarfile.TarFile) -> dict:
    with _member(tar, archive.MANIFEST) as content:
        manifest = json.load(content)
    if manifest.get("format") != archive.FORMAT:
        raise Refusal("备份的格式来自别的版本。", remedy="用做备份的那个版本恢复，再升级。")
    return manifest


def _verify(tar: tarfile.TarFile, manifest: dict) -> None:
    expected = dict(manifest["members"])
    for member in tar:
        if member.name in (archive.MANIFEST, archive.KEYS):
            continue
        facts = expected.pop(member.name, None)
        if facts is None or not member.isfile():
            raise Refusal(f"备份中有清单以外的内容：{member.name}。")
        with _member(tar, member.name) as content:
            if archive.digest(content) != facts["sha256"]:
                raise Refusal(f"备份已损坏：{member.name} 的校验和不对。")
    if expected:
        raise Refusal(f"备份不完整，缺少：{'、'.join(sorted(expected)[:5])}。")


def _restore_keys(tar: tarfile.TarFile, passphrase: str | None) -> None:
    if passphrase is None:
        return
    if archive.KEYS not in tar.getnames():
        raise Refusal("这个备份不含加密密钥。", remedy="不带 --with-keys 恢复，密钥另行放置。")
    if archive.key_files() or archive.signing_files():
        raise Refusal(
            f"密钥目录 {os.environ['GONGHUI_KEYS']} 中已有密钥，不会覆盖。",
            remedy="用 GONGHUI_KEYS 指定一个空目录。",
        )
    with _member(tar, archive.KEYS) as content:
        opened = archive.open_keys(content.read(), passphrase)
    folder = Path(os.environ["GONGHUI_KEYS"])
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / archive.SIGNING).mkdir(mode=0o700, exist_ok=True)
    for name, text in opened.items():
        plain = name.removeprefix(f"{archive.SIGNING}/")
        if Path(plain).name != plain:
            raise Refusal(f"备份中的密钥名不安全：{name}。")
        descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as output:
            output.write(text)


def _restore_files(tar: tarfile.TarFile, manifest: dict) -> None:
    for name in manifest["members"]:
        if name == archive.DUMP:
            continue
        place = archive.place_of(name)
        # Files never change, so one that is there is the same; the roots file may have grown.
        if place.exists():
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        with _member(tar, name) as content, place.open("xb") as output:
            shutil.copyfileobj(content, output)


def _restore_database(dump: Path) -> None:
    roles.create()
    binaries = archive.client_binaries()
    done = subprocess.run(
        [
            binaries.directory / "pg_restore",
            *("--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error"),
            f"--dbname={connection.settings_dict['NAME']}",
            dump,
        ],
        env=archive.client_environment(binaries),
        stderr=subprocess.PIPE,
        check=False,
    )
    if done.returncode:
        raise Refusal(
            f"pg_restore 失败：{done.stderr.decode('utf-8', 'replace').strip()}",
            remedy="数据库没有改动。备份来自更新的 PostgreSQL 时，请恢复到同一版本。",
        )
    roles.grant()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _member(tar: tarfile.TarFile, name: str):
    try:
        content = tar.extractfile(name)
    except KeyError:
        content = None
    if content is None:
        raise Refusal(f"备份不完整，缺少：{name}。")
    return content


def _scratch() -> Path:
    folder = environment.var() / "run"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _passphrase() -> str:
    given = os.environ.get("GONGHUI_BACKUP_PASSPHRASE")
    return getpass.getpass("备份中密钥的口令：") if given is None else given
