"""The inbox of every system's to-dos: grouped, narrowed, settled and put off in bulk."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.base.workdays import add_workdays
from gonghui.kernel.identity.models import User
from gonghui.kernel.notify import todos as kernel_todos
from gonghui.kernel.notify.models import Todo
from gonghui.kernel.ui import components as ui
from gonghui.systems.portal.desk.actions.todos import Outcome, each, hand_over, settle
from gonghui.systems.portal.desk.queries import todos as queries
from gonghui.systems.portal.desk.queries.colleagues import holders
from gonghui.systems.portal.desk.queries.todos import Counted, Narrowed
from gonghui.systems.portal.desk.rules import due as due_rules
from gonghui.systems.portal.desk.views.home import required
from gonghui.systems.portal.desk.views.widgets import line, places_of

PAGE = 50
NAMED_REFUSALS = 5
LATER = {
    "hours": "3 小时后",
    "tomorrow": "明天上午",
    "workday": "下一个工作日",
    "week": "下周一",
}


def _asked(request: HttpRequest) -> Narrowed:
    get = request.GET
    due = get.get("due", "")
    return Narrowed(
        get.get("system", "")[:40],
        get.get("kind", "")[:60],
        due if due in due_rules.TITLES else "",
        get.get("q", "").strip()[:60],
    )


def _url(asked: Narrowed, **changes: str) -> str:
    values = {
        "system": asked.system,
        "kind": asked.kind,
        "due": asked.due,
        "q": asked.text,
        **changes,
    }
    return "?" + urlencode({key: value for key, value in values.items() if value})


@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """Open to-dos by term, fifty at a time; `?state=done` the settled, `later` those put off."""
    actor = required(request)
    match request.GET.get("state"):
        case "done":
            return _done(request, actor)
        case "later":
            return _later(request, actor)
    now = timezone.localtime()
    asked = _asked(request)
    counts = queries.counted(actor, now)
    request._shell_counts = (counts.total, counts.unread, False)
    rows = kernel_todos.awake(Todo.objects.all(), actor.user_id or 0, now)
    rows = queries.narrowed(rows, asked, now)
    found = queries.page(actor, rows, queries.read_cursor(request.GET.get("after", "")), PAGE)
    more, found = len(found) > PAGE, found[:PAGE]
    names = places_of(actor)
    lines = [line(todo, names, now) for todo in found]
    bulk = queries.bulk_of({todo.kind for todo in found})
    context = {
        "lines": lines,
        "counts": counts,
        "narrowed": asked != Narrowed(),
        "asked": asked,
        "tabs": _tabs("", counts),
        "chips": _chips(asked, counts),
        "filters": _filters(asked, counts),
        "next_url": _url(asked, after=queries.cursor_of(found[-1])) if more else "",
        "first_url": _url(asked) if request.GET.get("after") else "",
        "bulk": bulk,
        "later": LATER.items(),
        "here": request.get_full_path(),
    }
    template = "desk/todo_list.html" if request.htmx else "desk/todos.html"
    return render(request, template, context)


def _tabs(state: str, counts: Counted | None = None) -> list[ui.Tab]:
    base = reverse("todo")
    return [
        ui.Tab("待办", base, state == "", counts.total if counts else None),
        ui.Tab("已推迟", f"{base}?state=later", state == "later"),
        ui.Tab("已办", f"{base}?state=done", state == "done"),
    ]


def _chips(asked: Narrowed, counts: Counted) -> list[dict[str, Any]]:
    return [
        {
            "title": title,
            "url": _url(asked, due="" if asked.due == code else code),
            "active": asked.due == code,
            "count": counts.by_due[code],
            "tone": due_rules.TONES[code],
        }
        for code, title in due_rules.TITLES.items()
        if counts.by_due[code] or asked.due == code
    ]


def _filters(asked: Narrowed, counts: Counted) -> list[ui.Filter]:
    systems = [
        ui.Option(name, _url(asked, system=label, kind=""), label == asked.system, count)
        for label, name, count in counts.by_system
    ]
    kinds = [
        ui.Option(title, _url(asked, kind=code), code == asked.kind, count)
        for code, title, count in counts.kinds(asked.system)
    ]
    return [
        ui.Filter(
            "来自系统",
            queries.system_name(asked.system) if asked.system else "",
            options=systems,
            clear_url=_url(asked, system="", kind=""),
        ),
        ui.Filter(
            "事项种类",
            next((option.label for option in kinds if option.active), ""),
            options=kinds,
            clear_url=_url(asked, kind=""),
        ),
    ]


def _done(request: HttpRequest, actor: Actor) -> HttpResponse:
    rows = queries.my_done(actor)
    text = request.GET.get("q", "").strip()[:60]
    if text:
        rows = rows.filter(title__icontains=text)
    before = queries.read_cursor(request.GET.get("before", ""))
    if before is not None:
        rows = queries.settled_before(rows, *before)
    found = list(rows[: PAGE + 1])
    more, found = len(found) > PAGE, found[:PAGE]
    now, names = timezone.localtime(), places_of(actor)
    last = f"{found[-1].done_at.timestamp():.6f}_{found[-1].pk}" if more else ""
    context = {
        "tabs": _tabs("done"),
        "done": [(line(todo, names, now), todo.done_at) for todo in found],
        "text": text,
        "next_url": "?" + urlencode({"state": "done", "q": text, "before": last}) if more else "",
    }
    return render(request, "desk/todos_done.html", context)


def _later(request: HttpRequest, actor: Actor) -> HttpResponse:
    now, names = timezone.localtime(), places_of(actor)
    rows = queries.put_off_by(actor, now)
    context = {
        "tabs": _tabs("later"),
        "later": [(line(todo, names, now), until) for todo, until in rows],
    }
    return render(request, "desk/todos_later.html", context)


@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """do = later, wake or hand_over with the chosen to-dos in `ids`; `settle` names one kind."""
    actor = required(request)
    ids = [int(pk) for pk in request.POST.getlist("ids") if pk.isdecimal() and len(pk) < 19]
    todos = queries.among_mine(actor, ids)
    if not todos:
        raise Refusal("没有选中还开着的待办。", remedy="请刷新页面后重新选择。", code="none")
    if kind := request.POST.get("settle"):
        chosen = [todo for todo in todos if todo.kind == kind]
        _say(request, settle(chosen, by=actor), "已办理")
        return HttpResponseRedirect(_back(request))
    match request.POST.get("do"):
        case "later":
            until = _until(request.POST.get("until", ""), timezone.localtime())
            kernel_todos.put_off(actor.user_id, [todo.pk for todo in todos], until)
            moment = f"{until.month}月{until.day}日 {until:%H:%M}"
            messages.success(request, f"{len(todos)} 件待办将在 {moment} 再提醒。")
        case "wake":
            kernel_todos.wake(actor.user_id, [todo.pk for todo in todos])
            messages.success(request, f"{len(todos)} 件待办已放回待办列表。")
        case "hand_over":
            return _hand_over(request, actor, todos)
        case _:
            raise Refusal("没有这种办理。", code="do")
    return HttpResponseRedirect(_back(request))


def _back(request: HttpRequest) -> str:
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    return back if safe and back.startswith("/todo/") else reverse("todo")


def _until(choice: str, now: datetime) -> datetime:
    morning = datetime.combine(now.date(), time(8, 30), now.tzinfo)
    match choice:
        case "hours":
            return now + timedelta(hours=3)
        case "tomorrow":
            return morning + timedelta(days=1)
        case "workday":
            day = add_workdays(now.date(), 1)
            return datetime.combine(day, time(8, 30), now.tzinfo)
        case "week":
            return morning + timedelta(days=7 - now.weekday())
    raise Refusal("请选择什么时候再提醒。", field="until")


def _hand_over(request: HttpRequest, actor: Actor, todos: list[Todo]) -> HttpResponse:
    """First whom to hand over to, then the doing."""
    people = _colleagues(actor, todos)
    chosen = request.POST.get("to", "")
    if not chosen:
        context = {
            "todos": todos,
            "people": people,
            "next": _back(request),
            "names": [line(todo, places_of(actor), timezone.localtime()) for todo in todos[:20]],
        }
        return render(request, "desk/hand_over.html", context)
    to = next((user for user in people if str(user.pk) == chosen), None)
    if to is None:
        raise Refusal("请选择一位能办理这些事项的同事。", field="to")
    reason = request.POST.get("reason", "").strip()[:200]
    outcome = each(todos, lambda todo: hand_over(todo, by=actor, to=to, reason=reason))
    _say(request, outcome, f"已转交给{to.display_name}")
    return HttpResponseRedirect(_back(request))


def _colleagues(actor: Actor, todos: list[Todo]) -> list[User]:
    """Who may do every one of these to-dos, besides the actor."""
    today = timezone.localdate()
    rights = {(todo.union_id, todo.permission) for todo in todos}
    shared: dict[int, User] | None = None
    for union_id, permission in rights:
        held = {user.pk: user for user in holders(union_id or 0, permission, today)}
        shared = held if shared is None else {pk: shared[pk] for pk in shared.keys() & held.keys()}
    people = [user for pk, user in (shared or {}).items() if pk != actor.user_id]
    return sorted(people, key=lambda user: (user.display_name, user.pk))


def _say(request: HttpRequest, outcome: Outcome, done: str) -> None:
    if outcome.done:
        messages.success(request, f"{done} {outcome.done} 件。")
    for title, why in outcome.refused[:NAMED_REFUSALS]:
        messages.warning(request, f"“{title}”没有办成：{why}")
    left = len(outcome.refused) - NAMED_REFUSALS
    if left > 0:
        messages.warning(request, f"另有 {left} 件没有办成，请逐件打开办理。")
