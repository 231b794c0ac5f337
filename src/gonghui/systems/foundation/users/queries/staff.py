"""Reads of users and where what concerns them is decided."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.granting import in_force
from gonghui.kernel.access.models import Grant
from gonghui.kernel.access.roles import Permission
from gonghui.kernel.base.errors import Missing
from gonghui.kernel.config.declaring import Setting
from gonghui.kernel.identity.models import User
from gonghui.kernel.notify.models import Todo
from gonghui.kernel.org.models import Union, UnionStatus
from gonghui.systems.foundation.users.models import Staff, Tenure
from gonghui.systems.foundation.users.permissions import VIEW_STAFF
from gonghui.systems.foundation.users.rules import staff as rules

IDLE_DAYS = Setting(
    "users.idle_days",
    "多少天未登录算闲置账号",
    int,
    180,
    "用户连续这么多天没有登录，就列入待清理账号；新开的账号从开通之日起算。",
    unit="天",
    minimum=7,
    maximum=1095,
)
DECIDERS = "who decides at a union is asked only to send them a to-do"
OWN = "a user's own record"
COUNTED = "grants and posts are counted for staff the caller may see"


def deciding_union(path: str, permission: Permission, *, but: Iterable[int] = ()) -> Union | None:
    """The nearest union, from the end of a path upward, where somebody holds a permission.

    but: users who do not count, such as the one it is about.
    """
    ids = [int(part) for part in path.rstrip(".").split(".")]
    rows = in_force(Grant.objects.unscoped(DECIDERS), timezone.localdate()).filter(
        union_id__in=ids,
        role__in=[role.code for role in permission.roles],
        user__is_active=True,
        union__status=UnionStatus.ACTIVE,
    )
    held = set(rows.exclude(user_id__in=list(but)).values_list("union_id", flat=True))
    nearest = next((pk for pk in reversed(ids) if pk in held), None)
    return Union.objects.unscoped(DECIDERS).get(pk=nearest) if nearest else None


def deciders(union_id: int, permission: Permission) -> set[int]:
    """Users who hold a permission at exactly this union today."""
    rows = in_force(Grant.objects.unscoped(DECIDERS), timezone.localdate()).filter(
        union_id=union_id,
        role__in=[role.code for role in permission.roles],
        user__is_active=True,
    )
    return set(rows.values_list("user_id", flat=True))


def own_staff(user_id: int | None) -> Staff | None:
    """The record of the user who asks."""
    rows = Staff.objects.unscoped(OWN).select_related("union", "user")
    return rows.filter(user_id=user_id).first() if user_id else None


def staff_for(actor: Actor, permission: Permission, user_id: int) -> Staff:
    """The record of a user the actor may see; Missing otherwise, whichever the reason."""
    rows = Staff.objects.within(actor.scope(permission)).select_related("union", "user")
    found = rows.filter(user_id=user_id).first()
    if found is None:
        raise Missing("没有这个用户，或者不在您的管理范围内。", field="user")
    return found


def named(actor: Actor, text: str) -> Staff | None:
    """Exactly one user in the actor's range with this user name."""
    rows = Staff.objects.within(actor.scope(VIEW_STAFF)).select_related("union", "user")
    return rows.filter(user__username=text.strip()).first()


def open_todos(user_id: int) -> list[Todo]:
    """To-dos named to a user and still open."""
    return list(Todo.objects.filter(assignee_user_id=user_id, done_at=None).order_by("id"))


def tenures_of(staff: Staff) -> list[Tenure]:
    """All tenures of a user, the latest first."""
    rows = Tenure.objects.unscoped(OWN).filter(staff=staff).select_related("post", "union")
    return list(rows.order_by("-from_on", "-id"))


def grants_of(user: User) -> QuerySet[Grant]:
    """All grants of a user, the latest first."""
    rows = Grant.objects.unscoped(OWN).filter(user=user).select_related("union")
    return rows.order_by("-valid_from", "-id")


def left_over(actor: Actor, today: date) -> list[tuple[Staff, list[str]]]:
    """Accounts in the actor's range that look left over, each with its reasons.

    Two queries, whatever the number of accounts.
    """
    rows = Staff.objects.within(actor.scope(VIEW_STAFF)).select_related("union", "user")
    rows = rows.filter(left_on=None).exclude(user__status__in=["closed", "suspended"])
    rows = rows.annotate(
        posts=Count("tenures", filter=Q(tenures__ended_on=None), distinct=True)
    ).order_by("org_path", "id")
    found = list(rows)
    granted = in_force(Grant.objects.unscoped(COUNTED), today)
    granted = granted.filter(user_id__in=[staff.user_id for staff in found])
    counts = dict(granted.order_by().values_list("user_id").annotate(n=Count("pk")))
    listed = []
    for staff in found:
        last = staff.user.last_login
        reasons = rules.orphaned(
            posts=staff.posts,
            grants=counts.get(staff.user_id, 0),
            last_login=timezone.localdate(last) if last else None,
            opened_on=staff.opened_on,
            union_active=staff.union.status == UnionStatus.ACTIVE,
            today=today,
            idle_days=IDLE_DAYS.value(staff.org_path),
        )
        if reasons:
            listed.append((staff, reasons))
    return listed
