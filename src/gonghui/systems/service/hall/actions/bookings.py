"""Appointments (预约办理): asked for in the hall, arranged by the service centre."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actions import action
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Missing, Refusal
from gonghui.kernel.base.ids import receipt_number
from gonghui.kernel.base.workdays import add_workdays
from gonghui.kernel.bus.outbox import publish
from gonghui.kernel.notify import messages, timeline
from gonghui.kernel.notify.channels import Recipient
from gonghui.kernel.notify.kinds import register_kind
from gonghui.kernel.notify.templates import Category, Template
from gonghui.kernel.notify.todos import close_todo, open_todo
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scope, wall_at
from gonghui.systems.service.hall.models import Booking
from gonghui.systems.service.hall.models.bookings import BookingState, Way
from gonghui.systems.service.hall.permissions import BOOK, HANDLE_BOOKING, OWN_BOOKING
from gonghui.systems.service.hall.queries.known import name_of
from gonghui.systems.service.hall.queries.places import KINDS
from gonghui.systems.service.hall.rules import bookings as rules
from gonghui.systems.service.hall.rules.saying import day_words

TARGET, TITLE, SYSTEM = "hall.booking", "预约窗口或上门办理", "B2"
ARRANGE = register_kind("hall-booking.arrange", "安排预约").code
ABOUT = Category("hall.booking", "预约办理", may_mute=False)
STEP = Template(
    "hall.booking_step", "您的预约：{what}", "{number}：{text}", ABOUT, "/hall/matters/"
)
TONES = {
    BookingState.DONE: "good",
    BookingState.DECLINED: "stop",
    BookingState.WITHDRAWN: "idle",
    BookingState.MISSED: "idle",
}
OPEN = (BookingState.ASKED, BookingState.AGREED)
ABOVE = "an appeal goes to the service centre of the union above"


@action("hall.book", "预约窗口或上门办理", BOOK, creates=True)
def book(
    union: Union,
    *,
    by: Actor,
    person_id: int,
    channel: str,
    title: str,
    day: date,
    half: str,
    service: str = "",
    words: str = "",
    way: str = Way.COUNTER,
    address: str = "",
    mobile: str = "",
) -> Booking:
    """Ask for a time; the centre answers within a workday."""
    now, today = timezone.now(), timezone.localdate()
    rules.check_day(day, today)
    if way == Way.HOME and not address.strip():
        raise Refusal("请写明上门的地址。", field="address", code="address")
    booking = Booking(
        person_id=person_id,
        person_name=name_of(person_id),
        service=service,
        title=title[:60],
        words=words.strip() or None,
        way=way,
        address=address.strip() or None,
        mobile=mobile.strip() or None,
        day=day,
        half=half,
        channel=channel,
        asked_at=now,
        due_on=add_workdays(today, rules.ANSWER_WORKDAYS),
    )
    booking.place_at(union)
    # Who asks is the person, a proxy or the counter; the row is the person's and the centre's.
    with wall_at(Scope.everything()):
        booking.save()
        booking.number = receipt_number("YY", today, booking.pk % 1_000_000 or 1_000_000 - 1)
        booking.save(update_fields=["number"])
    _await(booking)
    said = f"{day_words(booking.due_on)}前答复您。受理：{union.name}。"
    _tell(booking, "已提交", said, message=False)
    return booking


@action("hall-bookings.agree", "约定时间", HANDLE_BOOKING)
def agree(booking: Booking, *, by: Actor, day: date, half: str, said: str = "") -> Booking:
    """Agree to the time asked for, or set another."""
    rules.check_state("agree", booking.state)
    rules.check_day(day, timezone.localdate())
    booking.day, booking.half = day, half
    _set(booking, BookingState.AGREED, said, by)
    where = "工会上门" if booking.way == Way.HOME else "请带上本人身份证件到窗口"
    _tell(booking, "已约定", f"{booking.when}，{where}。{booking.said}")
    return booking


@action("hall-bookings.decline", "答复不能安排", HANDLE_BOOKING)
def decline(booking: Booking, *, by: Actor, said: str) -> Booking:
    """Say that it cannot be arranged, and what to do instead."""
    rules.check_state("decline", booking.state)
    _set(booking, BookingState.DECLINED, said, by)
    appeal_words = " 不同意的可以申诉一次，由上一级工会安排。" if may_appeal(booking) else ""
    _tell(booking, "未能安排", f"{booking.said}{appeal_words}")
    return booking


@action("hall-bookings.done", "登记已办", HANDLE_BOOKING)
def done(booking: Booking, *, by: Actor, said: str = "") -> Booking:
    """The person was served."""
    rules.check_state("done", booking.state)
    _set(booking, BookingState.DONE, said, by)
    _tell(booking, "已办结", booking.said or "谢谢您，欢迎评价。")
    return booking


@action("hall-bookings.missed", "登记未到场", HANDLE_BOOKING)
def missed(booking: Booking, *, by: Actor) -> Booking:
    """The person did not come; they may book again."""
    rules.check_state("missed", booking.state)
    _set(booking, BookingState.MISSED, "", by)
    _tell(booking, "未到场", "这次没有等到您，需要时可以再约。")
    return booking


@action("hall.withdraw_booking", "撤回预约", OWN_BOOKING)
def withdraw(booking: Booking, *, by: Actor, reason: str) -> Booking:
    """The person no longer needs it."""
    rules.check_state("withdraw", booking.state)
    _set(booking, BookingState.WITHDRAWN, "", by)
    _tell(booking, "已撤回", "您撤回了预约。", message=False)
    return booking


@action("hall.supplement_booking", "补充预约说明", OWN_BOOKING)
def supplement(booking: Booking, *, by: Actor, words: str) -> Booking:
    """Something more the centre should know."""
    rules.check_state("supplement", booking.state)
    before = booking.words.reveal() if booking.words else ""
    booking.words = f"{before}\n{words.strip()}".strip()
    booking.version += 1
    booking.save()
    _tell(booking, "已补充", "工会会看到您补充的说明。", message=False)
    return booking


@action("hall.appeal_booking", "申诉预约", OWN_BOOKING)
def appeal(booking: Booking, *, by: Actor, words: str) -> Booking:
    """Not content with the answer: the centre of the union above arranges it, once."""
    rules.check_state("appeal", booking.state)
    union = _above(booking)
    if booking.appealed or union is None:
        raise Refusal(
            "已经由上一级工会答复，不能再申诉。", remedy="请拨打服务热线。", code="appealed"
        )
    before = booking.words.reveal() if booking.words else ""
    booking.words = f"{before}\n申诉：{words.strip()}".strip()
    booking.appealed = True
    booking.place_at(union)
    booking.state = BookingState.ASKED
    booking.due_on = add_workdays(timezone.localdate(), rules.ANSWER_WORKDAYS)
    booking.version += 1
    with wall_at(Scope.everything()):
        booking.save()
    _await(booking)
    _tell(booking, "已申诉", f"转由{union.name}安排，{day_words(booking.due_on)}前答复。")
    return booking


def may_appeal(booking: Booking) -> bool:
    """Whether a centre above is left to appeal to, and none was asked before."""
    return not booking.appealed and _above(booking) is not None


def _above(booking: Booking) -> Union | None:
    above = [int(part) for part in booking.org_path.split(".") if part][:-1]
    rows = Union.objects.unscoped(ABOVE).filter(pk__in=above, kind__in=KINDS)
    return rows.order_by("-path").first()


def _set(booking: Booking, state: str, said: str, by: Actor) -> None:
    booking.state = state
    booking.said = said.strip()[:200]
    # Lists show the person's name masked, so it does not stand in full beside a step of theirs.
    own_step = state == BookingState.WITHDRAWN
    booking.handled_by, booking.handled_at = "本人" if own_step else by.name[:50], timezone.now()
    booking.version += 1
    booking.save()
    if state != BookingState.ASKED:
        close_todo(target_type=TARGET, target_id=booking.pk, by=by.user_id)


def _await(booking: Booking) -> None:
    due = datetime.combine(booking.due_on, time(18), timezone.get_current_timezone())
    open_todo(
        kind=ARRANGE,
        target_type=TARGET,
        target_id=booking.pk,
        title=f"安排预约：{booking.title}（{booking.when}）",
        link=reverse("resource:hall-bookings:record", args=[booking.pk]),
        org_path=booking.org_path,
        union_id=booking.union_id,
        permission=HANDLE_BOOKING.code,
        due_at=due,
    )
    publish("cn.gonghui.hall.booked", f"{TARGET}/{booking.pk}", {}, booking.org_path)


def _tell(booking: Booking, what: str, text: str, *, message: bool = True) -> None:
    timeline.tell(
        booking.person_id,
        service=TITLE,
        system=SYSTEM,
        target_type=TARGET,
        target_id=booking.pk,
        title=what,
        text=text,
        tone=TONES.get(BookingState(booking.state), "info"),
        settled=booking.state not in OPEN,
    )
    if message:
        filled: Mapping[str, Any] = {"what": what, "number": booking.number, "text": text}
        messages.send([Recipient(person_id=booking.person_id)], STEP, filled)


def own(pk: str, person_id: int | None) -> Booking:
    """A booking of the person's own; Missing for anybody else's."""
    rows = Booking.objects.within(Scope((), person_id)).filter(pk=pk, person_id=person_id or -1)
    found = rows.first()
    if found is None:
        raise Missing("没有这个预约。", remedy="请从“我的办事”中打开。")
    return found
