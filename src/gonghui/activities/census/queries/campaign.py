"""Counting a census: members in the ranks now and on the base day, lines of the console, trend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, F, Q, Sum

from gonghui.activities.census.models import Campaign, CensusDay, Quota
from gonghui.activities.census.rules import campaign as rules
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.models import Grant
from gonghui.kernel.access.roles import Permission
from gonghui.kernel.base.errors import Forbidden
from gonghui.kernel.codes.parameters import Parameter
from gonghui.kernel.config.declaring import Level, Setting
from gonghui.kernel.metrics.models import MemberCount
from gonghui.kernel.notify.channels import Recipient
from gonghui.kernel.org.models import Union, UnionStatus
from gonghui.kernel.org.scoping import Scope
from gonghui.kernel.people.models import IN_RANKS, Membership, MembershipPast

LAG_PERCENT = Parameter("census.lag_percent", "普查进度滞后的界限", "%", int)

SUBORDINATES = "the direct subordinates of a union whose quota the actor may split"
PARTS = "quotas split from one whose place was checked"
TOLD = "who holds a post at a unit is asked only to send it a message"
TREND_DAYS = Setting(
    "census.trend_days",
    "普查趋势图的天数",
    int,
    60,
    "普查看板的趋势最多画最近多少天。",
    unit="天",
    levels=(Level.PLATFORM, Level.CITY),
    minimum=7,
    maximum=366,
)


@dataclass
class Line:
    """One unit of the console: its figures now, and where it stands and ranks."""

    quota: Quota
    name: str
    in_ranks: int
    done: int
    planned: int
    percent: Decimal | None
    standing: str
    rank: int | None = None
    with_mobile: Decimal | None = None
    with_education: Decimal | None = None

    @property
    def late(self) -> bool:
        return self.standing in rules.LATE

    @property
    def short(self) -> int:
        """How far behind the plan of today."""
        return max(self.planned - self.done, 0)


def in_ranks_now(union_ids: Iterable[int]) -> dict[int, tuple[int, datetime]]:
    """Members in the ranks of each union's subtree, and when that was counted. One query."""
    rows = MemberCount.objects.filter(pk__in=list(union_ids))
    return {row.pk: (row.in_ranks, row.as_of) for row in rows}


def in_ranks_on(day: date, path: str) -> Counter[str]:
    """Members in the ranks on a past day, by the path of their union, below `path`.

    Rows of the present state that began by then, and rows of the past that held that day; both
    stand where the tree has their union now.
    """
    scope = Scope.of([path])
    found: Counter[str] = Counter()
    now = Membership.objects.within(scope).filter(status__in=IN_RANKS, since__lte=day)
    past = MembershipPast.objects.within(scope).filter(
        status__in=IN_RANKS, valid_from__lte=day, valid_to__gt=day
    )
    for rows in (now, past):
        counted = rows.order_by().values("org_path").annotate(n=Count("pk"))
        found.update({row["org_path"]: row["n"] for row in counted})
    return found


def rolled_up(by_path: Mapping[str, int], union_ids: Iterable[int]) -> dict[int, int]:
    """Sums over the subtree of each union, from figures by path."""
    wanted = set(union_ids)
    found = dict.fromkeys(wanted, 0)
    for path, n in by_path.items():
        for part in path.rstrip(".").split("."):
            if int(part) in wanted:
                found[int(part)] += n
    return found


def completeness(path: str) -> list[tuple[str, int, int]]:
    """(path, with mobile, with education) of members in the ranks, by union below `path`."""
    rows = Membership.objects.within(Scope.of([path])).filter(status__in=IN_RANKS)
    counted = rows.order_by().values("org_path")
    counted = counted.annotate(
        mobile=Count("pk", filter=Q(person__mobile_index__isnull=False)),
        education=Count("pk", filter=~Q(person__education="")),
    )
    return list(counted.values_list("org_path", "mobile", "education"))


def subordinates_of(union_id: int) -> list[Union]:
    """Active direct subordinates, by name."""
    rows = Union.objects.unscoped(SUBORDINATES)
    return list(rows.filter(parent_id=union_id, status=UnionStatus.ACTIVE).order_by("path"))


def parts_of(quota: Quota) -> list[Quota]:
    """The quotas split from this one, in tree order."""
    rows = Quota.objects.unscoped(PARTS).select_related("union")
    return list(rows.filter(superior=quota).order_by("org_path"))


def split_of(quota: Quota) -> rules.Split:
    """How much of a quota is handed down."""
    rows = Quota.objects.unscoped(PARTS).filter(superior=quota)
    return rules.Split(quota.amount, rows.aggregate(n=Sum("amount"))["n"] or 0)


def levels_below(quota: Quota) -> list[int]:
    """How many levels below a unit hold quotas: [1, 2, …]."""
    rows = Quota.objects.within(Scope.of([quota.org_path])).filter(campaign=quota.campaign)
    own = quota.org_path.count(".")
    depths = {path.count(".") - own for path in rows.values_list("org_path", flat=True)}
    return sorted(depth for depth in depths if depth > 0)


