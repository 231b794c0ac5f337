"""Builds the part of the vendored stylesheet that workers' pages load."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from gonghui.kernel.ui import styles


class Command(BaseCommand):
    """Write the part anew; after a template begins to use another class of the whole."""

    help = "由完整样式表生成职工页面所用的部分"

    def handle(self, *args: Any, **options: Any) -> None:
        text = styles.build()
        styles.PART.write_text(text, "utf-8")
        self.stdout.write(f"已写入 {styles.PART.name}：{len(text.encode()):,} 字节")
