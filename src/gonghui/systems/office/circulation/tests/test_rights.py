"""Who sees a draft and who does not; secrecy in work items; signing for one on leave."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from gonghui.kernel.access.roles import APPROVER, HANDLER, VIEWER
from gonghui.kernel.base.errors import Forbidden, Refusal
from gonghui.kernel.notify.models import Todo
from gonghui.kernel.process import cases, delegating, work
from gonghui.kernel.search import finding
from gonghui.systems.office.circulation.actions import (
    chain,
    drafting,
    filing,
    incoming,
    issuing,
    supervision,
)
from gonghui.systems.office.circulation.queries import desk
from gonghui.systems.office.circulation.tests import makers

pytestmark = pytest.mark.django_db
MARKED = "机密★三年"


def faces(client, document):
    """What each face of the resource shows of a document: page, list, API, export, search."""
    case = cases.of(document)
    return {
        "page": client.get(f"/w/outgoing/{document.pk}/").status_code == 200,
        "paper": client.get(f"/circulation/outgoing/{document.pk}/trace/").status_code == 200,
        "list": document.title in client.get("/w/outgoing/").content.decode(),
        "api": client.get(f"/api/v1/outgoing/{document.pk}/").status_code == 200,
        "api list": document.title in client.get("/api/v1/outgoing/").content.decode(),
        "search": document.title in client.get("/search/", {"q": "普查工作"}).content.decode(),
        "case": case is not None and client.get(f"/cases/{case.pk}/").status_code == 200,
    }


def found_by(actor, document):
    return any(
        hit.title == document.title for group in finding.find("普查", actor) for hit in group.hits
    )


def exported(actor, document):
    from gonghui.kernel.resource import lists
    from gonghui.systems.office.circulation.resources.outgoing import OUTGOING

    chosen = lists.read(OUTGOING, {}, actor)
    return lists.narrowed(OUTGOING, actor, chosen).filter(pk=document.pk).exists()


def test_a_draft_is_seen_at_its_organ_and_by_its_handlers_only(office, client_of):
    world = office.world
    document = office.submitted(office.first)
    above = world.actor("省审批", (APPROVER, world.province), (HANDLER, world.province))
    beside = world.actor("邻市", (APPROVER, world.wuhu))
    below = world.actor("区经办", (HANDLER, world.shushan))
    for actor in (above, beside, below):
        client = client_of(actor)
        shown = faces(client, document)
        assert not any(shown.values()), (actor.name, shown)
        assert not exported(actor, document) and not found_by(actor, document)
    viewer = world.actor("本机关查阅", (VIEWER, world.hefei))
    for actor in (office.drafter, office.leader, viewer):
        shown = faces(client_of(actor), document)
        assert all(shown.values()), (actor.name, shown)
        assert exported(actor, document) and found_by(actor, document)


def test_a_handler_from_above_sees_what_was_handed_to_them(office, client_of):
    world = office.world
    document = office.submitted()
    above = world.actor("省经办", (HANDLER, world.province))
    client = client_of(above)
    assert client.get(f"/w/outgoing/{document.pk}/").status_code == 403
    (item,) = desk.open_items(document)
    work.hand_over(item, by=office.reviewer, user=above.user_id, reason="请上级办公室把关")
    assert client.get(f"/w/outgoing/{document.pk}/").status_code == 200
    assert client.get(f"/cases/{item.case_id}/").status_code == 200


def test_the_organs_above_see_it_from_its_signature_on(office, client_of):
    document = office.signed()
    above = office.world.actor("省查阅", (VIEWER, office.world.province))
    assert client_of(above).get(f"/w/outgoing/{document.pk}/").status_code == 200
    assert exported(above, document) and found_by(above, document)


def test_what_is_marked_secret_enters_no_work_item(office):
    document = office.submitted(office.first)
    (item,) = desk.open_items(document)
    other = office.second.user_id
    for write in (
        lambda: work.decide(item, by=office.reviewer, choice="pass", opinion=MARKED),
        lambda: work.send_back(item, by=office.reviewer, to="draft", reason=MARKED),
        lambda: work.hand_over(item, by=office.reviewer, user=other, reason=MARKED),
        lambda: work.consult(item, by=office.reviewer, user=other, question=MARKED),
        lambda: work.copy_to(item.case, by=office.reviewer, users=[other], note=MARKED),
        lambda: cases.end(item.case, by=office.leader, reason=MARKED),
        lambda: chain.withdraw(document, by=office.drafter, reason=MARKED),
        lambda: drafting.edit(document, by=office.reviewer, remark=MARKED),
    ):
        with pytest.raises(Refusal) as refused:
            write()
        assert refused.value.code == "classified"
    assert not Todo.objects.filter(title__contains="机密").exists()
    task = makers.task(office.world, office.union, handler_id=office.first.user_id)
    with pytest.raises(Refusal) as refused:
        supervision.urge(task, by=office.leader, text=MARKED)
    assert refused.value.code == "classified"


def test_the_work_page_refuses_a_secret_opinion_and_keeps_what_was_typed(office, client_of):
    document = office.submitted()
    (item,) = desk.open_items(document)
    page = client_of(office.reviewer).post(
        f"/work/{item.pk}/", {"do": "decide", "choice": "pass", "opinion": MARKED}
    )
    assert page.status_code == 422
    assert "非涉密系统" in page.content.decode() and MARKED in page.content.decode()
    item.refresh_from_db()
    assert item.is_open


@pytest.fixture
def deputy(office):
    """A second leader, to whom the first has delegated this flow for a week."""
    found = office.world.actor("副职", (APPROVER, office.union))
    today = timezone.localdate()
    delegating.delegate(
        None,
        by=office.leader,
        taker=found.user_id,
        valid_from=today,
        valid_to=today + timedelta(days=7),
        reason="外出开会",
        flows=["outgoing"],
    )
    return found


def test_a_deputy_signs_for_the_leader_on_leave(office, deputy):
    document = chain.review(office.submitted(), by=office.reviewer)
    assert Todo.objects.filter(assignee_user_id=deputy.user_id, done_at=None).count() == 1
    document = chain.sign(document, by=deputy, text="同意印发。")
    assert document.state == "signed" and document.number.serial == 1
    assert document.signer_id == deputy.user_id
    assert desk.opinions(document)[-1].by_name == "副职（代领导）"
    assert not Todo.objects.filter(assignee_user_id=deputy.user_id, done_at=None).exists()


def test_nobody_signs_as_a_deputy_what_they_drafted_or_reviewed(office):
    today = timezone.localdate()
    both = office.world.actor("核稿兼副职", (APPROVER, office.union))
    delegating.delegate(
        None,
        by=office.leader,
        taker=both.user_id,
        valid_from=today,
        valid_to=today,
        reason="外出开会",
    )
    document = chain.submit(
        office.draft(),
        by=office.drafter,
        reviewer=both.user_id,
        signer=office.leader.user_id,
    )
    document = chain.review(document, by=both)
    with pytest.raises(Forbidden):
        chain.sign(document, by=both)
    assert chain.sign(document, by=office.leader).state == "signed"


def test_another_leader_signs_after_a_hand_over(office):
    document = chain.review(office.submitted(), by=office.reviewer)
    successor = office.world.actor("接任", (APPROVER, office.union))
    found = filing.hand_over(
        office.union,
        by=successor,
        giver=office.leader.user_id,
        taker=successor.user_id,
        reason="退休",
    )
    assert found.counts == {"流程待办": 1, "签发": 1}
    document.refresh_from_db()
    with pytest.raises(Forbidden):
        chain.sign(document, by=office.leader)
    assert chain.sign(document, by=successor).signer_id == successor.user_id


def ink():
    made = io.BytesIO()
    Image.new("RGB", (120, 60), "white").save(made, "PNG")
    return SimpleUploadedFile("手写意见.png", made.getvalue())


def test_a_handwritten_opinion_is_kept_and_printed(office, client_of):
    document = chain.review(office.submitted(), by=office.reviewer)
    document = chain.sign(document, by=office.leader, text="同意。", ink=ink())
    said = desk.opinions(document)[-1]
    assert said.text == "同意。" and said.ink is not None
    page = client_of(office.drafter).get(f"/circulation/outgoing/{document.pk}/sheet/")
    assert f'src="/files/{said.ink.key}/' in page.content.decode()
    stranger = client_of(office.world.actor("外人", (HANDLER, office.world.wuhu)))
    assert stranger.get(f"/files/{said.ink.key}/").status_code == 403
    assert stranger.get(f"/circulation/outgoing/{document.pk}/sheet/").status_code == 403


def test_every_write_refuses_another_county(office, client_of):
    """Each step of each resource, by its page and by its action."""
    from gonghui.kernel.resource.declaration import RESOURCES
    from gonghui.systems.office.circulation.system import SYSTEM

    world = office.world
    stranger = world.actor("外人", (HANDLER, world.jinghu), (APPROVER, world.jinghu))
    client = client_of(stranger)
    for resource in SYSTEM.resources:
        assert RESOURCES[resource.code] is resource
        record = makers.MAKERS[resource.code](world, world.hefei)
        for step in resource.steps:
            path = f"/w/{resource.code}/{record.pk}/{step.slug}/"
            for answer in (client.get(path), client.post(path, {})):
                assert answer.status_code == 403, path
            path = f"/api/v1/{resource.code}/{record.pk}/{step.slug}/"
            assert client.post(path, {}, "application/json").status_code in (403, 404), path
    received = makers.incoming(world, world.hefei)
    delivery = makers.delivery(world, world.hefei)
    task = makers.task(world, world.hefei)
    for act in (
        lambda: incoming.propose(received, by=stranger, text="x", leader=office.leader.user_id),
        lambda: incoming.circulate(received, by=stranger, users=[]),
        lambda: incoming.finish(received, by=stranger, result="x"),
        lambda: issuing.receive(delivery, by=stranger),
        lambda: supervision.urge(task, by=stranger),
        lambda: supervision.cancel(task, by=stranger, reason="不办了"),
        lambda: filing.hand_over(
            office.union,
            by=stranger,
            giver=office.first.user_id,
            taker=office.second.user_id,
            reason="调离",
        ),
    ):
        with pytest.raises(Forbidden):
            act()
