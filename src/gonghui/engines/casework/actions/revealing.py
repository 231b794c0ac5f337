"""Showing who complained: to who may, on a reason, and every look is kept."""

from __future__ import annotations

from dataclasses import dataclass

from gonghui.engines.casework.actions.telling import happened
from gonghui.engines.casework.actions.verbs import verb
from gonghui.engines.casework.declaring import Moment
from gonghui.engines.casework.models import Case, Intake, Secrecy
from gonghui.engines.casework.walls import everywhere
from gonghui.kernel.access.actions import note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.models import Unmasking
from gonghui.kernel.base.errors import Refusal

SHOWN = "who may look at identities looks at those of the case at hand"
FIELDS = ["姓名", "联系电话", "其他联系方式"]


@dataclass(frozen=True)
class Identity:
    """Who one complainant is; anonymous ones have nothing to show."""

    intake_id: int
    number: str
    name: str
    mobile: str
    contact: str
    person_id: int | None


@verb("reveal", "查看来件人身份", "reveal")
def reveal(case: Case, *, by: Actor, reason: str) -> list[Identity]:
    """The complainants of a case in plain. The reason must say something; it is kept."""
    if len(reason.strip()) < 4:
        raise Refusal(
            "请写明查看来件人身份的理由。",
            rule="个人信息保护法第六条：与处理目的直接相关，限于最小范围",
            field="reason",
            code="reason",
        )
    with everywhere():
        rows = list(
            Intake.objects.unscoped(SHOWN)
            .filter(case=case)
            .exclude(secrecy=Secrecy.ANONYMOUS)
            .order_by("pk")
        )
    shown = [
        Identity(
            row.pk,
            row.number,
            row.name.reveal() if row.name else "",
            row.mobile.reveal() if row.mobile else "",
            row.contact.reveal() if row.contact else "",
            row.person_id,
        )
        for row in rows
    ]
    Unmasking.objects.bulk_create(
        [
            Unmasking(
                user_id=by.user_id or 0,
                person_id=row.person_id,
                fields=FIELDS,
                reason=reason.strip()[:200],
            )
            for row in rows
            if row.person_id is not None
        ]
    )
    note(revealed={"label": "查看来件人身份", "after": f"{len(shown)} 人"})
    happened(case, Moment.REVEALED, "查看来件人身份", by=by)
    return shown
