"""Changes of the tree by the superior, and the tree and its members as of any day."""

from __future__ import annotations

import io
import random
from datetime import date, timedelta

import fastexcel
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gonghui.kernel.access.roles import APPROVER, HANDLER, VIEWER
from gonghui.kernel.audit.models import Entry
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.base.identifiers import synthetic_uscc
from gonghui.kernel.files.storing import files_of
from gonghui.kernel.metrics.members import fold
from gonghui.kernel.org.models import OrgEvent, Union, UnionKind, UnionStatus
from gonghui.kernel.org.scoping import Scope
from gonghui.kernel.people import memberships
from gonghui.kernel.people.following import reassign, repath
from gonghui.kernel.people.models import Membership
from gonghui.kernel.resource.models import ExportLog
from gonghui.systems.mobilization.membership.actions import changes, tree
from gonghui.systems.mobilization.membership.models.changes import ChangeState, UnionChange
from gonghui.systems.mobilization.membership.queries import tree as queries

JUNE = date(2026, 6, 30)
JULY = date(2026, 7, 1)
PAPER = "皖工办〔2026〕12号"
STATED = {
    "property_cash": "1200.50",
    "property_assets": "0",
    "property_debts": "0",
    "property_audit": "区总工会经审会审查，账实相符",
}
"""The statement of property every end of a union asks for."""


@pytest.fixture(autouse=True)
def stored(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def paper() -> SimpleUploadedFile:
    return SimpleUploadedFile("批复.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf")


def fresh(union: Union) -> Union:
    return Union.objects.unscoped("test").select_related("parent").get(pk=union.pk)


@pytest.fixture
def cast(world):
    return {
        "own": world.actor("厂审批", (APPROVER, world.factory)),
        "town": world.actor("镇审批", (APPROVER, world.jinggang)),
        "county": world.actor("区审批", (APPROVER, world.shushan)),
        "city": world.actor("市审批", (APPROVER, world.hefei)),
        "other": world.actor("他区审批", (APPROVER, world.luyang)),
        "two": world.actor("两区审批", (APPROVER, world.shushan), (APPROVER, world.luyang)),
        "handler": world.actor("区经办", (HANDLER, world.shushan)),
    }


def counts(report) -> dict[str, int]:
    return {line.name: line.members for line in report.lines}


def report_of(union: Union, day: date):
    node = queries.node_at(union.pk, day)
    return queries.report(node, day) if node else None


def test_a_merger_on_1_july_leaves_the_report_of_30_june_as_it_was(world, cast):
    old = [world.member(world.shop, on=date(2021, 5, 6)) for _ in range(3)]
    world.member(world.factory, on=date(2020, 3, 2))
    tree.merge(
        world.shop, by=cast["town"], into=world.factory, on=JULY, document=PAPER, stated=STATED
    )
    shop, factory = world.shop.name, world.factory.name
    before = report_of(world.jinggang, JUNE)
    assert counts(before)[shop] == 3
    assert counts(before)[factory] == 1
    assert before.total.kinds["70"] == 1
    # The job that carries members over has not run yet: they already count at the new union.
    after = report_of(world.jinggang, JULY)
    assert shop not in counts(after)
    assert counts(after)[factory] == 4
    reassign(union_id=world.shop.pk, into_id=world.factory.pk, on=JULY.isoformat())
    assert counts(report_of(world.jinggang, JUNE)) == counts(before)
    assert counts(report_of(world.jinggang, JULY)) == counts(after)
    moved = Membership.objects.unscoped("test").get(pk=old[0].pk)
    assert moved.union_id == world.factory.pk
    names = [node.name for node in queries.children(world.jinggang.path, JUNE)]
    assert shop in names
    assert shop not in [node.name for node in queries.children(world.jinggang.path, JULY)]


def test_a_move_counts_members_under_each_superior_on_its_days(world, cast):
    for _ in range(2):
        world.member(world.factory, on=date(2020, 3, 2))
    old = world.jinggang.path
    tree.move(world.jinggang, by=cast["city"], parent=world.luyang, on=JULY, document=PAPER)
    for _ in range(2):
        assert report_of(world.shushan, JUNE).total.members == 2
        assert report_of(world.luyang, JUNE).total.members == 0
        assert report_of(world.shushan, JULY).total.members == 0
        assert report_of(world.luyang, JULY).total.members == 2
        assert report_of(world.hefei, JULY).total.members == 2
        repath(old=old, union_id=world.jinggang.pk)


def test_those_who_left_still_count_on_the_days_before(world):
    member = world.member(world.factory, on=date(2020, 3, 2))
    memberships.change_status(member, "withdrawn", on=JULY, cause="withdraw")
    assert report_of(world.factory, date(2020, 3, 1)).total.members == 0
    assert report_of(world.factory, date(2020, 3, 2)).total.members == 1
    assert report_of(world.factory, JUNE).total.members == 1
    assert report_of(world.factory, JULY).total.members == 0


def test_retained_members_and_sexes_stand_apart(world):
    world.member(world.factory)
    woman = memberships.admit(
        world.person(world.factory, sex="2"), world.factory, on=date(2020, 3, 2), cause="apply"
    )
    memberships.change_status(woman, "retained", on=JULY, cause="retire")
    total = report_of(world.factory, JULY).total
    assert dict(total.status) == {"active": 1, "retained": 1}
    assert dict(total.sex) == {"1": 1, "2": 1}
    assert dict(report_of(world.factory, JUNE).total.status) == {"active": 2}


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    moves=st.lists(
        st.tuples(st.integers(0, 5), st.sampled_from(["factory", "shop", "factory_b", "mill"])),
        max_size=6,
    )
)
def test_every_member_counts_once_on_every_day(world, moves):
    """Whatever was transferred when, the province has the same number and no union a double."""
    start = date(2026, 1, 1)
    before = report_of(world.province, start).total.members
    members = [world.member(world.factory, on=start) for _ in range(3)]
    day = start
    for number, (which, to) in enumerate(moves):
        day = start + timedelta(days=20 * (number + 1))
        member = Membership.objects.unscoped("test").get(pk=members[which % 3].pk)
        if member.union_id != world.unions[to].pk:
            memberships.transfer(member, world.unions[to], on=day, cause="transfer")
    for offset in range(0, 160, 19):
        found = report_of(world.province, start + timedelta(days=offset))
        assert found.total.members == before + 3
        assert sum(line.members for line in found.lines) == found.total.members


