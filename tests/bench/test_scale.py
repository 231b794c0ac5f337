"""Reads and moves at the scale of a province, each beside its floor in the same run.

Nothing here asserts a time: a ratio is printed and written to artifacts/bench.json; what is
asserted does not depend on the machine (query counts, page size).
"""

from __future__ import annotations

import time
from datetime import date
from typing import Any

import orjson
import pytest
from django.db import connection, transaction
from django.template import Context, Engine
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.loading import actor_of
from gonghui.kernel.access.models import Grant
from gonghui.kernel.access.roles import APPROVER, HANDLER, VIEWER
from gonghui.kernel.base.sealing import keyring
from gonghui.kernel.identity.models import User
from gonghui.kernel.metrics import members as metrics
from gonghui.kernel.org import tree
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Range, Scope, raise_wall
from gonghui.kernel.people import following
from gonghui.kernel.people.models import Membership
from gonghui.kernel.people.persons import DOCUMENT, reveal
from gonghui.kernel.resource import api, lists, pages
from gonghui.kernel.resource.declaration import RESOURCES
from tests.bench.conftest import best

pytestmark = pytest.mark.django_db
URL = "/w/memberships/?sex=1&status=active"
BARE_ROWS = (
    '{% for id, cells in rows %}<tr data-id="{{ id }}">{% for label, cell, first in cells %}'
    '<td data-label="{{ label }}">{% if first %}<a href="/w/memberships/{{ id }}/">'
    "{{ cell }}</a>{% else %}{{ cell }}{% endif %}</td>{% endfor %}</tr>{% endfor %}"
)
"""The same 50 rows in the same markup, drawn by a template alone."""
CONTROL = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")


