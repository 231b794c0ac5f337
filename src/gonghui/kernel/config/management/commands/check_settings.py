"""Stored values of settings against what the code declares."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from gonghui.kernel.config.checking import faults
from gonghui.kernel.config.memory import stored_values


class Command(BaseCommand):
    help = "核对配置项：已保存的取值是否仍在声明的范围内"

    def handle(self, *args: Any, **options: Any) -> None:
        values = stored_values()
        found = faults(values)
        for fault in found:
            where = f"（工会 {fault.union_id}）" if fault.union_id else "（全省）"
            self.stdout.write(f"{fault.what}{where} → {fault.mend}")
        self.stdout.write(f"共核对 {len(values)} 个配置取值，{len(found)} 个有问题。")
        if found:
            sys.exit(1)
