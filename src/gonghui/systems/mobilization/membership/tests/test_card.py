"""The member card: codes that hold, codes that do not, and what the check page tells."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone

from gonghui.kernel.access.roles import APPROVER, HANDLER
from gonghui.kernel.org.scoping import Scope, raise_wall
from gonghui.kernel.people import memberships, persons
from gonghui.kernel.people.models import Membership
from gonghui.kernel.testing.world import TODAY
from gonghui.systems.mobilization.membership.queries.card import (
    PAPER,
    SALTS,
    SCREEN,
    check,
    token_of,
)
from gonghui.systems.mobilization.membership.rules.card import (
    PAPER_DAYS,
    SCREEN_SECONDS,
    tail_of,
)


@pytest.fixture
def member(world):
    return world.member(world.factory, "李建国")


def aged(member: Membership, purpose: str, seconds: float, monkeypatch) -> str:
    then = timezone.now().timestamp() - seconds
    with monkeypatch.context() as patch:
        patch.setattr(signing.time, "time", lambda: then)
        return token_of(member, purpose)


def sign_in(world, *grants, person=None) -> Client:
    client = Client()
    client.force_login(world.user("用户", *grants, person=person))
    return client


def test_number_shows_only_its_end():
    assert tail_of("340000000015") == "********0015"


def test_check_page_tells_status_and_nothing_personal(world, member, client, as_application):
    raise_wall(Scope.everything())
    token = token_of(member)
    plain = persons.reveal(member.person)
    page = client.get(f"/card/{token}/")
    text = page.content.decode()
    assert page.status_code == 200
    for shown in ("在籍", "李**", "安徽华阳机械有限公司工会", tail_of(member.number)):
        assert shown in text
    hidden = (
        member.name,
        member.number,
        plain["document_number"],
        plain["mobile"],
        member.person.document_mask,
        member.person.mobile_mask,
    )
    for secret in hidden:
        assert secret not in text
    assert "no-store" in page["Cache-Control"] and page["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize(
    ("purpose", "limit"), [(SCREEN, SCREEN_SECONDS), (PAPER, PAPER_DAYS * 86400)]
)
def test_codes_end_with_their_time(member, client, monkeypatch, purpose, limit):
    assert check(aged(member, purpose, limit - 60, monkeypatch)).fault == ""
    old = aged(member, purpose, limit + 60, monkeypatch)
    assert check(old).fault == "expired"
    page = client.get(f"/card/{old}/")
    assert page.status_code == 410 and "已过期" in page.content.decode()


def test_every_changed_character_is_noticed(member, client):
    token = token_of(member)
    for n in range(len(token)):
        other = "A" if token[n] != "A" else "B"
        assert check(token[:n] + other + token[n + 1 :]).fault != ""
    page = client.get("/card/sforged/")
    assert page.status_code == 404 and "会员码无效" in page.content.decode()


def test_screen_code_does_not_pass_for_paper(member):
    token = token_of(member, SCREEN)
    assert check(PAPER + token[1:]).fault == "forged"
    foreign = SCREEN + signing.TimestampSigner(salt="other").sign(f"{member.pk}.1")
    assert check(foreign).fault == "forged"
    assert SALTS[SCREEN] != SALTS[PAPER]


@pytest.mark.parametrize("purpose", [SCREEN, PAPER])
def test_codes_are_void_once_the_standing_changes(world, member, client, purpose):
    token = token_of(member, purpose)
    memberships.change_status(member, "withdrawn", on=TODAY, cause="51")
    page = client.get(f"/card/{token}/")
    assert page.status_code == 410 and "已失效" in page.content.decode()


def test_own_card_and_paper(world, member, as_application):
    worker = sign_in(world, person=member.person)
    text = worker.get("/hall/card/").content.decode()
    assert member.number in text and 'hx-trigger="every' in text
    part = worker.get("/hall/card/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part and member.number in part
    assert "纸质会员卡" in worker.get("/hall/card/paper/").content.decode()


def test_card_is_not_drawn_for_others(world, member):
    assert Client().get("/hall/card/").status_code == 302
    nobody = sign_in(world, person=world.person(world.factory))
    assert "您还不是工会会员" in nobody.get("/hall/card/").content.decode()
    memberships.change_status(member, "withdrawn", on=TODAY, cause="51")
    gone = sign_in(world, person=member.person)
    assert "不能出示会员卡" in gone.get("/hall/card/").content.decode()


def test_handler_prints_for_own_members_only(world, member):
    assert (
        sign_in(world, (HANDLER, world.factory)).get(f"/members/{member.pk}/card/").status_code
        == 200
    )
    for grant in ((HANDLER, world.luyang), (APPROVER, world.factory)):
        assert sign_in(world, grant).get(f"/members/{member.pk}/card/").status_code == 403


def test_my_membership_shows_the_way_across_unions(world, member, as_application):
    raise_wall(Scope.everything())
    memberships.transfer(member, world.mill, on=TODAY - timedelta(days=30), cause="22")
    worker = sign_in(world, person=member.person)
    text = worker.get("/hall/membership/").content.decode()
    for shown in (member.number, world.factory.name, world.mill.name, "转会", "更新信息"):
        assert shown in text


def test_hall_transfer_from_application_to_withdrawal(world, member, as_application):
    worker = sign_in(world, person=member.person)
    assert worker.get("/hall/transfer/").status_code == 200
    page = worker.post("/hall/transfer/", {"to_union": world.factory.name, "reason": "x"})
    assert page.status_code == 422 and "不用转会" in page.content.decode()
    page = worker.post("/hall/transfer/", {"to_union": world.mill.name, "reason": "调往芜湖"})
    assert page.status_code == 302
    one = page["Location"]
    assert worker.get("/hall/transfer/").headers["Location"] == one
    text = worker.get(one).content.decode()
    assert "待转出工会同意" in text and "安徽省总工会" in text
    raise_wall(Scope.everything())
    other = sign_in(world, person=world.person(world.factory))
    assert other.get(one).status_code == 404
    assert other.post(one + "withdraw/").status_code == 404
    assert worker.post(one + "withdraw/").status_code == 302
    assert "已撤回" in worker.get(one).content.decode()
