"""Cases of C4.5: natures, danger, alarm of many, petitions to their end, the bot."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from gonghui.engines.casework import testing
from gonghui.engines.casework.actions import after, collective, intake, knowledge, replies, work
from gonghui.engines.casework.actions.verbs import COMPLAINANT
from gonghui.engines.casework.models import Article, Intake, Phase
from gonghui.engines.casework.walls import everywhere
from gonghui.kernel.access.actor import ANONYMOUS
from gonghui.kernel.access.roles import HANDLER
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.notify import replies as texts
from gonghui.kernel.notify.models import Message, Todo
from gonghui.kernel.search import texts as registry
from gonghui.systems.rights.feedback.actions import answering, channels, petitions
from gonghui.systems.rights.feedback.actions.kinds import HOTLINE, PETITIONS
from gonghui.systems.rights.feedback.actions.matters import row_of
from gonghui.systems.rights.feedback.models import Asked, Matter, Petition
from gonghui.systems.rights.feedback.queries import papers
from gonghui.systems.rights.feedback.tests import makers

pytestmark = pytest.mark.django_db
DANGER = "再不给工资我就不想活了"
PHONE = "13805519999"


def answered(case, hotline, text="经核实，已督促单位补发。"):
    """The case worked on at its desk to its answer."""
    case = work.accept(case, by=hotline.agent, category="pay", summary="反映拖欠工资")
    case = work.take(case, by=hotline.agent)
    outcome = "supported" if case.kind == "petition" else "solved"
    replies.draft(case, by=hotline.agent, text=text, outcome=outcome)
    case.refresh_from_db()
    replies.submit(case, by=hotline.agent)
    case.refresh_from_db()
    replies.review(case, by=hotline.chief, send=True)
    case.refresh_from_db()
    return case


class TestNature:
    def test_what_was_said_is_kept_as_nature(self, hotline):
        got = testing.complaint(HOTLINE, hotline.world.province, details={"性质": "求助"})
        assert row_of(got.case).nature == "help"

    def test_the_row_follows_the_case(self, hotline):
        got = testing.complaint(HOTLINE, hotline.world.province)
        case = work.accept(got.case, by=hotline.agent, category="pay")
        work.route(case, by=hotline.agent, to=hotline.world.hefei)
        assert row_of(case).union_id == hotline.world.hefei.pk

    def test_three_difficulties_have_their_own_terms(self, hotline):
        days = {}
        for difficulty in ("common", "hard", "complex"):
            got = testing.complaint(HOTLINE, hotline.world.province)
            case = work.accept(got.case, by=hotline.agent, category="pay", difficulty=difficulty)
            days[difficulty] = case.clocks.get(code="finish").days
        assert days == {"common": 5, "hard": 15, "complex": 30}

    def test_the_answer_is_asked_after(self, hotline):
        got = testing.complaint(HOTLINE, hotline.world.province)
        case = answered(got.case, hotline)
        row = row_of(case)
        assert row.call_back_by is not None
        assert row.called_back_at is None


class TestDanger:
    def test_on_the_web_a_to_do_is_due_now(self, hotline):
        said = intake.Said(title="工资", text=DANGER, secrecy="anonymous")
        got = intake.submit(HOTLINE, hotline.world.province, said, by=ANONYMOUS)
        assert got.hint.crisis
        todo = Todo.objects.get(kind="feedback.crisis", target_id=str(got.case.pk))
        assert todo.due_at <= timezone.now()
        assert DANGER not in todo.title

    def test_only_the_desk_of_the_case_is_told(self, hotline):
        """Not another city's shift, and nobody with a post in the unit complained of."""
        world, now = hotline.world, timezone.now()
        span = {"starts_at": now - timedelta(hours=1), "ends_at": now + timedelta(hours=1)}
        both = world.user("兼任", (HANDLER, world.province), (HANDLER, world.factory))
        here, there = world.user("本台"), world.user("芜湖台")
        for union, user in ((world.province, here), (world.province, both), (world.wuhu, there)):
            makers.shift(world, union, user=user, seat=f"8{user.pk}", **span)
        testing.complaint(HOTLINE, world.province, text=DANGER, respondent=world.factory)
        told = Message.objects.filter(template="feedback.urgent")
        assert set(told.values_list("recipient_user_id", flat=True)) == {here.pk}
        testing.complaint(HOTLINE, world.province, text=DANGER, mobile="13805510003")
        assert set(told.all().values_list("recipient_user_id", flat=True)) == {here.pk, both.pk}

    def test_a_text_message_is_answered_by_fixed_words(self, hotline):
        reply = texts.Reply("m1", "13805519999", DANGER, "12351", timezone.now())
        first = channels.take_text(reply)
        again = channels.take_text(reply)
        assert "12356" in first.answer
        assert first.reference == again.reference
        assert Todo.objects.filter(kind="feedback.crisis").count() == 1

    @pytest.mark.parametrize(
        ("number", "purpose", "answers"),
        [("12351", "", ""), ("106575551", "", ""), ("12351", "batch:3", "m"), ("1", "code", "m")],
    )
    def test_a_text_in_danger_is_a_case_whatever_it_answers(
        self, hotline, number, purpose, answers
    ):
        reply = texts.Reply("m7", PHONE, DANGER, number, timezone.now(), purpose, answers)
        assert "12356" in channels.take_text(reply).answer
        assert Todo.objects.filter(kind="feedback.crisis", done_at=None).count() == 1

    def test_further_words_in_danger_call_people_again(self, hotline):
        got = testing.complaint(HOTLINE, hotline.world.province)
        assert not got.case.crisis
        intake.tell(got.intake, by=intake.CODE_HOLDER, text="请快一点办")
        assert not Todo.objects.filter(kind__in=("feedback.crisis", "case.call")).exists()
        intake.tell(got.intake, by=intake.CODE_HOLDER, text=DANGER)
        found = Todo.objects.filter(kind__in=("feedback.crisis", "case.call"), done_at=None)
        assert {todo.kind for todo in found.all()} == {"feedback.crisis", "case.call"}
        intake.tell(got.intake, by=intake.CODE_HOLDER, text="有人在吗")
        assert found.all().count() == 2, "what the complainant adds settles nothing"
        intake.ask(got.intake, by=hotline.agent, text="我们正在给您打电话")
        assert [todo.kind for todo in found.all()] == ["case.call"]

    @pytest.mark.parametrize("way", ["rate", "reopen", "withdraw"])
    def test_danger_in_the_last_words_is_heard(self, hotline, way):
        got = testing.complaint(HOTLINE, hotline.world.province)
        by = intake.CODE_HOLDER
        if way == "withdraw":
            intake.withdraw(got.intake, by=by, words=DANGER)
        else:
            answered(got.case, hotline)
            given = {"score": 1} if way == "rate" else {}
            getattr(after, way)(got.intake, by=by, words=DANGER, **given)
        assert Todo.objects.filter(kind="feedback.crisis", done_at=None).count() == 1
        assert Todo.objects.filter(kind="case.call", done_at=None).count() == 1

    def test_the_bot_hands_over_and_cites_nothing(self, hotline):
        found = answering.ask(DANGER, by=ANONYMOUS)
        assert found.version is None
        assert found.received is not None
        assert found.received.case.crisis
        with everywhere():
            assert Asked.objects.unscoped("test").get().state == "crisis"

    def test_what_waits_goes_with_the_case(self, hotline):
        got = testing.complaint(HOTLINE, hotline.world.province, text=DANGER)
        case = work.accept(got.case, by=hotline.agent, category="pay")
        work.route(case, by=hotline.agent, to=hotline.world.hefei)
        left = Todo.objects.filter(done_at=None)
        assert {todo.kind for todo in left} == {"case.take", "case.call", "feedback.crisis"}
        assert {todo.union_id for todo in left} == {hotline.world.hefei.pk}

    def test_taking_the_case_closes_the_to_do(self, hotline):
        got = testing.complaint(HOTLINE, hotline.world.province, text=DANGER)
        case = work.accept(got.case, by=hotline.agent, category="pay")
        work.take(case, by=hotline.agent)
        assert not Todo.objects.filter(kind="feedback.crisis", done_at=None).exists()


