"""What a check finds."""

from __future__ import annotations

from dataclasses import dataclass

ERROR = "error"
WARNING = "warning"
NOTE = "note"


@dataclass(frozen=True)
class Finding:
    """level: error (the platform does not work rightly), warning, or note. Texts in Chinese."""

    level: str
    what: str
    mend: str = ""
