"""`make test`: every check and every test, with progress, and one line of result at the end.

The tests run on throw-away clusters in var/testdb: all of them on the embedded PostgreSQL, the
kernel and the systems once more on Debian's PostgreSQL 15.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from debian_packages import TestTools, Unavailable, test_tools

from gonghui.site import environment
from gonghui.site.database import OWNER, THROW_AWAY, Binaries, Cluster, embedded_binaries

BIN = Path(sys.executable).parent
TESTDB = environment.var() / "testdb"
PYTHON = sys.executable
GONGHUI = [PYTHON, "-m", "gonghui.site.cli"]
PROCESSES = "2"
# Whatever speaks to the database; pages look the same on both.
ON_POSTGRES_15 = [
    "src/gonghui/kernel",
    "src/gonghui/systems",
    "src/gonghui/activities",
    "src/gonghui/site/tests/test_backup.py",
    "src/gonghui/site/tests/test_doctor.py",
    "src/gonghui/site/tests/test_roles.py",
]

LINT = (
    ("代码规范", [BIN / "ruff", "check", "."]),
    ("代码格式", [BIN / "ruff", "format", "--check", "--quiet", "."]),
    ("模块边界", [BIN / "lint-imports", "--no-logo"]),
    ("类型检查", [BIN / "mypy"]),
)
ON_A_DATABASE = (
    ("系统检查", [*GONGHUI, "manage", "check"]),
    ("迁移完整", [*GONGHUI, "manage", "makemigrations", "--check", "--dry-run"]),
)


@dataclass
class Score:
    """What passed and what did not."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def add(self, other: Score) -> None:
        """Add another score to this one."""
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped


def main() -> int:
    """Run what was asked for; 0 when nothing failed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", choices=["lint", "baselines", "bench"])
    only = parser.parse_args().only
    os.chdir(environment.root())
    TESTDB.mkdir(parents=True, exist_ok=True)
    with (TESTDB / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("另一次测试正在这个目录里运行，请等它结束。", file=sys.stderr)
            return 1
        return {"lint": lint, "baselines": baselines, "bench": bench, None: everything}[only]()


def everything() -> int:
    """`make test`."""
    began = time.monotonic()
    score = Score()
    for title, command in LINT:
        score.add(check(title, command))
    say("准备浏览器、中文字体、PostgreSQL 15 和 Node.js")
    try:
        tools = test_tools()
    except Unavailable as trouble:
        print(trouble)
        print(f"\n{score.passed} passed, {score.failed + 1} failed")
        return 1
    score.add(outside_applications(tools))
    with database("18", embedded_binaries(), tools) as variables:
        for title, command in ON_A_DATABASE:
            score.add(check(title, command, variables | {"GONGHUI_DB_ROLE": "owner"}))
        score.add(migrated(variables))
        score.add(pytest("全部测试（PostgreSQL 18）", ["src", "tests"], variables))
    old = Binaries(tools.postgres, tools.library_path)
    with database("15", old, tools) as variables:
        variables |= {
            "GONGHUI_PG_BIN": str(tools.postgres),
            "GONGHUI_PG_LIBRARIES": tools.library_path,
        }
        score.add(migrated(variables))
        score.add(pytest("核心测试（PostgreSQL 15）", ON_POSTGRES_15, variables, "not browser"))
    say(f"用时 {(time.monotonic() - began) / 60:.1f} 分钟")
    print(f"\n{score.passed} passed, {score.failed} failed, {score.skipped} skipped", flush=True)
    return 1 if score.failed else 0


def outside_applications(tools: TestTools) -> Score:
    """The npm packages of tests/clients, as its lock file says; nothing to do when they are there.

    They stand for applications of other people that sign in through the platform.
    """
    folder = Path("tests/clients")
    lock = (folder / "package-lock.json").read_text("utf-8")
    kept = folder / "node_modules/.installed"
    if kept.exists() and kept.read_text("utf-8") == lock:
        return Score()
    say("安装测试用的外部应用（npm ci，tests/clients）")
    cache = environment.var() / "npm"
    options = ["--prefix", folder, "--cache", cache, "--no-audit", "--no-fund", "--ignore-scripts"]
    found = check("外部应用的程序库", [*tools.npm, "ci", *options])
    if not found.failed:
        kept.write_text(lock, "utf-8")
    return found


def migrated(variables: dict[str, str]) -> Score:
    """Migrate the cluster's own database and name it as the one test databases are copied from."""
    owner = variables | {"GONGHUI_DB_ROLE": "owner"}
    found = check("执行迁移", [*GONGHUI, "manage", "migrate", "--verbosity", "0"], owner)
    if not found.failed:
        variables["GONGHUI_TEST_TEMPLATE"] = OWNER
    return found


