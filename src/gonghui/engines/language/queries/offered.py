"""What the engine offers through the kernel's registries, to systems that know no engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gonghui.engines.language.queries.judging import detect_crisis, judge
from gonghui.engines.language.rules.sensitive import written_ways
from gonghui.kernel.search.texts import Subject

NEAREST = {
    "dismissal": ("contract",),
    "joining": ("union",),
    "hardship": ("welfare",),
    "medical": ("welfare", "hardship"),
    "welfare": ("hardship",),
    "skills": ("welfare",),
    "aid": ("law",),
    "women": ("hours",),
}
"""Where a subject list is coarser than ours: what ours falls under."""


def alarm(text: str) -> str:
    """Why a person must be reached at once; empty for an everyday text."""
    found = detect_crisis(text)
    if found is None:
        return ""
    words = f"：{'、'.join(found.words[:3])}" if found.words else ""
    return f"{found.title}{words}"


def subjects(text: str, known: Mapping[str, str]) -> Sequence[Subject]:
    """What a text may be about, in the codes of the list asked with."""
    found: dict[str, Subject] = {}
    for item in judge(text).likely:
        codes = (item.label, *NEAREST.get(item.label, ()))
        code = next((code for code in codes if code in known), "")
        if code and code not in found and item.share >= 0.05:
            found[code] = Subject(code, round(item.share, 3), item.because)
    return list(found.values())


def variants(word: str) -> Sequence[str]:
    """Ways a word is written past a filter."""
    return written_ways(word)