def below(quota: Quota, level: int) -> list[Quota]:
    """Quotas `level` levels below a unit; 1: those split from its own."""
    if level == 1:
        return parts_of(quota)
    rows = Quota.objects.within(Scope.of([quota.org_path])).select_related("union")
    own = quota.org_path.count(".")
    return [
        row
        for row in rows.filter(campaign=quota.campaign).order_by("org_path")
        if row.org_path.count(".") - own == level
    ]


def lines(campaign: Campaign, quotas: Sequence[Quota], today: date) -> list[Line]:
    """The console's lines, ranked among each other, best first. Three queries.

    A campaign that is over keeps the figures of its last count.
    """
    counts = in_ranks_now(quota.union_id for quota in quotas) if is_open(campaign) else {}
    lag = LAG_PERCENT.on(today)
    found = [line_of(campaign, quota, counts, today, lag) for quota in quotas]
    placed = rules.ranks({line.quota.pk: line.percent for line in found})
    days = latest_days(quotas)
    for line in found:
        line.rank = placed[line.quota.pk]
        day = days.get(line.quota.pk)
        if day is not None:
            line.with_mobile = rules.percent(day.with_mobile, day.in_ranks)
            line.with_education = rules.percent(day.with_education, day.in_ranks)
    return sorted(found, key=lambda line: (line.rank is None, line.rank or 0, line.quota.org_path))


def line_of(
    campaign: Campaign,
    quota: Quota,
    counts: Mapping[int, tuple[int, datetime]],
    today: date,
    lag: int,
) -> Line:
    """One line: counted now while the campaign is open, otherwise as last counted."""
    if is_open(campaign):
        in_ranks = counts.get(quota.union_id, (0, None))[0]
        done = rules.done_of(campaign.measure, in_ranks, quota.base)
        standing = rules.standing(
            done, quota.amount, campaign.starts_on, quota.deadline, today, lag
        )
    else:
        in_ranks, done, standing = quota.in_ranks, quota.done, quota.standing
    return Line(
        quota=quota,
        name=quota.union.name,
        in_ranks=in_ranks,
        done=done,
        planned=rules.planned(quota.amount, campaign.starts_on, quota.deadline, today),
        percent=rules.percent(done, quota.amount),
        standing=standing,
    )


def is_open(campaign: Campaign) -> bool:
    return campaign.state == rules.OPEN


def latest_days(quotas: Sequence[Quota]) -> dict[int, CensusDay]:
    """The last snapshot of each quota."""
    rows = CensusDay.objects.unscoped(PARTS).filter(quota__in=[quota.pk for quota in quotas])
    return {row.quota_id: row for row in rows.order_by("quota_id", "-day").distinct("quota_id")}


def trend(quota: Quota) -> list[CensusDay]:
    """The snapshots of a unit, the oldest first, at most the last TREND_DAYS."""
    rows = CensusDay.objects.unscoped(PARTS).filter(quota=quota).order_by("-day")
    return list(rows[: TREND_DAYS.value(quota.org_path)])[::-1]


def quota_for(actor: Actor, permission: Permission, campaign_id: int, union_id: int) -> Quota:
    """A unit's quota inside the actor's scope; refused alike if out of it or not there."""
    rows = Quota.objects.within(actor.scope(permission)).select_related("campaign", "union")
    found = rows.filter(campaign_id=campaign_id, union_id=union_id).first()
    if found is None:
        actor.require(permission)
        raise Forbidden(
            "没有查看这个单位普查进展的权限，或者它没有普查任务。",
            remedy="可以查看本单位和下级单位的普查进展。",
            code="forbidden",
        )
    return found


def boards(actor: Actor, permission: Permission) -> list[Quota]:
    """The topmost quota the actor sees in each campaign, the newest campaign first."""
    rows = Quota.objects.within(actor.scope(permission)).select_related("campaign", "union")
    own = [held.union_id for held in actor.grants]
    top = Q(union_id__in=own) | Q(superior=None)
    return list(rows.filter(top).order_by("-campaign__starts_on", "-campaign_id", "org_path")[:50])


def people_at(union_ids: Iterable[int], permission: Permission, today: date) -> dict[int, set[int]]:
    """Users whose post at exactly these unions holds a permission: union id → user ids."""
    roles = [role.code for role in permission.roles]
    rows = Grant.objects.unscoped(TOLD).filter(
        Q(valid_to=None) | Q(valid_to__gte=today),
        union_id__in=list(union_ids),
        role__in=roles,
        ended_at=None,
        valid_from__lte=today,
        user__is_active=True,
    )
    found: dict[int, set[int]] = {}
    for union_id, user_id in rows.values_list("union_id", "user_id"):
        found.setdefault(union_id, set()).add(user_id)
    return found


def recipients(user_ids: Iterable[int]) -> list[Recipient]:
    return [Recipient(user_id=user_id) for user_id in user_ids]


def open_quotas() -> list[Quota]:
    """Every quota of every open campaign, superiors first; for the nightly count."""
    rows = Quota.objects.unscoped("the nightly count is of every campaign")
    rows = rows.filter(campaign__state=rules.OPEN).select_related("campaign", "union")
    return list(rows.order_by("campaign_id", F("org_path")))
