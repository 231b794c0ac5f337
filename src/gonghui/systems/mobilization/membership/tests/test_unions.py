"""Union profiles: plain facts at once, key facts never, personal data masked, walls held."""

from __future__ import annotations

import random
from datetime import date

import pytest
from django.test import Client

from gonghui.kernel.access.roles import APPROVER, HANDLER, VIEWER
from gonghui.kernel.audit.models import Entry
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.base.identifiers import synthetic_uscc
from gonghui.kernel.codes import regions
from gonghui.kernel.org.models import Union
from gonghui.systems.mobilization.membership.actions import unions
from gonghui.systems.mobilization.membership.models.unions import UnionOfficer, UnionProfile
from gonghui.systems.mobilization.membership.queries.unions import profile_of


@pytest.fixture
def handler(world):
    return world.actor("经办", (HANDLER, world.factory))


def fresh(union: Union) -> Union:
    return Union.objects.unscoped("test").select_related("parent").get(pk=union.pk)


def test_plain_facts_are_changed_at_once_and_audited_with_the_old_value(world, handler):
    unions.update(world.factory, by=handler, unit_name="安徽华阳机械有限公司", employees=200)
    unions.update(world.factory, by=handler, employees=210, women=80)
    profile = profile_of(world.factory)
    assert (profile.employees, profile.women, profile.version) == (210, 80, 2)
    entry = Entry.objects.filter(action="unions.update").latest("id")
    assert entry.changes["employees"]["before"] == 200
    assert entry.changes["employees"]["after"] == 210
    assert "unit_name" not in entry.changes


def test_score_follows_what_is_filled_in(world, handler):
    before = profile_of(world.factory).completeness()
    unions.update(world.factory, by=handler, employees=210, address="井岗镇科学大道 1 号")
    profile = profile_of(world.factory)
    assert profile.score == profile.completeness().score > before.score
    assert "地址" in before.missing
    assert "地址" not in profile.completeness().missing


def test_key_facts_are_refused(world, handler):
    for fact in ("name", "uscc", "kind", "industry", "chair_name", "score", "org_path"):
        with pytest.raises(Refusal, match="关键信息"):
            unions.update(world.factory, by=handler, **{fact: "x"})
    assert profile_of(world.factory).pk is None


def test_somebody_who_saw_an_older_version_is_told_so(world, handler):
    unions.update(world.factory, by=handler, profile_version=0, employees=10)
    with pytest.raises(Conflict, match="已被他人修改"):
        unions.update(world.factory, by=handler, profile_version=0, employees=20)
    assert profile_of(world.factory).employees == 10


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"employees": 10, "women": 11}, "employees"),
        ({"women": 3}, "employees"),
        ({"unit_nature": "99"}, "unit_nature"),
        ({"unit_uscc": "91340100MA2MXXXX0X"}, "unit_uscc"),
        ({"region": "999999999"}, "region"),
        ({"contact_phone": "12345"}, "contact_phone"),
        ({"contact_phone": "055162345"}, "contact_phone"),
    ],
)
def test_wrong_facts_name_their_field(world, handler, facts, field):
    with pytest.raises(Refusal) as refused:
        unions.update(world.factory, by=handler, **facts)
    assert refused.value.field == field


def test_telephone_is_sealed_masked_and_shown_only_for_a_reason(world, handler):
    unions.update(world.factory, by=handler, contact_name="赵敏", contact_phone="138 0013 8000")
    profile = profile_of(world.factory)
    assert profile.contact_mask == "138****8000"
    assert b"13800138000" not in bytes(profile.contact_phone.blob)
    entry = Entry.objects.filter(action="unions.update").latest("id")
    assert "13800138000" not in str(entry.changes)
    with pytest.raises(Refusal, match="理由"):
        unions.reveal(world.factory, by=handler, reason="看")
    shown = unions.reveal(world.factory, by=handler, reason="核对联系人电话")
    assert shown["联系电话"] == "13800138000"
    assert Entry.objects.filter(action="unions.reveal").latest("id").reason == "核对联系人电话"


def test_landline_is_taken(world, handler):
    unions.update(world.factory, by=handler, contact_phone="0551-62345678")
    assert profile_of(world.factory).contact_phone.reveal() == "0551-62345678"


def test_an_empty_telephone_leaves_the_one_there_is(world, handler):
    unions.update(world.factory, by=handler, contact_phone="13800138000")
    unions.update(world.factory, by=handler, contact_phone="", employees=5)
    assert profile_of(world.factory).contact_mask == "138****8000"


def test_credit_code_needs_both_checks_a_union_department_and_to_be_free(world):
    rng = random.Random(1)
    good = synthetic_uscc(rng, "340104")
    assert unions.checked_uscc(good.lower(), grassroots=True) == good
    wrong_last = good[:-1] + ("0" if good[-1] != "0" else "1")
    with pytest.raises(Refusal) as refused:
        unions.checked_uscc(wrong_last, grassroots=True)
    assert refused.value.code == "uscc.check"
    company = synthetic_uscc(rng, "340104", department="9", kind="1")
    with pytest.raises(Refusal, match="不是工会登记"):
        unions.checked_uscc(company, grassroots=True)
    other = synthetic_uscc(rng, "340104", department="8", kind="9")
    with pytest.raises(Refusal, match="81"):
        unions.checked_uscc(other, grassroots=True)
    assert unions.checked_uscc(other, grassroots=False) == other
    Union.objects.unscoped("test").filter(pk=world.mill.pk).update(uscc=good)
    with pytest.raises(Refusal, match="芜湖镜湖纺织厂工会"):
        unions.checked_uscc(good, world.factory, grassroots=True)
    assert unions.checked_uscc(good, world.mill, grassroots=True) == good


