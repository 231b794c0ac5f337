"""Pictures are drawn anew: no metadata, no hidden passengers, and a small copy beside them."""

from __future__ import annotations

import io
import struct
import warnings
from typing import IO

from PIL import Image

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.files.types import JPEG, PNG, WEBP, FileType

MOST_PIXELS = 50_000_000
THUMBNAIL = 320
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_FORMATS = {JPEG.code: "JPEG", PNG.code: "PNG", WEBP.code: "WEBP"}


def redrawn(file: IO[bytes], kind: FileType) -> tuple[bytes, bytes]:
    """Return the picture without metadata, turned upright, and a JPEG thumbnail of at most
    THUMBNAIL pixels a side.

    Of moving pictures the first frame is kept. Raises Refusal for damaged pictures and for those
    of more than MOST_PIXELS pixels.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(file, formats=[_FORMATS[kind.code]]) as opened:
                _check_pixels(opened)
                picture = _plain(opened, kind)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except (OSError, SyntaxError, ValueError, EOFError, KeyError, TypeError, struct.error):
        raise Refusal(
            "图片已损坏，无法打开。", remedy="请换一张图片。", field="file", code="broken"
        ) from None
    return _written(picture, kind), _thumbnail(picture)


def _check_pixels(picture: Image.Image) -> None:
    if picture.width * picture.height > MOST_PIXELS:
        raise _too_many_pixels()


def _too_many_pixels() -> Refusal:
    return Refusal(
        f"图片超过 {MOST_PIXELS // 10_000} 万像素。",
        remedy="请缩小后再上传。",
        field="file",
        code="too_many_pixels",
    )


def _plain(opened: Image.Image, kind: FileType) -> Image.Image:
    has_alpha = opened.mode in ("RGBA", "LA", "PA") or "transparency" in opened.info
    turn = _TURNS.get(opened.getexif().get(_ORIENTATION) or 1)
    plain = opened.convert("RGBA" if has_alpha and kind is not JPEG else "RGB")
    return plain if turn is None else plain.transpose(turn)


def _written(picture: Image.Image, kind: FileType) -> bytes:
    out = io.BytesIO()
    clean = Image.frombytes(picture.mode, picture.size, picture.tobytes())
    options = {} if kind is PNG else {"quality": 88}
    clean.save(out, _FORMATS[kind.code], **options)
    return out.getvalue()


def _thumbnail(picture: Image.Image) -> bytes:
    small = picture.copy()
    small.thumbnail((THUMBNAIL, THUMBNAIL))
    ground = Image.new("RGB", small.size, "white")
    ground.paste(small, mask=small.getchannel("A") if small.mode == "RGBA" else None)
    out = io.BytesIO()
    ground.save(out, "JPEG", quality=80)
    return out.getvalue()
