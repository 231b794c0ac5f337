"""A million cases: queue, search, figures and likeness beside the SQL they ask.

GONGHUI_BENCH_CASES (1,000,000) sizes it. They stay in a kept database: filling takes minutes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from gonghui.engines.casework.declaring import CaseKind
from gonghui.engines.casework.models import Case
from gonghui.engines.casework.queries import cases, desk, statistics
from gonghui.engines.casework.testing import on_trial
from gonghui.engines.casework.tests import kinds
from gonghui.kernel.access.actor import Actor, Held
from gonghui.kernel.access.roles import APPROVER, HANDLER
from gonghui.kernel.base.sealing import keyring
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scope, raise_wall
from tests.bench.conftest import best
from tests.bench.test_scale import CONTROL, raw, timed_database

pytestmark = pytest.mark.django_db
CASES = int(os.environ.get("GONGHUI_BENCH_CASES", "1000000"))
FILL = [
    """
    CREATE TEMP TABLE bench_indexes AS
    SELECT c.relname AS name, pg_get_indexdef(i.indexrelid) AS definition
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE NOT i.indisunique AND i.indrelid IN ('casework_case'::regclass,
        'casework_intake'::regclass, 'casework_fingerprint'::regclass)
    """,
    """
    DO $$ DECLARE found record; BEGIN
        FOR found IN SELECT * FROM bench_indexes LOOP
            EXECUTE 'DROP INDEX ' || found.name;
        END LOOP;
    END $$
    """,
    """
    INSERT INTO casework_case (union_id, org_path, city_id, county_id, kind, number, title,
        summary, category, difficulty, channel, secrecy, phase, step, received_at, respondent_name,
        handler_name, due_on, rank_on, late, collective, intakes_count, supervised, urged, crisis,
        round, outcome, version, replied_at, closed_at)
    SELECT u.id, u.path, u.city_id, u.county_id, 'tellers', 'BC' || n,
        (ARRAY['单位拖欠工资', '咨询加班费计算', '车间温度过高', '要求签订劳动合同'])[n %% 4 + 1]
            || n %% 1000,
        '摘要' || md5(n::text), (ARRAY['pay', 'safety'])[n %% 2 + 1], 'common',
        (ARRAY['web', 'phone', 'counter', 'sms', 'letter'])[n %% 5 + 1], 'named',
        CASE WHEN n %% 100 < 3 THEN 'handling' WHEN n %% 100 = 3 THEN 'routed'
             WHEN n %% 100 = 4 THEN 'replied' ELSE 'closed' END,
        '', now() - (n %% 1095) * interval '1 day', '单位' || n %% 5000, '',
        CASE WHEN n %% 100 < 4 THEN current_date - 20 + n %% 90 END,
        CASE WHEN n %% 100 < 4 THEN current_date - 20 + n %% 90 ELSE '9999-12-31' END,
        CASE WHEN n %% 100 >= 4 THEN n %% 30 = 0 END, false, 1, false, 0, false, 1, '', 1,
        CASE WHEN n %% 100 >= 4
             THEN now() - (n %% 1095) * interval '1 day' + (n %% 40) * interval '1 day' END,
        CASE WHEN n %% 100 >= 5
             THEN now() - (n %% 1095) * interval '1 day' + (n %% 50) * interval '1 day' END
    FROM generate_series(1, %(cases)s) n
    JOIN (SELECT *, row_number() OVER (ORDER BY id) - 1 AS place
          FROM org_union WHERE status = 'active') u
        ON u.place = n %% (SELECT count(*) FROM org_union WHERE status = 'active')
    """,
    """
    INSERT INTO casework_intake (union_id, org_path, city_id, county_id, case_id, first_case_id,
        number, channel, key, received_at, recorded_at, secrecy, text, people, version,
        mobile_index)
    SELECT union_id, org_path, city_id, county_id, id, id, number, channel, '', received_at,
        received_at, 'named', %(sealed)s, 1, 1, sha256(number::bytea)
    FROM casework_case WHERE kind = 'tellers'
    """,
    """
    INSERT INTO casework_fingerprint (intake_id, case_id, marks, bands)
    SELECT i.id, i.case_id, m.marks || m.marks, m.marks
    FROM casework_intake i
    CROSS JOIN LATERAL (
        SELECT array_agg((('x' || substr(md5(i.id::text || k::text), 1, 7))::bit(28)::int))
            AS marks FROM generate_series(1, 16) k
    ) m
    """,
    """
    DO $$ DECLARE found record; BEGIN
        FOR found IN SELECT * FROM bench_indexes LOOP
            EXECUTE found.definition;
        END LOOP;
    END $$
    """,
    "ANALYZE casework_case, casework_intake, casework_fingerprint",
]


@pytest.fixture
def kind() -> Iterator[CaseKind]:
    with on_trial():
        yield kinds.declare()


@pytest.fixture
def filled(django_db_blocker: Any, db: Any) -> None:
    raise_wall(Scope.everything())
    if Case.objects.unscoped("bench").filter(kind="tellers").exists():
        return
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
        for statement in FILL:
            values = {
                "cases": CASES,
                "sealed": keyring().seal("内容" * 60, context="casework_intake.text"),
            }
            cursor.execute(statement, values)
    if os.environ.get("GONGHUI_BENCH_KEEP"):
        connection.connection.commit()


def actor_at(union: Union) -> Actor:
    grants = tuple(
        Held(role.code, union.path, union.pk, union.name) for role in (HANDLER, APPROVER)
    )
    return Actor(1, None, "测", union.pk, union.name, grants)


@pytest.fixture
def places(filled: None) -> dict[str, Actor]:
    rows = Union.objects.unscoped("bench").filter(status="active")
    return {
        "全省": actor_at(rows.get(parent=None)),
        "一市": actor_at(rows.filter(kind="20").order_by("pk")[0]),
        "一县": actor_at(rows.filter(kind="30").order_by("pk")[0]),
    }


def beside_sql(report: Any, work: str, run: Any, times: int = 5) -> float:
    """The whole call beside the statements it sends, run bare."""
    _, sent = timed_database(run)
    statements = [sql for sql in sent if not sql.startswith(CONTROL)]
    figure = best(run, times)
    ratio: float = report.add(work, figure, raw(statements), "≤ 2")
    assert len(statements) <= 6, statements
    return ratio


def test_desk_search_and_figures(report, kind, places):
    today = timezone.localdate()
    year = (today - timedelta(days=365), today)
    for name, actor in places.items():

        def first(actor=actor):
            return desk.queue(actor, [kind])

        beside_sql(report, f"办件队列首页（{name}）", first)
        after = f"{(today + timedelta(days=20)).isoformat()}.500000"
        beside_sql(
            report,
            f"办件队列中间一页（{name}）",
            lambda actor=actor, after=after: desk.queue(actor, [kind], after=after),
        )
        beside_sql(report, f"各栏件数（{name}）", lambda actor=actor: desk.counts(actor, [kind]))
        beside_sql(
            report,
            f"办件台：首页连各栏件数（{name}）",
            lambda actor=actor: (desk.queue(actor, [kind]), desk.counts(actor, [kind])),
        )
        beside_sql(
            report,
            f"按字查找（{name}）",
            lambda actor=actor: desk.find("车间温度过高77", actor, [kind]),
        )
        beside_sql(
            report,
            f"一年统计（{name}）",
            lambda actor=actor: statistics.table(actor, [kind], *year, by="month"),
            times=2,
        )


def test_likeness(report, kind, places):
    case = Case.objects.unscoped("bench").filter(kind="tellers", phase="handling").first()
    report.note("相近办件", best(lambda: cases.alike(case)), "≤ 30", "ms")
