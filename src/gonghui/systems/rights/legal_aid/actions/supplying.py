"""A worker adds materials to the own matter: told in the thread, kept with the intake."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from gonghui.engines.casework.actions import intake, materials
from gonghui.engines.casework.models import Intake
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Refusal
from gonghui.systems.rights.legal_aid.actions import hooks, stages
from gonghui.systems.rights.legal_aid.models import Aid
from gonghui.systems.rights.legal_aid.permissions import HANDLE_AID
from gonghui.systems.rights.legal_aid.rules import aid as rules


def supply(found: Intake, *, by: Actor, files: Sequence[UUID], text: str = "") -> Intake:
    """Hand materials in later. files: keys of uploads by the same user, one at least.

    The handler checks them; until then the term of a review that waits for them stands still.
    """
    if not files:
        raise Refusal("请选择要上传的材料。", field="files", code="empty")
    with transaction.atomic():
        words = text.strip() or "补充材料"
        intake.tell(found, by=by, text=f"{words}（{len(files)} 份）")
        materials.keep(found, list(files), by.user_id or -1)
        row: Aid | None = hooks.row_of(Aid, found.case)
        if row is not None and row.state == rules.SUPPLEMENT:
            link = stages.link_to(row, "legal-aid")
            stages.todo(row, stages.SUPPLIED, HANDLE_AID, link, number=found.case.number)
    return found
