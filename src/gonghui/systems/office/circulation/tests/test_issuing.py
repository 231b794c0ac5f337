"""Sealed, sent down the tree, received, read, urged, recalled; taken in, handled, filed."""

import zipfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from gonghui.kernel.access.roles import APPROVER, HANDLER
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.files.storing import open_stored
from gonghui.kernel.notify.models import Todo
from gonghui.kernel.process import cases
from gonghui.systems.office.circulation.actions import (
    chain,
    filing,
    incoming,
    issuing,
    supervision,
)
from gonghui.systems.office.circulation.models import Delivery, Incoming
from gonghui.systems.office.circulation.queries import desk
from gonghui.systems.office.circulation.tests import makers

pytestmark = pytest.mark.django_db
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)


@pytest.fixture
def county(office):
    """The county's clerk and its leader."""
    shushan = office.world.shushan
    return (
        office.world.actor("区经办", (HANDLER, shushan)),
        office.world.actor("区领导", (APPROVER, shushan)),
    )


@pytest.fixture
def papered(monkeypatch):
    """Sealing without setting type, which the documents' own tests do."""
    monkeypatch.setattr(issuing.rendering, "render", lambda document: PDF)
    monkeypatch.setattr(issuing.signing, "sign", lambda pdf, **facts: pdf)


@pytest.fixture
def issued(office, papered):
    document = issuing.seal(office.signed(), by=office.leader, copies=30)
    return issuing.distribute(document, by=office.drafter, group="direct")


def of(document, union):
    return Delivery.objects.unscoped("test").get(document=document, union=union)


def test_nothing_goes_out_before_it_is_sealed(office):
    with pytest.raises(Conflict):
        issuing.distribute(office.signed(), by=office.drafter, group="direct")
    with pytest.raises(Conflict):
        issuing.seal(office.draft(), by=office.leader)


def test_a_document_goes_down_the_tree_once_each(office, issued, county):
    names = {row.union.name for row in Delivery.objects.unscoped("test").filter(document=issued)}
    assert names == {"合肥市蜀山区总工会", "合肥市庐阳区总工会"}
    assert issued.state == "issued" and issued.paper is not None
    with pytest.raises(Conflict):
        issuing.distribute(issued, by=office.drafter, group="direct")
    more = issuing.distribute(issued, by=office.drafter, unions=[office.world.province], copy=True)
    assert more.deliveries.unscoped("test").filter(copy=True).count() == 1
    with pytest.raises(Refusal):
        issuing.distribute(issued, by=office.drafter)


def test_receipt_enters_the_register_and_cannot_be_recalled(office, issued, county):
    clerk, _ = county
    delivery = of(issued, office.world.shushan)
    with pytest.raises(Forbidden):
        issuing.receive(delivery, by=office.world.actor("外人", (HANDLER, office.world.wuhu)))
    found = issuing.receive(delivery, by=clerk)
    assert (found.serial, found.number, found.organ) == (1, issued.number_text, "合肥市总工会")
    with pytest.raises(Conflict):
        issuing.receive(of(issued, office.world.shushan), by=clerk)
    with pytest.raises(Conflict) as refused:
        issuing.recall(of(issued, office.world.shushan), by=office.leader, reason="有误")
    assert "区经办" in refused.value.message
    issuing.recall_all(issued, by=office.leader, reason="附件有误")
    assert of(issued, office.world.luyang).state == "recalled"
    with pytest.raises(Conflict):
        issuing.recall_all(issued, by=office.leader, reason="附件有误")


def test_the_receiver_cannot_recall(office, issued, county):
    clerk, _ = county
    with pytest.raises(Forbidden):
        issuing.recall(of(issued, office.world.shushan), by=clerk, reason="不想要")


def test_reading_is_noted_and_urging_counts_once_a_day(office, issued, county):
    clerk, _ = county
    delivery = of(issued, office.world.shushan)
    issuing.read(delivery, by=clerk)
    issuing.read(delivery, by=clerk)
    assert [(row.name, row.times) for row in delivery.readings.all()] == [("区经办", 2)]
    late = timezone.localdate() + timedelta(days=10)
    Delivery.objects.unscoped("test").update(due_on=timezone.localdate() - timedelta(days=1))
    today = timezone.localdate()
    assert issuing.urge_late(today) == 1
    assert issuing.urge_late(today) == 0
    assert of(issued, office.world.shushan).urged == 1
    assert late > today


@pytest.fixture
def paper(office):
    return incoming.register(
        office.union,
        by=office.drafter,
        organ="中华全国总工会",
        number="总工发〔2026〕12号",
        title="关于开展读书活动的通知",
    )


