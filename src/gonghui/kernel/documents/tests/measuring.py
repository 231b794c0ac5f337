"""Measuring pictures of pages: where the ink is, in mm."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO

from PIL import Image, ImageChops

PPI = 254
"""Ten pixels to the mm."""
Box = tuple[float, float, float, float]


class Sheet:
    """One page as a picture of PPI."""

    def __init__(self, png: bytes) -> None:
        self.picture = Image.open(BytesIO(png)).convert("RGB")

    @property
    def size(self) -> tuple[float, float]:
        return self.picture.width / 10, self.picture.height / 10

    def masks(self, colour: str) -> Image.Image:
        """White where there is ink of a colour: dark (black or grey) or red."""
        red, green, _blue = self.picture.split()
        light = self.picture.convert("L").point(lambda value: 255 if value < 160 else 0)
        warm = ImageChops.subtract(red, green).point(lambda value: 255 if value > 90 else 0)
        return warm if colour == "red" else ImageChops.subtract(light, warm)

    def box(self, colour: str, within: Box = (0, 0, 1000, 1000)) -> Box | None:
        """Left, top, right, bottom in mm of the ink of a colour within a part of the page."""
        mask = self.masks(colour)
        area = tuple(round(one * 10) for one in within)
        part = mask.crop((area[0], area[1], min(area[2], mask.width), min(area[3], mask.height)))
        found = part.getbbox()
        if found is None:
            return None
        left, top, right, bottom = (one / 10 for one in found)
        return left + within[0], top + within[1], right + within[0], bottom + within[1]

    def bands(self, colour: str, within: Box, down: bool = True) -> list[tuple[float, float]]:
        """Runs of ink in mm: lines of text from top to bottom, or characters across a line."""
        mask = self.masks(colour)
        area = tuple(round(one * 10) for one in within)
        part = mask.crop((area[0], area[1], min(area[2], mask.width), min(area[3], mask.height)))
        flat = part.resize((1, part.height) if down else (part.width, 1), Image.Resampling.BOX)
        start = within[1] if down else within[0]
        return [(start + a / 10, start + b / 10) for a, b in _runs(flat.tobytes())]


def _runs(values: Iterable[int]) -> list[tuple[int, int]]:
    found, begun, at = [], None, -1
    for at, value in enumerate(values):
        if value and begun is None:
            begun = at
        elif not value and begun is not None:
            found.append((begun, at))
            begun = None
    if begun is not None:
        found.append((begun, at + 1))
    return found
