"""Running a census: draw up, open, hand down, urge, extend, count, close."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from gonghui.activities.census.models import Campaign, CensusDay, Quota, Urging
from gonghui.activities.census.permissions import (
    DECIDE_CAMPAIGN,
    EDIT_CAMPAIGN,
    EXTEND,
    SPLIT_QUOTA,
    URGE,
)
from gonghui.activities.census.queries import campaign as queries
from gonghui.activities.census.rules import campaign as rules
from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.bus.outbox import publish
from gonghui.kernel.notify import messages
from gonghui.kernel.notify.templates import Category, Template
from gonghui.kernel.notify.todos import close_todo, open_todo
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Range

CENSUS = Category("census", "实名制数据普查")
HANDED = Template(
    "census.handed",
    "普查任务已下达：{campaign}",
    "{giver}给{union}下达任务 {amount} 人，期限 {deadline}。",
    CENSUS,
    "{link}",
)
URGED = Template(
    "census.urged",
    "普查进度催办：{campaign}",
    "{union}已完成 {done} 人，任务 {amount} 人，比今日应完成数少 {short} 人，期限 {deadline}。",
    CENSUS,
    "{link}",
)
EXTENDED = Template(
    "census.extended",
    "普查期限已延长：{campaign}",
    "{union}的完成期限改为 {deadline}。理由：{reason}",
    CENSUS,
    "{link}",
)
TARGET = "census.quota"
SPLITTING, URGING = "census.split", "census.urge"
LOCKED = "quotas of the campaign the action has locked"


def console(quota: Quota) -> str:
    """The address of a unit's page of the console."""
    return reverse("census-console", args=[quota.campaign_id, quota.union_id])


@action("campaigns.create", "拟定普查活动", EDIT_CAMPAIGN, creates=True)
def create(
    union: Union,
    *,
    by: Actor,
    title: str,
    base_day: date,
    starts_on: date,
    ends_on: date,
    measure: str,
    target: int,
    document: str = "",
    note: str = "",
) -> Campaign:
    """A draft, which only its own union and those above see."""
    rules.check_days(base_day, starts_on, ends_on)
    campaign = Campaign(
        title=title,
        document=document,
        note=note,
        base_day=base_day,
        starts_on=starts_on,
        ends_on=ends_on,
        measure=measure,
        target=target,
    )
    campaign.place_at(union)
    campaign.save()
    return campaign


@action("campaigns.amend", "修改普查活动", EDIT_CAMPAIGN)
def amend(campaign: Campaign, *, by: Actor, **facts: Any) -> Campaign:
    """Change a draft; what is open stands as it was handed down."""
    rules.check_state("amend", campaign.state)
    rules.check_days(facts["base_day"], facts["starts_on"], facts["ends_on"])
    for name, value in facts.items():
        setattr(campaign, name, value)
    return _kept(campaign)


@action("campaigns.open", "启动普查活动", DECIDE_CAMPAIGN)
def open_campaign(campaign: Campaign, *, by: Actor) -> Campaign:
    """Count the base day and give the owner its own quota, from which all others are split."""
    rules.check_state("open", campaign.state)
    if campaign.base_day > timezone.localdate():
        raise Refusal(
            f"基准日 {campaign.base_day:%Y-%m-%d} 还没有到，不能启动。",
            rule="基准日在籍会员数是计算净增的起点",
            remedy="请在基准日当天或之后启动，或先修改基准日。",
        )
    campaign.state = rules.OPEN
    _kept(campaign)
    quota = Quota(
        campaign=campaign,
        amount=campaign.target,
        base=sum(queries.in_ranks_on(campaign.base_day, campaign.org_path).values()),
        deadline=campaign.ends_on,
    )
    quota.place_at(campaign.union)
    quota.save()
    _ask_to_split(quota, campaign.union)
    _publish("opened", campaign)
    return campaign


@action("campaigns.close", "结束普查活动", DECIDE_CAMPAIGN)
def close(campaign: Campaign, *, by: Actor, reason: str = "") -> Campaign:
    """Take the last count and end it; open to-dos of its units are closed."""
    rules.check_state("close", campaign.state)
    quotas = _quotas(campaign)
    count(campaign, quotas, timezone.localdate())
    campaign.state = rules.CLOSED
    _kept(campaign)
    for quota in quotas:
        close_todo(target_type=TARGET, target_id=quota.pk, by=by.user_id)
    _publish("closed", campaign)
    return campaign


@action("campaigns.archive", "归档普查活动", DECIDE_CAMPAIGN)
def archive(campaign: Campaign, *, by: Actor) -> Campaign:
    rules.check_state("archive", campaign.state)
    campaign.state = rules.ARCHIVED
    return _kept(campaign)