def test_found_enters_a_union_with_its_document(world, cast):
    uscc = synthetic_uscc(random.Random(9), "340104")
    union = tree.found(
        world.jinggang,
        by=cast["county"],
        name="合肥井岗物流有限公司工会",
        kind=UnionKind.BASIC,
        on=date(2019, 4, 1),
        document=PAPER,
        uscc=uscc,
    )
    assert fresh(union).parent_id == world.jinggang.pk
    event = OrgEvent.objects.unscoped("test").get(union=union)
    assert (event.kind, event.document, event.on) == ("found", PAPER, date(2019, 4, 1))
    names = [node.name for node in queries.children(world.jinggang.path, date(2019, 4, 1))]
    assert union.name in names
    assert Entry.objects.filter(action="unions.found", target_id=str(union.pk)).exists()


@pytest.mark.parametrize(
    ("values", "part"),
    [
        ({"document": " "}, "文号"),
        ({"kind": UnionKind.PROVINCE}, "不能设在"),
        ({"kind": UnionKind.CITY}, "不能设在"),
        ({"name": "安徽华阳机械有限公司工会"}, "已有名为"),
        ({"on": date(2099, 1, 1)}, "不能晚于今天"),
        ({"uscc": "123"}, "18位"),
    ],
)
def test_what_cannot_be_founded(world, cast, values, part):
    given_ = {
        "name": "新厂工会",
        "kind": UnionKind.BASIC,
        "on": JULY,
        "document": PAPER,
        **values,
    }
    with pytest.raises(Refusal, match=part):
        tree.found(world.jinggang, by=cast["town"], **given_)


