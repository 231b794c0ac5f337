"""`gonghui seed-scale`: a province of made-up members for measurements."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from gonghui.kernel.base.errors import Refusal
from gonghui.site.seeding import seed


class Command(BaseCommand):
    help = "在空数据库中生成全省规模的虚构会员，用于性能测量"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--members", type=int, default=5_000_000, help="会员数")
        parser.add_argument("--unions", type=int, default=78_000, help="基层工会数")
        parser.add_argument("--processes", type=int, default=2, help="进程数")
        parser.add_argument("--seed", type=int, default=1, help="随机种子")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            seed(
                options["members"],
                options["unions"],
                processes=options["processes"],
                number=options["seed"],
                say=self.stdout.write,
            )
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
