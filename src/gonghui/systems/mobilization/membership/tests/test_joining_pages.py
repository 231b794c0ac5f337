"""The pages of joining: the phone, the counter, the pool, and who is kept out of them."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from gonghui.kernel.access.actor import ANONYMOUS
from gonghui.kernel.access.roles import APPROVER, HANDLER, VIEWER
from gonghui.kernel.identity.models import User
from gonghui.kernel.people import persons
from gonghui.kernel.people.models import Membership
from gonghui.systems.mobilization.membership.actions import joining as actions
from gonghui.systems.mobilization.membership.actions.joining_access import forget_old
from gonghui.systems.mobilization.membership.models import (
    AttemptCounter,
    JoinApplication,
    JoinDraft,
)
from gonghui.systems.mobilization.membership.views.joining import unit_token


@pytest.fixture
def phone(db):
    return Client()


@pytest.fixture
def client_of(world):
    def signed_in(*grants, person=None):
        client = Client()
        client.force_login(world.user("测试", *grants, person=person))
        return client

    return signed_in


@pytest.fixture
def fields(world):
    identity = world.identity("许若兰", sex="2")
    return {
        "name": identity.name,
        "document_kind": "resident_id",
        "document_number": identity.document_number,
        "mobile": identity.mobile,
    }


@pytest.fixture
def application(world, fields):
    return actions.submit(world.factory, by=ANONYMOUS, agreed=True, **fields)


def applications():
    return JoinApplication.objects.unscoped("test")


def text_of(response):
    return response.content.decode()


def fill(phone, fields, unit):
    """The screens from the unit to the summary."""
    phone.post("/join/apply/unit/", {"union": unit.pk})
    who = {key: fields[key] for key in ("name", "document_kind", "document_number")}
    assert phone.post("/join/apply/who/", who).status_code == 302
    assert phone.post("/join/apply/contact/", {"mobile": fields["mobile"]}).status_code == 302
    return phone.get("/join/apply/check/")


def look_up(phone, application, **changes):
    shown = {
        "receipt": application.receipt,
        "document_end": application.document.reveal()[-4:],
        "mobile_end": application.mobile.reveal()[-4:],
        **changes,
    }
    return phone.post("/join/progress/", shown)


# The phone


def test_a_stranger_applies_and_follows_the_application(world, phone, fields, as_application):
    assert "华阳机械" in text_of(phone.get("/join/apply/unit/", {"q": "华阳"}))
    summary = text_of(fill(phone, fields, world.factory))
    assert world.factory.name in summary
    assert "女性" in summary
    assert "安徽省合肥市蜀山区" in summary
    assert fields["document_number"] not in summary
    assert phone.post("/join/apply/check/", {}).status_code == 422
    sent = phone.post("/join/apply/check/", {"agreed": "on"}, follow=True)
    application = applications().get()
    assert application.receipt in text_of(sent)
    assert not JoinDraft.objects.exists()
    assert application.name not in text_of(phone.get("/join/progress/"))
    other = Client()
    assert look_up(other, application).status_code == 302
    assert application.receipt in text_of(other.get("/join/progress/"))


def test_the_draft_is_sealed_and_found_again_by_the_cookie(world, phone, fields):
    fill(phone, fields, world.factory)
    again = Client()
    again.cookies["join_draft"] = phone.cookies["join_draft"].value
    assert "继续填写" in text_of(again.get("/join/"))
    assert fields["name"] in text_of(again.get("/join/apply/who/"))
    again.cookies["join_draft"] = phone.cookies["join_draft"].value[:-1] + "x"
    assert "继续填写" not in text_of(again.get("/join/"))
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(d)::text FROM membership_joindraft d")
        kept = cursor.fetchone()[0]
    assert fields["document_number"] not in kept
    assert fields["name"] not in kept


def test_what_is_typed_is_kept_while_typing(world, phone, fields):
    phone.post("/join/draft/who/", {"name": "许若", "evil": "1"})
    assert "许若" in text_of(phone.get("/join/apply/who/"))
    assert phone.post("/join/draft/check/", {}).status_code == 404


def test_old_drafts_and_counters_are_removed(world, phone, fields):
    fill(phone, fields, world.factory)
    assert forget_old(timezone.localdate()) == 0
    old = timezone.now() - timedelta(days=31)
    JoinDraft.objects.update(saved_at=old)
    AttemptCounter.objects.update(since=old)
    assert forget_old(timezone.localdate()) == 1
    assert not AttemptCounter.objects.exists()


def test_the_code_of_a_unit_fills_in_its_union(world, phone, fields):
    address = f"/join/{unit_token(world.factory)}/"
    assert world.factory.name in text_of(phone.get(address))
    phone.post(address)
    assert world.factory.name in text_of(phone.get("/join/apply/unit/"))
    who = {key: fields[key] for key in ("name", "document_kind", "document_number")}
    phone.post("/join/apply/who/", who)
    phone.post("/join/apply/contact/", {"mobile": fields["mobile"]})
    phone.post("/join/apply/check/", {"agreed": "on"})
    assert applications().get().channel == "code"


@pytest.mark.parametrize("token", ["1.abc", "x", "9"])
def test_a_forged_code_is_refused(world, phone, token):
    assert phone.get(f"/join/{token}/").status_code == 404


def test_the_code_of_a_town_union_says_where_to_go(world, phone):
    page = phone.get(f"/join/{unit_token(world.jinggang)}/")
    assert "不直接发展会员" in text_of(page)


def test_a_passport_asks_for_birth_and_sex(world, phone, fields):
    phone.post("/join/apply/unit/", {"union": world.factory.pk})
    who = {"name": "许若兰", "document_kind": "passport", "document_number": "E12345678"}
    page = phone.post("/join/apply/who/", who)
    assert page.status_code == 422
    assert 'name="born_on"' in text_of(page)
    assert phone.post("/join/apply/who/", {**who, "born_on": "1990-01-02", "sex": "2"}).url
    phone.post("/join/apply/contact/", {"mobile": fields["mobile"]})
    phone.post("/join/apply/check/", {"agreed": "on"})
    assert str(applications().get().born_on) == "1990-01-02"


def test_who_is_a_member_is_offered_a_transfer_before_anything_else(world, phone):
    member = world.member(world.mill, "许若兰")
    number = persons.reveal(member.person)["document_number"]
    phone.post("/join/apply/unit/", {"union": world.factory.pk})
    who = {"name": "许若兰", "document_kind": "resident_id", "document_number": number}
    page = phone.post("/join/apply/who/", who)
    assert page.status_code == 422
    assert f"/hall/transfer/?to={world.factory.pk}" in text_of(page)
    assert world.mill.name not in text_of(page)
    assert "一次入会" in text_of(page)


def test_without_an_employer_the_county_pool_gets_it(world, phone, fields):
    phone.post("/join/apply/unit/", {"flexible": "1"})
    page = text_of(phone.get("/join/apply/place/"))
    assert "合肥市蜀山区" in page
    phone.post("/join/apply/place/", {"county": world.shushan.pk, "trade": "03"})
    who = {key: fields[key] for key in ("name", "document_kind", "document_number")}
    phone.post("/join/apply/who/", who)
    phone.post("/join/apply/contact/", {"mobile": fields["mobile"]})
    phone.post("/join/apply/check/", {"agreed": "on"})
    application = applications().get()
    assert (application.state, application.trade, application.union_id) == (
        "pooled",
        "03",
        world.shushan.pk,
    )


def test_a_summary_before_all_is_told_leads_back(world, phone):
    assert phone.get("/join/apply/check/").url.endswith("/unit/")


# Progress


@pytest.mark.parametrize(
    "changes",
    [
        {"document_end": "0000"},
        {"mobile_end": "0000"},
        {"receipt": "RH20261122-000777-0"},
    ],
)
def test_whatever_is_wrong_the_answer_says_no_more(phone, application, changes):
    page = look_up(phone, application, **changes)
    assert page.status_code == 422
    assert application.union.name not in text_of(page)
    if "receipt" not in changes:
        assert "没有找到与这三项都相符的申请" in text_of(page)


def test_guessing_is_stopped_even_when_the_last_guess_is_right(phone, application):
    for _ in range(5):
        look_up(phone, application, document_end="0000")
    page = look_up(Client(), application)
    assert page.status_code == 422
    assert "15 分钟" in text_of(page)
    AttemptCounter.objects.update(since=timezone.now() - timedelta(minutes=16))
    assert look_up(phone, application).status_code == 302


def test_nothing_is_shown_or_done_without_the_three(phone, application):
    assert application.receipt not in text_of(phone.get("/join/progress/"))
    for verb in ("withdraw", "appeal", "mend"):
        phone.post(f"/join/progress/{verb}/", {"reason": "我不想加入了"})
    application.refresh_from_db()
    assert application.state == "submitted"


def test_withdrawn_by_the_applicant(phone, application, as_application):
    look_up(phone, application)
    phone.post("/join/progress/withdraw/")
    application.refresh_from_db()
    assert application.state == "withdrawn"


def test_a_returned_application_is_mended_on_the_same_screens(world, phone, application):
    approver = world.actor("王审", (APPROVER, world.factory))
    actions.return_(application, by=approver, reason="号码打不通", faulty_fields=["mobile"])
    look_up(phone, application)
    assert "号码打不通" in text_of(phone.get("/join/progress/"))
    assert phone.post("/join/progress/mend/").url.endswith("/contact/")
    phone.post("/join/apply/contact/", {"mobile": "13912345678"})
    phone.post("/join/apply/check/", {"agreed": "on"})
    application.refresh_from_db()
    assert (application.state, application.mobile.reveal()) == ("submitted", "13912345678")
    assert applications().count() == 1


def test_appealed_on_the_progress_page(world, phone, application):
    approver = world.actor("王审", (APPROVER, world.factory))
    actions.reject(application, by=approver, reason="不在本单位工作")
    look_up(phone, application)
    page = text_of(phone.get("/join/progress/"))
    assert world.jinggang.name in page
    assert "王审" not in page
    assert phone.post("/join/progress/appeal/", {"reason": "不"}).status_code == 422
    phone.post("/join/progress/appeal/", {"reason": "我在这里工作"})
    application.refresh_from_db()
    assert application.state == "appealed"


# The account


def test_an_account_is_opened_by_the_whole_number_and_the_code(
    world, phone, application, fields, as_application
):
    actions.approve(application, by=world.actor("王审", (APPROVER, world.factory)))
    assert phone.get("/join/account/").status_code == 302
    look_up(phone, application)
    wrong = phone.post("/join/account/", {"document_number": fields["document_number"][:-1]})
    assert wrong.status_code == 422
    page = text_of(phone.post("/join/account/", {"document_number": fields["document_number"]}))
    code = re.search(r'join-receipt">(\d{8})<', page)[1]
    good = {"code": code, "password": "Anhui-2026-x", "again": "Anhui-2026-x"}
    for change in (
        {"code": "00000000" if code != "00000000" else "1"},
        {"again": "Anhui-2026-y"},
        {"password": "12345678901", "again": "12345678901"},
        {"password": "short", "again": "short"},
    ):
        assert phone.post("/join/account/", {**good, **change}).status_code == 422
    assert not User.objects.filter(person__isnull=False).exists()
    assert phone.post("/join/account/", good).status_code == 200
    application.refresh_from_db()
    number = application.member_number
    user = User.objects.get(username=number)
    assert user.check_password("Anhui-2026-x")
    assert phone.post("/join/account/", good).status_code == 422
    worker = Client()
    signed = worker.post("/signin/", {"username": number, "password": "Anhui-2026-x"})
    assert signed.status_code == 302
    assert number in text_of(worker.get("/hall/mine/"))
    assert application.receipt in text_of(worker.get("/hall/joining/"))
    worker.get(f"/hall/joining/{application.pk}/")
    assert "批准入会" in text_of(worker.get("/join/progress/"))


def test_no_account_before_approval(world, phone, application, fields):
    look_up(phone, application)
    answer = phone.post("/join/account/", {"document_number": fields["document_number"]})
    assert answer.status_code == 302


def test_the_application_of_another_is_not_mine(world, client_of, application):
    someone = client_of(person=world.person(world.factory))
    assert someone.get(f"/hall/joining/{application.pk}/").status_code == 403


# Cadres


def test_a_cadre_of_another_county_gets_403_everywhere(world, client_of, application):
    stranger = client_of((APPROVER, world.luyang), (HANDLER, world.luyang))
    page, api = f"/w/join-applications/{application.pk}/", "/api/v1/join-applications/"
    pool = f"/w/join-pool/{application.pk}/"
    for address in (page, f"{page}approve/", f"{page}return/", f"{page}reject/", pool):
        assert stranger.get(address).status_code == 403
    for slug in ("approve", "return", "reject", "mend", "reveal"):
        assert stranger.post(f"{page}{slug}/", {"reason": "测试测试"}).status_code == 403
        answer = stranger.post(f"{api}{application.pk}/{slug}/", {}, "application/json")
        assert answer.status_code in {403, 422}
    assert stranger.get(f"{api}{application.pk}/").status_code == 403
    assert stranger.get(api).json()["items"] == []
    assert stranger.get(f"/joining/codes/{world.factory.pk}/").status_code == 403
    export = stranger.post(
        "/w/join-applications/export/", {"kind": "csv", "purpose": "年度统计核对"}
    )
    body = b"".join(export.streaming_content).decode("utf-8-sig")
    assert application.receipt not in body
    stranger.post("/joining/pending/", {"ids": [application.pk]})
    application.refresh_from_db()
    assert (application.state, application.version) == ("submitted", 1)


def test_workers_and_strangers_do_not_see_the_desk(world, client_of, application, phone):
    worker = client_of(person=world.person(world.factory))
    for address in ("/w/join-applications/", "/w/join-pool/", "/joining/pending/"):
        assert worker.get(address).status_code == 403
        assert phone.get(address).status_code == 302


def test_approved_on_the_record_page(world, client_of, application, as_application):
    cadre = client_of((APPROVER, world.factory))
    page = text_of(cadre.get(f"/w/join-applications/{application.pk}/"))
    assert "批准入会" in page
    assert application.document_mask in page
    assert application.document.reveal() not in page
    done = cadre.post(f"/w/join-applications/{application.pk}/approve/", {"version": "1"})
    assert done.status_code == 302
    again = cadre.post(f"/w/join-applications/{application.pk}/approve/", {"version": "1"})
    assert again.status_code == 409


def test_several_are_approved_at_once_and_each_row_is_told(world, client_of, fields):
    first = actions.submit(world.factory, by=ANONYMOUS, agreed=True, **fields)
    other = world.identity("方志远")
    entered = actions.submit(
        world.factory,
        by=ANONYMOUS,
        agreed=True,
        name=other.name,
        document_number=other.document_number,
        mobile=other.mobile,
    )
    cadre = client_of((APPROVER, world.factory))
    user = User.objects.order_by("-pk").first()
    applications().filter(pk=entered.pk).update(entered_by_id=user.pk)
    page = text_of(cadre.post("/joining/pending/", {"ids": [first.pk, entered.pk, 999999]}))
    assert "选了 3 份，批准了 1 份" in page
    assert "由您录入" in page
    assert Membership.objects.unscoped("test").count() == 1
    assert cadre.post("/joining/pending/", {}).status_code == 422


def test_entered_at_the_counter_and_a_returned_one_mended(world, client_of, fields):
    cadre = client_of((HANDLER, world.factory))
    form = {**fields, "union": world.factory.name, "agreed": "on"}
    assert cadre.post("/w/join-applications/new/enter/", form).status_code == 302
    application = applications().get()
    assert application.channel == "counter"
    elsewhere = {**form, "union": world.mill.name}
    assert cadre.post("/w/join-applications/new/enter/", elsewhere).status_code == 403
    approver = world.actor("王审", (APPROVER, world.factory))
    actions.return_(application, by=approver, reason="号码打不通")
    page = f"/w/join-applications/{application.pk}/mend/"
    assert fields["mobile"] in text_of(cadre.get(page))
    form["mobile"] = "13912345678"
    assert cadre.post(page, form).status_code == 302
    application.refresh_from_db()
    assert (application.state, application.mobile_mask) == ("submitted", "139****5678")


def test_routed_from_the_pool_page(world, client_of, fields):
    application = actions.submit(world.shushan, by=ANONYMOUS, agreed=True, trade="06", **fields)
    cadre = client_of((HANDLER, world.shushan))
    assert application.receipt in text_of(cadre.get("/w/join-pool/"))
    record = text_of(cadre.get(f"/w/join-pool/{application.pk}/"))
    assert world.shop.name in record
    assert "手机号码归属地" in record
    address = f"/w/join-pool/{application.pk}/route/"
    assert world.shop.name in text_of(cadre.get(address))
    assert cadre.post(address, {"union": world.shop.name}).status_code == 302
    application.refresh_from_db()
    assert application.union_id == world.shop.pk
    viewer = client_of((VIEWER, world.shushan))
    assert viewer.post(address, {"union": world.shop.name}).status_code == 403


def test_the_late_filter_shows_what_is_past_its_term(world, client_of, application):
    cadre = client_of((VIEWER, world.factory))
    address = "/w/join-applications/?late=1"
    assert application.receipt not in text_of(cadre.get(address))
    applications().update(due_on=timezone.localdate() - timedelta(days=1))
    assert application.receipt in text_of(cadre.get(address))


def test_the_poster_leads_to_its_union(world, client_of, phone):
    cadre = client_of((VIEWER, world.factory))
    page = text_of(cadre.get(f"/joining/codes/{world.factory.pk}/"))
    address = re.search(r'data-copy="http://testserver([^"]+)"', page)[1]
    assert world.factory.name in text_of(phone.get(address))


# The hall


def test_the_hall_is_open_to_all_and_mine_to_who_is_signed_in(world, phone, client_of):
    assert "申请入会" in text_of(phone.get("/hall/"))
    assert phone.get("/hall/services/").status_code == 200
    for address in ("/hall/mine/", "/hall/messages/", "/hall/joining/"):
        assert phone.get(address).status_code == 302
    worker = client_of(person=world.member(world.factory).person)
    assert worker.get("/").url == "/hall/"
    for address in ("/hall/", "/hall/mine/", "/hall/messages/", "/hall/joining/"):
        assert worker.get(address).status_code == 200


def test_what_i_have_under_way_stands_on_top(world, client_of, fields):
    person = world.person(world.factory, "许若兰")
    number = persons.reveal(person)["document_number"]
    actions.submit(
        world.factory, by=ANONYMOUS, agreed=True, **{**fields, "document_number": number}
    )
    assert "正在办理" in text_of(client_of(person=person).get("/hall/"))
