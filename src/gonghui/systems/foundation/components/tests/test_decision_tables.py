"""Decision tables on the database: drafts, gates, publishing, versions by union and day, pages."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
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
from gonghui.systems.foundation.components.views import workbooks

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


def _lines_url(draft):
    return f"/rules/version/{draft.pk}/table.xlsx"


def _brought(client, draft, content: bytes, name="改过的表.xlsx"):
    file = SimpleUploadedFile(name, content)
    return client.post(f"/rules/version/{draft.pk}/read/", {"file": file, "version": draft.version})


def test_a_table_goes_to_a_workbook_and_comes_back_as_it_was(world, writer, client_of):
    client = client_of(HANDLER, world.hefei)
    odd = (
        Line({"trade": '= trade == "03"'}, {"words": "快递、即送"}, "说明一"),
        Line({"trade": "非 01、02"}, {"words": "01", "industries": "60"}),
    )
    draft = drafted(world, writer, Content(odd, GOOD.samples))
    answer = client.get(_lines_url(draft))
    assert "attachment" in answer["Content-Disposition"]
    lines, told = workbooks.read(TRADE_TABLE, SimpleUploadedFile("t.xlsx", answer.content))
    assert (lines, told) == (odd, [])
    assert client.get(f"/rules/table/{TRADE_TABLE.code}/table.xlsx").status_code == 200


def test_a_workbook_is_read_into_the_grid_with_its_bad_cells_marked(world, writer, client_of):
    client = client_of(HANDLER, world.hefei)
    draft = drafted(world, writer)
    text = (
        "新就业形态,结果：工会名称用字,结果：行业大类,备注二\n"
        "快递员,快递,60,甲\n不认识的,货运,54,\n,,,\n保安员,,,\n"
    )
    page = _brought(client, draft, text.encode(), "t.csv").content.decode()
    assert "已读入 3 行，还没有保存" in page and "不认识的列已忽略：备注二" in page
    assert "不在可选范围内" in page and "这一行没有填写结果" in page
    assert 'value="快递员"' in page and 'value="不认识的"' in page
    draft.refresh_from_db()
    assert draft.parsed == GOOD
    bad = Content((Line({"trade": "不认识的"}, {"words": "货运"}),))
    marked = workbooks.written(TRADE_TABLE, bad, TRADE_TABLE.faults(bad))
    with zipfile.ZipFile(io.BytesIO(marked)) as book:
        shared = book.read("xl/sharedStrings.xml").decode()
    assert "错误说明" in shared and "不在可选范围内" in shared


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("t.csv", "姓名,电话\n甲,1\n".encode(), "没有找到表头"),
        ("t.csv", "新就业形态,结果：工会名称用字,结果：行业大类\n".encode(), "没有内容"),
        (
            "t.csv",
            ("新就业形态,结果：工会名称用字,结果：行业大类\n" + "快递员,快,60\n" * 501).encode(),
            "超过 500 行",
        ),
        ("t.xlsx", b"PK\x03\x04 broken", "损坏"),
    ],
)
def test_files_that_are_no_table_are_refused(world, writer, client_of, name, content, words):
    draft = drafted(world, writer)
    page = _brought(client_of(HANDLER, world.hefei), draft, content, name)
    assert page.status_code == 422 and words in page.content.decode()
    refused = _brought(client_of(VIEWER, world.hefei), draft, content, name)
    assert refused.status_code == 403
    assert _brought(client_of(HANDLER, world.wuhu), draft, content, name).status_code == 404


def test_five_hundred_lines_are_one_form(world, writer, client_of):
    client = client_of(HANDLER, world.hefei)
    draft = drafted(world, writer)
    trades = list(TRADE_TABLE.inputs[0].choices)
    typed = {
        "version": draft.version,
        "op": "save",
        "note": [""] * 500,
        "when_trade": [trades[at % len(trades)] for at in range(500)],
        "then_words": ["快递"] * 500,
        "then_industries": ["60"] * 500,
    }
    assert client.post(f"/rules/version/{draft.pk}/edit/", typed).status_code == 302
    draft.refresh_from_db()
    assert draft.lines == 500


def test_others_are_refused(world, writer, client_of):
    draft = drafted(world, writer)
    url = f"/rules/version/{draft.pk}/edit/"
    assert client_of(HANDLER, world.wuhu).get(url).status_code == 404
    assert client_of(VIEWER, world.hefei).get(url).status_code == 403
    assert Client().get("/rules/").status_code in (302, 403)
    assert client_of(HANDLER, world.wuhu).get(f"/rules/?union={world.hefei.pk}").status_code == 403
    below = client_of(HANDLER, world.factory).get("/rules/")
    assert below.status_code == 200
