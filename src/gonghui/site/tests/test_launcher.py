"""The launcher on real servers: what kill -9 leaves must not block or fool the next start."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from gonghui.site import database
from gonghui.site.database import (
    DURABLE,
    THROW_AWAY,
    Binaries,
    Cluster,
    DatabaseTrouble,
    embedded_binaries,
)
from gonghui.site.processes import wait_until, working_in


def _value(cluster: Cluster, query: str):
    with psycopg.connect(cluster.url()) as connection:
        return connection.execute(query).fetchone()[0]


def test_serves_chinese_on_loopback_with_a_password(cluster, open_folder):
    with cluster.running(open_folder / "log"):
        assert _value(cluster, "SHOW server_encoding") == "UTF8"
        assert _value(cluster, "SELECT '工会' ~ '^[[:alpha:]]+$'") is True
        assert _value(cluster, "SHOW listen_addresses") == "127.0.0.1"
        assert _value(cluster, "SHOW unix_socket_directories") == ""
        wrong = cluster.url().replace("secret", "guess")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(wrong)
        if os.geteuid() == 0:
            assert Path(f"/proc/{cluster.server()}").stat().st_uid != 0
    assert cluster.server() is None


def test_a_running_server_is_used_and_left_running(cluster, open_folder):
    with cluster.running(open_folder / "log"):
        pid = cluster.server()
        again = Cluster(cluster.home, cluster.binaries, "secret", dict(THROW_AWAY))
        with again.running(open_folder / "log"):
            assert again.server() == pid
        assert cluster.server() == pid


def test_a_killed_postmaster_with_busy_backends_is_replaced(cluster, open_folder):
    log = open_folder / "log"
    cluster.settings = dict(DURABLE)
    child = cluster.spawn(log)
    cluster.wait_ready(child, log)
    cluster.ensure_database()
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    busy = subprocess.Popen(
        [cluster.binaries.directory / "psql", cluster.url(), "-c", "SELECT pg_sleep(60)"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert wait_until(
        lambda: _value(
            cluster, "SELECT count(*) FROM pg_stat_activity WHERE query ~ '^SELECT pg_s'"
        ),
        10,
    )
    child.kill()
    child.wait()
    next_child = cluster.spawn(log)
    try:
        cluster.wait_ready(next_child, log)
        assert _value(cluster, "SELECT one FROM kept") == 1
    finally:
        cluster.stop(next_child)
        busy.kill()
        busy.wait()
    assert working_in(cluster.data, "postgres") == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives the server another user")
def test_serves_from_a_checkout_closed_to_the_servers_user(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    package = embedded_binaries().directory.parents[1]
    libraries = package.with_name(f"{package.name}.libs")
    shutil.copytree(package, closed / package.name, symlinks=True)
    shutil.copytree(libraries, closed / libraries.name, symlinks=True)
    programs = closed / package.name / "pginstall" / "bin"
    cluster = Cluster(closed / "db", Binaries(programs), "secret", dict(THROW_AWAY))
    try:
        with cluster.running(tmp_path / "log"):
            assert _value(cluster, "SELECT 1") == 1
            assert closed not in cluster.home.parents
            assert closed not in cluster.binaries.directory.parents
    finally:
        cluster.remove()


def test_a_pidfile_naming_somebody_elses_process_is_not_believed(cluster, open_folder):
    with cluster.running(open_folder / "log"):
        pass
    stranger = subprocess.Popen(["sleep", "60"], cwd="/")
    try:
        (cluster.data / "postmaster.pid").write_text(f"{stranger.pid}\n{cluster.data}\n")
        assert cluster.server() is None
        with cluster.running(open_folder / "log"):
            assert _value(cluster, "SELECT 1") == 1
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_half_made_data_directory_is_made_anew(cluster, open_folder):
    (cluster.home / "data.draft" / "base").mkdir(parents=True)
    with cluster.running(open_folder / "log"):
        assert _value(cluster, "SELECT 1") == 1
    assert not (cluster.home / "data.draft").exists()


def test_a_taken_port_is_left_to_its_owner(cluster, open_folder):
    with cluster.running(open_folder / "log"):
        before = cluster.port
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", before))
        taken.listen()
        with cluster.running(open_folder / "log"):
            assert cluster.port != before


def test_the_server_dies_with_a_killed_launcher(cluster, open_folder):
    cluster.create()
    program = (
        "import sys, time; from pathlib import Path;"
        "from gonghui.site.database import *;"
        f"c = Cluster(Path({str(cluster.home)!r}), embedded_binaries(), 'secret');"
        f"log = Path({str(open_folder / 'log')!r}); child = c.spawn(log); c.wait_ready(child, log);"
        "print('ready', flush=True); time.sleep(60)"
    )
    launcher = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env=_environment()
    )
    assert launcher.stdout.readline() == "ready\n"
    assert cluster.server() is not None
    launcher.send_signal(signal.SIGKILL)
    launcher.wait()
    assert wait_until(lambda: cluster.server() is None, 15)


def test_a_lost_password_is_named_not_waited_for(cluster, open_folder):
    with cluster.running(open_folder / "log"):
        pass
    other = Cluster(cluster.home, cluster.binaries, "another", dict(THROW_AWAY))
    began = time.monotonic()
    with pytest.raises(DatabaseTrouble, match="口令不对"), other.running(open_folder / "log"):
        pass
    assert time.monotonic() - began < 20


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the database to another user")
def test_root_moves_a_cluster_out_of_a_closed_folder(tmp_path, monkeypatch, open_folder):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    made = Cluster(closed / "postgres", embedded_binaries(), "secret", dict(THROW_AWAY))
    try:
        with made.running(open_folder / "log"):
            assert _value(made, "SELECT 1") == 1
            assert closed not in made.data.parents
    finally:
        made.remove()


def test_binaries_know_their_version():
    assert database.embedded_binaries().major == 18


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(Path(database.__file__).parents[2])}
