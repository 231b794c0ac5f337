"""The pages of C4.5: for everybody, for a worker, for the desk; refused elsewhere."""

from __future__ import annotations

import pytest
from django.test import Client

from gonghui.engines.casework import testing
from gonghui.engines.casework.walls import everywhere
from gonghui.kernel.access.roles import HANDLER
from gonghui.systems.rights.feedback.actions.kinds import PETITIONS
from gonghui.systems.rights.feedback.actions.matters import row_of
from gonghui.systems.rights.feedback.models import Matter
from gonghui.systems.rights.feedback.tests import makers
from gonghui.systems.rights.feedback.tests.test_matters import DANGER, answered

pytestmark = pytest.mark.django_db
SAID = {
    "nature": "complaint",
    "title": "没有发高温津贴",
    "text": "七月和八月在车间作业，没有发高温津贴。",
    "secrecy": "anonymous",
    "people": "1",
}


@pytest.mark.parametrize(
    "path",
    [
        "/feedback/",
        "/feedback/new/",
        "/feedback/ask/",
        "/feedback/consultations/",
        "/feedback/surveys/",
    ],
)
def test_everybody_may_look(hotline, client, path):
    assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/hotline/",
        "/hotline/register/",
        "/hotline/summary/",
        "/hotline/shifts/",
        "/w/hotline/",
        "/w/petitions/",
        "/w/appeals/",
        "/w/calls/",
        "/w/shifts/",
        "/w/scripts/",
        "/w/asked/",
        "/w/consultations/",
        "/w/surveys/",
        "/w/consultations/new/draft/",
    ],
)
def test_the_desk_opens_its_pages(hotline, client_of, path):
    makers.matter(hotline.world, hotline.world.province)
    makers.call(hotline.world, hotline.world.province)
    answer = client_of(hotline.agent).get(path)
    assert answer.status_code in (200, 404) if "new" in path else answer.status_code == 200


def test_said_without_a_name(hotline):
    client = Client()
    page = client.post("/feedback/new/", SAID)
    assert page.status_code == 200
    assert "查询码" in page.content.decode()
    with everywhere():
        assert Matter.objects.unscoped("test").get().nature == "complaint"


def test_danger_shows_telephones_at_once(hotline):
    page = Client().post("/feedback/new/", {**SAID, "text": DANGER})
    assert "12356" in page.content.decode()
    page = Client().post("/feedback/ask/", {"question": DANGER})
    text = page.content.decode()
    assert "12356" in text
    assert "引自知识库" not in text


def test_a_petition_asks_for_its_purpose(hotline):
    page = Client().post("/feedback/new/", {**SAID, "nature": "petition"})
    assert page.status_code == 422
    assert "信访请选择目的" in page.content.decode()


def test_no_answer_goes_on_to_a_person(hotline):
    client = Client()
    page = client.post("/feedback/ask/", {"question": "明天会下雨么"})
    assert "转人工" in page.content.decode()
    page = client.get("/feedback/new/?nature=consult")
    assert "明天会下雨么" in page.content.decode()


def test_papers_of_the_own_petition_and_of_nobody_elses(hotline, client_of):
    got = testing.complaint(
        PETITIONS, hotline.world.province, person_id=hotline.worker.person_id, name="钱守信"
    )
    answered(got.case, hotline)
    paper = row_of(got.case).papers.get(kind="opinion")
    number = got.intake.number
    mine = client_of(hotline.worker)
    page = mine.get(f"/feedback/petitions/{number}/")
    assert page.status_code == 200
    assert "答复意见书" in page.content.decode()
    other = hotline.world.member(hotline.world.mill).person
    stranger = client_of(hotline.world.actor("别人", person=other))
    assert stranger.get(f"/feedback/petitions/{number}/").status_code == 404
    assert stranger.get(f"/feedback/petitions/{number}/{paper.pk}/").status_code == 404
    desk = client_of(hotline.agent).get(f"/hotline/papers/{paper.pk}/")
    assert desk.status_code == 200
    assert "钱守信" not in desk.content.decode()
    refused = client_of(hotline.accused).get(f"/hotline/papers/{paper.pk}/")
    assert refused.status_code in (403, 404)


def test_results_and_opinions_open(hotline, client_of):
    survey = makers.survey(hotline.world, hotline.world.province, state="open")
    draft = makers.consultation(
        hotline.world, hotline.world.province, state="open", opened_on=makers.DAY
    )
    desk = client_of(hotline.agent)
    assert desk.get(f"/hotline/surveys/{survey.pk}/").status_code == 200
    assert desk.get(f"/hotline/consultations/{draft.pk}/").status_code == 200
    worker = client_of(hotline.worker)
    assert worker.get(f"/feedback/surveys/{survey.pk}/").status_code == 200
    assert worker.post(f"/feedback/surveys/{survey.pk}/", {"q1": "4"}).status_code == 200
    assert worker.post(f"/feedback/surveys/{survey.pk}/", {"q1": "4"}).status_code == 409
    part = draft.provisions.get()
    page = worker.get(f"/feedback/consultations/{draft.pk}/?on={part.pk}")
    assert "意见和理由" in page.content.decode()


def test_another_city_sees_nothing(hotline, client_of):
    row = makers.matter(hotline.world, hotline.world.hefei)
    call = makers.call(hotline.world, hotline.world.province)
    other = client_of(hotline.world.actor("芜湖经办", (HANDLER, hotline.world.wuhu)))
    assert other.get(f"/w/hotline/{row.pk}/").status_code in (403, 404)
    assert other.get(f"/api/v1/hotline/{row.pk}/").status_code in (403, 404)
    assert other.get(f"/hotline/calls/{call.pk}/").status_code == 403
