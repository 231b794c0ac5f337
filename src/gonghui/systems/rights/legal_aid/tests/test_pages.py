"""Pages: workers ask and follow, lawyers work, prints come with their step, others get nothing."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from gonghui.engines.casework.actions import materials
from gonghui.engines.casework.models import Case, Intake
from gonghui.engines.casework.walls import everywhere
from gonghui.kernel.access.roles import APPROVER, HANDLER, VIEWER
from gonghui.kernel.audit.models import Entry
from gonghui.kernel.notify.models import Todo
from gonghui.systems.rights.legal_aid.actions import aid as actions
from gonghui.systems.rights.legal_aid.actions import payouts
from gonghui.systems.rights.legal_aid.models import Aid
from gonghui.systems.rights.legal_aid.resources.forms import EnterLawyer
from gonghui.systems.rights.legal_aid.tests import makers
from gonghui.systems.rights.legal_aid.views import layouts, papers

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
    aid = makers.granted(world, world.factory)
    talk = makers.signed(world, world.factory)
    watch = makers.delivered(world, world.factory)
    lawyer = makers.person(world, world.shushan)
    letter = watch.letters.get()
    own, other = client_of(world, world.shushan), client_of(world, world.jinghu)
    for address in (
        f"/w/legal-aid/{aid.pk}/",
        f"/api/v1/legal-aid/{aid.pk}/",
        reverse("legal-aid-paper", args=[aid.pk, "form"]),
        f"/w/mediations/{talk.pk}/",
        f"/api/v1/mediations/{talk.pk}/",
        reverse("legal-aid-mediation-paper", args=[talk.pk, "agreement"]),
        f"/w/labour-watches/{watch.pk}/",
        f"/api/v1/labour-watches/{watch.pk}/",
        reverse("legal-aid-letter", args=[watch.pk, letter.pk]),
        f"/w/legal-lawyers/{lawyer.pk}/",
        f"/api/v1/legal-lawyers/{lawyer.pk}/",
    ):
        assert own.get(address).status_code == 200, address
        assert other.get(address).status_code in (403, 404), address
    for row, code in ((aid, "legal-aid"), (talk, "mediations"), (watch, "labour-watches")):
        assert makers.NAME not in own.get(f"/w/{code}/{row.pk}/").content.decode()


def photo(name="工资条 赵明义.png", size=4):
    drawn = BytesIO()
    Image.new("RGB", (size, size), "white").save(drawn, "PNG")
    return SimpleUploadedFile(name, drawn.getvalue(), "image/png")


def test_a_worker_hands_materials_in_when_asked(world):
    client, person = worker(world, world.factory)
    asked(client)
    with everywhere():
        found = Intake.objects.unscoped("test").select_related("case").get(person_id=person.pk)
    row = makers.row_of(Aid, found.case)
    by = makers.handler(world, row.union)
    row = actions.ask(actions.take_in(row, by=by), by=by, lacking="近三个月的工资条")
    page = client.get(reverse("legal-aid-mine", args=[found.number])).content.decode()
    assert "近三个月的工资条" in page and "上传补充材料" in page
    address = reverse("legal-aid-supply", args=[found.number])
    assert "近三个月的工资条" in client.get(address).content.decode()
    assert client.post(address, {"text": "见附件"}).status_code == 422
    answer = client.post(address, {"text": "见附件", "files": [photo(), photo("合同.png", 5)]})
    assert answer.status_code == 302, answer.content.decode()[:3000]
    kept = materials.of(found)
    assert [file.name for file in kept] == ["材料1.png", "材料2.png"]
    assert "材料2.png" in client.get(answer.url).content.decode()
    assert Todo.objects.filter(kind="legal_aid.supplied", done_at=None).count() == 1
    actions.supplied(makers.row_of(Aid, found.case), by=by)
    assert not Todo.objects.filter(kind="legal_aid.supplied", done_at=None).exists()
    other, _ = worker(world, world.mill)
    assert other.post(address, {"files": [photo()]}).status_code == 404
    assert other.get(reverse("files:download", args=[kept[0].key])).status_code in (403, 404)


def printed(monkeypatch):
    """What was given to the typesetter, which makes it a picture no test reads."""
    made = []
    monkeypatch.setattr(papers, "render", lambda document: made.append(str(document)) or b"%PDF")
    return made


def test_names_are_printed_for_a_purpose_and_on_record(world, monkeypatch):
    made = printed(monkeypatch)
    row = makers.granted(world, world.factory)
    address = reverse("legal-aid-paper", args=[row.pk, "form"])
    desk = client_of(world, world.shushan)
    desk.get(address)
    assert makers.NAME not in made[-1]
    assert desk.post(address, {"reason": "签"}).status_code == 422
    assert desk.post(address, {"reason": "当事人签字"}).status_code == 200
    assert makers.NAME in made[-1]
    assert Entry.objects.filter(action="legal_aid.reveal").count() == 1
    looker = client_of(world, world.shushan, VIEWER)
    assert looker.post(address, {"reason": "当事人签字"}).status_code == 403
    talk = makers.signed(world, world.factory)
    address = reverse("legal-aid-mediation-paper", args=[talk.pk, "agreement"])
    desk.get(address)
    assert makers.NAME not in made[-1]
    desk.post(address, {"reason": "双方签字"})
    assert makers.NAME in made[-1]


def test_a_worker_prints_the_own_application_with_the_own_name(world, monkeypatch):
    made = printed(monkeypatch)
    client, person = worker(world, world.factory)
    asked(client)
    with everywhere():
        found = Intake.objects.unscoped("test").get(person_id=person.pk)
    address = reverse("legal-aid-mine-print", args=[found.number])
    assert client.get(address).status_code == 200
    assert person.name in made[-1]
    other, _ = worker(world, world.mill)
    assert other.get(address).status_code == 404


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
    given = {"purpose": "交财务发放"}
    answer = client_of(world, world.shushan, APPROVER).post(address, given)
    assert answer.status_code == 200 and "1500" in answer.content.decode()
    assert client_of(world, world.shushan).post(address, given).status_code == 403


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


def test_a_matter_of_another_line_has_no_page_here(world):
    client, person = worker(world, world.factory)
    asked(client)
    with everywhere():
        found = Intake.objects.unscoped("test").get(person_id=person.pk)
    Case.objects.unscoped("test").filter(pk=found.case_id).update(kind="hotline")
    for name in ("legal-aid-mine", "legal-aid-supply"):
        assert client.get(reverse(name, args=[found.number])).status_code == 404, name


def test_a_day_nobody_can_mean_is_said_beside_its_field(world):
    desk = client_of(world, world.shushan)
    facts = {
        "channel": "letter",
        "name": "周建军",
        "received_at": "0001-01-01T00:00",
        "applicant": "worker",
        "category": "pay",
        "employer": makers.EMPLOYER,
        "people": "1",
        "text": "来信反映拖欠工资。",
        "truth": "on",
    }
    answer = desk.post(reverse("legal-aid-register", args=["aid"]), facts)
    assert answer.status_code == 422 and "请核对收到时间" in answer.content.decode()
    client, person = worker(world, world.factory_b)
    held = makers.working(world, world.factory, person_id=person.pk)
    address = reverse("legal-aid-work-step", args=[held.pk, "hearing"])
    given = {"at": "0001-01-01T00:00", "forum": "仲裁委", "place": "第二庭"}
    assert client.post(address, given).status_code == 422
    assert client.get(reverse("legal-aid-work", args=[held.pk])).status_code == 200


def test_a_number_no_person_has_is_no_fault_of_the_server(world):
    form = EnterLawyer({"person_id": "9" * 30}, actor=makers.handler(world, world.shushan))
    assert "person_id" in form.errors
    page = client_of(world, world.shushan).get(
        reverse("legal-aid-statistics"), {"under": "9" * 5000}
    )
    assert page.status_code == 403


def test_choosing_a_lawyer_costs_the_same_for_one_and_for_many(world):
    row = makers.granted(world, world.factory)
    desk = client_of(world, world.shushan)
    makers.person(world, row.union)

    def cost():
        with CaptureQueriesContext(connection) as captured:
            assert desk.get(f"/w/legal-aid/{row.pk}/assign/").status_code == 200
        return len(captured)

    cost()
    one = cost()
    for name in ("储建国", "洪立新", "盛晓兰"):
        makers.person(world, row.union, name=name)
    assert cost() == one


def test_an_ended_case_has_no_report_of_a_result(world):
    held = makers.working(world, world.factory)
    row = actions.end(
        held.aid, by=makers.approver(world, held.union), reason="受援人自行委托了律师"
    )
    desk = client_of(world, world.shushan)
    address = reverse("legal-aid-paper", args=[row.pk, "report"])
    assert desk.get(address).status_code == 404
    assert address not in desk.get(f"/w/legal-aid/{row.pk}/").content.decode()


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
