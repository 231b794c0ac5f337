"""Who may be sent a message: consent, blacklist, audiences of any list and their headcount."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from django.db.models import Q, QuerySet
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.base.sealing import keyring
from gonghui.kernel.people.models import MOBILE, Person
from gonghui.kernel.resource import lists
from gonghui.kernel.resource.declaration import RESOURCES, Resource
from gonghui.systems.media.short_messages.models import BlackEntry, Consent
from gonghui.systems.media.short_messages.queries.walls import everywhere
from gonghui.systems.media.short_messages.rules import categories

EVERYBODY = "a refusal binds every union, whoever it was told to"
NUMBERS = "numbers of people whose list the actor may read, to send to them"
PER_READ = 1000


@dataclass(frozen=True)
class Standing:
    """What the ledger and the blacklist say of a number."""

    refused: bool = False
    consented: bool = False
    black: str = ""


def standings(indexes: Sequence[bytes], category: str) -> dict[bytes, Standing]:
    """By blind index; numbers of whom nothing is known are left out.

    The word on the category and the word on all are both looked at, the later of them holds.
    """
    return standings_by(indexes, [category])[category]


def standings_by(
    indexes: Sequence[bytes], codes: Sequence[str]
) -> dict[str, dict[bytes, Standing]]:
    """The standings of several categories, read once."""
    marks = [bytes(mark) for mark in indexes]
    said: dict[str, dict[bytes, bool]] = {code: {} for code in codes}
    rows = (
        Consent.objects.unscoped(EVERYBODY)
        .filter(category__in=["", *codes], mobile_index__in=marks)
        .order_by("id")
        .values_list("mobile_index", "category", "given")
    )
    with everywhere():
        for mark, category, given in rows:
            for code in [category] if category else codes:
                said[code][bytes(mark)] = given
    black = {
        bytes(mark): reason
        for mark, reason in BlackEntry.objects.unscoped(EVERYBODY)
        .filter(mobile_index__in=marks, lifted_at=None)
        .filter(Q(until=None) | Q(until__gte=timezone.localdate()))
        .values_list("mobile_index", "reason")
    }
    return {
        code: {
            mark: Standing(own.get(mark) is False, own.get(mark) is True, black.get(mark, ""))
            for mark in {*own, *black}
        }
        for code, own in said.items()
    }


NOTHING = Standing()


def why_not(category: str, standing: Standing) -> str:
    """Why a number is left out; empty when it may be sent to."""
    needed = categories.CATEGORIES[category].consent
    if standing.black and category not in {"code", "emergency"}:
        return "black"
    if categories.may_receive(category, standing.refused, standing.consented):
        return ""
    return "refused" if standing.refused or needed == "opt_out" else "no_consent"


WHY = {
    "no_mobile": "没有手机号码",
    "doubled": "号码重复",
    "refused": "已退订",
    "no_consent": "没有事先同意",
    "black": "在黑名单中",
    "wrong": "号码不正确",
    "no_value": "模板变量没有值",
    "too_long": "填入后内容过长",
}


@dataclass
class Headcount:
    """How many a message reaches, and how many it does not, by why."""

    people: int = 0
    reachable: int = 0
    excluded: dict[str, int] = field(default_factory=dict)

    def leave_out(self, why: str, many: int = 1) -> None:
        if many:
            self.excluded[why] = self.excluded.get(why, 0) + many

    @property
    def words(self) -> list[tuple[str, int]]:
        return [(WHY[why], many) for why, many in self.excluded.items()]


@dataclass(frozen=True)
class Recipient:
    """One phone of an audience. row: of the list it was read from."""

    row: int
    person_id: int | None
    mobile: str
    index: bytes
    values: Mapping[str, str] = field(default_factory=dict)


def person_field(resource: Resource) -> str:
    """The column of a list's rows that names a person; empty when the list is not of people."""
    name = getattr(resource.model, "scope_person", "") or ""
    return "pk" if name in {"id", "pk"} else name


def people_lists(actor: Actor) -> list[Resource]:
    """The lists an actor may read whose rows are people."""
    return [
        resource
        for resource in RESOURCES.values()
        if person_field(resource)
        and not (resource.view.public or resource.view.open)
        and actor.paths(resource.view)
    ]


def list_named(code: str, actor: Actor) -> Resource:
    """A list of people by its code; Refusal unless the actor may read it."""
    for resource in people_lists(actor):
        if resource.code == code:
            return resource
    raise Refusal(
        "没有这个名单，或者没有查看它的权限。",
        remedy="请选择您可以查看的人员名单。",
        field="resource",
        code="unknown_list",
    )