def texted(words, key, number="1065755512351", purpose="", answers="", at=None):
    at = at or timezone.now()
    return channels.take_text(texts.Reply(key, PHONE, words, number, at, purpose, answers))


class TestTexts:
    """What comes in by SMS and is not in danger."""

    def lines(self, reference):
        with everywhere():
            row = Intake.objects.unscoped("test").get(number=reference)
            return [line.text.reveal() for line in row.lines.order_by("pk")]

    def count(self):
        return Intake.objects.unscoped("test").count()

    def test_an_unsolicited_text_to_the_hotline_is_a_case_received_when_it_came(self, hotline):
        at = timezone.now() - timedelta(minutes=40)
        found = texted("单位三个月没发工资", "t1", at=at)
        row = Intake.objects.unscoped("test").get(number=found.reference)
        assert (row.channel, row.received_at) == ("sms", at)
        assert "查询码" in found.answer

    @pytest.mark.parametrize("words", ["收到，一定参加", "会议改到几点了，我请假", "满意"])
    def test_an_answer_to_a_message_of_another_purpose_is_no_case(self, hotline, words):
        assert texted(words, "t1", purpose="batch:8", answers="b8") is None
        assert self.count() == 0

    def test_thanks_and_other_numbers_are_no_case(self, hotline):
        assert texted("收到，一定参加", "t1") is None
        assert texted("单位三个月没发工资", "t2", number="1065755500000") is None
        assert self.count() == 0

    def test_a_further_text_belongs_to_the_case(self, hotline):
        first = texted("单位三个月没发工资", "t1")
        more = texted("单位在经开区，有二十个人", "t2")
        assert more.reference == first.reference
        assert self.lines(first.reference) == ["单位在经开区，有二十个人"]
        Intake.objects.unscoped("test").update(mobile_index=None)
        assert texted("车间太热没有降温", "t3").reference != first.reference

    def test_an_answer_to_a_step_of_a_case_goes_to_its_thread(self, hotline):
        got = testing.complaint(HOTLINE, hotline.world.province, mobile=PHONE)
        said = {"purpose": "casework.step", "answers": "m1"}
        assert texted("考勤表在人事那里", "t1", **said).reference == got.intake.number
        assert self.lines(got.intake.number) == ["考勤表在人事那里"]
        testing.complaint(HOTLINE, hotline.world.province, mobile=PHONE, text="食堂不干净")
        assert texted("考勤表在人事那里", "t2", **said) is None

    def test_a_person_turns_a_text_into_a_case_received_when_it_came(self, hotline):
        at = timezone.now() - timedelta(days=2)
        reply = texts.Reply("t1", PHONE, "收到。顺便问下工资", "12351", at, "batch:8", "b8")
        turner = next(item for item in texts.turns() if item.code == "feedback")
        first, again = turner.take(reply), turner.take(reply)
        assert first.reference == again.reference and self.count() == 1
        assert Intake.objects.unscoped("test").get().received_at == at


