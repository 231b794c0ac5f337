"""The desk: home after sign-in, to-dos, messages, search over people and unions."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.roles import PERMISSIONS, ROLES
from gonghui.kernel.base.errors import Forbidden, Missing
from gonghui.kernel.identity.models import User
from gonghui.kernel.notify.messages import inbox, mark_all_read
from gonghui.kernel.notify.models import Todo
from gonghui.kernel.notify.todos import todos_at
from gonghui.kernel.resource.models import Draft
from gonghui.kernel.search.finding import find
from gonghui.kernel.ui import components as ui


def front(request: HttpRequest) -> HttpResponse:
    """The front door: the desk for those who are signed in, sign-in for others."""
    if not request.actor.signed_in:
        return redirect("signin")
    if request.actor.grants:
        return redirect("desk")
    return redirect("hall")


def _required(request: HttpRequest) -> Actor:
    actor: Actor = request.actor
    if actor.user_id is None:
        raise Forbidden("请先登录。", code="anonymous")
    return actor


def my_todos(actor: Actor) -> QuerySet[Todo]:
    """Open to-dos addressed to the actor, or to a role of theirs at exactly its union.

    A superior is not shown what its subordinates have to decide; it sees that in the lists.
    """
    held: dict[int, set[str]] = {}
    for grant in actor.grants:
        held.setdefault(grant.union_id, set()).add(grant.role)
    places = {
        union_id: [
            code
            for code, permission in PERMISSIONS.items()
            if any(role.code in roles for role in permission.roles)
        ]
        for union_id, roles in held.items()
    }
    return todos_at(actor.user_id or 0, places)


def _shown(todo: Todo) -> ui.Todo:
    now = timezone.now()
    due = f"{timezone.localtime(todo.due_at):%m月%d日}前" if todo.due_at else ""
    return ui.Todo(todo.title, todo.link, due=due, late=bool(todo.due_at and todo.due_at < now))


def home(request: HttpRequest) -> HttpResponse:
    """To-dos first, then drafts and messages."""
    actor = _required(request)
    if not actor.grants:
        return redirect("hall")
    rows = my_todos(actor)
    drafts = Draft.objects.filter(user_id=actor.user_id).order_by("-saved_at")[:5]
    context = {
        "todos": [_shown(todo) for todo in rows[:8]],
        "todo_total": rows.order_by()[:1000].count(),
        "drafts": drafts,
        "inbox": inbox(actor.user_id, actor.person_id)[:5],
        "grants": [(grant, ROLES[grant.role].title) for grant in actor.grants],
        "now": timezone.localtime(),
    }
    return render(request, "desk/home.html", context)


def todos(request: HttpRequest) -> HttpResponse:
    """Every open to-do of mine, the most pressing first."""
    actor = _required(request)
    page = Paginator(my_todos(actor), 50).get_page(request.GET.get("page"))
    context = {"items": [_shown(todo) for todo in page], "page": page}
    return render(request, "desk/todos.html", context)


@require_http_methods(["GET", "POST"])
def messages_page(request: HttpRequest) -> HttpResponse:
    """My messages; POST marks all as read."""
    actor = _required(request)
    if request.method == "POST":
        mark_all_read(actor.user_id, actor.person_id)
        messages.success(request, "已全部标为已读。")
        return redirect("messages")
    rows = inbox(actor.user_id, actor.person_id)
    context = {"items": rows[:50]}
    return render(request, "desk/messages.html", context)


def search(request: HttpRequest) -> HttpResponse:
    """People and unions I may see, by name, number or document number."""
    actor = _required(request)
    text = request.GET.get("q", "").strip()[:60]
    groups = find(text, actor) if text else []
    return render(request, "desk/search.html", {"text": text, "groups": groups})


@require_POST
def switch_post(request: HttpRequest, union_id: int) -> HttpResponse:
    """Work as another of my posts from now on."""
    actor = _required(request)
    if union_id not in {grant.union_id for grant in actor.grants}:
        raise Forbidden("您没有这个岗位。", code="forbidden")
    User.objects.filter(pk=actor.user_id).update(post_union_id=union_id)
    return HttpResponseRedirect(reverse("desk"))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    missing = Missing("这个页面不存在。", remedy="请检查地址，或从菜单进入。")
    return render(request, "ui/error.html", error_context(missing), status=404)


def failed(request: HttpRequest) -> HttpResponse:
    return render(request, "500.html", status=500)


def error_context(refusal: Missing) -> dict[str, object]:
    return {"code": refusal.status, "what": refusal.message, "remedy": refusal.remedy}
