"""Pages of D03: seen, refused, and what they do; monitoring against the database."""

from __future__ import annotations

from datetime import datetime, timedelta

import httpx
import pytest
from django.test import Client
from django.utils import timezone

from gonghui.engines.casework.declaring import KINDS
from gonghui.engines.casework.testing import complaint
from gonghui.engines.casework.walls import everywhere
from gonghui.engines.language.actions import danger
from gonghui.engines.language.models import Correction, Record
from gonghui.kernel.access.roles import APPROVER, HANDLER
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.notify.models import Todo
from gonghui.kernel.security import outgoing
from gonghui.systems.foundation.ai.actions import monitoring
from gonghui.systems.foundation.ai.jobs import read_feeds
from gonghui.systems.foundation.ai.models import AlertRule, FeedItem, FeedSource, SourceState
from gonghui.systems.foundation.ai.queries import analysis, crises
from gonghui.systems.foundation.ai.tests import makers
from gonghui.systems.foundation.ai.tests.test_feeds import RSS

pytestmark = pytest.mark.django_db
PAGES = (
    "/ai/",
    "/ai/classify/",
    "/ai/ask/",
    "/ai/crises/",
    "/ai/blind-spots/",
    "/ai/trends/",
    "/ai/rights/",
    "/ai/consultations/",
    "/ai/models/",
    "/ai/models/0/",
    "/ai/models/filing/",
    "/w/language-words/",
    "/w/language-corrections/",
    "/w/language-records/",
    "/w/feed-items/",
    "/w/feed-sources/",
    "/w/feed-rules/",
)


def client_of(world, name, *grants):
    made = Client()
    made.force_login(world.user(name, *grants))
    return made


@pytest.fixture
def cadre(world):
    return client_of(world, "合肥经办", (HANDLER, world.unions["hefei"]))


@pytest.fixture
def filled(world):
    hefei = world.unions["hefei"]
    for days in range(0, 60, 2):
        makers.record(
            world,
            hefei,
            at=timezone.now() - timedelta(days=days),
            outcome="human",
            city="合肥",
            text="工会几点开门",
        )
    for _ in range(6):
        makers.record(
            world, hefei, label="injury", keywords=["工伤", "认定", "脚手架"], source="case"
        )
    makers.record(world, hefei, crisis="suicide", outcome="crisis")
    makers.record(world, world.unions["wuhu"], label="women")
    makers.item(world, hefei)


@pytest.mark.parametrize("page", PAGES)
def test_pages_are_there_filled_and_empty(world, cadre, page, request):
    assert cadre.get(page).status_code == 200
    request.getfixturevalue("filled")
    assert cadre.get(page).status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_pages_refuse_workers_and_guests(world, page):
    worker = client_of(world, "职工")
    assert worker.get(page).status_code == 403
    assert Client().get(page).status_code in (302, 403)


def test_figures_are_of_the_own_scope(world, filled):
    actor = world.actor("合肥经办", (HANDLER, world.unions["hefei"]))
    labels = {item.label for item in analysis.by_label(analysis.records(actor, 365))}
    assert labels == {"pay", "injury"}
    other = world.actor("芜湖经办", (HANDLER, world.unions["wuhu"]))
    assert analysis.totals(analysis.records(other, 365))["texts"] == 1


def test_what_is_not_read_makes_nothing_rise(world, filled, monkeypatch):
    """Thirty everyday questions in sixty days: the oldest of them are past the bound."""
    actor = world.actor("合肥经办", (HANDLER, world.unions["hefei"]))
    whole = analysis.trends(actor)
    assert "工资" not in [item.topic for item in whole.topics] and whole.latest == 0
    monkeypatch.setattr(analysis, "MOST_TEXTS", 16)
    cut = analysis.trends(actor)
    assert cut.series == whole.series and cut.labels == whole.labels
    assert "工资" not in [item.topic for item in cut.topics] and cut.latest == 16
    page = client_of(world, "合肥审批", (APPROVER, world.unions["hefei"])).get("/ai/trends/")
    assert "只按最近 16 条计" in page.content.decode()


def test_all_that_went_to_a_person_is_counted(world, filled, monkeypatch):
    actor = world.actor("合肥经办", (HANDLER, world.unions["hefei"]))
    monkeypatch.setattr(analysis, "MOST_QUESTIONS", 2)
    (found,) = analysis.blind_spots(actor, 90).uncovered
    rows = Record.objects.unscoped("test").filter(outcome="human")
    assert (found.human, found.asked) == (rows.count(), rows.count() + 1) and len(found.samples)


