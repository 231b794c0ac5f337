"""Whole imports into a table of the tests' own."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from gonghui.kernel.access.actor import ANONYMOUS, Actor, platform
from gonghui.kernel.access.roles import HANDLER, PERMISSIONS, VIEWER, Permission
from gonghui.kernel.audit.models import Entry
from gonghui.kernel.base import identifiers, sealing
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.exchange import batches, pipeline, profiles
from gonghui.kernel.exchange.jobs import import_batch
from gonghui.kernel.exchange.models import ImportBatch, ImportRow
from gonghui.kernel.exchange.profiles import ImportProfile
from gonghui.kernel.exchange.tests import target
from gonghui.kernel.exchange.tests.samples import GOOD, TITLES, write_xlsx
from gonghui.kernel.jobs.models import Task
from gonghui.kernel.jobs.stopping import Interrupted
from gonghui.kernel.jobs.tasks import Cancelled, cancel
from gonghui.kernel.notify.models import Message
from gonghui.kernel.testing.world import World
from gonghui.kernel.testing.world import build as build_world

IMPORT = Permission("sample.import", "导入样例", (HANDLER,))
# No permission of the product: what lists them all must not see it.
PERMISSIONS.pop(IMPORT.code)
PLATFORM = platform("测试")


@pytest.fixture
def profile(monkeypatch: pytest.MonkeyPatch) -> ImportProfile:
    found = replace(target.PROFILE, permission=IMPORT)
    monkeypatch.setitem(profiles._PROFILES, found.code, found)
    return found


@pytest.fixture
def table(db: Any, settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.VAR = tmp_path / "var"
    target.create_table()
    yield
    if not connection.needs_rollback:
        target.drop_table()


def people(count: int, seed: int = 1) -> list[list[str]]:
    rng = random.Random(seed)
    numbers: dict[str, None] = {}
    while len(numbers) < count:
        born = date(1960, 1, 1) + timedelta(days=rng.randrange(16_000))
        sex = rng.choice(list(identifiers.Sex))
        numbers[identifiers.synthetic_resident_id(rng, "340104", born, sex)] = None
    return [
        ["王小明", number, identifiers.synthetic_mobile(rng), rng.choice("男女"), "2020/1/2"]
        for number in numbers
    ]


def content(rows: list[list[str]], titles: list[str] = TITLES) -> list[bytes]:
    return ["".join(",".join(row) + "\r\n" for row in [titles, *rows]).encode()]


def received(
    world: World,
    profile: ImportProfile,
    rows: list[list[str]],
    union: str = "factory",
    by: Actor = PLATFORM,
) -> ImportBatch:
    place = getattr(world, union)
    return batches.receive(content(rows), filename="会员.csv", profile=profile, union=place, by=by)


def sent_back(world: World, profile: ImportProfile, path: Path) -> ImportBatch:
    with path.open("rb") as file:
        return batches.receive(
            file, filename=path.name, profile=profile, union=world.factory, by=PLATFORM
        )


def counts(batch: ImportBatch) -> tuple[int, ...]:
    return batch.total, batch.good, batch.unchanged, batch.bad, batch.duplicate


pytestmark = pytest.mark.usefixtures("table")


class TestImport:
    def test_twenty_thousand_rows(self, world: World, profile: ImportProfile) -> None:
        batch = received(world, profile, people(20_000))
        seen: list[int] = []
        batch = pipeline.run(batch.pk, lambda found: seen.append(found.cursor))
        assert counts(batch) == (20_000, 20_000, 0, 0, 0)
        assert batch.state == ImportBatch.State.DONE
        assert seen == [*range(1000, 20_001, 1000), 20_001]
        assert len(target.stored()) == 20_000
        assert not ImportRow.objects.exists()

    def test_values_arrive_as_meant(self, world: World, profile: ImportProfile) -> None:
        rows = [GOOD, ['"王,小""明"', *people(1)[0][1:2], "", "", ""]]
        pipeline.run(received(world, profile, rows).pk)
        assert sorted(target.stored(), key=str) == sorted(
            [
                ("王小明", "13812345678", "1", date(2020, 1, 1), 1),
                ('王,小"明', None, None, None, 1),
            ],
            key=str,
        )

    def test_bad_rows_are_kept_sealed_and_come_back(
        self, world: World, profile: ImportProfile, tmp_path: Path
    ) -> None:
        rows = people(5)
        rows[1][1] = "340104199003075911"
        rows[2][0], rows[2][2] = "", "12345"
        rows.append(rows[0])
        batch = pipeline.run(received(world, profile, rows).pk)
        assert counts(batch) == (6, 3, 0, 3, 1)
        kept = ImportRow.objects.get(batch=batch, number=3)
        assert b"3401041990" not in bytes(kept.cells)
        assert kept.problems[0]["value"] == "3401**********5911"
        assert ImportRow.objects.get(batch=batch, number=7).problems[0]["reason"] == (
            "“身份证号”与第 2 行重复。"
        )
        path = batches.write_error_file(batch, tmp_path)
        sheet = openpyxl.load_workbook(path).active
        assert [cell.value for cell in sheet["B"]] == ["身份证号", *(rows[n][1] for n in (1, 2, 5))]
        assert sheet["B2"].comment is not None
        assert (sheet["A3"].comment is None, sheet["C3"].comment is None) == (False, False)

    def test_the_mended_file_doubles_nothing(
        self, world: World, profile: ImportProfile, tmp_path: Path
    ) -> None:
        rows = people(50)
        mobile, rows[7][2] = rows[7][2], "1"
        first = pipeline.run(received(world, profile, rows).pk)
        assert counts(first) == (50, 49, 0, 1, 0)
        # The error workbook, mended and sent back as it is.
        path = batches.write_error_file(first, tmp_path)
        book = openpyxl.load_workbook(path)
        book.active["C2"] = mobile
        book.save(path)
        again = sent_back(world, profile, path)
        assert counts(pipeline.run(again.pk)) == (1, 1, 0, 0, 0)
        # And the whole file, mended.
        rows[7][2] = mobile
        rows[8][0] = "李大明"
        whole = pipeline.run(received(world, profile, rows).pk)
        assert counts(whole) == (50, 1, 49, 0, 0)
        assert len(target.stored()) == 50
        assert sorted(row[-1] for row in target.stored()) == [1] * 49 + [2]

    def test_members_of_other_unions_come_back(self, world: World, profile: ImportProfile) -> None:
        rows = people(3)
        pipeline.run(received(world, profile, rows[:1], union="shop").pk)
        batch = pipeline.run(received(world, profile, rows).pk)
        assert counts(batch) == (3, 2, 0, 1, 1)
        (kept,) = ImportRow.objects.filter(batch=batch)
        assert kept.number == 2
        assert kept.problems[0]["reason"].endswith("请走转会。")

    def test_xlsx(self, world: World, profile: ImportProfile, tmp_path: Path) -> None:
        path = write_xlsx(tmp_path / "a.xlsx", [["名册"], TITLES, *people(30)])
        batch = sent_back(world, profile, path)
        assert batch.expected == 30
        assert counts(pipeline.run(batch.pk)) == (30, 30, 0, 0, 0)

    def test_as_the_application_role(
        self, world: World, profile: ImportProfile, as_application: None
    ) -> None:
        batch = received(world, profile, [*people(3), ["王", "1", "", "", ""]])
        assert counts(pipeline.run(batch.pk)) == (4, 3, 0, 1, 0)

    def test_formula_like_cells_are_text_and_noticed(
        self, world: World, profile: ImportProfile
    ) -> None:
        rows = people(2)
        rows[1][0] = "=cmd|' /C calc'!A0"
        batch = pipeline.run(received(world, profile, rows).pk)
        assert counts(batch) == (2, 2, 0, 0, 0)
        assert any("第 3 行“姓名”" in notice for notice in batch.notices)

    def test_a_file_that_breaks_on_the_way_keeps_what_was_before(
        self, world: World, profile: ImportProfile
    ) -> None:
        rows = people(2500)
        rows[2400][0] = '"王'
        batch = received(world, profile, rows)
        with pytest.raises(Refusal, match="引号"):
            pipeline.run(batch.pk)
        batch.refresh_from_db()
        assert batch.good == len(target.stored())
        assert batch.cursor >= 1000


class TestResuming:
    def test_continues_behind_the_last_chunk(self, world: World, profile: ImportProfile) -> None:
        rows = people(5000)
        rows[4500] = rows[10]
        batch = received(world, profile, rows)

        def stop(found: ImportBatch) -> None:
            if found.total >= 2999:
                raise Interrupted

        with pytest.raises(Interrupted):
            pipeline.run(batch.pk, stop)
        batch = ImportBatch.objects.unscoped("test").get(pk=batch.pk)
        assert (batch.state, batch.total) == (ImportBatch.State.RUNNING, 2999)
        batch = pipeline.run(batch.pk)
        # Row 4502 repeats row 12, which the second run only reads.
        assert counts(batch) == (5000, 4999, 0, 1, 1)
        assert {row[-1] for row in target.stored()} == {1}

    def test_another_run_is_told(self, world: World, profile: ImportProfile) -> None:
        batch = received(world, profile, people(3000))

        def overtake(found: ImportBatch) -> None:
            ImportBatch.objects.unscoped("test").filter(pk=batch.pk).update(cursor=2001)

        with pytest.raises(Conflict):
            pipeline.run(batch.pk, overtake)

    def test_a_finished_batch_is_not_run_again(self, world: World, profile: ImportProfile) -> None:
        batch = pipeline.run(received(world, profile, people(1)).pk)
        with pytest.raises(Conflict):
            pipeline.run(batch.pk)

    def test_a_changed_file_is_refused(self, world: World, profile: ImportProfile) -> None:
        batch = received(world, profile, people(2))
        Path(batch.path).write_bytes(content(people(2, seed=9))[0])
        with pytest.raises(Refusal, match="内容有变"):
            pipeline.run(batch.pk)


@pytest.mark.django_db(transaction=True)
def test_killed_in_the_middle_of_a_merge(
    profile: ImportProfile, tmp_path: Path, test_keyring: sealing.Keyring
) -> None:
    with transaction.atomic():
        world = build_world()
    rows = people(4000)
    rows[3500] = rows[20]
    rows[100][1] = "1"
    batch = received(world, profile, rows)
    keys = tmp_path / "keys"
    keys.mkdir(mode=0o700)
    for kind, numbered in (("seal", test_keyring._seal_keys), ("index", test_keyring._index_keys)):
        for number, key in numbered.items():
            (keys / f"{kind}-{number}.key").touch(mode=0o600)
            (keys / f"{kind}-{number}.key").write_text(key.hex())
    made = connection.settings_dict
    url = f"postgresql://{made['USER']}:{made['PASSWORD']}@{made['HOST']}:{made['PORT']}"
    process = subprocess.Popen(
        [sys.executable, "-m", "gonghui.kernel.exchange.tests.target", str(batch.pk)],
        env={
            **os.environ,
            "DATABASE_URL": f"{url}/{made['NAME']}",
            "DJANGO_SETTINGS_MODULE": "gonghui.site.settings.test",
            "GONGHUI_KEYS": str(keys),
            "PYTHONPATH": os.pathsep.join(sys.path),
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for _ in range(3):
        assert process.stdout.readline() == "merged, not committed\n"
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    batch.refresh_from_db()
    assert (batch.state, batch.total) == (ImportBatch.State.RUNNING, 1999)
    batch = pipeline.run(batch.pk)
    assert counts(batch) == (4000, 3998, 0, 2, 1)
    assert [row[-1] for row in target.stored()] == [1] * 3998
    assert list(batch.rows.order_by("number").values_list("number", flat=True)) == [102, 3502]


class TestBatches:
    def test_only_who_may_import_there(self, world: World, profile: ImportProfile) -> None:
        own = world.actor("经办", (HANDLER, world.factory))
        above = world.actor("上级", (HANDLER, world.hefei))
        for actor in (own, above):
            batch = received(world, profile, people(1), by=actor)
            assert batch.org_path == world.factory.path
        sibling = world.actor("邻居", (HANDLER, world.shop))
        viewer = world.actor("查阅", (VIEWER, world.factory))
        before = ImportBatch.objects.unscoped("test").count()
        for actor in (sibling, viewer, ANONYMOUS):
            with pytest.raises(Forbidden):
                batches.receive(
                    content(people(1)),
                    filename="a.csv",
                    profile=profile,
                    union=world.factory,
                    by=actor,
                )
            with pytest.raises(Forbidden):
                batches.start(batch, by=actor)
        assert ImportBatch.objects.unscoped("test").count() == before
        assert not Task.objects.exists()

    def test_a_profile_without_permission_is_for_the_platform(self, world: World) -> None:
        with pytest.raises(Forbidden):
            received(
                world,
                target.PROFILE,
                people(1),
                by=world.actor("经办", (HANDLER, world.province)),
            )

    def test_refused_uploads_leave_no_file(
        self, world: World, profile: ImportProfile, settings: Any
    ) -> None:
        with pytest.raises(Refusal):
            batches.receive(
                [b"%PDF"], filename="a.csv", profile=profile, union=world.factory, by=PLATFORM
            )
        assert list((settings.VAR / "imports").iterdir()) == []

    def test_uploads_are_readable_by_the_platform_only(
        self, world: World, profile: ImportProfile
    ) -> None:
        batch = received(world, profile, people(1))
        assert Path(batch.path).stat().st_mode & 0o077 == 0

    def test_preview(self, world: World, profile: ImportProfile) -> None:
        rows = people(30)
        rows[1][2] = "1"
        found = batches.preview(received(world, profile, rows))
        assert len(found) == batches.PREVIEW_ROWS
        assert found[0].cells["name"] == "王小明"
        assert [problem.column for problem in found[1].problems] == ["mobile"]
        assert target.stored() == []

    def test_from_start_to_message(self, world: World, profile: ImportProfile) -> None:
        actor = world.actor("经办", (HANDLER, world.factory))
        bad = ["王", "1", "", "", ""]
        batch = received(world, profile, [*people(3), bad], by=actor)
        task = batches.start(batch, by=actor)
        with pytest.raises(Refusal, match="正在导入"):
            batches.start(batch, by=actor)
        import_batch(task_id=task.pk, batch_id=batch.pk)
        task.refresh_from_db()
        batch.refresh_from_db()
        assert task.state == Task.State.DONE
        assert task.result == {
            "batch": batch.pk, "total": 4, "good": 3, "unchanged": 0, "bad": 1, "duplicate": 0,
        }  # fmt: skip
        assert not Path(batch.path).exists()
        assert "有误 1 行" in Message.objects.get(recipient_user_id=actor.user_id).body
        entry = Entry.objects.get(action="sample.target.import")
        assert (entry.actor_id, entry.target_id) == (actor.user_id, str(batch.pk))
        with pytest.raises(Refusal, match="已完成"):
            batches.start(batch, by=actor)

    def test_cancelled_by_the_user(self, world: World, profile: ImportProfile) -> None:
        actor = world.actor("经办", (HANDLER, world.factory))
        batch = received(world, profile, people(3000))
        task = batches.start(batch, by=actor)
        Task.objects.filter(pk=task.pk).update(started_by_id=actor.user_id, state="running")
        cancel(task.pk, user_id=actor.user_id)
        Task.objects.filter(pk=task.pk).update(cancel_requested=False)
        real = pipeline.run

        def cancelled(batch_id: int, report: pipeline.Report) -> ImportBatch:
            def first(found: ImportBatch) -> None:
                raise Cancelled

            return real(batch_id, first)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(pipeline, "run", cancelled)
            import_batch(task_id=task.pk, batch_id=batch.pk)
        batch.refresh_from_db()
        assert batch.state == ImportBatch.State.CANCELLED
        assert batch.good == len(target.stored()) == 999
        assert not Path(batch.path).exists()

    def test_failures_are_told_and_can_be_taken_up(
        self, world: World, profile: ImportProfile, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        batch = received(world, profile, people(3))
        task = batches.start(batch, by=PLATFORM)

        def broken(*_: Any) -> None:
            raise RuntimeError("a defect")

        with monkeypatch.context() as patch:
            patch.setattr(pipeline, "_settle", broken)
            import_batch(task_id=task.pk, batch_id=batch.pk)
        batch.refresh_from_db()
        assert batch.state == ImportBatch.State.FAILED
        assert str(task.pk) in batch.error
        task = batches.start(batch, by=PLATFORM)
        import_batch(task_id=task.pk, batch_id=batch.pk)
        batch.refresh_from_db()
        assert (batch.state, batch.good, batch.error) == (ImportBatch.State.DONE, 3, "")

    def test_stalled_batches_are_queued_again(self, world: World, profile: ImportProfile) -> None:
        batch = received(world, profile, people(3))
        task = batches.start(batch, by=PLATFORM)
        assert batches.resume_stalled() == []
        Task.objects.filter(pk=task.pk).update(state=Task.State.FAILED)
        assert batches.resume_stalled() == [batch.pk]
        batch.refresh_from_db()
        assert batch.task_id != task.pk
        assert batches.resume_stalled() == []

    def test_old_rows_and_files_are_cleared_away(
        self, world: World, profile: ImportProfile
    ) -> None:
        bad = [["王", "1", "", "", ""]]
        old, fresh = (pipeline.run(received(world, profile, bad).pk) for _ in range(2))
        left = received(world, profile, bad)
        long_ago = timezone.now() - timedelta(days=batches.KEPT_DAYS.default + 1)
        stored = ImportBatch.objects.unscoped("test")
        stored.filter(pk=old.pk).update(finished=long_ago)
        stored.filter(pk=left.pk).update(created=long_ago)
        assert batches.purge() == 2
        assert batches.purge() == 0
        assert set(ImportRow.objects.values_list("batch_id", flat=True)) == {fresh.pk}
        assert not Path(left.path).exists()


class TestCommand:
    def test_import_and_rows_to_mend(
        self, world: World, profile: ImportProfile, tmp_path: Path
    ) -> None:
        file = tmp_path / "会员.csv"
        file.write_bytes(content([*people(3), ["王", "1", "", "", ""]])[0])
        told = StringIO()
        name = world.factory.name
        clerk = world.user("经办", (HANDLER, world.factory)).username
        asked = ("import", "sample.target", str(file), "--union", name, "--as", clerk)
        call_command(*asked, stdout=told)
        assert "共 4 行：新增或更新 3，无变化 0，有误 1。" in told.getvalue()
        assert (tmp_path / "会员-待修改.xlsx").exists()
        assert len(target.stored()) == 3
        assert Entry.objects.filter(action="sample.target.import", channel="cli").count() == 1

    @pytest.mark.parametrize(
        ("code", "file", "union", "words"),
        [
            ("nothing", "a.csv", "factory", "没有名为“nothing”"),
            ("sample.target", "missing.csv", "factory", "没有文件"),
            ("sample.target", "a.csv", "没有的工会", "没有名为或编号"),
        ],
    )
    def test_refusals(
        self,
        world: World,
        profile: ImportProfile,
        tmp_path: Path,
        code: str,
        file: str,
        union: str,
        words: str,
    ) -> None:
        (tmp_path / "a.csv").write_bytes(content(people(1))[0])
        named = str(world.factory.pk) if union == "factory" else union
        clerk = world.user("经办", (HANDLER, world.factory)).username
        with pytest.raises(CommandError, match=words):
            call_command("import", code, str(tmp_path / file), "--union", named, "--as", clerk)
