"""Appointments: booked in the hall, arranged by the centre, appealed to the one above."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from gonghui.kernel.access.roles import HANDLER
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.base.workdays import add_workdays, is_workday
from gonghui.kernel.notify import timeline
from gonghui.kernel.notify.models import Message, Todo
from gonghui.kernel.org.scoping import Scope, raise_wall
from gonghui.kernel.resource.services import Known
from gonghui.systems.service.hall.actions import bookings
from gonghui.systems.service.hall.models import Booking, Handing, Rating
from gonghui.systems.service.hall.resources.bookings import SERVICE
from gonghui.systems.service.hall.rules import bookings as rules
from gonghui.systems.service.hall.tests.makers import booking

APPLY = "/hall/apply/appointment"


def text_of(page) -> str:
    return page.content.decode()


def asked(client, way="counter", **more) -> str:
    """Go through every screen; the address of the receipt."""
    client.post(f"{APPLY}/what/", {"service": "other", "words": "想问退休后会籍怎么办"})
    day = rules.days(timezone.localdate())[0].isoformat()
    told = {"way": way, "day": day, "half": "am"}
    sent = client.post(f"{APPLY}/when/", told)
    if way == "home":
        assert sent.url == f"{APPLY}/where/"
        client.post(f"{APPLY}/where/", {"address": "菊园小区 502 室", "reason": "行动不便", **more})
    client.post(f"{APPLY}/materials/", {})
    done = client.post(f"{APPLY}/check/")
    assert done.status_code == 302, text_of(done)[-2000:]
    return done.url


def the_one() -> Booking:
    raise_wall(Scope.everything())
    return Booking.objects.unscoped("test").get()


def test_booked_agreed_done_and_rated(world, client_of, worker, as_application):
    actor = worker(world.factory)
    client = client_of(actor=actor)
    receipt = text_of(client.get(asked(client)))
    made = the_one()
    assert made.number in receipt and world.shushan.name in receipt
    assert (made.union_id, made.state, made.channel) == (world.shushan.pk, "asked", "web")
    assert made.due_on == add_workdays(timezone.localdate(), 1)
    handing = Handing.objects.unscoped("test").get()
    assert (handing.number, handing.target_id) == (made.number, str(made.pk))
    assert Todo.objects.filter(target_type="hall.booking", done_at=None).count() == 1

    desk = client_of((HANDLER, world.shushan))
    assert made.number in text_of(desk.get(f"/w/hall-bookings/?q={made.number}"))
    assert "想问退休后" in text_of(desk.get(f"/w/hall-bookings/{made.pk}/"))
    elsewhere = client_of((HANDLER, world.jinghu))
    assert elsewhere.get(f"/w/hall-bookings/{made.pk}/").status_code == 403
    assert elsewhere.get(f"/api/hall-bookings/{made.pk}/").status_code in (403, 404)
    told = {"day": made.day.isoformat(), "half": "pm", "said": "三号窗口"}
    assert desk.post(f"/w/hall-bookings/{made.pk}/agree/", told).status_code == 302
    assert desk.post(f"/w/hall-bookings/{made.pk}/done/", {"said": ""}).status_code == 302
    made = the_one()
    assert (made.state, made.half, made.said) == ("done", "pm", "")
    assert not Todo.objects.filter(target_type="hall.booking", done_at=None).exists()
    assert Message.objects.filter(recipient_person_id=actor.person_id).count() == 2

    line = timeline.matters(actor.person_id)[0]
    page = text_of(client.get(f"/hall/matters/{line.pk}/"))
    assert "已办结" in page and "三号窗口" in page and "评价" in page
    assert client.post(f"/hall/matters/{line.pk}/rate/", {"score": "5"}).status_code == 302
    raise_wall(Scope.everything())
    assert Rating.objects.unscoped("test").get().service == "appointment"


def test_declined_and_appealed_to_the_centre_above(world, client_of, worker, as_application):
    actor = worker(world.factory)
    client = client_of(actor=actor)
    asked(client, "home")
    made = the_one()
    assert made.address.reveal() == "菊园小区 502 室" and "行动不便" in made.words.reveal()
    desk = client_of((HANDLER, world.shushan))
    said = {"said": "这一周窗口搬迁"}
    assert desk.post(f"/w/hall-bookings/{made.pk}/decline/", said).status_code == 302
    raise_wall(actor.wall())
    line = timeline.matters(actor.person_id)[0]
    address = f"/hall/matters/{line.pk}"
    assert client.get(f"{address}/withdraw/").status_code == 404
    assert client.post(f"{address}/appeal/", {"text": "请另外安排"}).status_code == 302
    made = the_one()
    assert (made.union_id, made.state, made.appealed) == (world.hefei.pk, "asked", True)
    assert desk.get(f"/w/hall-bookings/{made.pk}/").status_code == 403
    assert client.post(f"{address}/supplement/", {"text": "下午也行"}).status_code == 302
    assert "下午也行" in the_one().words.reveal()
    city = client_of((HANDLER, world.hefei))
    assert city.post(f"/w/hall-bookings/{made.pk}/decline/", said).status_code == 302
    assert client.get(f"{address}/appeal/").status_code == 404
    raise_wall(actor.wall())
    told = [item.text for item in timeline.of_matter(actor.person_id, "hall.booking", made.pk)]
    assert "可以申诉一次" in told[1] and "可以申诉一次" not in told[-1]


def test_nobody_else_touches_it(world, client_of, worker, as_application):
    actor, other = worker(world.factory), worker(world.factory, "李强")
    asked(client_of(actor=actor))
    made = the_one()
    for verb in (bookings.withdraw, bookings.supplement, bookings.appeal):
        words = {"reason": "不用了"} if verb is bookings.withdraw else {"words": "不用了"}
        with pytest.raises((Forbidden, Conflict)):
            verb(made, by=other, **words)
    raise_wall(actor.wall())
    bookings.withdraw(bookings.own(str(made.pk), actor.person_id), by=actor, reason="不用了")
    made = the_one()
    assert (made.state, made.handled_by) == ("withdrawn", "本人")


def test_who_did_not_come(world, worker):
    person = world.member(world.factory, "周全").person
    cadre = world.actor("窗口", (HANDLER, world.shushan))
    made = booking(world, world.shushan, person=person, state="agreed")
    assert bookings.missed(made, by=cadre).state == "missed"
    with pytest.raises(Conflict):
        bookings.done(Booking.objects.unscoped("test").get(pk=made.pk), by=cadre)


def test_days_are_workdays_to_come():
    for today in (date(2026, 9, 30), date(2026, 11, 27), date(2027, 2, 5)):
        found = rules.days(today)
        assert len(found) == rules.OFFERED_DAYS and found[0] > today
        assert all(is_workday(day) for day in found)
    with pytest.raises(Refusal, match="已经过去"):
        rules.check_day(date(2026, 11, 20), date(2026, 11, 23))
    with pytest.raises(Refusal, match="不上班"):
        rules.check_day(date(2026, 11, 28), date(2026, 11, 23))


@pytest.mark.parametrize(("age", "met"), [(None, None), (59, None), (60, True), (75, True)])
def test_a_visit_is_for_the_old_or_whoever_cannot_come(age, met):
    today = date(2026, 11, 23)
    born = None if age is None else today.replace(year=today.year - age) - timedelta(days=1)
    assert rules.may_visit(Known(today=today, born_on=born)).met is met


def test_no_appeal_is_offered_above_the_province(world, worker):
    actor = worker(world.factory)
    made = booking(world, world.province, person=world.member(world.factory).person)
    Booking.objects.unscoped("test").filter(pk=made.pk).update(person_id=actor.person_id)
    bookings.decline(made, by=world.actor("省里", (HANDLER, world.province)), said="窗口搬迁")
    raise_wall(Scope.everything())
    (line,) = timeline.matters(actor.person_id)
    assert "申诉" not in line.text
    appeal = next(verb for verb in SERVICE.verbs if verb.role == "appeal")
    assert not appeal.offered(str(made.pk), actor)


def test_a_counter_of_any_union_books_with_the_centre(world, client_of):
    counter = client_of((HANDLER, world.factory))
    who = world.identity("周全")
    told = {
        "name": who.name,
        "document_kind": "resident_id",
        "document_number": who.document_number,
        "mobile": who.mobile,
    }
    assert counter.post("/counter/", told).status_code == 302
    receipt = asked(counter)
    assert the_one().union_id == world.shushan.pk
    assert f"{world.shushan.name}职工服务中心" in text_of(counter.get(receipt))
