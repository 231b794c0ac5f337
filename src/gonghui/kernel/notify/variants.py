"""Ways a word is written to slip past a filter (拼音、拆字、繁体), from whoever knows language.

A filter asks here for each of its words; without anybody registered a word has no variants but
those typed for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

Variants = Callable[[str], Sequence[str]]

_hooks: dict[str, Variants] = {}


def register(code: str, variants: Variants) -> None:
    """Offer variants of words; raises ValueError for a code in use."""
    if code in _hooks:
        raise ValueError(f"variants {code!r} are registered twice")
    _hooks[code] = variants


def forget(code: str) -> None:
    """Take a hook out again; for tests."""
    _hooks.pop(code, None)


def of(word: str) -> list[str]:
    """Every variant somebody knows of a word, each once, without the word itself."""
    found = [form for hook in _hooks.values() for form in hook(word)]
    return [form for form in dict.fromkeys(found) if form and form != word]
