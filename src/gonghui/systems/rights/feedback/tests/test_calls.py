"""The telephone: events in any order, writing while talking, shifts, records, the seam."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from gonghui.engines.casework.actions import intake
from gonghui.engines.casework.models import Intake
from gonghui.engines.casework.walls import everywhere
from gonghui.kernel.access.models import Grant
from gonghui.kernel.access.roles import HANDLER
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.notify.models import Todo
from gonghui.systems.rights.feedback.actions import calls, shifts
from gonghui.systems.rights.feedback.actions.kinds import HOTLINE
from gonghui.systems.rights.feedback.models import Call, CallEvent
from gonghui.systems.rights.feedback.queries import duty
from gonghui.systems.rights.feedback.queries import hotline as queries
from gonghui.systems.rights.feedback.rules.records import COLUMNS
from gonghui.systems.rights.feedback.tests import makers
from gonghui.systems.rights.feedback.views import seams

pytestmark = pytest.mark.django_db
NUMBER = "13805517777"
BEGAN = timezone.now() - timedelta(minutes=10)


def heard(kind, after, call="K1", **facts):
    at = BEGAN + timedelta(seconds=after)
    return calls.Heard(call, f"{call}:{kind}:{after}", kind, at, **facts)


def the_call(key="K1"):
    with everywhere():
        return Call.objects.unscoped("test").get(key=key)


class TestEvents:
    def test_backwards_and_twice_is_one_call(self, hotline):
        events = [
            heard("hung_up", 60),
            heard("answered", 5, agent="801"),
            heard("ringing", 0, number=NUMBER),
        ]
        assert sum(calls.hear([event]) for event in events) == 3
        assert calls.hear(events) == 0
        call = the_call()
        assert (call.state, call.waited, call.talked) == ("ended", 5, 55)
        assert call.number.reveal() == NUMBER
        assert CallEvent.objects.count() == 3

    def test_a_missed_call_waits_to_be_returned(self, hotline):
        calls.hear([heard("ringing", 0, number=NUMBER), heard("hung_up", 30)])
        todo = Todo.objects.get(kind="feedback.missed", done_at=None)
        assert NUMBER not in todo.title
        calls.call_back(the_call(), by=hotline.agent)
        assert not Todo.objects.filter(kind="feedback.missed", done_at=None).exists()
        with pytest.raises(Conflict):
            calls.call_back(the_call(), by=hotline.agent)

    def test_it_is_returned_after_it_was_taken_down(self, hotline, client_of):
        calls.hear([heard("ringing", 0, number=NUMBER), heard("hung_up", 30)])
        said = intake.Said("欠薪", "拖欠三个月工资", "phone", name="赵六", mobile=NUMBER)
        calls.take_down(the_call(), HOTLINE, said, by=hotline.agent)
        desk, address = client_of(hotline.agent), f"/hotline/calls/{the_call().pk}/"
        assert ">已回拨</button>" in desk.get(address).content.decode()
        desk.post(f"{address}returned/")
        assert not Todo.objects.filter(kind="feedback.missed", done_at=None).exists()

    def test_a_late_answer_takes_the_to_do_back(self, hotline):
        calls.hear([heard("ringing", 0), heard("hung_up", 30)])
        calls.hear([heard("answered", 5, agent="801")])
        assert the_call().state == "ended"
        assert not Todo.objects.filter(kind="feedback.missed", done_at=None).exists()

    def test_what_the_switch_forgot_is_given_up(self, hotline):
        calls.hear([heard("ringing", -6 * 3600)])
        assert calls.give_up() == 1
        assert the_call().state == "unknown"


class TestWhileTalking:
    def test_taken_down_once(self, hotline):
        calls.hear([heard("ringing", 0, number=NUMBER), heard("answered", 5, agent="801")])
        said = intake.Said("欠薪", "拖欠三个月工资", "phone", name="赵六", mobile=NUMBER)
        got = calls.take_down(the_call(), HOTLINE, said, by=hotline.agent)
        assert the_call().case_id == got.case.pk
        with pytest.raises(Conflict):
            calls.take_down(the_call(), HOTLINE, said, by=hotline.agent)
        found = queries.caller(NUMBER, hotline.agent)
        assert [row.pk for row in found.intakes] == [got.intake.pk]

    def test_not_by_another_union(self, hotline):
        calls.hear([heard("ringing", 0, number=NUMBER)])
        with pytest.raises(Forbidden):
            queries.call(the_call().pk, hotline.handler)

    def test_the_page_shows_script_and_form(self, hotline, client_of):
        calls.hear([heard("ringing", 0, number=NUMBER)])
        shifts.write(
            hotline.world.province,
            by=hotline.chief,
            title="通用",
            opening="您好，12351。",
            questions="您是哪个单位的",
        )
        page = client_of(hotline.agent).get(f"/hotline/calls/{the_call().pk}/")
        text = page.content.decode()
        assert page.status_code == 200
        assert "您是哪个单位的" in text
        assert "边听边记" in text

    def test_a_transcript_names_nobody_once_it_is_a_case(self, hotline, client_of):
        calls.hear([heard("ringing", 0, number=NUMBER), heard("answered", 2, agent="801")])
        calls.transcribe(the_call(), by=hotline.agent, text=f"我是赵六六，电话{NUMBER}，欠薪")
        said = intake.Said("欠薪", "拖欠三个月工资", "phone", name="赵六六", mobile=NUMBER)
        calls.take_down(the_call(), HOTLINE, said, by=hotline.agent)
        page = client_of(hotline.agent).get(f"/hotline/calls/{the_call().pk}/").content.decode()
        assert "欠薪" in page
        assert "赵六六" not in page and NUMBER not in page

    def test_the_desk_lists_no_call_about_the_own_unit(self, hotline):
        world = hotline.world
        both = world.actor("兼任", (HANDLER, world.province), (HANDLER, world.factory))
        about = makers.matter(world, world.province, respondent=world.factory)
        hidden = [
            makers.call(world, world.province, case=about.case, state=state)
            for state in ("talking", "missed")
        ]
        assert queries.live(both) == queries.missed(both) == []
        assert [*queries.live(hotline.agent), *queries.missed(hotline.agent)] == hidden

    def test_transcript_is_sealed(self, hotline):
        calls.hear([heard("ringing", 0), heard("answered", 2, agent="801")])
        calls.transcribe(the_call(), by=hotline.agent, text="我姓赵")
        assert the_call().transcript.reveal() == "我姓赵"


class TestShifts:
    def plan(self, hotline, seat="801", start=0, **facts):
        now = timezone.now() + timedelta(hours=start)
        return shifts.plan(
            hotline.world.province,
            by=hotline.chief,
            user_id=facts.get("user_id", hotline.agent.user_id),
            seat=seat,
            starts_at=now - timedelta(hours=1),
            ends_at=now + timedelta(hours=7),
        )

    def test_on_shift_now(self, hotline):
        shift = self.plan(hotline)
        assert duty.on_shift() == [shift]
        shifts.cancel(shift, by=hotline.chief, reason="调班")
        assert duty.on_shift() == []

    def test_seats_of_another_city_are_not_shown(self, hotline):
        world, now = hotline.world, timezone.now()
        span = {"starts_at": now - timedelta(hours=1), "ends_at": now + timedelta(hours=1)}
        for seat, union in (("1", world.province), ("2", world.hefei), ("3", world.wuhu)):
            makers.shift(world, union, seat=seat, **span)
        assert [item.seat for item in queries.now(hotline.handler).on_shift] == ["1", "2"]
        assert [item.seat for item in queries.now(hotline.agent).on_shift] == ["1", "2", "3"]

    def test_not_who_held_a_post_once(self, hotline):
        Grant.objects.unscoped("test").filter(user_id=hotline.agent.user_id).update(
            ended_at=timezone.now()
        )
        with pytest.raises(Refusal, match="岗位"):
            self.plan(hotline)

    @pytest.mark.parametrize("year", [1, 9999])
    def test_not_in_a_year_no_calendar_has(self, hotline, year):
        start = timezone.make_aware(datetime(year, 6, 1))
        with pytest.raises(Refusal, match="一年以内"):
            shifts.plan(
                hotline.world.province,
                by=hotline.chief,
                user_id=hotline.agent.user_id,
                seat="801",
                starts_at=start,
                ends_at=start + timedelta(hours=8),
            )

    def test_nobody_sits_twice(self, hotline):
        self.plan(hotline)
        with pytest.raises(Conflict):
            self.plan(hotline, seat="802", start=2)

    def test_only_who_may_take_calls(self, hotline):
        with pytest.raises(Refusal, match="岗位"):
            self.plan(hotline, user_id=hotline.handler.user_id)


class TestRecords:
    LINE = "X1,13805510001,2026-11-20 09:00:00,2026-11-20 09:00:08,2026-11-20 09:03:00,801,R1"

    def test_brought_in_once(self, hotline):
        text = f"{','.join(COLUMNS)}\n{self.LINE}"
        calls.bring_in(hotline.world.province, by=hotline.chief, text=text)
        calls.bring_in(hotline.world.province, by=hotline.chief, text=text)
        call = the_call("X1")
        assert (call.state, call.recording, call.imported) == ("ended", "R1", True)

    def test_a_fault_keeps_all_out(self, hotline):
        text = f"{','.join(COLUMNS)}\n{self.LINE}\nX2,1,,,,,"
        with pytest.raises(Refusal, match="第 3 行"):
            calls.bring_in(hotline.world.province, by=hotline.chief, text=text)
        with everywhere():
            assert not Call.objects.unscoped("test").exists()


class TestSeam:
    def post(self, client, body, key="k" * 20):
        return client.post(
            "/feedback/switch/events",
            body,
            content_type="application/json",
            headers={"X-Signature": seams.signature(body.encode(), key)},
        )

    def body(self):
        event = {
            "call": "S1",
            "key": "S1-1",
            "kind": "ringing",
            "at": timezone.now().isoformat(),
            "number": NUMBER,
        }
        return json.dumps({"events": [event]})

    def test_signed_events_are_taken(self, hotline, client, monkeypatch):
        monkeypatch.setattr(seams, "SWITCH_KEY", SimpleNamespace(value=lambda: "k" * 20))
        answer = self.post(client, self.body())
        assert answer.json() == {"new": 1}
        assert self.post(client, self.body(), "wrong").status_code == 403

    @pytest.mark.parametrize(
        "at", ["0001-01-01T00:00:00", "9999-12-31T23:59:59", "9999-12-31T23:59:59-12:00", "昨天"]
    )
    def test_a_clock_that_is_wrong_is_refused(self, hotline, client, monkeypatch, at):
        monkeypatch.setattr(seams, "SWITCH_KEY", SimpleNamespace(value=lambda: "k" * 20))
        event = {"call": "S1", "key": "S1-1", "kind": "ringing", "at": at}
        assert self.post(client, json.dumps({"events": [event]})).status_code == 422

    def test_a_message_that_cannot_be_taken_keeps_no_other_out(self, hotline, client, monkeypatch):
        monkeypatch.setattr(seams, "CHANNEL_KEY", SimpleNamespace(value=lambda: "k" * 20))
        given = [
            {"source": "wechat", "key": "1", "sender": "甲", "text": ""},
            {"source": "wechat", "key": None, "sender": "乙", "text": "拖欠三个月工资"},
            {"source": "wechat", "key": "2", "sender": "丙", "text": "没有发高温津贴"},
        ]
        body = json.dumps({"messages": given})
        answer = client.post(
            "/feedback/channels",
            body,
            content_type="application/json",
            headers={"X-Signature": seams.signature(body.encode(), "k" * 20)},
        )
        taken = answer.json()["taken"]
        assert ["refused" in item for item in taken] == [True, True, False]
        with everywhere():
            assert Intake.objects.unscoped("test").get().number == taken[2]["number"]

    def test_without_a_key_nothing_is_taken(self, hotline, client):
        assert self.post(client, self.body(), "").status_code == 403
