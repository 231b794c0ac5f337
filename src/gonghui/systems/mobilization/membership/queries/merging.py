"""Finding records that may be one person (疑似重复人员)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from django.db import connection
from django.db.models.functions import Length

from gonghui.kernel.base.errors import Forbidden
from gonghui.kernel.base.identifiers import upgrade_15_digits
from gonghui.kernel.base.names import pinyin
from gonghui.kernel.base.sealing import keyring
from gonghui.kernel.org.scoping import Scope
from gonghui.kernel.people.models import Membership, MembershipStatus, Person
from gonghui.kernel.people.persons import DOCUMENT, membership_of, reveal
from gonghui.systems.mobilization.membership.models.merging import DuplicatePair
from gonghui.systems.mobilization.membership.rules import merging as rules

SEARCH = "duplicates are looked for in the whole province and shown where both records may be seen"
CROWD = 6
"""Groups larger than this share a placeholder (one telephone of an office), not a person."""

_GROUPS = (
    "SELECT array_agg(id) FROM people_person WHERE merged_into_id IS NULL"
    " AND mobile_index IS NOT NULL GROUP BY mobile_index HAVING count(*) BETWEEN 2 AND %s",
    "SELECT array_agg(id) FROM people_person WHERE merged_into_id IS NULL"
    " AND born_on IS NOT NULL GROUP BY union_id, name, born_on HAVING count(*) BETWEEN 2 AND %s",
    "SELECT array_agg(id) FROM people_person WHERE merged_into_id IS NULL"
    " AND born_on IS NOT NULL GROUP BY name, born_on"
    " HAVING count(DISTINCT document_kind) > 1 AND count(*) BETWEEN 2 AND %s",
)


@dataclass(frozen=True)
class Found:
    """Two records with what speaks for their being one person."""

    first: Person
    second: Person
    score: int
    reasons: list[str]


def found_pairs(batch: int = 1000) -> Iterator[Found]:
    """Every pair worth showing, each once. The caller has raised the wall over the province."""
    seen: set[tuple[int, int]] = set()
    waiting: list[tuple[int, int]] = []
    for ids in _groups():
        for pair in combinations(sorted(ids), 2):
            if pair not in seen:
                seen.add(pair)
                waiting.append(pair)
        if len(waiting) >= batch:
            yield from _judged(waiting)
            waiting = []
    yield from _judged(waiting)


def _groups() -> Iterator[Iterable[int]]:
    for statement in _GROUPS:
        with connection.cursor() as cursor:
            cursor.execute(statement, [CROWD])
            rows = cursor.fetchall()
        yield from (row[0] for row in rows)
    yield from _old_numbers()


def _old_numbers() -> Iterator[tuple[int, int]]:
    """Persons known by an old 15-digit number, with the holder of the same number in 18."""
    rows = Person.objects.unscoped(SEARCH).annotate(length=Length("document_mask"))
    for person in rows.filter(length=15, document_kind="resident_id", merged_into=None):
        number = upgrade_15_digits(reveal(person)["document_number"])
        if number is None:
            continue
        holders = Person.objects.unscoped(SEARCH).filter(
            document_index__in=keyring().blind_indexes(number, context=DOCUMENT), merged_into=None
        )
        yield from ((person.pk, holder) for holder in holders.values_list("pk", flat=True))


def _judged(pairs: list[tuple[int, int]]) -> Iterator[Found]:
    ids = {pk for pair in pairs for pk in pair}
    people = Person.objects.unscoped(SEARCH).select_related("union").in_bulk(ids)
    for first, second in pairs:
        found = judge(people[first], people[second])
        if found.score >= rules.SHOWN_FROM:
            yield found


def judge(first: Person, second: Person) -> Found:
    """How likely two records are one person, and why; the smaller id first."""
    if first.pk > second.pk:
        first, second = second, first
    score, reasons = rules.score(_signs(first, second))
    return Found(first, second, score, reasons)


def _signs(first: Person, second: Person) -> rules.Signs:
    same_kind = first.document_kind == second.document_kind
    same_document = same_kind and _same_number(first, second)
    return rules.Signs(
        same_document=same_document,
        same_mobile=bool(first.mobile_index)
        and bytes(first.mobile_index) == bytes(second.mobile_index or b""),
        names=rules.names_alike(
            first.name,
            second.name,
            pinyin(first.name, person=True),
            pinyin(second.name, person=True),
        ),
        same_birth=first.born_on is not None and first.born_on == second.born_on,
        same_union=first.union_id == second.union_id,
        other_document_kind=not same_kind,
        other_number=same_kind and not same_document,
        other_sex={first.sex, second.sex} == {"1", "2"},
    )


def _same_number(first: Person, second: Person) -> bool:
    """Whether an old 15-digit number and an 18-digit one are the same."""
    lengths = {len(first.document_mask), len(second.document_mask)}
    if lengths != {15, 18}:
        return False
    numbers = [reveal(person)["document_number"] for person in (first, second)]
    old, new = sorted(numbers, key=len)
    return upgrade_15_digits(old) == new


@dataclass(frozen=True)
class Side:
    """One record as the comparison shows it."""

    person: Person
    membership: Membership | None
    number: str
    status: str


@dataclass(frozen=True)
class Line:
    """One fact of both records."""

    label: str
    first: Any
    second: Any

    @property
    def same(self) -> bool:
        return self.first == self.second


def sides(pair: DuplicatePair, scope: Scope) -> tuple[Side, Side]:
    """Both records of a pair; Forbidden where one has gone outside the scope since."""
    rows = Person.objects.within(scope).select_related("union")
    people = rows.in_bulk([pair.first, pair.second])
    if len(people) < 2:
        raise Forbidden(
            "其中一份档案已转到您的权限范围之外。",
            remedy="请由两个工会共同的上级工会核对。",
            code="forbidden",
        )
    return _side(people[pair.first]), _side(people[pair.second])


def _side(person: Person) -> Side:
    membership = membership_of(person) or (
        Membership.objects.unscoped(SEARCH)
        .filter(person=person, status=MembershipStatus.MERGED)
        .order_by("-pk")
        .first()
    )
    return Side(
        person,
        membership,
        membership.number if membership else "",
        membership.get_status_display() if membership else "未入会",
    )