def test_hours_of_questions_are_those_of_the_clock_on_the_wall(world):
    at = timezone.make_aware(datetime(2026, 1, 1, 23, 30))
    makers.record(world, world.unions["hefei"], at=at)
    rows = Record.objects.unscoped("test")
    assert [hour for hour, many in enumerate(analysis.hours(rows)) if many] == [23]


def test_who_cannot_sign_in_is_no_contact(world):
    hefei = world.unions["hefei"]
    user = world.user("合肥经办", (HANDLER, hefei))
    actor = world.actor("省经办", (HANDLER, world.province))
    _, before = analysis.units_without_contact(actor)
    user.is_active = False
    user.save(update_fields=["is_active"])
    _, after = analysis.units_without_contact(actor)
    assert after == before + 1


def test_a_burst_of_injuries_is_an_event(world, filled):
    actor = world.actor("合肥经办", (HANDLER, world.unions["hefei"]))
    found = analysis.trends(actor)
    assert any("脚手架" in burst.words for burst, _ in found.events)
    assert "injury" in [item.topic for item in found.labels]


def test_console_judges_and_corrects(world, cadre):
    text = "包工头拖欠我们十二个人三个月工资，百*家*乐输光了"
    answer = cadre.post("/ai/classify/", {"text": text})
    body = answer.content.decode()
    assert answer.status_code == 200 and "劳动报酬" in body and "夹杂符号" in body
    assert not Record.objects.unscoped("test").exists()
    answer = cadre.post("/ai/classify/correct/", {"text": text, "label": "aid", "reason": ""})
    assert answer.status_code == 302
    assert Correction.objects.unscoped("test").get().label == "aid"


@pytest.mark.parametrize("page", ["/ai/classify/correct/", "/ai/ask/draft/"])
@pytest.mark.parametrize("text", ["", "包工头拖欠工资，百*家*乐输光了"])
def test_who_may_not_try_a_text_is_told_nothing_of_it(world, page, text):
    sent = {"text": text, "question": text, "label": "no such"}
    for client in (client_of(world, "职工"), Client()):
        assert client.post(page, sent).status_code == 403


def test_console_shows_a_crisis_as_one(cadre):
    body = cadre.post("/ai/classify/", {"text": "我真的不想活了"}).content.decode()
    assert "轻生" in body
    body = cadre.post("/ai/ask/", {"question": "我真的不想活了"}).content.decode()
    assert "危机来文" in body and "请机器起草" not in body


def test_danger_in_a_case_leads_to_the_case_until_somebody_settles_it(world, cadre):
    got = complaint(KINDS["consult"], world.hefei, text="我真的不想活了")
    case, ref = got.case, f"intake/{got.intake.pk}"
    record = Record.objects.unscoped("test").get(ref=ref)
    page = cadre.get(f"/w/language-records/{record.pk}/").content.decode()
    assert case.number in page and "电话" in page and "待处置" in page and "不想活" not in page
    assert "待处置" in cadre.get("/ai/crises/").content.decode()
    by = world.actor("合肥经办", (HANDLER, world.hefei))
    danger.settle(record, by=by, text="已电话联系本人，情绪平稳")
    assert "已处置" in cadre.get("/ai/crises/").content.decode()
    assert danger.lead(case.union, "我真的不想活了", ref=ref) == record
    assert not crises.waiting([record])


def test_what_workers_ask_the_bot_is_analysed(world):
    world.actor("值班", (HANDLER, world.province))
    for question in ("夜里骑车送货摔了怎么算", "我真的不想活了"):
        assert Client().post("/feedback/ask/", {"question": question}).status_code == 200
    with everywhere():
        (kept,) = Record.objects.unscoped("test").filter(source="question")
    assert (kept.outcome, kept.channel) == ("human", "bot")
    chief = client_of(world, "省经办", (HANDLER, world.province))
    assert "夜里骑车送货摔了" in chief.get("/ai/blind-spots/").content.decode()
    assert (
        "夜里骑车送货摔了"
        not in client_of(world, "芜湖经办", (HANDLER, world.unions["wuhu"]))
        .get("/ai/blind-spots/")
        .content.decode()
    )