def test_organisation_code_inside_a_credit_code_is_checked_too(world):
    from gonghui.kernel.base.identifiers import uscc_check_character

    good = synthetic_uscc(random.Random(2), "340104")
    broken = good[:16] + ("1" if good[16] != "1" else "2")
    with pytest.raises(Refusal) as refused:
        unions.checked_uscc(broken + uscc_check_character(broken), grassroots=True)
    assert refused.value.code == "uscc.organisation_check"


def test_other_roles_and_other_counties_change_nothing(world):
    for actor in (
        world.actor("查阅", (VIEWER, world.factory)),
        world.actor("审批", (APPROVER, world.factory)),
        world.actor("他县", (HANDLER, world.luyang)),
    ):
        with pytest.raises(Forbidden):
            unions.update(world.factory, by=actor, employees=1)
    assert UnionProfile.objects.unscoped("test").count() == 0


def test_a_superiors_handler_may_keep_the_profile(world):
    unions.update(world.factory, by=world.actor("县经办", (HANDLER, world.shushan)), employees=9)
    assert profile_of(world.factory).employees == 9


def test_officers_are_named_and_leave_once(world, handler):
    member = world.member(world.factory, "李建国")
    officer = unions.name_officer(
        world.factory,
        by=handler,
        name="李建国",
        post="audit",
        since=date(2026, 1, 5),
        member_number=member.number,
    )
    assert officer.person_id == member.person_id
    with pytest.raises(Refusal, match="会员号与姓名"):
        unions.name_officer(
            world.factory,
            by=handler,
            name="李建军",
            post="audit",
            since=date(2026, 1, 5),
            member_number=member.number,
        )
    with pytest.raises(Refusal, match="任职日期与今天之间"):
        unions.end_office(officer, by=handler, until=date(2025, 1, 1))
    unions.end_office(officer, by=handler, until=date(2026, 6, 30))
    with pytest.raises(Conflict, match="离任"):
        unions.end_office(officer, by=handler, until=date(2026, 7, 1))
    with pytest.raises(Refusal, match="晚于今天"):
        unions.name_officer(
            world.factory, by=handler, name="王芳", post="women", since=date(2099, 1, 1)
        )
    assert UnionOfficer.objects.unscoped("test").count() == 1


@pytest.fixture
def client_of(world):
    def signed_in(*grants):
        client = Client()
        client.force_login(world.user("测试", *grants))
        return client

    return signed_in


def test_pages_show_the_profile_and_what_is_missing(world, handler, client_of, as_application):
    unions.update(
        world.factory, by=handler, unit_name="安徽华阳机械有限公司", contact_phone="13800138000"
    )
    client = client_of((HANDLER, world.factory))
    page = client.get(f"/w/unions/{world.factory.pk}/")
    text = page.content.decode()
    assert page.status_code == 200
    assert "安徽华阳机械有限公司" in text
    assert "138****8000" in text
    assert "13800138000" not in text
    assert "还缺：" in text
    assert "查看工会联系电话" in text


def test_profile_form_saves_and_keeps_what_was_typed_when_wrong(world, client_of):
    client = client_of((HANDLER, world.factory))
    place = f"/w/unions/{world.factory.pk}/profile/"
    asked = client.get(place)
    assert asked.status_code == 200
    assert regions.townships("340104")[0].name in asked.content.decode()
    wrong = client.post(place, {"employees": "5", "women": "6", "profile_version": "0"})
    assert wrong.status_code == 422
    assert "不能多于职工人数" in wrong.content.decode()
    saved = client.post(place, {"employees": "6", "women": "5", "profile_version": "0"})
    assert saved.status_code == 302
    stale = client.post(place, {"employees": "7", "profile_version": "0"})
    assert stale.status_code == 409
    assert profile_of(world.factory).employees == 6


def test_another_county_gets_403_by_page_and_api(world, client_of):
    client = client_of((HANDLER, world.luyang), (APPROVER, world.luyang))
    pk = world.factory.pk
    for page in ("", "profile/", "change/", "officer/"):
        assert client.get(f"/w/unions/{pk}/{page}").status_code == 403
    assert client.get(f"/api/v1/unions/{pk}/").status_code == 403
    answer = client.post(
        f"/api/v1/unions/{pk}/profile/", {"employees": "1"}, content_type="application/json"
    )
    assert answer.status_code == 403
    assert UnionProfile.objects.unscoped("test").count() == 0


def test_list_filters_by_completeness_and_finds_a_credit_code(world, handler, client_of):
    uscc = synthetic_uscc(random.Random(3), "340104")
    Union.objects.unscoped("test").filter(pk=world.factory.pk).update(uscc=uscc)
    unions.update(world.factory, by=handler, employees=1)
    client = client_of((VIEWER, world.shushan))
    found = client.get("/api/v1/unions/", {"q": uscc}).json()["items"]
    assert [item["name"] for item in found] == [world.factory.name]
    low = client.get("/api/v1/unions/", {"complete": "low"}).json()["items"]
    assert [item["name"] for item in low] == [world.factory.name]
    none = client.get("/api/v1/unions/", {"complete": "none"}).json()["items"]
    assert world.factory.name not in [item["name"] for item in none]
    assert world.shop.name in [item["name"] for item in none]


def test_api_changes_the_facts_it_names_and_no_others(world, handler, client_of):
    unions.update(world.factory, by=handler, address="科学大道 1 号", audit_committee=True)
    client = client_of((HANDLER, world.factory))
    answer = client.post(
        f"/api/v1/unions/{world.factory.pk}/profile/",
        {"employees": 33},
        content_type="application/json",
    )
    assert answer.status_code == 200, answer.content
    profile = profile_of(world.factory)
    assert (profile.employees, profile.address, profile.audit_committee) == (
        33,
        "科学大道 1 号",
        True,
    )
