"""Code tables of national standards and the union's own (信息分类与代码), and dated parameters.

`codes.name("sex", "1")`, `codes.resolve("education", "本科")`: every lookup is served from memory.
"""

from gonghui.kernel.codes.lookup import (
    alias_map,
    choices,
    is_valid,
    known_region,
    name,
    names,
    resolve,
    successor_of,
    tables,
)
from gonghui.kernel.codes.registry import UnknownTable, normalise

__all__ = [
    "UnknownTable",
    "alias_map",
    "choices",
    "is_valid",
    "known_region",
    "name",
    "names",
    "normalise",
    "resolve",
    "successor_of",
    "tables",
]