def rows_of(resource: Resource, query: str, actor: Actor) -> QuerySet:
    """The rows of a list as the actor sees it with these filters."""
    chosen = lists.read(resource, dict(parse_qsl(query.lstrip("?"))), actor)
    return lists.narrowed(resource, actor, chosen)


def recipients(
    resource: Resource, query: str, actor: Actor, after: int = 0, *, wanted: Sequence[str] = ()
) -> Iterator[list[Recipient]]:
    """The people of a list in chunks by row, from a row on; without those who have no number.

    wanted: titles of columns to read along, as variables of a text. A chunk may be empty.
    """
    name = person_field(resource)
    titles = [column for column in resource.columns if column.title in wanted]
    base = rows_of(resource, query, actor).order_by("pk")
    while True:
        found = list(
            base.filter(pk__gt=after).values_list("pk", name, *(c.source for c in titles))[
                :PER_READ
            ]
        )
        if not found:
            return
        after = found[-1][0]
        numbers = {
            pk: (bytes(sealed), bytes(mark))
            for pk, sealed, mark in Person.objects.unscoped(NUMBERS)
            .filter(pk__in={row[1] for row in found}, mobile_sealed__isnull=False)
            .values_list("pk", "mobile_sealed", "mobile_index")
        }
        known = [row for row in found if row[1] in numbers]
        opened = keyring().open_many((numbers[row[1]][0] for row in known), context=MOBILE)
        yield [
            Recipient(
                row[0],
                row[1],
                mobile or "",
                numbers[row[1]][1],
                {
                    column.title: lists.label_of(column, value)
                    for column, value in zip(titles, row[2:], strict=True)
                },
            )
            for row, mobile in zip(known, opened, strict=True)
        ]


def count_list(resource: Resource, query: str, actor: Actor, category: str) -> Headcount:
    """How many of a list a category reaches, without opening one number."""
    return count_list_by(resource, query, actor, [category])[category]


def count_list_by(
    resource: Resource, query: str, actor: Actor, codes: Sequence[str]
) -> dict[str, Headcount]:
    """How many of a list several categories reach; the list is read once for all of them."""
    name = person_field(resource)
    rows = rows_of(resource, query, actor).order_by()
    persons = rows.exclude(**{name: None}).values(name)
    people = persons.distinct().count()
    with_number = Person.objects.unscoped(NUMBERS).filter(
        pk__in=persons, mobile_index__isnull=False
    )
    marks = with_number.values("mobile_index")
    phones = with_number.count()
    distinct = marks.distinct().count()
    with everywhere():
        touched = {
            bytes(mark)
            for mark in [
                *Consent.objects.unscoped(EVERYBODY)
                .filter(mobile_index__in=marks)
                .values_list("mobile_index", flat=True)
                .distinct(),
                *BlackEntry.objects.unscoped(EVERYBODY)
                .filter(mobile_index__in=marks, lifted_at=None)
                .values_list("mobile_index", flat=True),
            ]
        }
    known = standings_by(list(touched), codes) if touched else {}
    counted: dict[str, Headcount] = {}
    for code in codes:
        found = counted[code] = Headcount(people=people)
        found.leave_out("no_mobile", people - phones)
        found.leave_out("doubled", phones - distinct)
        left_out = 0
        standing_of = known.get(code, {})
        for standing in standing_of.values():
            if why := why_not(code, standing):
                found.leave_out(why)
                left_out += 1
        if categories.CATEGORIES[code].consent == "opt_in":
            silent = distinct - len(standing_of)
            found.leave_out("no_consent", silent)
            left_out += silent
        found.reachable = distinct - left_out
    return counted


def count_numbers(numbers: Sequence[str], wrong: int, category: str) -> Headcount:
    """How many of typed numbers a category reaches."""
    found = Headcount(people=len(numbers) + wrong)
    found.leave_out("wrong", wrong)
    distinct = list(dict.fromkeys(numbers))
    found.leave_out("doubled", len(numbers) - len(distinct))
    marks = [bytes(mark) for mark in keyring().blind_index_many(distinct, context=MOBILE) if mark]
    known = standings(marks, category)
    for mark in marks:
        if why := why_not(category, known.get(mark, NOTHING)):
            found.leave_out(why)
        else:
            found.reachable += 1
    return found
