"""Links against the simulated centre, in every mood: nothing twice, nothing lost, states true."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.utils import timezone

from gonghui.systems.media.short_messages.actions import carrying, upkeep
from gonghui.systems.media.short_messages.jobs.links import Link
from gonghui.systems.media.short_messages.jobs.wire.seam import Answered, Gone
from gonghui.systems.media.short_messages.models import (
    BudgetMonth,
    Incoming,
    Message,
    Receipt,
    Submit,
)
from gonghui.systems.media.short_messages.models.phones import index_of
from gonghui.systems.media.short_messages.rules import billing
from gonghui.systems.media.short_messages.rules.states import Part
from gonghui.systems.media.short_messages.tests import makers

pytestmark = pytest.mark.django_db
PROTOCOLS = ("smpp", "cmpp2", "cmpp3")


@pytest.fixture(params=PROTOCOLS)
def route(request, office, center):
    return route_over(office, center, request.param)


def route_over(office, center, protocol, **facts):
    return makers.route(
        office.world,
        office.union,
        **{
            "code": f"{protocol}-{facts.get('rank', 5)}",
            "protocol": protocol,
            "account": "gonghui" if protocol == "smpp" else "901234",
            "address": center.address("smpp" if protocol == "smpp" else "cmpp"),
            **facts,
        },
    )


def queue(office, many=1, text="【安徽工会】您好", **facts):
    return [
        makers.message(
            office.world,
            office.union,
            f"138{place:08d}",
            text=f"{text}{place}",
            **{"parts": 1, **facts},
        )
        for place in range(many)
    ]


def states():
    return sorted(Message.objects.unscoped("test").values_list("state", flat=True))


def all_are(*wanted):
    return lambda: set(states()) <= set(wanted)


def sent_to(center):
    return sorted(taken.mobile for taken in center.center.taken)


def test_what_is_sent_arrives_and_is_reported(office, center, route, carry):
    queue(office, 5)
    carry(route, all_are("delivered"))
    assert states() == ["delivered"] * 5
    assert sent_to(center) == [f"138{place:08d}" for place in range(5)]
    assert center.center.taken[0].text == "【安徽工会】您好0"
    assert Submit.objects.filter(state="delivered", month__isnull=False).count() == 5
    route.refresh_from_db()
    assert route.health == "down" and route.failures == 0


def test_a_long_text_goes_in_parts_and_each_is_billed(office, center, route, carry):
    text = "【安徽工会】" + "工" * 150
    makers.message(office.world, office.union, text=text, parts=3)
    carry(route, all_are("delivered"))
    assert "".join(taken.text for taken in center.center.taken) == text
    assert [taken.headed for taken in center.center.taken] == [True] * 3
    assert Submit.objects.filter(state__in=billing.BILLED).count() == 3


@pytest.mark.parametrize("mood", ["reordering", "doubling", "delaying", "lying"])
def test_receipts_in_any_manner_end_in_the_truth(office, center, route, carry, mood):
    center.center.mood = mood
    many = 2 if mood == "delaying" else 12
    queue(office, many)
    carry(route, all_are("delivered"))
    assert states() == ["delivered"] * many
    assert len(sent_to(center)) == many
    assert Submit.objects.count() == many


def test_a_cut_between_submit_and_answer_is_never_sent_again(office, center, route, carry):
    center.center.mood = "cutting"
    queue(office, 3)
    carry(route, lambda: False, 3)
    # The rest of the window may have left before the cut was seen, or never: nobody knows, so
    # nobody sends it again; what had no turn waits.
    assert "unknown" in states() and set(states()) <= {"unknown", "waiting"}
    unknown = Message.objects.unscoped("test").filter(state="unknown").count()
    center.center.mood = "well"
    route.refresh_from_db()
    Message.objects.unscoped("test").filter(state="waiting").update(send_after=timezone.now())
    carry(route, all_are("unknown", "delivered"), 6)
    assert states().count("unknown") == unknown
    assert len(sent_to(center)) == len(set(sent_to(center)))


def test_a_receipt_tells_what_the_cut_answer_did_not(office, center, carry):
    route = route_over(office, center, "smpp", window=1)
    center.center.mood = "cutting"
    queue(office, 1)
    carry(route, lambda: False, 2)
    assert states() == ["unknown"]
    center.center.mood = "well"
    taken = center.center.taken[0]

    def report_late():
        for line in center.center.links:
            if line.bound:
                line.report(taken, "DELIVRD")

    def done():
        if states() != ["delivered"]:
            center.do(report_late)
        return states() == ["delivered"]

    carry(route, done, 6)
    assert states() == ["delivered"]
    assert sent_to(center) == ["13800000000"]
    submit = Submit.objects.get()
    assert (submit.carrier_id, submit.month is not None) == (taken.id, True)


def test_without_our_reference_the_phone_and_time_decide(office, center, carry):
    route = route_over(office, center, "cmpp2", window=1)
    test_a_receipt_tells = center.center
    test_a_receipt_tells.mood = "cutting"
    queue(office, 1)
    carry(route, lambda: False, 2)
    submit = Submit.objects.get()
    report = carrying.Report(
        "77", "DELIVRD", "13800000000", None, timezone.localtime(submit.recorded_at)
    )
    carrying.reported(route, [report])
    assert states() == ["delivered"]


def test_a_report_of_another_hour_is_nobodys(office, center, carry):
    route = route_over(office, center, "smpp", window=1)
    center.center.mood = "cutting"
    queue(office, 1)
    carry(route, lambda: False, 2)
    before = timezone.now() - timedelta(hours=3)
    carrying.reported(route, [carrying.Report("88", "DELIVRD", "13800000000", None, before)])
    assert states() == ["unknown"]
    assert Receipt.objects.get().submit is None


def test_reports_of_strangers_do_not_stand_before_ours(office, center):
    route = route_over(office, center, "smpp")
    queue(office, 1)
    (ready,) = carrying.claim(route, 1)
    before = timezone.now() - timedelta(hours=1)
    strangers = [
        Receipt(route=route, carrier_id=f"x{place}", word="DELIVRD", received_at=before)
        for place in range(600)
    ]
    Receipt.objects.bulk_create(strangers)
    carrying.reported(route, [carrying.Report("7", "DELIVRD", "13800000000", ready.reference)])
    carrying.lost(route, [ready.submit_id])
    assert states() == ["unknown"]
    Receipt.objects.update(received_at=before)
    Submit.objects.update(recorded_at=before)
    assert carrying.reapply(route) == 1
    assert states() == ["delivered"]


def accepted(route, mobile, number):
    """The message to a phone, taken by the carrier under a number."""
    (ready,) = carrying.claim(route, 1)
    assert ready.mobile == mobile
    carrying.answered(route, [carrying.Answer(ready.submit_id, Part.ACCEPTED, number)])
    return ready


def state_of(mobile):
    rows = Message.objects.unscoped("test").filter(mobile_index=index_of(mobile))
    return rows.order_by("-id").first().state


@pytest.mark.parametrize("days", [0, 3, 400])
def test_a_number_given_again_means_the_newer_part(office, center, days):
    route = route_over(office, center, "smpp")
    for place in range(2):
        mobile = f"138{place:08d}"
        makers.message(office.world, office.union, mobile, text=f"【安徽工会】您好{place}")
        accepted(route, mobile, "2a")
        carrying.reported(route, [carrying.Report("2a", "DELIVRD", mobile)])
        assert state_of(mobile) == "delivered"
        before = timezone.now() - timedelta(days=days)
        Submit.objects.update(recorded_at=before)
        Receipt.objects.update(received_at=before)
    assert Receipt.objects.exclude(submit=None).count() == 2
    assert Submit.objects.filter(state__in=billing.BILLED).count() == 2


@pytest.mark.parametrize("second", ["13800000000", "13800000001"])
def test_a_report_under_a_number_given_again_may_come_before_its_answer(office, center, second):
    route = route_over(office, center, "cmpp3")
    makers.message(office.world, office.union, "13800000000", text="【安徽工会】一")
    accepted(route, "13800000000", "42")
    carrying.reported(route, [carrying.Report("42", "DELIVRD", "13800000000")])
    makers.message(office.world, office.union, second, text="【安徽工会】二")
    (ready,) = carrying.claim(route, 1)
    carrying.reported(route, [carrying.Report("42", "DELIVRD", second)])
    carrying.answered(route, [carrying.Answer(ready.submit_id, Part.ACCEPTED, "42")])
    assert states() == ["delivered"] * 2
    assert Receipt.objects.filter(submit=None).count() == 0


def test_a_report_kept_from_long_ago_is_not_of_todays_number(office, center):
    route = route_over(office, center, "smpp")
    long_ago = timezone.now() - timedelta(days=30)
    Receipt.objects.create(route=route, carrier_id="7", word="DELIVRD", received_at=long_ago)
    makers.message(office.world, office.union, "13800000000", text="【安徽工会】您好")
    accepted(route, "13800000000", "7")
    assert states() == ["sent"]
    carrying.reported(route, [carrying.Report("7", "DELIVRD")])
    assert states() == ["delivered"]


def test_a_repeated_report_is_kept_once_and_is_not_of_an_older_part(office, center):
    route = route_over(office, center, "smpp")
    for mobile in ("13800000000", "13800000001"):
        makers.message(office.world, office.union, mobile, text=f"【安徽工会】{mobile}")
        accepted(route, mobile, "7")
    report = carrying.Report("7", "DELIVRD", "13800000001")
    carrying.reported(route, [report, report])
    carrying.reported(route, [report])
    assert (state_of("13800000000"), state_of("13800000001")) == ("sent", "delivered")
    assert Receipt.objects.count() == 1


def test_two_ways_to_write_a_number_before_the_answer_are_one_receipt(office, center):
    route = route_over(office, center, "smpp")
    makers.message(office.world, office.union, "13800000000", text="【安徽工会】您好")
    (ready,) = carrying.claim(route, 1)
    for number in ("2a", "42", "2a"):
        carrying.reported(route, [carrying.Report(number, "DELIVRD", "13800000000")])
    assert Receipt.objects.count() == 2
    carrying.answered(route, [carrying.Answer(ready.submit_id, Part.ACCEPTED, "2a")])
    carrying.reapply(route)
    assert states() == ["delivered"]


def test_throttled_parts_are_offered_again_and_billed_once(office, center, route, carry):
    center.center.mood = "throttling"
    queue(office, 3)
    carry(route, lambda: False, 2)
    assert "waiting" in states()
    center.center.mood = "well"
    Message.objects.unscoped("test").filter(state="waiting").update(send_after=timezone.now())
    carry(route, all_are("delivered"))
    assert states() == ["delivered"] * 3
    assert len(sent_to(center)) == 3
    assert Submit.objects.filter(state__in=billing.BILLED).count() == 3


def test_refused_by_one_route_it_takes_the_next(office, center, carry):
    first = route_over(office, center, "smpp", rank=1)
    second = route_over(office, center, "cmpp3", rank=2, price=60)
    made = makers.message(
        office.world,
        office.union,
        budget=office.budget,
        month=billing.month_of(timezone.localdate()),
        committed=40,
    )
    BudgetMonth.objects.create(budget=office.budget, month=made.month, committed=40)
    center.center.mood = "failing"
    carry(first, lambda: states() == ["waiting"] and Submit.objects.exists(), 6)
    made.refresh_from_db()
    assert (made.state, made.tried, made.route_id) == ("waiting", [first.pk], None)
    center.center.mood = "well"
    carry(first, lambda: False, 1)
    assert center.center.taken == type(center.center.taken)()
    carry(second, all_are("delivered"))
    assert states() == ["delivered"]
    made.refresh_from_db()
    assert made.committed == 60
    assert BudgetMonth.objects.get().committed == 60


def test_not_delivered_by_the_only_route_is_an_end(office, center, route, carry):
    center.center.mood = "undelivering"
    queue(office, 1)
    carry(route, all_are("failed"))
    made = Message.objects.unscoped("test").get()
    assert (made.state, made.fault) == ("failed", "未送达（无法投递）")


def test_without_a_receipt_the_carrier_is_asked(office, center, carry):
    route = route_over(office, center, "smpp")
    center.center.mood = "silent"
    queue(office, 1)
    carry(route, all_are("sent"))
    assert states() == ["sent"]
    Submit.objects.update(recorded_at=timezone.now() - timedelta(hours=1))
    carry(route, all_are("delivered"), 8)
    assert states() == ["delivered"]


def test_what_a_killed_worker_left_recorded_is_unknown_before_anything_is_sent(
    office, center, carry
):
    route = route_over(office, center, "smpp")
    queue(office, 2)
    assert len(carrying.claim(route, 10)) == 2
    assert states() == ["sending"] * 2
    carry(route, lambda: False, 1)
    assert states() == ["unknown"] * 2
    assert sent_to(center) == []


def test_a_claimed_message_is_not_claimed_twice(office, center):
    route = route_over(office, center, "smpp")
    queue(office, 3)
    first = carrying.claim(route, 2)
    second = carrying.claim(route, 10)
    assert len(first) == 2 and len(second) == 1
    assert not {one.submit_id for one in first} & {one.submit_id for one in second}


def test_a_refused_login_makes_the_route_rest(office, center, route, carry):
    center.center.mood = "refusing"
    for _ in range(5):
        carry(route, lambda: False, 1)
    route.refresh_from_db()
    assert (route.health, route.failures, "拒绝登录" in route.fault) == ("resting", 5, True)
    assert route.closed_until > timezone.now()


def test_garbage_ends_the_link_and_the_message_waits_for_its_receipt(office, center, route, carry):
    center.center.mood = "garbling"
    queue(office, 1)
    carry(route, lambda: False, 4)
    assert states() == ["unknown"]
    route.refresh_from_db()
    assert route.failures == 1


def test_unknown_ends_unconfirmed_and_a_late_receipt_still_counts(office, center, carry):
    route = route_over(office, center, "smpp", window=1)
    center.center.mood = "cutting"
    queue(office, 1)
    carry(route, lambda: False, 2)
    Message.objects.unscoped("test").update(expires_at=timezone.now() - timedelta(hours=3))
    upkeep.leave_unconfirmed()
    assert states() == ["unconfirmed"]
    reference = Submit.objects.get().reference
    carrying.reported(route, [carrying.Report("99", "DELIVRD", "13800000000", reference)])
    assert states() == ["delivered"]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_texts_of_people_come_in_whole_and_once(office, center, carry, protocol):
    route = route_over(office, center, protocol)
    long = "我在蜀山区一家工地干活，老板欠了三个月工资，" * 8
    sent = []

    def done():
        if not sent and any(line.bound for line in center.center.links):
            center.reply("13812345678", long)
            center.reply("13812345678", "你好")
            sent.append(True)
        return Incoming.objects.unscoped("test").count() == 2

    carry(route, done, 8)
    texts = {one.text.reveal() for one in Incoming.objects.unscoped("test")}
    assert texts == {long, "你好"}
    assert not Incoming.objects.unscoped("test").filter(acknowledged_at=None).exists()


class Spoken:
    """A wire that says what it is told to, once something was handed over."""

    repeatable = False

    def __init__(self, say):
        self.say, self.handed = say, []

    def submit(self, ready):
        self.handed.append(ready)

    def read(self, seconds):
        return self.say(self.handed) if self.handed else []

    def acknowledge(self, tickets):
        """Nothing is to be acknowledged."""

    open = keep_alive = close = lambda self: None


def test_answers_before_a_loss_are_written_and_only_the_rest_is_unknown(office):
    route = makers.route(office.world, office.union)
    queue(office, 3)

    def say(handed):
        first, second, _ = (ready.sequence for ready in handed)
        return [Answered(first, Part.ACCEPTED, "1"), Answered(second, Part.PUT_OFF), Gone("断了")]

    Link(route, threading.Event(), Spoken(say)).serve()
    assert states() == ["sent", "unknown", "waiting"]
    route.refresh_from_db()
    assert (route.failures, route.fault) == (1, "断了")


def test_an_idle_link_only_looks_until_something_waits(office, monkeypatch):
    route = makers.route(office.world, office.union)
    claims, claim = [], carrying.claim
    monkeypatch.setattr(carrying, "claim", lambda *given: claims.append(given) or claim(*given))
    link = Link(route, threading.Event(), Spoken(lambda handed: []))

    def turn():
        link.claim_at = 0.0
        return link._send()

    assert [turn() for _ in range(3)] == [0, 0, 0]
    assert len(claims) == 1
    queue(office, 1, payload="mms")
    queue(office, 1, send_after=timezone.now() + timedelta(hours=1))
    assert (turn(), len(claims)) == (0, 1)
    Message.objects.unscoped("test").filter(payload="sms").update(send_after=timezone.now())
    assert (turn(), len(claims)) == (1, 2)


def test_what_a_killed_worker_left_on_a_closed_route_is_unknown(office):
    route = makers.route(office.world, office.union)
    queue(office, 2)
    carrying.claim(route, 10)
    Submit.objects.update(recorded_at=timezone.now() - timedelta(hours=1))
    assert upkeep.minute()["left"] == 0, "its link says what became of it"
    route.enabled = False
    route.save()
    Submit.objects.filter(pk=Submit.objects.latest("pk").pk).update(recorded_at=timezone.now())
    assert upkeep.minute()["left"] == 1
    assert states() == ["sending", "unknown"]


def test_a_number_no_carrier_gives_is_no_end_of_the_link(office):
    route = makers.route(office.world, office.union)
    queue(office, 1)
    (ready,) = carrying.claim(route, 1)
    carrying.answered(route, [carrying.Answer(ready.submit_id, Part.ACCEPTED, "9" * 5000)])
    assert states() == ["sent"]
