"""The snapshot (本地快照): values on this machine's disk, for a start without the database."""

from __future__ import annotations

import base64
import json
import logging
import os
from pathlib import Path
from typing import Any

from django.conf import settings

from gonghui.kernel.config.memory import SNAPSHOT, Known, Sealed

logger = logging.getLogger(__name__)

NAME = "config-snapshot.json"


def path() -> Path | None:
    """Where the snapshot lies; None where the installation names no place for its files."""
    folder = getattr(settings, "VAR", None)
    return Path(folder) / NAME if folder else None


def write(known: Known) -> None:
    """Put the values on disk; secrets stay sealed. A failure is logged: work goes on without."""
    file = path()
    if file is None:
        return
    body = {
        "database": _database(),
        "number": known.number,
        "token": known.token,
        "values": [
            [code, union_id, *_stored(value)] for (code, union_id), value in known.values.items()
        ],
    }
    draft = file.with_name(f".{NAME}.{os.getpid()}")
    try:
        # Written aside and moved into place: nobody reads half of one.
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            json.dump(body, out, ensure_ascii=False)
        draft.replace(file)
    except OSError as trouble:
        logger.warning("the snapshot of the settings was not written: %s", trouble)


def read() -> Known | None:
    """The values of the snapshot; None without one, or with one of another database."""
    file = path()
    try:
        body = json.loads(file.read_text("utf-8")) if file else None
        if not body or body["database"] != _database():
            return None
        values = {
            (code, union_id): Sealed(base64.b64decode(sealed)) if sealed else value
            for code, union_id, value, sealed in body["values"]
        }
        return Known(values, body["number"], body["token"], SNAPSHOT)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as trouble:
        logger.warning("the snapshot of the settings cannot be read: %s", trouble)
        return None


def _stored(value: Any) -> tuple[Any, str | None]:
    if isinstance(value, Sealed):
        return None, base64.b64encode(value.blob).decode()
    return value, None


def _database() -> str:
    return str(settings.DATABASES["default"]["NAME"])
