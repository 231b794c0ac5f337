"""From the first screen to the receipt: on the web, at the counter, for another."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from gonghui.kernel.access.roles import HANDLER, VIEWER
from gonghui.kernel.audit.models import Entry
from gonghui.kernel.base.errors import Conflict
from gonghui.kernel.base.masking import mask_name
from gonghui.kernel.notify import timeline
from gonghui.kernel.notify.models import Message
from gonghui.kernel.org.scoping import Scope, raise_wall
from gonghui.systems.service.hall.actions import applying, own
from gonghui.systems.service.hall.actions.drafts import Filling, clear_old
from gonghui.systems.service.hall.jobs import clearing
from gonghui.systems.service.hall.models import (
    Draft,
    Handing,
    KeptMaterial,
    MaterialUse,
    Proxy,
)
from gonghui.systems.service.hall.queries import offering
from gonghui.systems.service.hall.queries.known import of_person
from gonghui.systems.service.hall.queries.proxies import waiting
from gonghui.systems.service.hall.tests import sample

START = "/hall/apply/sample/"
ANSWERS = {"title": "住院花费大", "kind": "money", "mobile": "13900001111"}


def text_of(page) -> str:
    return page.content.decode()


def fill(client, photo, answers=ANSWERS):
    """Go through every screen up to the last."""
    assert client.post(f"{START}what/", answers).url == f"{START}money/"
    assert client.post(f"{START}money/", {"amount": "3000"}).url == f"{START}materials/"
    sent = client.post(f"{START}materials/", {"file-id-card": photo()})
    assert sent.url == f"{START}check/"


def test_one_question_group_a_screen(world, client_of, worker, taken, photo):
    actor = worker(world.factory)
    client = client_of(actor=actor)
    assert client.get(START).url == f"{START}what/"
    page = text_of(client.get(f"{START}what/"))
    assert "第 1 步" in page and "data-draft-url" in page
    wrong = client.post(f"{START}what/", {**ANSWERS, "title": ""})
    assert wrong.status_code == 422 and "13900001111" in text_of(wrong)
    fill(client, photo)
    page = text_of(client.get(f"{START}check/"))
    assert "救助金" in page and "3000" in page and "1 份" in page
    done = client.post(f"{START}check/")
    assert done.url == "/hall/receipts/KN000001/"
    receipt = text_of(client.get(done.url))
    assert (
        "KN000001" in receipt and "五个工作日内上门核实" in receipt and "2026年12月1日" in receipt
    )
    handed, by = taken.handed[0]
    assert handed.answers == {**ANSWERS, "amount": 3000}
    assert (handed.known.person_id, by.person_id, handed.channel) == (
        actor.person_id,
        actor.person_id,
        "web",
    )
    assert list(handed.files) == ["id-card"] and handed.union == world.factory
    assert not Draft.objects.exists()
    (matter,) = timeline.matters(actor.person_id)
    assert (matter.title, matter.system) == ("已提交", "X9")
    assert client.post(f"{START}check/").url == f"{START}what/"


def test_the_draft_waits_on_another_phone(world, client_of, worker, taken):
    actor = worker(world.factory)
    first = client_of(actor=actor)
    kept = first.post(f"{START}what/draft/", {"title": "写到一半"})
    assert kept.json()["saved_at"]
    assert "写到一半" in text_of(client_of(actor=actor).get(f"{START}what/"))
    draft = Draft.objects.get()
    assert "写到一半" not in str(draft.answers)
    other = client_of(actor=worker(world.factory, "李强"))
    assert "写到一半" not in text_of(other.get(f"{START}what/"))
    Draft.objects.update(saved_at=timezone.now() - timedelta(days=31))
    assert clear_old(timezone.now()) == 1


def test_a_changed_answer_changes_the_way(world, client_of, worker, taken, photo):
    client = client_of(actor=worker(world.factory))
    fill(client, photo)
    client.post(f"{START}what/", {**ANSWERS, "kind": "visit"})
    assert client.get(f"{START}money/").status_code == 404
    assert client.post(f"{START}check/").status_code == 302
    assert "amount" not in taken.handed[0][0].answers


def test_nothing_is_handed_in_without_its_material(world, client_of, worker, taken):
    client = client_of(actor=worker(world.factory))
    client.post(f"{START}what/", {**ANSWERS, "kind": "visit"})
    lacking = client.post(f"{START}materials/", {})
    assert lacking.status_code == 422 and "还缺：身份证照片" in text_of(lacking)
    assert client.post(f"{START}check/").url == f"{START}materials/"
    assert not taken.handed


def test_what_is_no_picture_is_refused(world, client_of, worker, taken, photo):
    from django.core.files.uploadedfile import SimpleUploadedFile

    client = client_of(actor=worker(world.factory))
    program = SimpleUploadedFile("a.exe", b"MZ\x90\x00", "application/octet-stream")
    page = client.post(f"{START}materials/", {"file-id-card": program, "stay": "1"})
    assert page.status_code == 422


def test_a_kept_material_is_offered_again_with_consent(world, client_of, worker, taken, photo):
    actor = worker(world.factory)
    client = client_of(actor=actor)
    fill(client, photo)
    client.post(f"{START}check/", {"keep": ["id-card"]})
    kept = KeptMaterial.objects.get()
    assert (kept.person_id, kept.code, kept.purpose) == (actor.person_id, "id-card", "困难补助")
    assert "已存，可再用" in text_of(client.get("/hall/services/sample/"))
    client.post(f"{START}what/", {**ANSWERS, "kind": "visit"})
    page = text_of(client.get(f"{START}materials/"))
    assert "同意这次再用" in page and "只用于办理“困难补助”" in page
    assert client.post(f"{START}materials/", {}).status_code == 422
    assert client.post(f"{START}materials/", {"again-id-card": "1"}).status_code == 302
    client.post(f"{START}check/")
    use = MaterialUse.objects.get()
    assert (use.material, use.number, use.purpose) == (kept, "KN000002", "困难补助")
    assert len(taken.handed[1][0].files["id-card"]) == 1
    assert "KN000002" in text_of(client.get("/hall/materials/"))
    other = client_of(actor=worker(world.factory, "李强"))
    assert other.get(f"/files/{kept.file.key}/").status_code == 403
    assert other.post("/hall/materials/", {"drop": kept.pk}).status_code == 404
    assert client.get(f"/files/{kept.file.key}/").status_code == 200
    client.post("/hall/materials/", {"drop": kept.pk})
    assert client.get(f"/files/{kept.file.key}/").status_code == 403
    assert "已存，可再用" not in text_of(client.get("/hall/services/sample/"))


def test_a_guest_signs_in_first(world, taken):
    assert "/signin/" in Client().get(START).url


def test_an_account_without_a_person_is_told_to_bind(world, taken):
    client = Client()
    client.force_login(world.user("访客"))
    page = client.get(f"{START}what/")
    assert page.status_code == 422 and "实名等级" in text_of(page)


def test_a_guest_may_where_the_service_says_so(world, photo):
    with sample.declared(level=0) as taken:
        client = Client()
        client.post(f"{START}what/", {**ANSWERS, "kind": "visit"})
        assert "住院花费大" in text_of(client.get(f"{START}what/"))
        assert "住院花费大" not in text_of(Client().get(f"{START}what/"))
        client.post(f"{START}materials/", {"file-id-card": photo()})
        done = client.post(f"{START}check/")
        assert client.get(done.url).status_code == 200
        assert Client().get(done.url).status_code == 404
        assert taken.handed[0][0].known.person_id is None
        assert taken.handed[0][0].union == world.province


def test_a_private_service_tells_nobody_beside_the_desk(world, client_of, worker, photo):
    with sample.declared(private=True) as taken:
        actor = worker(world.factory, "章有福")
        client = client_of(actor=actor)
        fill(client, photo)
        client.post(f"{START}check/")
        made = Handing.objects.unscoped("test").get()
        assert (made.union, made.person_name, made.private) == (world.province, "", True)
        assert taken.handed[0][1].person_id == actor.person_id
        here = client_of((HANDLER, world.factory), (VIEWER, world.province))
        assert made.number not in text_of(here.get("/w/hall-handed/"))
        assert here.get(f"/w/hall-handed/{made.pk}/").status_code == 403
        for key in taken.handed[0][0].files["id-card"]:
            assert here.get(f"/files/{key}/").status_code == 403
            assert client.get(f"/files/{key}/").status_code == 200
        entry = Entry.objects.filter(action="hall.hand_in").get()
        assert "章有福" not in str(entry.__dict__) and entry.org_path == world.province.path
        assert {"person_id", "owner"}.isdisjoint(entry.changes)
        assert (made.person_id, made.owner) == (actor.person_id, f"u{actor.user_id}")
        assert client.get(f"/hall/receipts/{made.number}/").status_code == 200


def stand_at(counter, world, person_name="周全"):
    """Somebody new shows their document at the counter."""
    who = world.identity(person_name)
    told = {
        "name": who.name,
        "document_kind": "resident_id",
        "document_number": who.document_number,
        "mobile": who.mobile,
    }
    assert counter.post("/counter/", told).url == "/counter/"
    return who


def test_at_the_counter(world, client_of, taken, photo):
    counter = client_of((HANDLER, world.shushan))
    who = stand_at(counter, world)
    page = text_of(counter.get("/counter/"))
    assert "困难补助" in page and who.document_number not in page and who.name not in page
    fill(counter, photo)
    done = counter.post(f"{START}check/")
    assert done.status_code == 302
    made = Handing.objects.unscoped("test").get()
    assert (made.channel, made.union, made.person_name) == ("counter", world.shushan, "周全")
    assert taken.handed[0][0].channel == "counter"
    message = Message.objects.get(recipient_person_id=made.person_id)
    assert "KN000001" in message.body and "窗口" in message.body
    assert timeline.matters(made.person_id)[0].title == "已提交"
    listed = text_of(counter.get("/w/hall-handed/"))
    assert made.number in listed
    counter.post("/counter/leave/")
    assert "先核对身份" in text_of(counter.get("/counter/"))


def test_a_wrong_name_at_the_counter_shows_nothing(world, client_of, worker):
    actor = worker(world.mill, "方圆")
    counter = client_of((HANDLER, world.shushan))
    from gonghui.kernel.people import persons
    from gonghui.kernel.people.models import Person

    person = Person.objects.unscoped("test").get(pk=actor.person_id)
    number = persons.reveal(person)["document_number"]
    told = {"name": "方圈", "document_kind": "resident_id", "document_number": number}
    page = counter.post("/counter/", told)
    assert page.status_code == 422 and "方圆" not in text_of(page)


def test_a_viewer_has_no_counter(world, client_of, worker):
    assert client_of((VIEWER, world.shushan)).get("/counter/").status_code == 403
    assert client_of(actor=worker(world.factory)).get("/counter/").status_code == 403


def consented(world, agent, principal):
    return Proxy.objects.create(
        principal_person_id=principal.person_id,
        principal_name=principal.name,
        agent_person_id=agent.person_id,
        agent_name=agent.name,
        relation="子女",
        until=timezone.localdate() + timedelta(days=30),
        state="granted",
        asked_on=timezone.localdate(),
        answered_at=timezone.now(),
    )


def test_for_another_who_consented(world, client_of, worker, taken, photo):
    agent, mother = worker(world.factory, "张敏"), worker(world.mill, "吴秀英")
    client = client_of(actor=agent)
    assert "为别人办" not in text_of(client.get("/hall/services/sample/"))
    client.post("/hall/services/sample/for/", {"person": mother.person_id})
    assert "代办：正在为" not in text_of(client.get("/hall/services/sample/"))
    proxy = consented(world, agent, mother)
    assert f"为 {mask_name('吴秀英')} 办" in text_of(client.get("/hall/services/sample/"))
    client.post("/hall/services/sample/for/", {"person": mother.person_id})
    assert "代办：正在为" in text_of(client.get("/hall/services/sample/"))
    fill(client, photo)
    client.post(f"{START}check/")
    made = Handing.objects.unscoped("test").get()
    assert (made.channel, made.person_id, made.taken_by) == ("proxy", mother.person_id, "张敏")
    assert taken.handed[0][1].person_id == mother.person_id
    assert Message.objects.filter(recipient_person_id=mother.person_id).exists()
    assert client_of(actor=mother).get(f"/hall/receipts/{made.number}/").status_code == 200
    proxy.state = "ended"
    proxy.save()
    client.post(f"{START}what/", ANSWERS)
    assert "代办：正在为" not in text_of(client.get("/hall/services/sample/"))


def test_consent_is_asked_for_and_given_by_the_person(world, client_of, worker):
    agent, father = worker(world.factory, "张敏"), worker(world.mill, "张大山")
    from gonghui.kernel.people import persons
    from gonghui.kernel.people.models import Person

    person = Person.objects.unscoped("test").get(pk=father.person_id)
    asked = {
        "name": "张大山",
        "document_number": persons.reveal(person)["document_number"],
        "relation": "父母",
        "until": (timezone.localdate() + timedelta(days=30)).isoformat(),
    }
    client, theirs = client_of(actor=agent), client_of(actor=father)
    nobody = {**asked, "name": "张大水"}
    for given in (nobody, asked):
        page = client.post("/hall/proxies/ask/", given, follow=True)
        assert "已发出" in text_of(page) and "张大山" not in text_of(page)
    made = Proxy.objects.get()
    assert "张敏申请为您代办" in text_of(theirs.get("/hall/proxies/"))
    stranger = client_of(actor=worker(world.shop, "李强"))
    for who in (client, stranger):
        refused = who.post("/hall/proxies/", {"proxy": made.pk, "do": "agree"})
        assert refused.status_code == 404
    theirs.post("/hall/proxies/", {"proxy": made.pk, "do": "agree"})
    made.refresh_from_db()
    assert made.state == "granted"
    assert f"我为 {mask_name('张大山')} 代办" in text_of(client.get("/hall/proxies/"))
    assert theirs.post("/hall/proxies/", {"proxy": made.pk, "do": "end"}).status_code == 302
    made.refresh_from_db()
    assert made.state == "ended"


def test_consent_of_somebody_without_an_account(world, client_of, worker, as_application):
    """The person comes to a counter once; from then on their daughter hands matters in."""
    from gonghui.kernel.people import persons
    from gonghui.kernel.people.models import Person

    with sample.declared():
        daughter = worker(world.factory, "张敏")
        raise_wall(Scope.everything())
        record = Person.objects.unscoped("test").get(pk=daughter.person_id)
        number = persons.reveal(record)["document_number"]
        told = {
            "name": "张敏",
            "document_number": number,
            "relation": "子女",
            "until": (timezone.localdate() + timedelta(days=90)).isoformat(),
        }
        counter = client_of((HANDLER, world.shushan))
        assert counter.get("/counter/consents/").url == "/counter/"
        stand_at(counter, world)
        wrong = counter.post("/counter/consents/", {**told, "name": "张闽"})
        assert wrong.status_code == 422 and "没有找到这位代办人" in text_of(wrong)
        assert counter.post("/counter/consents/", told).status_code == 302
        page = text_of(counter.get("/counter/consents/"))
        assert "打印授权书" in page and number not in page
        assert counter.post("/counter/consents/", told).status_code == 409
        raise_wall(Scope.everything())
        made = Proxy.objects.get()
        assert (made.state, made.agent_person_id) == ("granted", daughter.person_id)
        assert world.shushan.name in made.taken_by
        assert Message.objects.filter(recipient_person_id=made.principal_person_id).exists()
        client = client_of(actor=daughter)
        assert "为别人办" in text_of(client.get("/hall/services/sample/"))
        viewer = client_of((VIEWER, world.shushan))
        assert viewer.post("/counter/consents/", told).status_code == 403
        assert counter.post("/counter/consents/", {"end": made.pk}).status_code == 302
        assert "为别人办" not in text_of(client.get("/hall/services/sample/"))


@pytest.mark.parametrize("tries", [6])
def test_asking_about_is_limited(world, client_of, worker, tries):
    client = client_of(actor=worker(world.factory, "张敏"))
    until = (timezone.localdate() + timedelta(days=30)).isoformat()
    codes = []
    for _ in range(tries):
        who = world.identity("无名")
        given = {
            "name": "无名氏",
            "document_number": who.document_number,
            "relation": "其他",
            "until": until,
        }
        codes.append(client.post("/hall/proxies/ask/", given).status_code)
    assert codes == [302] * 5 + [429]


def test_two_requests_at_once_keep_what_each_brings(world, worker, taken):
    actor = worker(world.factory)
    owner, (_system, service) = f"u{actor.user_id}", offering.found("sample")
    one, other = Filling(owner, service), Filling(owner, service)
    one.keep({"title": ["住院"]}, done="what")
    other.keep({"mobile": ["13900001111"]})
    found = Filling(owner, service)
    assert found.answers == {"title": ["住院"], "mobile": ["13900001111"]}
    assert found.draft.done == ["what"]
    found.drop()
    with pytest.raises(Conflict):
        one.keep({"title": ["住院"]})


def test_one_draft_is_handed_in_once(world, client_of, worker, taken, photo):
    actor = worker(world.factory)
    client = client_of(actor=actor)
    fill(client, photo)
    owner, (system, service) = f"u{actor.user_id}", offering.found("sample")
    given = {
        "by": actor,
        "acting": actor,
        "service": service,
        "system": system.code,
        "answers": ANSWERS,
        "known": of_person(actor.person_id),
    }
    first, second = Filling(owner, service), Filling(owner, service)
    applying.hand_in(world.factory, filling=first, **given)
    with pytest.raises(Conflict):
        applying.hand_in(world.factory, filling=second, **given)
    assert len(taken.handed) == 1


def test_a_file_that_is_not_there_is_not_removed(world, client_of, worker, taken, photo):
    client = client_of(actor=worker(world.factory))
    client.post(f"{START}materials/", {"file-id-card": photo(), "stay": "1"})
    for asked in ("id-card:none", "other:none", ":"):
        assert client.post(f"{START}materials/", {"remove": asked}).status_code == 302
    assert list(Draft.objects.get().files) == ["id-card"]


def test_a_material_taken_back_is_not_used_again(world, client_of, worker, taken, photo):
    client = client_of(actor=worker(world.factory))
    fill(client, photo)
    client.post(f"{START}check/", {"keep": ["id-card"]})
    client.post(f"{START}what/", {**ANSWERS, "kind": "visit"})
    client.post(f"{START}materials/", {"again-id-card": "1"})
    client.post("/hall/materials/", {"drop": KeptMaterial.objects.get().pk})
    page = client.post(f"{START}check/")
    assert page.status_code == 422 and "不再保留" in text_of(page)
    assert len(taken.handed) == 1 and not MaterialUse.objects.exists()
    assert client.post(f"{START}materials/", {}).status_code == 422
    client.post(f"{START}materials/", {"file-id-card": photo()})
    assert client.post(f"{START}check/").status_code == 302


def test_what_was_filled_in_for_one_never_lands_in_the_draft_of_another(
    world, client_of, worker, taken
):
    cadre = world.user("经办", (HANDLER, world.shushan), person=world.person(world.factory))
    counter = Client()
    counter.force_login(cadre)
    stand_at(counter, world)
    page = text_of(counter.get(f"{START}what/"))
    standing = page.split('name="acting_for" value="')[1].split('"')[0]
    assert standing.isdecimal() and f"draft/?for={standing}" in page
    sent = {**ANSWERS, "acting_for": standing}
    counter.post("/counter/leave/")
    for address in ("what/", "what/draft/"):
        assert counter.post(f"{START}{address}", sent).status_code == 409
    stand_at(counter, world, "吴昊")
    assert counter.post(f"{START}what/", sent).status_code == 409
    assert counter.post(f"{START}drop/", {"acting_for": standing}).status_code == 409
    assert not Draft.objects.exists()
    counter.post("/counter/leave/")
    assert counter.post(f"{START}what/", {**ANSWERS, "acting_for": ""}).status_code == 302


def test_a_counter_does_not_show_what_is_known_of_the_person(world, client_of, worker):
    from gonghui.kernel.people import persons
    from gonghui.kernel.people.models import Person

    member = worker(world.mill, "方圆")
    person = Person.objects.unscoped("test").get(pk=member.person_id)
    counter = client_of((HANDLER, world.shushan))
    told = {
        "name": "方圆",
        "document_kind": "resident_id",
        "document_number": persons.reveal(person)["document_number"],
    }
    assert counter.post("/counter/", told).status_code == 302
    for address in ("/counter/", "/hall/services/joining/", "/hall/services/transfer/"):
        page = text_of(counter.get(address))
        assert "正在为" in page and world.mill.name not in page and "您今年" not in page
    assert "不符合" in text_of(counter.get("/hall/services/joining/"))


def test_a_counter_does_not_learn_what_a_material_was_kept_for(
    world, client_of, worker, taken, photo
):
    counter = client_of((HANDLER, world.shushan))
    stand_at(counter, world)
    fill(counter, photo)
    counter.post(f"{START}check/", {"keep": ["id-card"]})
    KeptMaterial.objects.update(purpose="法律咨询")
    counter.post(f"{START}what/", {**ANSWERS, "kind": "visit"})
    for address in (f"{START}materials/", "/hall/services/sample/"):
        page = text_of(counter.get(address))
        assert "提交" in page and "法律咨询" not in page


def proxied(world, agent, principal, **facts):
    proxy = consented(world, agent, principal)
    Proxy.objects.filter(pk=proxy.pk).update(**facts)
    return proxy


@pytest.mark.parametrize("state", ["asked", "granted"])
def test_consent_that_lapsed_is_asked_for_anew(world, client_of, worker, state):
    from gonghui.kernel.people import persons
    from gonghui.kernel.people.models import Person

    agent, father = worker(world.factory, "张敏"), worker(world.mill, "张大山")
    today = timezone.localdate()
    facts = {"until": today - timedelta(days=1)} if state == "granted" else {"answered_at": None}
    asked_on = today - timedelta(days=15)
    old = proxied(world, agent, father, state=state, asked_on=asked_on, **facts)
    theirs = client_of(actor=father)
    assert waiting(father.person_id) == 0
    assert 'value="agree"' not in text_of(theirs.get("/hall/proxies/"))
    person = Person.objects.unscoped("test").get(pk=father.person_id)
    made = own.ask_proxy(
        by=agent,
        now=timezone.now(),
        name="张大山",
        document_number=persons.reveal(person)["document_number"],
        relation="父母",
        services=[],
        until=today + timedelta(days=30),
        words="",
    )
    old.refresh_from_db()
    assert made is not None and old.state == "ended" and old.ended_at
    assert waiting(father.person_id) == 1
    theirs.post("/hall/proxies/", {"proxy": made.pk, "do": "agree"})
    made.refresh_from_db()
    assert made.state == "granted"


def test_a_request_without_an_answer_is_no_consent_on_paper(world, client_of, worker):
    from gonghui.kernel.people import persons
    from gonghui.kernel.people.models import Person

    agent, father = worker(world.factory, "张敏"), worker(world.mill, "张大山")
    proxied(world, agent, father, state="asked", answered_at=None)
    person = Person.objects.unscoped("test").get(pk=father.person_id)
    counter = client_of((HANDLER, world.shushan))
    told = {
        "name": "张大山",
        "document_kind": "resident_id",
        "document_number": persons.reveal(person)["document_number"],
    }
    counter.post("/counter/", told)
    page = text_of(counter.get("/counter/consents/"))
    assert "等本人答复的申请" in page and "打印授权书" not in page and "同意由" not in page
    counter.post("/counter/consents/", {"end": Proxy.objects.get().pk})
    assert Proxy.objects.get().state == "ended"


def test_every_old_draft_is_cleared_however_many(db, monkeypatch):
    left = [1000, 1000, 7, 0]
    monkeypatch.setattr(clearing, "clear_old", lambda now: left.pop(0))
    assert clearing.clear_drafts() == 2007
