"""Reads of pushing: whom a target concerns, what it shall know of them, how it stands."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from gonghui.kernel.access import granting
from gonghui.kernel.access.models import Grant
from gonghui.kernel.access.roles import ROLES
from gonghui.kernel.base.digests import canonical, sm3
from gonghui.kernel.config.declaring import Setting
from gonghui.kernel.identity import accounts
from gonghui.kernel.identity.models import Status
from gonghui.kernel.org.scoping import Scope
from gonghui.systems.foundation.users.models import (
    ItemState,
    Outcome,
    PushItem,
    Receipt,
    Reconciliation,
    SourceToken,
    Staff,
    Target,
    TargetState,
)
from gonghui.systems.foundation.users.rules import pushing as rules

TOKEN_DAYS = Setting(
    "provisioning.token_days",
    "来源令牌最长有效期",
    int,
    365,
    "外部系统推送用户所用的令牌最长多久必须更换。",
    unit="天",
    minimum=1,
    maximum=1095,
)
TIMEOUT = Setting(
    "provisioning.timeout",
    "推送等待应答时间",
    int,
    10,
    "推送用户时等对方应答多久，超过就算没有应答，稍后重试。",
    unit="秒",
    minimum=1,
    maximum=25,
)
MOST_ATTEMPTS = Setting(
    "provisioning.attempts",
    "推送连续失败多少次后停止",
    int,
    10,
    "同一用户连续推送失败这么多次就停止，列入待处理，由系统管理员再推一次。",
    unit="次",
    minimum=1,
    maximum=50,
)
RECEIPT_DAYS = Setting(
    "provisioning.receipt_days",
    "推送回执保留时间",
    int,
    400,
    "早于这个天数的推送回执每日清理；操作日志和安全事件不受影响。",
    unit="天",
    minimum=180,
    maximum=3650,
)
OWN_TOKEN = "a token names the source it belongs to"
PLATFORM = "the pushing process works for the targets of every union"
ENABLED = (Status.INVITED, Status.ACTIVE)


def token_of(digest: str) -> SourceToken | None:
    rows = SourceToken.objects.unscoped(OWN_TOKEN).select_related("source__union")
    return rows.filter(digest=digest).first()


def targets_on() -> list[Target]:
    """Targets whose changes are collected: those pushed to, and those paused."""
    rows = Target.objects.unscoped(PLATFORM).select_related("union")
    return list(rows.filter(state__in=(TargetState.ON, TargetState.PAUSED)).order_by("id"))


def selected(target: Target) -> QuerySet[Staff]:
    """The users a target shall have as active: of its subtree, by role where it asks for some."""
    rows = Staff.objects.within(Scope.of([target.org_path]))
    rows = rows.filter(user__status__in=ENABLED, left_on=None)
    if target.roles:
        held = _grants(target).filter(user_id=OuterRef("user_id"), role__in=target.roles)
        rows = rows.filter(Exists(held))
    return rows


def concerned(target: Target, staff_ids: Iterable[int] | None = None) -> QuerySet[Staff]:
    """The users selected now, and those a target was told of before."""
    rows = Staff.objects.unscoped(PLATFORM)
    if staff_ids is not None:
        rows = rows.filter(pk__in=list(staff_ids))
    known = PushItem.objects.unscoped(PLATFORM).filter(target=target, staff=OuterRef("pk"))
    return rows.filter(Q(pk__in=selected(target).values("pk")) | Exists(known))


def _grants(target: Target) -> QuerySet[Grant]:
    rows = Grant.objects.within(Scope.of([target.org_path]))
    rows = rows.filter(role__in=[role.code for role in granting.BUSINESS])
    return granting.in_force(rows, timezone.localdate())


def documents(target: Target, rows: Iterable[Staff]) -> dict[int, dict[str, Any]]:
    """What a target shall know of users, by staff id; three queries, whatever their number."""
    found = list(rows)
    active = set(
        selected(target).filter(pk__in=[staff.pk for staff in found]).values_list("pk", flat=True)
    )
    grants: dict[int, list[Grant]] = {}
    listed = _grants(target).filter(user_id__in=[staff.user_id for staff in found])
    for grant in listed.select_related("union").order_by("org_path", "role", "id"):
        grants.setdefault(grant.user_id, []).append(grant)
    return {
        staff.pk: rules.document(
            user_id=staff.user_id,
            username=staff.user.username,
            name=staff.name,
            active=staff.pk in active,
            attributes=target.attributes,
            post=staff.title,
            mobile=accounts.mobile_of(staff.user) if rules.MOBILE in target.attributes else "",
            union=(staff.union_id, staff.union.name),
            roles=_roles(grants.get(staff.user_id, [])) if staff.pk in active else [],
        )
        for staff in found
    }


def _roles(grants: list[Grant]) -> list[dict[str, str]]:
    """One entry per role, union and term, whatever gave it."""
    found: dict[tuple, dict[str, str]] = {}
    for grant in grants:
        item = {
            "value": grant.role,
            "display": ROLES[grant.role].title,
            "unionId": str(grant.union_id),
            "unionName": grant.union.name,
            "validFrom": grant.valid_from.isoformat(),
        }
        if grant.valid_to is not None:
            item["validTo"] = grant.valid_to.isoformat()
        found[grant.role, grant.union_id, grant.valid_to] = item
    return list(found.values())


def digest(document: dict[str, Any]) -> str:
    return sm3(canonical(document)).hex()


def due(now: datetime) -> QuerySet[PushItem]:
    """Items to deliver now, the longest waiting first."""
    rows = PushItem.objects.unscoped(PLATFORM).filter(
        Q(leased_until=None) | Q(leased_until__lt=now),
        Q(target__rests_until=None) | Q(target__rests_until__lte=now),
        state=ItemState.WAITING,
        due_at__lte=now,
        target__state=TargetState.ON,
    )
    return rows.order_by("due_at", "id")


def figures(target: Target) -> dict[str, int]:
    """How many users of a target stand in which state."""
    rows = PushItem.objects.within(Scope.of([target.org_path])).filter(target=target)
    counted = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    return {str(state): counted.get(state, 0) for state in ItemState.values}


def last_receipts(item: PushItem, limit: int = 20) -> list[Receipt]:
    rows = Receipt.objects.within(Scope.of([item.org_path])).filter(item=item)
    return list(rows.order_by("-id")[:limit])


def stopped(target: Target) -> QuerySet[PushItem]:
    """Items that were refused or given up."""
    rows = PushItem.objects.unscoped(PLATFORM).filter(target=target)
    return rows.filter(state__in=(ItemState.REJECTED, ItemState.STOPPED))


def last_run(target: Target) -> Reconciliation | None:
    rows = Reconciliation.objects.within(Scope.of([target.org_path])).filter(target=target)
    return rows.order_by("-id").first()


TONES = {
    Outcome.ACCEPTED: "good",
    Outcome.UNCHANGED: "good",
    Outcome.REJECTED: "stop",
    Outcome.SILENT: "wait",
    Outcome.FAILED: "wait",
}
"""The pill of each outcome."""
