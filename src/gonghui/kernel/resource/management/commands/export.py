"""`gonghui export`: a list into a file, as one user may see it, with a purpose that is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.commanding import commanding
from gonghui.kernel.base.errors import Missing, Refusal
from gonghui.kernel.org.scoping import raise_wall
from gonghui.kernel.resource import lists
from gonghui.kernel.resource.declaration import RESOURCES, Resource
from gonghui.kernel.resource.exporting import write


class Command(BaseCommand):
    help = "按某个用户的权限把列表导出为 xlsx 或 csv"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("resource", help="列表代码，如 memberships")
        parser.add_argument("file", type=Path, help="写到的文件，.xlsx 或 .csv")
        parser.add_argument("--as", dest="username", required=True, help="以哪个用户的权限导出")
        parser.add_argument("--purpose", required=True, help="用途，会记入日志并印在文件首行")
        parser.add_argument(
            "--where", action="append", default=[], metavar="条件=值", help="筛选条件，可重复"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = self._export(**options)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"已导出 {count:,} 行到 {options['file']}。")

    def _export(
        self,
        *,
        resource: str,
        file: Path,
        username: str,
        purpose: str,
        where: list[str],
        **options: Any,
    ) -> int:
        found = RESOURCES.get(resource)
        if found is None or found.export is None:
            raise Missing(f"没有可以导出的列表“{resource}”。")
        if file.suffix not in {".xlsx", ".csv"}:
            raise Refusal("文件名应以 .xlsx 或 .csv 结尾。")
        with transaction.atomic():
            actor = commanding(username)
            raise_wall(actor.wall())
            return self._write(found, actor, file, purpose, dict(_pairs(where)))

    @staticmethod
    def _write(
        resource: Resource, actor: Actor, file: Path, purpose: str, where: dict[str, str]
    ) -> int:
        assert resource.export is not None
        actor.require(resource.export)
        chosen = lists.read(resource, where, actor)
        return write(resource, actor, chosen, file, file.suffix[1:], purpose)


def _pairs(where: list[str]) -> list[tuple[str, str]]:
    pairs = []
    for text in where:
        name, separator, value = text.partition("=")
        if not separator:
            raise Refusal(f"筛选条件应写成“条件=值”：{text}。")
        pairs.append((name, value))
    return pairs
