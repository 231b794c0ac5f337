"""What a cadre of another county and another lawyer try: lists, records, API, exports, papers,
files, steps and figures of a county that is not theirs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gonghui.engines.casework.models import Case
from gonghui.kernel.access.loading import actor_of
from gonghui.kernel.access.roles import APPROVER, HANDLER, VIEWER
from gonghui.kernel.audit.models import Entry
from gonghui.kernel.base.errors import Conflict, Forbidden
from gonghui.kernel.resource.declaration import RESOURCES
from gonghui.systems.rights.legal_aid.actions import lawyers, payouts
from gonghui.systems.rights.legal_aid.models import AidDocument, Assignment, Practitioner
from gonghui.systems.rights.legal_aid.queries import aid as queries
from gonghui.systems.rights.legal_aid.tests import makers
from gonghui.systems.rights.legal_aid.tests.test_pages import photo

pytestmark = pytest.mark.django_db
REFUSED = (302, 403, 404)


def signed_in(world, union):
    client = Client()
    client.force_login(world.user("某人", (HANDLER, union), (APPROVER, union)))
    return client


def lawyer_of(world, union):
    person = world.member(union).person
    user = world.user("律师", person=person)
    client = Client()
    client.force_login(user)
    return client, actor_of(user, timezone.localdate(), request_id="test")


@pytest.fixture
def county(world):
    """Everything of 蜀山区: aid, mediation, letter, lawyer, list of subsidies."""
    row = makers.closed(world, world.factory)
    talk = makers.signed(world, world.factory)
    watch = makers.delivered(world, world.factory)
    payout = payouts.draw_up(world.shushan, by=makers.approver(world, world.shushan))
    held = Assignment.objects.unscoped("test").get(aid=row)
    return {
        "legal-aid": row,
        "mediations": talk,
        "labour-watches": watch,
        "legal-lawyers": held.lawyer,
        "legal-payouts": payout,
        "held": held,
    }


CODES = ("legal-aid", "mediations", "labour-watches", "legal-lawyers", "legal-payouts")


@pytest.mark.parametrize("code", CODES)
def test_records_lists_and_exports_of_another_county(world, county, code):
    row = county[code]
    own, other = signed_in(world, world.shushan), signed_in(world, world.jinghu)
    for address in (f"/w/{code}/{row.pk}/", f"/api/v1/{code}/{row.pk}/"):
        assert own.get(address).status_code == 200, address
        assert other.get(address).status_code in REFUSED, address
    assert own.get(f"/api/v1/{code}/").json()["items"]
    assert not other.get(f"/api/v1/{code}/").json()["items"]
    assert f"/w/{code}/{row.pk}/" in own.get(f"/w/{code}/").content.decode()
    assert f"/w/{code}/{row.pk}/" not in other.get(f"/w/{code}/").content.decode()
    for step in RESOURCES[code].steps:
        for send in (other.get, other.post):
            address = f"/w/{code}/{row.pk}/{step.slug}/"
            assert send(address).status_code in REFUSED, address


def test_papers_work_and_steps_of_another_county(world, county):
    aid, talk, watch = county["legal-aid"], county["mediations"], county["labour-watches"]
    held = county["held"]
    other = signed_in(world, world.jinghu)
    addresses = [
        *(
            reverse("legal-aid-paper", args=[aid.pk, paper])
            for paper in ("form", "decision", "assignment", "report", "contents")
        ),
        *(
            reverse("legal-aid-mediation-paper", args=[talk.pk, paper])
            for paper in ("form", "notice", "agreement")
        ),
        reverse("legal-aid-letter", args=[watch.pk, watch.letters.get().pk]),
        reverse("legal-aid-work", args=[held.pk]),
        *(
            reverse("legal-aid-work-step", args=[held.pk, verb])
            for verb in ("answer", "hearing", "paper", "unhear", "progress", "conclude")
        ),
        reverse("casework:case", args=[aid.case.number]),
        reverse("casework:case", args=[talk.case.number]),
        reverse("casework:case", args=[watch.case.number]),
    ]
    for address in addresses:
        assert other.get(address).status_code in REFUSED, address
        sent = other.post(address, {"reason": "核对材料"}).status_code
        assert sent in (*REFUSED, 405), address
    client = reverse("legal-aid-client", args=[held.pk])
    assert other.post(client).status_code in REFUSED
    payout = reverse("legal-aid-payout", args=[county["legal-payouts"].pk])
    assert other.post(payout, {"purpose": "交财务发放"}).status_code in REFUSED
    page = other.get(reverse("legal-aid-statistics")).content.decode()
    assert "11,000" not in page and world.shushan.name not in page


def exported(client, code):
    """What a list gives to take out; empty where it gives nothing."""
    answer = client.post(f"/w/{code}/export/", {"kind": "csv", "purpose": "核对办理情况"})
    if answer.status_code in REFUSED:
        return ""
    assert answer.status_code == 200, code
    return b"".join(answer.streaming_content).decode()


def marks(county):
    """What tells each record in an export."""
    return {
        "legal-aid": county["legal-aid"].case.number,
        "mediations": county["mediations"].case.number,
        "labour-watches": county["labour-watches"].case.number,
        "legal-lawyers": county["legal-lawyers"].licence,
        "legal-payouts": county["legal-payouts"].number,
    }


def prints(county):
    """Addresses of everything that is printed of the county's matters."""
    aid, talk, watch = county["legal-aid"], county["mediations"], county["labour-watches"]
    return [
        *(
            reverse("legal-aid-paper", args=[aid.pk, paper])
            for paper in ("form", "decision", "assignment", "report", "contents")
        ),
        *(
            reverse("legal-aid-mediation-paper", args=[talk.pk, paper])
            for paper in ("form", "notice", "agreement")
        ),
        reverse("legal-aid-letter", args=[watch.pk, watch.letters.get().pk]),
    ]


