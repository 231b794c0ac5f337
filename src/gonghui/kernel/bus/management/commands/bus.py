"""The bus command: list dead letters, revive them."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.bus.dispatch import dead_letters, revive


class Command(BaseCommand):
    help = "业务消息：dead 列出停止投递的消息，revive 重新投递"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True, title="操作")
        commands.add_parser("dead", help="列出停止投递的消息及原因")
        again = commands.add_parser("revive", help="重新投递")
        again.add_argument("id", type=int, nargs="+", help="消息编号")

    def handle(self, *args: Any, command: str, **options: Any) -> None:
        getattr(self, f"_{command}")(options)

    def _dead(self, options: dict[str, Any]) -> None:
        letters = list(dead_letters()[:200])
        for row in letters:
            when = timezone.localtime(row.dead_at).strftime("%Y-%m-%d %H:%M")
            self.stdout.write(
                f"{row.pk}  {when}  {row.type}  主体 {row.subject}"
                f"  失败 {row.attempts} 次  {row.last_error}"
            )
        self.stdout.write(f"共 {dead_letters().count()} 条停止投递的消息。")

    def _revive(self, options: dict[str, Any]) -> None:
        try:
            for row_id in options["id"]:
                revive(row_id)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"已安排 {len(options['id'])} 条消息重新投递。")
