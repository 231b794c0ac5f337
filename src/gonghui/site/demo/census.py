"""An open census with quotas, weeks of daily figures and an urging; one just begun; wishes."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from django.db.models import F
from django.utils import timezone

from gonghui.activities.census.actions import campaign as actions
from gonghui.activities.census.actions import wishes
from gonghui.activities.census.jobs.campaign import snapshot
from gonghui.activities.census.jobs.wishes import remind_of_late
from gonghui.activities.census.models import Campaign, CensusDay, Follow, Quota, Vote, Wish
from gonghui.activities.census.queries import campaign as queries
from gonghui.activities.census.rules import campaign as rules
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.metrics import members as metrics
from gonghui.kernel.org.models import Union, UnionStatus
from gonghui.kernel.org.scoping import Range, Scope, wall_at
from gonghui.kernel.people.models import Membership
from gonghui.site.demo import cast
from gonghui.site.demo.stage import DEMO, acting, days_ago, living_on, members_of, union_named
from gonghui.site.demo.unions import SEED

BEGAN, LASTS = 38, 60
# City → what it was given; those without members in the demo get none.
CITIES = {"340100": 320, "340200": 96, "341500": 44, "340800": 40, "341100": 16, "340500": 24}
SPLIT_BELOW = ("340100", "340200", "341500", "340800", "340104", "340103", "340202")


def run_campaigns() -> None:
    """One census under way for weeks, handed down to the towns, and one not handed down yet."""
    while metrics.fold():
        pass
    campaign = _open()
    top = Quota.objects.unscoped(DEMO).get(campaign=campaign)
    with living_on(days_ago(BEGAN - 1), 10):
        cities = {union_named(code).pk: amount for code, amount in CITIES.items()}
        actions.split(top, by=acting("anhui-jingban"), shares=cities)
    for code in SPLIT_BELOW:
        _hand_down(campaign, union_named(code))
    quotas = _quotas(campaign)
    _past_days(campaign, quotas)
    snapshot()
    with living_on(days_ago(2), 9):
        actions.urge(top, by=acting("anhui-jingban"))
    with living_on(days_ago(1), 9):
        shushan = next(quota for quota in quotas if quota.union.region == cast.HEFEI)
        actions.urge(shushan, by=acting("hefei-shizong"))
    _just_begun()


def _open() -> Campaign:
    today = timezone.localdate()
    starts = days_ago(BEGAN)
    with living_on(starts, 8):
        campaign = actions.create(
            union_named(cast.PROVINCE),
            by=acting("anhui-jingban"),
            title=f"{starts.year}年全省工会会员实名制数据普查",
            document=f"皖工办〔{starts.year}〕31号",
            note="各级工会按“应入尽入、应录尽录”的要求，逐级分解任务，每日核对进度。",
            base_day=starts,
            starts_on=starts,
            ends_on=today + timedelta(days=LASTS - BEGAN),
            measure=rules.GROWTH,
            target=540,
        )
        return actions.open_campaign(campaign, by=acting("anhui-shenpi"))


def _hand_down(campaign: Campaign, union: Union) -> None:
    """Split a unit's quota by how many members its subordinates had, a little off."""
    quota = Quota.objects.unscoped(DEMO).get(campaign=campaign, union=union)
    rng = random.Random(SEED + union.pk)
    under = queries.subordinates_of(union.pk)
    with wall_at(Scope.everything()):
        sizes = queries.rolled_up(
            queries.in_ranks_on(campaign.base_day, union.path), [item.pk for item in under]
        )
    total = sum(sizes.values()) or 1
    shares = {
        pk: max(2, round(quota.amount * size / total * rng.uniform(0.85, 1.15)))
        for pk, size in sizes.items()
        if size
    }
    by = {cast.HEFEI: "hefei-shizong", cast.SHUSHAN: "shushan-quzong"}
    with living_on(days_ago(BEGAN - 3), 11):
        actions.split(quota, by=acting(by.get(union.region, "anhui-jingban")), shares=shares)