class TestMany:
    def test_leaders_hear_of_five_and_again_of_ten(self, hotline):
        got = testing.complaint(HOTLINE, hotline.world.province, people=6)
        assert row_of(got.case).alerted == 1
        other = testing.complaint(
            HOTLINE, hotline.world.province, people=5, mobile="13805510002", name="李二"
        )
        collective.join(got.case, by=hotline.agent, others=[other.case.pk])
        assert row_of(got.case).alerted == 2
        assert Todo.objects.filter(kind="feedback.alert", done_at=None).count() >= 1

    def alerts(self):
        rows = Todo.objects.filter(kind="feedback.alert", done_at=None)
        return set(rows.values_list("union_id", flat=True))

    @pytest.mark.parametrize("kind", [HOTLINE, PETITIONS])
    def test_of_very_many_the_own_leaders_and_the_union_above_hear(self, hotline, kind):
        world = hotline.world
        got = testing.complaint(kind, world.hefei, people=40)
        assert self.alerts() == {world.hefei.pk, world.province.pk}
        case = work.accept(got.case, by=hotline.handler, category="pay")
        case = work.take(case, by=hotline.handler)
        outcome = "supported" if kind is PETITIONS else "solved"
        replies.draft(case, by=hotline.handler, text="已督促补发。", outcome=outcome)
        case.refresh_from_db()
        replies.submit(case, by=hotline.handler)
        case.refresh_from_db()
        replies.review(case, by=hotline.leader, send=True)
        assert self.alerts() == set()

    @pytest.mark.parametrize("kind", [HOTLINE, PETITIONS])
    @pytest.mark.parametrize("way", ["decline", "withdraw"])
    def test_a_matter_that_ends_warns_no_more(self, hotline, kind, way):
        got = testing.complaint(kind, hotline.world.hefei, people=6)
        assert self.alerts()
        if way == "decline":
            work.decline(got.case, by=hotline.handler, reason="请向仲裁委申请", rule="某法第一条")
        else:
            intake.withdraw(got.intake, by=intake.CODE_HOLDER)
        assert not self.alerts()

    def test_what_waits_for_a_joined_case_waits_for_its_lead(self, hotline):
        lead = testing.complaint(HOTLINE, hotline.world.province)
        other = testing.complaint(
            HOTLINE, hotline.world.province, people=6, text=DANGER, mobile="13805510002"
        )
        collective.join(lead.case, by=hotline.agent, others=[other.case.pk])
        found = Todo.objects.filter(kind__in=("feedback.crisis", "feedback.alert"), done_at=None)
        assert set(found.values_list("target_id", flat=True)) == {str(lead.case.pk)}
        assert {todo.kind for todo in found} == {"feedback.crisis", "feedback.alert"}

    def test_few_are_no_alarm(self, hotline):
        got = testing.complaint(HOTLINE, hotline.world.province, people=4)
        assert row_of(got.case).alerted == 0