def test_exports_of_another_county_hold_nothing(world, county):
    own, other = signed_in(world, world.shushan), signed_in(world, world.jinghu)
    for code, mark in marks(county).items():
        assert mark in exported(own, code), code
        assert mark not in exported(other, code), code


def test_prints_and_exports_are_not_for_lawyers_and_the_other_party(world, county):
    """Neither a lawyer of no case here, nor one who gave it back, nor somebody of the unit."""
    own = signed_in(world, world.shushan)
    back, lawyer = lawyer_of(world, world.factory_b)
    held = makers.working(world, world.factory, person_id=lawyer.person_id)
    lawyers.replace(held.aid, by=makers.handler(world, held.union), reason="律师因病不能承办")
    numbers = [county[code].case.number for code in ("legal-aid", "mediations", "labour-watches")]
    clients = (back, lawyer_of(world, world.mill)[0], lawyer_of(world, world.factory)[0])
    for address in prints(county):
        assert own.get(address).status_code == 200, address
        for client in clients:
            assert client.get(address).status_code in REFUSED, address
            assert client.post(address, {"reason": "当事人签字"}).status_code in (*REFUSED, 405), (
                address
            )
    form = reverse("legal-aid-paper", args=[held.aid_id, "form"])
    assert own.get(form).status_code == 200 and back.get(form).status_code in REFUSED
    payout = reverse("legal-aid-payout", args=[county["legal-payouts"].pk])
    for client in clients:
        assert client.post(payout, {"purpose": "交财务发放"}).status_code in REFUSED
        for code, mark in marks(county).items():
            assert mark not in exported(client, code), code
        for number in numbers:
            for name in ("legal-aid-mine", "legal-aid-mine-print", "legal-aid-supply"):
                assert client.get(reverse(name, args=[number])).status_code == 404, name


