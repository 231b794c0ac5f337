"""Tampering as a database owner would do it, and what verify says about it."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from gonghui.kernel.audit import sealing
from gonghui.kernel.audit.checking import verify
from gonghui.kernel.audit.entries import SystemActor, digest, entry, record
from gonghui.kernel.audit.models import Batch, Entry, Pending, Seal

pytestmark = pytest.mark.django_db(transaction=True)
TABLES = ("audit_entry", "audit_batch", "audit_seal")


@pytest.fixture(autouse=True)
def roots(settings, tmp_path):
    settings.GONGHUI_AUDIT_ROOTS = tmp_path / "audit" / "roots.log"
    return settings.GONGHUI_AUDIT_ROOTS


def write(number: int) -> Entry:
    return record(
        action="union.rename",
        action_name="工会更名",
        actor=SystemActor(name="李伟"),
        target_type="org.union",
        target_id=number,
        target_label=f"第{number}工会",
    )


@pytest.fixture
def sealed() -> list[Entry]:
    entries = []
    for _batch in range(3):
        entries += [write(len(entries) + number) for number in range(4)]
        sealing.seal_pending()
    return entries


@contextmanager
def tampering():
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield cursor
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def found() -> set[tuple[str, int | None]]:
    return {(finding.kind, finding.entry_id) for finding in verify()}


def test_untouched(sealed, roots):
    write(99)
    assert found() == set()
    assert Pending.objects.count() == 1
    assert len(roots.read_text().splitlines()) == Batch.objects.count() == 3
    assert Seal.objects.count() == 12


def test_changed(sealed):
    with tampering() as cursor:
        cursor.execute("UPDATE audit_entry SET actor_name = '别人' WHERE id = %s", [sealed[5].pk])
    assert found() == {("changed", sealed[5].pk)}
    [finding] = verify()
    assert "别人 工会更名 第5工会" in finding.message


def test_changed_with_its_digest(sealed):
    target = sealed[5]
    target.actor_name = "别人"
    with tampering() as cursor:
        cursor.execute(
            "UPDATE audit_entry SET actor_name = '别人', digest = %s WHERE id = %s",
            [digest(target), target.pk],
        )
    assert found() == {("changed", target.pk)}


def test_changed_with_its_digest_and_seal(sealed):
    target = sealed[5]
    target.actor_name = "别人"
    with tampering() as cursor:
        arguments = [digest(target), target.pk]
        cursor.execute(
            "UPDATE audit_entry SET actor_name = '别人', digest = %s WHERE id = %s", arguments
        )
        cursor.execute("UPDATE audit_seal SET digest = %s WHERE entry_id = %s", arguments)
    [finding] = verify()
    assert finding.kind == "root"
    assert f"记录 {sealed[4].pk}–{sealed[7].pk}" in finding.message


def test_changed_before_sealing():
    waiting = write(1)
    with tampering() as cursor:
        cursor.execute("UPDATE audit_entry SET reason = 'x'")
    assert found() == {("changed", waiting.pk)}
    sealing.seal_pending()
    assert found() == {("changed", waiting.pk)}


def test_removed(sealed):
    with tampering() as cursor:
        cursor.execute("DELETE FROM audit_entry WHERE id = %s", [sealed[6].pk])
    assert found() == {("removed", sealed[6].pk)}


def test_removed_with_its_seal(sealed):
    with tampering() as cursor:
        cursor.execute("DELETE FROM audit_entry WHERE id = %s", [sealed[6].pk])
        cursor.execute("DELETE FROM audit_seal WHERE entry_id = %s", [sealed[6].pk])
    findings = list(verify())
    assert [finding.kind for finding in findings] == ["removed", "root"]
    assert f"第 3 位（记录 {sealed[5].pk} 之后）" in findings[0].message


def test_removed_before_sealing():
    waiting = write(1)
    with tampering() as cursor:
        cursor.execute("DELETE FROM audit_entry")
    assert found() == {("removed", waiting.pk)}
    sealing.seal_pending()
    assert found() == {("removed", waiting.pk)}


def test_inserted_past_the_trigger(sealed):
    with tampering():
        stray = write(50)
    assert found() == {("inserted", stray.pk)}
    sealing.seal_pending()
    assert found() == {("inserted", stray.pk)}


def forge(entry_id: int | None, age: timedelta) -> Entry:
    forged = entry(
        action="union.rename",
        action_name="工会更名",
        actor=SystemActor(),
        target_type="org.union",
        target_id=1,
    )
    forged.pk = entry_id
    forged.at = forged.recorded_at = timezone.now() - age
    forged.digest = digest(forged)
    forged.save(force_insert=True)
    return forged


def test_inserted_with_an_old_time(sealed):
    forged = forge(None, timedelta(hours=2))
    sealing.seal_pending()
    assert found() == {("inserted", forged.pk)}


def test_inserted_into_a_gap(sealed, monkeypatch):
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('audit_entry', 'id'))")
        gap = cursor.fetchone()[0]
    later = timezone.now() + timedelta(hours=3)
    monkeypatch.setattr(sealing.timezone, "now", lambda: later)
    write(60)
    sealing.seal_pending()
    monkeypatch.undo()
    forged = forge(gap, timedelta(0))
    sealing.seal_pending()
    assert found() == {("inserted", forged.pk)}


def test_slow_transaction_is_no_insertion(sealed):
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('audit_entry', 'id'))")
        early = cursor.fetchone()[0]
    write(60)
    sealing.seal_pending()
    forge(early, timedelta(minutes=1))
    sealing.seal_pending()
    assert found() == set()


def test_swapped_ids(sealed):
    one, other = sealed[4].pk, sealed[6].pk
    with tampering() as cursor:
        for old, new in ((one, -1), (other, one), (-1, other)):
            cursor.execute("UPDATE audit_entry SET id = %s WHERE id = %s", [new, old])
    assert found() == {("reordered", one), ("reordered", other)}


def test_swapped_seals(sealed):
    with tampering() as cursor:
        for entry_id, position in ((sealed[4].pk, 90), (sealed[5].pk, 0), (sealed[4].pk, 1)):
            cursor.execute(
                "UPDATE audit_seal SET position = %s WHERE entry_id = %s", [position, entry_id]
            )
    assert found() == {("reordered", sealed[4].pk), ("root", None)}


def test_batch_removed(sealed):
    second = Batch.objects.order_by("id")[1]
    with tampering() as cursor:
        cursor.execute("DELETE FROM audit_batch WHERE id = %s", [second.pk])
    kinds = [finding.kind for finding in verify()]
    assert kinds == ["chain", "removed", "removed"]


def test_batch_rewritten(sealed):
    with tampering() as cursor:
        cursor.execute("UPDATE audit_batch SET sealed_at = sealed_at - interval '1 day'")
    assert [finding.kind for finding in verify()] == ["chain"] * 3


def test_truncated_tail(sealed):
    last = Batch.objects.order_by("id").last()
    with tampering() as cursor:
        cursor.execute("DELETE FROM audit_entry WHERE id >= %s", [last.first_entry])
        cursor.execute("DELETE FROM audit_seal WHERE batch_id = %s", [last.pk])
        cursor.execute("DELETE FROM audit_batch WHERE id = %s", [last.pk])
    [finding] = verify()
    assert finding.kind == "removed"
    assert finding.batch_id == last.pk


def test_whole_history_rewritten_is_seen_by_the_published_roots(sealed, roots):
    with tampering() as cursor:
        cursor.execute("UPDATE audit_entry SET actor_name = '别人'")
        for row in Entry.objects.all():
            cursor.execute(
                "UPDATE audit_entry SET digest = %s WHERE id = %s", [digest(row), row.pk]
            )
        cursor.execute("DELETE FROM audit_seal; DELETE FROM audit_batch")
        cursor.execute("SELECT setval(pg_get_serial_sequence('audit_batch', 'id'), 1, false)")
        cursor.execute("INSERT INTO audit_pending SELECT id FROM audit_entry")
    sealing.seal_pending()
    assert "root" in {finding.kind for finding in verify()}


def test_published_file_changed_or_lost(sealed, roots):
    whole = roots.read_bytes()
    roots.write_bytes(whole.replace(b"\t4\t", b"\t4\t00"))
    assert {finding.kind for finding in verify()} == {"root"}
    lines = whole.splitlines(keepends=True)
    roots.write_bytes(lines[0] + lines[2])
    [finding] = verify()
    assert "没有在库外公布" in finding.message


def test_torn_line_is_written_again(sealed, roots):
    whole = roots.read_bytes()
    roots.write_bytes(whole[:-7])
    sealing.seal_pending()
    assert roots.read_bytes() == whole


def test_batches_are_cut(roots):
    for number in range(7):
        write(number)
    assert sealing.seal_pending(batch_size=3) == 7
    assert list(Batch.objects.order_by("id").values_list("count", flat=True)) == [3, 3, 1]
    assert found() == set()


def test_command(sealed, capsys):
    call_command("audit", "verify")
    assert "未发现问题" in capsys.readouterr().out
    with tampering() as cursor:
        cursor.execute("DELETE FROM audit_entry WHERE id = %s", [sealed[0].pk])
    with pytest.raises(SystemExit) as exit_:
        call_command("audit", "verify")
    assert exit_.value.code == 1
    assert f"【被删除】记录 {sealed[0].pk} 被删除" in capsys.readouterr().out
