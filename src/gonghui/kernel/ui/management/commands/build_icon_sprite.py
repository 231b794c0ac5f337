"""Builds the icon sprite from an unpacked copy of the Tabler icons package."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from gonghui.kernel.ui.icons import NAMES

SPRITE = Path(__file__).resolve().parents[2] / "static/ui/vendor/icons.svg"


def symbol(name: str, svg: str) -> str:
    """One `<symbol>` of the sprite from the text of one icon file."""
    body = svg[svg.index(">") + 1 : svg.rindex("</svg>")]
    body = re.sub(r"<path stroke=\"none\"[^>]*/>", "", body)
    body = re.sub(r"\s+", " ", body).replace("> <", "><").replace(" />", "/>").strip()
    return f'<symbol id="{name}" viewBox="0 0 24 24">{body}</symbol>'


class Command(BaseCommand):
    """Write the sprite with the icons named in icons.txt."""

    help = "由 Tabler 图标包生成图标集"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("package", type=Path, help="解开的图标包目录")

    def handle(self, *args: Any, **options: Any) -> None:
        symbols = []
        for name in sorted(NAMES):
            file = options["package"] / "icons/outline" / f"{name}.svg"
            if not file.exists():
                raise CommandError(f"图标包中没有“{name}”。请核对 icons.txt 中的名称。")
            symbols.append(symbol(name, file.read_text()))
        SPRITE.write_text(
            '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"
        )
        self.stdout.write(f"已写入 {len(symbols)} 个图标：{SPRITE.name}")
