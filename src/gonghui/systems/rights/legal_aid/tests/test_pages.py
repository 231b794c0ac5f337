"""Pages: workers ask and follow, lawyers work, prints come with their step, others get nothing."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from gonghui.engines.casework.models import Intake
from gonghui.engines.casework.walls import everywhere
from gonghui.kernel.access.roles import APPROVER, HANDLER, VIEWER
from gonghui.systems.rights.legal_aid.actions import payouts
from gonghui.systems.rights.legal_aid.tests import makers
from gonghui.systems.rights.legal_aid.views import layouts

pytestmark = pytest.mark.django_db


def client_of(world, union, role=HANDLER) -> Client:
    client = Client()
    client.force_login(world.user("某人", (role, union)))
    return client


def worker(world, union):
    client = Client()
    person = world.member(union).person
    client.force_login(world.user("职工", person=person))
    return client, person


def asked(client, **given):
    facts = {
        "applicant": "migrant",
        "category": "pay",
        "employer": makers.EMPLOYER,
        "people": "1",
        "text": "三个月没有发工资，请求帮助。",
        "truth": "on",
        **given,
    }
    return client.post(reverse("legal-aid-ask", args=["aid"]), facts)


def test_a_worker_asks_and_follows_their_own_matter(world):
    client, person = worker(world, world.factory)
    answer = asked(client)
    assert answer.status_code == 302, answer.content.decode()[:2000]
    with everywhere():
        found = Intake.objects.unscoped("test").get(person_id=person.pk)
    page = client.get(answer.url)
    assert page.status_code == 200 and "三个月没有发工资" in page.content.decode()
    assert found.number in client.get(reverse("legal-aid-home")).content.decode()
    other, _ = worker(world, world.mill)
    assert other.get(answer.url).status_code == 404


def test_what_is_lacking_is_said_beside_its_field(world):
    client, _ = worker(world, world.factory)
    answer = asked(client, truth="", employer="")
    assert answer.status_code == 422 and "三个月没有发工资" in answer.content.decode()


def test_guests_give_clues_but_do_not_apply_for_aid(world):
    guest = Client()
    facts = {
        "secrecy": "anonymous",
        "category": "hours",
        "employer": makers.EMPLOYER,
        "people": "3",
        "text": "每天上班十二小时。",
    }
    answer = guest.post(reverse("legal-aid-ask", args=["clue"]), facts)
    assert answer.status_code == 200 and "查询码" in answer.content.decode()
    assert guest.get(reverse("legal-aid-ask", args=["aid"])).status_code in (302, 403)
    assert guest.get(reverse("legal-aid-ask", args=["nonsense"])).status_code == 404


def test_the_counter_takes_in_for_somebody(world):
    desk = client_of(world, world.shushan)
    assert desk.get(reverse("legal-aid-counter")).status_code == 200
    facts = {
        "channel": "letter",
        "name": "周建军",
        "mobile": "19900004321",
        "applicant": "worker",
        "category": "pay",
        "employer": makers.EMPLOYER,
        "people": "1",
        "text": "来信反映拖欠工资。",
        "truth": "on",
    }
    answer = desk.post(reverse("legal-aid-register", args=["aid"]), facts)
    assert answer.status_code == 200 and "查询码" in answer.content.decode()
    looker = client_of(world, world.shushan, VIEWER)
    assert looker.get(reverse("legal-aid-register", args=["aid"])).status_code == 403


def test_another_county_sees_nothing_by_page_or_api(world):
    row = makers.granted(world, world.factory)
    own, other = client_of(world, world.shushan), client_of(world, world.jinghu)
    for address in (
        f"/w/legal-aid/{row.pk}/",
        f"/api/v1/legal-aid/{row.pk}/",
        reverse("legal-aid-paper", args=[row.pk, "form"]),
    ):
        assert own.get(address).status_code == 200, address
        assert other.get(address).status_code in (403, 404), address
    assert makers.NAME not in own.get(f"/w/legal-aid/{row.pk}/").content.decode()


def test_prints_come_with_their_step(world):
    row = makers.closed(world, world.factory)
    desk = client_of(world, world.shushan)
    for paper in ("form", "decision", "assignment", "report", "contents"):
        answer = desk.get(reverse("legal-aid-paper", args=[row.pk, paper]))
        assert answer.status_code == 200 and answer.content.startswith(b"%PDF"), paper
    young = makers.applied(world, world.factory, mobile="13905510002")
    assert desk.get(reverse("legal-aid-paper", args=[young.pk, "report"])).status_code == 404


def test_agreement_and_letter_are_printed(world):
    signed = makers.signed(world, world.factory)
    desk = client_of(world, world.shushan)
    address = reverse("legal-aid-mediation-paper", args=[signed.pk, "agreement"])
    assert desk.get(address).content.startswith(b"%PDF")
    looker = client_of(world, world.shushan, VIEWER)
    assert looker.get(address).status_code == 403
    watch = makers.delivered(world, world.factory)
    letter = watch.letters.get()
    address = reverse("legal-aid-letter", args=[watch.pk, letter.pk])
    assert desk.get(address).content.startswith(b"%PDF")
    assert makers.NAME not in str(layouts.letter(letter))


def test_the_list_of_subsidies_is_for_approvers(world):
    makers.closed(world, world.factory)
    made = payouts.draw_up(world.shushan, by=makers.approver(world, world.shushan))
    address = reverse("legal-aid-payout", args=[made.pk])
    answer = client_of(world, world.shushan, APPROVER).get(address)
    assert answer.status_code == 200 and "1500" in answer.content.decode()
    assert client_of(world, world.shushan).get(address).status_code == 403


def test_figures_stand_by_unit_and_matter(world):
    makers.closed(world, world.factory)
    page = client_of(world, world.province, VIEWER).get(reverse("legal-aid-statistics"))
    text = page.content.decode()
    assert page.status_code == 200 and "11,000.00" in text and world.hefei.name in text
    assert Client().get(reverse("legal-aid-statistics")).status_code in (302, 403)


@pytest.mark.parametrize("verb", ["hearing", "paper", "progress", "conclude"])
def test_a_lawyer_has_a_page_for_each_step(world, verb):
    client, person = worker(world, world.factory_b)
    held = makers.working(world, world.factory, person_id=person.pk)
    assert client.get(reverse("legal-aid-work-list")).status_code == 200
    assert client.get(reverse("legal-aid-work", args=[held.pk])).status_code == 200
    address = reverse("legal-aid-work-step", args=[held.pk, verb])
    assert client.get(address).status_code == 200
    other, _ = worker(world, world.mill)
    assert other.get(address).status_code == 404


def test_every_step_draws_its_form(world):
    row = makers.reviewing(world, world.factory)
    desk = client_of(world, world.shushan)
    for slug in ("screen", "fill", "ask"):
        assert desk.get(f"/w/legal-aid/{row.pk}/{slug}/").status_code == 200, slug
    granted = makers.granted(world, world.factory, said={"mobile": "13905510003"})
    assert desk.get(f"/w/legal-aid/{granted.pk}/assign/").status_code == 200
    watch = makers.found(world, world.factory)
    assert "五十小时" in desk.get(f"/w/labour-watches/{watch.pk}/").content.decode()
    assert desk.get(f"/w/labour-watches/{watch.pk}/write/").status_code == 200
