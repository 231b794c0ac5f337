"""`gonghui doctor`: what is wrong with this machine or database, and how to mend it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator

from gonghui.site import environment
from gonghui.site.doctor import database, deployment, machine, records
from gonghui.site.doctor.findings import ERROR, Finding

MARKS = {ERROR: "✗", "warning": "!", "note": "·"}


def examine() -> int:
    """Print every check and its findings; 0 when none is an error, else 1."""
    errors = 0
    for title, findings in _rounds():
        print(f"{'✓' if not findings else MARKS[findings[0].level]} {title}")
        for finding in findings:
            errors += finding.level == ERROR
            print(f"    {finding.what}")
            if finding.mend:
                print(f"    → {finding.mend}")
    print(f"\n发现 {errors} 个需要解决的问题。" if errors else "\n没有发现需要解决的问题。")
    return 1 if errors else 0


def _rounds() -> Iterator[tuple[str, list[Finding]]]:
    for title, look in (*machine.CHECKS, *deployment.CHECKS):
        yield title, _sorted(look())
    with contextlib.ExitStack() as stack:
        url, found = _address(stack)
        if url is None:
            yield "数据库", found
            return
        connection, found = database.connect(url)
        yield "数据库连接", found
        if connection is None:
            return
        stack.enter_context(contextlib.closing(connection))
        for title, check in database.CHECKS:
            yield title, _sorted(check(connection))
        os.environ["DATABASE_URL"] = url
        for title, check in records.CHECKS:
            yield title, _sorted(check(connection))


def _sorted(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: list(MARKS).index(finding.level))


def _address(stack: contextlib.ExitStack) -> tuple[str | None, list[Finding]]:
    """Where the database is; the embedded one is started for the examination if it rests."""
    if not environment.is_embedded():
        return os.environ["DATABASE_URL"], []
    from gonghui.site.database import DatabaseTrouble, embedded
    from gonghui.site.runner.sole import AlreadyRunning, sole_run

    try:
        cluster = embedded()
        if not cluster.exists:
            return None, [Finding("note", "自带数据库还没有建立。", "运行 make run 会建立它。")]
        if cluster.server() is None:
            stack.enter_context(sole_run(environment.var() / "run"))
        stack.enter_context(cluster.running(environment.var() / "log" / "database.log"))
    except DatabaseTrouble as trouble:
        return None, [Finding(ERROR, str(trouble))]
    except AlreadyRunning:
        return None, [
            Finding(ERROR, "平台正在运行，但数据库没有应答。", "稍候再试，或重新启动平台。")
        ]
    return cluster.url(), []