def test_only_the_superior_changes_a_union(world, cast):
    attempts = (
        lambda by: tree.rename(world.factory, by=by, name="新名工会", on=JULY, document=PAPER),
        lambda by: tree.close(world.factory, by=by, on=JULY, document=PAPER, stated=STATED),
        lambda by: tree.split(
            world.factory, by=by, names=["一分厂工会"], kind="80", on=JULY, document=PAPER
        ),
        lambda by: tree.move(world.factory, by=by, parent=world.shushan, on=JULY, document=PAPER),
        lambda by: tree.merge(
            world.factory, by=by, into=world.shop, on=JULY, document=PAPER, stated=STATED
        ),
    )
    for attempt in attempts:
        for who in ("own", "other", "handler"):
            with pytest.raises(Forbidden):
                attempt(cast[who])
    assert OrgEvent.objects.unscoped("test").exclude(kind="found").count() == 0


def test_a_move_needs_both_places(world, cast):
    for who in ("county", "other"):
        with pytest.raises(Forbidden):
            tree.move(world.factory, by=cast[who], parent=world.luyang, on=JULY, document=PAPER)
    tree.move(world.factory, by=cast["two"], parent=world.luyang, on=JULY, document=PAPER)
    assert fresh(world.factory).parent_id == world.luyang.pk


def test_a_merger_needs_both_superiors(world, cast):
    for who in ("town", "other"):
        with pytest.raises(Forbidden):
            tree.merge(
                world.factory,
                by=cast[who],
                into=world.factory_b,
                on=JULY,
                document=PAPER,
                stated=STATED,
            )
    tree.merge(
        world.factory, by=cast["city"], into=world.factory_b, on=JULY, document=PAPER, stated=STATED
    )
    assert fresh(world.factory).status == UnionStatus.MERGED


def test_a_merged_union_has_nothing_open_left(world, cast):
    handler = world.actor("厂经办", (HANDLER, world.factory))
    change = changes.submit(
        world.factory,
        by=handler,
        effective_on=JUNE,
        reason="单位更名",
        evidence=paper(),
        name="新名称工会",
    )
    tree.merge(
        world.factory, by=cast["town"], into=world.shop, on=JULY, document=PAPER, stated=STATED
    )
    ended = UnionChange.objects.unscoped("test").get(pk=change.pk)
    assert ended.state == ChangeState.WITHDRAWN
    assert "已并入" in ended.opinion
    with pytest.raises(Conflict):
        tree.merge(
            world.factory, by=cast["town"], into=world.shop, on=JULY, document=PAPER, stated=STATED
        )


def test_close_needs_an_empty_union(world, cast):
    member = world.member(world.factory)
    with pytest.raises(Refusal, match="还有 1 名会员"):
        tree.close(world.factory, by=cast["town"], on=JULY, document=PAPER, stated=STATED)
    with pytest.raises(Refusal, match="下级工会"):
        tree.close(world.jinggang, by=cast["county"], on=JULY, document=PAPER, stated=STATED)
    memberships.transfer(member, world.shop, on=JUNE, cause="transfer")
    tree.close(world.factory, by=cast["town"], on=JULY, document=PAPER, stated=STATED)
    assert fresh(world.factory).status == UnionStatus.CLOSED


def test_split_and_rename_write_their_events(world, cast):
    made = tree.split(
        world.factory,
        by=cast["town"],
        names=["华阳一分厂工会", "华阳二分厂工会"],
        kind=UnionKind.BASIC,
        on=JULY,
        document=PAPER,
    )
    assert [union.parent_id for union in made] == [world.jinggang.pk] * 2
    tree.rename(world.factory, by=cast["town"], name="华阳总厂工会", on=JULY, document=PAPER)
    kinds = [event.kind for event in queries.events_of(fresh(world.factory))]
    assert sorted(kinds) == ["found", "rename", "split", "split"]
    with pytest.raises(Refusal, match="每行一个"):
        tree.split(
            fresh(world.factory), by=cast["town"], names=[], kind="80", on=JULY, document=PAPER
        )