def lint() -> int:
    """`make lint`."""
    score = Score()
    for title, command in LINT:
        score.add(check(title, command))
    return 1 if score.failed else 0


def baselines() -> int:
    """`make baselines`: the tests that compare with a kept text write it anew."""
    with database("18", embedded_binaries(), None) as variables:
        rewrite = variables | {"GONGHUI_BASELINES": "1"}
        return pytest("重写基线", ["tests/invariants"], rewrite).failed


def bench() -> int:
    """`make bench`: measured alone, on a database of its own that is kept for the next time."""
    command = [PYTHON, "-m", "pytest", "tests/bench", "-s", "-p", "no:xdist"]
    if given := os.environ.get("GONGHUI_BENCH_URL"):
        return run(command, {"DATABASE_URL": given, "GONGHUI_DB_ROLE": "owner"})
    cluster = Cluster(environment.var() / "bench", embedded_binaries(), "bench")
    with cluster.running(environment.var() / "bench" / "log"):
        return run(command, {"DATABASE_URL": cluster.url(), "GONGHUI_DB_ROLE": "owner"})


def check(title: str, command: list, variables: dict[str, str] | None = None) -> Score:
    """A program whose exit code is the answer."""
    began = time.monotonic()
    done = subprocess.run(
        command,
        env=os.environ | (variables or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        print(done.stdout)
    good = done.returncode == 0
    say(f"{'通过' if good else '未通过'}  {title}（{time.monotonic() - began:.1f} 秒）")
    return Score(passed=int(good), failed=int(not good))


def pytest(title: str, paths: list[str], variables: dict[str, str], only: str = "") -> Score:
    """One run of pytest over several processes; its own output stays on the screen."""
    say(title)
    report = TESTDB / "report.xml"
    report.unlink(missing_ok=True)
    there = [path for path in paths if Path(path).exists()]
    code = run(
        [
            *(PYTHON, "-m", "pytest", "-q", "-n", PROCESSES, "--dist=loadgroup"),
            *("--ignore=tests/bench", "-m", only, f"--junitxml={report}", *there),
        ],
        variables,
    )
    if not report.exists():
        return Score(failed=1)
    suite = ElementTree.parse(report).getroot().find("testsuite")
    assert suite is not None
    total, failures, errors, skipped = (
        int(suite.get(name, "0")) for name in ("tests", "failures", "errors", "skipped")
    )
    failed = failures + errors
    # pytest can fail without a failed test: nothing collected, an internal error, a lost worker.
    return Score(total - failed - skipped, failed or int(code != 0), skipped)


def run(command: list[str], variables: dict[str, str]) -> int:
    """A program that speaks for itself; its exit code."""
    return subprocess.run(command, env=os.environ | variables, check=False).returncode


@contextlib.contextmanager
def database(name: str, binaries: Binaries, tools: TestTools | None) -> Iterator[dict[str, str]]:
    """A throw-away cluster, and the environment that points tests at it."""
    cluster = Cluster(TESTDB / name, binaries, "throw-away", dict(THROW_AWAY))
    cluster.remove()
    try:
        with cluster.running(TESTDB / f"{name}.log"):
            variables = {"DATABASE_URL": cluster.url(), "GONGHUI_VAR": str(TESTDB / "var")}
            if tools:
                variables["GONGHUI_CHROMIUM"] = str(tools.chromium)
                variables["GONGHUI_NODE"] = tools.node
                if tools.driver:
                    variables["PLAYWRIGHT_NODEJS_PATH"] = str(tools.driver)
            yield variables
    finally:
        cluster.remove()


def say(line: str) -> None:
    """Progress on screen."""
    print(f"{time.strftime('%H:%M:%S')} {line}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
