"""The home page after sign-in, its arranging, and what its parts fetch."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base import workdays
from gonghui.kernel.base.errors import Forbidden, Missing, Refusal
from gonghui.kernel.ui.context import Shell
from gonghui.systems.portal.desk.actions import own
from gonghui.systems.portal.desk.queries import habits
from gonghui.systems.portal.desk.queries.functions import by_url, functions
from gonghui.systems.portal.desk.queries.todos import counted
from gonghui.systems.portal.desk.rules import due as due_rules
from gonghui.systems.portal.desk.rules import layout as layouts
from gonghui.systems.portal.desk.views.widgets import WIDGETS, Home, Widget, layout_of

WEEKDAYS = "一二三四五六日"
LARGEST_BODY = 20_000


def required(request: HttpRequest) -> Actor:
    """The actor, who must be signed in."""
    actor: Actor = request.actor
    if actor.user_id is None:
        raise Forbidden("请先登录。", code="anonymous")
    return actor


def front(request: HttpRequest) -> HttpResponse:
    """The front door: the desk for cadres, the hall for workers, sign-in for others."""
    if not request.actor.signed_in:
        return redirect("signin")
    return redirect("desk" if request.actor.grants else "hall")


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The parts a person arranged; `?arrange=1` shows the tools to change them."""
    actor = required(request)
    if not actor.grants:
        return redirect("hall")
    page = _home(request, actor)
    arranging = "arrange" in request.GET
    layout = layout_of(page.desk, actor)
    placed = {item.code for item in layout}
    parts = [_part(page, WIDGETS[item.code], item.width, arranging) for item in layout]
    context = {
        "parts": parts,
        "waiting": sum(bool(notice.waits) for part in parts for notice in part.get("notices", ())),
        "arranging": arranging,
        "spare": [widget for code, widget in WIDGETS.items() if code not in placed],
        "changed": bool(page.desk.layout),
        "personal": page.desk.personal,
        "hello": _hello(page.now.hour),
        "today": _today(page.now.date()),
        "due": _due_chips(page),
        "usage_url": reverse("desk-usage") if page.desk.personal else "off",
    }
    return render(request, "desk/home.html", context)


def _home(request: HttpRequest, actor: Actor) -> Home:
    now = timezone.localtime()
    counts = counted(actor, now)
    # The frame shows the same figures.
    request._shell_counts = (counts.total, counts.unread, False)
    return Home(request, actor, habits.desk_of(actor.user_id), counts, now, Shell(request))


def _part(page: Home, widget: Widget, width: int, arranging: bool) -> dict[str, Any]:
    part = {"widget": widget, "width": width, "template": widget.template}
    if widget.lazy or arranging:
        return part
    return {**part, **widget.build(page)}


def _hello(hour: int) -> str:
    if hour < 5:
        return "夜深了"
    if hour < 12:
        return "上午好"
    return "下午好" if hour < 18 else "晚上好"


def _today(day: Any) -> str:
    words = f"{day.year}年{day.month}月{day.day}日 星期{WEEKDAYS[day.weekday()]}"
    festival = workdays.festival(day)
    if festival:
        return f"{words} · {festival}"
    if workdays.is_workday(day):
        return f"{words} · 调休上班" if day.weekday() > 4 else words
    return f"{words} · 休息日"


def _due_chips(page: Home) -> list[dict[str, Any]]:
    shown = (due_rules.OVERDUE, due_rules.TODAY, due_rules.WEEK)
    return [
        {
            "code": code,
            "title": due_rules.TITLES[code],
            "tone": due_rules.TONES[code],
            "count": page.counted.by_due[code],
        }
        for code in shown
    ]


@require_safe
def widget(request: HttpRequest, code: str) -> HttpResponse:
    """One part alone, for pages that keep it up to date."""
    actor = required(request)
    found = WIDGETS.get(code)
    if found is None:
        raise Missing("没有这个组件。", code="widget")
    if code == "calendar":
        from gonghui.systems.portal.desk.views.calendar import week_of_home

        return render(request, found.template, {"part": week_of_home(actor), "loaded": True})
    context = {"part": found.build(_home(request, actor))}
    return render(request, found.template, context)


