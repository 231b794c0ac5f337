"""Appointments: the service as workers book it in the hall, and the list cadres arrange from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.org.models import Union
from gonghui.kernel.resource.declaration import (
    Choice,
    Column,
    Days,
    Facts,
    Resource,
    Sort,
    Step,
    Under,
)
from gonghui.kernel.resource.declaration import services as declared
from gonghui.kernel.resource.forms import ActionForm, DayField
from gonghui.kernel.resource.services import (
    HARDSHIP,
    UNION,
    WORKERS,
    Application,
    Condition,
    Guide,
    Handed,
    Known,
    Level,
    Material,
    Receipt,
    Screen,
    Service,
    Verb,
    Words,
)
from gonghui.systems.service.hall.actions import bookings as actions
from gonghui.systems.service.hall.models import Booking
from gonghui.systems.service.hall.models.bookings import BookingState, Half, Way
from gonghui.systems.service.hall.permissions import VIEW_BOOKINGS
from gonghui.systems.service.hall.queries import places
from gonghui.systems.service.hall.rules import bookings as rules

CODE = "appointment"
OTHER = "other"
WEEK = "一二三四五六日"
TONES = {
    "asked": "wait",
    "agreed": "info",
    "done": "good",
    "declined": "stop",
    "withdrawn": "idle",
    "missed": "idle",
}


def matters() -> Iterator[tuple[str, str]]:
    """What one can come for: every service of the hall, and anything else."""
    for code, (_system, service) in declared().items():
        if code != CODE:
            yield code, service.title
    yield OTHER, "其他事"


def offered_days() -> list[tuple[str, str]]:
    today = timezone.localdate()
    return [
        (day.isoformat(), f"{day.month}月{day.day}日 星期{WEEK[day.weekday()]}")
        for day in rules.days(today)
    ]


class WhatForm(forms.Form):
    """What it is about."""

    service = forms.ChoiceField(label="办什么事", choices=lambda: [("", "请选择"), *matters()])
    words = forms.CharField(
        label="简单说明",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="想问什么、要办什么，写一两句，工会先做准备。",
    )


class WhenForm(forms.Form):
    """How and when."""

    way = forms.ChoiceField(
        label="怎么办", choices=Way.choices, widget=forms.RadioSelect, initial=Way.COUNTER
    )
    day = forms.ChoiceField(label="哪一天", choices=offered_days)
    half = forms.ChoiceField(
        label="什么时段", choices=Half.choices, widget=forms.RadioSelect, initial=Half.MORNING
    )
    mobile = forms.CharField(
        label="联系电话",
        required=False,
        max_length=20,
        help_text="不填就打您登记的手机。",
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )


class WhereForm(forms.Form):
    """Where the union comes to."""

    address = forms.CharField(label="上门地址", max_length=120)
    reason = forms.CharField(
        label="为什么要上门",
        max_length=200,
        help_text="如年满六十周岁、行动不便、在住院。",
    )


def _desk(known: Known) -> Union | None:
    return places.centre_of(known.union_path)


def _submit(handed: Handed, by: Actor) -> Receipt:
    told = handed.answers
    titles = dict(matters())
    words = "\n".join(part for part in (told.get("words"), told.get("reason")) if part)
    # A counter may be any union's; the appointment is with the service centre at or above it.
    centre = places.centre_of(handed.union.path) or handed.union
    made = actions.book(
        centre,
        by=by,
        person_id=handed.known.person_id,
        channel=handed.channel,
        title=titles.get(told["service"], titles[OTHER]),
        service="" if told["service"] == OTHER else told["service"],
        words=words,
        way=told["way"],
        address=told.get("address", ""),
        mobile=told.get("mobile", ""),
        day=date.fromisoformat(told["day"]),
        half=told["half"],
    )
    place = f"{centre.name}职工服务中心"
    return Receipt(
        number=made.number or "",
        target_type=actions.TARGET,
        target_id=made.pk,
        next=f"{place}一个工作日内和您约定时间，结果发消息给您。",
        due_on=made.due_on,
    )


def _offered(verb: str) -> Callable[[str, Actor], bool]:
    def offered(target: str, actor: Actor) -> bool:
        booking = actions.own(target, actor.person_id)
        if booking.state not in rules.ALLOWED[verb]:
            return False
        return verb != "appeal" or actions.may_appeal(booking)

    return offered


def _withdraw(target: str, actor: Actor, words: Words) -> object:
    return actions.withdraw(actions.own(target, actor.person_id), by=actor, reason=words.text)


def _supplement(target: str, actor: Actor, words: Words) -> object:
    return actions.supplement(actions.own(target, actor.person_id), by=actor, words=words.text)


def _appeal(target: str, actor: Actor, words: Words) -> object:
    return actions.appeal(actions.own(target, actor.person_id), by=actor, words=words.text)


SERVICE = Service(
    CODE,
    actions.TITLE,
    (HARDSHIP, UNION),
    Guide(
        "先约好时间，材料先拍照，到窗口一次办完；年纪大、行动不便的，工会上门办。",
        time_limit="一个工作日内约定时间",
        handled_by="您所在市、县的职工服务中心",
        result="按约定的时间到窗口或在家办理，经过记在“我的办事”里",
        steps=("选事项和时间", "传材料（可以不传）", "工会约定时间", "到窗口或等工会上门"),
        basis=(rules.HOME_RULE,),
    ),
    who=WORKERS,
    level=Level.IDENTITY,
    conditions=(
        Condition("约工会上门的，年满六十周岁或行动不便", rules.may_visit, rules.HOME_RULE),
    ),
    materials=(
        Material("id-card", "身份证照片", "拍清楚四角和文字。到窗口时仍要带原件。", required=False),
        Material(
            "papers",
            "要办的事的材料",
            "有什么拍什么，工会先看，缺什么提前告诉您。",
            required=False,
            reusable=False,
        ),
    ),
    apply=Application(
        (
            Screen("what", "办什么事", WhatForm),
            Screen("when", "什么时候", WhenForm),
            Screen("where", "上门地址", WhereForm, shown=lambda told: told.get("way") == Way.HOME),
        ),
        _submit,
        desk=_desk,
    ),
    targets=(actions.TARGET,),
    verbs=(
        Verb("supplement", "补充说明", _offered("supplement"), _supplement),
        Verb("withdraw", "撤回预约", _offered("withdraw"), _withdraw),
        Verb(
            "appeal",
            "不同意，申诉",
            _offered("appeal"),
            _appeal,
            help="由上一级工会的职工服务中心安排，申诉一次。",
        ),
    ),
    keywords=("预约", "窗口", "上门", "办事大厅", "帮扶中心", "行动不便", "老人"),
    icon="calendar",
    help="到窗口不排队，行动不便的工会上门",
)


class AgreeForm(ActionForm):
    """The time that is agreed."""

    day = DayField(label="日期")
    half = forms.ChoiceField(label="时段", choices=Half.choices)
    said = forms.CharField(
        label="告诉职工",
        required=False,
        max_length=200,
        help_text="地点、要带的东西，或上门的是谁。",
    )
    groups = [("", ["day", "half", "said"])]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["day"].initial = self.record.day
        self.fields["half"].initial = self.record.half


class SayForm(ActionForm):
    """Why not, and what to do instead."""

    said = forms.CharField(
        label="答复", min_length=4, max_length=200, widget=forms.Textarea(attrs={"rows": 3})
    )
    groups = [("", ["said"])]


class DoneForm(ActionForm):
    """What came of it."""

    said = forms.CharField(label="办理结果", required=False, max_length=200)
    groups = [("", ["said"])]


def _in(verb: str) -> Callable[[Booking, Actor], bool]:
    return lambda booking, actor: booking.state in rules.ALLOWED[verb]


def _opened(name: str) -> Callable[[Booking], str]:
    def words(booking: Booking) -> str:
        value = getattr(booking, name)
        return value.reveal() if value else ""

    return words


BOOKINGS = Resource(
    code="hall-bookings",
    title="预约办理",
    model=Booking,
    view=VIEW_BOOKINGS,
    unit="件",
    columns=(
        Column("number", "受理编号", kind="title"),
        Column("title", "办什么事"),
        Column("way", "怎么办", kind="choice", choices=Way),
        Column("day", "日期", kind="date"),
        Column("half", "时段", kind="choice", choices=Half),
        Column("state", "状态", kind="state", choices=BookingState, tones=TONES),
        Column("due_on", "答复期限", kind="date"),
        Column("union__name", "职工服务中心"),
    ),
    filters=(
        Choice("state", "状态", choices=BookingState),
        Choice("way", "怎么办", choices=Way),
        Days("day", "日期"),
        Under(),
    ),
    sorts=(
        Sort("asked_at", "提交时间"),
        Sort("day", "日期", descending=False),
    ),
    facts=(
        Facts(
            "预约",
            (
                ("受理编号", "number"),
                ("预约人", "shown_name"),
                ("办什么事", "title"),
                ("说明", _opened("words")),
                ("怎么办", "way"),
                ("上门地址", _opened("address")),
                ("联系电话", _opened("mobile")),
                ("时间", "when"),
                ("提交时间", "asked_at"),
                ("答复期限", "due_on"),
                ("职工服务中心", "union"),
            ),
        ),
        Facts(
            "办理",
            (
                ("工会的话", "said"),
                ("经办人", "handled_by"),
                ("办理时间", "handled_at"),
            ),
        ),
    ),
    steps=(
        Step(
            actions.agree,
            "agree",
            "约定时间",
            AgreeForm,
            shown=_in("agree"),
            tone="primary",
            help="按职工选的时间约定，或改成另一个时间；职工马上收到消息。",
            done="已约定，职工会收到消息。",
        ),
        Step(
            actions.done,
            "done",
            "登记已办",
            DoneForm,
            shown=_in("done"),
            tone="primary",
            done="已登记，职工可以评价。",
        ),
        Step(
            actions.decline,
            "decline",
            "不能安排",
            SayForm,
            shown=_in("decline"),
            tone="danger",
            help="说明理由和另外的办法。职工可以向上一级工会申诉一次。",
            done="已答复。",
        ),
        Step(actions.missed, "missed", "未到场", shown=_in("missed"), done="已登记。"),
    ),
    search=lambda rows, text, scope: rows.filter(number__startswith=text.strip().upper()),
    search_hint="受理编号",
    related=("union",),
    empty="还没有预约。职工在服务大厅约时间后出现在这里。",
)
