"""The register: registering, review, change, confirmation, life, dependants, walls, import."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from gonghui.kernel.access.roles import APPROVER, AUDITOR, HANDLER, SYSTEM_ADMIN, VIEWER
from gonghui.kernel.audit.models import Entry
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.bus.models import Outbox
from gonghui.kernel.exchange import batches, pipeline
from gonghui.kernel.exchange.models import ImportBatch
from gonghui.kernel.notify.models import Todo
from gonghui.kernel.security import outgoing
from gonghui.systems.foundation.services import importing
from gonghui.systems.foundation.services.actions import register as actions
from gonghui.systems.foundation.services.jobs.confirming import ask_for_confirmation
from gonghui.systems.foundation.services.models import Dependency, Service
from gonghui.systems.foundation.services.queries import register as queries
from gonghui.systems.foundation.services.rules import life
from gonghui.systems.foundation.services.tests.makers import service

pytestmark = pytest.mark.django_db
FACTS = {
    "name": "合肥市职工书屋系统",
    "kind": "system",
    "purpose": "图书借还",
    "department": "宣教部",
    "post": "系统管理岗",
}
ALL = "tests look at everything"


@pytest.fixture
def keeper(world):
    return world.actor("合肥经办", (HANDLER, world.hefei))


@pytest.fixture
def reviewer(world):
    return world.actor("省系统管理员", (SYSTEM_ADMIN, world.province))


@pytest.fixture
def administrator(world):
    return world.actor("合肥系统管理员", (SYSTEM_ADMIN, world.hefei))


def registered(world, keeper, **facts) -> Service:
    return actions.register(world.hefei, by=keeper, **{**FACTS, **facts})


def todos(kind: str) -> list[Todo]:
    return list(Todo.objects.filter(kind=kind, done_at=None))


def test_a_city_registers_and_the_province_reviews(world, keeper, reviewer):
    made = registered(world, keeper)
    assert (made.review, made.org_path) == ("pending", world.hefei.path)
    [todo] = todos(actions.TO_REVIEW)
    assert (todo.union_id, todo.permission) == (world.province.pk, "services.review")
    found = actions.approve(made, by=reviewer)
    today = timezone.localdate()
    assert (found.review, found.confirmed_on) == ("approved", today)
    assert found.due_on == today + timedelta(days=365)
    assert not todos(actions.TO_REVIEW)
    assert Outbox.objects.filter(type="cn.gonghui.services.approved").count() == 1
    assert Entry.objects.filter(action="services.approve", target_id=str(made.pk)).count() == 1


def test_who_registers_does_not_review(world, administrator):
    own = world.actor("省系统管理员甲", (SYSTEM_ADMIN, world.province))
    made = actions.register(world.province, by=own, **FACTS)
    with pytest.raises(Forbidden, match="登记人"):
        actions.approve(made, by=own)
    other = world.actor("省系统管理员乙", (SYSTEM_ADMIN, world.province))
    assert actions.approve(made, by=other).review == "approved"


def test_the_registering_union_does_not_review_its_own(world, keeper, administrator):
    made = registered(world, keeper)
    with pytest.raises(Forbidden):
        actions.approve(made, by=administrator)
    with pytest.raises(Forbidden):
        actions.send_back(made, by=keeper, reason="不行不行")


def test_returned_with_a_reason_mended_and_reviewed_again(world, keeper, reviewer):
    made = registered(world, keeper)
    back = actions.send_back(made, by=reviewer, reason="请写明用途")
    assert (back.review, back.review_reason) == ("returned", "请写明用途")
    assert todos(actions.TO_MEND)[0].union_id == world.hefei.pk
    again = actions.change(made, by=keeper, purpose="职工书屋图书借还和统计")
    assert (again.review, again.review_reason) == ("pending", "")
    assert not todos(actions.TO_MEND) and todos(actions.TO_REVIEW)
    actions.approve(made, by=reviewer)
    with pytest.raises(Conflict):
        actions.approve(made, by=reviewer)


def test_twins_are_told_and_may_be_registered_knowingly(world, keeper):
    registered(world, keeper, address="https://book.example.cn/")
    with pytest.raises(Refusal, match="疑似已经登记") as refused:
        registered(world, keeper, name="合肥市职工书屋管理平台")
    assert (refused.value.field, refused.value.code) == ("sure", "twin")
    with pytest.raises(Refusal, match="疑似已经登记"):
        registered(world, keeper, name="另一个名字", address="https://book.example.cn")
    assert registered(world, keeper, name="合肥市职工书屋管理平台", sure=True).pk


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"kind": "robot"}, "kind"),
        ({"kind": "site"}, "address"),
        ({"kind": "interface"}, "part_of"),
        ({"address": "javascript:1"}, "address"),
        ({"phone": "13800000000"}, "phone"),
        ({"live_on": date(2999, 1, 1)}, "live_on"),
        ({"stage": "dreamt"}, "stage"),
    ],
)
def test_refused_facts(world, keeper, facts, field):
    with pytest.raises(Refusal) as refused:
        registered(world, keeper, **facts)
    assert refused.value.field == field
    assert not Service.objects.unscoped(ALL).exists()


def test_unknown_facts_are_not_taken(world, keeper):
    with pytest.raises(TypeError):
        registered(world, keeper, grade="4")


@pytest.mark.parametrize("role", [VIEWER, APPROVER, AUDITOR])
def test_only_handlers_and_system_administrators_register(world, role):
    somebody = world.actor("某人", (role, world.hefei))
    with pytest.raises(Forbidden):
        registered(world, somebody)


def test_another_city_changes_nothing(world):
    made = service(world, world.wuhu)
    hefei = world.actor("合肥", (HANDLER, world.hefei), (SYSTEM_ADMIN, world.hefei))
    for call in (
        lambda: actions.change(made, by=hefei, purpose="改"),
        lambda: actions.link(made, by=hefei, system="C1.1", means="file"),
        lambda: actions.confirm(made, by=hefei),
        lambda: actions.advance(made, by=hefei, stage="running"),
        lambda: actions.retire(made, by=hefei, stage="retired", on=date.today(), reason="停用它"),
        lambda: actions.guard(made, by=hefei, contract_no="1", grade="0", filing_no=""),
        lambda: actions.reach(made, by=hefei),
    ):
        with pytest.raises(Forbidden):
            call()


def test_another_city_sees_nothing(world, as_application):
    made = service(world, world.wuhu, "芜湖市内部系统")
    client = Client()
    client.force_login(world.user("合肥", (HANDLER, world.hefei), (SYSTEM_ADMIN, world.hefei)))
    assert "芜湖市内部系统" not in client.get("/w/services/").content.decode()
    for path in (f"/w/services/{made.pk}/", f"/api/v1/services/{made.pk}/"):
        assert client.get(path).status_code == 403
    assert client.get(f"/services/cards/{made.pk}/").status_code == 404
    assert "芜湖市内部系统" not in client.get("/services/graphs/systems/").content.decode()
    own = Client()
    own.force_login(world.user("芜湖", (VIEWER, world.wuhu)))
    assert "芜湖市内部系统" in own.get("/services/graphs/systems/").content.decode()


def test_contract_and_grade_are_for_administrators_of_the_range(world, keeper, administrator):
    made = service(world, world.hefei)
    with pytest.raises(Forbidden):
        actions.guard(made, by=keeper, contract_no="HT-1", grade="0", filing_no="")
    with pytest.raises(Refusal, match="备案"):
        actions.guard(made, by=administrator, contract_no="HT-1", grade="3", filing_no="")
    actions.guard(made, by=administrator, contract_no="HT-77", grade="3", filing_no="340100-1")
    for role, sees in ((SYSTEM_ADMIN, True), (HANDLER, False), (AUDITOR, False)):
        client = Client()
        client.force_login(world.user("某人", (role, world.hefei)))
        for path in (f"/w/services/{made.pk}/", f"/services/cards/{made.pk}/"):
            assert ("HT-77" in client.get(path).content.decode()) is sees, (role.code, path)
        assert b"HT-77" not in client.get(f"/api/v1/services/{made.pk}/").content


def test_dependants_stop_a_retirement_without_successor(world, keeper, administrator):
    core, other = service(world, world.hefei), service(world, world.hefei)
    needs = service(world, world.shushan)
    actions.link(needs, by=keeper, target=core, means="interface")
    facts = {"stage": "retired", "on": date.today(), "reason": "由新系统接替"}
    with pytest.raises(Refusal, match="还有 1 个系统依赖它"):
        actions.retire(core, by=administrator, **facts)
    with pytest.raises(Refusal, match="接替"):
        actions.retire(core, by=administrator, successor=core, **facts)
    done = actions.retire(core, by=administrator, successor=other, **facts)
    assert (done.stage, done.successor_id, done.retired_on) == ("retired", other.pk, date.today())
    entry = Entry.objects.get(action="services.retire")
    assert entry.changes["dependants"]["after"] == 1
    for call in (
        lambda: actions.change(core, by=keeper, purpose="再改"),
        lambda: actions.link(core, by=keeper, system="C1.1", means="file"),
        lambda: actions.guard(core, by=administrator, contract_no="", grade="0", filing_no=""),
    ):
        with pytest.raises(Conflict, match="退役"):
            call()


def test_the_impact_is_shown_before_the_step(world, keeper, administrator):
    core = service(world, world.hefei, "核心库")
    needs = service(world, world.shushan, "蜀山报名")
    actions.link(needs, by=keeper, target=core, means="interface")
    client = Client()
    client.force_login(world.user("管理员", (SYSTEM_ADMIN, world.hefei)))
    page = client.get(f"/w/services/{core.pk}/retire/").content.decode()
    assert "谁依赖它" in page and "蜀山报名" in page


def test_dependants_outside_the_range_are_counted_not_named(world, keeper):
    core = service(world, world.province, "全省核心库")
    wuhu = world.actor("芜湖", (HANDLER, world.wuhu))
    actions.link(service(world, world.wuhu, "芜湖秘密"), by=wuhu, target=core, means="file")
    found = queries.dependants_of(core, keeper.scope(queries.VIEW_SERVICES))
    assert (found.shown, found.elsewhere, found.count) == ((), 1, 1)


def test_what_a_system_may_need(world, keeper):
    made, foreign = service(world, world.hefei), service(world, world.wuhu)
    above, twin = service(world, world.province), service(world, world.hefei)
    actions.link(made, by=keeper, target=above, means="interface")
    actions.link(made, by=keeper, system="C1.1", means="file", text="每日名册")
    with pytest.raises(Conflict, match="已经登记"):
        actions.link(made, by=keeper, system="C1.1", means="file")
    for wrong in (
        {"target": foreign},
        {"target": made},
        {"system": "X9"},
        {},
        {"system": "C1.1", "target": twin},
        {"system": "D08", "means": "telepathy"},
    ):
        with pytest.raises(Refusal):
            actions.link(made, by=keeper, **{"means": "file", **wrong})
    need = Dependency.objects.get(service=made, system="C1.1")
    actions.unlink(made, by=keeper, need=need.pk)
    assert Dependency.objects.filter(service=made).count() == 1
    with pytest.raises(Conflict):
        actions.unlink(made, by=keeper, need=need.pk)


def test_steps_of_life(world, keeper, administrator):
    made = service(world, world.hefei, stage="building", live_on=None)
    assert actions.advance(made, by=keeper, stage="running").live_on == timezone.localdate()
    with pytest.raises(Refusal, match="不能从"):
        actions.advance(made, by=keeper, stage="planned")
    with pytest.raises(Refusal, match="停用或退役"):
        actions.advance(made, by=keeper, stage="retired")
    with pytest.raises(Forbidden):
        actions.retire(made, by=keeper, stage="retired", on=date.today(), reason="停用它")
    with pytest.raises(Refusal, match="上线日期"):
        actions.retire(
            made, by=administrator, stage="retired", on=date(2001, 1, 1), reason="停用它"
        )
    waiting = service(world, world.hefei, review="pending")
    with pytest.raises(Conflict, match="审核通过"):
        actions.advance(waiting, by=keeper, stage="trial")


def test_yearly_confirmation(world, keeper):
    today = timezone.localdate()
    ages = {"在期": 60, "将到期": 20, "逾期": -5, "久未确认": -40}
    made = {
        name: service(world, world.hefei, name, due_on=today + timedelta(days=days))
        for name, days in ages.items()
    }
    gone = service(world, world.hefei, "已退役", stage="retired", due_on=today)
    assert ask_for_confirmation() == 3
    standings = {}
    for name, item in made.items():
        item.refresh_from_db()
        standings[name] = item.standing
    assert standings == {
        "在期": life.CURRENT,
        "将到期": life.DUE,
        "逾期": life.OVERDUE,
        "久未确认": life.UNVERIFIED,
    }
    assert len(todos(actions.TO_CONFIRM)) == 3
    assert ask_for_confirmation() == 3 and len(todos(actions.TO_CONFIRM)) == 3
    done = actions.confirm(made["久未确认"], by=keeper)
    assert (done.standing, done.due_on) == (life.CURRENT, today + timedelta(days=365))
    assert len(todos(actions.TO_CONFIRM)) == 2
    with pytest.raises(Conflict, match="退役"):
        actions.confirm(gone, by=keeper)


def test_reach_says_what_answered(world, keeper, monkeypatch):
    made = service(world, world.hefei, address="https://a.example.cn/")

    class Answer:
        status_code = 200

    monkeypatch.setattr(outgoing, "request", lambda *a, **k: Answer())
    assert actions.reach(made, by=keeper).reach == "yes"

    def silent(*a, **k):
        raise outgoing.Unreachable("对方没有应答。")

    monkeypatch.setattr(outgoing, "request", silent)
    found = actions.reach(made, by=keeper)
    assert (found.reach, found.reach_note) == ("no", "对方没有应答。")
    with pytest.raises(Refusal, match="没有登记访问地址"):
        actions.reach(service(world, world.hefei), by=keeper)


def test_reach_never_asks_an_inner_address(world, keeper):
    made = service(world, world.hefei, address="https://127.0.0.1/")
    found = actions.reach(made, by=keeper)
    assert found.reach == "" and "内网" in found.reach_note


def test_a_stale_form_is_refused(world, keeper):
    made = service(world, world.hefei)
    actions.change(made, by=keeper, purpose="先改", version=1)
    with pytest.raises(Conflict, match="已被他人修改"):
        actions.change(made, by=keeper, purpose="后改", version=1)


def test_history_shows_what_changed_and_hides_what_is_guarded(world, keeper, administrator):
    made = service(world, world.hefei)
    actions.change(made, by=keeper, supplier="徽云公司")
    actions.guard(made, by=administrator, contract_no="HT-5", grade="0", filing_no="")
    open_to_all = [
        field for change in queries.history(made, guarded=False) for field in change.fields
    ]
    assert ("建设单位", "—", "徽云公司") in open_to_all
    assert "合同编号" not in [label for label, _, _ in open_to_all]
    full = [
        label for change in queries.history(made, guarded=True) for label, _, _ in change.fields
    ]
    assert "合同编号" in full


def test_a_workbook_registers_changes_and_returns_rows(world, administrator):
    lines = [
        "名称,类别,用途,责任部门,联系岗位,办公电话,访问地址,合同编号,等级保护级别,等级保护备案编号",
        "合肥职工学堂,应用系统,在线学习,宣教部,管理岗,0551-61110000,,HT-9,第二级,340100-2",
        "合肥工会之窗,网站,信息公开,办公室,管理岗,,,,,",
        "合肥驿站,小程序,找驿站,办公室,管理岗,,,,,",
        "合肥帮扶,应用系统,帮扶,权益部,管理岗,13900000000,,,,",
    ]

    def run() -> ImportBatch:
        batch = batches.receive(
            ["\n".join(lines).encode("utf-8")],
            filename="系统.csv",
            profile=importing.PROFILE,
            union=world.hefei,
            by=administrator,
        )
        pipeline.run(batch.pk)
        batch.refresh_from_db()
        return batch

    batch = run()
    assert (batch.good, batch.bad) == (1, 3)
    made = Service.objects.unscoped(ALL).get()
    assert (made.name, made.review, made.contract_no, made.grade) == (
        "合肥职工学堂",
        "pending",
        "HT-9",
        "2",
    )
    again = run()
    assert (again.good, again.unchanged, again.bad) == (0, 1, 3)
    assert Service.objects.unscoped(ALL).count() == 1