@action("quotas.split", "分解普查任务", SPLIT_QUOTA)
def split(quota: Quota, *, by: Actor, shares: Mapping[int, int], reason: str = "") -> Quota:
    """Set the quotas of direct subordinates: union id → amount; the others stay as they are.

    A sum below the own quota is accepted; rules.Split says so in words.
    """
    campaign = quota.campaign
    rules.check_state("split", campaign.state)
    unions = {union.pk: union for union in queries.subordinates_of(quota.union_id)}
    rules.check_shares(shares, unions)
    kept = {part.union_id: part for part in queries.parts_of(quota)}
    fresh = [pk for pk in shares if pk not in kept and shares[pk] > 0]
    base = _base_of(campaign, quota, fresh)
    changed: list[Quota] = []
    for union_id, amount in shares.items():
        part = kept.get(union_id)
        if part is None and amount > 0:
            part = Quota(
                campaign=campaign, superior=quota, base=base[union_id], deadline=quota.deadline
            )
            part.place_at(unions[union_id])
        elif part is None or part.amount == amount:
            continue
        before, part.amount = part.amount, amount
        _save_part(part)
        changed.append(part)
        note(**{f"part_{union_id}": {"label": part.union.name, "before": before, "after": amount}})
    if changed:
        close_todo(target_type=TARGET, target_id=quota.pk, kind=SPLITTING, by=by.user_id)
        _tell_handed(quota, changed, unions)
    quota.version += 1
    quota.save(update_fields=["version"])
    return quota


def _save_part(part: Quota) -> None:
    if part.pk is not None:
        part.version += 1
        # Its deadline may just be put later by somebody else.
        part.save(update_fields=["amount", "version"])
        return
    try:
        with transaction.atomic():
            part.save()
    except IntegrityError as error:
        raise Conflict(
            f"“{part.union.name}”已经由其他上级下达过本次普查的任务。",
            rule="一个单位在一次普查中只有一份任务",
        ) from error


@action("quotas.urge", "催办普查任务", URGE)
def urge(quota: Quota, *, by: Actor) -> list[Quota]:
    """Send a message and open a to-do at each direct subordinate that is behind.

    A unit is urged at most once a day; with nobody left to urge it is refused.
    """
    campaign = quota.campaign
    rules.check_state("urge", campaign.state)
    today = timezone.localdate()
    late = [line for line in queries.lines(campaign, queries.parts_of(quota), today) if line.late]
    if not late:
        raise Refusal("没有进度滞后或逾期的下级单位，不用催办。", code="nobody_late")
    done = set(
        Urging.objects.unscoped(LOCKED)
        .filter(quota__in=[line.quota.pk for line in late], day=today)
        .values_list("quota_id", flat=True)
    )
    left = [line for line in late if line.quota.pk not in done]
    if not left:
        raise Conflict(
            "今天已经催办过这些单位。",
            rule="同一单位每天最多催办一次",
            remedy="请明天再催办，或电话联系。",
            code="urged_today",
        )
    people = queries.people_at([line.quota.union_id for line in left], SPLIT_QUOTA, today)
    for line in left:
        _urge_one(line, campaign, today, people.get(line.quota.union_id, set()), by)
    note(urged={"label": "催办单位", "after": "、".join(line.name for line in left)[:500]})
    return [line.quota for line in left]


def _urge_one(
    line: queries.Line, campaign: Campaign, today: date, people: set[int], by: Actor
) -> None:
    quota = line.quota
    words = {
        "campaign": campaign.title,
        "union": line.name,
        "done": f"{line.done:,}",
        "amount": f"{quota.amount:,}",
        "short": f"{line.short:,}",
        "deadline": quota.deadline.isoformat(),
        "link": console(quota),
    }
    urging = Urging(
        quota=quota,
        day=today,
        by_name=by.name,
        text=URGED.fill(words).body,
        recipients=len(people),
    )
    urging.place_at(quota.union)
    urging.save()
    messages.send(
        queries.recipients(people),
        URGED,
        words,
        key=f"census.urged/{quota.pk}/{today}",
        org_path=quota.org_path,
    )
    open_todo(
        kind=URGING,
        target_type=TARGET,
        target_id=quota.pk,
        title=f"加快普查进度：{campaign.title}",
        link=console(quota),
        org_path=quota.org_path,
        union_id=quota.union_id,
        permission=SPLIT_QUOTA.code,
        due_at=end_of(quota.deadline),
    )


@action("quotas.extend", "批准普查任务延期", EXTEND)
def extend(quota: Quota, *, by: Actor, deadline: date, reason: str) -> Quota:
    """Put a unit's deadline later, and with it those of its own subordinates that end sooner.

    The superior decides: nobody extends the own deadline.
    """
    rules.check_state("extend", quota.campaign.state)
    if quota.superior is None:
        raise Refusal(
            "主办工会自己的期限由活动的结束日期决定，不能延期。", rule="延期由上级工会批准"
        )
    by.require(EXTEND, quota.superior.org_path)
    rules.check_extension(quota.deadline, deadline, timezone.localdate())
    quota.deadline = deadline
    quota.version += 1
    quota.save(update_fields=["deadline", "version"])
    span = Range.below(quota.org_path)
    rows = Quota.objects.unscoped(LOCKED).filter(
        campaign=quota.campaign, org_path__gt=span.lo, org_path__lt=span.hi, deadline__lt=deadline
    )
    followed = rows.update(deadline=deadline)
    if followed:
        note(followed={"label": "一并顺延的下级单位", "after": followed})
    today = timezone.localdate()
    people = queries.people_at([quota.union_id], SPLIT_QUOTA, today).get(quota.union_id, set())
    words = {
        "campaign": quota.campaign.title,
        "union": quota.union.name,
        "deadline": deadline.isoformat(),
        "reason": reason,
        "link": console(quota),
    }
    messages.send(queries.recipients(people), EXTENDED, words, org_path=quota.org_path)
    return quota


