"""A province of made-up members for measurements: written by COPY, not through actions.

Only into a database without members. Everything a reader of the tables expects holds: numbers
pass their checks, documents are sealed and indexed, paths and roll-ups are true.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from multiprocessing import get_context

from django.db import connection

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.base.ids import member_number
from gonghui.kernel.base.masking import mask_id, mask_mobile
from gonghui.kernel.base.names import name_tail
from gonghui.kernel.base.sealing import keyring
from gonghui.kernel.metrics import members as metrics
from gonghui.kernel.org.models import UnionKind
from gonghui.kernel.people.persons import DOCUMENT, MOBILE
from gonghui.kernel.testing import synthetic
from gonghui.site.anhui import fixed_tree, towns

FOUNDED = date(2016, 1, 4)
FIRST_DAY = date(2005, 1, 3)
DAYS = (date(2026, 10, 30) - FIRST_DAY).days
CHUNK = 10_000
STATUSES = ("active",) * 93 + ("retained",) * 3 + ("withdrawn",) * 3 + ("deceased",)
PERSON = (
    "id, name, sex, born_on, document_kind, document_sealed, document_index, document_mask,"
    " mobile_sealed, mobile_index, mobile_mask, nationality, education, political_status,"
    " household, employment, occupation, union_id, org_path, created_at, version"
)
MEMBERSHIP = (
    "id, person_id, number, status, joined_on, since, cause, name, name_tail, sex, industry,"
    " union_id, org_path, city_id, county_id, version"
)
UNION = (
    "id, name, kind, parent_id, path, city_id, county_id, region, industry, uscc, status,"
    " founded_on, version_from"
)
VERSION = "union_id, name, kind, parent_id, path, city_id, county_id, industry, status, valid_from"


@dataclass(frozen=True)
class Seat:
    """A union of the seeded tree and how many members it gets."""

    id: int
    name: str
    kind: str
    parent: int | None
    path: str
    region: str
    industry: str
    uscc: str = ""
    members: int = 0

    @property
    def city(self) -> int | None:
        return _part(self.path, 1)

    @property
    def county(self) -> int | None:
        return _part(self.path, 2)


def _part(path: str, at: int) -> int | None:
    parts = path.rstrip(".").split(".")
    return int(parts[at]) if len(parts) > at else None


def seed(
    members: int,
    unions: int,
    *,
    processes: int = 2,
    number: int = 1,
    say: Callable[[str], None] = print,
) -> None:
    """Fill an empty database with `members` in about `unions` unions."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM people_membership)")
        if cursor.fetchone()[0]:
            raise Refusal("数据库里已有会员，不能再生成测试数据。", remedy="请换一个空数据库。")
        cursor.execute("TRUNCATE org_union CASCADE")
    say("生成工会组织…")
    seats = list(_tree(members, unions, random.Random(number)))
    _copy_unions(seats)
    say(f"已写入 {len(seats):,} 家工会，开始生成会员…")
    with _bare_tables():
        _copy_people([seat for seat in seats if seat.members], processes, number, members, say)
        say("重建索引…")
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval('people_member_seq', %s)", [members])
        for table in ("org_union", "people_person", "people_membership"):
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'),"
                f" (SELECT max(id) FROM {table}))"
            )
        cursor.execute("ANALYZE")
    say("汇总统计…")
    metrics.recount()
    say(f"完成：{members:,} 名会员，{len(seats):,} 家工会。")


def _tree(members: int, unions: int, rng: random.Random) -> Iterator[Seat]:
    """The fixed tree, the towns, then basic unions spread over them with their sizes."""
    placed: dict[str, Seat] = {}
    following = 1

    def seat(name: str, kind: str, above: Seat | None, region: str, **more: object) -> Seat:
        nonlocal following
        path = f"{above.path if above else ''}{following}."
        made = Seat(following, name, kind, above.id if above else None, path, region, **more)  # type: ignore[arg-type]
        following += 1
        return made

    counties = []
    for place in fixed_tree():
        above = placed.get(place.parent)
        made = seat(place.name, place.kind, above, place.region, industry=place.industry)
        placed[place.key] = made
        if place.kind == UnionKind.COUNTY:
            counties.append(made)
        yield made
    weights = [rng.uniform(0.4, 2.6) for _ in counties]
    # One county is large enough to measure moving a hundred thousand members.
    weights[0] = max(3.0, weights[0])
    total = sum(weights)
    basics: list[Seat] = []
    for county, weight in zip(counties, weights, strict=True):
        local = [
            seat(town.name, town.kind, county, town.region, industry="95")
            for town in towns(county.region)
        ]
        yield from local
        places = synthetic.workplaces(
            rng.randrange(10**9), county.region, max(1, int(unions * weight / total))
        )
        for work in places:
            above = rng.choice(local) if local else county
            basics.append(
                seat(
                    work.union_name,
                    UnionKind.BASIC,
                    above,
                    county.region,
                    industry=work.industry,
                    uscc="",
                )
            )
    sizes = [rng.lognormvariate(3.3, 1.0) for _ in basics]
    scale = members / sum(sizes)
    left = members
    for number, (basic, size) in enumerate(zip(basics, sizes, strict=True)):
        share = left if number == len(basics) - 1 else min(left, round(size * scale))
        left -= share
        yield Seat(**{**basic.__dict__, "members": share})