class TestPetition:
    def petition(self, hotline, **said):
        return testing.complaint(
            PETITIONS, hotline.world.hefei, **{"details": {"信访目的": "申诉求决"}, **said}
        )

    def worked(self, hotline):
        got = self.petition(hotline)
        with everywhere():
            case = got.case
        case = work.accept(case, by=hotline.handler, category="pay", summary="反映拖欠工资")
        case = work.take(case, by=hotline.handler)
        replies.draft(case, by=hotline.handler, text="不予支持。", outcome="unsupported")
        case.refresh_from_db()
        replies.submit(case, by=hotline.handler)
        case.refresh_from_db()
        replies.review(case, by=hotline.leader, send=True)
        case.refresh_from_db()
        return got, case, row_of(case)

    def test_papers_are_issued_with_the_steps(self, hotline):
        _, _, row = self.worked(hotline)
        assert [paper.kind for paper in row.papers.order_by("pk")] == ["accepted", "opinion"]
        paper = row.papers.get(kind="opinion")
        assert "不予支持" in paper.text.reveal()
        assert "赵明义" not in paper.text.reveal()
        assert papers.official(paper).to == (papers.NOBODY,)

    def test_statutory_clocks(self, hotline):
        got = self.petition(hotline)
        clock = got.case.clocks.get(code="accept")
        assert (clock.days, clock.unit) == (15, "calendar")
        case = work.accept(got.case, by=hotline.handler, category="pay")
        assert case.clocks.get(code="finish").days == 60

    def test_declined_with_its_paper(self, hotline):
        got = self.petition(hotline)
        work.decline(got.case, by=hotline.handler, reason="属于劳动仲裁范围，请向仲裁委申请。")
        assert row_of(got.case).papers.get().kind == "declined"

    def test_review_recheck_end(self, hotline):
        got, _, row = self.worked(hotline)
        first = petitions.ask(row, by=COMPLAINANT, intake=got.intake.pk, words="不服。")
        assert (first.stage, first.union_id) == ("review", hotline.world.province.pk)
        with pytest.raises(Conflict):
            petitions.ask(row, by=COMPLAINANT, intake=got.intake.pk, words="再来。")
        petitions.decide(first, by=hotline.chief, result="upheld", opinion="答复正确，予以维持。")
        row.refresh_from_db()
        assert row.papers.filter(kind="review").exists()
        with pytest.raises(Refusal, match="中华全国总工会"):
            petitions.ask(row, by=COMPLAINANT, intake=got.intake.pk, words="仍不服。")

    def test_not_by_who_answered(self, hotline):
        got, _, row = self.worked(hotline)
        appeal = petitions.ask(row, by=COMPLAINANT, intake=got.intake.pk, words="不服。")
        with pytest.raises(Forbidden):
            petitions.decide(appeal, by=hotline.leader, result="upheld", opinion="维持原答复。")

    def test_it_is_not_reopened(self, hotline):
        got, _, _ = self.worked(hotline)
        with pytest.raises(Refusal, match="复查"):
            after.reopen(got.intake, by=COMPLAINANT, words="不服")

    def test_too_late(self, hotline):
        _, _, row = self.worked(hotline)
        row.papers.update(delivered_on=timezone.localdate() - timedelta(days=60))
        with pytest.raises(Refusal, match="超过"):
            petitions.register(row, by=hotline.handler, words="不服", asked_on=timezone.localdate())

    def test_not_before_the_answer(self, hotline):
        _, _, row = self.worked(hotline)
        for days in (1, 4000):
            day = timezone.localdate() - timedelta(days=days)
            with pytest.raises(Refusal, match="早于答复"):
                petitions.register(row, by=hotline.handler, words="不服", asked_on=day)

    def test_danger_in_an_appeal_is_heard(self, hotline):
        got, case, row = self.worked(hotline)
        petitions.ask(row, by=COMPLAINANT, intake=got.intake.pk, words=DANGER)
        todos = Todo.objects.filter(target_id=str(case.pk), done_at=None)
        assert {"feedback.crisis", "case.call"} <= set(todos.values_list("kind", flat=True))

    def test_the_desk_above_reads_an_appeal_without_the_name(self, hotline, client_of):
        got, _, row = self.worked(hotline)
        words = "我叫赵明义，电话13805510000，不服答复。"
        appeal = petitions.ask(row, by=COMPLAINANT, intake=got.intake.pk, words=words)
        page = client_of(hotline.chief).get(f"/w/appeals/{appeal.pk}/").content.decode()
        assert "不服答复" in page
        assert "赵明义" not in page and "13805510000" not in page

    def test_unions_of_one_region_share_the_numbers(self, hotline):
        world = hotline.world
        assert world.shushan.region == world.jinggang.region
        numbers = []
        for place, union in enumerate((world.shushan, world.jinggang, world.shushan)):
            got = testing.complaint(PETITIONS, union, mobile=f"1380551001{place}")
            case = work.accept(got.case, by=hotline.handler, category="pay")
            numbers.append(row_of(case).papers.get().serial)
        assert numbers == [1, 2, 3]