@require_safe
def counts(request: HttpRequest) -> HttpResponse:
    """The counts of the frame, put in place by the page that listens."""
    shell = Shell(request)
    context = {"todos": shell.todo_count, "messages": shell.message_count}
    return render(request, "ui/c/counts.html", context)


@require_POST
def arrange(request: HttpRequest) -> HttpResponse:
    """One change of the arrangement: op = move, order, add, remove, width, reset, personal."""
    actor = required(request)
    user_id = actor.user_id
    posted = request.POST
    match posted.get("op"):
        case "reset":
            own.reset(user_id)
            messages.success(request, "已恢复为您角色的默认排列。")
        case "personal":
            on = posted.get("on") == "1"
            own.personalise(user_id, on)
            messages.success(
                request, "已开启按使用习惯推荐。" if on else "已关闭，并删除了以往的使用计数。"
            )
        case op:
            layout = layout_of(habits.desk_of(user_id), actor)
            own.arrange(user_id, _changed(layout, op or "", posted))
    if request.htmx:
        return HttpResponse(status=204)
    back = reverse("desk")
    return HttpResponseRedirect(back if posted.get("op") == "personal" else f"{back}?arrange=1")


def _changed(layout: layouts.Layout, op: str, posted: Any) -> layouts.Layout:
    code = posted.get("widget", "")
    match op:
        case "move":
            return layouts.move(layout, code, _number(posted.get("by")))
        case "order":
            return layouts.reorder(layout, posted.get("order", "").split(","))
        case "add":
            return layouts.add(layout, code, {w.code: w.width for w in WIDGETS.values()})
        case "remove":
            return layouts.remove(layout, code)
        case "width":
            return layouts.resize(layout, code, _number(posted.get("width")))
    raise Refusal("没有这种调整。", code="op")


def _number(text: str | None) -> int:
    try:
        return int(text or "")
    except ValueError:
        raise Refusal("位置应是一个整数。", code="number") from None


@require_POST
def usage(request: HttpRequest) -> HttpResponse:
    """Openings of functions since the last time: a JSON object of address and times.

    Whatever is no function of the person is left out, so no record is ever counted.
    """
    actor = required(request)
    if len(request.body) > LARGEST_BODY:
        raise Refusal("内容太长。", code="long")
    try:
        data = json.loads(request.body or b"{}")
    except ValueError as error:
        raise Refusal("请求内容不是有效的 JSON。", code="bad_json") from error
    known = by_url(actor)
    openings = {
        path: count
        for path, count in (data.items() if isinstance(data, dict) else ())
        if path in known and isinstance(count, int) and not isinstance(count, bool) and count > 0
    }
    own.count_openings(actor.user_id, openings, timezone.localdate())
    return HttpResponse(status=204)


@require_safe
def habit(request: HttpRequest) -> HttpResponse:
    """Everything that is kept of the person's habits."""
    actor = required(request)
    names = by_url(actor)
    rows = [
        (names[function].title, count)
        for function, count in habits.usage_rows(actor.user_id, timezone.localdate())
        if function in names
    ]
    context = {"rows": rows, "personal": habits.desk_of(actor.user_id).personal}
    return render(request, "desk/habits.html", context)


@require_safe
def all_functions(request: HttpRequest) -> HttpResponse:
    """Every function of the person by chapter, to be filtered as one types."""
    actor = required(request)
    chapters: dict[str, list] = {}
    for item in functions(actor):
        chapters.setdefault(item.chapter, []).append(item)
    return render(request, "desk/functions.html", {"chapters": chapters.items()})


@require_POST
def switch_post(request: HttpRequest, union_id: int) -> HttpResponse:
    """Work as another of my posts from now on, on the page where one is."""
    actor = required(request)
    held = {grant.union_id: grant.union_name for grant in actor.grants}
    if union_id not in held:
        raise Forbidden("您没有这个岗位。", code="forbidden")
    own.work_as(actor, union_id)
    messages.success(request, f"现在的岗位：{held[union_id]}。")
    # The frame is the same on every page, so where one was comes from the browser.
    back = request.headers.get("Referer", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    return HttpResponseRedirect(back if back and safe else reverse("desk"))
