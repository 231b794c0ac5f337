"""Measuring pictures of pages: where the ink is, in mm."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from io import BytesIO

from PIL import Image, ImageChops

from gonghui.kernel.documents.content import Document
from gonghui.kernel.documents.rendering import preview

PPI = 254
"""Ten pixels to the mm."""
Box = tuple[float, float, float, float]


class Sheet:
    """One page as a picture of so many pixels an inch."""

    def __init__(self, png: bytes, ppi: int = PPI) -> None:
        self.picture = Image.open(BytesIO(png)).convert("RGB")
        self.scale = ppi / 25.4
        self.masks = cache(self._mask)

    @property
    def size(self) -> tuple[float, float]:
        return self.picture.width / self.scale, self.picture.height / self.scale

    def _mask(self, colour: str) -> Image.Image:
        """White where there is ink of a colour: dark (black or grey) or red."""
        red, green, _blue = self.picture.split()
        light = self.picture.convert("L").point(lambda value: 255 if value < 160 else 0)
        warm = ImageChops.subtract(red, green).point(lambda value: 255 if value > 90 else 0)
        return warm if colour == "red" else ImageChops.subtract(light, warm)

    def box(self, colour: str, within: Box = (0, 0, 1000, 1000)) -> Box | None:
        """Left, top, right, bottom in mm of the ink of a colour within a part of the page."""
        part = self._part(colour, within)
        found = part.getbbox()
        if found is None:
            return None
        left, top, right, bottom = (one / self.scale for one in found)
        return left + within[0], top + within[1], right + within[0], bottom + within[1]

    def bands(self, colour: str, within: Box, down: bool = True) -> list[tuple[float, float]]:
        """Runs of ink in mm: lines of text from top to bottom, or characters across a line."""
        part = self._part(colour, within)
        flat = part.resize((1, part.height) if down else (part.width, 1), Image.Resampling.BOX)
        start = within[1] if down else within[0]
        return [(start + a / self.scale, start + b / self.scale) for a, b in _runs(flat.tobytes())]

    def _part(self, colour: str, within: Box) -> Image.Image:
        mask = self.masks(colour)
        left, top, right, bottom = (round(one * self.scale) for one in within)
        return mask.crop((left, top, min(right, mask.width), min(bottom, mask.height)))


def sheets(document: Document, ppi: int = PPI) -> list[Sheet]:
    """The pages of a document as printed; equal documents are set once in a run."""
    # Mappings keep a document from being a key itself; its words are all there is to it.
    key = repr(document), ppi
    if key not in _known:
        _known[key] = [Sheet(page, ppi) for page in preview(document, ppi)]
    return _known[key]


_known: dict[tuple[str, int], list[Sheet]] = {}


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
