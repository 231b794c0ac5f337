"""`gonghui manage rotate_signing_keys`: the next signing key takes over now."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from gonghui.kernel.access.actor import platform
from gonghui.systems.portal.sign_on.actions.keys import rotate


class Command(BaseCommand):
    help = "更换单点登录的签名密钥"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--reason", required=True, help="事由，记入操作日志")
        parser.add_argument("--at-once", action="store_true", help="原密钥可能泄露：立即停止公布")

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            made = rotate(
                None,
                by=platform("命令行", "cli"),
                reason=options["reason"],
                at_once=options["at_once"],
            )
        self.stdout.write(f"已启用签名密钥 {made.kid}")
