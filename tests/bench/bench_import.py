"""Import of a million members from csv against its floor, in one run.

The floor is what PostgreSQL alone needs for the same rows: COPY of rows already checked, sealed
and indexed into a staging table, and one statement that merges them into the same tables with
the same indexes, triggers and foreign keys. The whole path is what a user gets: reading the
file, recognising its header, every check, sealing, merging in chunks that survive a kill.

    python tests/bench/bench_import.py [--rows 1000000] [--unions 5000]

Needs DATABASE_URL; works in a database of its own (bench_import), which it makes and drops.
Prints one JSON line. The path runs in a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gonghui.site.settings.test")
os.environ["GONGHUI_TEST_DB"] = "bench_import"
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "src"))

REACH = 0.5
MEMORY_LIMIT_MB = 1024
FLOOR = """
WITH fresh AS (
    INSERT INTO people_person (name, sex, born_on, document_kind, document_sealed,
        document_index, document_mask, mobile_sealed, mobile_index, mobile_mask, nationality,
        education, political_status, household, employment, occupation, union_id, org_path,
        created_at, version)
    SELECT s.name, s.sex, s.born_on, s.document_kind, s.document_sealed, s.document_index,
        s.document_mask, s.mobile_sealed, s.mobile_index, coalesce(s.mobile_mask, ''),
        coalesce(s.nationality, ''), coalesce(s.education, ''), coalesce(s.political_status, ''),
        coalesce(s.household, ''), coalesce(s.employment, ''), coalesce(s.occupation, ''),
        u.id, u.path, now(), 1
    FROM bench_staging s JOIN org_union u ON u.id = s.union_id
    ON CONFLICT (document_index) WHERE merged_into_id IS NULL DO NOTHING
    RETURNING id, document_index
)
INSERT INTO people_membership (person_id, number, status, joined_on, since, cause, name,
    name_tail, sex, industry, version, union_id, org_path, city_id, county_id)
SELECT f.id, people_member_number(nextval('people_member_seq')), 'active', s.joined_on,
    s.joined_on, 'import', s.name, substr(s.name, 2), s.sex, u.industry, 1, u.id, u.path,
    u.city_id, u.county_id
