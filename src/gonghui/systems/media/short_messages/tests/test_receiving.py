"""Texts of people: commands, takers, danger, answers."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from gonghui.kernel.access.roles import HANDLER
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.notify import replies
from gonghui.kernel.notify.models import Message as Inbox
from gonghui.kernel.notify.models import Todo
from gonghui.systems.media.short_messages.actions import receiving
from gonghui.systems.media.short_messages.actions.receiving import Arrived
from gonghui.systems.media.short_messages.models import Consent, Incoming, IncomingPart, Message
from gonghui.systems.media.short_messages.models.phones import index_of
from gonghui.systems.media.short_messages.queries import reach
from gonghui.systems.media.short_messages.rules import crisis
from gonghui.systems.media.short_messages.rules.segments import Header
from gonghui.systems.media.short_messages.tests import makers

pytestmark = pytest.mark.django_db
MOBILE = makers.MOBILE


@pytest.fixture
def route(office):
    return makers.route(office.world, office.union)


@pytest.fixture
def registered():
    """Register under codes that are forgotten after the test."""
    used = []

    def add(code):
        used.append(code)
        return code

    yield add
    for code in used:
        replies.forget(code)


def came(route, text, mobile=MOBILE, key="", **facts):
    pks = receiving.take_in(route, [Arrived(mobile, "12351", text, key, **facts)])
    for pk in pks:
        receiving.handle(pk)
    return [Incoming.objects.unscoped("test").get(pk=pk) for pk in pks]


def answers():
    rows = Message.objects.unscoped("test").filter(category="reply").order_by("id")
    return [row.text.reveal() for row in rows]


@pytest.mark.parametrize("said", ["TD", "t", "退订"])
def test_a_refusal_is_kept_and_answered_once(route, said):
    (found,) = came(route, said)
    assert found.state == "command"
    row = Consent.objects.unscoped("test").get()
    assert (row.given, row.channel, row.by) == (False, "sms", "本人")
    assert "已为您退订" in answers()[0]
    mark = index_of(MOBILE)
    assert reach.why_not("notice", reach.standings([mark], "notice")[mark]) == "refused"
    receiving.handle(found.pk)
    assert Consent.objects.unscoped("test").count() == 1


def test_a_number_the_carrier_gives_again_is_another_text(route):
    came(route, "你好", key="7")
    assert came(route, "你好", key="7") == []
    Incoming.objects.unscoped("test").update(received_at=timezone.now() - timedelta(days=370))
    (found,) = came(route, "还在吗", key="7")
    assert found.text.reveal() == "还在吗"
    assert came(route, "还在吗", key="7") == []


def test_an_answer_lies_with_the_county_that_asked_and_danger_with_the_province(route, office):
    county = office.world.shushan
    makers.message(office.world, county, MOBILE)
    (found,) = came(route, "报名参加")
    assert found.union == county
    assert Todo.objects.get(target_type="short_messages.incoming").union_id == county.pk
    (alarming,) = came(route, "我不想活了")
    assert (alarming.union, bool(alarming.alarm)) == (office.world.province, True)
    (unasked,) = came(route, "请问怎么入会", mobile="13855510000")
    assert unasked.union == office.world.province


def test_coming_back_undoes_a_refusal(route):
    came(route, "TD")
    came(route, "HF")
    mark = index_of(MOBILE)
    assert reach.why_not("notice", reach.standings([mark], "notice")[mark]) == ""


def test_a_survey_takes_its_answer_and_others_go_on(route, office, registered):
    def survey(reply):
        if reply.purpose == "survey:7" and reply.text in {"1", "2", "3"}:
            return replies.Taken("survey/7", "谢谢您的评价。")
        return None

    replies.register(registered("test-survey"), "满意度调查", survey, order=10)
    makers.message(office.world, office.union, purpose="survey:7", state="delivered")
    (found,) = came(route, "1")
    assert (found.state, found.taken_by, found.reference) == ("taken", "满意度调查", "survey/7")
    assert answers() == ["【安徽工会】谢谢您的评价。"]
    (other,) = came(route, "我要咨询工伤")
    assert other.state == "open"
    assert Todo.objects.filter(kind="short-replies.answer", done_at=None).count() == 1


def test_danger_reaches_people_in_the_same_step_and_gets_fixed_words(route, office, registered):
    reached = []
    replies.register_path(registered("test-path"), lambda reply, why: reached.append(why))
    replies.register(
        registered("test-bot"), "机器人", lambda reply: replies.Taken("bot", "生成的回答")
    )
    pks = receiving.take_in(route, [Arrived(MOBILE, "12351", "我 真的 不想活 了")])
    # Before any job has run.
    assert reached == ["不想活"]
    todo = Todo.objects.get(kind="short-replies.alarm", done_at=None)
    assert todo.due_at is not None
    people = set(Inbox.objects.values_list("recipient_user_id", flat=True))
    assert {office.writer.user_id, office.approver.user_id} <= people
    assert answers() == [f"【安徽工会】{crisis.ANSWER}"]
    receiving.handle(pks[0])
    assert len(answers()) == 1
    found = Incoming.objects.unscoped("test").get()
    with pytest.raises(Refusal, match="怎样联系"):
        receiving.settle_alarm(found, by=office.writer, reached=True, text="好")
    settled = receiving.settle_alarm(
        found, by=office.writer, reached=True, text="已电话联系本人，情绪平稳，转心理援助。"
    )
    assert settled.alarm_by == office.writer.name
    assert not Todo.objects.filter(kind="short-replies.alarm", done_at=None).exists()
    with pytest.raises(Conflict):
        receiving.settle_alarm(found, by=office.approver, reached=True, text="再次联系本人。")


def test_a_watch_that_fails_hides_nothing(route, registered):
    def broken(text):
        raise RuntimeError("the engine is down")

    replies.register_watch(registered("test-a"), broken)
    replies.register_watch(registered("test-b"), lambda text: "求助" if "帮帮我" in text else "")
    assert came(route, "帮帮我")[0].alarm == "求助"
    assert came(route, "遗书写好了")[0].alarm == "遗书"


def test_a_path_that_fails_does_not_lose_the_text(route, registered):
    def broken(reply, why):
        raise RuntimeError("no such path")

    replies.register_path(registered("test-path"), broken)
    assert came(route, "我要自杀")[0].alarm == "自杀"
    assert Todo.objects.filter(kind="short-replies.alarm").exists()


def test_the_carriers_repetition_is_one_text(route):
    assert len(came(route, "你好", key="77")) == 1
    assert came(route, "你好", key="77") == []
    assert len(came(route, "在吗")) == 1
    assert came(route, "在吗") == []


def test_parts_in_any_order_are_one_text_and_missing_ones_are_told(route, monkeypatch):
    assert came(route, "后半", header=Header(5, 2, 2)) == []
    (whole,) = came(route, "前半", header=Header(5, 2, 1))
    assert (whole.text.reveal(), whole.incomplete) == ("前半后半", False)
    came(route, "只有一半", header=Header(6, 2, 1))
    assert receiving.give_up_parts() == []
    monkeypatch.setattr(receiving, "WHOLE_AFTER", -receiving.WHOLE_AFTER)
    (pk,) = receiving.give_up_parts()
    assert Incoming.objects.unscoped("test").get(pk=pk).incomplete
    assert not IncomingPart.objects.exists()


def test_a_person_answers_what_nobody_takes(route, office):
    (found,) = came(route, "请问怎么入会")
    done = receiving.answer(found, by=office.writer, text="可在服务大厅网上申请入会。")
    assert (done.state, done.handled_by) == ("done", office.writer.name)
    assert answers()[-1] == "【安徽工会】可在服务大厅网上申请入会。"
    assert not Todo.objects.filter(kind="short-replies.answer", done_at=None).exists()
    with pytest.raises(Conflict):
        receiving.close(found, by=office.writer, reason="重复")


def test_another_county_sees_no_texts(route, office):
    (found,) = came(route, "请问怎么入会")
    other = office.world.actor("镜湖经办", (HANDLER, office.world.jinghu))
    with pytest.raises(Forbidden):
        receiving.answer(found, by=other, text="您好")


def test_danger_in_a_part_does_not_wait_for_the_others(route):
    assert came(route, "我欠了很多钱，真的不想活了，", header=Header(9, 3, 1)) == []
    (pk,) = receiving.give_up_parts()
    found = Incoming.objects.unscoped("test").get(pk=pk)
    assert (found.alarm, found.incomplete) == ("不想活", True)
    assert Todo.objects.filter(kind="short-replies.alarm", done_at=None).count() == 1


@pytest.mark.parametrize("said", ["TD", "td。", "退订", "HF"])
def test_no_watch_alarms_on_a_command(route, registered, said):
    replies.register_watch(registered("test-anxious"), lambda text: "危急")
    (found,) = came(route, said)
    assert (found.state, found.alarm) == ("command", "")
    assert not Todo.objects.filter(kind="short-replies.alarm").exists()


def test_danger_at_night_is_answered_at_once(route, monkeypatch):
    from django.utils import timezone

    night = timezone.make_aware(timezone.datetime(2026, 11, 20, 3, 5))
    monkeypatch.setattr(timezone, "now", lambda: night)
    came(route, "不想活了")
    row = Message.objects.unscoped("test").get(category="reply")
    assert (row.urgent, row.send_after) == (True, night)


def test_danger_from_a_number_in_the_blacklist_reaches_people_all_the_same(route, office):
    makers.black(office.world, office.union, MOBILE)
    (found,) = came(route, "不想活了")
    assert found.alarm and Todo.objects.filter(kind="short-replies.alarm").exists()


@pytest.mark.parametrize("error", [Refusal("今天的来件太多。"), RuntimeError("broken")])
def test_a_text_its_taker_refuses_or_fails_on_waits_for_a_person(route, registered, error):
    def take(reply):
        raise error

    replies.register(registered("test-taker"), "来件", take, order=1)
    (found,) = came(route, "我要反映欠薪")
    assert found.state == "open"
    assert Todo.objects.filter(kind="short-replies.answer", done_at=None).count() == 1


def test_a_text_is_offered_again_after_a_lost_connection(route, registered):
    def take(reply):
        raise OperationalError("gone")

    replies.register(registered("test-taker"), "来件", take, order=1)
    with pytest.raises(OperationalError):
        came(route, "我要反映欠薪")
    assert Incoming.objects.unscoped("test").get().state == "new"


@pytest.mark.parametrize("said", ["你好", "TD"])
def test_a_sender_with_a_number_longer_than_a_phones_is_kept(route, said):
    (found,) = came(route, said, mobile="106575551235110657555123511065755")
    assert found.mobile.reveal() == "106575551235110657555123511065755"
    assert (len(found.mobile_mask), found.mobile_mask[-4:]) == (20, "5755")


def test_a_part_the_carrier_repeats_is_no_text_of_its_own(route, monkeypatch):
    came(route, "前半", header=Header(5, 2, 1))
    (whole,) = came(route, "后半", header=Header(5, 2, 2))
    monkeypatch.setattr(receiving, "WHOLE_AFTER", -receiving.WHOLE_AFTER)
    came(route, "后半", header=Header(5, 2, 2))
    assert receiving.give_up_parts() == []
    assert not IncomingPart.objects.exists()
    receiving.acknowledged([whole.pk])
    came(route, "后半", header=Header(5, 2, 2))
    assert len(receiving.give_up_parts()) == 1
