"""Where things of the whole platform lie: the province's own union."""

from __future__ import annotations

from gonghui.kernel.base.errors import Missing
from gonghui.kernel.org.models import Union, UnionKind
from gonghui.kernel.org.scoping import Scope, wall_at
from gonghui.kernel.people.models import Person
from gonghui.systems.media.short_messages.models.phones import indexes_of

PROVINCE = "numbers and routes belong to the province's union"
WHOSE = "whose number a text came from; told to takers, shown to nobody"


def province() -> Union:
    """The province's union; Missing on an empty platform."""
    rows = Union.objects.unscoped(PROVINCE).filter(kind=UnionKind.PROVINCE, status="active")
    found = rows.order_by("id").first()
    if found is None:
        raise Missing("还没有省级工会。", remedy="请先建立工会组织。")
    return found


def person_with(mobile: str) -> int | None:
    """The one person who has a number; None for nobody and for several."""
    with wall_at(Scope.everything()):
        rows = Person.objects.unscoped(WHOSE).filter(
            mobile_index__in=indexes_of(mobile), merged_into=None
        )
        found = list(rows.values_list("pk", flat=True)[:2])
    return found[0] if len(found) == 1 else None