FROM fresh f JOIN bench_staging s USING (document_index) JOIN org_union u ON u.id = s.union_id
"""


def main() -> None:
    options = _options()
    import django

    django.setup()
    with tempfile.TemporaryDirectory(prefix="bench-import-") as name:
        folder = Path(name)
        if options.run:
            print(json.dumps(run_path(options.run)))
            return
        print(json.dumps(measure(folder, options.rows, options.unions), ensure_ascii=False))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--unions", type=int, default=5_000)
    parser.add_argument("--run", type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


def measure(folder: Path, rows: int, unions: int) -> dict[str, Any]:
    """Make the database and the file, take the floor, then the path, and compare."""
    from django.conf import settings
    from django.db import connection

    from gonghui.kernel.base import sealing

    os.environ["GONGHUI_KEYS"] = str(folder / "keys")
    os.environ["GONGHUI_VAR"] = str(folder / "var")
    settings.VAR = folder / "var"
    sealing.use_keyring(sealing.Keyring.generate(folder / "keys"))
    owner = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        city = make_unions(unions)
        file = make_file(folder / "members.csv", rows, unions)
        batch = received(file, city)
        floor = take_floor(batch, folder / "staged.csv")
        empty()
        path = in_own_process(batch.pk)
        check(rows)
    finally:
        connection.creation.destroy_test_db(owner, verbosity=0)
    ratio = floor / path["seconds"]
    return {
        "work": f"import {rows} rows from csv",
        "floor_seconds": round(floor, 1),
        "path_seconds": round(path["seconds"], 1),
        "rows_per_second": round(rows / path["seconds"]),
        "ratio": round(ratio, 2),
        "reach": REACH,
        "peak_mb": path["peak_mb"],
        "peak_limit_mb": MEMORY_LIMIT_MB,
        "ok": ratio >= REACH and path["peak_mb"] <= MEMORY_LIMIT_MB,
    }


def make_unions(count: int) -> Any:
    """A city with ten counties and `count` basic unions below them; returns the city."""
    from django.db import transaction

    from gonghui.kernel.org import tree
    from gonghui.kernel.org.models import Union, UnionKind

    day, today = date(2016, 1, 4), date(2026, 1, 4)
    with transaction.atomic():
        province = tree.found("省总工会", UnionKind.PROVINCE, None, on=day, today=today)
        city = tree.found("市总工会", UnionKind.CITY, province, on=day, today=today)
        counties = [
            tree.found(f"第{n}区总工会", UnionKind.COUNTY, city, on=day, today=today)
            for n in range(10)
        ]
        first = Union.objects.unscoped("bench").order_by("-pk").first().pk + 1
        basic = []
        for number in range(count):
            above = counties[number % 10]
            union = Union(
                pk=first + number,
                name=f"第{number}公司工会",
                kind=UnionKind.BASIC,
                parent=above,
                path=f"{above.path}{first + number}.",
                city_id=city.pk,
                county_id=above.pk,
                industry="36",
                founded_on=day,
                version_from=day,
            )
            basic.append(union)
        Union.objects.bulk_create(basic, batch_size=5000)
    return city


def make_file(path: Path, rows: int, unions: int) -> Path:
    """A roster as a city would send it: every column, in no order of unions."""
    from gonghui.kernel import codes
    from gonghui.kernel.testing import synthetic

    rng = random.Random(20261122)
    names = {key: codes.names(key) for key in ("nationality", "education", "political")}
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        titles = "姓名 证件号码 手机号码 所在工会 入会日期 民族 学历 政治面貌"
        writer.writerow(titles.split())
        for person in synthetic.people(1, rows):
            joined = date(2008, 1, 1) + timedelta(days=rng.randrange(6500))
            writer.writerow(
                (
                    person.name,
                    person.id_number,
                    person.mobile,
                    f"第{rng.randrange(unions)}公司工会",
                    joined.isoformat(),
                    names["nationality"][person.nationality],
                    names["education"][person.education],
                    names["political"][person.political],
                )
            )
    return path


def received(file: Path, city: Any) -> Any:
    from gonghui.kernel.access.actor import platform
    from gonghui.kernel.exchange import batches
    from gonghui.kernel.exchange.profiles import profile_of

    with file.open("rb") as content:
        chunks = iter(lambda: content.read(1 << 20), b"")
        return batches.receive(
            chunks,
            filename=file.name,
            profile=profile_of("members"),
            union=city,
            by=platform("bench", "cli"),
        )


def take_floor(batch: Any, staged: Path) -> float:
    """Seconds PostgreSQL needs for rows that were prepared beforehand."""
    from django.db import connection, transaction

    from gonghui.kernel.exchange import pipeline
    from gonghui.kernel.exchange.profiles import profile_of

    profile = profile_of(batch.profile)
    context = pipeline.context_of(batch, profile)
    table = pipeline.table_of(batch, profile)
    with staged.open("wb") as file:
        for prepared in pipeline._chunks(table, profile, context, 0):
            file.write(prepared.staged)
    fields = ", ".join(f"{column.name} {column.sql_type}" for column in profile.staging)
    settle()
    began = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE UNLOGGED TABLE bench_staging (row integer, {fields})")
        statement = "COPY bench_staging FROM STDIN (FORMAT csv)"
        with staged.open("rb") as file, cursor.copy(statement) as copy:
            while piece := file.read(1 << 20):
                copy.write(piece)
        cursor.execute("ANALYZE bench_staging")
        cursor.execute(FLOOR)
        cursor.execute("DROP TABLE bench_staging")
    return time.perf_counter() - began


def empty() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE people_person, people_membership RESTART IDENTITY CASCADE")
        cursor.execute("TRUNCATE metrics_memberdelta")
    settle()


def settle() -> None:
    """Let what came before not be paid for by what is timed next."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE people_person")
        cursor.execute("VACUUM ANALYZE people_membership")
        cursor.execute("ANALYZE org_union")
        cursor.execute("CHECKPOINT")


def in_own_process(batch_id: int) -> dict[str, Any]:
    from django.db import connection

    made = connection.settings_dict
    url = f"postgresql://{made['USER']}:{made['PASSWORD']}@{made['HOST']}:{made['PORT']}"
    done = subprocess.run(
        [sys.executable, __file__, "--run", str(batch_id)],
        # Served settings: the worker's role, which row-level security binds.
        env={
            **os.environ,
            "DATABASE_URL": f"{url}/{made['NAME']}",
            "DJANGO_SETTINGS_MODULE": "gonghui.site.settings",
            "GONGHUI_SECRET_KEY": "bench",
        },
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return json.loads(done.stdout)


def run_path(batch_id: int) -> dict[str, Any]:
    """The path as the worker runs it, timed from the first byte read to the last commit."""
    from gonghui.kernel.exchange import pipeline

    began = time.perf_counter()
    pipeline.run(batch_id)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {"seconds": seconds, "peak_mb": peak}


def check(rows: int) -> None:
    """The figure counts only if every row became a member."""
    from gonghui.kernel.people.models import Membership

    stored = Membership.objects.unscoped("bench").count()
    if stored != rows:
        sys.exit(f"{stored} of {rows} rows arrived")


if __name__ == "__main__":
    main()
