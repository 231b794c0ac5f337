"""Names of the icons in the sprite (Tabler, outline); icons.txt lists them, one a line."""

from __future__ import annotations

from pathlib import Path

NAMES = frozenset((Path(__file__).parent / "icons.txt").read_text().split())
