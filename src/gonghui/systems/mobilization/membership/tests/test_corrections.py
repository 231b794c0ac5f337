"""Corrections: plain facts at once, key facts by evidence and another's word."""

from __future__ import annotations

import io
import threading
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from PIL import Image

from gonghui.kernel.access.roles import APPROVER, HANDLER, VIEWER
from gonghui.kernel.audit.models import Entry
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.files.access import readable
from gonghui.kernel.notify.models import Message, Todo
from gonghui.kernel.org.scoping import Scope, raise_wall
from gonghui.kernel.people import memberships, persons
from gonghui.kernel.people.models import Membership, Person
from gonghui.kernel.testing import world as world_module
from gonghui.systems.mobilization.membership.actions import corrections as actions
from gonghui.systems.mobilization.membership.models.corrections import (
    Correction,
    CorrectionState,
)
from gonghui.systems.mobilization.membership.queries.corrections import changes, evidence_of
from gonghui.systems.mobilization.membership.rules import corrections as rules


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def photo(name: str = "户口簿.png") -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "PNG")
    return SimpleUploadedFile(name, out.getvalue(), "image/png")


@pytest.fixture
def member(world):
    return world.member(world.factory, "李建国")


@pytest.fixture
def handler(world):
    return world.actor("经办", (HANDLER, world.factory))


@pytest.fixture
def approver(world):
    return world.actor("审批", (APPROVER, world.factory))


@pytest.fixture
def asked(member, handler):
    return actions.request(member, by=handler, name="李建邦", reason="户籍更名", evidence=photo())


def person_of(member: Membership) -> Person:
    return Person.objects.unscoped("test").get(pk=member.person_id)


def test_no_fact_is_both_plain_and_key():
    assert not set(rules.PLAIN) & set(rules.KEY)


@pytest.mark.parametrize(
    ("user", "person", "may"), [(1, None, False), (2, None, True), (2, 9, False), (2, 8, True)]
)
def test_who_may_decide(user, person, may):
    assert rules.may_decide(user_id=user, person_id=person, requested_by=1, subject=9) is may


def test_member_and_handler_change_plain_facts_at_once(world, member, handler, as_application):
    own = world.actor("本人", person=member.person)
    actions.change_facts(member, by=own, mobile="19900001234", education="21")
    raise_wall(Scope.everything())
    person = person_of(member)
    assert (persons.reveal(person)["mobile"], person.education) == ("19900001234", "21")
    entry = Entry.objects.filter(action="memberships.facts").latest("pk")
    assert "19900001234" not in str(entry.changes) and "学历" in str(entry.changes)
    actions.change_facts(member, by=handler, political_status="13")
    assert Message.objects.filter(template="correction.updated").count() == 1
    with pytest.raises(Refusal, match="没有要更新"):
        actions.change_facts(member, by=handler, political_status="13", mobile="")


def test_plain_way_takes_no_key_fact(member, handler):
    with pytest.raises(TypeError):
        actions.change_facts(member, by=handler, name="王五")


@pytest.mark.parametrize(
    ("facts", "field"), [({"education": "99x"}, "education"), ({"mobile": "123"}, "mobile")]
)
def test_wrong_plain_facts_are_refused(member, handler, facts, field):
    with pytest.raises(Refusal) as refused:
        actions.change_facts(member, by=handler, **facts)
    assert refused.value.field == field


def test_plain_facts_are_refused_to_strangers(world, member):
    for who in (
        world.actor("他县", (HANDLER, world.luyang)),
        world.actor("查阅", (VIEWER, world.factory)),
        world.actor("他人", person=world.person(world.factory)),
    ):
        with pytest.raises(Forbidden):
            actions.change_facts(member, by=who, education="21")