class TestBot:
    def article(self, hotline):
        made = knowledge.draft(
            hotline.world.province,
            by=hotline.agent,
            title="年休假没有休怎么补偿",
            body="按日工资收入的百分之三百支付。",
            keywords="年休假 补偿",
            source="《职工带薪年休假条例》第五条",
            expires_on=timezone.localdate() + timedelta(days=300),
            open_to_workers=True,
        )
        knowledge.submit(made, by=hotline.agent)
        made.refresh_from_db()
        knowledge.publish(made, by=hotline.chief)
        made.refresh_from_db()
        return made

    def test_an_approved_article_is_cited(self, hotline):
        article = self.article(hotline)
        found = answering.ask("年休假没休，单位怎么补偿？", by=ANONYMOUS)
        assert found.version.article_id == article.pk
        assert found.asked.state == "answered"

    def test_outside_of_it_a_person_answers(self, hotline):
        self.article(hotline)
        found = answering.ask("今天股票会涨吗", by=ANONYMOUS)
        assert (found.version, found.asked.state) == (None, "handed")

    def test_what_an_engine_says_must_be_in_force(self, hotline):
        article = self.article(hotline)
        version = article.versions.get()
        registry.register_answerer(
            "test", "测试", lambda question, kind: registry.Approved(version.pk, 0.99)
        )
        try:
            assert answering.ask("随便问", by=ANONYMOUS).version == version
            with everywhere():
                Article.objects.unscoped("test").update(
                    expires_on=timezone.localdate() - timedelta(days=1)
                )
            assert answering.ask("随便问", by=ANONYMOUS).version is None
        finally:
            registry.forget("test")


class TestTheUnitComplainedOf:
    def test_sees_nothing_in_the_registers(self, hotline, client_of):
        factory = hotline.world.factory
        got = testing.complaint(HOTLINE, factory, respondent=factory)
        assert got.case.union_id != factory.pk
        scope = hotline.accused.scope(HOTLINE.permissions.view)
        assert not Matter.objects.within(scope).exists()
        assert not Petition.objects.within(scope).exists()
        assert got.case.phase == Phase.RECEIVED
        page = client_of(hotline.accused).get(f"/w/hotline/{row_of(got.case).pk}/")
        assert page.status_code in (403, 404)
        assert "赵明义" not in page.content.decode()
