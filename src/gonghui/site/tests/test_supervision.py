"""`gonghui run` for real: every process, and the supervisor, killed with -9."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from gonghui.site import environment
from gonghui.site.database import free_port
from gonghui.site.processes import wait_until
from gonghui.site.runner.sole import read_facts
from gonghui.site.runner.supervisor import left_behind

# One worker runs all of these: they share what takes seconds to make.
pytestmark = pytest.mark.xdist_group("site.platform")

PATIENCE = 600
"""Seconds a busy machine may take: an empty database is migrated first."""


class Running:
    """A started platform in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.screen = folder / "screen.txt"
        self.start()

    def start(self) -> None:
        kept = {name: value for name, value in os.environ.items() if name not in DROPPED}
        with self.screen.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gonghui.site.cli", "run", "--no-demo"],
                env=kept
                | {
                    "GONGHUI_VAR": str(self.folder / "var"),
                    "GONGHUI_DB_PORT": str(free_port()),
                    "PORT": str(self.port),
                    "PYTHONPATH": str(environment.root() / "src"),
                    "GONGHUI_WEB_WORKERS": "1",
                },
                stdout=output,
                stderr=output,
            )
        assert wait_until(self.ready, PATIENCE, 0.2), self.screen.read_text()

    def ready(self) -> bool:
        facts = read_facts(self.folder / "var/run")
        return facts.get("pid") == self.process.pid and "port" in facts

    def serves(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=3) as got:
                return got.status == 200
        except OSError:
            return False

    def children(self) -> dict[str, psutil.Process]:
        """Direct children by what they are."""
        found = {}
        for child in psutil.Process(self.process.pid).children():
            try:
                line = " ".join(child.cmdline())
            except psutil.Error:
                continue
            for name, words in KINDS.items():
                if words in line:
                    found[name] = child
        return found

    def query(self, text: str) -> object:
        port = (self.folder / "var/postgres/port").read_text()
        password = (self.folder / "var/secrets/database-password").read_text().strip()
        url = f"postgresql://gonghui:{password}@127.0.0.1:{port}/gonghui"
        with psycopg.connect(url, connect_timeout=3) as connection:
            return connection.execute(text).fetchone()[0]

    def works(self) -> bool:
        """A job put down now is done now."""
        try:
            job = self.query(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, args) VALUES ('default',"
                " 'builtin:procrastinate.builtin_tasks.remove_old_jobs', '{\"max_hours\": 9999}')"
                " RETURNING id"
            )
            done = f"SELECT status = 'succeeded' FROM procrastinate_jobs WHERE id = {job}"
            return wait_until(lambda: bool(self.query(done)), 15, 0.2)
        except psycopg.Error:
            return False


KINDS = {
    "database": "bin/postgres -D",
    "web": "gonghui.site.wsgi",
    "realtime": "gonghui.site.asgi",
    "worker": "manage worker",
}
DROPPED = {
    "DATABASE_URL",
    "DJANGO_SETTINGS_MODULE",
    "GONGHUI_DB_ROLE",
    "GONGHUI_KEYS",
    "GONGHUI_SECRET_KEY",
    "GONGHUI_EVENTS_PORT",
    "GONGHUI_PROCESS",
}


@pytest.fixture(scope="module")
def platform() -> Iterator[Running]:
    folder = Path(tempfile.mkdtemp(prefix="gonghui-run-"))
    folder.chmod(0o755)
    started = Running(folder)
    yield started
    if started.process.poll() is None:
        started.process.terminate()
        started.process.wait(PATIENCE)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_a_killed_process_comes_back_by_itself(platform, name):
    before = platform.children()
    assert set(before) == set(KINDS)
    before[name].kill()
    assert wait_until(
        lambda: (
            (now := platform.children()).get(name) is not None
            and now[name].pid != before[name].pid
            and set(now) == set(KINDS)
            and platform.serves()
            and platform.works()
        ),
        PATIENCE,
        0.2,
    ), platform.screen.read_text()


def test_a_killed_worker_of_the_web_process_comes_back(platform):
    def grandchildren() -> set[int]:
        return {child.pid for child in platform.children()["web"].children()}

    before = grandchildren()
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    assert wait_until(lambda: grandchildren() - before and platform.serves(), PATIENCE, 0.2)


def test_a_second_run_says_where_the_first_one_is(platform):
    second = subprocess.run(
        [sys.executable, "-m", "gonghui.site.cli", "run"],
        env=os.environ
        | {
            "GONGHUI_VAR": str(platform.folder / "var"),
            "PYTHONPATH": str(environment.root() / "src"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 1
    assert "已经在运行" in second.stdout
    assert f":{platform.port}/" in second.stdout


def test_a_killed_supervisor_leaves_nothing_that_blocks_the_next(platform):
    platform.process.kill()
    platform.process.wait()
    platform.start()
    assert platform.serves()
    assert set(platform.children()) == set(KINDS)


def test_a_signal_stops_everything(platform):
    platform.process.send_signal(signal.SIGTERM)
    assert platform.process.wait(PATIENCE) == 0
    assert left_behind(str((platform.folder / "var").resolve())) == []
    assert "已全部停止" in platform.screen.read_text()
    assert not (platform.folder / "var/run/run.json").exists()
    assert not list(platform.folder.glob("var/postgres/data/postmaster.pid"))


def test_secrets_are_closed_to_others(platform):
    for path in (platform.folder / "var/secrets").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path
