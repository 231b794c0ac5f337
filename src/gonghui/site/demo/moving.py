"""Transfers at each stage, late ones taken up, and changes of standing."""

from __future__ import annotations

from django.utils import timezone

from gonghui.kernel.access.actor import platform
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scope, wall_at
from gonghui.kernel.people import persons
from gonghui.kernel.people.models import Membership
from gonghui.site.demo import cast
from gonghui.site.demo.stage import DEMO, acting, days_ago, living_on, members_of, union_named
from gonghui.systems.mobilization.membership.actions import standing, transfers
from gonghui.systems.mobilization.membership.models.transfers import Transfer

NEW_JOB = "已与新单位签订劳动合同"


def _neighbour(union: Union, county: str) -> Union:
    """A basic union of a county where nobody holds a role."""
    rows = Union.objects.unscoped(DEMO).filter(region=county, kind="80", status="active")
    return rows.exclude(pk=union.pk).order_by("pk")[1]


def transfer_all() -> None:
    """Transfers between the firm, the mill in Wuhu and unions nobody looks after."""
    firm, mill = union_named(cast.FIRM), union_named(cast.MILL)
    crew, spinners = members_of(firm)[8:], members_of(mill)[8:]
    handler, approver = acting("jiceng-jingban"), acting("jiceng-shenpi")
    there = acting("mianfang-shenpi")
    jinghu = _neighbour(mill, cast.JINGHU)
    _own(mill)
    with living_on(days_ago(5), 9):
        transfers.send(crew[0], by=handler, to_union=mill, reason=NEW_JOB)
    released = _sent(9, crew[1], mill)
    with living_on(days_ago(7), 15):
        transfers.release(released, by=approver, opinion="同意转出")
    to_county = _sent(8, crew[2], jinghu)
    with living_on(days_ago(6), 15):
        transfers.release(to_county, by=approver, opinion="会费已结清，同意转出")
    accepted = _sent(64, crew[3], mill)
    with living_on(days_ago(61), 11):
        accepted = transfers.release(accepted, by=approver, opinion="同意")
    with living_on(days_ago(58), 14):
        transfers.accept(accepted, by=there, opinion="欢迎加入")
    called = _called(20, spinners[0], firm)
    with living_on(days_ago(18), 10):
        called = transfers.release(called, by=there)
    with living_on(days_ago(16), 10):
        transfers.accept(called, by=approver)
    _called(2, spinners[1], firm)
    refused = _sent(27, crew[4], mill)
    with living_on(days_ago(25), 10):
        transfers.refuse(refused, by=approver, reason="该职工仍在本单位工作，请先办理离职手续。")
    taken_back = _sent(15, crew[5], mill)
    with living_on(days_ago(14), 10):
        transfers.withdraw(taken_back, by=handler, reason="职工决定留在本单位")
    _late(crew, mill)


def _own(mill: Union) -> None:
    """The demo's member has asked to be transferred."""
    worker = acting("huiyuan")
    with wall_at(Scope.everything()):
        member = Membership.objects.unscoped(DEMO).get(person_id=worker.person_id)
    with living_on(days_ago(3), 20):
        transfers.apply(member, by=worker, to_union=mill, reason="随配偶到芜湖工作")


def _sent(days: int, member: Membership, to_union: Union) -> Transfer:
    with living_on(days_ago(days), 9):
        return transfers.send(
            member, by=acting("jiceng-jingban"), to_union=to_union, reason=NEW_JOB
        )


def _called(days: int, member: Membership, union: Union) -> Transfer:
    with wall_at(Scope.everything()):
        number = persons.reveal(member.person)["document_number"]
    with living_on(days_ago(days), 9):
        return transfers.call(
            union,
            by=acting("jiceng-jingban"),
            name=member.name,
            document_number=number,
            reason="已到本单位工作，劳动合同已备案",
        )


def _late(crew: list[Membership], mill: Union) -> None:
    """Two transfers nobody has decided: one taken up to the city, one past that term too."""
    clock = platform("转会时限检查")
    luyang = _neighbour(mill, cast.LUYANG)
    once = _sent(34, crew[6], luyang)
    with living_on(days_ago(4), 6):
        transfers.hurry(once, by=clock, today=timezone.localdate())
    twice = _sent(75, crew[7], luyang)
    with living_on(days_ago(40), 6):
        twice = transfers.hurry(twice, by=clock, today=timezone.localdate())
    with living_on(days_ago(3), 6):
        transfers.hurry(twice, by=clock, today=timezone.localdate())
    across = _sent(36, crew[8], mill)
    with living_on(days_ago(12), 6):
        transfers.hurry(across, by=clock, today=timezone.localdate())


def change_standing() -> None:
    """Members who retired, went for soldiers, left and died in the last weeks."""
    handler = acting("jiceng-jingban")
    crew = members_of(union_named(cast.FIRM))[20:]
    for number, (days, cause, remark) in enumerate(
        (
            (50, "31", "到龄退休，退休证已核验"),
            (44, "34", "应征入伍，入伍通知书已核验"),
            (21, "31", "到龄退休"),
        )
    ):
        with living_on(days_ago(days), 10) as day:
            standing.retain(crew[number], by=handler, cause=cause, on=day, remark=remark)
    with living_on(days_ago(13), 10) as day:
        standing.restore(crew[2], by=handler, on=day, remark="退休返聘，本人申请恢复")
    with living_on(days_ago(28), 10) as day:
        standing.withdraw(crew[3], by=handler, cause="51", on=day, evidence="本人书面退会申请")
    with living_on(days_ago(17), 10):
        standing.decease(crew[4], by=handler, died_on=days_ago(19), evidence="居民死亡医学证明书")
