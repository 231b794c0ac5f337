"""Who has to decide: the union nearest to a place where somebody holds a permission."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from gonghui.kernel.access.models import Grant
from gonghui.kernel.access.roles import Permission
from gonghui.kernel.org.models import Union

SEATS = "whether anybody holds a role there decides where a to-do goes; nobody is shown a grant"


def seat_of(union: Union, permission: Permission, today: date) -> Union:
    """The union itself, or its nearest superior with somebody who may decide; else the union."""
    roles = [role.code for role in permission.roles]
    grants = (
        Grant.objects.unscoped(SEATS)
        .filter(union_id__in=[*union.ancestor_ids, union.pk], role__in=roles, ended_at=None)
        .filter(Q(valid_to=None) | Q(valid_to__gte=today), valid_from__lte=today)
        .filter(user__is_active=True, union__status="active")
    )
    nearest = grants.select_related("union").order_by("-union__path").first()
    return nearest.union if nearest is not None else union
