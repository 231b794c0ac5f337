"""Reading wishes: what a worker sees, alike ones, places, statistics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q, QuerySet, Sum

from gonghui.activities.census.models import Category, Follow, Vote, Wish
from gonghui.activities.census.permissions import VIEW_WISHES
from gonghui.activities.census.rules import wishes as rules
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.audit.models import Entry
from gonghui.kernel.base.errors import Forbidden, Refusal
from gonghui.kernel.codes.parameters import Parameter
from gonghui.kernel.config.declaring import Setting
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scope
from gonghui.kernel.people.models import IN_RANKS, Person
from gonghui.kernel.people.persons import membership_of

REPLY_WORKDAYS = Parameter("wishes.reply_workdays", "职工心愿答复期限", "工作日", int)

ON_MY_PATH = "a worker sees the wishes put to the unions on the own path"
OWN_UNIONS = "the unions on the worker's own path"
COMPARED = Setting(
    "census.wishes_compared",
    "心愿查重的比较范围",
    int,
    500,
    "职工提心愿时，与最近多少条心愿比较是否相似。调高会让提交变慢。",
    unit="条",
    minimum=50,
    maximum=5_000,
)
CROWD = ("wishes.vote", "wishes.unvote", "wishes.follow")


def home_union(person_id: int | None) -> Union:
    """The worker's union: of the membership, or else the one that keeps the record."""
    if person_id is None:
        raise Forbidden(
            "只有绑定了本人身份的账号才能提出和支持心愿。",
            remedy="请先在“我的”中完成实名绑定，或申请加入工会。",
            code="no_person",
        )
    membership = membership_of(person_id)
    if membership is not None and membership.status in IN_RANKS:
        return membership.union
    person = Person.objects.within(Scope(person_id=person_id)).filter(pk=person_id).first()
    if person is None:
        raise Forbidden("没有找到您的人员档案。", code="no_person")
    return person.union


def askable(home: Union) -> list[Union]:
    """Unions a worker may put a wish to: the own one, its county's and its city's."""
    ids = {home.pk, home.city_id, home.county_id} - {None}
    rows = Union.objects.unscoped(OWN_UNIONS).filter(pk__in=ids).order_by("-path")
    return sorted(rows, key=lambda union: -len(union.path))


def visible(home: Union) -> QuerySet[Wish]:
    """Wishes put to a union on the worker's path, hidden and merged ones left out."""
    ids = [*home.ancestor_ids, home.pk]
    rows = Wish.objects.unscoped(ON_MY_PATH).filter(union_id__in=ids, hidden_at=None)
    return rows.exclude(state=rules.MERGED).select_related("union")


def ordered(rows: QuerySet[Wish]) -> QuerySet[Wish]:
    """In the fair order that rules.ORDER says."""
    return rows.order_by("-votes", "created_at", "pk")


def wish_for(person_id: int | None, pk: int) -> Wish:
    """A wish the worker may see: on the path and not hidden, or the own one."""
    home = home_union(person_id)
    rows = Wish.objects.unscoped(ON_MY_PATH).select_related("union", "merged_into")
    found = rows.filter(pk=pk).first()
    own = found is not None and found.person_id == person_id
    if found is None or not (own or rules.on_path(home.path, found.union_id)):
        raise Forbidden(
            "这条心愿不在您所在工会和上级工会的范围内，或者它不存在。",
            rule=rules.SAME_PATH,
            code="forbidden",
        )
    if found.hidden_at is not None and not own:
        raise Refusal("这条心愿已被工会隐藏。", code="hidden")
    return found


def alike(title: str, union: Union) -> list[Wish]:
    """Open wishes of the same scope (that union and those above it) with a similar title."""
    found = visible(union).filter(state__in=rules.OPEN).order_by("-created_at", "-pk")
    rows = list(found[: COMPARED.value()])
    by_id = {wish.pk: wish for wish in rows}
    return [by_id[pk] for pk in rules.similar(title, [(wish.pk, wish.title) for wish in rows])]


def voted(person_id: int, wishes: Sequence[Wish]) -> set[int]:
    """Which of these wishes the person supports."""
    rows = Vote.objects.filter(person_id=person_id, wish__in=[wish.pk for wish in wishes])
    return set(rows.values_list("wish_id", flat=True))


def follows(person_id: int, wish: Wish) -> bool:
    return Follow.objects.filter(person_id=person_id, wish=wish).exists()


def place_of(wish: Wish) -> int:
    """The place of a wish among those of its union by votes; equal votes share a place."""
    rows = Wish.objects.unscoped(ON_MY_PATH).filter(
        union_id=wish.union_id, hidden_at=None, votes__gt=wish.votes
    )
    return 1 + rows.exclude(state=rules.MERGED).count()


def steps_taken(wish: Wish) -> list[Entry]:
    """What cadres and the author did with a wish, newest first; votes would drown it."""
    rows = Entry.objects.filter(target_type=wish._meta.label_lower, target_id=str(wish.pk))
    return list(rows.exclude(action__in=CROWD).order_by("-pk")[:50])


def merge_targets(wish: Wish, actor: Actor) -> QuerySet[Wish]:
    """Open wishes a duplicate may be merged into: put to the same union or one above it."""
    path = wish.org_path.rstrip(".").split(".")
    rows = Wish.objects.within(actor.scope(VIEW_WISHES)).filter(union_id__in=path, hidden_at=None)
    return ordered(rows.filter(state__in=rules.OPEN).exclude(pk=wish.pk))


@dataclass
class CategoryFigures:
    """Wishes of one category in a scope."""

    title: str
    total: int
    votes: int
    waiting: int
    done: int
    overdue: int
    answered: int
    workdays: int


def by_category(actor: Actor, today: date) -> list[CategoryFigures]:
    """Wishes by category with the answered and their workdays to the answer, the most first."""
    rows = Wish.objects.within(actor.scope(VIEW_WISHES)).exclude(state=rules.MERGED)
    waiting = Q(state=rules.NEW, answered_at=None)
    counted = (
        rows.order_by()
        .values("category")
        .annotate(
            total=Count("pk"),
            waiting=Count("pk", filter=waiting),
            done=Count("pk", filter=Q(state=rules.DONE)),
            overdue=Count("pk", filter=waiting & Q(due_on__lt=today)),
            answered=Count("answer_workdays"),
            workdays=Sum("answer_workdays", default=0),
        )
    )
    votes = dict(
        Vote.objects.filter(wish__in=rows.order_by().values("pk"))
        .order_by()
        .values_list("wish__category")
        .annotate(n=Count("pk"))
    )
    labels = dict(Category.choices)
    found = [
        CategoryFigures(
            labels.get(row["category"], row["category"]),
            row["total"],
            votes.get(row["category"], 0),
            row["waiting"],
            row["done"],
            row["overdue"],
            row["answered"],
            row["workdays"],
        )
        for row in counted
    ]
    return sorted(found, key=lambda item: (-item.total, item.title))


def waiting_too_long(today: date) -> list[Wish]:
    """Wishes without a first answer past their term, anywhere; for the daily reminder."""
    rows = Wish.objects.unscoped("the daily reminder is for every union").select_related("union")
    rows = rows.filter(state=rules.NEW, answered_at=None, hidden_at=None, due_on__lt=today)
    return list(rows.order_by(F("due_on"), "pk"))
