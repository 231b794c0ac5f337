"""What feels it when a system stops: everything that leads to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

Edge = tuple[str, str]


def upstream(edges: Iterable[Edge], start: str) -> dict[str, int]:
    """Everything that leads to `start`, with how many steps away; without `start` itself."""
    sources: dict[str, list[str]] = defaultdict(list)
    for source, target in edges:
        sources[target].append(source)
    found: dict[str, int] = {}
    rim, distance = [start], 0
    while rim:
        distance += 1
        reached = [source for node in rim for source in sources[node]]
        rim = []
        for node in reached:
            if node != start and node not in found:
                found[node] = distance
                rim.append(node)
    return found
