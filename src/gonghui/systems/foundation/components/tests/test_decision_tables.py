"""Decision tables on the database: drafts, gates, publishing, versions by union and day, pages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from gonghui.kernel.access.roles import APPROVER, HANDLER, VIEWER
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.notify.models import Todo
from gonghui.kernel.rules.models import DecisionTrace, TableVersion, VersionState
from gonghui.kernel.rules.tables import Content, Line, Sample
from gonghui.kernel.rules.versions import decide_for
from gonghui.systems.foundation.components.actions import decision_tables as actions
from gonghui.systems.foundation.components.queries import decision_tables as queries

# Found by its code: systems do not import one another.
TRADE_TABLE = queries.declared("membership.pool_trades")
pytestmark = pytest.mark.django_db
GOOD = Content(
    (
        Line({"trade": "03"}, {"words": "快递、即送", "industries": "60"}),
        Line({"trade": "01"}, {"words": "货运", "industries": "54"}),
    ),
    (Sample("快递", {"trade": "03"}, {"words": "快递、即送"}),),
)


@pytest.fixture
def writer(world):
    return world.actor("合肥经办", (HANDLER, world.hefei))


@pytest.fixture
def chief(world):
    return world.actor("合肥审批", (APPROVER, world.hefei))


def today():
    return timezone.localdate()


def drafted(world, writer, content=GOOD) -> TableVersion:
    draft = actions.begin(world.hefei, by=writer, table=TRADE_TABLE)
    return actions.write(draft, by=writer, content=content)


def published(world, writer, chief, on=None) -> TableVersion:
    draft = actions.try_on_past(drafted(world, writer), by=writer)
    day = on or today()
    actions.ask(draft, by=writer, reason="增加即送", valid_from=day, source_doc="合工〔2026〕1号")
    return actions.publish(draft, by=chief, valid_from=day)


def words(world, union, on=None):
    return TRADE_TABLE.decide({"trade": "03"}, on or today(), union.path).outcome["words"]


def test_a_city_version_holds_below_it_from_its_day_and_nowhere_else(world, writer, chief):
    day = today() + timedelta(days=3)
    published(world, writer, chief, day)
    assert words(world, world.factory) == ["快递", "邮政", "寄递"]
    assert words(world, world.factory, day) == ["快递", "即送"]
    assert words(world, world.mill, day) == ["快递", "邮政", "寄递"]


def test_each_gate_stops_publication(world, writer, chief):
    faulty = Content((Line({"trade": "没有的"}, {"words": "甲"}),), GOOD.samples)
    draft = drafted(world, writer, faulty)
    asked = {"by": writer, "reason": "理由充分", "valid_from": today(), "source_doc": ""}
    with pytest.raises(Refusal, match="单元格"):
        actions.ask(draft, **asked)
    with pytest.raises(Refusal, match="不能读懂"):
        actions.try_on_past(draft, by=writer)
    actions.write(draft, by=writer, content=Content(GOOD.lines))
    with pytest.raises(Refusal, match="用例"):
        actions.ask(draft, **asked)
    wrong = Content(GOOD.lines, (Sample("错", {"trade": "03"}, {"words": "别的"}),))
    actions.write(draft, by=writer, content=wrong)
    with pytest.raises(Refusal, match="用例全部通过"):
        actions.ask(draft, **asked)
    actions.write(draft, by=writer, content=GOOD)
    with pytest.raises(Refusal, match="试算"):
        actions.ask(draft, **asked)
    actions.try_on_past(draft, by=writer)
    with pytest.raises(Refusal, match="早于今天"):
        actions.ask(draft, **{**asked, "valid_from": today() - timedelta(days=1)})
    actions.ask(draft, **asked)
    assert Todo.objects.filter(kind="tables.publish", done_at=None).count() == 1
    with pytest.raises(Conflict):
        actions.write(draft, by=writer, content=GOOD)


def test_changed_lines_must_be_tried_again(world, writer):
    draft = actions.try_on_past(drafted(world, writer), by=writer)
    actions.write(draft, by=writer, content=Content(GOOD.lines[:1], GOOD.samples))
    with pytest.raises(Refusal, match="试算"):
        actions.ask(draft, by=writer, reason="理由充分", valid_from=today(), source_doc="")


def test_the_one_who_wrote_it_does_not_publish_it(world):
    both = world.actor("两岗", (HANDLER, world.hefei), (APPROVER, world.hefei))
    draft = actions.try_on_past(drafted(world, both), by=both)
    actions.ask(draft, by=both, reason="理由充分", valid_from=today(), source_doc="")
    with pytest.raises(Refusal, match="同一人"):
        actions.publish(draft, by=both, valid_from=today())


def test_a_new_version_ends_the_one_before_it_and_an_ended_one_gives_way(world, writer, chief):
    first = published(world, writer, chief)
    later = today() + timedelta(days=10)
    second = published(world, writer, chief, later)
    first.refresh_from_db()
    assert (first.valid_to, second.number) == (later, 2)
    actions.end(second, by=chief, reason="不再另定", valid_to=later)
    second.refresh_from_db()
    assert second.state == VersionState.DROPPED
    actions.end(first, by=chief, reason="不再另定", valid_to=today() + timedelta(days=1))
    assert words(world, world.factory) == ["快递", "即送"]
    assert words(world, world.factory, today() + timedelta(days=1)) == ["快递", "邮政", "寄递"]


def test_another_city_and_a_street_are_refused(world, writer):
    with pytest.raises(Forbidden):
        actions.begin(world.wuhu, by=writer, table=TRADE_TABLE)
    with pytest.raises(Refusal, match="不能另定"):
        actions.begin(world.shushan, by=writer, table=TRADE_TABLE)
    drafted(world, writer)
    with pytest.raises(Conflict, match="草稿"):
        actions.begin(world.hefei, by=writer, table=TRADE_TABLE)


def test_the_impact_counts_what_would_change(world, writer):
    for trade in ("03", "01", "02"):
        decide_for(
            TRADE_TABLE,
            world.factory,
            {"trade": trade},
            union=world.factory,
            on=today(),
            now=timezone.now(),
        )
    decide_for(
        TRADE_TABLE, world.mill, {"trade": "03"}, union=world.mill, on=today(), now=timezone.now()
    )
    assert DecisionTrace.objects.unscoped("test").count() == 4
    draft = actions.try_on_past(drafted(world, writer), by=writer)
    run = draft.runs.get()
    assert (run.cases, run.same, run.changed, run.refused) == (3, 0, 3, 0)
    assert "即送" in "".join(item["after"] for item in run.details)


@pytest.fixture
def client_of(world):
    def make(role, union) -> Client:
        client = Client()
        client.force_login(world.user("某人", (role, union)))
        return client

    return make


def test_pages_of_a_table(world, writer, client_of):
    client = client_of(HANDLER, world.hefei)
    assert "周转池行业对应" in client.get("/rules/").content.decode()
    url = f"/rules/table/{TRADE_TABLE.code}/"
    page = client.get(url, {"try": "1", "trade": "快递员"}).content.decode()
    assert "第 3 行" in page and "dt-hit" in page
    refused = client.get(url, {"try": "1", "trade": "不存在"})
    assert refused.status_code == 422 and "不在可选范围内" in refused.content.decode()
    answer = client.post(url + "begin/", {})
    assert answer.status_code == 302
    draft = TableVersion.objects.unscoped("test").get()
    assert client.get(answer.url).status_code == 200
    record = client.get(f"/w/rule-versions/{draft.pk}/").content.decode()
    for part in ("发布条件", "内容", "用例", "影响试算"):
        assert part in record
    compared = client.get(url + "compare/", {"left": "0", "right": draft.pk})
    assert "没有不同" in compared.content.decode()


def test_the_grid_keeps_what_is_typed(world, writer, client_of):
    client = client_of(HANDLER, world.hefei)
    draft = drafted(world, writer)
    url = f"/rules/version/{draft.pk}/edit/"
    typed = {
        "version": draft.version,
        "note": ["", "说明"],
        "when_trade": ["快递员", "没有的"],
        "then_words": ["快递", "甲"],
        "then_industries": ["60", ""],
        "sample": ["一"],
        "given_trade": ["快递员"],
        "expect_words": ["快递"],
        "expect_industries": [""],
        "nothing": [""],
    }
    page = client.post(url, {**typed, "op": "line:up:1"}).content.decode()
    assert page.index('value="没有的"') < page.index('value="快递员"')
    assert "还没有保存" in page
    assert client.post(url, {**typed, "op": "save"}).status_code == 302
    draft.refresh_from_db()
    assert draft.parsed.lines[0].when == {"trade": "03"}
    page = client.get(url).content.decode()
    assert "不在可选范围内" in page and 'aria-invalid="true"' in page
    stale = client.post(url, {**typed, "op": "save"})
    assert stale.status_code == 409 and 'value="没有的"' in stale.content.decode()


def test_others_are_refused(world, writer, client_of):
    draft = drafted(world, writer)
    url = f"/rules/version/{draft.pk}/edit/"
    assert client_of(HANDLER, world.wuhu).get(url).status_code == 404
    assert client_of(VIEWER, world.hefei).get(url).status_code == 403
    assert Client().get("/rules/").status_code in (302, 403)
    assert client_of(HANDLER, world.wuhu).get(f"/rules/?union={world.hefei.pk}").status_code == 403
    below = client_of(HANDLER, world.factory).get("/rules/")
    assert below.status_code == 200
