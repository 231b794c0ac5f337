"""A hundred thousand running cases: my work, a sweep, one step, and what a case takes.

Ratios are written to artifacts/bench.json; what is asserted holds on any machine (query counts,
plans, sizes), and the CPU of a step, for which the issue gives a bound.
"""

from __future__ import annotations

import json
import time
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.loading import actor_of
from gonghui.kernel.access.models import Grant
from gonghui.kernel.access.roles import APPROVER
from gonghui.kernel.identity.models import User
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scope, raise_wall
from gonghui.kernel.people.models import Membership
from gonghui.kernel.process import cases, jobs, paging, work
from gonghui.kernel.process.definitions import compiled
from gonghui.kernel.process.engine import Run
from gonghui.kernel.process.models import Case, ItemState, Timer
from gonghui.kernel.process.paging import Order
from gonghui.kernel.process.stepping import CaseHost
from gonghui.kernel.process.tests import flows, starting
from gonghui.kernel.process.tests.flows import arrows, diagram, effect, node
from gonghui.kernel.process.tests.flows import work as task
from tests.bench.conftest import best
from tests.bench.test_scale import CONTROL, raw, timed_database

pytestmark = pytest.mark.django_db
CASES, MINE, DUE = 100_000, 5_000, 40
FLOW = diagram(
    node("startEvent", "start"),
    task("draft", who="starter"),
    node("exclusiveGateway", "gate", default="gate_check"),
    task("second"),
    task("check", deadline="7"),
    node("parallelGateway", "fork"),
    task("legal"),
    task("money"),
    node("parallelGateway", "meet"),
    effect("save", "approve_as_flow"),
    node("endEvent", "end"),
    arrows("start>draft", "draft>gate", "gate>second if amount > 100.0", "gate>check"),
    arrows("second>check", "check>fork", "fork>legal", "fork>money", "legal>meet", "money>meet"),
    arrows("meet>save", "save>end"),
)
"""Ten steps, a gateway with a condition, a fork: what an office draws."""
FILL = [
    """
    INSERT INTO process_case (union_id, org_path, city_id, county_id, flow, definition_id, title,
        subject_type, subject_id, state, standing, starter_name, variables, engine, started_at,
        reason, version)
    SELECT u.id, u.path, u.city_id, u.county_id, %(flow)s, %(definition)s, '测试审批 ' || n,
        'bench.subject', n, 'running', 'check', '发起人', %(variables)s::jsonb, %(engine)s::jsonb,
        now(), '', 1
    FROM generate_series(1, %(cases)s) n
    JOIN (SELECT *, row_number() OVER (ORDER BY id) - 1 AS place
          FROM org_union WHERE status = 'active') u
    ON u.place = n %% (SELECT count(*) FROM org_union WHERE status = 'active')
    """,
    """
    INSERT INTO process_workitem (union_id, org_path, city_id, county_id, case_id, flow, token,
        step, title, kind, state, mode, need, role, assignee_id, assignee_name, told, note,
        opened_at, due_at, choice, choice_title, opinion, decided_by_name, on_behalf_of_name)
    SELECT c.union_id, c.org_path, c.city_id, c.county_id, c.id, c.flow, 9, 'check', 'check',
        'sign', 'open', 'one', 0, 'approver',
        CASE WHEN c.subject_id <= %(mine)s THEN %(user)s END, '', '[]', '', now(),
        now() + (c.subject_id %% 500 + 24) * interval '1 hour', '', '', '', '', ''
    FROM process_case c WHERE c.subject_type = 'bench.subject'
    """,
    """
    INSERT INTO process_timer (case_id, item_id, kind, token, step, due_at)
    SELECT case_id, id, 'overdue', token, step, due_at FROM process_workitem
    WHERE case_id IN (SELECT id FROM process_case WHERE subject_type = 'bench.subject')
    """,
    """
    INSERT INTO notify_todo (kind, title, link, org_path, union_id, permission, assignee_user_id,
        target_type, target_id, due_at, created)
    SELECT 'process.sign', 'check：' || c.title, '/work/' || i.id || '/', i.org_path, i.union_id,
        CASE WHEN i.assignee_id IS NULL THEN 'work.approver' ELSE '' END, i.assignee_id,
        'process.workitem', i.id::text, i.due_at, now()
    FROM process_workitem i JOIN process_case c ON c.id = i.case_id
    WHERE c.subject_type = 'bench.subject'
    """,
    "ANALYZE process_case, process_workitem, process_timer, notify_todo",
]