def _quotas(campaign: Campaign) -> list[Quota]:
    rows = Quota.objects.unscoped(DEMO).filter(campaign=campaign)
    return list(rows.select_related("union", "campaign").order_by("org_path"))


def _past_days(campaign: Campaign, quotas: Sequence[Quota]) -> None:
    """The figures each night would have kept, counted from the history of memberships."""
    ids = [quota.union_id for quota in quotas]
    mobile: Counter[str] = Counter()
    education: Counter[str] = Counter()
    with wall_at(Scope.everything()):
        for path, with_mobile, with_education in queries.completeness(campaign.org_path):
            mobile[path] += with_mobile
            education[path] += with_education
        phones = queries.rolled_up(mobile, ids)
        schools = queries.rolled_up(education, ids)
        present = queries.rolled_up(
            queries.in_ranks_on(timezone.localdate(), campaign.org_path), ids
        )
        days = []
        for count in range((timezone.localdate() - campaign.starts_on).days):
            day = campaign.starts_on + timedelta(days=count)
            ranks = queries.rolled_up(queries.in_ranks_on(day, campaign.org_path), ids)
            days += [
                _day(campaign, quota, day, ranks[quota.union_id], present, phones, schools)
                for quota in quotas
            ]
    CensusDay.objects.bulk_create(days, batch_size=500)


def _day(
    campaign: Campaign,
    quota: Quota,
    day: date,
    ranks: int,
    present: dict[int, int],
    phones: dict[int, int],
    schools: dict[int, int],
) -> CensusDay:
    # Records are completed as the census goes on: from four fifths of today's share to all of it.
    passed = (day - campaign.starts_on).days / BEGAN
    share = ranks / (present[quota.union_id] or 1) * min(1.0, 0.8 + 0.2 * passed)
    made = CensusDay(
        quota=quota,
        day=day,
        amount=quota.amount,
        in_ranks=ranks,
        done=rules.done_of(campaign.measure, ranks, quota.base),
        planned=rules.planned(quota.amount, campaign.starts_on, quota.deadline, day),
        with_mobile=min(ranks, round(phones[quota.union_id] * share)),
        with_education=min(ranks, round(schools[quota.union_id] * share)),
    )
    made.place_at(quota.union)
    return made


def _just_begun() -> None:
    today = timezone.localdate()
    starts = days_ago(1)
    with living_on(starts, 9):
        campaign = actions.create(
            union_named(cast.PROVINCE),
            by=acting("anhui-jingban"),
            title="新就业形态劳动者集中入会行动",
            document=f"皖工办〔{today.year}〕38号",
            note="重点面向货车司机、网约车司机、快递员、外卖配送员。",
            base_day=starts,
            starts_on=starts,
            ends_on=today + timedelta(days=90),
            measure=rules.GROWTH,
            target=300,
        )
        actions.open_campaign(campaign, by=acting("anhui-shenpi"))


# Title, category, days ago, supporters, what the union did: (verb, days ago, words) …
WISHES: tuple[tuple[str, str, int, int, str, tuple[tuple[str, int, str], ...]], ...] = (
    (
        "暑假在厂区附近办子女托管班",
        "60",
        120,
        46,
        "双职工家庭孩子暑假没人带，希望托管班开到下午六点。",
        (
            ("reply", 117, "已联系街道社区服务中心，正在落实场地。"),
            ("accept", 115, "列入今年服务清单。"),
            ("start", 100, "与井岗镇文化站共用场地，招募大学生志愿者。"),
            ("finish", 70, "暑期托管班|已开班两期，共 38 名职工子女参加。"),
        ),
    ),
    (
        "开设新能源汽车维修技能培训",
        "10",
        40,
        29,
        "车间准备上新产线，想提前学。",
        (
            ("reply", 37, "我们听到了，正在与职业技术学校对接课程。"),
            ("accept", 30, "已与学校达成意向，预计下月开班。"),
        ),
    ),
    (
        "夜班职工也能参加的免费体检",
        "40",
        26,
        33,
        "体检都安排在白天，夜班同事参加不了。",
        (
            ("reply", 24, "将协调体检机构增加周末场次。"),
            ("start", 15, "正在统计夜班人数。"),
        ),
    ),
    ("组织青年职工联谊活动", "75", 3, 18, "", ()),
    ("食堂增加清真窗口", "85", 2, 9, "厂里少数民族同事多了起来。", ()),
    ("车间休息室装一台饮水机", "85", 34, 12, "夏天接水要走很远。", ()),
    (
        "办一次劳动合同法律讲座",
        "20",
        50,
        15,
        "",
        (
            ("reply", 47, "已请区总工会职工法律服务律师团排期。"),
            ("accept", 45, ""),
            ("finish", 20, "劳动合同法律讲座|讲座已举办，资料可在工会办公室领取。"),
        ),
    ),
    (
        "发放电影票代替节日慰问品",
        "80",
        60,
        7,
        "",
        (("decline", 57, "节日慰问品按规定应为职工群众必需的生活用品，不能发放电影票。"),),
    ),
)
ABOVE_WISHES = (
    ("在快递站点附近设户外劳动者驿站", "85", 18, cast.SHUSHAN),
    ("开通职工心理咨询热线夜间值班", "50", 6, cast.SHUSHAN),
    ("全市职工羽毛球比赛恢复举办", "70", 22, cast.HEFEI),
)


