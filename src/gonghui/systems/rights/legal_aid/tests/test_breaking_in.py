"""What a cadre of another county and another lawyer try: lists, records, API, exports, papers,
files, steps and figures of a county that is not theirs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.loading import actor_of
from gonghui.kernel.access.roles import APPROVER, HANDLER
from gonghui.kernel.base.errors import Conflict, Forbidden
from gonghui.kernel.resource.declaration import RESOURCES
from gonghui.systems.rights.legal_aid.actions import lawyers, payouts
from gonghui.systems.rights.legal_aid.models import AidDocument, Assignment
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
        reverse("legal-aid-payout", args=[county["legal-payouts"].pk]),
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
    page = other.get(reverse("legal-aid-statistics")).content.decode()
    assert "11,000" not in page and world.shushan.name not in page


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
