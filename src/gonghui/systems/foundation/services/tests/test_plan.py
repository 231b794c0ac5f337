"""The plan tracker: the list against the manifests, figures, pages, use, workbook, open data."""

from __future__ import annotations

import io
from datetime import timedelta

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.roles import AUDITOR, HANDLER, SYSTEM_ADMIN, VIEWER
from gonghui.kernel.resource.declaration import SYSTEMS, Served
from gonghui.systems.foundation.services.actions.findings import add_calls
from gonghui.systems.foundation.services.queries import interfaces, plan
from gonghui.systems.foundation.services.rules import progress

PAGES = [
    "/services/",
    "/services/interfaces/",
    "/services/interfaces/?system=C1.1",
    "/services/outside/",
    "/services/topics/",
    "/services/architecture/",
    "/services/systems/C1.1/",
    "/services/systems/T/",
    "/services/parts/kernel.org/",
    "/services/parts/systems.mobilization.membership/",
    "/services/graphs/software/",
    "/services/graphs/systems/",
    "/services/graphs/systems/?stop=C1.1",
    "/services/graphs/systems/?focus=C1.1",
    "/services/graphs/data/?chapter=动员组织",
    "/services/graphs/calls/?stop=nowhere&focus=nowhere",
    "/plan/",
    "/plan/functions/",
    "/plan/functions/?state=done&mobile=no&lead=办公室&page=2",
    "/plan/functions/?state=nonsense&page=x",
    "/plan/matrix/",
    "/plan/usage/",
]


@pytest.mark.parametrize("code", sorted(SYSTEMS))
def test_the_list_of_the_plan_and_the_manifests_name_the_same_functions(code):
    manifest = SYSTEMS[code]
    assert plan.functions_of(code) == set(manifest.functions) | set(manifest.open_functions)
    assert plan.planned()[code].installed


def test_the_list_is_whole():
    """Counts and names as the plan has them: 91 entries, 712 named functions, 364 extras."""
    found = plan.functions()
    assert len(plan.planned()) == 91
    assert (sum(not item.extra for item in found), sum(item.extra for item in found)) == (712, 364)
    assert len(set(plan.titles())) == len(plan.titles())
    assert all(title.strip() for title in plan.titles().values())
    leads = {system.lead for system in plan.planned().values()}
    assert leads <= set(plan.departments()) and len(plan.departments()) == 14
    for system in plan.planned().values():
        assert system.lead not in system.participants
        assert set(system.participants) <= set(plan.departments())


def test_states_follow_the_manifests(monkeypatch):
    states = {item.id: item for item in plan.functions()}
    assert states["C1.1/8"].state == progress.DONE and states["C1.1/8"].url == "/w/memberships/"
    assert states["C1.1/1"].state == progress.DONE
    assert states["C1.1/6"].state == progress.DONE and not states["C1.1/6"].note
    assert states["C8.1/1"].state == progress.OPEN
    served = SYSTEMS["C1.1"].functions["C1.1/8"]
    changed = {**SYSTEMS["C1.1"].functions, "C1.1/8": Served(served.by, "x", partial="缺导出")}
    monkeypatch.setattr(SYSTEMS["C1.1"], "functions", changed)
    found = next(item for item in plan.functions() if item.id == "C1.1/8")
    assert (found.state, found.note) == (progress.PARTIAL, "缺导出")


def test_figures_are_counted_not_told():
    found = plan.functions()
    whole = plan.tally(found)
    assert whole.done == sum(item.state == progress.DONE for item in found)
    for groups in (
        plan.tallies(found, lambda item: item.system.chapter),
        plan.tallies(found, lambda item: item.system.lead),
    ):
        assert sum(tally.done for tally in groups.values()) == whole.done
        assert sum(tally.total for tally in groups.values()) == whole.total == 1076


