"""The calendar as month, week or list, and one's own entries."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base import workdays
from gonghui.kernel.base.errors import Missing
from gonghui.kernel.notify.calendar import CalendarEntry
from gonghui.kernel.resource.forms import DayField
from gonghui.kernel.ui import components as ui
from gonghui.systems.portal.desk.actions import own
from gonghui.systems.portal.desk.models import Appointment
from gonghui.systems.portal.desk.queries.calendar import entries
from gonghui.systems.portal.desk.rules import calendar as rules
from gonghui.systems.portal.desk.views.home import required

WEEKDAYS = "一二三四五六日"
ALL_DAY_REMINDER = time(8, 30)
REMINDERS = {
    "": "不提醒",
    "0": "开始时",
    "15": "提前 15 分钟",
    "60": "提前 1 小时",
    "1440": "提前 1 天",
    "4320": "提前 3 天",
}


def day_cell(day: date, today: date, found: list[CalendarEntry]) -> dict[str, Any]:
    """A day with its mark (休, 班), its festival and its entries."""
    special = workdays.special_days().get(day)
    works = workdays.is_workday(day)
    return {
        "day": day,
        "today": day == today,
        "weekday": WEEKDAYS[day.weekday()],
        "mark": ("班" if works else "休") if special else "",
        "works": works,
        "festival": workdays.festival(day),
        "entries": found,
    }


def cells(actor: Actor, first: date, last: date, today: date) -> list[dict[str, Any]]:
    """Every day of a span; an entry of several days stands on each of them."""
    by_day: dict[date, list[CalendarEntry]] = {}
    for entry in entries(actor, first, last):
        day, end = max(entry.day, first), min(entry.until or entry.day, last)
        while day <= end:
            by_day.setdefault(day, []).append(entry)
            day += timedelta(days=1)
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day_cell(day, today, by_day.get(day, [])) for day in days]


def week_of_home(actor: Actor) -> dict[str, Any]:
    """The week for the part of the home page."""
    today = timezone.localdate()
    shown = rules.span(rules.WEEK, today)
    found = cells(actor, shown.first, shown.last, today)
    return {"days": found, "some": any(cell["entries"] for cell in found)}


@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """The calendar around a day (`?view=month|week|list&day=2026-11-22`)."""
    actor = required(request)
    today = timezone.localdate()
    view = request.GET.get("view", rules.MONTH)
    view = view if view in rules.VIEWS else rules.MONTH
    day = _day(request.GET.get("day", ""), today)
    shown = rules.span(view, day)
    found = cells(actor, shown.first, shown.last, today)
    for cell in found:
        cell["outside"] = view == rules.MONTH and cell["day"].month != day.month
    base = reverse("desk-calendar")
    context = {
        "view": view,
        "day": day,
        "title": _title(view, day, shown),
        "tabs": [
            ui.Tab(title, f"{base}?view={code}&day={day}", code == view)
            for code, title in rules.VIEWS.items()
        ],
        "before": f"{base}?view={view}&day={shown.before}",
        "after": f"{base}?view={view}&day={shown.after}",
        "now": f"{base}?view={view}",
        "weeks": [found[n : n + 7] for n in range(0, len(found), 7)],
        "busy": [cell for cell in found if cell["entries"] and not cell["outside"]],
        "weekdays": WEEKDAYS,
        "provisional": workdays.is_provisional(shown.last.year),
        "year": shown.last.year,
        "new_url": reverse("desk-appointment-new") + f"?day={max(day, today)}",
    }
    return render(request, "desk/calendar.html", context)


def _day(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today
    return day if 2000 <= day.year <= 2100 else today


def _title(view: str, day: date, shown: rules.Span) -> str:
    if view == rules.MONTH:
        return f"{day.year}年{day.month}月"
    first, last = shown.first, shown.last
    return f"{first.year}年{first.month}月{first.day}日至{last.month}月{last.day}日"


class AppointmentForm(forms.Form):
    """An own entry."""

    title = forms.CharField(label="事项", max_length=80)
    day = DayField(label="日期")
    at = forms.TimeField(
        label="时间",
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text="不填为全天。",
    )
    until = DayField(label="至", required=False, help_text="跨几天的事项填最后一天。")
    note = forms.CharField(label="备注", max_length=300, required=False)
    remind = forms.ChoiceField(
        label="提醒", choices=list(REMINDERS.items()), required=False, initial="60"
    )

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        day, until = found.get("day"), found.get("until")
        if day and until and until < day:
            self.add_error("until", "最后一天早于开始的日期。")
        return found

    def values(self) -> dict[str, Any]:
        """What is kept, with the moment of the reminder."""
        found = dict(self.cleaned_data)
        minutes = found.pop("remind")
        found["remind_at"] = None
        if minutes:
            begins = datetime.combine(found["day"], found["at"] or ALL_DAY_REMINDER)
            moment = timezone.make_aware(begins) - timedelta(minutes=int(minutes))
            found["remind_at"] = moment
        return found


@require_http_methods(["GET", "HEAD", "POST"])
def appointment(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Write an own entry down, change it, or strike it out (`do=delete`)."""
    actor = required(request)
    item = None
    if pk is not None:
        item = Appointment.objects.filter(pk=pk, user_id=actor.user_id).first()
        if item is None:
            raise Missing("没有这条日程，或者它不是您的。", code="appointment")
    if request.method == "POST" and request.POST.get("do") == "delete" and item is not None:
        own.cancel(actor.user_id, item.pk)
        messages.success(request, f"已删除日程“{item.title}”。")
        return HttpResponseRedirect(f"{reverse('desk-calendar')}?day={item.day}")
    form = AppointmentForm(request.POST or None, initial=_initial(item, request))
    if request.method == "POST" and form.is_valid():
        made = own.plan(actor.user_id, form.values(), pk)
        messages.success(request, f"已记下“{made.title}”。")
        return HttpResponseRedirect(f"{reverse('desk-calendar')}?day={made.day}")
    status = 422 if request.method == "POST" else 200
    return render(request, "desk/appointment.html", {"form": form, "item": item}, status=status)


def _initial(item: Appointment | None, request: HttpRequest) -> dict[str, Any]:
    if item is None:
        return {"day": _day(request.GET.get("day", ""), timezone.localdate()), "remind": "60"}
    found = {name: getattr(item, name) for name in ("title", "day", "at", "until", "note")}
    found["remind"] = ""
    if item.remind_at is not None:
        begins = timezone.make_aware(datetime.combine(item.day, item.at or ALL_DAY_REMINDER))
        minutes = str(int((begins - item.remind_at).total_seconds() // 60))
        found["remind"] = minutes if minutes in REMINDERS else ""
    return found