def test_approved_request_changes_the_person_and_the_copies(
    world, member, handler, approver, as_application
):
    identity = world.identity("李建邦", born=date(1988, 2, 29))
    raise_wall(Scope.everything())
    asked = actions.request(
        member,
        by=handler,
        name="李建邦",
        document_number=identity.document_number,
        reason="录入有误",
        evidence=photo(),
    )
    raise_wall(Scope.everything())
    assert person_of(member).name == "李建国"
    shown = {change.label: (change.old, change.new) for change in changes(asked)}
    assert shown["姓名"] == ("李建国", "李建邦")
    assert identity.document_number not in str(shown)
    assert Todo.objects.get(kind="correction.decide").union_id == world.factory.pk
    actions.approve(asked, by=approver)
    raise_wall(Scope.everything())
    person = person_of(member)
    assert (person.name, person.born_on) == ("李建邦", identity.born_on)
    assert persons.by_document(identity.document_number).pk == person.pk
    copy = Membership.objects.unscoped("test").get(pk=member.pk)
    assert (copy.name, copy.name_tail) == ("李建邦", "建邦")
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(c::text, '') FROM membership_correction c")
        stored = cursor.fetchone()[0]
    assert identity.document_number not in stored
    assert identity.document_number not in str(list(Entry.objects.values()))
    assert not Todo.objects.filter(kind="correction.decide", done_at=None).exists()


def test_evidence_is_asked_for_and_only_these_types(member, handler):
    with pytest.raises(Refusal, match="证明材料") as refused:
        actions.request(member, by=handler, name="李建邦", reason="x", evidence=None)
    assert refused.value.field == "evidence"
    for fake in (
        SimpleUploadedFile("a.html", b"<script>", "text/html"),
        SimpleUploadedFile("a.png", b"MZ not a picture at all", "image/png"),
        SimpleUploadedFile("a.pdf", b"", "application/pdf"),
    ):
        with pytest.raises(Refusal) as refused, transaction.atomic():
            actions.request(member, by=handler, name="李建邦", reason="x", evidence=fake)
        assert refused.value.field == "evidence"
    assert not Correction.objects.unscoped("test").exists()


def test_wrong_requests_are_refused_by_field(world, member, handler):
    other = world.member(world.mill)
    taken = persons.reveal(other.person)["document_number"]
    valid = world.identity().document_number
    wrong = valid[:-1] + ("1" if valid[-1] != "1" else "2")
    for values, field in (
        ({"document_number": taken}, "document_number"),
        ({"document_number": wrong}, "document_number"),
        ({"born_on": date(1970, 1, 1)}, "born_on"),
        ({"name": "李 3"}, "name"),
        ({"name": "李建国"}, ""),
    ):
        with pytest.raises(Refusal) as refused:
            actions.request(member, by=handler, reason="x", evidence=photo(), **values)
        assert refused.value.field == field, values


def test_nobody_grants_their_own(world, member, asked):
    both = world.actor("一人", (HANDLER, world.factory), (APPROVER, world.factory))
    actions.withdraw(asked, by=both)
    asked = actions.request(member, by=both, name="李建邦", reason="x", evidence=photo())
    own = world.actor("本人", (APPROVER, world.shushan), person=member.person)
    for who in (both, own):
        for verb, extra in ((actions.approve, {}), (actions.refuse, {"reason": "x"})):
            with pytest.raises(Forbidden) as refused:
                verb(asked, by=who, **extra)
            assert refused.value.code == "own_matter"
    assert person_of(member).name == "李建国"


def test_handlers_and_strangers_do_not_decide(world, asked, handler):
    for who in (handler, world.actor("他县", (APPROVER, world.luyang))):
        with pytest.raises(Forbidden):
            actions.approve(asked, by=who)


def test_one_open_request_and_refusal_needs_a_reason(member, handler, approver, asked):
    with pytest.raises(Conflict):
        actions.request(member, by=handler, name="李邦", reason="x", evidence=photo())
    with pytest.raises(Refusal, match="理由"):
        actions.refuse(asked, by=approver, reason=" ")
    done = actions.refuse(asked, by=approver, reason="材料不清")
    assert done.state == CorrectionState.REFUSED
    with pytest.raises(Conflict, match="审批"):
        actions.approve(asked, by=approver)
    actions.request(member, by=handler, name="李邦", reason="x", evidence=photo())