@pytest.mark.django_db
@pytest.mark.parametrize("role", [HANDLER, VIEWER, SYSTEM_ADMIN, AUDITOR])
def test_cadres_read_and_nobody_else(world, role):
    client, worker, nobody = Client(), Client(), Client()
    client.force_login(world.user("干部", (role, world.shushan)))
    worker.force_login(world.user("职工", person=world.member(world.factory).person))
    for path in PAGES if role is HANDLER else PAGES[::7]:
        assert client.get(path).status_code == 200, path
        assert worker.get(path).status_code == 403, path
        assert nobody.get(path).status_code == 302, path
    for path in ("/services/systems/C9.9/", "/services/parts/kernel.nothing/"):
        assert client.get(path).status_code == 404
    for code in ("software", "systems", "data", "calls"):
        answer = client.get(f"/api/v1/graphs/{code}/").json()
        ids = {node["id"] for node in answer["nodes"]}
        assert ids and {edge["source"] for edge in answer["edges"]} <= ids
        assert {edge["target"] for edge in answer["edges"]} <= ids
        assert all(node["url"].startswith("/") for node in answer["nodes"])
        assert worker.get(f"/api/v1/graphs/{code}/").status_code == 403
    assert client.get("/api/v1/graphs/nothing/").status_code == 404


@pytest.mark.django_db
def test_every_node_of_every_graph_leads_to_a_page(world):
    client = Client()
    client.force_login(world.user("干部", (SYSTEM_ADMIN, world.province)))
    urls = {
        node["url"].split("?")[0]
        for code in ("software", "systems", "data", "calls")
        for node in client.get(f"/api/v1/graphs/{code}/").json()["nodes"]
    }
    for url in urls:
        assert client.get(url).status_code == 200, url


@pytest.mark.django_db
def test_every_served_function_leads_to_a_page(world):
    """Its address answers somebody who may, or refuses in words; none is missing or broken."""
    client = Client()
    client.force_login(
        world.user("干部", *[(role, world.province) for role in (HANDLER, VIEWER, SYSTEM_ADMIN)])
    )
    for url in {item.url for item in plan.functions() if item.url}:
        assert client.get(url).status_code in {200, 302, 403}, url


@pytest.mark.django_db
def test_stopping_a_system_shows_what_feels_it(world):
    client = Client()
    client.force_login(world.user("干部", (VIEWER, world.province)))
    page = client.get("/services/graphs/systems/?stop=C1.1").content.decode()
    assert "停用" in page and "会影响" in page and "is-stopped" in page
    assert "A01 实名制数据普查和网上入会活动，平台系统，运行，会受影响" in page


@pytest.mark.django_db
def test_what_the_machine_looks_like_is_for_administrators(world):
    for role, sees in ((SYSTEM_ADMIN, True), (VIEWER, False)):
        client = Client()
        client.force_login(world.user("某人", (role, world.province)))
        page = client.get("/services/architecture/").content.decode()
        assert ("PostgreSQL" in page) is sees
        assert "Django" in page and "平台内核" in page


@pytest.mark.django_db
def test_the_figures_are_open_to_anybody(world):
    answer = Client().get(reverse("plan-data"), {"system": "C1.1"}).json()
    assert answer["figures"]["total"] == 15 == len(answer["functions"])
    assert {"id", "title", "system", "lead", "state", "mobile"} == set(answer["functions"][0])
    assert Client().post(reverse("plan-data")).status_code in {403, 405}


@pytest.mark.django_db
def test_the_workbook_holds_what_the_list_shows(world):
    client = Client()
    client.force_login(world.user("干部", (VIEWER, world.hefei)))
    answer = client.get("/plan/export/?system=D09")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    rows = list(book["逐项功能"].values)
    assert [row[0] for row in rows[1:]] == [
        item for item in plan.titles() if item.startswith("D09/")
    ]
    assert dict(book["汇总"].values)["功能"] == 10


@pytest.mark.django_db
def test_use_is_counted_per_function_and_city(world):
    today = timezone.localdate()
    add_calls(
        {
            (today, "w/memberships/", "GET", "cadre", "", world.hefei.pk, 2): 5,
            (today, "api/v1/memberships/", "GET", "client", "app", 0, 2): 3,
            (today, "w/memberships/", "GET", "cadre", "", world.hefei.pk, 4): 100,
            (today - timedelta(days=40), "w/memberships/", "GET", "cadre", "", 0, 2): 100,
            (today, "plan/", "GET", "cadre", "", world.wuhu.pk, 2): 2,
        }
    )
    used = plan.use_by_route(*plan.last_days(today, 30))
    names = interfaces.routes_by_key()
    counts = {item.id: plan.use_of(item, used, names) for item in plan.functions()}
    assert (counts["C1.1/8"], counts["T/25"], counts["D07/1"]) == (8, 2, 0)
    client = Client()
    client.force_login(world.user("干部", (VIEWER, world.province)))
    page = client.get("/plan/usage/").content.decode()
    assert "合肥市总工会" in page and "芜湖市总工会" in page