def test_facts_are_given_without_texts(world, filled):
    client = client_of(world, "合肥经办", (HANDLER, world.unions["hefei"]))
    answer = client.get("/api/v1/ai/facts/?limit=5").json()
    assert len(answer["results"]) == 5 and "text" not in answer["results"][0]
    assert client.get("/api/v1/ai/facts/?limit=0").status_code == 422
    assert client.get(f"/api/v1/ai/facts/?after={'9' * 5_000}").status_code == 422
    assert client.get("/api/v1/ai/facts/?after=999999999999999999").json()["results"] == []


# Monitoring


@pytest.fixture
def source(world):
    made = makers.source(
        world, world.unions["hefei"], state=SourceState.ACTIVE, next_at=timezone.now()
    )
    makers.rule(world, world.unions["province"], title="讨薪", any_words=["讨薪"])
    return made


def answering(monkeypatch, body, status=200):
    monkeypatch.setattr(
        outgoing, "request", lambda *a, **k: httpx.Response(status, content=body.encode())
    )


def test_a_source_needs_a_second_person(world):
    hefei = world.unions["hefei"]
    both = world.actor("双岗", (HANDLER, hefei), (APPROVER, hefei))
    made = monitoring.add_source(
        hefei, by=both, title="某报", address="https://feed.example.org/rss", why="看工会新闻"
    )
    with pytest.raises(Forbidden):
        monitoring.start(made, by=both)
    monitoring.start(made, by=world.actor("审批", (APPROVER, hefei)))
    with pytest.raises(Conflict):
        monitoring.add_source(
            hefei, by=both, title="某报", address="https://feed.example.org/rss", why="再来一次"
        )


@pytest.mark.parametrize("address", ["http://feed.example.org/", "https://0x7f000001/", "ftp://a/"])
def test_addresses_the_guard_refuses(world, address):
    hefei = world.unions["hefei"]
    by = world.actor("经办", (HANDLER, hefei))
    with pytest.raises(Refusal):
        monitoring.add_source(hefei, by=by, title="某报", address=address, why="看工会新闻")


def test_what_a_source_brings_is_kept_once_and_alerts(world, source, monkeypatch):
    answering(monkeypatch, RSS)
    assert monitoring.read(source) == 1 and monitoring.read(source) == 0
    item = FeedItem.objects.unscoped("test").get()
    assert item.alerts == ["讨薪"] and item.relevance >= 20
    assert Todo.objects.filter(kind="ai.alert", done_at=None).count() == 1
    by = world.actor("经办", (HANDLER, world.unions["hefei"]))
    monitoring.keep(item, by=by, opinion="转权益部核实")
    assert not Todo.objects.filter(kind="ai.alert", done_at=None).exists()


def test_a_word_longer_than_any_is_no_keyword(world, source, monkeypatch):
    answering(monkeypatch, RSS.replace("讨薪", f"讨薪 {'a' * 40}"))
    assert monitoring.read(source) == 1
    assert all(len(word) <= 30 for word in FeedItem.objects.unscoped("test").get().keywords)


def test_a_source_that_cannot_be_kept_holds_up_no_other(world, source, monkeypatch):
    other = makers.source(
        world, world.unions["wuhu"], state=SourceState.ACTIVE, next_at=timezone.now()
    )
    answering(monkeypatch, RSS)
    take = monitoring.take

    def torn(read, piece):
        if read.pk == source.pk:
            raise ValueError("no table can hold it")
        return take(read, piece)

    monkeypatch.setattr(monitoring, "take", torn)
    assert read_feeds() == 1
    row = FeedSource.objects.unscoped("test").get(pk=source.pk)
    assert row.failures == 1 and row.next_at > timezone.now()
    assert FeedItem.objects.unscoped("test").get().source_id == other.pk


def test_words_of_a_rule_are_bounded_on_the_form(world, cadre):
    sent = {"union": world.unions["hefei"].pk, "title": "讨薪", "any_words": "讨" * 40}
    answer = cadre.post("/w/feed-rules/new/add/", sent)
    assert not AlertRule.objects.unscoped("test").exists()
    assert "每个不超过 30 个字" in answer.content.decode()


def test_a_source_that_fails_waits_longer_and_gives_up(world, source, monkeypatch):
    answering(monkeypatch, "no", 500)
    for _ in range(monitoring.GIVE_UP):
        monitoring.read(source)
    row = FeedSource.objects.unscoped("test").get(pk=source.pk)
    assert row.state == SourceState.STOPPED and row.failure and row.next_at is None
