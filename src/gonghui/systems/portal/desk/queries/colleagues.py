"""Who else holds a right at a union."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from gonghui.kernel.access.models import Grant
from gonghui.kernel.access.roles import PERMISSIONS
from gonghui.kernel.identity.models import User

HOLDERS = "who shares a right at a union is known to those who hold it there"


def holders(union_id: int, permission: str, today: date) -> list[User]:
    """The active users who hold a permission at exactly a union, by name."""
    known = PERMISSIONS.get(permission)
    if known is None:
        return []
    grants = (
        Grant.objects.unscoped(HOLDERS)
        .filter(union_id=union_id, role__in=[role.code for role in known.roles])
        .filter(Q(valid_to=None) | Q(valid_to__gte=today), valid_from__lte=today, ended_at=None)
    )
    rows = User.objects.filter(pk__in=grants.values("user_id"), is_active=True)
    return list(rows.order_by("display_name", "pk"))