def count(campaign: Campaign, quotas: Sequence[Quota], today: date) -> int:
    """Take the figures of a day for every unit; a second run of the day replaces the first.

    The caller holds the transaction and sees the whole of the campaign's tree.
    """
    now = timezone.now()
    lag = queries.LAG_PERCENT.on(today)
    ids = [quota.union_id for quota in quotas]
    counts = queries.in_ranks_now(ids)
    mobile, education = _completeness(campaign, ids)
    days = []
    for quota in quotas:
        line = queries.line_of(campaign, quota, counts, today, lag)
        quota.in_ranks, quota.done, quota.counted_at = line.in_ranks, line.done, now
        quota.percent, quota.standing = line.percent or 0, line.standing
        day = CensusDay(
            quota=quota,
            day=today,
            amount=quota.amount,
            in_ranks=line.in_ranks,
            done=line.done,
            planned=line.planned,
            with_mobile=mobile[quota.union_id],
            with_education=education[quota.union_id],
        )
        day.place_at(quota.union)
        days.append(day)
        if not line.late:
            close_todo(target_type=TARGET, target_id=quota.pk, kind=URGING)
    kept = ["in_ranks", "done", "counted_at", "percent", "standing"]
    Quota.objects.unscoped(LOCKED).bulk_update(quotas, kept, batch_size=500)
    figures = ["amount", "in_ranks", "done", "planned", "with_mobile", "with_education"]
    CensusDay.objects.bulk_create(
        days,
        update_conflicts=True,
        unique_fields=["quota", "day"],
        update_fields=figures,
        batch_size=500,
    )
    return len(days)


def _completeness(campaign: Campaign, ids: Iterable[int]) -> tuple[dict[int, int], dict[int, int]]:
    mobile: Counter[str] = Counter()
    education: Counter[str] = Counter()
    for path, with_mobile, with_education in queries.completeness(campaign.org_path):
        mobile[path] += with_mobile
        education[path] += with_education
    return queries.rolled_up(mobile, ids), queries.rolled_up(education, ids)


def end_of(day: date) -> datetime:
    """The last moment of a day, as a to-do's term."""
    return timezone.make_aware(datetime.combine(day, time(23, 59, 59)))


def _base_of(campaign: Campaign, quota: Quota, fresh: Sequence[int]) -> dict[int, int]:
    """Members on the base day of units that get a quota for the first time."""
    if not fresh:
        return {}
    return queries.rolled_up(queries.in_ranks_on(campaign.base_day, quota.org_path), fresh)


def _tell_handed(quota: Quota, parts: Sequence[Quota], unions: Mapping[int, Union]) -> None:
    today = timezone.localdate()
    people = queries.people_at([part.union_id for part in parts], SPLIT_QUOTA, today)
    for part in parts:
        union = unions[part.union_id]
        words = {
            "campaign": quota.campaign.title,
            "giver": quota.union.name,
            "union": union.name,
            "amount": f"{part.amount:,}",
            "deadline": part.deadline.isoformat(),
            "link": console(part),
        }
        messages.send(
            queries.recipients(people.get(union.pk, set())), HANDED, words, org_path=part.org_path
        )
        _ask_to_split(part, union)


def _ask_to_split(quota: Quota, union: Union) -> None:
    """A to-do at a unit that has subordinates and has not handed its quota down yet."""
    if union.is_grassroots or not quota.amount or queries.split_of(quota).handed:
        return
    open_todo(
        kind=SPLITTING,
        target_type=TARGET,
        target_id=quota.pk,
        title=f"分解普查任务：{quota.campaign.title}",
        link=console(quota),
        org_path=quota.org_path,
        union_id=quota.union_id,
        permission=SPLIT_QUOTA.code,
        due_at=end_of(quota.deadline),
    )


def _quotas(campaign: Campaign) -> list[Quota]:
    rows = Quota.objects.unscoped(LOCKED).filter(campaign=campaign).select_related("union")
    return list(rows.order_by("org_path"))


def _kept(campaign: Campaign) -> Campaign:
    campaign.version += 1
    campaign.save()
    return campaign


def _publish(what: str, campaign: Campaign) -> None:
    publish(
        f"cn.gonghui.census.{what}",
        f"campaign/{campaign.pk}",
        {"id": campaign.pk},
        campaign.org_path,
    )
