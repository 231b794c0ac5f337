"""Reads about the register: expiry, mismatches, figures, and what a certificate check shows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Avg, CharField, Count, F, Func, Q, QuerySet, Value

from gonghui.kernel.base.identifiers import compact
from gonghui.kernel.org.models import GRASSROOTS, Union
from gonghui.kernel.org.scoping import Scope
from gonghui.systems.mobilization.legal_person.models import (
    Application,
    Certificate,
    CodeRange,
    CodeRequest,
    LegalPerson,
    RequestState,
    SealUse,
    Sheet,
    SheetState,
    Standing,
    UnionCode,
)
from gonghui.systems.mobilization.legal_person.queries.figures import RENEWAL_DAYS
from gonghui.systems.mobilization.legal_person.rules import procedures as rules
from gonghui.systems.mobilization.membership.public import chairs_of

REGISTER = "the register is one for the province; a code or a number belongs to one union"
ON_RECORD = "belongs to a certificate the caller already sees"
PUBLIC = "who names a certificate by its number and the whole name may know what it certifies"


def due_for_renewal(rows: QuerySet, today: date) -> QuerySet:
    """Legal persons within the period before expiry, or past it."""
    last = today + timedelta(days=RENEWAL_DAYS.on(today))
    return rows.filter(state=Standing.ACTIVE, expires_on__lte=last)


def mismatches(persons: Iterable[LegalPerson]) -> dict[int, str]:
    """By id of the legal person, what differs from the grass-roots record; empty for nothing."""
    found = list(persons)
    chairs = chairs_of([person.union_id for person in found])
    result = {}
    for person in found:
        words = []
        chair = chairs.get(person.union_id, "")
        if chair and chair != person.representative_name:
            words.append(f"法定代表人登记为{person.representative_name}，组织库主席为{chair}")
        if person.union.name != person.name:
            words.append(f"组织库名称为{person.union.name}")
        if person.union.uscc != person.code.uscc:
            words.append(f"组织库信用代码为{person.union.uscc or '空'}")
        if not person.union.is_active:
            words.append(f"组织{person.union.get_status_display()}，法人未注销")
        result[person.pk] = "；".join(words)[:300]
    return result


def code_known(uscc: str) -> UnionCode | None:
    """The row of the register with this code, cancelled ones included."""
    return UnionCode.objects.unscoped(REGISTER).filter(uscc=uscc).first()


def find_certificate(number: str, name: str) -> Certificate | None:
    """The latest issued original by 证号 or credit code together with the union's whole name."""
    text = compact(number)
    rows = Certificate.objects.unscoped(PUBLIC).select_related("person", "code", "registrar")
    rows = rows.filter(Q(number=number.strip()) | Q(code__uscc=text), issued_at__isnull=False)
    return rows.filter(name=name.strip(), copy="original").order_by("-issued_at").first()


def sheets_of(certificate: Certificate) -> list[Sheet]:
    """The sheets a certificate was printed on, the spoiled ones too."""
    rows = Sheet.objects.unscoped(ON_RECORD).filter(certificate=certificate)
    return list(rows.order_by("id"))


def seals_of(certificate: Certificate) -> list[SealUse]:
    """The uses of the seal for a certificate."""
    rows = SealUse.objects.unscoped(ON_RECORD).filter(certificate=certificate)
    return list(rows.order_by("id"))


def search_persons(rows: QuerySet, text: str, scope: Any) -> QuerySet:
    """Legal persons by credit code, 证号 or a part of the name."""
    word = compact(text)
    if len(word) == 18 and word.isascii():
        return rows.filter(code__uscc=word)
    if text.startswith("工法证"):
        return rows.filter(number=text)
    return rows.filter(name__contains=text)


@dataclass(frozen=True)
class RangeUse:
    """A range with how many of its codes are taken."""

    range: CodeRange
    used: int

    @property
    def size(self) -> int:
        return self.range.span.size

    @property
    def left(self) -> int:
        return self.size - self.used


def range_use(ranges: Iterable[CodeRange]) -> list[RangeUse]:
    """How far each range is used up."""
    found = []
    for item in ranges:
        rows = UnionCode.objects.unscoped(REGISTER).filter(uscc__startswith=item.prefix)
        inside = sum(item.span.holds(code) for code in rows.values_list("uscc", flat=True))
        found.append(RangeUse(item, inside))
    return found


def by_procedure(scope: Scope, since: date) -> list[dict[str, Any]]:
    """Applications submitted since a day, by procedure: how many, done, refused, days, on time."""
    rows = Application.objects.within(scope).filter(submitted_at__date__gte=since)
    counted = rows.values("procedure").annotate(
        total=Count("id"),
        done=Count("id", filter=Q(state=rules.DONE)),
        refused=Count("id", filter=Q(state__in=(rules.REFUSED, rules.UNACCEPTED))),
        late=Count("id", filter=Q(late=True)),
        days=Avg("workdays"),
        overdue=Count(
            "id",
            filter=Q(decided_at__date__gt=F("due_on"), left=None) & ~Q(due_on=None),
        ),
    )
    by_code = {row["procedure"]: row for row in counted}
    empty = {"total": 0, "done": 0, "refused": 0, "late": 0, "days": None, "overdue": 0}
    return [
        {**empty, **by_code.get(code, {}), "procedure": code, "title": title}
        for code, title in rules.PROCEDURES.items()
    ]


def by_unit(union: Union, scope: Scope, today: date) -> list[dict[str, Any]]:
    """For each union with others below it, next below a union: legal persons, to renew, unlike."""
    level = Value(union.path.count(".") + 1)
    rows = (
        LegalPerson.objects.within(Scope.of([union.path]))
        .filter(state=Standing.ACTIVE)
        .annotate(
            unit=Func(
                F("org_path"),
                Value("."),
                level,
                function="split_part",
                output_field=CharField(),
            )
        )
    )
    last = today + timedelta(days=RENEWAL_DAYS.on(today))
    counted = {
        row["unit"]: row
        for row in rows.values("unit").annotate(
            total=Count("id"),
            renew=Count("id", filter=Q(expires_on__lte=last, expires_on__gte=today)),
            expired=Count("id", filter=Q(expires_on__lt=today)),
            unlike=Count("id", filter=~Q(mismatch="")),
        )
    }
    below = Union.objects.within(scope).filter(parent=union, status="active")
    units = below.exclude(kind__in=GRASSROOTS).order_by("region", "id")
    empty = {"total": 0, "renew": 0, "expired": 0, "unlike": 0}
    return [{**empty, **counted.get(str(unit.pk), {}), "unit": unit} for unit in units]


def waiting_codes(scope: Scope) -> QuerySet:
    """Requests the issuing platform has not answered."""
    return CodeRequest.objects.within(scope).filter(state=RequestState.WAITING)


def stock(scope: Scope) -> dict[str, int]:
    """Sheets by state."""
    rows = Sheet.objects.within(scope).values("state").annotate(n=Count("id"))
    counted = {row["state"]: row["n"] for row in rows}
    return {state: counted.get(state, 0) for state in SheetState.values}