def test_the_top_of_the_tree_is_not_changed(world):
    province = world.actor("省审批", (APPROVER, world.province))
    with pytest.raises(Refusal, match="没有上级"):
        tree.rename(world.province, by=province, name="新名", on=JULY, document=PAPER)


@pytest.fixture
def client_of(world):
    def signed_in(*grants):
        client = Client()
        client.force_login(world.user("测试", *grants))
        return client

    return signed_in


def test_preview_changes_nothing_and_confirming_does(world, client_of):
    world.member(world.shop)
    client = client_of((APPROVER, world.jinggang))
    place = f"/unions/{world.shop.pk}/restructure/merge/"
    asked = {
        "into": str(world.factory.pk),
        "on": "2026-07-01",
        "document": PAPER,
        "evidence": paper(),
        **STATED,
    }
    preview = client.post(place, asked)
    text = preview.content.decode()
    assert preview.status_code == 200
    assert "1 人，会员号不变" in text
    assert "确认合并" in text
    assert "经审会审查" in text
    assert fresh(world.shop).is_active
    assert OrgEvent.objects.unscoped("test").filter(kind="merge").count() == 0
    key = text.split('name="evidence_key" value="')[1].split('"')[0]
    sure = {**asked, "evidence_key": key, "do": "confirm"}
    del sure["evidence"]
    done = client.post(place, sure)
    assert done.status_code == 302
    assert not fresh(world.shop).is_active
    event = OrgEvent.objects.unscoped("test").get(kind="merge")
    assert [file.name for file in files_of("org.orgevent", event.pk)] == ["批复.pdf"]
    page = client.get(done["Location"]).content.decode()
    assert "已并入" in page
    assert PAPER in page


def test_a_rule_is_told_before_confirming(world, client_of):
    world.member(world.factory)
    client = client_of((APPROVER, world.jinggang))
    answer = client.post(
        f"/unions/{world.factory.pk}/restructure/close/",
        {"on": "2026-07-01", "document": PAPER, "evidence": paper(), **STATED},
    )
    assert answer.status_code == 422
    assert "还有 1 名会员" in answer.content.decode()
    without = client.post(
        f"/unions/{world.factory.pk}/restructure/close/", {"on": "2026-07-01", "document": PAPER}
    )
    assert without.status_code == 422
    assert "请上传批复文件" in without.content.decode()
    assert 'aria-invalid="true"' in without.content.decode()
    assert "property_audit" in without.content.decode()


@pytest.mark.parametrize("kind", ["found", "rename", "move", "merge", "split", "close"])
def test_other_counties_and_the_union_itself_open_no_change(world, client_of, kind):
    for grant in ((APPROVER, world.luyang), (APPROVER, world.factory), (HANDLER, world.jinggang)):
        client = client_of(grant)
        union = world.jinggang if kind == "found" else world.factory
        place = f"/unions/{union.pk}/restructure/{kind}/"
        assert client.get(place).status_code == 403
        assert client.post(place, {"do": "confirm"}).status_code == 403


def test_browser_opens_level_by_level_with_counts(world, client_of, as_application):
    world.member(world.factory)
    fold()
    client = client_of((VIEWER, world.shushan))
    page = client.get("/unions/tree/").content.decode()
    assert world.jinggang.name in page
    assert world.factory.name not in page
    level = client.get(f"/unions/tree/{world.jinggang.pk}/").content.decode()
    assert world.factory.name in level
    assert "<b>1</b> 人" in level
    found = client.get("/unions/tree/", {"q": "华阳"}).content.decode()
    assert world.factory.name in found
    assert "井岗镇总工会" in found


@pytest.mark.parametrize("day", ["", "?day=2026-06-30"])
def test_one_level_costs_the_same_however_long_it_is(world, client_of, day):
    client = client_of((VIEWER, world.shushan))
    place = f"/unions/tree/{world.jinggang.pk}/{day}"
    client.get(place)
    with CaptureQueriesContext(connection) as few:
        client.get(place)
    for number in range(12):
        world.found(f"x{number}", f"井岗第{number}联合工会", "70", "jinggang", "340104")
    with CaptureQueriesContext(connection) as many:
        client.get(place)
    assert len(many) == len(few) <= 16


