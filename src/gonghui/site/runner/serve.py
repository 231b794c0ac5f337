"""`gonghui run`: from an empty checkout to a served platform, and on until told to stop."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from gonghui.site import environment, keys
from gonghui.site.database import Cluster, DatabaseTrouble, embedded, free_port, tail
from gonghui.site.processes import die_with_parent
from gonghui.site.runner.sole import AlreadyRunning, sole_run
from gonghui.site.runner.supervisor import (
    MARK,
    Command,
    Database,
    Interrupted,
    Supervisor,
    end_left_behind,
    obey_signals,
)

DEFAULT_PORT = 8000
READY_SECONDS = 60


class CannotStart(Exception):
    """A step failed; the text says which and why, in Chinese."""


def say(line: str) -> None:
    """Tell the person at the screen, with the time."""
    print(f"{time.strftime('%H:%M:%S')} {line}", flush=True)


def run(port: int | None = None, demo: bool | None = None) -> int:
    """Serve until SIGINT or SIGTERM; the exit code.

    port: None for `PORT` or 8000. demo: load the demonstration data; None loads it into the
    embedded database only, never into somebody's own.
    """
    folder = environment.var() / "run"
    try:
        with sole_run(folder) as facts:
            obey_signals()
            return _serve(facts, port, environment.is_embedded() if demo is None else demo)
    except AlreadyRunning as running:
        print(running)
        if address := running.facts.get("address"):
            print(f"地址：{address}")
        print("要停止它，请在它的窗口按 Ctrl+C，或执行 kill", running.facts.get("pid", ""))
        return 1
    except (CannotStart, DatabaseTrouble, keys.KeysMissing) as trouble:
        print(trouble, file=sys.stderr)
        print("请运行 gonghui doctor 查看这台机器和数据库的状况。", file=sys.stderr)
        return 1


def _serve(facts: Path, port: int | None, demo: bool) -> int:
    mark = str(environment.var().resolve())
    if ended := end_left_behind(mark):
        say(f"上次运行没有正常结束，已清理遗留的 {ended} 个进程")
    os.environ[MARK] = mark
    environment.prepare()
    supervisor = Supervisor(environment.var() / "log", say)
    try:
        if environment.is_embedded():
            _start_database(supervisor)
        keys.ensure(os.environ["DATABASE_URL"])
        _step("更新数据库结构和代码表", ["migrate", "--no-input", "-v0"], GONGHUI_DB_ROLE="owner")
        _step("汇集静态文件", ["manage", "collectstatic", "--no-input", "-v0"])
        web_port = _choose_port(port)
        # Printed by documents, those of the demonstration included.
        os.environ.setdefault("GONGHUI_ADDRESS", f"http://{_visible_host()}:{web_port}")
        if demo:
            _step("准备演示数据", ["demo", "--quiet"])
            # Outside parties of a demonstration are simulators the web process serves itself.
            os.environ.setdefault("GONGHUI_SIMULATORS", f"http://127.0.0.1:{web_port}")
        events_port = free_port(web_port + 1)
        if os.environ.get("GONGHUI_SIMULATORS"):
            smpp = free_port(events_port + 1)
            os.environ.setdefault("GONGHUI_CARRIERS", f"{smpp},{free_port(smpp + 1)}")
        os.environ["GONGHUI_EVENTS_PORT"] = str(events_port)
        for process in [*_processes(web_port, events_port), *_carriers()]:
            supervisor.start(process)
            say(f"{process.title} 已启动")
        _wait_for_pages(supervisor, web_port, events_port)
        address = f"http://{_visible_host()}:{web_port}/"
        facts.write_text(json.dumps({"pid": os.getpid(), "address": address, "port": web_port}))
        _welcome(address, demo)
        supervisor.watch()
    except Interrupted:
        say("正在停止……")
    finally:
        supervisor.stop()
    say("已全部停止")
    return 0


def _start_database(supervisor: Supervisor) -> None:
    cluster = embedded()
    kept = Database(cluster)
    if not cluster.exists:
        say("首次运行：建立数据库……")
    child = supervisor.start(kept)
    cluster.wait_ready(child, supervisor.log(kept))
    cluster.ensure_database()
    point_at(cluster)
    say(f"数据库 已启动（PostgreSQL {cluster.binaries.major}，端口 {cluster.port}）")


def point_at(cluster: Cluster) -> None:
    """Make this process and its children use the embedded database."""
    os.environ["DATABASE_URL"] = cluster.url()
    os.environ["GONGHUI_EMBEDDED"] = "1"


def _step(title: str, arguments: list[str], **variables: str) -> None:
    say(f"{title}……")
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "gonghui.site.cli", *arguments],
        env=os.environ | variables,
        # One thread here; a step must not outlive a killed run.
        preexec_fn=die_with_parent(signal.SIGTERM),
        check=False,
    )
    if done.returncode:
        raise CannotStart(f"{title}失败（原因见上）。")
    say(f"{title}完成，用时 {time.monotonic() - began:.1f} 秒")


def _carriers() -> list[Command]:
    """The simulated short message centre of a demonstration; else nothing."""
    ports = os.environ.get("GONGHUI_CARRIERS", "")
    if not ports:
        return []
    arguments = [sys.executable, "-m", "gonghui.site.cli", "manage", "simulate_carriers"]
    return [
        Command(
            "carriers",
            "模拟短信中心",
            [*arguments, *ports.split(",")],
            {"GONGHUI_PROCESS": "carriers"},
        )
    ]


def _processes(web_port: int, events_port: int) -> list[Command]:
    python = sys.executable
    granian = [python, "-m", "granian", "--host", _bind_host(), "--no-access-log"]
    workers = os.environ.get("GONGHUI_WEB_WORKERS", str(min(os.cpu_count() or 1, 4)))
    return [
        Command(
            "web",
            "网页服务",
            [
                *granian,
                *("--interface", "wsgi", "--port", str(web_port), "--workers", workers),
                *("--blocking-threads", "8", "--respawn-failed-workers"),
                # Who sends headers slowly or endlessly is let go.
                *("--http1-header-read-timeout", "10000", "--http1-buffer-size", "65536"),
                "gonghui.site.wsgi:application",
            ],
            {"GONGHUI_PROCESS": "web"},
        ),
        Command(
            "realtime",
            "实时消息服务",
            [
                *granian,
                *("--interface", "asginl", "--port", str(events_port), "--no-ws"),
                # Event streams stay open for ever; a stop must not wait for them.
                *("--workers-kill-timeout", "2", "--respawn-failed-workers"),
                "gonghui.site.asgi:application",
            ],
            {"GONGHUI_PROCESS": "realtime"},
        ),
        Command(
            "worker",
            "后台任务",
            [python, "-m", "gonghui.site.cli", "manage", "worker"],
            {"GONGHUI_PROCESS": "worker"},
            # Running jobs get 20 seconds to end by themselves.
            patience=25.0,
        ),
    ]


def _bind_host() -> str:
    return os.environ.get("GONGHUI_BIND", "127.0.0.1")


def _visible_host() -> str:
    return "localhost" if _bind_host() in {"127.0.0.1", "0.0.0.0"} else _bind_host()


def _choose_port(port: int | None) -> int:
    wanted = port or int(os.environ.get("PORT") or DEFAULT_PORT)
    chosen = free_port(wanted)
    if chosen != wanted:
        say(f"端口 {wanted} 已被其他程序占用，改用 {chosen}（可用 PORT=… 指定）")
    return chosen


def _wait_for_pages(supervisor: Supervisor, *ports: int) -> None:
    waiting = set(ports)
    deadline = time.monotonic() + READY_SECONDS
    while waiting:
        supervisor.check()
        waiting = {port for port in waiting if not _answers(port)}
        if time.monotonic() > deadline:
            logs = environment.var() / "log"
            raise CannotStart(
                f"网页服务 {READY_SECONDS} 秒内没有应答。日志 {logs / 'web.log'} 的末尾：\n"
                f"{tail(logs / 'web.log')}\n{tail(logs / 'realtime.log')}"
            )
        time.sleep(0.2)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def _welcome(address: str, demo: bool) -> None:
    print(f"\n网上工会已就绪：{address}\n")
    if demo:
        from gonghui.site.demo import SIGN_INS

        print("演示账号：")
        for sign_in in SIGN_INS:
            print("  " + "  ".join(str(part) for part in sign_in))
        print()
    print("按 Ctrl+C 停止。", flush=True)
