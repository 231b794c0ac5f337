"""The question asked under risk (图形验证): a picture drawn here, or a sum for who cannot see it.

Each question is answered once, in the browser it was asked in.
"""

from __future__ import annotations

import io
import secrets
import time
from functools import lru_cache

from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from PIL import Image, ImageDraw, ImageFont

from gonghui.kernel.identity.devices import digest

KEY = "risk_question"
SECONDS = 300
# Without the characters that are taken for one another.
LETTERS = "ACDEFHJKMNPRTUVWXY34679"
LENGTH = 5
SIZE = (180, 60)
NUMBERS = "零一二三四五六七八九十"


def draw(request: HttpRequest) -> bytes:
    """A fresh picture (PNG) whose answer this browser owes."""
    text = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    _keep(request, text)
    canvas = Image.new("RGB", SIZE, "#ffffff")
    pen = ImageDraw.Draw(canvas)
    for place, letter in enumerate(text):
        _letter(canvas, letter, 12 + place * 32 + secrets.randbelow(7))
    for _ in range(4):
        ends = [(secrets.randbelow(SIZE[0]), secrets.randbelow(SIZE[1])) for _ in range(2)]
        pen.line(ends, fill=_ink(), width=2)
    for _ in range(160):
        pen.point((secrets.randbelow(SIZE[0]), secrets.randbelow(SIZE[1])), fill=_ink())
    out = io.BytesIO()
    canvas.save(out, "PNG")
    return out.getvalue()


def sum_in_words(request: HttpRequest) -> str:
    """A fresh sum in words whose answer this browser owes."""
    first, second = secrets.randbelow(9) + 2, secrets.randbelow(9) + 1
    _keep(request, str(first + second))
    return f"{_number(first)}加{_number(second)}等于多少？请填写阿拉伯数字。"


def is_right(request: HttpRequest, answer: str) -> bool:
    """Whether the answer is the one owed; the question is used up in either case."""
    kept, at = request.session.pop(KEY, None) or ("", 0)
    fresh = time.time() - at < SECONDS
    return fresh and constant_time_compare(kept, digest(answer.strip().upper()))


def _keep(request: HttpRequest, answer: str) -> None:
    request.session[KEY] = [digest(answer), time.time()]


def _letter(canvas: Image.Image, letter: str, left: int) -> None:
    tile = Image.new("L", (44, 52), 0)
    ImageDraw.Draw(tile).text((8, 4), letter, fill=255, font=_font())
    tile = tile.rotate(secrets.randbelow(50) - 25, resample=Image.Resampling.BICUBIC)
    canvas.paste(Image.new("RGB", tile.size, _ink()), (left - 6, secrets.randbelow(9)), tile)


def _ink() -> tuple[int, int, int]:
    red, green, blue = (secrets.randbelow(120) for _ in range(3))
    return red, green, blue


@lru_cache(maxsize=1)
def _font() -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size=36)


def _number(value: int) -> str:
    return NUMBERS[value] if value <= 10 else f"十{NUMBERS[value - 10]}"
