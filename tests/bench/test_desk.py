"""The home page of a cadre with 30 systems and 2,000 to-dos, and the search of a province.

Ratios are printed and written to artifacts/bench.json; what is asserted does not depend on the
machine (query counts).
"""

from __future__ import annotations

import re
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.template import Context, Engine
from django.test import Client
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.loading import actor_of
from gonghui.kernel.access.models import Grant
from gonghui.kernel.access.roles import APPROVER, HANDLER, VIEWER
from gonghui.kernel.identity.models import User
from gonghui.kernel.notify.models import Message, Todo
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import raise_wall
from gonghui.kernel.search.finding import find
from gonghui.kernel.ui import shell
from gonghui.systems.portal.desk.models import Follow, Notice, Usage
from gonghui.systems.portal.desk.permissions import PUBLISH_NOTICE
from gonghui.systems.portal.desk.queries.functions import functions
from gonghui.systems.portal.desk.views import home
from gonghui.systems.portal.desk.views.widgets import WIDGETS, layout_of
from tests.bench.conftest import best
from tests.bench.test_scale import CONTROL, timed_database

pytestmark = pytest.mark.django_db
SYSTEMS, TODOS = 30, 2000
PLACES_EACH = 6

BARE = Path(__file__).with_name("desk_bare.html")
"""The same content in plain markup, drawn by one template from values that are ready."""


@pytest.fixture
def city(db: Any) -> Union:
    rows = Union.objects.unscoped("bench").filter(kind="20", status="active")
    return rows.order_by("pk")[0]


@pytest.fixture
def user(city: Union) -> User:
    made = User.objects.create_user("desk-measured", "word", display_name="测试")
    for role in (HANDLER, APPROVER, VIEWER):
        grant = Grant(user=made, role=role.code, valid_from=date(2020, 1, 1))
        grant.place_at(city)
        grant.save()
    return made


@pytest.fixture
def actor(user: User) -> Actor:
    return actor_of(user, timezone.localdate())


@pytest.fixture
def systems(monkeypatch: pytest.MonkeyPatch) -> None:
    """A menu of thirty systems beside the ones that are installed."""
    monkeypatch.setattr(shell, "_providers", {k: list(v) for k, v in shell._providers.items()})
    shell.register_menu(
        lambda request: [
            shell.MenuGroup(
                f"第{n}系统",
                [shell.MenuItem(f"功能{n}-{m}", f"/w/s{n}-{m}/") for m in range(PLACES_EACH)],
            )
            for n in range(SYSTEMS)
        ]
    )


@pytest.fixture
def full(user: User, city: Union) -> None:
    """To-dos of thirty systems, messages, notices, follows and habits."""
    now = timezone.now()
    Todo.objects.bulk_create(
        Todo(
            kind=f"s{n % SYSTEMS}.decide",
            title=f"第{n}件待办：审核下级工会提交的事项",
            link=f"/w/memberships/{n}/",
            union_id=city.pk,
            org_path=city.path,
            permission=PUBLISH_NOTICE.code,
            target_type=f"s{n % SYSTEMS}.case",
            target_id=str(n),
            due_at=now + timedelta(hours=n - 300) if n % 5 else None,
            created=now,
        )
        for n in range(TODOS)
    )
    Message.objects.bulk_create(
        Message(
            recipient_user_id=user.pk,
            template="t",
            category="c",
            title=f"第{n}条消息",
            link="/desk/",
            created=now,
        )
        for n in range(200)
    )
    today = timezone.localdate()
    for n in range(40):
        notice = Notice(
            title=f"第{n}号公告",
            body="正文",
            starts_on=today,
            ends_on=today + timedelta(days=9),
            state="published",
            drafted_at=now,
            published_at=now,
        )
        notice.place_at(city)
        notice.save()
    Follow.objects.bulk_create(
        Follow(
            user_id=user.pk,
            resource="unions",
            target_type="org.union",
            target_id=str(city.pk + n),
            title=f"工会{n}",
            org_path=city.path,
        )
        for n in range(30)
    )
    Usage.objects.bulk_create(
        Usage(user_id=user.pk, function=item.url, day=today - timedelta(days=day), count=3)
        for item in functions(actor_of(user, today))[:20]
        for day in range(10)
    )


def ready_total(html: str) -> int:
    """How many to-dos the page says there are; the database may hold others of the city."""
    return int(re.search(r"全部 (\d+) 件待办", html)[1])


def test_home_page(report, systems, full, user, actor, as_application):
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    client.get("/desk/")
    spent, statements = timed_database(lambda: client.get("/desk/"))
    asked = [sql for sql in statements if not sql.startswith(CONTROL)]
    assert len(asked) <= 15, asked
    page = client.get("/desk/")
    assert ready_total(page.content.decode()) >= TODOS
    report.note("工作台：查询数", len(asked), "≤ 15", "次")
    report.note("工作台：页面大小", len(page.content) / 1000, "—", "kB")
    report.note("工作台：数据库", spent, "—", "ms")

    class Request:
        path = "/desk/"
        COOKIES: dict = {}
        GET: dict = {}

    Request.actor = actor
    raise_wall(actor.wall())
    ready = home._home(Request(), actor)
    layout = layout_of(ready.desk, actor)
    context = {
        "name": actor.name,
        "today": "2026年11月22日",
        "due": home._due_chips(ready),
        "menu": shell.menu_of(actor),
        "parts": [home._part(ready, WIDGETS[item.code], item.width, False) for item in layout],
    }
    template = Engine().from_string(BARE.read_text("utf-8"))
    cpu = time.process_time
    bare = best(lambda: template.render(Context(context)), clock=cpu)
    ours = best(lambda: client.get("/desk/"), times=25, clock=cpu)
    report.add("工作台：整页（CPU）", ours, bare, "≤ 4 × 裸模板")


def test_inbox_of_two_thousand(report, full, user, as_application):
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    client.get("/todo/")
    spent, statements = timed_database(lambda: client.get("/todo/"))
    asked = [sql for sql in statements if not sql.startswith(CONTROL)]
    assert len(asked) <= 8, asked
    report.note("待办列表（2,000 件）：数据库", spent, "—", "ms")
    report.note("待办列表：查询数", len(asked), "≤ 8", "次")


@pytest.mark.parametrize("text", ["王伟", "建国", "纺织", "没有这样的字"])
def test_search_of_a_province(report, text, as_application):
    """Every kind of thing, for a cadre of the province: the widest scope there is."""
    root = Union.objects.unscoped("bench").get(kind="10", parent=None)
    user = User.objects.create_user(f"search-{text}", "word", display_name="测试")
    for role in (HANDLER, APPROVER, VIEWER):
        grant = Grant(user=user, role=role.code, valid_from=date(2020, 1, 1))
        grant.place_at(root)
        grant.save()
    actor = actor_of(user, timezone.localdate())
    raise_wall(actor.wall())
    find(text, actor)
    pairs = [timed_database(lambda: find(text, actor)) for _ in range(5)]
    spent = min(pair[0] for pair in pairs)
    report.note(f"全省搜索“{text}”：数据库（{len(pairs[0][1])} 次查询）", spent, "≤ 50", "ms")
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
