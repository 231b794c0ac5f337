"""`gonghui manage keys`: rotate the keys that seal and index personal data."""

from __future__ import annotations

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from gonghui.kernel.base.sealing import Keyring, use_keyring
from gonghui.kernel.people import rotation

STEPS = "新密钥已生成。请重启各进程使其读到新密钥，再执行：gonghui manage keys {next}"


class Command(BaseCommand):
    help = "轮换个人信息的加密密钥和索引密钥"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "what",
            choices=["add-seal", "add-index", "reseal", "reindex"],
            help="add-seal、add-index 生成新密钥；reseal、reindex 用新密钥重新加密、重建索引",
        )

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        folder = os.environ["GONGHUI_KEYS"]
        if what.startswith("add-"):
            kind = what.removeprefix("add-")
            number = Keyring.add_key(folder, kind)
            self.stdout.write(f"{kind}-{number}.key")
            self.stdout.write(STEPS.format(next="reseal" if kind == "seal" else "reindex"))
            return
        use_keyring(Keyring.load(folder))
        done = rotation.reseal() if what == "reseal" else rotation.reindex()
        for column, count in done.items():
            self.stdout.write(f"{column}：{count:,}")
