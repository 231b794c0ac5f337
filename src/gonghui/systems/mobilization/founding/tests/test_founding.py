"""Founding from the request to the union in the tree, and what is refused on the way."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from gonghui.kernel.access.actor import platform
from gonghui.kernel.access.roles import APPROVER, HANDLER
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.bus.models import Outbox
from gonghui.kernel.identity.models import User
from gonghui.kernel.notify.models import Todo
from gonghui.kernel.org.models import Union
from gonghui.kernel.people.models import Membership
from gonghui.systems.mobilization.founding.actions import elections, matters, preparations
from gonghui.systems.mobilization.founding.jobs.lapsing import lapse_stale
from gonghui.systems.mobilization.founding.models import Election, Matter, Preparation
from gonghui.systems.mobilization.founding.models.preparations import PreparationState
from gonghui.systems.mobilization.founding.rules.elections import Result
from gonghui.systems.mobilization.membership.public import enter_term, open_term, profile_of

TODAY = timezone.localdate()


@pytest.fixture
def cast(world):
    return {
        "worker": world.actor("赵晓梅", person=world.person(world.jinggang, "赵晓梅")),
        "other": world.actor("他人", person=world.person(world.jinghu, "钱多多")),
        "handler": world.actor("镇经办", (HANDLER, world.jinggang)),
        "town": world.actor("镇审批", (APPROVER, world.jinggang)),
        "luyang": world.actor("他区", (APPROVER, world.luyang), (HANDLER, world.luyang)),
        "factory": world.actor("厂经办", (HANDLER, world.factory)),
        "own": world.actor("厂审批", (APPROVER, world.factory)),
    }


def fresh(row):
    return type(row).objects.unscoped("test").get(pk=row.pk)


def ask(world, by, **asked):
    values = {
        "name": "安徽启明电子有限公司工会委员会",
        "kind": "80",
        "unit_name": "安徽启明电子有限公司",
        "employees": 60,
        "women": 20,
        "group": "赵晓梅\n李国强",
        "contact_name": "赵晓梅",
        "contact_phone": "19912345678",
        **asked,
    }
    return preparations.request(world.jinggang, by=by, **values)


def recruit(world, preparation, by, count):
    lines = []
    for number in range(count):
        who = world.identity(f"张{chr(0x4E00 + number * 31)}", sex="2" if number % 3 == 0 else "1")
        lines.append(f"{who.name} {who.document_number} {who.mobile}")
    return preparations.recruit(preparation, by=by, people="\n".join(lines))


def prepared(world, cast, count=30):
    made = ask(world, cast["worker"])
    preparations.reply(made, by=cast["town"], document="井工〔2026〕3号")
    return recruit(world, fresh(made), cast["worker"], count)


def hold(world, cast, made, **facts):
    election = elections.convene(
        made, by=cast["worker"], planned_on=TODAY, years=3, assembly="members", place="食堂"
    )
    for office, seats, names in (
        ("committee", 3, ["甲一 车间 女", "甲二", "甲三", "甲四"]),
        ("chair", 1, ["甲一"]),
        ("audit", 1, ["乙一", "乙二"]),
        ("women", 1, ["甲一"]),
    ):
        elections.nominate(
            election,
            by=cast["worker"],
            office=office,
            body="congress",
            seats=seats,
            candidates="\n".join(names),
        )
    values = {"due": 30, "present": 24, "chaired_by": "赵晓梅", "tellers": "王五、赵六", **facts}
    return elections.open_congress(fresh(election), by=cast["worker"], held_on=TODAY, **values)


def tally(election, by, office, votes, *, returned=24, valid=24, issued=24):
    ballot = election.ballots.filter(office=office, result="").get()
    people = list(ballot.candidates.order_by("pk"))
    return elections.count(
        fresh(election),
        by=by,
        ballot=ballot.pk,
        issued=issued,
        returned=returned,
        valid=valid,
        votes={one.pk: number for one, number in zip(people, votes, strict=True)},
    )


def test_from_the_request_to_the_union_in_the_tree(world, cast, django_capture_on_commit_callbacks):
    made = prepared(world, cast)
    assert made.state == "preparing" and made.recruits.count() == 30
    assert Todo.objects.filter(kind="founding.congress", done_at=None).get().assignee_user_id
    election = hold(world, cast, made)
    tally(election, cast["worker"], "committee", [20, 18, 17, 10])
    tally(election, cast["worker"], "chair", [22])
    tally(election, cast["worker"], "audit", [20, 4])
    tally(election, cast["worker"], "women", [22])
    elections.report(fresh(election), by=cast["worker"])
    with pytest.raises(Forbidden):
        elections.approve(fresh(election), by=cast["luyang"], document="x")
    with pytest.raises(Refusal, match="文号"):
        elections.approve(fresh(election), by=cast["town"], document=" ")
    elections.approve(fresh(election), by=cast["town"], document="井工〔2026〕8号")
    union = Union.objects.unscoped("test").get(name=made.name)
    assert union.parent == world.jinggang and union.founded_on == TODAY
    assert Membership.objects.unscoped("test").filter(union=union).count() == 30
    term, profile = open_term(union), profile_of(union)
    assert (term.number, term.years, term.chair_name, term.committee_size) == (1, 3, "甲一", 3)
    assert profile.audit_committee and profile.women_committee
    assert profile.founded_document == "井工〔2026〕8号"
    done = fresh(made)
    assert done.state == "founded" and done.union == union and fresh(election).union == union
    event = Outbox.objects.get(type="cn.gonghui.founding.approved")
    assert event.data["id"] == union.pk and event.data["document"] == "井工〔2026〕8号"
    waiting = Todo.objects.filter(target_type__startswith="founding.", done_at=None)
    assert [item.kind for item in waiting] == ["election.account"]
    with pytest.raises(Conflict):
        elections.approve(fresh(election), by=cast["town"], document="again")


def test_a_quorum_short_by_one_holds_no_election(world, cast):
    made = prepared(world, cast)
    with pytest.raises(Refusal, match="20 人"):
        hold(world, cast, made, present=19)
    election = Election.objects.unscoped("test").get()
    elections.open_congress(
        election,
        by=cast["worker"],
        held_on=TODAY,
        due=30,
        present=20,
        chaired_by="赵晓梅",
        tellers="甲",
    )
    with pytest.raises(Refusal, match="会员人数"):
        elections.open_congress(
            fresh(election),
            by=cast["worker"],
            held_on=TODAY,
            due=31,
            present=31,
            chaired_by="赵晓梅",
            tellers="甲",
        )


def test_more_papers_than_issued_void_the_vote_and_it_is_held_again(world, cast):
    election = hold(world, cast, prepared(world, cast))
    tally(election, cast["worker"], "committee", [20, 20, 20, 0], returned=25)
    ballot = election.ballots.get(office="committee")
    assert ballot.result == Result.VOID and not ballot.candidates.filter(elected=True).exists()
    with pytest.raises(Refusal, match=r"选举无效|没有计票"):
        elections.report(fresh(election), by=cast["worker"])
    elections.vote_again(fresh(election), by=cast["worker"], office="committee")
    again = election.ballots.get(office="committee", round=2)
    assert again.candidates.count() == 4 and not again.tie and again.seats == 3


def test_a_tie_is_voted_on_again_and_half_is_not_enough(world, cast):
    election = hold(world, cast, prepared(world, cast))
    tally(election, cast["worker"], "committee", [20, 16, 16, 16])
    first = election.ballots.get(office="committee", round=1)
    assert (first.result, first.open_seats) == (Result.TIE, 2)
    elections.vote_again(fresh(election), by=cast["worker"], office="committee")
    second = election.ballots.get(office="committee", round=2)
    assert second.tie and [one.name for one in second.candidates.all()] == ["甲二", "甲三", "甲四"]
    tally(election, cast["worker"], "committee", [12, 11, 5])
    assert election.ballots.get(office="committee", round=2).result == Result.COMPLETE
    tally(election, cast["worker"], "chair", [15])
    assert election.ballots.get(office="chair").result == Result.SHORT
    elections.vote_again(fresh(election), by=cast["worker"], office="chair", candidates="甲三")
    tally(election, cast["worker"], "chair", [16])
    assert election.ballots.get(office="chair", round=2).result == Result.COMPLETE


def test_committees_that_are_required_are_asked_for(world, cast):
    made = prepared(world, cast)
    election = hold(world, cast, made)
    tally(election, cast["worker"], "committee", [20, 18, 17, 10])
    tally(election, cast["worker"], "chair", [22])
    election.ballots.filter(office__in=["audit", "women"]).delete()
    with pytest.raises(Refusal, match=r"经费审查委员会.*女会员 10 人"):
        elections.report(fresh(election), by=cast["worker"])


def test_surplus_size_and_impossible_figures_are_refused(world, cast):
    election = hold(world, cast, prepared(world, cast))
    by = cast["worker"]

    def nominate(**facts):
        values = {"office": "standing", "body": "congress", "seats": 2, "candidates": "甲\n乙"}
        elections.nominate(fresh(election), by=by, **{**values, **facts})

    with pytest.raises(Refusal, match="候选人至少 3 名"):
        nominate(candidates="丙一\n丙二")
    with pytest.raises(Refusal, match="3 至 7 名"):
        nominate(
            office="committee",
            seats=8,
            candidates="\n".join(f"丁{n}" for n in "一二三四五六七八九"),
        )
    with pytest.raises(Refusal, match="不能多于有效票"):
        tally(election, by, "chair", [23], valid=22)
    with pytest.raises(Refusal, match="不能多于实到"):
        tally(election, by, "chair", [20], issued=25, returned=25)
    tally(election, by, "chair", [20])
    with pytest.raises(Conflict, match="已经计票"):
        nominate(office="chair", seats=1, candidates="丙一")


def test_who_may_and_who_may_not(world, cast):
    made = ask(world, cast["worker"])
    for by in (cast["luyang"], cast["handler"], cast["worker"]):
        with pytest.raises(Forbidden):
            preparations.reply(made, by=by, document="x")
    with pytest.raises(Forbidden):
        preparations.withdraw(made, by=cast["other"])
    both = world.actor("兼任", (HANDLER, world.jinggang), (APPROVER, world.jinggang))
    entered = ask(world, both, name="合肥新单位工会", unit_name="合肥新单位")
    with pytest.raises(Refusal, match="自己提交"):
        preparations.reply(entered, by=both, document="x")
    nobody = world.actor("未绑定")
    with pytest.raises(Refusal, match="实名绑定"):
        ask(world, nobody, name="合肥另一单位工会")
    with pytest.raises(Conflict, match="待批复"):
        preparations.recruit(made, by=cast["worker"], people="张三 1 2")
    preparations.send_back(made, by=cast["town"], reason="请补充地址")
    with pytest.raises(Conflict):
        preparations.reply(fresh(made), by=cast["town"], document="x")


def test_recruits_are_checked_line_by_line_all_or_none(world, cast):
    made = prepared(world, cast, 1)
    who = world.identity("周一")
    good = f"{who.name} {who.document_number} {who.mobile}"
    with pytest.raises(Refusal, match="第 2 行"):
        preparations.recruit(fresh(made), by=cast["worker"], people=f"{good}\n王二 123 199")
    assert made.recruits.count() == 1
    with pytest.raises(Refusal, match="已登记过"):
        preparations.recruit(fresh(made), by=cast["worker"], people=f"{good}\n{good}")
    row = made.recruits.get()
    assert who.document_number not in row.document_mask and "*" in row.document_mask


def test_a_joint_union_and_a_federation_need_two(world, cast):
    by = cast["handler"]
    with pytest.raises(Refusal, match="至少由 2 个单位"):
        ask(world, by, name="井岗商圈联合工会", kind="70", partners="甲公司")
    joint = ask(world, by, name="井岗商圈联合工会", kind="70", partners="甲公司\n乙公司")
    assert joint.partners.count() == 2
    with pytest.raises(Refusal, match="没有名为"):
        ask(world, by, name="井岗工会联合会", kind="60", partners="芜湖镜湖纺织厂工会\n甲")
    found = ask(
        world,
        by,
        name="井岗机械行业工会联合会",
        kind="60",
        partners=f"{world.factory.name}\n{world.shop.name}",
    )
    assert {partner.member_union for partner in found.partners.all()} == {world.factory, world.shop}


def test_a_stale_preparation_lapses_the_day_after_its_term(world, cast):
    made = prepared(world, cast, 1)
    for due, state in ((TODAY, "preparing"), (TODAY - timedelta(days=1), "lapsed")):
        Preparation.objects.unscoped("test").filter(pk=made.pk).update(congress_due=due)
        lapse_stale()
        assert fresh(made).state == state
    assert lapse_stale() == 0
    with pytest.raises(Conflict):
        recruit(world, fresh(made), cast["worker"], 1)


def test_a_delay_is_asked_once_and_for_six_months_at_most(world, cast):
    by = cast["factory"]
    start = date(TODAY.year - 3, TODAY.month, 1)
    term = enter_term(
        world.factory,
        by=by,
        number=1,
        elected_on=start,
        years=3,
        chair_name="赵晓梅",
        committee_size=5,
        document="井工〔2023〕1号",
    )
    latest = elections.founding.add_months(term.ends_on, 6)
    for day in (term.ends_on, latest + timedelta(days=1)):
        with pytest.raises(Refusal, match="不超过 6 个月"):
            matters.ask_delay(world.factory, by=by, delayed_to=day, reason="企业改制")
    matter = matters.ask_delay(world.factory, by=by, delayed_to=latest, reason="企业改制")
    with pytest.raises(Conflict, match="已有一份"):
        matters.ask_delay(world.factory, by=by, delayed_to=latest, reason="企业改制")
    for other in (cast["own"], cast["luyang"]):
        with pytest.raises(Forbidden):
            matters.approve(fresh(matter), by=other, document="x")
    matters.approve(fresh(matter), by=cast["town"], document="井工〔2026〕9号")
    assert open_term(world.factory).delayed_to == latest
    with pytest.raises(Conflict, match="不能再次延期"):
        matters.ask_delay(world.factory, by=by, delayed_to=latest, reason="企业改制")


END = {
    "decided_on": TODAY,
    "due": 90,
    "present": 60,
    "agreed": 46,
    "property_cash": 100,
    "property_assets": 0,
    "property_debts": 0,
    "property_audit": "账实相符",
}


def test_the_members_decide_and_property_goes_where_the_charter_says(world, cast):
    by = cast["factory"]
    for facts in ({"present": 59}, {"agreed": 45}):
        with pytest.raises(Refusal, match="没有通过"):
            matters.ask_close(world.factory, by=by, reason="企业注销", **{**END, **facts})
    with pytest.raises(Refusal, match="经费审查"):
        matters.ask_close(world.factory, by=by, reason="企业注销", **{**END, "property_audit": " "})
    member = world.member(world.factory)
    matter = matters.ask_close(world.factory, by=by, reason="企业注销", **END)
    assert matter.property_to == world.jinggang.name
    with pytest.raises(Refusal, match="还有 1 名会员"):
        matters.approve(fresh(matter), by=cast["town"], document="井工〔2026〕9号")
    assert fresh(matter).state == "submitted" and member.pk
    matters.withdraw(fresh(matter), by=by)
    with pytest.raises(Refusal, match="不属于"):
        matters.ask_merge(world.factory, by=by, into=world.mill, reason="企业合并", **END)
    merging = matters.ask_merge(world.factory, by=by, into=world.shop, reason="企业合并", **END)
    assert merging.property_to == world.shop.name
    matters.approve(fresh(merging), by=cast["town"], document="井工〔2026〕10号")
    assert Union.objects.unscoped("test").get(pk=world.factory.pk).status == "merged"
    assert Matter.objects.unscoped("test").filter(state="approved").count() == 1


def test_pages_of_another_county_are_refused(world, cast):
    made = ask(world, cast["worker"])
    client = Client()
    client.force_login(world.user("他区", (HANDLER, world.jinghu), (APPROVER, world.jinghu)))
    assert client.get(f"/w/preparations/{made.pk}/").status_code == 403
    assert client.get(f"/api/v1/preparations/{made.pk}/").status_code == 403
    assert client.get("/elections/1/print/minutes/").status_code == 403


def test_a_refusal_with_a_percentage_is_shown_on_the_form(world, cast):
    election = hold(world, cast, prepared(world, cast))
    client = Client()
    client.force_login(User.objects.get(person_id=election.applicant_id))
    asked = {"office": "standing", "body": "congress", "seats": "2", "candidates": "丙一\n丙二"}
    answer = client.post(f"/w/elections/{election.pk}/nominate/", asked)
    assert answer.status_code == 422
    assert "差额率不低于 10%，候选人至少 3 名" in answer.content.decode()


def test_the_hall_asks_and_follows(world):
    person = world.person(world.jinggang, "孙小红")
    user = world.user("孙小红", person=person)
    client = Client()
    client.force_login(user)
    assert "还没有建会申请" in client.get("/hall/founding/").content.decode()
    values = {
        "union": world.jinggang.name,
        "name": "合肥小红餐饮工会委员会",
        "kind": "80",
        "unit_name": "合肥小红餐饮",
        "employees": "30",
        "group": "孙小红",
        "contact_name": "孙小红",
        "contact_phone": "19911112222",
    }
    wrong = client.post("/hall/founding/apply/", {**values, "name": "合肥小红餐饮"})
    assert wrong.status_code == 422 and "合肥小红餐饮" in wrong.content.decode()
    assert client.post("/hall/founding/apply/", values).status_code == 302
    page = client.get("/hall/founding/").content.decode()
    assert "合肥小红餐饮工会委员会" in page and "待批复" in page
    made = Preparation.objects.unscoped("test").get(name=values["name"])
    assert client.get(f"/w/preparations/{made.pk}/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_two_count_one_ballot_at_once_and_one_counts():
    from django.db import transaction

    from gonghui.kernel.org.scoping import Scope, raise_wall
    from gonghui.kernel.testing import world as world_module

    with transaction.atomic():
        world = world_module.build()
        cast = {
            "worker": world.actor("赵晓梅", person=world.person(world.jinggang, "赵晓梅")),
            "town": world.actor("镇审批", (APPROVER, world.jinggang)),
        }
        election = hold(world, cast, prepared(world, cast))
    outcomes = []

    def count():
        try:
            with transaction.atomic():
                raise_wall(Scope.everything())
                tally(election, cast["worker"], "chair", [20])
            outcomes.append("counted")
        except Exception as error:
            outcomes.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=count) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) in (["Conflict", "counted"], ["DoesNotExist", "counted"])


def test_the_platform_alone_lapses(world, cast):
    made = prepared(world, cast, 1)
    with pytest.raises(Forbidden):
        preparations.lapse(fresh(made), by=cast["town"], today=TODAY)
    done = preparations.lapse(fresh(made), by=platform("x"), today=TODAY)
    assert done.state == PreparationState.PREPARING
