"""Saved charts and reports: whose they are, who finds them, whose figures they show, versions."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from gonghui.kernel.access.roles import APPROVER, HANDLER, SYSTEM_ADMIN, VIEWER
from gonghui.kernel.audit.models import Entry
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.identity.models import User
from gonghui.kernel.metrics.members import fold
from gonghui.kernel.testing.world import World
from gonghui.kernel.ui.charts import Chart
from gonghui.kernel.ui.datasets import DATASETS
from gonghui.kernel.ui.reports import Sheet
from gonghui.systems.foundation.components.actions import definitions as actions
from gonghui.systems.foundation.components.models import Audience, Definition
from gonghui.systems.foundation.components.queries import definitions as queries
from gonghui.systems.foundation.components.queries.contents import Content
from gonghui.systems.foundation.components.rules.charting import REPORT, Spec

BAR = Content("各单位会员", "hbar", Spec(("unit",), ("members",)), Audience.OWNER)
TABLE = Content(
    "会员报表", REPORT, Spec(("city", "unit"), ("members", "women_share")), Audience.BELOW
)


@pytest.fixture
def cast(world: World) -> SimpleNamespace:
    return SimpleNamespace(
        maker=world.actor("制图", (APPROVER, world.hefei)),
        colleague=world.actor("同事", (VIEWER, world.hefei)),
        county=world.actor("区里", (HANDLER, world.shushan)),
        wuhu=world.actor("芜湖", (HANDLER, world.wuhu)),
        province=world.actor("省里", (VIEWER, world.province)),
        keeper=world.actor("管理", (SYSTEM_ADMIN, world.hefei)),
    )


def saved(world: World, cast: SimpleNamespace, content: Content = BAR) -> Definition:
    return actions.save(world.hefei, by=cast.maker, dataset="members", content=content)


def found_by(actor: Any) -> set[int]:
    return set(queries.seen_by(actor).values_list("pk", flat=True))


def fresh(found: Definition) -> Definition:
    return Definition.objects.unscoped("test").get(pk=found.pk)


def client_for(actor: Any) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


@pytest.mark.parametrize(
    ("audience", "who"),
    [
        (Audience.OWNER, {"maker"}),
        (Audience.UNION, {"maker", "colleague", "province"}),
        (Audience.BELOW, {"maker", "colleague", "province", "county"}),
    ],
)
def test_who_finds_a_definition(
    world: World, cast: SimpleNamespace, audience: str, who: set[str]
) -> None:
    found = saved(world, cast, replace(BAR, audience=audience))
    seers = {name for name, actor in vars(cast).items() if found.pk in found_by(actor)}
    # The administrator's role may not read members, so members' charts are none of theirs.
    assert seers == who
    for name, actor in vars(cast).items():
        if name not in who:
            with pytest.raises(Forbidden):
                queries.one(actor, found.pk)


def test_a_stopped_one_is_found_by_its_owner_only(world: World, cast: SimpleNamespace) -> None:
    found = saved(world, cast, TABLE)
    actions.stop(found, by=cast.maker)
    assert found.pk in found_by(cast.maker)
    assert found.pk not in found_by(cast.county)
    with pytest.raises(Conflict):
        actions.stop(fresh(found), by=cast.maker)
    with pytest.raises(Conflict):
        actions.change(fresh(found), by=cast.maker, content=BAR)
    actions.resume(fresh(found), by=cast.maker)
    assert found.pk in found_by(cast.county)
    with pytest.raises(Conflict):
        actions.resume(fresh(found), by=cast.maker)


def test_each_reader_sees_the_figures_of_the_own_range(world: World, cast: SimpleNamespace) -> None:
    for union, count in ((world.shushan, 1), (world.factory, 2), (world.mill, 4), (world.wuhu, 3)):
        for _ in range(count):
            world.member(union)
    while fold():
        pass
    saved(world, cast, TABLE)

    def total(actor: Any) -> int:
        drawing = queries.drawn(actor, "members", TABLE)
        assert isinstance(drawing, Sheet)
        return int(drawing.body[-1].figures[0].value or 0)

    whole = total(cast.province)
    assert whole == 10
    assert total(cast.maker) + total(cast.wuhu) == whole
    assert total(cast.county) <= total(cast.maker)
    chart = queries.drawn(cast.county, "members", BAR)
    assert isinstance(chart, Chart)
    assert not any("芜湖" in label or "庐阳" in label for label in chart.labels)


def test_who_may_not_read_the_data_neither_saves_nor_draws(
    world: World, cast: SimpleNamespace
) -> None:
    with pytest.raises(Forbidden):
        actions.save(world.hefei, by=cast.keeper, dataset="members", content=BAR)
    with pytest.raises(Forbidden):
        queries.drawn(cast.keeper, "members", BAR)
    with pytest.raises(Refusal, match="数据集"):
        actions.save(world.hefei, by=cast.maker, dataset="nothing", content=BAR)
    with pytest.raises(Forbidden):
        actions.save(world.wuhu, by=cast.maker, dataset="members", content=BAR)


def test_only_the_owner_changes_and_an_administrator_may_stop(
    world: World, cast: SimpleNamespace
) -> None:
    found = saved(world, cast, TABLE)
    for act in (
        lambda: actions.change(found, by=cast.colleague, content=BAR),
        lambda: actions.undo(found, by=cast.colleague),
        lambda: actions.restore(found, by=cast.colleague, number=1),
        lambda: actions.stop(found, by=cast.colleague),
        lambda: actions.resume(found, by=cast.colleague),
    ):
        with pytest.raises(Forbidden):
            act()
    actions.stop(found, by=cast.keeper, reason="口径已经作废")
    assert not fresh(found).active


def test_versions_undo_and_restore(world: World, cast: SimpleNamespace) -> None:
    found = saved(world, cast)
    second, third = replace(BAR, title="第二版"), replace(BAR, title="第三版", kind="bar")
    actions.change(found, by=cast.maker, content=second)
    actions.change(fresh(found), by=cast.maker, content=third)
    with pytest.raises(Refusal, match="没有改动"):
        actions.change(fresh(found), by=cast.maker, content=third)
    assert actions.undo(fresh(found), by=cast.maker).title == "第二版"
    assert actions.undo(fresh(found), by=cast.maker).title == BAR.title
    with pytest.raises(Refusal, match="最初"):
        actions.undo(fresh(found), by=cast.maker)
    assert actions.restore(fresh(found), by=cast.maker, number=3).kind == "bar"
    with pytest.raises(Conflict):
        actions.restore(fresh(found), by=cast.maker, number=3)
    with pytest.raises(Refusal, match="没有第 99 版"):
        actions.restore(fresh(found), by=cast.maker, number=99)
    numbers = list(found.editions.order_by("number").values_list("number", "content"))
    assert numbers == [(1, 1), (2, 2), (3, 3), (4, 2), (5, 1), (6, 3)]
    assert Entry.objects.filter(action="charts.restore", target_id=str(found.pk)).exists()


def test_the_second_of_two_savers_is_told(world: World, cast: SimpleNamespace) -> None:
    found = saved(world, cast)
    actions.change(found, by=cast.maker, content=replace(BAR, title="甲"), version=1)
    with pytest.raises(Conflict):
        actions.change(fresh(found), by=cast.maker, content=replace(BAR, title="乙"), version=1)


@pytest.mark.parametrize("code", ["members", "joins", "plan", "wishes"])
def test_every_dataset_reads_its_fields(world: World, cast: SimpleNamespace, code: str) -> None:
    world.member(world.factory)
    while fold():
        pass
    dataset = DATASETS[code]
    rows = dataset.rows(cast.maker)
    names = {item.name for item in dataset.dimensions}
    names |= {item.name for item in dataset.figures if not item.is_ratio}
    names |= {name for item in dataset.figures for name in (item.part, item.whole) if name}
    for row in rows:
        assert names <= set(row) | {"done"} and set(row) >= names
    assert rows or code in {"joins", "wishes"}


def test_the_rest_is_put_together_and_the_total_stays(world: World, cast: SimpleNamespace) -> None:
    content = Content("各系统功能", "hbar", Spec(("system",), ("total",), most=5), Audience.OWNER)
    chart = queries.drawn(cast.maker, "plan", content)
    assert isinstance(chart, Chart)
    assert len(chart.labels) == 5 and chart.labels[-1].startswith("其他 ")
    assert sum(chart.series[0].values) == len(DATASETS["plan"].rows(cast.maker))


def test_narrowed_and_laid_across(world: World, cast: SimpleNamespace) -> None:
    spec = Spec(("chapter",), ("total",), "state", ("kind", "计划原文"))
    chart = queries.drawn(cast.maker, "plan", Content("图", "stacked", spec, Audience.OWNER))
    assert isinstance(chart, Chart)
    rows = [row for row in DATASETS["plan"].rows(cast.maker) if row["kind"] == "计划原文"]
    assert sum(sum(v or 0 for v in item.values) for item in chart.series) == len(rows)
    wide = Spec(("chapter",), ("total",), "system")
    with pytest.raises(Refusal, match="横向展开最多"):
        queries.drawn(cast.maker, "plan", Content("表", REPORT, wide, Audience.OWNER))


FORM = {
    "title": "各章节进展",
    "kind": "stacked",
    "row1": "chapter",
    "figures": ["done", "partial", "open"],
    "most": "16",
    "audience": "below",
}


def test_made_previewed_changed_undone_and_passed_on_in_the_page(
    world: World, cast: SimpleNamespace
) -> None:
    maker = client_for(cast.maker)
    assert "用它制作" in maker.get("/charts/new/").content.decode()
    address = "/charts/new/?data=plan"
    preview = maker.post(address, {**FORM, "do": "preview"})
    assert preview.status_code == 200 and 'data-chart="stacked"' in preview.content.decode()
    assert not Definition.objects.unscoped("test").exists()
    wrong = maker.post(address, {**FORM, "figures": ["done", "done_share"]})
    assert wrong.status_code == 422
    assert "比率不能相加" in wrong.content.decode() and "各章节进展" in wrong.content.decode()
    done = maker.post(address, FORM)
    assert done.status_code == 302
    place = done["Location"]
    assert 'data-chart="stacked"' in maker.get(place).content.decode()
    found = Definition.objects.unscoped("test").get()
    changed = {
        **FORM,
        "kind": "report",
        "row2": "lead",
        "subtotals": "on",
        "version": found.version,
    }
    assert maker.post(f"{place}change/", changed).status_code == 302
    assert maker.post(f"{place}change/", {**changed, "title": "旧页"}).status_code == 409
    page = maker.get(place).content.decode()
    assert "第 2 版" in page and "小计" in page
    county = client_for(cast.county)
    assert "各章节进展" in county.get("/charts/?whose=others").content.decode()
    assert county.get(place).status_code == 200
    assert county.post(f"{place}undo/").status_code == 403
    assert county.get(f"/api/v1{place}").json()["rows"]
    wuhu = client_for(cast.wuhu)
    for answer in (wuhu.get(place), wuhu.get(f"/api/v1{place}"), wuhu.post(f"{place}stop/")):
        assert answer.status_code == 403
    assert maker.post(f"{place}undo/").status_code == 302
    assert fresh(found).kind == "stacked"
    assert maker.post(f"{place}stop/").status_code == 302
    assert county.get(place).status_code == 403


def test_a_report_leaves_as_a_workbook_with_a_purpose(world: World, cast: SimpleNamespace) -> None:
    found = saved(world, cast, TABLE)
    world.member(world.factory)
    while fold():
        pass
    maker = client_for(cast.maker)
    assert maker.post(f"/charts/{found.pk}/", {"purpose": ""}).status_code == 422
    answer = maker.post(f"/charts/{found.pk}/", {"purpose": "报送省总工会"})
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as book:
        assert "会员报表" in book.read("xl/sharedStrings.xml").decode()
    assert Entry.objects.filter(action="charts.export", reason="报送省总工会").exists()
    viewer = client_for(cast.colleague)
    assert viewer.post(f"/charts/{found.pk}/", {"purpose": "报送省总工会"}).status_code == 403