def wish_and_answer() -> None:
    """Wishes of the firm's workers and what their unions made of them."""
    rng = random.Random(SEED + 9)
    firm = union_named(cast.FIRM)
    crew = members_of(firm)
    for number, (title, category, days, votes, detail, steps) in enumerate(WISHES):
        with living_on(days_ago(days), 12):
            wish = wishes.register(
                firm,
                by=acting("jiceng-jingban"),
                number=crew[number].number,
                category=category,
                title=title,
                detail=detail,
                anonymous=number == 4,
            )
        _support(wish, rng.sample(crew, min(votes, len(crew) - 1)))
        for verb, ago, words in steps:
            with living_on(days_ago(ago), 15):
                _step(wish, verb, words, acting("jiceng-jingban"))
    for title, category, days, place in ABOVE_WISHES:
        union = union_named(place)
        with living_on(days_ago(days), 12):
            wish = wishes.register(
                union,
                by=acting("shushan-quzong") if place == cast.SHUSHAN else acting("hefei-shizong"),
                number=crew[days].number,
                category=category,
                title=title,
            )
        _support(wish, rng.sample(_near(union), 40))
    with living_on(days_ago(1), 20):
        wishes.make(
            firm,
            by=acting("huiyuan"),
            category="70",
            title="周末开放职工健身房",
            detail="平时下班晚，周末想去锻炼。",
        )
    remind_of_late()


def _step(wish: Wish, verb: str, words: str, by: Actor) -> None:
    if verb == "finish":
        title, text = words.split("|")
        wishes.finish(wish, by=by, result_title=title, result_url="/hall/services/", text=text)
    elif verb == "reply":
        wishes.reply(wish, by=by, text=words)
    elif verb == "decline":
        wishes.decline(wish, by=by, reason=words)
    else:
        {"accept": wishes.accept, "start": wishes.start}[verb](wish, by=by, text=words)


def _near(union: Union) -> list[Membership]:
    span = Range.below(union.path)
    with wall_at(Scope.everything()):
        rows = Membership.objects.unscoped(DEMO).filter(
            org_path__gte=span.lo,
            org_path__lt=span.hi,
            status="active",
            union__status=UnionStatus.ACTIVE,
        )
        return list(rows.order_by("pk")[:400])


def _support(wish: Wish, crew: Sequence[Membership]) -> None:
    """Votes written at once; each would be an action of somebody without an account."""
    people = {member.person_id for member in crew} - {wish.person_id}
    Vote.objects.bulk_create([Vote(wish=wish, person_id=pk) for pk in sorted(people)])
    Follow.objects.bulk_create(
        [Follow(wish=wish, person_id=pk) for pk in sorted(people)[:5]], ignore_conflicts=True
    )
    Wish.objects.unscoped(DEMO).filter(pk=wish.pk).update(votes=F("votes") + len(people))
