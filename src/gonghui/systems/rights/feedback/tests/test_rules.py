"""Calls, records, petitions, consultations, questionnaires, danger: their rules."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.base.workdays import add_workdays
from gonghui.systems.rights.feedback.rules import (
    alerts,
    answering,
    calls,
    consulting,
    crisis,
    incoming,
    petitions,
    records,
    surveys,
    topics,
)

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def event(kind, after, agent="", recording="", key=""):
    return calls.Event(
        key or f"{kind}{after}", kind, AT + timedelta(seconds=after), agent, recording
    )


WHOLE = [
    event("ringing", 0),
    event("answered", 12, "801"),
    event("held", 30),
    event("resumed", 50),
    event("transferred", 60, "805"),
    event("hung_up", 100),
    event("recorded", 105, recording="R1"),
]


class TestCalls:
    def test_a_whole_call(self):
        told = calls.tell(WHOLE)
        assert told.state == calls.ENDED
        assert (told.waited, told.held, told.talked, told.transfers) == (12, 20, 68, 1)
        assert (told.agent, told.recording) == ("805", "R1")

    @given(st.permutations(WHOLE), st.lists(st.sampled_from(WHOLE)))
    def test_order_and_doubles_change_nothing(self, shuffled, doubled):
        assert calls.tell([*shuffled, *doubled]) == calls.tell(WHOLE)

    @given(st.sets(st.sampled_from(range(len(WHOLE))), min_size=1))
    def test_any_part_makes_a_call_without_negative_times(self, kept):
        told = calls.tell([WHOLE[place] for place in kept])
        assert min(told.waited, told.held, told.talked) >= 0
        assert told.state in calls.STATES
        if told.answered_at and told.ended_at:
            assert told.answered_at <= told.ended_at

    def test_a_lost_hang_up_is_told_by_the_recording(self):
        told = calls.tell([WHOLE[0], WHOLE[1], WHOLE[6]])
        assert told.state == calls.ENDED
        assert told.ended_at == WHOLE[6].at

    def test_nobody_answered(self):
        told = calls.tell([WHOLE[0], WHOLE[5]])
        assert told.state == calls.MISSED
        assert (told.waited, told.talked) == (100, 0)

    def test_on_hold_now(self):
        assert calls.tell(WHOLE[:3]).state == calls.HOLDING
        assert calls.tell(WHOLE[:4]).state == calls.TALKING

    def test_without_events_there_is_no_call(self):
        with pytest.raises(ValueError):
            calls.tell([])

    def test_figures(self):
        found = calls.figures(
            [("ended", 10, 60), ("ended", 30, 120), ("missed", 40, 0), ("talking", 1, 1)], 20
        )
        assert (found.calls, found.answered, found.missed) == (3, 2, 1)
        assert (found.on_time, found.mean_wait, found.mean_talk) == (33, 20, 90)
        assert calls.figures([], 20).on_time is None


HEAD = ",".join(records.COLUMNS)
LINE = "A1,13800000001,2026-11-20 09:00:00,2026-11-20 09:00:10,2026-11-20 09:05:00,801,R1"


class TestRecords:
    def test_read(self):
        found, faults = records.read(f"\ufeff{HEAD}\n{LINE}\n\n")
        assert not faults
        assert (found[0].key, found[0].agent, found[0].recording) == ("A1", "801", "R1")

    @pytest.mark.parametrize(
        "line",
        [
            "A1,1,2026-11-20 09:00:00,,2026-11-20 09:05:00,801,",
            "A1,13800000001,2026/11/20,,2026-11-20 09:05:00,801,",
            "A1,13800000001,2026-11-20 09:00:00,2026-11-20 08:00:00,2026-11-20 09:05:00,,",
            ",13800000001,2026-11-20 09:00:00,,2026-11-20 09:05:00,801,",
            "A1,13800000001",
        ],
    )
    def test_faults_name_their_line(self, line):
        found, faults = records.read(f"{HEAD}\n{line}")
        assert (found, faults[0].line) == ([], 2)

    def test_twice_in_a_table(self):
        found, faults = records.read(f"{HEAD}\n{LINE}\n{LINE}")
        assert len(found) == 1
        assert faults[0].line == 3

    def test_another_table_is_refused(self):
        with pytest.raises(Refusal, match="列名"):
            records.read("a,b\n1,2")

    @given(st.text(max_size=200))
    def test_no_text_breaks_it(self, text):
        found, _ = records.read(f"{HEAD}\n{text}")
        assert isinstance(found, list)

    def test_lines_of_every_system(self):
        for end in ("\n", "\r\n", "\r"):
            found, faults = records.read(f"{HEAD}{end}{LINE}\0{end}")
            assert ([item.recording for item in found], faults) == (["R1"], [])

    def test_a_cell_without_end_is_refused(self):
        with pytest.raises(Refusal, match="表格"):
            records.read(f'{HEAD}\n"{"甲" * 140_000}')

    @pytest.mark.parametrize(
        ("began", "ended"),
        [
            ("0001-01-01 00:00:00", "0001-01-01 00:05:00"),
            ("9999-12-31 00:00:00", "9999-12-31 00:05:00"),
            ("2026-11-20 09:00:00", "2026-11-22 09:00:00"),
        ],
    )
    def test_times_no_call_has(self, began, ended):
        found, faults = records.read(f"{HEAD}\nA1,13800000001,{began},,{ended},801,")
        assert (found, faults[0].line) == ([], 2)


class TestPetitions:
    def test_stages_end(self):
        assert petitions.next_stage("handling") == "review"
        assert petitions.next_stage("review") == "recheck"
        for stage in ("recheck", "final"):
            with pytest.raises(Refusal, match="终结"):
                petitions.next_stage(stage)

    @given(st.integers(0, 60), st.integers(1, 60))
    def test_within_the_days_and_not_after(self, after, days):
        answered = date(2026, 3, 2)
        asked = answered + timedelta(days=after)
        last = add_workdays(answered + timedelta(days=days - 1), 1)
        if after <= days or asked <= last:
            assert petitions.check_appeal("handling", answered, asked, days) == "review"
        else:
            with pytest.raises(Refusal, match="超过"):
                petitions.check_appeal("handling", answered, asked, days)

    def test_a_last_day_off_goes_on_to_the_next_workday(self):
        sunday = date(2026, 3, 29)
        answered = sunday - timedelta(days=30)
        monday = sunday + timedelta(days=1)
        assert petitions.check_appeal("handling", answered, monday, 30) == "review"
        with pytest.raises(Refusal, match="超过"):
            petitions.check_appeal("handling", answered, monday + timedelta(days=1), 30)

    def test_not_before_an_answer(self):
        with pytest.raises(Conflict):
            petitions.check_appeal("handling", None, date(2026, 3, 2), 30)

    @pytest.mark.parametrize("kind", petitions.PAPERS)
    def test_every_paper_names_its_article_and_nobody(self, kind):
        facts = petitions.Facts(
            "XF-1",
            date(2026, 3, 2),
            "合肥市总工会",
            "经核实。",
            due_on=date(2026, 5, 1),
            result="维持",
        )
        text = "".join(petitions.body(kind, facts))
        assert "XF-1" in text
        assert "条例" in text
        assert petitions.number("340100", kind, 2026, 3).endswith("〔2026〕3号")

    def test_an_answer_says_where_to_turn_next(self):
        facts = petitions.Facts("XF-1", date(2026, 3, 2), "甲", "答复", superior="乙")
        assert "向乙请求复查" in petitions.body("opinion", facts)[-1]
        assert "终结" in petitions.body("recheck", facts)[-1]


class TestDanger:
    @pytest.mark.parametrize(
        "text",
        ["我不想活了", "再不给钱我就跳 楼", "活*不*下*去", "我要和他们同归于尽", "遗书写好了"],
    )
    def test_found(self, text):
        assert crisis.alarm(text)

    @pytest.mark.parametrize("text", ["工资什么时候发", "楼顶漏水影响上班", "想问年休假怎么算"])
    def test_not_found(self, text):
        assert crisis.alarm(text) == ""

    def test_what_is_said_names_telephones(self):
        assert all(number in crisis.SMS_WORDS for number in ("12351", "12356", "110", "120"))


class TestAlerts:
    @given(st.integers(0, 200), st.integers(0, 200))
    def test_more_people_are_never_told_lower(self, a, b):
        few, many = sorted((a, b))
        assert alerts.level(few, (5, 10, 30)) <= alerts.level(many, (5, 10, 30))

    def test_levels(self):
        assert [alerts.level(n, (5, 10, 30)) for n in (4, 5, 10, 29, 30)] == [0, 1, 2, 2, 3]
        with pytest.raises(ValueError):
            alerts.level(3, (10, 5, 30))


class TestConsulting:
    def test_articles(self):
        text = "总则\n第一条 为了规范。\n一、甲\n第二条 适用范围。"
        found = consulting.split(text)
        assert [item.mark for item in found] == ["", "第一条", "第二条"]
        assert found[1].text == "为了规范。\n一、甲"

    @pytest.mark.parametrize(
        "text", ["总则\n第一条 为了规范。\n一、甲\n第二条 适用范围。", "甲\n乙", "第一条"]
    )
    def test_written_as_read(self, text):
        found = consulting.split(text)
        assert consulting.split(consulting.written(found)) == found

    def test_a_mark_without_end_is_text(self):
        found = consulting.split(f"第{'1' * 40}条 甲\n第二条 乙")
        assert [len(item.mark) < 20 for item in found] == [True, True]

    def test_paragraphs_where_there_are_no_articles(self):
        assert [item.mark for item in consulting.split("甲\n\n乙")] == ["第1段", "第2段"]

    @given(st.lists(st.text(alphabet="甲乙丙第一二条 ", max_size=20), max_size=8))
    def test_no_word_is_lost(self, lines):
        text = "\n".join(lines)
        found = consulting.split(text)
        told = "".join(item.mark + item.text for item in found if not item.mark.endswith("段"))
        if found and not found[0].mark.endswith("段"):
            plain = "".join(text.split())
            assert "".join(told.split()) == plain

    def test_reasons_are_given(self):
        consulting.check_verdict("adopted", "")
        with pytest.raises(Refusal, match="理由"):
            consulting.check_verdict("rejected", "不行")
        with pytest.raises(Conflict):
            consulting.check_publishing(1)

    def test_open_long_enough(self):
        with pytest.raises(Refusal, match="不少于"):
            consulting.check_opening(1, 0, date(2026, 3, 2), date(2026, 3, 8))
        consulting.check_opening(1, 0, date(2026, 3, 2), date(2026, 3, 9))
        with pytest.raises(Refusal, match="还没有"):
            consulting.check_opening(0, 0, date(2026, 3, 2), date(2026, 4, 9))

    def test_shares_of_nothing(self):
        assert [item[2:] for item in consulting.shares([])] == [(0, 0)] * 3


SURVEY = """[单选] 您的行业
- 制造业
- 建筑业
[多选 2 选答] 您需要的服务
- 体检
- 疗休养
- 培训
[打分] 对工会满意吗
[是否] 是不是会员
[数字] 工龄
[文字 选答] 还想说什么"""
SHEET = {"q1": "制造业", "q3": "4", "q4": "是", "q5": "12"}


class TestSurveys:
    def test_written_as_read(self):
        questions = surveys.parse(SURVEY)
        assert [item.kind for item in questions] == [
            "one",
            "many",
            "scale",
            "yes_no",
            "number",
            "text",
        ]
        assert (questions[1].most, questions[1].required) == (2, False)
        assert surveys.parse(surveys.written(questions)) == questions

    @pytest.mark.parametrize(
        "text",
        [
            "甲",
            "[猜] 甲",
            "[单选] 甲\n- 一",
            "[单选] 甲\n- 一\n- 一",
            "[单选] 甲\n- 一\n-",
            "[打分] 甲\n- 一",
            "- 一",
            "[多选 99999] 甲\n- 一\n- 二",
            f"[多选 {'9' * 5000}] 甲",
        ],
    )
    def test_what_cannot_be_read(self, text):
        with pytest.raises(Refusal):
            surveys.parse(text)

    def test_answers(self):
        questions = surveys.parse(SURVEY)
        assert surveys.check_answers(questions, SHEET) == {
            "q1": "制造业",
            "q3": 4,
            "q4": "是",
            "q5": 12,
        }

    @pytest.mark.parametrize(
        "change",
        [
            {"q1": ""},
            {"q1": "渔业"},
            {"q2": ["体检", "疗休养", "培训"]},
            {"q3": "6"},
            {"q4": "也许"},
            {"q5": "-1"},
        ],
    )
    def test_what_is_no_answer(self, change):
        with pytest.raises(Refusal) as refused:
            surveys.check_answers(surveys.parse(SURVEY), {**SHEET, **change})
        assert refused.value.field == next(iter(change))

    @given(st.lists(st.sampled_from(["制造业", "建筑业"]), min_size=5, max_size=30))
    def test_counts_add_up(self, chosen):
        questions = surveys.parse(SURVEY)[:1]
        tally = surveys.tally(questions, [{"q1": item} for item in chosen], least=5)[0]
        assert sum(count for _, count, _ in tally.counts) == tally.answered == len(chosen)

    def test_too_few_sheets_say_nothing(self):
        questions = surveys.parse(SURVEY)
        assert surveys.tally(questions, [SHEET] * 4, least=5) == []

    def test_means(self):
        questions = surveys.parse(SURVEY)
        found = surveys.tally(questions, [{"q3": 4, "q5": 10}, {"q3": 5, "q5": 11}])
        assert found[2].mean == Decimal("4.50")
        assert found[4].mean == Decimal("10.50")


class TestAnswering:
    CANDIDATES = (
        answering.Candidate(1, "年休假没有休怎么补偿", "年休假 未休 补偿"),
        answering.Candidate(2, "怎样加入工会", "入会 申请"),
    )

    def test_the_likest(self):
        found = answering.best("年休假没休，单位怎么补偿", self.CANDIDATES, 0.55)
        assert found is not None
        assert found.key == 1

    @pytest.mark.parametrize("question", ["今天天气怎么样", "股票能买吗", "", "？？"])
    def test_outside_there_is_none(self, question):
        assert answering.best(question, self.CANDIDATES, 0.55) is None

    @given(st.text(max_size=60))
    def test_never_below_the_threshold(self, question):
        found = answering.best(question, self.CANDIDATES, 0.55)
        assert found is None or found.score >= 0.55


class TestTopics:
    def test_guess(self):
        found = topics.guess("老板拖欠工资，还不给加班费")
        assert found[0].topic == "pay"
        assert found[0].because

    @given(st.text(max_size=100))
    def test_scores_are_shares(self, text):
        assert sum(item.score for item in topics.guess(text)) <= 1.01


class TestIncoming:
    @pytest.mark.parametrize(
        "text",
        [
            "收到，一定参加",
            "好的，谢谢！",
            "收到收到",
            "谢谢工会，祝身体健康",
            "OK，知道了",
            "……！",
            "嗯嗯，会准时到场的",
        ],
    )
    def test_courtesy_is_no_complaint(self, text):
        assert incoming.is_courtesy(text)

    @pytest.mark.parametrize(
        "text",
        ["收到通知，但工资没发", "谢谢，工伤怎么认定", "我要投诉", "三个月没发工资", "会议室漏水"],
    )
    def test_a_matter_is_no_courtesy(self, text):
        assert not incoming.is_courtesy(text)

    @pytest.mark.parametrize(
        ("number", "own"),
        [("12351", True), ("1065755512351", True), ("106575551", False), ("", False)],
    )
    def test_the_number_of_the_hotline_ends_what_carriers_call(self, number, own):
        assert incoming.is_own(number, ["12351"]) is own
        assert not incoming.is_own(number, [])

    @pytest.mark.parametrize(
        ("own", "answers", "about", "earlier", "lot"),
        [
            (True, False, False, False, "case"),
            (True, False, False, True, "more"),
            (False, False, False, False, "not_ours"),
            (False, False, False, True, "not_ours"),
            (True, True, False, False, "not_ours"),
            (True, True, False, True, "not_ours"),
            (True, True, True, True, "more"),
            (False, True, True, True, "more"),
            (True, True, True, False, "not_ours"),
        ],
    )
    def test_what_becomes_of_a_text(self, own, answers, about, earlier, lot):
        found = incoming.lot(
            "单位三个月没发工资",
            own_number=own,
            answers=answers,
            about_a_case=about,
            earlier=earlier,
        )
        assert found == lot
        for short in ("在吗", "收到，一定参加"):
            assert (
                incoming.lot(
                    short, own_number=own, answers=answers, about_a_case=about, earlier=earlier
                )
                == "not_ours"
            )
