"""Backup and restore through the command-line tool, on two databases of one server."""

import io
import json
import tarfile
from pathlib import Path

import psycopg
import pytest

from gonghui.kernel.documents import authority
from gonghui.kernel.documents.content import Official
from gonghui.kernel.documents.rendering import render
from gonghui.kernel.documents.signing import sign
from gonghui.kernel.documents.verifying import State, verify

# One worker runs all of these: they share what takes seconds to make.
pytestmark = pytest.mark.xdist_group("site.backup")

PASSPHRASE = "correct-horse-battery"
KNOWN = (
    "INSERT INTO bus_outbox (event, type, source, subject, time, org_path, data, attempts,"
    " next_attempt_at, last_error) SELECT gen_random_uuid(), 'member.joined', '工会', '甲', now(),"
    " '', '{}', 0, now(), '' FROM generate_series(1, 1234)"
)


@pytest.fixture(scope="module")
def source(new_database, gonghui, tmp_path_factory) -> tuple[str, Path, Path]:
    """A migrated database with rows and a file: its address, its folder, its backup with keys."""
    url, var = new_database(), tmp_path_factory.mktemp("source")
    done = gonghui(url, "migrate", "-v0", GONGHUI_VAR=str(var))
    assert done.returncode == 0, done.stderr
    with psycopg.connect(url) as connection:
        connection.execute(KNOWN)
    stored = var / "files/2026/照片.jpg"
    stored.parent.mkdir(parents=True)
    stored.write_bytes(b"bytes of the picture")
    file = var / "backup.tar"
    done = gonghui(
        url,
        *("backup", str(file), "--with-keys"),
        GONGHUI_VAR=str(var),
        GONGHUI_BACKUP_PASSPHRASE=PASSPHRASE,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return url, var, file


def test_everything_comes_back_and_is_compared(source, new_database, gonghui, tmp_path):
    _url, home, file = source
    assert file.stat().st_mode & 0o077 == 0
    target, var = new_database(), tmp_path / "elsewhere"
    done = gonghui(
        target,
        *("restore", str(file), "--with-keys"),
        GONGHUI_VAR=str(var),
        GONGHUI_BACKUP_PASSPHRASE=PASSPHRASE,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "全部一致" in done.stdout
    assert (var / "files/2026/照片.jpg").read_bytes() == b"bytes of the picture"
    for name in ("seal-1.key", "index-1.key"):
        restored = var / "secrets/keys" / name
        assert restored.read_bytes() == (home / "secrets/keys" / name).read_bytes()
        assert restored.stat().st_mode & 0o077 == 0
    with psycopg.connect(target) as connection:
        assert connection.execute("SELECT count(*) FROM bus_outbox").fetchone() == (1234,)
        connection.execute("SET ROLE gonghui_app")
        assert connection.execute("SELECT count(*) FROM bus_outbox").fetchone() == (1234,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM audit_entry")


def test_signatures_of_before_hold_after_a_restore(source, new_database, gonghui, tmp_path):
    _url, home, file = source
    before, here = authority.folder(), home / "secrets/keys/signing"
    restored = tmp_path / "elsewhere/secrets/keys/signing"
    paper = render(Official(("安徽省总工会",), "通知", ("一件。",)))
    try:
        authority.use_folder(here)
        signed = sign(paper)
        # An authority of another installation does not know it.
        authority.use_folder(tmp_path / "other")
        assert verify(signed).state == State.FOREIGN
        done = gonghui(
            new_database(),
            *("restore", str(file), "--with-keys"),
            GONGHUI_VAR=str(tmp_path / "elsewhere"),
            GONGHUI_BACKUP_PASSPHRASE=PASSPHRASE,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert {path.name for path in restored.iterdir()} == {path.name for path in here.iterdir()}
        assert all(path.stat().st_mode & 0o077 == 0 for path in (restored, *restored.iterdir()))
        authority.use_folder(restored)
        assert verify(signed)
        assert verify(sign(paper))
        renewed = authority.renew()
        assert renewed.number == 2 and verify(sign(paper)) and verify(signed)
    finally:
        authority.use_folder(before)


def test_a_database_that_is_not_empty_is_refused_untouched(source, gonghui):
    url, _home, file = source
    done = gonghui(url, "restore", str(file))
    assert done.returncode == 1
    assert "不是空的" in done.stdout
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM bus_outbox").fetchone() == (1234,)


def test_a_damaged_backup_is_found_before_a_write(source, new_database, gonghui, tmp_path):
    content = bytearray(source[2].read_bytes())
    content[content.index(b"bytes of the picture")] ^= 1
    damaged = tmp_path / "damaged.tar"
    damaged.write_bytes(content)
    target = new_database()
    done = gonghui(target, "restore", str(damaged))
    assert done.returncode == 1
    assert "照片.jpg 的校验和不对" in done.stdout
    with psycopg.connect(target) as connection:
        query = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        assert connection.execute(query).fetchone() == (0,)


def test_a_wrong_passphrase_and_missing_keys_are_said(source, new_database, gonghui, tmp_path):
    _url, _home, file = source
    target, var = new_database(), str(tmp_path / "elsewhere")
    wrong = gonghui(
        target,
        *("restore", str(file), "--with-keys"),
        GONGHUI_VAR=var,
        GONGHUI_BACKUP_PASSPHRASE="another passphrase",
    )
    assert wrong.returncode == 1
    assert "口令不对" in wrong.stdout
    without = gonghui(target, "restore", str(file), GONGHUI_VAR=var)
    assert without.returncode == 1
    assert "加密密钥与备份时不同或缺少" in without.stdout
    assert "signing/ca.key" in without.stdout and "seal-1.key" in without.stdout
    # Nothing may make new keys over data that was sealed with others.
    served = gonghui(target, "migrate", GONGHUI_VAR=var)
    assert served.returncode == 1
    assert "不会自动生成新的" in served.stderr


def test_a_row_that_did_not_arrive_is_named(source, new_database, gonghui, tmp_path):
    _url, _home, file = source
    forged = tmp_path / "forged.tar"
    with tarfile.open(file) as old, tarfile.open(forged, "w") as new:
        for member in old:
            content = old.extractfile(member).read()
            if member.name == "manifest.json":
                manifest = json.loads(content)
                manifest["rows"]["bus_outbox"] += 1
                content = json.dumps(manifest).encode()
                member.size = len(content)
            new.addfile(member, io.BytesIO(content))
    done = gonghui(new_database(), "restore", str(forged))
    assert done.returncode == 1
    assert "表 bus_outbox 的行数不一致" in done.stdout


def test_an_existing_file_is_not_overwritten(source, gonghui):
    url, home, file = source
    before = file.read_bytes()
    done = gonghui(url, "backup", str(file), GONGHUI_VAR=str(home))
    assert done.returncode == 1
    assert "已存在" in done.stdout
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.glob(".backup*")] == []
