"""The audit command: verify, seal, export.

`verify` and `seal` show no contents and belong to whoever owns the machine; `export` reads the
log and asks for an audit administrator of the whole tree.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from gonghui.kernel.access.commanding import commanding
from gonghui.kernel.audit import checking, exporting, sealing
from gonghui.kernel.audit.entries import record
from gonghui.kernel.audit.models import Batch, Entry, Pending
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.org.models import Union
from gonghui.site.auditing import EXPORT_AUDIT

KINDS = {
    "changed": "被改动",
    "removed": "被删除",
    "inserted": "被插入",
    "reordered": "被调换顺序",
    "chain": "批次链断裂",
    "root": "根不符",
}
SHOWN = 200


class Command(BaseCommand):
    help = "审计记录：verify 核验，seal 封存，export 导出"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True, title="操作")
        commands.add_parser("verify", help="核验全部审计记录；有问题时退出码为 1")
        commands.add_parser("seal", help="立即封存尚未封存的记录")
        export = commands.add_parser("export", help="导出为每行一条的 JSON 文件")
        export.add_argument("file", type=Path, help="要写入的文件")
        export.add_argument(
            "--as", dest="username", required=True, help="以哪个审计管理员的权限导出"
        )
        export.add_argument("--since", type=date.fromisoformat, help="起始日期，如 2026-01-01")
        export.add_argument("--until", type=date.fromisoformat, help="截止日期（含当日）")

    def handle(self, *args: Any, command: str, **options: Any) -> None:
        getattr(self, f"_{command}")(options)

    def _verify(self, options: dict[str, Any]) -> None:
        counted: Counter[str] = Counter()
        for finding in checking.verify():
            counted[finding.kind] += 1
            if counted.total() <= SHOWN:
                self.stdout.write(f"【{KINDS[finding.kind]}】{finding.message}")
        if counted.total() > SHOWN:
            self.stdout.write(f"…… 另有 {counted.total() - SHOWN} 处未逐一列出。")
        checked = (
            f"共核验 {Entry.objects.count()} 条记录、{Batch.objects.count()} 个批次，"
            f"待封存 {Pending.objects.count()} 条"
        )
        if counted:
            summary = "，".join(f"{KINDS[kind]} {count} 处" for kind, count in counted.items())
            self.stdout.write(f"{checked}。审计记录不可信：{summary}。")
            sys.exit(1)
        self.stdout.write(f"{checked}。未发现问题，库外公布文件：{sealing.roots_path()}。")

    def _seal(self, options: dict[str, Any]) -> None:
        self.stdout.write(f"已封存 {sealing.seal_pending()} 条记录。")

    def _export(self, options: dict[str, Any]) -> None:
        try:
            actor = commanding(options["username"])
            root = Union.objects.unscoped("the log is of the whole tree").get(parent=None)
            actor.require(EXPORT_AUDIT, root.path)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        since, until = options["since"], options["until"]
        if since and until and until < since:
            raise CommandError("截止日期早于起始日期，请重新填写。")
        with options["file"].open("wb") as file:
            count = sum(
                bool(file.write(line))
                for line in exporting.lines(_at(since, time.min), _at(until, time.max))
            )
        record(
            action="audit.export",
            action_name="导出审计记录",
            actor=actor,
            target_type="audit.entry",
            target_id="",
            target_label=f"{since or '最早'}至{until or '最新'}，{count} 条",
        )
        self.stdout.write(f"已导出 {count} 条记录到 {options['file']}。")


def _at(day: date | None, moment: time) -> datetime | None:
    return None if day is None else timezone.make_aware(datetime.combine(day, moment))
