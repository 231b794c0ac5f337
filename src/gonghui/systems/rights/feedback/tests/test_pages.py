"""The pages of C4.5: for everybody, for a worker, for the desk; refused elsewhere."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import Client
from django.utils import timezone

from gonghui.engines.casework import testing
from gonghui.engines.casework.actions import clocks, collective, intake, work
from gonghui.engines.casework.queries import cases
from gonghui.engines.casework.walls import everywhere
from gonghui.kernel.access.roles import APPROVER, HANDLER
from gonghui.kernel.audit.models import Entry
from gonghui.kernel.documents import verifying
from gonghui.kernel.notify import timeline
from gonghui.kernel.org.scoping import Scope, raise_wall
from gonghui.kernel.people import persons
from gonghui.systems.rights.feedback.actions.kinds import HOTLINE, PETITIONS
from gonghui.systems.rights.feedback.actions.matters import row_of
from gonghui.systems.rights.feedback.models import Matter
from gonghui.systems.rights.feedback.queries import summary
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
    assert client_of(hotline.agent).get(path).status_code == 200


@pytest.mark.parametrize("path", ["/hotline/summary/", "/hotline/shifts/"])
@pytest.mark.parametrize(
    "span", ["from=0001-01-01&until=9999-12-31", "from=9999-12-31", "until=甲", "from=2026-02-30"]
)
def test_figures_of_any_span(hotline, client_of, path, span):
    assert client_of(hotline.agent).get(f"{path}?{span}").status_code == 200


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


class TestQrCode:
    def test_it_is_printed_and_leads_to_speaking(self, hotline, client_of):
        factory = hotline.world.factory
        desk = client_of(hotline.agent)
        assert factory.name in desk.get("/hotline/codes/", {"q": "华阳"}).content.decode()
        poster = desk.get(f"/hotline/codes/{factory.pk}/").content.decode()
        assert f"/feedback/at/{factory.pk}/" in poster
        assert "gh-qr" in poster
        guest = Client()
        assert factory.name in guest.get(f"/feedback/at/{factory.pk}/").content.decode()
        guest.post("/feedback/new/", SAID)
        with everywhere():
            row = Matter.objects.unscoped("test").select_related("case").get()
            shown = cases.face(row.case, hotline.agent).people[0].details
        assert (shown["来源"], shown["扫码处"]) == ("扫码", factory.name)

    def test_another_citys_is_not_printed_and_a_wrong_one_leads_nowhere(self, hotline, client_of):
        other = client_of(hotline.handler)
        assert other.get(f"/hotline/codes/{hotline.world.wuhu.pk}/").status_code == 403
        assert client_of(hotline.worker).get("/hotline/codes/").status_code == 403
        assert Client().get("/feedback/at/0/").status_code == 404


class TestWhoCalls:
    TOLD = {
        "nature": "help",
        "secrecy": "named",
        "title": "工伤认定",
        "text": "手指受伤，单位不出证明。",
        "people": "1",
    }

    def test_the_caller_is_known_by_the_number_when_they_say_so(self, hotline, client_of):
        person = hotline.world.member(hotline.world.factory, "计如意").person
        mobile = persons.reveal(person)["mobile"]
        call = makers.call(hotline.world, hotline.world.province, number=mobile)
        desk, address = client_of(hotline.agent), f"/hotline/calls/{call.pk}/"
        page = desk.get(address).content.decode()
        assert "计**" in page
        assert "计如意" not in page
        assert desk.post(address, {**self.TOLD, "caller": "999999"}).status_code == 422
        answer = desk.post(address, {**self.TOLD, "caller": str(person.pk)})
        assert answer.status_code == 302
        assert [line.title for line in lines_of(person.pk)] == ["已收到"]

    def test_who_is_not_asked_gets_a_code(self, hotline, client_of):
        person = hotline.world.member(hotline.world.factory, "计如意").person
        mobile = persons.reveal(person)["mobile"]
        call = makers.call(hotline.world, hotline.world.province, number=mobile)
        given = {**self.TOLD, "caller": "", "mobile": mobile, "name": "某人"}
        page = client_of(hotline.agent).post(f"/hotline/calls/{call.pk}/", given)
        assert "查询码" in page.content.decode()
        assert not lines_of(person.pk)

    def test_a_visitor_is_known_by_the_document_shown(self, hotline, client_of):
        person = hotline.world.member(hotline.world.factory, "计如意").person
        number = persons.reveal(person)["document_number"]
        given = {**self.TOLD, "channel": "counter", "document": number}
        desk = client_of(hotline.agent)
        wrong = desk.post("/hotline/register/", {**given, "document": "340104199001010011"})
        assert wrong.status_code == 422
        assert "没有找到持这个证件的人员" in wrong.content.decode()
        assert desk.post("/hotline/register/", given).status_code == 302
        assert [line.title for line in lines_of(person.pk)] == ["已收到"]
        with everywhere():
            row = Matter.objects.unscoped("test").select_related("case").get()
            assert number not in str(cases.face(row.case, hotline.agent).people[0].details)

    def test_an_anonymous_visitor_stands_in_no_timeline(self, hotline, client_of):
        person = hotline.world.member(hotline.world.factory, "计如意").person
        number = persons.reveal(person)["document_number"]
        given = {**self.TOLD, "channel": "counter", "document": number, "secrecy": "anonymous"}
        client_of(hotline.agent).post("/hotline/register/", given)
        assert not lines_of(person.pk)


def lines_of(person_id):
    with everywhere():
        return list(timeline.lines(person_id))


class TestAnnualReport:
    def test_figures_on_a_page_and_a_draft_to_print(self, hotline, client_of):
        makers.matter(hotline.world, hotline.world.province, category="pay")
        year, desk = timezone.localdate().year, client_of(hotline.agent)
        page = desk.get(f"/hotline/reports/{year}/").content.decode()
        assert "劳动报酬" in page
        assert "不能用印" in page
        paper = desk.get(f"/hotline/reports/{year}/file/")
        assert paper["Content-Type"] == "application/pdf"
        assert desk.get(f"/hotline/reports/{year + 1}/").status_code == 422
        assert client_of(hotline.worker).get(f"/hotline/reports/{year}/").status_code == 403

    def test_a_year_that_is_over_is_sealed_signed_and_logged(self, hotline, client_of):
        year = timezone.localdate().year
        chief, agent = client_of(hotline.chief), client_of(hotline.agent)
        address = f"/hotline/reports/{year - 1}/file/"
        button = ">用印</button>"
        assert button in chief.get(f"/hotline/reports/{year - 1}/").content.decode()
        assert button not in agent.get(f"/hotline/reports/{year - 1}/").content.decode()
        assert agent.post(address).status_code == 403
        assert chief.post(f"/hotline/reports/{year}/file/").status_code == 422
        paper = chief.post(address)
        assert paper.status_code == 200
        assert verifying.verify(paper.content).state is verifying.State.VALID
        raise_wall(Scope.everything())
        entry = Entry.objects.get(action="hotline-report.export")
        assert entry.actor_name == "省审批"
        assert str(year - 1) in entry.target_label

    def test_merged_and_withdrawn_cases_are_counted_with_nothing(self, hotline):
        world, today = hotline.world, timezone.localdate()
        lead, other = [
            makers.petition(world, world.province, mobile=f"1380551000{n}") for n in "12"
        ]
        collective.join(lead.case, by=hotline.agent, others=[other.case.pk])
        gone = testing.complaint(HOTLINE, world.province, details={"性质": "求助"})
        intake.withdraw(gone.intake, by=intake.CODE_HOLDER)
        makers.matter(world, world.province, details={"性质": "求助"}, mobile="13805510003")
        found = summary.of_year(hotline.agent, today.year)
        assert (found.received, found.petitions, found.collectives) == (2, 1, 1)
        assert dict(found.natures)["求助"] == 1

    def test_more_matters_of_many_than_are_named_are_counted(self, hotline):
        year = timezone.localdate().year
        found = replace(
            summary.of_year(hotline.agent, year), collectives=25, collective=[("RX1", "工资", 3)]
        )
        body = summary.report(found, hotline.world.province).body
        assert any("共 25 件" in line for line in body if isinstance(line, str))
        assert [line[0] for line in body if isinstance(line, str) and line[1:2] == "、"] == [
            *"一二三四五"
        ]

    def test_the_factory_reads_its_own_figures_alone(self, hotline, client_of):
        makers.matter(hotline.world, hotline.world.province, category="pay")
        page = client_of(hotline.accused).get(f"/hotline/reports/{timezone.localdate().year}/")
        assert "这一年没有来件" in page.content.decode()


def test_lists_leave_out_cases_about_the_own_unit(hotline, client_of):
    world = hotline.world
    row = makers.matter(world, world.province, respondent=world.factory)
    other = makers.matter(world, world.province)
    call = makers.call(world, world.province, case=row.case, transcript="我是赵明义")
    asked = makers.asked(world, world.province, case=row.case)
    both = client_of(
        world.actor(
            "兼任", (HANDLER, world.province), (APPROVER, world.province), (HANDLER, world.factory)
        )
    )
    page = both.get("/w/hotline/").content.decode()
    assert other.case.number in page
    assert row.case.number not in page
    assert row.case.number not in both.get("/w/asked/").content.decode()
    for path in (
        f"/w/hotline/{row.pk}/",
        f"/w/calls/{call.pk}/",
        f"/w/asked/{asked.pk}/",
        f"/hotline/calls/{call.pk}/",
    ):
        assert both.get(path).status_code in (403, 404)
    api = both.get("/api/v1/hotline/").json()
    assert [item["id"] for item in api["items"]] == [other.pk]
    seen = client_of(hotline.agent).get("/w/hotline/").content.decode()
    assert row.case.number in seen


def test_papers_say_the_reason_that_was_given(hotline):
    got = testing.complaint(PETITIONS, hotline.world.hefei)
    work.decline(got.case, by=hotline.handler, reason="请向仲裁委申请", rule="某法第一条")
    words = row_of(got.case).papers.get().text.reveal()
    assert "理由和去处：请向仲裁委申请" in words
    assert "根据某法第一条" in words
    got = testing.complaint(PETITIONS, hotline.world.hefei, mobile="13805510009", name="李四")
    case = work.accept(got.case, by=hotline.handler, category="pay")
    clocks.ask_extension(case, by=hotline.handler, days=30, reason="等候鉴定结论")
    clocks.decide_extension(case, by=hotline.leader, grant=True)
    words = row_of(case).papers.get(kind="extended").text.reveal()
    due = case.clocks.get(code="finish").due_on
    assert "延长理由：等候鉴定结论" in words
    assert f"至{due.year}年{due.month}月{due.day}日" in words


def test_the_case_page_shows_what_is_ours(hotline, client_of):
    row = makers.matter(hotline.world, hotline.world.province)
    makers.call(hotline.world, hotline.world.province, case=row.case, recording="REC-77")
    page = client_of(hotline.agent).get(f"/casework/cases/{row.case.number}/").content.decode()
    assert "REC-77" in page
    assert "集体事项提示" in page
    paper = makers.petition(hotline.world, hotline.world.province, mobile="13805510008")
    page = client_of(hotline.agent).get(f"/casework/cases/{paper.case.number}/").content.decode()
    assert "送达和复查" in page
