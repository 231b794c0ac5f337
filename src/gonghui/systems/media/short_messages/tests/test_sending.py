"""One message and many: consent, quiet hours, budgets, repetition, approval, resending."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gonghui.kernel.access.roles import HANDLER
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.identity import texting
from gonghui.kernel.identity.models import User
from gonghui.kernel.notify.models import Todo
from gonghui.systems.media.short_messages.actions import (
    batches,
    expanding,
    messages,
    money,
    people,
    providing,
    upkeep,
    wording,
)
from gonghui.systems.media.short_messages.actions.queueing import Order, enqueue
from gonghui.systems.media.short_messages.models import BudgetMonth, Consent, Message, Submit
from gonghui.systems.media.short_messages.queries import reach, tuning
from gonghui.systems.media.short_messages.rules import billing, categories
from gonghui.systems.media.short_messages.tests import makers

pytestmark = pytest.mark.django_db
MOBILE = makers.MOBILE
NIGHT = timezone.make_aware(timezone.datetime(2026, 11, 20, 23, 15))
NOON = timezone.make_aware(timezone.datetime(2026, 11, 20, 12, 0))


@pytest.fixture
def at(monkeypatch):
    def move(moment):
        monkeypatch.setattr(timezone, "now", lambda: moment)

    return move


def send(office, text="读书活动周六举行。", **facts):
    return messages.send(
        office.union,
        by=office.writer,
        **{
            "mobile": MOBILE,
            "category": "notice",
            "signature": office.signature,
            "budget": office.budget,
            "text": text,
            **facts,
        },
    )


def all_messages():
    return Message.objects.unscoped("test").order_by("id")


def test_a_message_is_signed_counted_and_promised(office, at):
    at(NOON)
    makers.route(office.world, office.union)
    made = send(office, "工" * 70)
    assert made.text.reveal().startswith("【安徽工会】工")
    assert made.text.reveal().endswith("回T退订")
    assert (made.parts, made.committed, made.state) == (2, 80, "waiting")
    month = BudgetMonth.objects.get(budget=office.budget)
    assert month.committed == 80


def test_the_audience_of_another_county_is_not_sent_to(office):
    world = office.world
    own, other = world.shushan, world.jinghu
    writer = world.actor("短信经办", (HANDLER, own))
    audience = makers.audience(world, other)
    with pytest.raises(Forbidden):
        batches.write(
            own,
            by=writer,
            title="读书活动",
            category="notice",
            signature=makers.signature(world, own, text="蜀山工会"),
            budget=makers.budget(world, own),
            text="读书活动周六举行。",
            audience=audience,
        )


def test_at_night_only_the_urgent_leaves(office, at):
    at(NIGHT)
    assert timezone.localtime(send(office).send_after).hour == 8
    urgent = send(office, "暴雨红色预警，请停工避险。", category="emergency")
    assert urgent.send_after == NIGHT


def test_the_same_text_twice_in_the_window_is_one(office, at):
    at(NOON)
    send(office)
    with pytest.raises(Conflict, match="刚刚已发给这个号码"):
        send(office)
    at(NOON + timedelta(minutes=tuning.DEDUP_MINUTES.value() + 1))
    assert send(office).state == "waiting"


def test_one_key_is_one_message(office):
    order = Order(MOBILE, "【安徽工会】一", "service", "key-1")
    assert enqueue(order, office.union) == enqueue(order, office.union)


def test_who_refused_gets_notices_no_more_but_emergencies(office, at):
    at(NOON)
    people.ledger(office.union, MOBILE, given=False, channel="sms", evidence="TD", by="本人")
    with pytest.raises(Refusal, match="已退订"):
        send(office)
    assert send(office, "请停工避险。", category="emergency").state == "waiting"
    people.ledger(office.union, MOBILE, given=True, channel="sms", evidence="HF", by="本人")
    assert send(office).state == "waiting"


def test_promotions_need_consent_beforehand(office, at):
    at(NOON)
    with pytest.raises(Refusal, match="没有事先同意"):
        send(office, category="promotion")
    people.record_consent(
        office.union,
        by=office.writer,
        mobile=MOBILE,
        given=True,
        category="promotion",
        channel="paper",
        evidence="2026 年登记表",
    )
    assert send(office, category="promotion").state == "waiting"


def test_the_ledger_is_only_added_to(office):
    with pytest.raises(Refusal, match="依据"):
        people.record_consent(
            office.union,
            by=office.writer,
            mobile=MOBILE,
            given=True,
            channel="paper",
            evidence="",
        )
    row = people.record_consent(
        office.union, by=office.writer, mobile=MOBILE, given=False, channel="phone", evidence=""
    )
    assert row.evidence == "本人口头提出"
    rows = Consent.objects.unscoped("test")
    for change in (lambda: rows.update(given=True), rows.all().delete):
        with pytest.raises(DatabaseError, match="只能追加"), transaction.atomic():
            change()
    assert rows.count() == 1


def test_the_blacklist_stops_all_but_codes_and_emergencies(office, at):
    at(NOON)
    entry = people.add_black(office.union, by=office.approver, mobile=MOBILE, reason="本人要求")
    with pytest.raises(Conflict, match="已在黑名单"):
        people.add_black(office.union, by=office.approver, mobile=MOBILE, reason="再来一次")
    with pytest.raises(Refusal, match="在黑名单中"):
        send(office)
    assert enqueue(Order(MOBILE, "验证码 1", "code", "c1"), office.union).state == "waiting"
    people.lift_black(entry, by=office.approver, reason="本人恢复")
    assert send(office).state == "waiting"


def test_forbidden_words_stop_a_message_and_others_are_shown(office, at):
    at(NOON)
    wording.add_word(
        office.union, by=office.approver, text="赌博", action="stop", variants="du bo\n贝者博"
    )
    wording.add_word(office.union, by=office.approver, text="投票", action="look")
    with pytest.raises(Refusal, match="赌博"):
        send(office, "网上贝 者 博，快来")
    batch = write(office, text="请投票选出最美职工。")
    assert batch.words == ["投票"]


def test_the_cap_is_the_end(office, at):
    at(NOON)
    makers.route(office.world, office.union)
    money.change_budget(
        office.budget, by=office.approver, cap=Decimal("0.05"), warn_percent=50, reason="试"
    )
    office.budget.refresh_from_db()
    send(office)
    with pytest.raises(money.OverBudget, match=r"还剩 0\.01 元"):
        send(office, "另一条")
    assert Todo.objects.filter(kind="short-budgets.near", done_at=None).exists()


def test_what_was_promised_comes_back_when_taken_back(office, at):
    at(NOON)
    makers.route(office.world, office.union)
    made = messages.cancel(send(office), by=office.writer, reason="发错了")
    assert (made.state, made.text) == ("cancelled", None)
    assert BudgetMonth.objects.get(budget=office.budget).committed == 0
    with pytest.raises(Conflict):
        messages.cancel(made, by=office.writer, reason="再撤")


def test_only_what_failed_or_was_never_confirmed_is_sent_again(office):
    unknown = makers.message(office.world, office.union, state="unknown")
    with pytest.raises(Conflict) as refused:
        messages.resend(unknown, by=office.writer, reason="没收到")
    assert "收到两次" in refused.value.rule
    failed = makers.message(office.world, office.union, state="failed")
    again = messages.resend(failed, by=office.writer, reason="对方没收到")
    assert (again.state, again.text.reveal()) == ("waiting", failed.text.reveal())
    assert again.pk != failed.pk


def test_time_out_is_an_end_and_gives_the_money_back(office, at):
    at(NOON)
    makers.route(office.world, office.union)
    made = send(office)
    at(made.expires_at + timedelta(minutes=1))
    assert upkeep.expire() == 1
    made.refresh_from_db()
    assert (made.state, made.committed) == ("failed", 0)
    assert BudgetMonth.objects.get(budget=office.budget).committed == 0


def test_what_stays_unknown_waits_for_a_person(office):
    made = makers.message(
        office.world,
        office.union,
        state="unknown",
        expires_at=timezone.now() - timedelta(hours=3),
    )
    assert upkeep.leave_unconfirmed() == 1
    made.refresh_from_db()
    assert made.state == "unconfirmed"
    assert Todo.objects.filter(kind="short-messages.unconfirmed", done_at=None).exists()


# Batches


def write(office, **facts):
    return batches.write(
        office.union,
        by=office.writer,
        **{
            "title": "读书活动",
            "category": "notice",
            "signature": office.signature,
            "budget": office.budget,
            "text": "读书活动周六举行。",
            "numbers": f"{MOBILE} 13955512351，13955512351",
            **facts,
        },
    )


def members(office, many=3):
    return [
        office.world.member(office.world.factory, f"张{'甲乙丙丁戊'[place]}")
        for place in range(many)
    ]


def listed(office, query=""):
    return people.keep_audience(
        office.union, by=office.writer, name="会员", resource="memberships", query=query
    )


def test_a_batch_counts_its_people_before_it_goes(office, at):
    at(NOON)
    makers.route(office.world, office.union)
    people.ledger(office.union, "13955512351", given=False, channel="sms", evidence="TD", by="本人")
    batch = write(office)
    assert (batch.headcount, batch.reachable) == (2, 1)
    assert batch.excluded == {"refused": 1}
    assert batch.estimate == 40


def test_a_batch_from_a_list_fills_in_its_columns(office, at):
    at(NOON)
    members(office)
    audience = listed(office)
    assert (audience.headcount, audience.reachable) == (3, 3)
    batch = write(office, numbers="", audience=audience, text="{姓名}您好，活动周六举行。")
    batches.submit(batch, by=office.writer)
    batches.decide(batch, by=office.approver, grant=True)
    while expanding.expand(batch.pk):
        pass
    assert sorted(one.text.reveal()[6:8] for one in all_messages()) == ["张丙", "张乙", "张甲"]
    batch.refresh_from_db()
    assert (batch.state, batch.made) == ("sending", 3)
    assert expanding.expand(batch.pk) is False
    assert all_messages().count() == 3


def test_a_killed_expansion_goes_on_without_doubling(office, at, monkeypatch):
    at(NOON)
    members(office, 5)
    batch = write(office, numbers="", audience=listed(office))
    batches.submit(batch, by=office.writer)
    batches.decide(batch, by=office.approver, grant=True)
    monkeypatch.setattr(reach, "PER_READ", 2)
    expanding.expand(batch.pk)
    assert all_messages().count() == 2
    # The chunk is made, its place is lost: as if another run did it again.
    batch.refresh_from_db()
    batch.expanded_to = 0
    batch.save()
    while expanding.expand(batch.pk):
        pass
    assert all_messages().count() == 5


def test_nobody_approves_their_own_unless_it_is_an_emergency(office, at):
    at(NOON)
    from gonghui.kernel.access.roles import APPROVER

    both = office.world.actor("两任", (HANDLER, office.union), (APPROVER, office.union))
    batch = batches.submit(write(office), by=office.writer)
    with pytest.raises(Forbidden):
        batches.decide(batch, by=office.writer, grant=True)
    mine = batches.write(
        office.union,
        by=both,
        title="通知",
        category="notice",
        signature=office.signature,
        budget=office.budget,
        text="明天开会。",
        numbers=MOBILE,
    )
    batches.submit(mine, by=both)
    with pytest.raises(Refusal, match="自己编写"):
        batches.decide(mine, by=both, grant=True)
    urgent = batches.write(
        office.union,
        by=both,
        title="预警",
        category="emergency",
        signature=office.signature,
        budget=office.budget,
        text="暴雨红色预警。",
        numbers=MOBILE,
    )
    batches.submit(urgent, by=both)
    assert batches.decide(urgent, by=both, grant=True).state == "expanding"


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"numbers": ""}, "二者选一"),
        ({"numbers": "123"}, "不正确"),
        ({"text": "{姓名}您好"}, "不能用变量"),
        ({"text": "【银行】您好"}, "不用写签名"),
        ({"category": "code"}, "不群发"),
        ({"text": "长" * 700}, "最多 670 字"),
        ({"payload": "wap"}, "需要网址"),
        ({"scheduled_at": NOON - timedelta(days=1)}, "已过"),
    ],
)
def test_a_batch_that_cannot_be_sent_is_not_written(office, at, facts, words):
    at(NOON)
    with pytest.raises(Refusal, match=words):
        write(office, **facts)


def test_a_batch_stops_where_the_money_ends_and_goes_on_after(office, at, monkeypatch):
    at(NOON)
    makers.route(office.world, office.union)
    members(office, 4)
    batch = write(office, numbers="", audience=listed(office))
    batches.submit(batch, by=office.writer)
    batches.decide(batch, by=office.approver, grant=True)
    money.change_budget(
        office.budget, by=office.approver, cap=Decimal("0.08"), warn_percent=100, reason="试"
    )
    monkeypatch.setattr(reach, "PER_READ", 2)
    while expanding.expand(batch.pk):
        pass
    batch.refresh_from_db()
    assert (batch.state, all_messages().count()) == ("held", 2)
    office.budget.refresh_from_db()
    money.change_budget(
        office.budget, by=office.approver, cap=Decimal("10"), warn_percent=100, reason="追加"
    )
    batches.go_on(batch, by=office.approver)
    while expanding.expand(batch.pk):
        pass
    assert all_messages().count() == 4


def test_a_stopped_batch_sends_nothing_more(office, at):
    at(NOON)
    makers.route(office.world, office.union)
    batch = batches.submit(write(office), by=office.writer)
    batches.decide(batch, by=office.approver, grant=True)
    while expanding.expand(batch.pk):
        pass
    batches.stop(batch, by=office.writer, reason="内容有误")
    assert {one.state for one in all_messages()} == {"cancelled"}
    assert BudgetMonth.objects.get(budget=office.budget).committed == 0


def test_another_county_neither_sees_nor_sends(office, at):
    at(NOON)
    other = office.world.actor("镜湖经办", (HANDLER, office.world.jinghu))
    batch = write(office)
    with pytest.raises(Forbidden):
        batches.submit(batch, by=other)
    with pytest.raises(Forbidden):
        messages.send(
            office.union,
            by=other,
            mobile=MOBILE,
            category="notice",
            signature=office.signature,
            budget=office.budget,
            text="您好",
        )


def test_a_clerk_of_a_county_reaches_only_the_countys_people(office):
    office.world.member(office.world.factory)
    office.world.member(office.world.mill)
    clerk = office.world.actor("蜀山经办", (HANDLER, office.world.shushan))
    found = reach.list_named("memberships", clerk)
    assert reach.count_list(found, "", clerk, "notice").people == 1


# Money


def test_a_bill_agrees_with_the_carriers_or_says_why(office):
    bill = makers.bill(office.world, office.union)
    with pytest.raises(Refusal, match="我方 12 条，对方 11 条"):
        money.check(bill, by=office.approver, statement="模拟通道：11")
    with pytest.raises(Refusal, match="看不懂"):
        money.check(bill, by=office.approver, statement="模拟通道 12")
    assert money.check(bill, by=office.approver, statement="模拟通道：12条").state == "agreed"
    with pytest.raises(Conflict):
        money.check(bill, by=office.approver, statement="模拟通道：12")


# Wording


def test_a_template_is_looked_at_by_somebody_else(office):
    made = wording.make_template(
        office.union, by=office.writer, name="通知", category="notice", body="{姓名}您好"
    )
    assert made.state == "pending"
    assert wording.decide_template(made, by=office.approver, grant=True).state == "approved"
    assert Todo.objects.filter(kind="short-templates.decide", done_at=None).count() == 0
    edited = wording.edit_template(made, by=office.approver, body="您好", category="notice")
    with pytest.raises(Refusal, match="自己提交"):
        wording.decide_template(edited, by=office.approver, grant=True)


# The platform's own messages


def test_codes_of_the_platform_go_by_this_system_when_it_is_chosen(office, monkeypatch):
    from gonghui.kernel.notify import sms

    monkeypatch.setattr(type(sms.PROVIDER), "value", _chosen(sms.PROVIDER, "short_messages"))
    assert not texting.available()
    makers.route(office.world, office.union)
    assert texting.available()
    texting.send(MOBILE, "验证码 482913，5 分钟内有效。", "code")
    made = all_messages().get()
    assert (made.category, made.urgent) == ("code", True)
    assert made.text.reveal().startswith("【安徽工会】验证码")


def _chosen(setting, value):
    before = type(setting).value

    def read(self, path=""):
        return value if self is setting else before(self, path)

    return read


# Counting, again and again


def test_the_headcount_of_all_categories_reads_the_list_once(office):
    members(office, 4)
    found = reach.list_named("memberships", office.writer)
    (chunk,) = reach.recipients(found, "", office.writer)
    first, second, third, _ = (one.mobile for one in chunk)
    facts = {"channel": "paper", "evidence": "登记表", "by": "经办"}
    people.ledger(office.union, first, given=False, **facts)
    people.ledger(office.union, first, given=True, category="survey", **facts)
    people.ledger(office.union, second, given=True, category="promotion", **facts)
    people.add_black(office.union, by=office.approver, mobile=third, reason="本人要求")
    with CaptureQueriesContext(connection) as one:
        reach.count_list(found, "", office.writer, "notice")
    with CaptureQueriesContext(connection) as every:
        counts = reach.count_list_by(found, "", office.writer, categories.BULK)
    assert len(every) <= len(one)
    assert {code: count.reachable for code, count in counts.items()} == {
        "emergency": 4,
        "notice": 2,
        "survey": 3,
        "care": 2,
        "promotion": 1,
    }
    assert counts["notice"].excluded == {"refused": 1, "black": 1}
    assert counts["promotion"].excluded == {"refused": 1, "black": 1, "no_consent": 1}
    for code, count in counts.items():
        assert reach.count_list(found, "", office.writer, code) == count


def test_what_just_failed_is_sent_again_at_once_and_only_once(office, at):
    at(NOON)
    failed = send(office)
    Message.objects.unscoped("test").filter(pk=failed.pk).update(state="failed")
    failed.refresh_from_db()
    at(NOON + timedelta(minutes=1))
    assert messages.resend(failed, by=office.writer, reason="没有收到").state == "waiting"
    with pytest.raises(Conflict, match="刚刚已发给这个号码"):
        messages.resend(failed, by=office.writer, reason="再发一次")


def test_what_was_sent_again_may_be_sent_again(office):
    key = f"batch:12:{'a' * 64}"
    row = makers.message(office.world, office.union, state="failed", key=key)
    seen = {row.pk}
    for _ in range(5):
        row = messages.resend(row, by=office.writer, reason="没有收到")
        assert row.pk not in seen
        seen.add(row.pk)
        row.state = "failed"
        row.save()


def test_trying_twice_in_the_window_says_so(office, at, monkeypatch):
    at(NOON)
    User.objects.filter(pk=office.writer.user_id).update(mobile_verified_at=NOON)
    monkeypatch.setattr(batches, "mobile_of", lambda user: MOBILE)
    batch = write(office, numbers="13955512351")
    assert batches.try_out(batch, by=office.writer).state == "waiting"
    at(NOON + timedelta(seconds=5))
    with pytest.raises(Conflict, match="刚刚已发给这个号码"):
        batches.try_out(batch, by=office.writer)


def test_time_out_keeps_what_another_route_has_billed(office, at):
    at(NOON)
    route = makers.route(office.world, office.union)
    month = billing.month_of(NOON.date())
    facts = {"budget": office.budget, "month": month, "committed": 100, "tries": 1}
    made = makers.message(office.world, office.union, **facts)
    Submit.objects.create(
        message=made,
        number=1,
        attempt=1,
        route=route,
        state="undelivered",
        price=40,
        recorded_at=NOON,
    )
    BudgetMonth.objects.create(budget=office.budget, month=month, committed=100)
    at(made.expires_at + timedelta(minutes=1))
    assert upkeep.expire() == 1
    made.refresh_from_db()
    assert made.committed == BudgetMonth.objects.get().committed == 40


def test_one_text_too_long_does_not_stop_a_batch(office, at, monkeypatch):
    at(NOON)
    members(office)
    batch = write(office, numbers="", audience=listed(office), text="{姓名}您好。")
    batches.submit(batch, by=office.writer)
    batches.decide(batch, by=office.approver, grant=True)

    def fill(body, values):
        return "长" * 700 if values["姓名"] == "张甲" else body

    monkeypatch.setattr(expanding.wording, "fill", fill)
    while expanding.expand(batch.pk):
        pass
    batch.refresh_from_db()
    assert (batch.state, batch.made) == ("sending", 2)
    assert batch.excluded == {"too_long": 1}


def test_a_batch_whose_writer_lost_the_right_waits_for_a_person(office, at, monkeypatch):
    at(NOON)
    members(office)
    batch = write(office, numbers="", audience=listed(office))
    batches.submit(batch, by=office.writer)
    batches.decide(batch, by=office.approver, grant=True)

    def gone(batch):
        raise Forbidden("编写人已没有这项权限。")

    with monkeypatch.context() as patched:
        patched.setattr(expanding, "author", gone)
        assert expanding.expand(batch.pk) is False
    batch.refresh_from_db()
    assert (batch.state, batch.opinion) == ("held", "编写人已没有这项权限。")
    todo = Todo.objects.get(kind="short-batches.held", done_at=None)
    assert todo.title == "“读书活动”暂停：编写人已没有这项权限。"
    batches.go_on(batch, by=office.approver)
    while expanding.expand(batch.pk):
        pass
    assert all_messages().count() == 3


def test_stopping_gives_the_money_back_in_one_step(office, at):
    at(NOON)
    makers.route(office.world, office.union)
    members(office, 4)
    batch = write(office, numbers="", audience=listed(office))
    batches.submit(batch, by=office.writer)
    batches.decide(batch, by=office.approver, grant=True)
    while expanding.expand(batch.pk):
        pass
    assert BudgetMonth.objects.get().committed == 160
    with CaptureQueriesContext(connection) as asked:
        batches.stop(batch, by=office.writer, reason="内容有误")
    given = [one for one in asked if one["sql"].startswith('UPDATE "short_messages_budgetmonth"')]
    assert len(given) == 1
    assert BudgetMonth.objects.get().committed == 0


def test_a_notice_of_the_platform_to_a_blocked_number_stops_nothing(office, at):
    at(NOON)
    people.add_black(office.union, by=office.approver, mobile=MOBILE, reason="本人要求")
    providing.queue(MOBILE, "您的申请已受理。", "applications.accepted")
    providing.queue("00852123", "您的申请已受理。", "applications.accepted")
    assert not all_messages().exists()
    with pytest.raises(Refusal):
        providing.queue("00852123", "验证码 1", "code")


def test_texts_nobody_reported_on_are_forgotten_too(office):
    long_ago = timezone.now() - timedelta(days=400)
    old = makers.message(office.world, office.union, state="sent", expires_at=long_ago)
    fresh = makers.message(office.world, office.union, state="sent")
    assert upkeep.forget() == 1
    old.refresh_from_db()
    fresh.refresh_from_db()
    assert old.text is None and fresh.text is not None
