"""Another system on the casework engine, declared in a test, is in the hall without touching it."""

from __future__ import annotations

import pytest

from gonghui.engines.casework import serving
from gonghui.engines.casework.models import Case, Intake
from gonghui.engines.casework.testing import on_trial
from gonghui.engines.casework.tests import kinds
from gonghui.kernel.access.roles import HANDLER
from gonghui.kernel.notify import timeline
from gonghui.kernel.org.scoping import Scope, raise_wall
from gonghui.kernel.resource.declaration import System
from gonghui.kernel.resource.services import JUSTICE, Guide


@pytest.fixture
def kind():
    with on_trial():
        made = kinds.declare()
        System(
            code="X7",
            name="试验系统",
            owner="权益保障部",
            chapter="专项活动",
            functions={},
            services=(
                serving.service(
                    made,
                    "trial",
                    (JUSTICE,),
                    Guide("试一试。", time_limit="十五日", handled_by="省总工会"),
                    keywords=("试试",),
                ),
            ),
        )
        yield made


def text_of(page) -> str:
    return page.content.decode()


def test_from_the_hall_to_the_rating(world, client_of, worker, kind):
    actor = worker(world.factory, "张敏")
    client = client_of(actor=actor)
    assert "试验服务" in text_of(client.get("/hall/services/?q=shishi"))
    assert "试验服务" in text_of(client.get("/hall/services/trial/"))
    told = {"title": "拖欠工资", "text": "三个月没有发工资。", "category": "pay"}
    assert client.post("/hall/apply/trial/what/", told).url == "/hall/apply/trial/known/"
    done = client.post("/hall/apply/trial/known/", {"secrecy": "named"})
    assert done.url == "/hall/apply/trial/check/"
    done = client.post("/hall/apply/trial/check/")
    assert done.status_code == 302
    raise_wall(Scope.everything())
    case = Case.objects.unscoped("test").get()
    intake = Intake.objects.unscoped("test").get()
    assert (case.kind, intake.person_id, intake.channel) == ("tellers", actor.person_id, "web")
    assert intake.name.reveal() == "张敏" and intake.text.reveal() == told["text"]
    assert intake.number in text_of(client.get(done.url))
    line = timeline.matters(actor.person_id)[0]
    page = text_of(client.get(f"/hall/matters/{line.pk}/"))
    assert "补充说明" in page and "撤回" in page and "试验服务" in page
    assert "试验服务" in text_of(client.get("/hall/"))
    sent = client.post(f"/hall/matters/{line.pk}/supplement/", {"text": "还有加班费"})
    assert sent.status_code == 302
    raise_wall(Scope.everything())
    assert [item.text.reveal() for item in intake.lines.all()] == ["还有加班费"]
    stranger = client_of(actor=worker(world.shop, "李强"))
    assert stranger.get(f"/hall/matters/{line.pk}/").status_code == 404


def test_at_the_counter_it_is_on_the_same_timeline(world, client_of, kind):
    counter = client_of((HANDLER, world.province))
    who = world.identity("周全")
    told = {
        "name": who.name,
        "document_kind": "resident_id",
        "document_number": who.document_number,
        "mobile": who.mobile,
    }
    assert counter.post("/counter/", told).status_code == 302
    told = {"title": "拖欠工资", "text": "三个月没有发工资。", "category": "pay"}
    counter.post("/hall/apply/trial/what/", told)
    counter.post("/hall/apply/trial/known/", {"secrecy": "confidential"})
    assert counter.post("/hall/apply/trial/check/").status_code == 302
    raise_wall(Scope.everything())
    intake = Intake.objects.unscoped("test").get()
    assert (intake.channel, intake.secrecy) == ("counter", "confidential")
    assert timeline.matters(intake.person_id)[0].target_id == str(intake.pk)


def test_nothing_of_it_stays(world):
    from gonghui.kernel.resource.declaration import services

    assert "trial" not in services()
