"""Where this installation keeps its things, and the secrets it makes for itself on first use.

Standard library only: the supervisor, the doctor and settings all start from here. Every value
already set in the environment wins, so production sets its own and nothing is generated.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def root() -> Path:
    """The checkout, or `GONGHUI_HOME`."""
    return Path(os.environ.get("GONGHUI_HOME") or Path(__file__).resolve().parents[3])


def var() -> Path:
    """Everything this installation writes: database, files, secrets, logs (`GONGHUI_VAR`)."""
    return Path(os.environ.get("GONGHUI_VAR") or root() / "var")


def is_embedded() -> bool:
    """True while no `DATABASE_URL` names a database of somebody else's."""
    return not os.environ.get("DATABASE_URL")


def secret(name: str, make=lambda: secrets.token_urlsafe(48)) -> str:
    """The text kept in `var/secrets/NAME`, made on first use, readable by its owner only."""
    path = var() / "secrets" / name
    try:
        return path.read_text("utf-8").strip()
    except FileNotFoundError:
        pass
    path.parent.mkdir(parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    # Written aside and linked into place: two processes that start together agree on one secret,
    # and a kill in the middle leaves no half of one.
    draft = path.with_name(f".{name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(make() + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text("utf-8").strip()


def prepare() -> None:
    """Set what Django's settings read and nobody has set: the signing key, where the keys lie."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gonghui.site.settings")
    os.environ.setdefault("GONGHUI_KEYS", str(var() / "secrets" / "keys"))
    if not os.environ.get("GONGHUI_SECRET_KEY"):
        os.environ["GONGHUI_SECRET_KEY"] = secret("secret-key")