def test_a_post_in_the_unit_concerned_outweighs_one_at_the_desk(world, county):
    rows = [county[code] for code in ("legal-aid", "mediations", "labour-watches")]
    lawyer_client, lawyer = lawyer_of(world, world.factory_b)
    held = makers.working(world, world.factory, person_id=lawyer.person_id)
    sent = {"paper": "documents", "title": "代理词", "files": [photo("代理词.png")]}
    lawyer_client.post(reverse("legal-aid-work-step", args=[held.pk, "paper"]), sent)
    file = reverse("files:download", args=[AidDocument.objects.get().file_key])
    ids = [*(row.case_id for row in rows), held.aid.case_id]
    Case.objects.unscoped("test").filter(pk__in=ids).update(respondent=world.factory)
    own, both = signed_in(world, world.shushan), Client()
    grants = [(HANDLER, world.shushan), (APPROVER, world.shushan), (VIEWER, world.factory)]
    both.force_login(world.user("两处任职", *grants))
    for code in ("legal-aid", "mediations", "labour-watches"):
        row = county[code]
        for address in (f"/w/{code}/{row.pk}/", f"/api/v1/{code}/{row.pk}/"):
            assert own.get(address).status_code == 200, address
            assert both.get(address).status_code in REFUSED, address
        assert f"/w/{code}/{row.pk}/" not in both.get(f"/w/{code}/").content.decode()
        assert row.case.number in exported(own, code)
        assert row.case.number not in exported(both, code)
    for address in (*prints(county), reverse("legal-aid-work", args=[held.pk]), file):
        assert own.get(address).status_code == 200, address
        assert both.get(address).status_code in REFUSED, address


def test_an_offer_alone_opens_no_paper_of_the_case(world):
    before, lawyer = lawyer_of(world, world.factory_b)
    held = makers.working(world, world.factory, person_id=lawyer.person_id)
    sent = {"paper": "evidence", "title": "受援人的工资条", "files": [photo()]}
    before.post(reverse("legal-aid-work-step", args=[held.pk, "paper"]), sent)
    file = reverse("files:download", args=[AidDocument.objects.get().file_key])
    by = makers.handler(world, held.union)
    row = lawyers.replace(held.aid, by=by, reason="律师因病不能承办")
    client, after = lawyer_of(world, world.mill)
    next_one = makers.person(world, row.union, name="储建国", person_id=after.person_id)
    offer = lawyers.assign(row, by=by, lawyer=next_one.pk)
    page = client.get(reverse("legal-aid-work", args=[offer.pk]))
    assert page.status_code == 200 and "工资条" not in page.content.decode()
    case = reverse("casework:case", args=[row.case.number])
    assert client.get(file).status_code in REFUSED and client.get(case).status_code in REFUSED
    lawyers.answer(offer, by=after, accepts=True)
    assert client.get(file).status_code == 200 and client.get(case).status_code == 200
    page = client.get(reverse("legal-aid-work", args=[offer.pk])).content.decode()
    assert "工资条" in page


def test_who_takes_a_list_of_subsidies_out_is_kept(world, county):
    own, made = signed_in(world, world.shushan), county["legal-payouts"]
    address = reverse("legal-aid-payout", args=[made.pk])
    assert address in own.get(f"/w/legal-payouts/{made.pk}/").content.decode()
    assert own.get(address).status_code == 405
    assert own.post(address, {"purpose": "发"}).status_code == 422
    assert not Entry.objects.filter(action="legal-payouts.export").exists()
    Practitioner.objects.unscoped("test").update(workplace="\t=1+1")
    answer = own.post(address, {"purpose": "交财务发放"})
    assert answer.status_code == 200 and "'\t=1+1" in answer.content.decode()
    kept = Entry.objects.get(action="legal-payouts.export")
    assert kept.reason == "交财务发放" and kept.org_path == world.shushan.path


def test_a_lawyer_sees_the_own_cases_alone(world):
    client, lawyer = lawyer_of(world, world.factory_b)
    held = makers.working(world, world.factory, person_id=lawyer.person_id)
    theirs = makers.working(world, world.factory, person_id=None)
    assert client.get(reverse("legal-aid-work", args=[held.pk])).status_code == 200
    listed = client.get(reverse("legal-aid-work-list")).content.decode()
    assert held.aid.case.number in listed and theirs.aid.case.number not in listed
    for address in (
        reverse("legal-aid-work", args=[theirs.pk]),
        reverse("legal-aid-work-step", args=[theirs.pk, "paper"]),
        reverse("casework:case", args=[theirs.aid.case.number]),
        f"/w/legal-aid/{held.aid_id}/",
        f"/w/legal-aid/{theirs.aid_id}/",
        f"/api/v1/legal-aid/{held.aid_id}/",
        reverse("legal-aid-paper", args=[theirs.aid_id, "form"]),
        reverse("legal-aid-statistics"),
        "/w/legal-lawyers/",
    ):
        assert client.get(address).status_code in REFUSED, address
    assert client.post(reverse("legal-aid-client", args=[theirs.pk])).status_code in REFUSED
    assert makers.NAME in client.post(reverse("legal-aid-client", args=[held.pk])).content.decode()
    with pytest.raises(Forbidden):
        lawyers.progress(theirs, by=lawyer, words="已经联系")
    with pytest.raises(Forbidden):
        lawyers.add_paper(theirs, by=lawyer, paper="documents", title="代理词")


