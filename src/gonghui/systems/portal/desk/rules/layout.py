"""Arranging widgets: pure changes of a list of (widget, width)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from gonghui.kernel.base.errors import Refusal

WIDTHS = (1, 2, 3)
WIDTH_WORDS = {1: "窄", 2: "宽", 3: "通栏"}


class Placed(NamedTuple):
    """A widget and how many of the three columns it takes."""

    code: str
    width: int


Layout = tuple[Placed, ...]


def read(stored: Any, known: Iterable[str]) -> Layout:
    """A layout from stored JSON; widgets that no longer exist and repeated ones are dropped."""
    names, found = set(known), []
    for pair in stored if isinstance(stored, list) else ():
        match pair:
            case [str(code), int(width)] if code in names and width in WIDTHS:
                names.discard(code)
                found.append(Placed(code, width))
    return tuple(found)


def write(layout: Layout) -> list[list[Any]]:
    """A layout as JSON."""
    return [[item.code, item.width] for item in layout]


def move(layout: Layout, code: str, by: int) -> Layout:
    """One widget some places further on (or back, when negative), as far as there are places."""
    at = _place(layout, code)
    rest = [item for item in layout if item.code != code]
    rest.insert(max(0, min(len(rest), at + by)), layout[at])
    return tuple(rest)


def reorder(layout: Layout, codes: Sequence[str]) -> Layout:
    """The widgets in the order given; those it does not name keep their order behind."""
    place = {code: n for n, code in enumerate(dict.fromkeys(codes))}
    last = len(place)
    return tuple(sorted(layout, key=lambda item: place.get(item.code, last)))


def add(layout: Layout, code: str, widths: Mapping[str, int]) -> Layout:
    """One more widget at the end, in its usual width; nothing changes if it is there."""
    if code not in widths:
        raise Refusal("没有这个组件。", code="widget")
    if any(item.code == code for item in layout):
        return layout
    return (*layout, Placed(code, widths[code]))


def remove(layout: Layout, code: str) -> Layout:
    """Without one widget; the last one stays."""
    _place(layout, code)
    if len(layout) == 1:
        raise Refusal("工作台至少保留一个组件。", remedy="可以先添加别的组件。", code="last")
    return tuple(item for item in layout if item.code != code)


def resize(layout: Layout, code: str, width: int) -> Layout:
    """One widget in another width."""
    _place(layout, code)
    if width not in WIDTHS:
        raise Refusal("没有这种宽度。", code="width")
    return tuple(Placed(code, width) if item.code == code else item for item in layout)


def _place(layout: Layout, code: str) -> int:
    for at, item in enumerate(layout):
        if item.code == code:
            return at
    raise Refusal("工作台上没有这个组件。", remedy="请刷新页面。", code="widget")
