"""Reading evidence (证明材料)."""

from __future__ import annotations

from django.db import models

from gonghui.systems.mobilization.membership.models.evidence import Evidence


def evidence_of(target: models.Model) -> list[Evidence]:
    """The files of a record the caller already holds, the first first."""
    rows = Evidence.objects.unscoped("files of a record whose place was checked").filter(
        target_type=target._meta.label_lower, target_id=str(target.pk)
    )
    return list(rows.order_by("pk"))