def test_a_paper_is_registered_once(office, paper):
    with pytest.raises(Refusal) as refused:
        incoming.register(
            office.union,
            by=office.drafter,
            organ="全国总工会",
            number="总工发[2026]012号",
            title="读书活动",
        )
    assert refused.value.code == "duplicate" and paper.mark in refused.value.message
    again = incoming.register(
        office.union,
        by=office.drafter,
        organ="全国总工会",
        number="总工发[2026]012号",
        title="读书活动",
        anyway=True,
    )
    assert again.serial == 2
    elsewhere = incoming.register(
        office.world.wuhu,
        by=office.world.actor("芜湖", (HANDLER, office.world.wuhu)),
        organ="中华全国总工会",
        number="总工发〔2026〕12号",
        title="关于开展读书活动的通知",
    )
    assert elsewhere.serial == 1
    with pytest.raises(Refusal) as refused:
        incoming.register(office.union, by=office.drafter, organ="某", title="机密★ 某件")
    assert refused.value.code == "classified"


def test_proposed_instructed_circulated_supervised_finished_filed(office, paper, client_of):
    found = incoming.propose(
        paper, by=office.drafter, text="请领导阅示。", leader=office.leader.user_id
    )
    with pytest.raises(Forbidden):
        incoming.instruct(
            found, by=office.world.actor("别的领导", (APPROVER, office.union)), text="同意"
        )
    found = incoming.instruct(
        found, by=office.leader, text="请落实。", handler=office.first.user_id
    )
    incoming.circulate(
        found, by=office.drafter, users=[office.second.user_id, office.reviewer.user_id]
    )
    with pytest.raises(Conflict):
        incoming.circulate(found, by=office.drafter, users=[office.second.user_id])
    incoming.finish_reading(found, by=office.second, words="已阅")
    with pytest.raises(Conflict):
        incoming.finish_reading(found, by=office.second)
    with pytest.raises(Forbidden):
        incoming.finish_reading(found, by=office.drafter)
    task = supervision.supervise(
        found,
        by=office.leader,
        title="报送方案",
        demand="月底前报送。",
        handler=office.first.user_id,
        due_on=timezone.localdate() + timedelta(days=20),
    )
    found.refresh_from_db()
    with pytest.raises(Forbidden):
        incoming.finish(found, by=office.second, result="好了")
    with pytest.raises(Conflict):
        incoming.finish(found, by=office.first, result="好了")
    supervision.cancel(task, by=office.leader, reason="合并办理")
    found = incoming.finish(found, by=office.first, result="已转发各县区。")
    assert found.state == "done" and found.finished_on == timezone.localdate()
    piece = filing.file_incoming(found, by=office.drafter, retention="D10", category="bgs")
    assert piece.reference.endswith("D10-BGS-0001") and len(piece.metadata["批办意见"]) == 2
    page = client_of(office.drafter).get(f"/w/incoming/{found.pk}/").content.decode()
    assert piece.reference in page and f'href="/w/pieces/{piece.pk}/"' in page
    with pytest.raises(Conflict):
        filing.file_incoming(found, by=office.drafter, retention="D10", category="BGS")


def test_a_task_is_closed_only_on_evidence_and_by_another(office):
    task = supervision.open_task(
        office.union,
        by=office.leader,
        title="落实高温慰问",
        demand="报送情况",
        handler=office.first.user_id,
        days=5,
    )
    with pytest.raises(Forbidden):
        supervision.progress(task, by=office.second, text="x")
    with pytest.raises(Refusal) as refused:
        supervision.report(task, by=office.first, result="已办", evidence=None)
    assert refused.value.rule
    until = task.due_on + timedelta(days=7)
    task = supervision.ask_extension(task, by=office.first, until=until, reason="等待天气")
    with pytest.raises(Conflict):
        supervision.ask_extension(task, by=office.first, until=until, reason="等待天气")
    task = supervision.decide_extension(task, by=office.leader, granted=True)
    assert task.due_on == until and task.extended == 1
    task = supervision.urge(task, by=office.leader)
    assert Todo.objects.filter(kind=supervision.DO, title__contains="已催办 1 次").exists()
    proof = SimpleUploadedFile("情况.pdf", PDF)
    task = supervision.report(task, by=office.first, result="已慰问。", evidence=proof)
    task = supervision.reject(task, by=office.leader, reason="材料不全")
    proof = SimpleUploadedFile("情况.pdf", PDF)
    task = supervision.report(task, by=office.first, result="已慰问。", evidence=proof)
    task = supervision.close(task, by=office.leader, text="同意")
    assert task.state == "closed"
    with pytest.raises(Conflict):
        supervision.close(task, by=office.leader)


