"""Opinions on drafts and questionnaires."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gonghui.kernel.access.actor import ANONYMOUS
from gonghui.kernel.audit.models import Entry
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.notify import timeline
from gonghui.kernel.notify.models import Todo
from gonghui.systems.rights.feedback.actions import consulting, surveys
from gonghui.systems.rights.feedback.models import Opinion, Sheet
from gonghui.systems.rights.feedback.queries import surveys as queries
from gonghui.systems.rights.feedback.tests import makers
from gonghui.systems.rights.feedback.views import reports

pytestmark = pytest.mark.django_db
DRAFT = "第一条 为了规范疗休养。\n第二条 每年一次。"


def in_days(count):
    return timezone.localdate() + timedelta(days=count)


@pytest.fixture
def draft(hotline):
    return consulting.draft(
        hotline.world.province,
        by=hotline.agent,
        title="疗休养办法",
        intro="说明",
        text=DRAFT,
        closes_on=in_days(10),
        questions="您认为几天合适？",
    )


class TestConsultation:
    def test_from_draft_to_adoption(self, hotline, draft):
        draft = consulting.open_up(draft, by=hotline.chief)
        second = draft.provisions.get(mark="第二条")
        opinion = consulting.opine(
            draft, by=hotline.worker, stance="amend", text="改为每两年一次", provision=second.pk
        )
        consulting.opine(draft, by=ANONYMOUS, stance="agree")
        draft.refresh_from_db()
        assert draft.opinions_count == 2
        draft.closes_on = in_days(-1)
        draft.save()
        draft = consulting.close(draft, by=hotline.agent)
        with pytest.raises(Conflict, match="没有归入"):
            consulting.publish(draft, by=hotline.chief, summary="共两条")
        consulting.respond(
            draft,
            by=hotline.agent,
            summary="放宽周期",
            verdict="rejected",
            reason="与现行经费标准不符",
            opinions=[opinion.pk],
        )
        consulting.publish(draft, by=hotline.chief, summary="共两条")
        lines = timeline.lines(hotline.worker.person_id)
        assert any(line.title == "采纳情况已公布" for line in lines)

    def test_opinions_on_several_articles_are_answered_beside_the_whole(self, hotline, draft):
        draft = consulting.open_up(draft, by=hotline.chief)
        parts = list(draft.provisions.all())[:2]
        given = [
            consulting.opine(draft, by=ANONYMOUS, stance="amend", text="放宽", provision=part.pk)
            for part in (parts[0], parts[1], parts[1])
        ]
        told = {"by": hotline.agent, "summary": "放宽", "verdict": "adopted"}
        over = consulting.respond(draft, opinions=[given[0].pk, given[1].pk], **told)
        one = consulting.respond(draft, opinions=[given[2].pk], **told)
        assert (over.provision_id, one.provision_id) == (None, parts[1].pk)

    def test_danger_in_an_opinion_shows_telephones(self, hotline, draft, client):
        consulting.open_up(draft, by=hotline.chief)
        given = {"stance": "oppose", "text": "再这样我就不想活了", "key": str(uuid4())}
        address = f"/feedback/consultations/{draft.pk}/?on=all"
        assert "12356" in client.post(address, given, follow=True).content.decode()
        assert Todo.objects.filter(kind="feedback.crisis", done_at=None).exists()
        calm = {"stance": "oppose", "text": "周期太长", "key": str(uuid4())}
        assert "12356" not in client.post(address, calm, follow=True).content.decode()

    def test_an_article_nobody_wrote_is_none(self, hotline, draft, client):
        consulting.open_up(draft, by=hotline.chief)
        address = f"/feedback/consultations/{draft.pk}/"
        assert client.get(f"{address}?on={'9' * 5000}").status_code == 200

    def test_a_page_holds_so_many_opinions(self, hotline, draft, client_of, monkeypatch):
        monkeypatch.setattr(reports, "AT_ONCE", 2)
        draft = consulting.open_up(draft, by=hotline.chief)
        for words in ("意见甲", "意见乙", "意见丙"):
            consulting.opine(draft, by=ANONYMOUS, stance="amend", text=words)
        desk, address = client_of(hotline.agent), f"/hotline/consultations/{draft.pk}/"
        page = desk.get(address).content.decode()
        assert "意见乙" in page and "意见丙" not in page
        assert "还有 1 条" in page
        given = {"summary": "甲", "verdict": "adopted", "opinion": ["9" * 5000, "9" * 18]}
        assert desk.post(address, given).status_code == 409

    def test_one_press_too_many_is_one_opinion(self, hotline, draft):
        draft = consulting.open_up(draft, by=hotline.chief)
        key = uuid4()
        for _ in range(2):
            consulting.opine(draft, by=ANONYMOUS, stance="oppose", text="不同意", key=key)
        assert Opinion.objects.count() == 1

    def test_who_drafted_does_not_open(self, hotline, draft):
        draft.author_id = hotline.chief.user_id
        draft.save()
        with pytest.raises(Refusal, match="自己起草"):
            consulting.open_up(draft, by=hotline.chief)

    def test_not_after_the_time(self, hotline, draft):
        draft = consulting.open_up(draft, by=hotline.chief)
        draft.closes_on = in_days(-1)
        draft.save()
        with pytest.raises(Conflict):
            consulting.opine(draft, by=ANONYMOUS, stance="agree")

    def test_the_audit_knows_nobody(self, hotline, draft):
        draft = consulting.open_up(draft, by=hotline.chief)
        consulting.opine(draft, by=hotline.worker, stance="oppose", text="不同意这一条")
        entry = Entry.objects.filter(action="consultations.opine").latest("pk")
        assert entry.actor_name == "职工"
        assert "不同意" not in str(entry.changes)

    def test_everybody_reads_it(self, hotline, draft, client):
        assert client.get(f"/feedback/consultations/{draft.pk}/").status_code == 404
        consulting.open_up(draft, by=hotline.chief)
        page = client.get(f"/feedback/consultations/{draft.pk}/")
        assert "第二条" in page.content.decode()


SURVEY = "[单选] 行业\n- 制造业\n- 建筑业\n[打分] 满意吗"


def opened(hotline, union=None, **facts):
    made = surveys.draft(
        union or hotline.world.province,
        by=facts.pop("by", hotline.agent),
        title="满意度",
        questions=SURVEY,
        closes_on=in_days(5),
        **facts,
    )
    return surveys.open_up(made, by=hotline.chief)


class TestSurvey:
    GIVEN = {"q1": "制造业", "q2": "5"}

    def test_once_for_each_and_nobody_known(self, hotline):
        survey = opened(hotline)
        surveys.answer(survey, by=hotline.worker, given=self.GIVEN)
        with pytest.raises(Conflict, match="已经填写"):
            surveys.answer(survey, by=hotline.worker, given=self.GIVEN)
        sheet = Sheet.objects.get()
        assert (sheet.person_id, sheet.at) == (None, None)
        entry = Entry.objects.filter(action="surveys.answer").latest("pk")
        assert entry.actor_name == "问卷填写人"

    def test_once_over_a_change_of_keys(self, hotline, monkeypatch):
        survey = opened(hotline)
        surveys.answer(survey, by=hotline.worker, given=self.GIVEN)
        before = surveys.tokens_of(survey, hotline.worker.person_id)
        monkeypatch.setattr(surveys, "tokens_of", lambda *given: [b"n" * 32, *before])
        with pytest.raises(Conflict, match="已经填写"):
            surveys.answer(survey, by=hotline.worker, given=self.GIVEN)
        assert Sheet.objects.count() == 1

    def test_the_list_asks_as_much_for_many_as_for_one(self, hotline, django_assert_num_queries):
        world = hotline.world
        own = [makers.survey(world, world.hefei, state="open")]
        with CaptureQueriesContext(connection) as one:
            assert queries.open_to(hotline.worker) == own
        own += [makers.survey(world, union, state="open") for union in (world.province,) * 3]
        makers.survey(world, world.wuhu, state="open")
        with django_assert_num_queries(len(one)):
            found = queries.open_to(hotline.worker)
        assert {item.pk for item in found} == {item.pk for item in own}
        assert {item.pk for item in queries.open_to(ANONYMOUS)} == {item.pk for item in own[1:]}

    def test_sheets_taken_out_are_logged_and_no_formula(self, hotline, client_of):
        survey = makers.survey(hotline.world, hotline.world.province, state="open", anonymous=False)
        survey.questions.update(title='=HYPERLINK("http://x")')
        surveys.answer(survey, by=hotline.worker, given={"q1": "4"})
        address = f"/hotline/surveys/{survey.pk}/export/"
        chief = client_of(hotline.chief)
        assert chief.get(address).status_code == 405
        assert client_of(hotline.agent).post(address).status_code == 403
        assert not Entry.objects.filter(action="survey-sheets.export").exists()
        text = chief.post(address).content.decode()
        assert "'=HYPERLINK" in text
        entry = Entry.objects.get(action="survey-sheets.export")
        assert (entry.actor_name, entry.target_label) == ("省审批", "问卷答卷 1 行")

    def test_by_name_where_declared(self, hotline):
        survey = opened(hotline, anonymous=False)
        surveys.answer(survey, by=hotline.worker, given=self.GIVEN)
        assert Sheet.objects.get().person_id == hotline.worker.person_id
        assert queries.results(survey)

    def test_few_sheets_show_nothing(self, hotline):
        survey = opened(hotline)
        surveys.answer(survey, by=hotline.worker, given=self.GIVEN)
        assert queries.results(survey) == []

    def test_only_whom_it_asks(self, hotline):
        survey = opened(hotline, hotline.world.wuhu)
        with pytest.raises(Forbidden, match="所在单位"):
            surveys.answer(survey, by=hotline.worker, given=self.GIVEN)

    def test_not_opened_by_who_wrote_it(self, hotline):
        made = surveys.draft(
            hotline.world.province,
            by=hotline.agent,
            title="甲",
            questions=SURVEY,
            closes_on=in_days(5),
        )
        made.author_id = hotline.chief.user_id
        made.save()
        with pytest.raises(Refusal, match="自己编写"):
            surveys.open_up(made, by=hotline.chief)