def test_request_is_void_when_the_member_moved_or_the_facts_changed(world, member, approver, asked):
    persons.correct(person_of(member), name="李建华")
    with pytest.raises(Conflict, match="已有变动"):
        actions.approve(asked, by=approver)
    persons.correct(person_of(member), name="李建国")
    now = Membership.objects.unscoped("test").get(pk=member.pk)
    memberships.transfer(now, world.shop, on=world_module.TODAY, cause="22")
    with pytest.raises(Conflict, match="已转到"):
        actions.approve(asked, by=approver)


def test_evidence_is_read_by_those_who_see_the_request(world, member, handler, asked):
    (file,) = evidence_of(asked)
    own = world.actor("本人", person=member.person)
    for who in (handler, own, world.actor("上级", (APPROVER, world.hefei))):
        assert readable(file.key, who).pk == file.pk
    for who in (
        world.actor("他县", (APPROVER, world.luyang)),
        world.actor("他人", person=world.person(world.mill)),
    ):
        with pytest.raises(Forbidden):
            readable(file.key, who)


def sign_in(world, *grants, person=None) -> Client:
    client = Client()
    client.force_login(world.user("用户", *grants, person=person))
    return client


def test_pages_from_the_hall_to_the_approver(world, member, as_application):
    worker = sign_in(world, person=member.person)
    assert worker.get("/hall/correct/").status_code == 200
    page = worker.post("/hall/correct/", {"name": "李建邦", "reason": "更名", "evidence": photo()})
    assert page.status_code == 302, page.content.decode()
    text = worker.get(page["Location"]).content.decode()
    assert "李建邦" in text and "待审批" in text
    raise_wall(Scope.everything())
    asked = Correction.objects.unscoped("test").get()
    stranger = sign_in(world, (APPROVER, world.luyang))
    for address in (f"/w/corrections/{asked.pk}/", f"/api/v1/corrections/{asked.pk}/"):
        assert stranger.get(address).status_code == 403
    for address in ("/w/corrections/%s/approve/", "/api/v1/corrections/%s/approve/"):
        page = stranger.post(address % asked.pk, {}, content_type="application/json")
        assert page.status_code == 403
    raise_wall(Scope.everything())
    other = sign_in(world, person=world.person(world.factory))
    assert other.get(f"/hall/correct/{asked.pk}/").status_code == 404
    approver = sign_in(world, (APPROVER, world.factory))
    text = approver.get(f"/w/corrections/{asked.pk}/").content.decode()
    assert "变更对照" in text and "户口簿.png" in text
    assert approver.post(f"/w/corrections/{asked.pk}/approve/", {}).status_code == 302
    raise_wall(Scope.everything())
    assert person_of(member).name == "李建邦"


def test_hall_page_keeps_what_was_typed_beside_the_error(world, member):
    worker = sign_in(world, person=member.person)
    page = worker.post("/hall/facts/", {"mobile": "123", "education": "21"})
    assert page.status_code == 422
    assert "123" in page.content.decode()
    page = worker.post("/hall/facts/", {"mobile": "19900004321"})
    assert page.status_code == 302
    person = person_of(member)
    assert persons.reveal(person)["mobile"] == "19900004321"
    handler = sign_in(world, (HANDLER, world.factory))
    persons.correct(person, education="21")
    address = f"/api/v1/memberships/{member.pk}/facts/"
    answer = handler.post(address, {"occupation": "1"}, content_type="application/json")
    assert answer.status_code == 200, answer.content.decode()
    assert (person_of(member).education, person_of(member).occupation) == ("21", "1")


@pytest.mark.django_db(transaction=True)
def test_two_approvers_at_once(transactional_db):
    with transaction.atomic():
        world = world_module.build()
        member = world.member(world.factory, "李建国")
        handler = world.actor("经办", (HANDLER, world.factory))
        asked = actions.request(member, by=handler, name="李建邦", reason="更名", evidence=photo())
        rivals = [world.actor(name, (APPROVER, world.factory)) for name in ("张三", "李四")]
    results: list[object] = []
    gate = threading.Barrier(2)

    def decide(by) -> None:
        try:
            gate.wait()
            results.append(actions.approve(asked, by=by))
        except Refusal as refusal:
            results.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=decide, args=(by,)) for by in rivals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    told = [result for result in results if isinstance(result, Conflict)]
    assert len(results) == 2 and len(told) == 1 and "已由" in told[0].message
