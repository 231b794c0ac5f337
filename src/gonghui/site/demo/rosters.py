"""A roster imported with good and bad rows, and records that may be one person."""

from __future__ import annotations

import random
from datetime import date, timedelta

from django.utils import timezone

from gonghui.kernel.base.identifiers import Sex, synthetic_resident_id
from gonghui.kernel.exchange import batches, pipeline
from gonghui.kernel.org.models import Union
from gonghui.kernel.people import memberships, persons
from gonghui.kernel.testing import synthetic
from gonghui.site.demo import cast
from gonghui.site.demo.stage import acting, days_ago, living_on, members_of, union_named
from gonghui.site.demo.unions import SEED
from gonghui.systems.mobilization.membership import importing
from gonghui.systems.mobilization.membership.jobs.merging import find_duplicates

GOOD = 26


def import_roster() -> None:
    """A roster of the couriers' federation: most rows good, some to be mended."""
    by = acting("shushan-quzong")
    union = union_named(cast.COURIERS)
    with living_on(days_ago(8), 14):
        batch = batches.receive(
            [roster(union).encode("utf-8-sig")],
            filename="快递行业会员名册.csv",
            profile=importing.MEMBERS_IMPORT,
            union=union,
            by=by,
        )
        batch = pipeline.run(batch.pk)
        batches.discard_file(batch)


def roster(union: Union) -> str:
    """The file: its good rows, then rows with the usual faults."""
    rows = [_row(person) for person in synthetic.people(SEED + 5, GOOD + 6, homes=[cast.SHUSHAN])]
    good, bad = rows[:GOOD], rows[GOOD:]
    # A wrong check character, a day that never was, no name, a number without one digit, a
    # child, and somebody already in the file.
    wrong = bad[0]["number"]
    bad[0]["number"] = wrong[:-1] + ("1" if wrong[-1] != "1" else "2")
    bad[1]["number"] = bad[1]["number"][:10] + "0230" + bad[1]["number"][14:]
    bad[2]["name"] = ""
    bad[3]["number"] = bad[3]["number"][:-1]
    rng = random.Random(SEED + 6)
    born = timezone.localdate() - timedelta(days=365 * 12)
    bad[4]["number"] = synthetic_resident_id(rng, cast.SHUSHAN, born, Sex.MALE)
    bad[5] = dict(good[3])
    lines = [[column.title for column in importing.COLUMNS]]
    lines += [[row.get(column.key, "") for column in importing.COLUMNS] for row in [*good, *bad]]
    return "".join(",".join(cells) + "\r\n" for cells in lines)


def _row(person: synthetic.Person) -> dict[str, str]:
    return {"name": person.name, "number": person.id_number, "mobile": person.mobile}


def find_pairs() -> None:
    """Two members entered twice, by another document and by a slip, and the nightly search."""
    firm = union_named(cast.FIRM)
    today = timezone.localdate()
    one, other = members_of(firm)[50:52]
    mobile = persons.reveal(one.person)["mobile"]
    passport = persons.Identity.checked(
        name=one.name,
        document_number="E12345678",
        document_kind="passport",
        sex=one.sex,
        born_on=one.person.born_on,
        mobile=mobile or "16497000001",
        today=today,
    )
    rows = Union.objects.unscoped("neighbours of the demo's firm").filter(
        parent=firm.parent, status="active", kind="80"
    )
    neighbour = rows.exclude(pk=firm.pk).order_by("pk")[4]
    joined = max(neighbour.founded_on, days_ago(200))
    memberships.admit(persons.register(passport, neighbour), neighbour, on=joined, cause="14")
    born = other.person.born_on or date(1988, 5, 6)
    rng = random.Random(SEED + 7)
    slip = persons.Identity.checked(
        name=other.name,
        document_number=synthetic_resident_id(rng, cast.SHUSHAN, born, Sex(other.sex)),
        mobile=persons.reveal(other.person)["mobile"] or "16497000002",
        today=today,
    )
    memberships.admit(persons.register(slip, firm), firm, on=days_ago(300), cause="14")
    find_duplicates()