def test_the_tree_of_a_past_day(world, cast, client_of):
    tree.rename(world.factory, by=cast["town"], name="华阳重工工会", on=JULY, document=PAPER)
    client = client_of((VIEWER, world.shushan))
    level = f"/unions/tree/{world.jinggang.pk}/"
    past = client.get(level, {"day": "2026-06-30"}).content.decode()
    assert "安徽华阳机械有限公司工会" in past
    assert "华阳重工工会" not in past
    assert "华阳重工工会" in client.get(level).content.decode()
    assert client.get(level, {"day": "2015-01-01"}).status_code == 403
    assert client.get("/unions/tree/", {"day": "2099-01-01"}).status_code == 422
    assert client.get("/unions/tree/", {"day": "昨天"}).status_code == 422


def test_trees_and_reports_of_another_county_are_refused(world, client_of):
    client = client_of((VIEWER, world.luyang))
    for address in (
        f"/unions/tree/?root={world.jinggang.pk}",
        f"/unions/tree/{world.jinggang.pk}/",
        f"/unions/report/?under={world.shushan.pk}",
        f"/unions/report/?under={world.hefei.pk}",
        "/unions/report/?under=999999999",
    ):
        assert client.get(address).status_code == 403
    assert world.factory.name not in client.get("/unions/tree/?q=华阳").content.decode()


def test_a_past_day_belongs_to_the_superior_of_that_day(world, cast, client_of):
    tree.move(world.jinggang, by=cast["city"], parent=world.luyang, on=JULY, document=PAPER)
    before, after = client_of((VIEWER, world.shushan)), client_of((VIEWER, world.luyang))
    level = f"/unions/tree/{world.jinggang.pk}/"
    assert before.get(level, {"day": "2026-06-30"}).status_code == 200
    assert before.get(level, {"day": "2026-07-01"}).status_code == 403
    assert after.get(level, {"day": "2026-06-30"}).status_code == 403
    assert after.get(level, {"day": "2026-07-01"}).status_code == 200
    own = client_of((VIEWER, world.jinggang))
    for day in ("2026-06-30", "2026-07-01"):
        assert own.get(level, {"day": day}).status_code == 200


def test_report_page_and_its_workbook(world, client_of, as_application):
    world.member(world.factory)
    client = client_of((APPROVER, world.shushan))
    place = f"/unions/report/?under={world.shushan.pk}&day=2026-06-30"
    page = client.get(place).content.decode()
    assert "组织与会员统计（截至2026年6月30日）" in page
    assert world.jinggang.name in page
    refused = client.post(place, {"purpose": "报"})
    assert refused.status_code == 422
    answer = client.post(place, {"purpose": "报送市总工会半年统计"})
    content = b"".join(answer.streaming_content)
    sheet = fastexcel.read_excel(io.BytesIO(content).getvalue()).load_sheet(0, header_row=None)
    rows = sheet.to_polars().rows()
    assert "报送市总工会半年统计" in str(rows[1])
    assert [rows[3][0], rows[3][1]] == ["单位", "工会（家）"]
    assert rows[4][1] == "合计"
    assert rows[-2][0] == "合计"
    assert ExportLog.objects.unscoped("test").get().resource == "union-report"
    assert Entry.objects.filter(action="union-report.export").exists()
    viewer = client_of((VIEWER, world.shushan))
    assert viewer.post(place, {"purpose": "报送市总工会半年统计"}).status_code == 403


def test_tops_of_several_places(world):
    scope = Scope.of([world.shushan.path, world.mill.path])
    assert [node.pk for node in queries.roots(scope, None)] in (
        [world.shushan.pk, world.mill.pk],
        [world.mill.pk, world.shushan.pk],
    )
    assert {node.pk for node in queries.roots(scope, JUNE)} == {world.shushan.pk, world.mill.pk}
    assert [node.pk for node in queries.roots(Scope.everything(), JUNE)] == [world.province.pk]
