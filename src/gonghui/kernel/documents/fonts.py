"""Faces (字体): which families stand for 仿宋, 小标宋 and the others, and where they are found.

The faces the standard names are licensed and not ours to ship. When the owner puts them into
`var/fonts` or installs them, they are taken; else the free faces of Debian's fonts-noto-cjk.
"""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from gonghui.kernel.documents.content import Face

SERIF, SANS = "Noto Serif CJK SC", "Noto Sans CJK SC"
FACES: dict[Face, tuple[str, ...]] = {
    Face.FANGSONG: ("FangSong_GB2312", "仿宋_GB2312", "FangSong", "仿宋", "FZFangSong-Z02", SERIF),
    Face.TITLE: ("FZXiaoBiaoSong-B05S", "方正小标宋简体", "FZXiaoBiaoSong-B05", SERIF),
    Face.HEI: ("SimHei", "黑体", "FZHei-B01S", SANS),
    Face.KAI: ("KaiTi_GB2312", "楷体_GB2312", "KaiTi", "楷体", "FZKai-Z03S", SERIF),
    Face.SONG: ("SimSun", "宋体", "FZShuSong-Z01S", SERIF),
}
"""Families by use, the first installed one is taken."""

WORD_FACES = {
    Face.FANGSONG: "仿宋_GB2312",
    Face.TITLE: "方正小标宋简体",
    Face.HEI: "黑体",
    Face.KAI: "楷体_GB2312",
    Face.SONG: "宋体",
}
"""The names a word processor looks for; the reader's own machine has the licence."""

SUFFIXES = {".ttf", ".ttc", ".otf", ".otc"}


def folders() -> list[str]:
    """Existing folders with faces, the owner's first."""
    given = (
        settings.VAR / "fonts",
        settings.VAR / "debian/root/usr/share/fonts",
        "/usr/share/fonts",
    )
    return [str(folder) for folder in given if Path(folder).is_dir()]


def families(installed: list[str]) -> dict[str, list[str]]:
    """For each use the installed families in their order; Latin and rare letters come from all."""
    known = set(installed)
    return {face.value: [name for name in names if name in known] for face, names in FACES.items()}
