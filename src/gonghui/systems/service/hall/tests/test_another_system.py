"""Another system on the casework engine, declared in a test, is in the hall without touching it."""

from __future__ import annotations

import pytest
from django.utils import timezone

from gonghui.engines.casework import serving
from gonghui.engines.casework.models import Case, Intake
from gonghui.engines.casework.testing import on_trial
from gonghui.engines.casework.tests import kinds
from gonghui.kernel.access.roles import APPROVER, HANDLER
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

    _by_the_desk(client_of, world, client, actor, line, case, intake)


def _by_the_desk(client_of, world, client, actor, line, case, intake):
    """Desk, clock, answer, rating, another round by appeal, statistics."""
    desk, chief = client_of((HANDLER, world.province)), client_of((APPROVER, world.province))
    assert case.number in text_of(desk.get("/casework/?kind=tellers"))
    elsewhere = client_of((HANDLER, world.jinghu))
    assert elsewhere.get(f"/casework/cases/{case.number}/").status_code == 403
    do(desk, case, "accept", category="pay", difficulty="common", summary="反映欠薪")
    do(desk, case, "route", to=str(world.province.pk))
    do(desk, case, "take")
    page = text_of(desk.get(f"/casework/cases/{case.number}/"))
    assert "办结" in page and "张敏" not in page
    raise_wall(Scope.everything())
    clocks = {item.code: item for item in case.clocks.all()}
    assert clocks["accept"].met_on and clocks["finish"].due_on > timezone.localdate()
    do(desk, case, "draft", outcome="solved", text="欠的工资已经补发。")
    do(desk, case, "submit_reply")
    do(chief, case, "review", send="yes")

    page = text_of(client.get(f"/hall/matters/{line.pk}/"))
    assert "评价" in page and "不满意，要求重新办理" in page
    said = {"score": "2", "text": "加班费还没有补"}
    assert client.post(f"/hall/matters/{line.pk}/rate/", said).status_code == 302
    sent = client.post(f"/hall/matters/{line.pk}/appeal/", {"text": "加班费没有补发"})
    assert sent.status_code == 302
    raise_wall(Scope.everything())
    case.refresh_from_db()
    assert (case.phase, intake.ratings.get().score) == ("routed", 2)
    do(desk, case, "take")
    do(desk, case, "draft", outcome="solved", text="加班费也已经补发。")
    do(desk, case, "submit_reply")
    do(chief, case, "review", send="yes")
    said = {"score": "5", "text": "谢谢"}
    assert client.post(f"/hall/matters/{line.pk}/rate/", said).status_code == 302
    titles = [item.title for item in timeline.of_matter(actor.person_id, *target(line))]
    assert titles[0] == "已收到" and len(titles) >= 6
    page = text_of(client.get(f"/hall/matters/{line.pk}/"))
    assert "办理经过" in page and "重新办理" in page
    assert "劳动报酬" in text_of(chief.get("/casework/statistics/?kind=tellers"))
    assert "试验来件" in text_of(chief.get("/casework/statistics/?by=kind"))
    assert "试验服务" in text_of(chief.get("/counter/services/"))


def do(client, case, verb, **given):
    """A verb of the desk, by its page."""
    page = client.post(f"/casework/cases/{case.number}/do/{verb}/", given)
    assert page.status_code == 302, (verb, text_of(page)[-1500:])


def target(line):
    return line.target_type, line.target_id


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
