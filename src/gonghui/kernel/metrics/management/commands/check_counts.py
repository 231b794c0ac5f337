"""Kept counts of members against a fresh count."""

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from gonghui.kernel.metrics.members import differences
from gonghui.kernel.org.scoping import Scope, raise_wall

SHOWN = 20


class Command(BaseCommand):
    help = "核对会员统计：各工会保存的人数与重新统计的是否一致"

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            raise_wall(Scope.everything())
            found = differences()
        if not found:
            self.stdout.write("会员统计与重新统计一致。")
            return
        named = "、".join(str(union_id) for union_id in found[:SHOWN])
        more = " 等" if len(found) > SHOWN else ""
        self.stdout.write(f"{len(found)} 个工会的会员统计不一致：工会 {named}{more}。")
        sys.exit(1)
