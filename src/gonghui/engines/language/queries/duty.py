"""Who is there for a text of danger: the nearest union up the tree with somebody on duty."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils import timezone

from gonghui.engines.language.permissions import WATCH_CRISIS
from gonghui.kernel.access.models import Grant
from gonghui.kernel.org.models import Union

ANYBODY = "everybody on duty, wherever in the tree, may be needed for a life in danger"


def _grants() -> QuerySet[Grant]:
    today = timezone.localdate()
    found = Grant.objects.unscoped(ANYBODY).filter(
        role__in=[role.code for role in WATCH_CRISIS.roles],
        ended_at=None,
        valid_from__lte=today,
        user__is_active=True,
    )
    return found.filter(Q(valid_to=None) | Q(valid_to__gte=today))


def nearest(union: Union) -> Union:
    """The union itself or the first above it where somebody has the duty; else the province."""
    above = [int(part) for part in union.path.rstrip(".").split(".")]
    staffed = set(_grants().filter(union_id__in=above).values_list("union_id", flat=True))
    found = next((pk for pk in reversed(above) if pk in staffed), above[0])
    return union if found == union.pk else Union.objects.unscoped(ANYBODY).get(pk=found)


def holders(union: Union) -> set[int]:
    """Users who have the duty at a union."""
    return set(_grants().filter(union=union).values_list("user_id", flat=True))
