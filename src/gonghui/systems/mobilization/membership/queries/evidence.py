"""Reading evidence (证明材料)."""

from __future__ import annotations

from django.db import models

from gonghui.kernel.files.models import StoredFile
from gonghui.kernel.files.storing import files_of


def evidence_of(target: models.Model) -> list[StoredFile]:
    """The files of a record the caller already holds, the first first."""
    return files_of(target._meta.label_lower, target.pk)