@pytest.fixture
def city(db: Any) -> Union:
    """The city with the most members."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT union_id FROM metrics_membercount c JOIN org_union u ON u.id = c.union_id"
            " WHERE u.kind = '20' ORDER BY (c.status->>'active')::int DESC LIMIT 1"
        )
        pk = cursor.fetchone()[0]
    return Union.objects.unscoped("bench").get(pk=pk)


@pytest.fixture
def user(city: Union) -> User:
    made = User.objects.create_user("measured", "word", display_name="测试")
    for role in (HANDLER, APPROVER, VIEWER):
        grant = Grant(user=made, role=role.code, valid_from=date(2020, 1, 1))
        grant.place_at(city)
        grant.save()
    return made


@pytest.fixture
def actor(user: User) -> Actor:
    return actor_of(user, date(2026, 11, 22))


@pytest.fixture
def client(user: User) -> Client:
    made = Client(SERVER_NAME="localhost")
    made.force_login(user)
    return made


def timed_database(function: Any) -> tuple[float, list[str]]:
    """Milliseconds spent in the database by one call, and its statements."""
    spent = [0.0]

    def wrap(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        start = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            spent[0] += time.perf_counter() - start

    with connection.execute_wrapper(wrap), CaptureQueriesContext(connection) as captured:
        function()
    return spent[0] * 1000, [query["sql"] for query in captured.captured_queries]


def raw(statements: list[str]) -> float:
    """The least milliseconds of running these statements bare, as the owner, without the wall."""
    with connection.cursor() as cursor:

        def run() -> None:
            for statement in statements:
                cursor.cursor.execute(statement)
                cursor.cursor.fetchall()

        return best(run)


def test_member_list(report, client, actor, as_application):
    resource = RESOURCES["memberships"]
    client.get(URL)
    pairs = [timed_database(lambda: client.get(URL)) for _ in range(15)]
    spent = min(pair[0] for pair in pairs)
    statements = [sql for sql in pairs[-1][1] if not sql.startswith(CONTROL)]
    assert len(statements) <= 8, statements
    page = client.get(URL)
    assert len(page.content) <= 60_000
    rows = [sql for sql in statements if "people_membership" in sql]
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    floor = raw(rows)
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE gonghui_app")
    report.add("会员列表：数据库（含行级安全）", spent, floor, "≤ 2")
    report.note("会员列表：查询数", len(statements), "≤ 8", "次")
    report.note("会员列表：页面大小", len(page.content) / 1000, "≤ 60", "kB")

    raise_wall(actor.wall())
    chosen = lists.read(resource, {"sex": "1", "status": "active"}, actor)
    columns = lists.columns_shown(resource, chosen)
    fetched = lists.fetch(resource, actor, chosen, columns)
    assert len(fetched.rows) == 50
    painters = [pages.painter(column) for column in columns]
    cells = [
        [paint(value) for paint, value in zip(painters, row[2:], strict=True)]
        for row in fetched.rows
    ]
    template = Engine().from_string(BARE_ROWS)
    labels = [column.title for column in columns]
    bare_rows = [
        (
            row[0],
            [(label, cell, label == labels[0]) for label, cell in zip(labels, line, strict=True)],
        )
        for row, line in zip(fetched.rows, cells, strict=True)
    ]
    cpu = time.process_time
    bare = best(lambda: template.render(Context({"rows": bare_rows})), clock=cpu)
    ours = best(lambda: pages.table(resource, columns, fetched, chosen).body, clock=cpu)
    report.add("会员列表：50 行的绘制（CPU）", ours, bare, "≤ 2 × 裸模板")

    def bare_view() -> None:
        lists.fetch(resource, actor, chosen, columns)
        lists.counted(resource, actor, chosen)
        template.render(Context({"rows": bare_rows}))

    whole = best(lambda: client.get(URL), clock=cpu)
    report.add("会员列表：整页（CPU）", whole, bare, "≤ 2 × 裸模板")
    report.add(
        "会员列表：整页（CPU）", whole, best(bare_view, clock=cpu), "裸视图：同样的查询和裸模板"
    )


def test_page_two_thousand(report, actor, as_application):
    resource = RESOURCES["memberships"]
    raise_wall(actor.wall())
    chosen = lists.read(resource, {"status": "active"}, actor)
    columns = lists.columns_shown(resource, chosen)
    first = best(lambda: lists.fetch(resource, actor, chosen, columns))
    far = lists.ordered(lists.narrowed(resource, actor, chosen), chosen)
    at = far.values_list("joined_on", "pk")[100_000:100_001]
    value, pk = next(iter(at))
    chosen.cursor = (value, pk)
    later = best(lambda: lists.fetch(resource, actor, chosen, columns))
    report.add("第 2000 页 / 第 1 页", later, first, "≤ 1.5")


def test_two_character_search(report, actor, as_application):
    resource = RESOURCES["memberships"]
    raise_wall(actor.wall())
    scope = actor.scope(resource.view)
    member = Membership.objects.within(scope).select_related("person")[0]
    number = reveal(member.person)["document_number"]
    index = keyring().blind_indexes(number, context=DOCUMENT)

    def by_hash() -> None:
        list(
            Membership.objects.within(scope)
            .filter(person__document_index__in=index, person__merged_into=None)
            .values_list("pk")[:51]
        )

    floor = best(by_hash)
    for text in ("建国", "王伟"):
        chosen = lists.read(resource, {"q": text}, actor)
        columns = lists.columns_shown(resource, chosen)
        spent = best(lambda: lists.fetch(resource, actor, chosen, columns), times=7)  # noqa: B023
        count = len(lists.fetch(resource, actor, chosen, columns).rows)
        report.add(f"全市按“{text}”查找（{count} 行）", spent, floor, "≤ 20 × 证件号查找")


def test_api_list(report, client, actor, as_application):
    resource = RESOURCES["memberships"]
    raise_wall(actor.wall())
    names = ["id", *(column.source for column in resource.columns)]

    def bare() -> bytes:
        rows = Membership.objects.within(actor.scope(resource.view)).filter(status="active")
        return orjson.dumps(
            list(rows.order_by("-joined_on", "-id").values(*names)[:51]), default=str
        )

    class Request:
        method = "GET"
        GET = {"status": "active"}

    Request.actor = actor
    report.add(
        "API 50 行",
        best(lambda: api.list_view(Request(), resource)),
        best(bare),
        "≤ 1.5 × values()+orjson",
    )


def test_counts_of_a_node(report, city, as_application):
    with connection.cursor() as cursor:

        def bare() -> None:
            cursor.execute("SELECT * FROM metrics_membercount WHERE union_id = %s", [city.pk])
            cursor.fetchone()

        floor = best(bare, times=50)
    report.add("任一节点的会员统计", best(lambda: metrics.counts_of(city.pk), 50), floor, "≤ 5")


def test_freshness_of_counts(report, city):
    member = Membership.objects.unscoped("bench").filter(city_id=city.pk, status="active").first()
    before = metrics.counts_of(city.pk).status["active"]
    Membership.objects.unscoped("bench").filter(pk=member.pk).update(status="retained")
    start = time.perf_counter()
    metrics.fold()
    spent = time.perf_counter() - start
    assert metrics.counts_of(city.pk).status["active"] == before - 1
    report.note("一次写入后统计更新（另加至多 1 秒的轮询间隔）", spent, "≤ 5", "秒")


def test_moving_a_county(report):
    """Both run in transactions that are rolled back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT u.id FROM org_union u JOIN metrics_membercount c ON c.union_id = u.id"
            " WHERE u.kind = '30'"
            " ORDER BY abs((c.status->>'active')::int - 100000) LIMIT 1"
        )
        county = Union.objects.unscoped("bench").get(pk=cursor.fetchone()[0])
    target = (
        Union.objects.unscoped("bench")
        .filter(kind="20")
        .exclude(pk=county.parent_id)
        .order_by("pk")
        .first()
    )
    raise_wall(Scope.everything())
    span = Range.below(county.path)
    count = Membership.objects.unscoped("bench").filter(county_id=county.pk).count()
    floor = []
    for _ in range(2):
        mark = transaction.savepoint()
        with connection.cursor() as cursor:
            start = time.perf_counter()
            for table, more in (("people_membership", ", city_id = %s"), ("people_person", "")):
                values = [f"{target.path}{county.pk}.", len(county.path) + 1]
                values += [target.pk] if more else []
                cursor.execute(
                    f"UPDATE {table} SET org_path = %s || substr(org_path, %s){more}"
                    " WHERE org_path >= %s AND org_path < %s",
                    [*values, span.lo, span.hi],
                )
            floor.append(time.perf_counter() - start)
        transaction.savepoint_rollback(mark)
    old = county.path
    start = time.perf_counter()
    tree.move(county, target, on=date(2026, 11, 1), today=date(2026, 11, 22))
    decided = time.perf_counter() - start
    start = time.perf_counter()
    following.repath(old=old, union_id=county.pk)
    ours = time.perf_counter() - start
    report.add(f"县级工会变更上级（{count:,} 名会员，后台作业）", ours, min(floor), "≤ 3", "秒")
    report.note("县级工会变更上级：当场完成的部分", decided, "—", "秒")


def test_memory_of_a_web_process(report, client):
    for _ in range(30):
        client.get(URL)
    with open("/proc/self/status", encoding="ascii") as status:
        line = next(row for row in status if row.startswith("VmRSS"))
    report.note("处理 30 个列表页后本进程内存", int(line.split()[1]) / 1024, "≤ 250", "MB")