@pytest.fixture
def place(db: Any) -> Union:
    """A union whose own approver measures."""
    rows = Union.objects.unscoped("bench").filter(kind="20", status="active")
    return rows.order_by("pk")[0]


@pytest.fixture
def user(place: Union) -> User:
    made = User.objects.create_user("process-measured", "word", display_name="测试")
    grant = Grant(user=made, role=APPROVER.code, valid_from=date(2020, 1, 1))
    grant.place_at(place)
    grant.save()
    return made


@pytest.fixture
def actor(user: User) -> Actor:
    return actor_of(user, timezone.localdate())


def begin(actor: Actor, place: Union) -> Case:
    """A real case of the flow about a member nobody else has a case of, at its second step."""
    raise_wall(Scope.everything())
    taken = Case.objects.unscoped("bench").filter(subject_type="people.membership")
    rows = Membership.objects.unscoped("bench").exclude(pk__in=taken.values("subject_id"))
    member = rows.filter(status="active", city_id=place.pk).order_by("pk")[0]
    case: Case = starting.send(member, by=actor, amount=50)
    work.decide(open_items(case)[0], by=actor, choice="agree")
    raise_wall(Scope.everything())
    case.refresh_from_db()
    return case


def open_items(case: Case) -> list[Any]:
    """As the page of an item has them, with their case."""
    return list(cases.items(case).filter(state=ItemState.OPEN).select_related("case"))


@pytest.fixture
def running(user: User, actor: Actor, place: Union) -> Case:
    """100,000 running cases, 5,000 of them mine to sign; and a real one."""
    definition = flows.publish(FLOW)
    case = begin(actor, place)
    values = {
        "flow": flows.REVIEW.code,
        "definition": definition.pk,
        "variables": json.dumps(case.variables),
        "engine": json.dumps(case.engine),
        "cases": CASES,
        "mine": MINE,
        "user": user.pk,
    }
    with connection.cursor() as cursor:
        for statement in FILL:
            cursor.execute(statement, values if "%(" in statement else None)
    return case


def asked(statements: list[str]) -> list[str]:
    return [sql for sql in statements if not sql.startswith(CONTROL)]


def test_cases_at_scale(report: Any, running: Case, user: User, actor: Actor, place: Union) -> None:
    """One filling serves all measures: it takes longer than they do."""
    my_work(report, user, actor)
    sweeping(report)
    stepping(report, running, actor, place)
    sizes(report)


def my_work(report: Any, user: User, actor: Actor) -> None:
    order = Order("due_at")
    runs = [timed_database(lambda: paging.page(work.mine(actor), order, {}, 50)) for _ in range(10)]
    spent, floor = min(run[0] for run in runs), raw(asked(runs[-1][1]))
    report.add("流程待办（5,000 件）：取一页，数据库", spent, floor, "≤ 2")
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    for title, url in (("流程待办", "/work/"), ("全部待办", "/todo/")):
        client.get(url)
        runs = [timed_database(lambda url=url: client.get(url)) for _ in range(10)]
        spent = min(run[0] for run in runs)
        found = asked(runs[-1][1])
        assert len(found) <= 12, found
        report.note(f"{title}页（5,000 件）：查询数", len(found), "≤ 12", "次")
        reads = [sql for sql in found if sql.lstrip("\n (").startswith("SELECT")]
        report.add(f"{title}页（5,000 件）：数据库", spent, raw(reads), "≤ 2")
    raise_wall(Scope.everything())