def _copy_unions(seats: list[Seat]) -> None:
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY org_union ({UNION}) FROM STDIN") as copy:
            for seat in seats:
                copy.write_row(
                    (
                        *_union_values(seat)[:7],
                        seat.region,
                        seat.industry,
                        seat.uscc,
                        "active",
                        FOUNDED,
                        FOUNDED,
                    )
                )
        with cursor.copy(f"COPY org_unionversion ({VERSION}) FROM STDIN") as copy:
            for seat in seats:
                copy.write_row((*_union_values(seat), seat.industry, "active", FOUNDED))


def _union_values(seat: Seat) -> tuple:
    return (
        seat.id,
        seat.name,
        str(seat.kind),
        seat.parent,
        seat.path,
        seat.city,
        seat.county,
    )


@contextmanager
def _bare_tables() -> Iterator[None]:
    """The member tables without secondary indexes and triggers inside the block."""
    tables = ("people_person", "people_membership")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)"
            " FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid"
            " WHERE i.indrelid = ANY(%s::regclass[]) AND c.oid IS NULL",
            [list(tables)],
        )
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET maintenance_work_mem = '1GB'")
            for _, definition in indexes:
                cursor.execute(definition)
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def _copy_people(
    seats: list[Seat], processes: int, number: int, total: int, say: Callable[[str], None]
) -> None:
    """Cut the seats into jobs of about CHUNK members and copy them from several processes."""
    jobs: list[tuple[int, list[Seat]]] = []
    start, current, size = 0, [], 0
    for seat in seats:
        current.append(seat)
        size += seat.members
        if size >= CHUNK:
            jobs.append((start, current))
            start, current, size = start + size, [], 0
    if current:
        jobs.append((start, current))
    connection.close()
    done = 0
    # Forked processes have the registry loaded; each opens a connection of its own.
    with ProcessPoolExecutor(processes, mp_context=get_context("fork")) as pool:
        waiting = [pool.submit(copy_chunk, number, begin, part) for begin, part in jobs]
        for finished in as_completed(waiting):
            done += finished.result()
            if done // 250_000 != (done - CHUNK) // 250_000 or done >= total:
                say(f"  {done:,} / {total:,}")


def copy_chunk(number: int, start: int, seats: list[Seat]) -> int:
    """Make and copy the members of some unions; runs in a process of its own."""
    rng = random.Random(f"{number}/{start}")
    count = sum(seat.members for seat in seats)
    homes = sorted({seat.region for seat in seats})
    found = list(synthetic.people(number, count, start=start, homes=homes))
    ring = keyring()
    ids = [person.id_number for person in found]
    mobiles = [person.mobile for person in found]
    id_seals = ring.seal_many(ids, context=DOCUMENT)
    id_marks = ring.blind_index_many(ids, context=DOCUMENT)
    mobile_seals = ring.seal_many(mobiles, context=MOBILE)
    mobile_marks = ring.blind_index_many(mobiles, context=MOBILE)
    persons, memberships = [], []
    places = (seat for seat in seats for _ in range(seat.members))
    for at, (seat, person) in enumerate(zip(places, found, strict=True)):
        pk = start + at + 1
        joined = FIRST_DAY + timedelta(days=rng.randrange(DAYS))
        persons.append(
            f"{pk}\t{person.name}\t{person.sex}\t{person.birth}\tresident_id"
            f"\t\\\\x{id_seals[at].hex()}\t\\\\x{id_marks[at].hex()}\t{mask_id(ids[at])}"
            f"\t\\\\x{mobile_seals[at].hex()}\t\\\\x{mobile_marks[at].hex()}"
            f"\t{mask_mobile(mobiles[at])}\t{person.nationality}\t{person.education}"
            f"\t{person.political}\t\t\t\t{seat.id}\t{seat.path}\t2026-01-01\t1\n"
        )
        memberships.append(
            f"{pk}\t{pk}\t{member_number(pk)}\t{rng.choice(STATUSES)}\t{joined}\t{joined}"
            f"\timport\t{person.name}\t{name_tail(person.name)}\t{person.sex}\t{seat.industry}"
            f"\t{seat.id}\t{seat.path}\t{seat.city}\t{seat.county or chr(92) + 'N'}\t1\n"
        )
    with connection.cursor() as cursor:
        # Needs a superuser; without one the foreign keys are checked row by row.
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        if cursor.fetchone()[0]:
            cursor.execute("SET session_replication_role = replica")
        for table, columns, lines in (
            ("people_person", PERSON, persons),
            ("people_membership", MEMBERSHIP, memberships),
        ):
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for at in range(0, len(lines), 1000):
                    copy.write("".join(lines[at : at + 1000]))
    return count
