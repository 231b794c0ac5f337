"""Differences: sown ones are found, settled with a reason, and mended by themselves."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import Client
from django.utils import timezone

from gonghui.kernel.access.roles import AUDITOR, HANDLER, SECURITY_ADMIN, SYSTEM_ADMIN
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.bus.outbox import publish
from gonghui.kernel.notify.models import Todo
from gonghui.kernel.resource.declaration import SYSTEMS
from gonghui.kernel.security.models import SecurityEvent
from gonghui.systems.foundation.services.actions import findings as actions
from gonghui.systems.foundation.services.models import BusFlow, CallCount, Finding
from gonghui.systems.foundation.services.models.observed import FindingState
from gonghui.systems.foundation.services.queries import interfaces, seen, sources
from gonghui.systems.foundation.services.rules import comparing
from gonghui.systems.foundation.services.tests.makers import finding
from gonghui.systems.foundation.services.views import counting

pytestmark = pytest.mark.django_db
ALL = "tests look at everything"


def kinds() -> set[str]:
    rows = Finding.objects.unscoped(ALL).filter(state=FindingState.OPEN)
    return set(rows.values_list("kind", flat=True))


def test_nothing_of_this_installation_is_undeclared(db):
    """What fails here is mended in the manifest of the system named."""
    found = comparing.differences(seen.declared(), seen.seen(timezone.localdate()))
    assert [item.title for item in found] == []


def test_a_dependency_nobody_declared_is_found_and_mended(world, monkeypatch):
    monkeypatch.setattr(SYSTEMS["A01"], "uses", ())
    assert actions.refresh(world.province) == 1
    row = Finding.objects.unscoped(ALL).get()
    assert (row.kind, row.system, row.org_path) == (
        comparing.UNDECLARED_USE,
        "A01",
        world.province.path,
    )
    todo = Todo.objects.get(kind=actions.TO_SETTLE, done_at=None)
    assert (todo.union_id, todo.permission) == (world.province.pk, "service-findings.settle")
    monkeypatch.setattr(SYSTEMS["A01"], "uses", ("C1.1",))
    assert actions.refresh(world.province) == 0
    row.refresh_from_db()
    assert row.state == FindingState.MENDED
    assert not Todo.objects.filter(kind=actions.TO_SETTLE, done_at=None)


def test_an_event_nobody_publishes_is_found(world):
    publish("cn.gonghui.ghost.walked", "ghost/1", {})
    actions.refresh(world.province)
    assert comparing.STRAY_EVENT in kinds()
    flow = BusFlow.objects.get(name="cn.gonghui.ghost.walked")
    assert flow.count == 1
    actions.refresh(world.province)
    flow.refresh_from_db()
    assert flow.count == 1


def test_a_call_past_the_guard_is_found_and_told(world, tmp_path, monkeypatch):
    folder = tmp_path / "systems" / "mobilization" / "membership"
    folder.mkdir(parents=True)
    (folder / "calling.py").write_text("import httpx\n\nhttpx.get('https://a.cn')\n")
    read = sources.read(tmp_path)
    assert read.bypasses == {
        "systems.mobilization.membership": {
            ("gonghui.systems.mobilization.membership.calling", "httpx")
        }
    }
    real = seen.seen(timezone.localdate())
    sown = replace(real, bypasses=frozenset({("C1.1", "gonghui.x.calling", "httpx")}))
    monkeypatch.setattr(seen, "seen", lambda today: sown)
    actions.refresh(world.province)
    assert comparing.BYPASS in kinds()
    assert SecurityEvent.objects.filter(facts__finding=comparing.BYPASS).count() == 1
    actions.refresh(world.province)
    assert SecurityEvent.objects.filter(facts__finding=comparing.BYPASS).count() == 1


def test_sources_read_events_parties_and_imports(tmp_path):
    folder = tmp_path / "systems" / "a" / "b"
    folder.mkdir(parents=True)
    (folder / "names.py").write_text(
        'SMS = Party("sms", "短信", X)\nTOPIC = "cn.gonghui.b.done"\npublish(TOPIC, "1", {})\n'
    )
    (folder / "work.py").write_text(
        "from gonghui.systems.a.b.names import (\n    SMS,\n    TOPIC,\n)\n"
        "from gonghui.kernel import codes\n"
        'publish(f"cn.gonghui.b.{what}", "1", {})\n'
        'request("GET", "x", party=SMS)\nrequest("GET", "x", party="某处")\n'
    )
    (folder / "named.py").write_text(
        "from gonghui.kernel.bus.outbox import publish as publish_event\n"
        "from gonghui.systems.a.b.names import TOPIC as DONE, SMS as WAY\n"
        'publish_event("cn.gonghui.b.renamed", "1", {})\n'
        'publish_event(DONE, "1", {})\nrequest("GET", "x", party=WAY)\n'
    )
    (folder / "tests").mkdir()
    (folder / "tests" / "test_x.py").write_text("import httpx\n")
    found = sources.read(tmp_path)
    assert found.topics["systems.a.b"] == {
        "cn.gonghui.b.done",
        "cn.gonghui.b.renamed",
        "cn.gonghui.b.*",
    }
    assert found.parties["systems.a.b"] == {"sms", "某处"} and found.words == {"某处"}
    assert "kernel.codes" in found.imports["systems.a.b"]
    assert not found.bypasses


def test_calls_are_counted_by_pattern_and_unknown_ones_become_a_finding(world):
    counting.TALLY.take()
    client = Client()
    client.force_login(world.user("经办", (HANDLER, world.shushan)))
    made = world.member(world.factory)
    client.get(f"/w/memberships/{made.pk}/")
    client.get("/api/v1/plan/")
    for number in range(20):
        assert client.get(f"/api/v1/nothing-{number}/").status_code == 404
    counting.TALLY.write()
    rows = {
        (row.route, row.caller, row.outcome, row.unit): row.count for row in CallCount.objects.all()
    }
    assert rows["api/v1/plan/", "cadre", 2, world.hefei.pk] == 1
    assert rows["", "cadre", 4, world.hefei.pk] == 20
    assert not [route for route, *_ in rows if str(made.pk) in route.split("/")]
    client.get("/api/v1/plan/")
    counting.TALLY.write()
    assert CallCount.objects.get(route="api/v1/plan/").count == 2
    actions.refresh(world.province)
    assert comparing.UNKNOWN_CALL in kinds()


def test_an_interface_described_nowhere_is_found(world, monkeypatch):
    monkeypatch.setattr(SYSTEMS["D09"], "interfaces", ())
    assert {item.route for item in interfaces.undeclared()} == {
        "api/v1/plan/",
        "api/v1/graphs/<slug:code>/",
    }
    actions.refresh(world.province)
    assert comparing.UNDECLARED_ROUTE in kinds()


def test_settling(world):
    row = finding(world, world.province)
    somebody = world.actor("安全管理员", (SECURITY_ADMIN, world.province))
    keeper = world.actor("系统管理员", (SYSTEM_ADMIN, world.province))
    with pytest.raises(Forbidden):
        actions.accept(row, by=somebody, reason="可以保留")
    done = actions.accept(row, by=keeper, reason="过渡期保留")
    assert (done.state, done.reason) == (FindingState.ACCEPTED, "过渡期保留")
    with pytest.raises(Conflict):
        actions.accept(row, by=keeper, reason="再接受一次")
    assert actions.reopen(row, by=keeper, reason="要改掉").state == FindingState.OPEN
    with pytest.raises(Conflict):
        actions.reopen(row, by=keeper, reason="再来一次")
    grave = finding(world, world.province, kind=comparing.BYPASS)
    with pytest.raises(Refusal, match="只能改正"):
        actions.accept(grave, by=keeper, reason="不想改")


def test_accepted_stays_accepted_while_it_lasts(world, monkeypatch):
    monkeypatch.setattr(SYSTEMS["A01"], "uses", ())
    actions.refresh(world.province)
    row = Finding.objects.unscoped(ALL).get()
    keeper = world.actor("系统管理员", (SYSTEM_ADMIN, world.province))
    actions.accept(row, by=keeper, reason="过渡期保留")
    assert actions.refresh(world.province) == 0
    row.refresh_from_db()
    assert row.state == FindingState.ACCEPTED


def test_comparing_by_hand_needs_the_province(world):
    city = world.actor("市管理员", (SYSTEM_ADMIN, world.hefei))
    with pytest.raises(Forbidden):
        actions.compare(world.province, by=city)
    auditor = Client()
    auditor.force_login(world.user("审计", (AUDITOR, world.province)))
    assert auditor.get("/w/service-findings/").status_code == 200
    assert auditor.post("/w/service-findings/new/compare/").status_code == 403
    keeper = Client()
    keeper.force_login(world.user("系统管理员", (SYSTEM_ADMIN, world.province)))
    assert keeper.post("/w/service-findings/new/compare/").status_code == 302
