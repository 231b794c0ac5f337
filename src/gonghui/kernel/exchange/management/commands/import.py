"""`gonghui import`: a table from a file of this machine, without the pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.commanding import commanding
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.exchange import batches
from gonghui.kernel.exchange.models import ImportBatch
from gonghui.kernel.exchange.profiles import profile_of, profiles
from gonghui.kernel.org.models import Union

NAMING = "whoever may run commands on this machine names the union"


class Command(BaseCommand):
    help = "导入表格（xlsx、csv）；有误的行写到“原文件名-待修改”，改好后再次导入即可"

    def add_arguments(self, parser: CommandParser) -> None:
        known = "、".join(f"{profile.code}（{profile.title}）" for profile in profiles())
        parser.add_argument("profile", help=f"导入类型：{known}")
        parser.add_argument("file", type=Path, help="表格文件")
        parser.add_argument("--as", dest="username", required=True, help="以哪个用户的权限导入")
        parser.add_argument("--union", required=True, help="导入到的工会：全称或编号")
        parser.add_argument("--errors", type=Path, help="有误的行写到哪个目录，默认与原文件同处")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._import(**options)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal

    def _import(
        self,
        *,
        profile: str,
        file: Path,
        union: str,
        username: str,
        errors: Path | None,
        **options: Any,
    ) -> None:
        if not file.is_file():
            raise Refusal(f"没有文件 {file}。", remedy="请核对路径。")
        by = commanding(username)
        batch = self._received(file, profile, _union(union), by)
        for notice in batch.notices:
            self.stdout.write(notice)
        batch = batches.run_here(batch, by=by, report=self._report)
        self.stdout.write(
            f"共 {batch.total:,} 行：新增或更新 {batch.good:,}，无变化 {batch.unchanged:,}，"
            f"有误 {batch.bad:,}。"
        )
        if batch.bad:
            written = batches.write_error_file(batch, errors or file.parent)
            self.stdout.write(f"有误的行在 {written}，修改后可直接再次导入。")

    def _received(self, file: Path, code: str, union: Union, by: Actor) -> ImportBatch:
        with file.open("rb") as content:
            return batches.receive(
                iter(lambda: content.read(1 << 20), b""),
                filename=file.name,
                profile=profile_of(code),
                union=union,
                by=by,
            )

    def _report(self, batch: ImportBatch) -> None:
        self.stdout.write(f"  已处理 {batch.total:,} 行，有误 {batch.bad:,} 行")


def _union(named: str) -> Union:
    rows = Union.objects.unscoped(NAMING)
    found = list(rows.filter(pk=int(named)) if named.isdecimal() else rows.filter(name=named)[:2])
    if len(found) != 1:
        raise Refusal(
            f"{'没有' if not found else '不止一个'}名为或编号为“{named}”的工会。",
            remedy="请写工会全称；有重名时写编号。",
        )
    return found[0]