def sweeping(report: Any) -> None:
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            "EXPLAIN (FORMAT JSON) SELECT case_id FROM process_timer WHERE due_at <= %s"
            " ORDER BY due_at LIMIT 100",
            [now],
        )
        plan = json.dumps(cursor.fetchone()[0])
    assert "timer_due" in plan and "Seq Scan" not in plan, plan
    _, statements = timed_database(jobs.sweep)
    assert len(asked(statements)) == 1, "nothing is due and nothing but that is read"
    due = list(Timer.objects.order_by("pk").values_list("pk", flat=True)[:DUE])
    Timer.objects.filter(pk__in=due).update(due_at=now - timedelta(minutes=1))
    before = Timer.objects.count()
    idle = best(lambda: list(Timer.objects.filter(due_at__lte=now)[:100]))
    assert Timer.objects.filter(due_at__lte=now).count() == DUE and before >= CASES
    report.note("到期扫描：10 万个定时中找出到期的", idle, "只碰到期的", "ms")


def stepping(report: Any, case: Case, actor: Actor, place: Union) -> None:
    host = CaseHost(case, actor)
    plan = compiled(case.definition_id)
    token = Run.restore(plan, host, case.engine).tokens()[0].id

    def step() -> None:
        run = Run.restore(plan, host, json.loads(json.dumps(case.engine)))
        run.complete(token)
        json.dumps(run.store())

    engine = best(step, times=50, clock=time.process_time)
    assert engine <= 10
    report.note("流程一步（恢复、前进、保存）：CPU", engine, "≤ 10", "ms")

    def stored() -> None:
        read = Case.objects.unscoped("bench").get(pk=case.pk)
        run = Run.restore(plan, host, read.engine)
        run.complete(token)
        Case.objects.unscoped("bench").filter(pk=case.pk).update(standing=str(run.store())[:200])

    report.note(
        "流程一步（连同读写数据库）：CPU", best(stored, 50, time.process_time), "≤ 10", "ms"
    )
    several = [begin(actor, place) for _ in range(12)]
    items = [open_items(one)[0] for one in several]
    approvers = {item.pk: _signer(item, actor) for item in items}
    spent = []
    for item in items:
        start = time.process_time()
        work.decide(item, by=approvers[item.pk], choice="agree", opinion="同意")
        spent.append((time.process_time() - start) * 1000)
    report.note("办理一件（校验、签字、前进、两个新待办、审计）：CPU", min(spent), "—", "ms")
    last = open_items(begin(actor, place))[0]
    _, statements = timed_database(lambda: work.decide(last, by=actor, choice="agree"))
    report.note("办理一件：语句数", len(asked(statements)), "—", "次")
    returning(report, case, actor)


def returning(report: Any, case: Case, actor: Actor) -> None:
    """Forty times back to the first step and on again, stored and restored at every step."""
    host, plan = CaseHost(case, actor), compiled(case.definition_id)
    state, sizes = case.engine, []
    for _ in range(40):
        for to in ("draft", ""):
            run = Run.restore(plan, host, json.loads(json.dumps(state)))
            token = run.tokens()[0].id
            run.send_back(token, to) if to else run.complete(token)
            state = run.store()
        sizes.append(len(json.dumps(state)))
    assert sizes[-1] <= sizes[0] + 40
    report.note("退回 40 次：运行状态比退回 1 次多", sizes[-1] - sizes[0], "不增长", "字节")


def _signer(item: Any, actor: Actor) -> Actor:
    assert work.capacity(item, actor) is not None, item.union
    return actor


def sizes(report: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT avg(pg_column_size(engine)), avg(pg_column_size(c.*)) FROM process_case c"
        )
        engine, row = cursor.fetchone()
        cursor.execute(
            "SELECT sum(pg_total_relation_size(name::regclass)) FROM unnest("
            "ARRAY['process_case', 'process_workitem', 'process_timer']) name"
        )
        everything = cursor.fetchone()[0]
    report.note("每个流程：运行状态", float(engine), "—", "字节")
    report.note("每个流程：一行", float(row), "—", "字节")
    report.note("每个流程：连同待办、定时和索引", float(everything) / CASES, "—", "字节")
    assert engine < 1_000
