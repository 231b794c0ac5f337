"""Home, services, guides, places, messages, the offline shell, and what is mine alone."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from gonghui.kernel.access.roles import APPROVER, HANDLER
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.notify import timeline
from gonghui.kernel.resource.declaration import services
from gonghui.systems.service.hall.actions import pieces
from gonghui.systems.service.hall.models import Ease, Piece, Rating
from gonghui.systems.service.hall.tests import sample
from gonghui.systems.service.hall.tests.makers import handing, piece


def text_of(page) -> str:
    return page.content.decode()


def told(person_id, title="已提交", target=7, settled=False, tone="info", service="困难补助"):
    return timeline.tell(
        person_id,
        service=service,
        system="X9",
        target_type="sample.matter",
        target_id=target,
        title=title,
        tone=tone,
        settled=settled,
    )


def test_a_guest_sees_the_hall(world):
    page = text_of(Client().get("/hall/"))
    assert "职工服务大厅" in page
    assert "入会转会" in page
    assert "正在办理" not in page
    assert "style=" not in page.split("<main")[1]


def test_every_declared_service_has_a_guide(world, client_of, worker):
    member = client_of(actor=worker(world.factory))
    for client in (Client(), member):
        for code in services():
            page = client.get(f"/hall/services/{code}/")
            assert page.status_code == 200, code
            assert "不收费" in text_of(page) or "免费" in text_of(page)
    assert Client().get("/hall/services/nothing/").status_code == 404


def test_conditions_say_why(world, client_of, worker):
    member = client_of(actor=worker(world.factory))
    page = text_of(member.get("/hall/services/joining/"))
    assert "您已是安徽华阳机械有限公司工会的会员：不用再申请" in page
    page = text_of(member.get("/hall/services/transfer/"))
    assert "您已是安徽华阳机械有限公司工会的会员：符合" in page
    assert "现在办理" in page


def test_members_are_not_offered_joining_and_others_no_transfer(world, client_of, worker):
    member = text_of(client_of(actor=worker(world.factory)).get("/hall/services/"))
    assert "转会" in member and "申请入会" not in member
    outsider = worker(world.factory, "何为", member=False)
    page = text_of(client_of(actor=outsider).get("/hall/services/"))
    assert "申请入会" in page and "会员卡" not in page


def test_services_stand_by_family_too(world, client_of, worker):
    member = client_of(actor=worker(world.factory))
    page = text_of(member.get("/hall/services/?by=family")).split("<main")[1]
    assert page.index("动员组织") < page.index("权益维护") < page.index("综合服务")
    assert page.index("动员组织") < page.index("转会") < page.index("权益维护")
    assert "按业务" not in text_of(member.get("/hall/services/?by=family&q=zh"))


@pytest.mark.parametrize(
    ("words", "found"), [("zh", "转会"), ("换单位", "转会"), ("hyk", "会员卡")]
)
def test_search_by_initials_and_by_what_people_say(world, client_of, worker, words, found):
    client = client_of(actor=worker(world.factory))
    assert found in text_of(client.get(f"/hall/services/?q={words}")).split("<main")[1]


def test_search_without_a_hit_leads_to_a_human(world):
    page = text_of(Client().get("/hall/services/?q=航天飞机"))
    assert "没有找到相关服务" in page and "12351" in page


def test_a_level_is_raised_in_place(world, client_of):
    user_only = Client()
    user_only.force_login(world.user("访客"))
    page = text_of(user_only.get("/hall/services/founding/"))
    assert "先绑定本人身份" in page
    assert "/account/join/?next=/hall/services/founding/" in page
    page = text_of(Client().get("/hall/services/transfer/"))
    assert "/signin/?next=/hall/services/transfer/" in page


def test_content_is_inherited_and_not_from_beside(world, client_of, worker):
    piece(world, world.province, "published", title="全省的通知")
    piece(world, world.hefei, "published", title="合肥的横幅", kind="banner")
    piece(world, world.wuhu, "published", title="芜湖的通知")
    piece(world, world.hefei, "draft", title="还没发布")
    past = timezone.localdate() - timedelta(days=9)
    piece(world, world.hefei, "published", title="过期了", starts_on=past, ends_on=past)
    page = text_of(client_of(actor=worker(world.factory)).get("/hall/"))
    assert "全省的通知" in page and "合肥的横幅" in page
    for other in ("芜湖的通知", "还没发布", "过期了"):
        assert other not in page
    guest = Client()
    assert "合肥的横幅" not in text_of(guest.get("/hall/"))
    assert guest.post("/hall/places/", {"place": world.wuhu.pk}).status_code == 302
    assert "芜湖的通知" in text_of(guest.get("/hall/"))
    assert guest.post("/hall/places/", {"place": world.factory.pk}).status_code == 404


def test_who_writes_content_does_not_publish_it(world):
    writer = world.actor("编写", (HANDLER, world.hefei), (APPROVER, world.hefei))
    today = timezone.localdate()
    facts = {"kind": "notice", "title": "通知", "starts_on": today, "ends_on": today}
    made = pieces.draft(world.hefei, by=writer, **facts)
    with pytest.raises(Refusal, match="另一人发布"):
        pieces.publish(made, by=writer)
    other = world.actor("发布", (APPROVER, world.hefei))
    assert pieces.publish(made, by=other).state == "published"
    pieces.withdraw(made, by=other, reason="内容有误")
    assert Piece.objects.unscoped("test").get(pk=made.pk).state == "withdrawn"
    with pytest.raises(Refusal, match="没有自己的大厅"):
        pieces.draft(world.factory, by=world.actor("厂里", (HANDLER, world.factory)), **facts)


def test_another_county_sees_no_content_of_ours(world, client_of):
    made = piece(world, world.shushan, "draft", title="蜀山的草稿")
    there = client_of((HANDLER, world.jinghu))
    assert there.get(f"/w/hall-pieces/{made.pk}/").status_code == 403
    assert "蜀山的草稿" not in text_of(there.get("/w/hall-pieces/"))


def test_one_timeline_over_all_systems(world, client_of, worker, taken):
    actor = worker(world.factory)
    line = told(actor.person_id)
    told(actor.person_id, "已批准", target=9, settled=True, tone="good", service="转会")
    client = client_of(actor=actor)
    home = text_of(client.get("/hall/"))
    assert "正在办理" in home and "困难补助" in home and "已批准" not in home
    page = text_of(client.get("/hall/matters/"))
    assert "困难补助" in page and "转会" in page
    assert "办理经过" in text_of(client.get(f"/hall/matters/{line.pk}/"))


def test_other_peoples_matters_are_never_shown(world, client_of, worker, taken):
    mine, theirs = worker(world.factory, "张敏"), worker(world.factory, "李强")
    line = told(theirs.person_id, settled=True, tone="good")
    receipt = handing(world, world.factory, person_id=theirs.person_id)
    stranger = client_of(actor=mine)
    for address in (
        f"/hall/matters/{line.pk}/",
        f"/hall/matters/{line.pk}/rate/",
        f"/hall/matters/{line.pk}/withdraw/",
        f"/hall/receipts/{receipt.number}/",
    ):
        assert stranger.get(address).status_code == 404, address
    assert stranger.post(f"/hall/matters/{line.pk}/rate/", {"score": 5}).status_code == 404
    assert stranger.post("/hall/matters/find/", {"number": receipt.number}).status_code == 404
    assert Client().get("/hall/matters/").status_code == 302
    cadre = client_of((HANDLER, world.province))
    assert cadre.get(f"/hall/matters/{line.pk}/").status_code in (403, 404)


def test_a_settled_matter_is_rated_once(world, client_of, worker, taken):
    actor = worker(world.factory)
    line = told(actor.person_id, "已办结", settled=True, tone="good")
    client = client_of(actor=actor)
    assert "评价" in text_of(client.get(f"/hall/matters/{line.pk}/"))
    assert client.post(f"/hall/matters/{line.pk}/rate/", {"text": "好"}).status_code == 422
    sent = {"score": "4", "text": "办得快"}
    assert client.post(f"/hall/matters/{line.pk}/rate/", sent).status_code == 302
    kept = Rating.objects.unscoped("test").get()
    assert (kept.score, kept.words.reveal(), kept.union_id) == (4, "办得快", world.factory.pk)
    assert client.post(f"/hall/matters/{line.pk}/rate/", sent).status_code == 409
    assert client.get(f"/hall/matters/{line.pk}/rate/").status_code == 404


def test_a_private_matter_is_not_rated_under_a_name(world, client_of, worker):
    actor = worker(world.factory)
    client = client_of(actor=actor)
    with sample.declared(private=True):
        line = told(actor.person_id, "已办结", settled=True, tone="good")
        assert "/rate/" not in text_of(client.get(f"/hall/matters/{line.pk}/"))
        sent = client.post(f"/hall/matters/{line.pk}/rate/", {"score": "4", "text": ""})
        assert sent.status_code == 404 and not Rating.objects.unscoped("test").exists()


def test_what_was_withdrawn_is_not_rated(world, client_of, worker, taken):
    actor = worker(world.factory)
    line = told(actor.person_id, "已撤回", settled=True, tone="idle")
    client = client_of(actor=actor)
    assert client.post(f"/hall/matters/{line.pk}/rate/", {"score": "1"}).status_code == 404


def test_a_verb_runs_by_the_system(world, client_of, worker, taken):
    actor = worker(world.factory)
    line = told(actor.person_id)
    client = client_of(actor=actor)
    assert client.post(f"/hall/matters/{line.pk}/withdraw/", {"text": ""}).status_code == 422
    sent = client.post(f"/hall/matters/{line.pk}/withdraw/", {"text": "不用了"})
    assert sent.status_code == 302
    assert taken.said == [("withdraw", "7", "不用了")]
    assert client.get(f"/hall/matters/{line.pk}/appeal/").status_code == 404


def test_large_type_follows_the_person(world, client_of, worker):
    actor = worker(world.factory)
    client = client_of(actor=actor)
    chosen = {"text": "large", "contrast": "high", "motion": "less", "simple": "simple"}
    assert client.post("/hall/ease/", chosen).status_code == 302
    assert Ease.objects.get(user_id=actor.user_id).contrast == "high"
    elsewhere = client_of(actor=actor)
    page = text_of(elsewhere.get("/hall/"))
    for part in ('data-text="large"', 'data-contrast="high"', 'data-motion="less"', "data-simple"):
        assert part in page
    assert elsewhere.cookies["ui_text"].value == "large"
    assert client.post("/hall/ease/", {**chosen, "text": "huge"}).status_code == 422
    guest = Client()
    assert guest.post("/hall/ease/", chosen).status_code == 302
    assert 'data-text="large"' in text_of(guest.get("/hall/"))


def test_the_offline_shell(world):
    client = Client()
    found = client.get("/manifest.webmanifest")
    assert found["Content-Type"] == "application/manifest+json"
    told = json.loads(found.content)
    assert told["start_url"] == "/hall/" and len(told["icons"]) == 3
    worker = client.get("/hall/worker.js")
    assert worker["Content-Type"].startswith("text/javascript")
    assert "/hall/offline/" in text_of(worker)
    page = text_of(client.get("/hall/offline/"))
    assert "现在没有网络" in page
    for name in ("csrfmiddlewaretoken", 'data-user="1'):
        assert name not in page


def test_the_catalogue_counts_each_way(world, client_of):
    handing(world, world.factory, service="joining", handed_at=timezone.now())
    handing(world, world.factory, service="joining", channel="counter", handed_at=timezone.now())
    page = text_of(client_of((HANDLER, world.shushan)).get("/counter/services/"))
    assert "服务事项清单" in page and "申请入会" in page
    assert Client().get("/counter/services/").status_code == 302