def test_a_meeting_leads_to_minutes_and_tasks(office):
    meeting = supervision.record_meeting(
        office.union,
        by=office.drafter,
        title="主席办公会",
        held_on=timezone.localdate(),
        chair="方志远",
        agenda="研究普查",
    )
    with pytest.raises(Refusal):
        supervision.draft_minutes(meeting, by=office.drafter)
    meeting = supervision.edit_meeting(meeting, by=office.drafter, decisions="一、开展普查。")
    meeting = supervision.draft_minutes(meeting, by=office.drafter)
    assert meeting.minutes.kind == "minutes" and "方志远主持" in meeting.minutes.body
    with pytest.raises(Conflict):
        supervision.draft_minutes(meeting, by=office.drafter)
    assert office.submitted(document=meeting.minutes).state == "under_way"


def test_an_issued_document_becomes_one_piece_with_its_trace(office, issued, county, client_of):
    clerk, _ = county
    with pytest.raises(Conflict):
        filing.file_outgoing(issued, by=office.drafter, retention="D30", category="BGS")
    issuing.receive(of(issued, office.world.shushan), by=clerk)
    issuing.recall_all(issued, by=office.leader, reason="不再需要")
    piece = filing.file_outgoing(issued, by=office.drafter, retention="D30", category="BGS")
    assert piece.metadata["签收"][0]["签收人"] == "区经办"
    with open_stored(piece.package) as file, zipfile.ZipFile(file) as packed:
        assert set(packed.namelist()) == {"document.pdf", "metadata.xml", "metadata.json"}
        assert piece.sm3 in packed.read("metadata.xml").decode()
    page = client_of(office.drafter).get(f"/w/outgoing/{issued.pk}/").content.decode()
    assert piece.reference in page and f'href="/w/pieces/{piece.pk}/"' in page
    assert "进行中" not in page, "nothing of a filed document is under way"


def test_a_leaving_cadres_work_goes_to_another(office):
    draft = office.draft()
    waiting = chain.review(office.submitted(office.first, office.second), by=office.reviewer)
    task = makers.task(office.world, office.union, handler_id=office.first.user_id)
    with pytest.raises(Forbidden):
        filing.hand_over(
            office.union,
            by=office.drafter,
            giver=office.first.user_id,
            taker=office.second.user_id,
            reason="x",
        )
    found = filing.hand_over(
        office.union,
        by=office.leader,
        giver=office.first.user_id,
        taker=office.reviewer.user_id,
        reason="调离",
    )
    assert found.counts == {"流程待办": 1, "督办事项": 1}
    task.refresh_from_db()
    assert task.handler_id == office.reviewer.user_id
    waiting = chain.countersign(
        type(draft).objects.unscoped("t").get(pk=waiting.pk), by=office.reviewer
    )
    waiting = chain.countersign(waiting, by=office.second)
    assert desk.step_title(waiting) == "签发"
    with pytest.raises(Conflict):
        filing.hand_over(
            office.union,
            by=office.leader,
            giver=office.first.user_id,
            taker=office.second.user_id,
            reason="调离",
        )
    assert cases.of(waiting).is_open


def test_pages_open_for_their_people_and_for_nobody_else(office, issued, county, client_of):
    clerk, _ = county
    delivery = of(issued, office.world.shushan)
    mine, theirs = client_of(office.drafter), client_of(clerk)
    stranger = client_of(office.world.actor("外人", (HANDLER, office.world.wuhu)))
    for path in (
        f"/w/outgoing/{issued.pk}/",
        f"/circulation/outgoing/{issued.pk}/trace/",
        f"/circulation/outgoing/{issued.pk}/receipts/",
        f"/api/v1/outgoing/{issued.pk}/",
    ):
        assert mine.get(path).status_code == 200, path
        assert stranger.get(path).status_code == 403, path
    for path in (f"/w/deliveries/{delivery.pk}/", f"/circulation/deliveries/{delivery.pk}/"):
        assert theirs.get(path).status_code == 200, path
        assert stranger.get(path).status_code == 403, path
    assert delivery.readings.count() == 1
    for path in ("/circulation/statistics/", "/circulation/templates/"):
        assert mine.get(path).status_code == 200, path
    assert theirs.get(f"/files/{issued.paper.key}/").status_code == 200
    assert stranger.get(f"/files/{issued.paper.key}/").status_code == 403
    assert Incoming.objects.unscoped("test").count() == 0
