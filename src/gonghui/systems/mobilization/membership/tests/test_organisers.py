"""Professional union workers: real names, one place, contracts, training, grades, figures."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from gonghui.kernel.access.actor import platform
from gonghui.kernel.access.roles import APPROVER, HANDLER, VIEWER
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.notify.models import Message, Todo
from gonghui.kernel.org.scoping import Scope
from gonghui.systems.mobilization.membership.actions import organisers
from gonghui.systems.mobilization.membership.jobs.organisers import remind_contracts
from gonghui.systems.mobilization.membership.models.organisers import Organiser, OrganiserState
from gonghui.systems.mobilization.membership.queries.organisers import by_county, hours_in


@pytest.fixture
def cast(world):
    return {
        "handler": world.actor("区经办", (HANDLER, world.shushan)),
        "approver": world.actor("区审批", (APPROVER, world.shushan)),
        "other": world.actor("他区", (APPROVER, world.luyang), (HANDLER, world.luyang)),
    }


def hire(world, by, union=None, identity=None, **values) -> Organiser:
    who = identity or world.identity("周晓东")
    asked = {
        "name": who.name,
        "document_number": who.document_number,
        "mobile": who.mobile,
        "post": "organiser",
        "hired_on": date(2024, 5, 6),
        "contract_from": date(2024, 5, 6),
        "contract_to": date(2027, 5, 5),
        **values,
    }
    return organisers.register(union or world.shushan, by=by, **asked)


def fresh(organiser: Organiser) -> Organiser:
    return Organiser.objects.unscoped("test").get(pk=organiser.pk)


def test_registered_by_real_name_and_serving_unions(world, cast):
    found = hire(world, cast["handler"], serves=[world.factory, world.shop])
    assert (found.name, found.sex, found.union_id) == ("周晓东", "1", world.shushan.pk)
    links = Organiser.serves.through.objects.filter(organiser=found)
    assert set(links.values_list("union_id", flat=True)) == {world.factory.pk, world.shop.pk}


def test_on_duty_in_one_place_only(world, cast):
    who = world.identity("周晓东")
    first = hire(world, cast["handler"], identity=who)
    with pytest.raises(Refusal, match="登记在岗") as refused:
        hire(world, cast["other"], union=world.luyang, identity=who)
    assert refused.value.code == "on_duty"
    organisers.leave(first, by=cast["handler"], left_on=date(2026, 8, 1), left_reason="resigned")
    again = hire(world, cast["other"], union=world.luyang, identity=who)
    assert again.person_id == first.person_id


@pytest.mark.parametrize(
    ("values", "part"),
    [
        ({"document_number": "340104199005171234"}, "校验码"),
        ({"contract_to": date(2024, 5, 6)}, "晚于起始日期"),
        ({"contract_to": date(2044, 5, 6)}, "10 年"),
        ({"hired_on": date(2099, 1, 1)}, "晚于今天"),
        ({"mobile": "123"}, "手机号码"),
    ],
)
def test_what_cannot_be_registered(world, cast, values, part):
    with pytest.raises(Refusal, match=part):
        hire(world, cast["handler"], **values)
    assert Organiser.objects.unscoped("test").count() == 0


def test_service_stays_in_the_county(world, cast):
    with pytest.raises(Refusal, match="范围内"):
        hire(world, cast["handler"], serves=[world.mill])


def test_renewing_training_grading_and_leaving(world, cast):
    found = hire(world, cast["handler"])
    with pytest.raises(Refusal, match="晚于现合同"):
        organisers.renew(
            found,
            by=cast["handler"],
            contract_from=date(2026, 5, 6),
            contract_to=date(2027, 5, 5),
        )
    organisers.renew(
        found, by=cast["handler"], contract_from=date(2027, 5, 6), contract_to=date(2030, 5, 5)
    )
    organisers.train(
        found, by=cast["handler"], title="集体协商", on=date(2026, 4, 1), hours=Decimal("7.5")
    )
    assert hours_in(found, 2026) == Decimal("7.5")
    with pytest.raises(Refusal, match="培训日期"):
        organisers.train(
            found, by=cast["handler"], title="早于到岗", on=date(2020, 4, 1), hours=Decimal(1)
        )
    with pytest.raises(Forbidden):
        organisers.assess(found, by=cast["handler"], year=2025, grade="excellent")
    organisers.assess(found, by=cast["approver"], year=2025, grade="excellent")
    with pytest.raises(Conflict, match="已考核"):
        organisers.assess(found, by=cast["approver"], year=2025, grade="failed")
    with pytest.raises(Refusal, match="才到岗"):
        organisers.assess(found, by=cast["approver"], year=2023, grade="basic")
    with pytest.raises(Refusal, match="写明"):
        organisers.leave(found, by=cast["handler"], left_on=date(2026, 8, 1), left_reason="other")
    organisers.leave(found, by=cast["handler"], left_on=date(2026, 8, 1), left_reason="retired")
    assert fresh(found).state == OrganiserState.LEFT
    with pytest.raises(Conflict, match="离岗"):
        organisers.leave(found, by=cast["handler"], left_on=date(2026, 8, 1), left_reason="retired")
    with pytest.raises(Conflict, match="离岗"):
        organisers.renew(
            found, by=cast["handler"], contract_from=date(2030, 5, 6), contract_to=date(2031, 5, 5)
        )


def test_nobody_grades_themselves(world, cast):
    found = hire(world, cast["handler"])
    own = world.actor("本人", (APPROVER, world.shushan), person=found.person)
    with pytest.raises(Refusal, match="自己"):
        organisers.assess(found, by=own, year=2025, grade="excellent")


def test_contract_reminders_go_out_once_each(world, cast):
    found = hire(world, cast["handler"])
    by = platform("合同到期提醒")
    day, sent = date(2027, 2, 20), []
    while day <= date(2027, 5, 20):
        before = Message.objects.count()
        for _ in range(2):
            organisers.remind(fresh(found), by=by, today=day)
        if Message.objects.count() > before:
            sent.append(day)
        day += timedelta(days=1)
    assert sent == [date(2027, 3, 6), date(2027, 4, 5), date(2027, 5, 6)]
    assert Todo.objects.get(kind="organiser.contract", done_at=None).union_id == world.shushan.pk
    organisers.renew(
        fresh(found),
        by=cast["handler"],
        contract_from=date(2027, 5, 6),
        contract_to=date(2030, 5, 5),
    )
    assert not Todo.objects.filter(done_at=None).exists()


def test_the_daily_job_looks_at_contracts_that_end(world, cast):
    today = timezone.localdate()
    ending = hire(world, cast["handler"], contract_to=today + timedelta(days=20))
    lasting = hire(world, cast["handler"], identity=world.identity("吴海燕"))
    assert remind_contracts() == 1
    assert fresh(ending).reminded == 30
    assert fresh(lasting).reminded is None


def test_figures_by_county(world, cast):
    today = timezone.localdate()
    first = hire(world, cast["handler"], serves=[world.factory], certificate="社会工作师")
    hire(world, cast["handler"], identity=world.identity("吴海燕", sex="2"), serves=[world.factory])
    hire(world, cast["other"], union=world.luyang, identity=world.identity("郑国庆"))
    organisers.train(first, by=cast["handler"], title="集体协商", on=today, hours=Decimal("6"))
    lines = {line.name: line for line in by_county(Scope.of([world.province.path]), today)}
    line = lines["合肥市蜀山区总工会"]
    assert (line.on_duty, line.women, line.certified, line.served) == (2, 1, 1, 1)
    assert line.hours == Decimal("6")
    assert lines["合肥市庐阳区总工会"].on_duty == 1
    assert set(by_county(Scope.of([world.luyang.path]), today)) == {lines["合肥市庐阳区总工会"]}


@pytest.fixture
def client_of(world):
    def signed_in(*grants, person=None):
        client = Client()
        client.force_login(world.user("测试", *grants, person=person))
        return client

    return signed_in


def test_pages_under_row_level_security(world, cast, client_of, as_application):
    member = world.member(world.mill, "周晓东")
    client = client_of((HANDLER, world.shushan))
    who = world.identity("吴海燕", sex="2")
    asked = {
        "union": str(world.shushan.pk),
        "name": who.name,
        "document_kind": "resident_id",
        "document_number": who.document_number,
        "mobile": who.mobile,
        "post": "service",
        "hired_on": "2024-05-06",
        "contract_from": "2024-05-06",
        "contract_to": "2027-05-05",
        "serves": f"{world.factory.name}\n{world.shop.name}",
    }
    done = client.post("/w/organisers/new/register/", asked)
    assert done.status_code == 302, done.content.decode()
    page = client.get(done["Location"]).content.decode()
    assert world.factory.name in page
    assert who.document_number not in page
    assert who.document_number[:4] in page
    assert "吴海燕" in client.get("/w/organisers/").content.decode()
    figures = client.get("/organisers/statistics/")
    assert figures.status_code == 200
    assert "合肥市蜀山区总工会" in figures.content.decode()
    wrong = client.post("/w/organisers/new/register/", {**asked, "serves": "没有这家工会"})
    assert wrong.status_code == 422
    assert "没有找到" in wrong.content.decode()
    assert member.pk


def test_another_county_gets_403(world, cast, client_of):
    found = hire(world, cast["handler"])
    client = client_of((HANDLER, world.luyang), (APPROVER, world.luyang))
    assert client.get(f"/w/organisers/{found.pk}/").status_code == 403
    assert client.get(f"/api/v1/organisers/{found.pk}/").status_code == 403
    asked = {"left_on": "2026-08-01", "left_reason": "retired"}
    assert client.post(f"/w/organisers/{found.pk}/leave/", asked).status_code == 403
    answer = client.post(
        f"/api/v1/organisers/{found.pk}/leave/", asked, content_type="application/json"
    )
    assert answer.status_code == 403
    assert fresh(found).state == OrganiserState.ON_DUTY
    assert client.get("/api/v1/organisers/").json()["items"] == []


def test_a_worker_sees_the_own_record_and_no_figures(world, cast, client_of):
    found = hire(world, cast["handler"])
    client = client_of(person=found.person)
    assert client.get(f"/api/v1/organisers/{found.pk}/").status_code == 200
    assert client.get("/organisers/statistics/").status_code == 403
    assert client_of((VIEWER, world.shushan)).get("/organisers/statistics/").status_code == 200