def test_a_lawyer_who_gave_a_case_back_sees_it_no_more(world):
    client, lawyer = lawyer_of(world, world.factory_b)
    held = makers.working(world, world.factory, person_id=lawyer.person_id)
    at = timezone.now() + timedelta(days=9)
    lawyers.add_hearing(held, by=lawyer, at=at, forum="蜀山区仲裁委", place="第二庭")
    address = reverse("legal-aid-work-step", args=[held.pk, "paper"])
    given = {"paper": "documents", "title": "代理词", "files": [photo("代理词.png")]}
    assert client.post(address, given).status_code == 302
    kept = AidDocument.objects.get()
    file = reverse("files:download", args=[kept.file_key])
    assert client.get(file).status_code == 200
    by = makers.handler(world, held.union)
    row = lawyers.replace(held.aid, by=by, reason="律师因病不能承办")
    after = makers.person(world, row.union, name="储建国")
    now = lawyers.assign(row, by=by, lawyer=after.pk)
    lawyers.answer(now, by=by, accepts=True)
    held = queries.own_assignments(lawyer).get(pk=held.pk)
    assert client.get(reverse("legal-aid-work", args=[held.pk])).status_code == 404
    assert client.get(address).status_code == 404
    assert client.get(file).status_code in REFUSED
    assert client.get(reverse("casework:case", args=[row.case.number])).status_code in REFUSED
    assert "已更换" in client.get(reverse("legal-aid-work-list")).content.decode()
    with pytest.raises(Conflict, match="已经结束"):
        lawyers.add_paper(held, by=lawyer, paper="documents", title="代理词")
    with pytest.raises(Conflict):
        lawyers.progress(held, by=lawyer, words="已经联系")


def test_a_hearing_is_taken_back_from_a_page(world):
    client, lawyer = lawyer_of(world, world.factory_b)
    held = makers.working(world, world.factory, person_id=lawyer.person_id)
    at = timezone.now() + timedelta(days=9)
    lawyers.add_hearing(held, by=lawyer, at=at, forum="蜀山区仲裁委", place="第二庭")
    address = reverse("legal-aid-work-step", args=[held.pk, "unhear"])
    assert address in client.get(reverse("legal-aid-work", args=[held.pk])).content.decode()
    hearing = held.aid.hearings.get()
    assert client.post(address, {"hearing": hearing.pk}).status_code == 422
    sent = client.post(address, {"hearing": hearing.pk, "reason": "对方申请延期"})
    assert sent.status_code == 302
    page = client.get(reverse("legal-aid-work", args=[held.pk])).content.decode()
    assert "已取消" in page and address not in page


def test_materials_of_a_worker_are_for_their_desk(world):
    client, _ = lawyer_of(world, world.factory)
    asked = {
        "applicant": "migrant",
        "category": "pay",
        "employer": makers.EMPLOYER,
        "people": "1",
        "text": "三个月没有发工资，请求帮助。",
        "truth": "on",
        "files": [photo()],
    }
    answer = client.post(reverse("legal-aid-ask", args=["aid"]), asked, follow=True)
    body = answer.content.decode()
    file = body.split('href="/files/')[1].split('"')[0]
    assert signed_in(world, world.jinghu).get(f"/files/{file}").status_code in REFUSED
    assert signed_in(world, world.shushan).get(f"/files/{file}").status_code == 200
    bad = SimpleUploadedFile("工资条.png", b"MZ not a picture", "image/png")
    answer = client.post(reverse("legal-aid-ask", args=["aid"]), {**asked, "files": [bad]})
    assert answer.status_code == 422 and "三个月没有发工资" in answer.content.decode()
