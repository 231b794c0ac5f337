"""Lists of subsidies for the finance desk: drawn up once, exported; nothing is paid here."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Sum
from django.utils import timezone

from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scope
from gonghui.systems.rights.legal_aid.actions import numbers
from gonghui.systems.rights.legal_aid.models import Payout, SubsidyLine
from gonghui.systems.rights.legal_aid.permissions import PAY_AID


@action("legal-payouts.draw", "编制办案补贴发放表", PAY_AID, creates=True)
def draw_up(union: Union, *, by: Actor) -> Payout:
    """Put every subsidy of a union and below that stands on no list on one; each goes out once."""
    waiting = SubsidyLine.objects.within(Scope.of([union.path])).filter(payout=None)
    ids = list(waiting.select_for_update(of=("self",)).values_list("pk", flat=True))
    if not ids:
        raise Refusal(
            "没有待发放的办案补贴。", remedy="援助案件审核结案后才有补贴。", code="nothing"
        )
    rows = SubsidyLine.objects.within(Scope.of([union.path])).filter(pk__in=ids)
    total = rows.aggregate(total=Sum("amount"))["total"] or Decimal(0)
    made = Payout(
        number=numbers.document(union, "补", timezone.localdate().year),
        made_at=timezone.now(),
        made_by_name=by.name[:50],
        count=len(ids),
        total=total,
    )
    made.place_at(union)
    made.save()
    rows.update(payout=made)
    note(payout={"label": "办案补贴", "after": f"{len(ids)} 笔 {total} 元"})
    return made
