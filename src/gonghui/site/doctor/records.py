"""Checks of what the platform keeps in the database: structure, jobs, audit, events, settings."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

from gonghui.site.doctor.database import Connection
from gonghui.site.doctor.findings import ERROR, WARNING, Finding

STALLED_MINUTES = 5
WAITING_MINUTES = 10
AUDIT_MINUTES = 5


def missing_migrations(_connection: Connection) -> Iterator[Finding]:
    """The tables are those of this version of the program."""
    import django

    from gonghui.site import environment

    os.environ["GONGHUI_DB_ROLE"] = "owner"
    environment.prepare()
    django.setup()
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    waiting = [
        f"{migration.app_label}.{migration.name}"
        for migration, _backwards in executor.migration_plan(executor.loader.graph.leaf_nodes())
    ]
    unknown = sorted(
        f"{label}.{name}"
        for label, name in set(executor.loader.applied_migrations)
        - set(executor.loader.disk_migrations)
        if label in executor.loader.migrated_apps and not _replaced(executor.loader, (label, name))
    )
    connection.close()
    if waiting:
        yield Finding(
            ERROR,
            f"数据库结构缺少 {len(waiting)} 项更新：{_some(waiting)}。",
            "运行 gonghui migrate。",
        )
    if unknown:
        yield Finding(
            ERROR,
            f"数据库来自更新的程序版本，本程序不认识：{_some(unknown)}。",
            "换用与数据库相符的程序版本。",
        )


def _replaced(loader, key: tuple[str, str]) -> bool:
    return any(key in migration.replaces for migration in loader.disk_migrations.values())


def stalled_jobs(connection: Connection) -> Iterator[Finding]:
    """Jobs whose worker died, jobs nobody takes, jobs that failed."""
    if not _has(connection, "procrastinate_jobs"):
        return
    stalled = _count(
        connection,
        "SELECT count(*) FROM procrastinate_jobs j LEFT JOIN procrastinate_workers w"
        " ON w.id = j.worker_id WHERE j.status = 'doing' AND (w.id IS NULL"
        f" OR w.last_heartbeat < now() - interval '{STALLED_MINUTES} minutes')",
    )
    if stalled:
        yield Finding(
            ERROR,
            f"{stalled} 个后台任务停在执行中，执行它的进程已不在。",
            "启动后台任务进程（make run），它会自动重新执行。",
        )
    waiting = _count(
        connection,
        "SELECT count(*) FROM procrastinate_jobs j WHERE j.status = 'todo'"
        f" AND coalesce(j.scheduled_at, (SELECT max(at) FROM procrastinate_events e"
        f" WHERE e.job_id = j.id)) < now() - interval '{WAITING_MINUTES} minutes'",
    )
    if waiting:
        yield Finding(
            ERROR,
            f"{waiting} 个后台任务等待超过 {WAITING_MINUTES} 分钟没有执行。",
            "确认后台任务进程正在运行；查看 var/log/worker.log。",
        )
    failed = _count(connection, "SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'")
    if failed:
        yield Finding(
            WARNING, f"{failed} 个后台任务执行失败。", "查看 var/log/worker.log 中的原因后重试。"
        )


def audit_backlog(connection: Connection) -> Iterator[Finding]:
    """Audit entries are sealed within minutes."""
    if not (_has(connection, "audit_pending") and _has(connection, "audit_entry")):
        return
    waiting = _count(
        connection,
        "SELECT count(*) FROM audit_pending p JOIN audit_entry e ON e.id = p.entry_id"
        f" WHERE e.recorded_at < now() - interval '{AUDIT_MINUTES} minutes'",
    )
    if waiting:
        yield Finding(
            ERROR,
            f"{waiting} 条审计记录超过 {AUDIT_MINUTES} 分钟没有封存，期间的篡改难以发现。",
            "确认后台任务进程正在运行；查看 var/log/worker.log。",
        )


def dead_events(connection: Connection) -> Iterator[Finding]:
    """Events that no subscriber could handle."""
    if not _has(connection, "bus_outbox"):
        return
    dead = _count(connection, "SELECT count(*) FROM bus_outbox WHERE dead_at IS NOT NULL")
    if dead:
        yield Finding(
            WARNING,
            f"{dead} 条业务消息多次投递失败，已停止投递。",
            "解决 last_error 中的原因后重新投递。",
        )


def settings_values(connection: Connection) -> Iterator[Finding]:
    """Stored values of settings that the code no longer declares or would no longer take."""
    if not _has(connection, "config_value"):
        return
    from gonghui.kernel.config.checking import faults
    from gonghui.kernel.config.memory import Sealed

    rows = connection.execute("SELECT setting, union_id, value, sealed FROM config_value")
    values = {
        (code, union_id): value if sealed is None else Sealed(bytes(sealed))
        for code, union_id, value, sealed in rows
    }
    for fault in faults(values):
        yield Finding(WARNING, fault.what, fault.mend)


def _has(connection: Connection, table: str) -> bool:
    return connection.execute("SELECT to_regclass(%s)", [table]).fetchone() != (None,)


def _count(connection: Connection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return row[0] if row else 0


def _some(names: list[str]) -> str:
    return "、".join(names[:5]) + (" 等" if len(names) > 5 else "")


CHECKS: tuple[tuple[str, Callable[[Connection], Iterator[Finding]]], ...] = (
    ("数据库结构", missing_migrations),
    ("后台任务", stalled_jobs),
    ("审计封存", audit_backlog),
    ("业务消息", dead_events),
    ("配置取值", settings_values),
)
