"""Printing: a document's PDF or page pictures, set in a process that cannot run away."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.documents import fonts
from gonghui.kernel.documents.content import Document, Seal
from gonghui.kernel.documents.describing import described, seal_data

PROGRAM = Path(__file__).with_name("typesetter.py")
SECONDS = 20
"""CPU of one document; a document of 50 pages takes about one."""
WALL = 60
MEGABYTES = 2048
AT_ONCE = 3
"""Documents one process has set at the same time; further ones wait."""
PREVIEW_PPI, SEAL_PPI = 110, 300
LARGEST_OUTPUT = 100_000_000

_places = threading.BoundedSemaphore(AT_ONCE)
_NO_GLYPH = re.compile(r"the text (.+?) could not be displayed", re.DOTALL)
_NO_ROOM = re.compile(r"does-not-fit:([\w.-]+)")


class NoFaces(Refusal):
    """There is no Chinese face on this machine."""

    status = 503


def render(document: Document) -> bytes:
    """The document as PDF/A-2b.

    Raises Refusal for what is too long, does not fit its place, holds a character no face has, or
    takes longer than SECONDS.
    """
    return _set(document, "pdf", 0)


def preview(document: Document, ppi: int = PREVIEW_PPI) -> list[bytes]:
    """The document's pages as PNG, as they would print. Raises as `render` does."""
    whole, pages, at = _set(document, "png", ppi), [], 0
    while at < len(whole):
        length = int.from_bytes(whole[at : at + 4], "big")
        pages.append(whole[at + 4 : at + 4 + length])
        at += 4 + length
    return pages


def seal_image(seal: Seal, ppi: int = SEAL_PPI) -> bytes:
    """A seal alone as PNG on a transparent ground, for pages and word processors."""
    return _compiled("seal", seal_data(seal), "png", ppi)[4:]


def installed_families() -> list[str]:
    """Families of faces in the folders of this installation."""
    return list(_families(tuple(fonts.folders())))


@lru_cache(maxsize=4)
def _families(folders: tuple[str, ...]) -> tuple[str, ...]:
    listed = _run({"format": "families", "faces": list(folders)})
    return tuple(json.loads(listed))


def _set(document: Document, form: str, ppi: int) -> bytes:
    layout, data = described(document)
    return _compiled(layout, data, form, ppi)


def _compiled(layout: str, data: dict[str, Any], form: str, ppi: int) -> bytes:
    data["faces"] = fonts.families(installed_families())
    if not all(data["faces"].values()):
        _families.cache_clear()
        raise NoFaces(
            "这台服务器没有中文字体，无法排版。",
            remedy="请系统管理员安装 fonts-noto-cjk，或把字体文件放到 var/fonts。",
            code="no_fonts",
        )
    return _run(
        {
            "layout": layout,
            "data": data,
            "format": form,
            "ppi": ppi,
            "faces": fonts.folders(),
            "now": int(datetime.now(UTC).timestamp()),
        }
    )


def _run(job: dict[str, Any]) -> bytes:
    given = json.dumps(
        {**job, "seconds": SECONDS, "megabytes": MEGABYTES}, ensure_ascii=False
    ).encode()
    if not _places.acquire(timeout=WALL):
        raise Refusal("正在排版的文档较多。", remedy="请稍后再试。", code="busy")
    try:
        done = subprocess.run(
            # Isolated: neither the environment nor the working folder decides what is imported.
            [sys.executable, "-I", PROGRAM],
            input=given,
            capture_output=True,
            env={"LC_ALL": "C.UTF-8", "RAYON_NUM_THREADS": "2"},
            cwd="/",
            timeout=WALL,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _endless() from None
    finally:
        _places.release()
    if done.returncode == 0 and len(done.stdout) <= LARGEST_OUTPUT:
        return done.stdout
    raise _reason(done.returncode, done.stderr.decode("utf-8", "replace"))


def _reason(code: int, words: str) -> Exception:
    if found := _NO_ROOM.search(words):
        return Refusal(
            "有一项内容太长，在证书上的位置放不下。",
            remedy="请核对内容，或使用规范简称。",
            field=found[1],
            code="does_not_fit",
        )
    if found := _NO_GLYPH.search(words):
        return Refusal(
            f"字体里没有这个字：{found[1].strip()[:20]}。",
            remedy="请系统管理员安装含有该字的字体（放到 var/fonts），或改用规范汉字。",
            code="no_glyph",
        )
    if code < 0 or "memory" in words.lower():
        return _endless()
    return RuntimeError(f"typesetting failed with {code}: {words[:2000]}")


def _endless() -> Refusal:
    return Refusal(
        "文档过大或过于复杂，排版没有在规定时间内完成。",
        remedy="请减少内容或拆成几个文档。",
        code="too_complex",
    )
