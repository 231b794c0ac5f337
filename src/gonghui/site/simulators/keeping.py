"""What a simulator remembers: one JSON file that every process of this installation shares."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from gonghui.site import environment


@contextmanager
def state(name: str, fresh: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The memory of a simulator, held alone; written back when the block ends well."""
    file = environment.var() / "simulators" / f"{name}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+", encoding="utf-8") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        handle.seek(0)
        text = handle.read()
        found = {**fresh, **json.loads(text)} if text else dict(fresh)
        yield found
        handle.seek(0)
        handle.truncate()
        json.dump(found, handle, ensure_ascii=False)
