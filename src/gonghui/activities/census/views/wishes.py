"""The wish list in the service hall (phone first), and its statistics for cadres."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from gonghui.activities.census.actions import wishes as actions
from gonghui.activities.census.models import Category, Wish
from gonghui.activities.census.permissions import MAKE_WISH, VIEW_WISHES
from gonghui.activities.census.queries import wishes as queries
from gonghui.activities.census.rules import wishes as rules
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.base.masking import mask_name
from gonghui.kernel.config.declaring import Setting
from gonghui.kernel.org.models import Union
from gonghui.kernel.ui import charts, reports
from gonghui.kernel.ui import components as ui

TONES = {
    rules.NEW: "wait",
    rules.ACCEPTED: "info",
    rules.IN_PROGRESS: "info",
    rules.DONE: "good",
    rules.DECLINED: "idle",
    rules.MERGED: "idle",
}
PER_PAGE = Setting(
    "census.wishes_page",
    "心愿列表每页条数",
    int,
    20,
    "服务大厅的心愿列表每页显示多少条。",
    unit="条",
    minimum=5,
    maximum=50,
)
SHOWS = (("", "全部"), ("voted", "我支持的"), ("mine", "我提出的"))


class WishForm(forms.Form):
    """What a worker wishes for, and from whom."""

    groups = [("", ["title", "category", "detail", "union", "anonymous"])]
    title = forms.CharField(
        label="想要什么服务",
        max_length=60,
        help_text="一句话说清，例如“暑假办子女托管班”。",
    )
    category = forms.ChoiceField(label="类别", choices=[("", "请选择"), *Category.choices])
    detail = forms.CharField(
        label="具体需求",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="时间、地点、大概多少人用得上。请不要写身份证号、电话等个人信息。",
    )
    union = forms.TypedChoiceField(label="向谁提出", coerce=int, widget=forms.RadioSelect)
    anonymous = forms.BooleanField(
        label="对其他职工匿名",
        required=False,
        help_text="其他职工看不到您的姓名；办理的工会仍能看到，以便联系您。",
    )

    def __init__(self, *args: Any, unions: list[Union], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unions = {union.pk: union for union in unions}
        field = self.fields["union"]
        field.choices = [(union.pk, union.name) for union in unions]
        field.initial = unions[0].pk


def wishes(request: HttpRequest) -> HttpResponse:
    """Wishes of the unions on my path, most votes first."""
    actor = _worker(request)
    home = queries.home_union(actor.person_id)
    show, category = request.GET.get("show", ""), request.GET.get("category", "")
    if show == "mine":
        rows = Wish.objects.unscoped("a worker's own wishes").filter(person_id=actor.person_id)
        rows = rows.select_related("union")
    else:
        rows = queries.visible(home)
    if show == "voted":
        rows = rows.filter(ballots__person_id=actor.person_id)
    if category in Category.values:
        rows = rows.filter(category=category)
    page = Paginator(queries.ordered(rows), PER_PAGE.value()).get_page(request.GET.get("page"))
    supported = queries.voted(actor.person_id or 0, list(page))
    context = {
        "page": page,
        "items": [_card(wish, wish.pk in supported) for wish in page],
        "tabs": [
            ui.Tab(title, f"?show={code}&category={category}", code == show)
            for code, title in SHOWS
        ],
        "filters": [_category_filter(category, show)],
        "query": f"show={show}&category={category}",
        "home": home,
        "order": rules.ORDER,
    }
    return render(request, "census/wishes.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_wish(request: HttpRequest) -> HttpResponse:
    """Put a wish; similar ones are shown first, to support one of them instead."""
    actor = _worker(request)
    unions = queries.askable(queries.home_union(actor.person_id))
    form = WishForm(request.POST or None, unions=unions)
    found: list[Wish] = []
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            values = dict(form.cleaned_data)
            union = form.unions[values.pop("union")]
            found = [] if request.POST.get("anyway") else queries.alike(values["title"], union)
            if found:
                status = 200
            else:
                try:
                    wish = actions.make(union, by=actor, **values)
                except Refusal as refusal:
                    if refusal.status == 403:
                        raise
                    _refuse(form, refusal)
                else:
                    messages.success(
                        request, f"已提出。{wish.union.name}会在 {wish.due_on:%m月%d日} 前答复。"
                    )
                    return redirect("wish", wish.pk)
    supported = queries.voted(actor.person_id or 0, found)
    context = {
        "form": form,
        "similar": [_card(wish, wish.pk in supported) for wish in found],
        "extra": "census/anyway.html" if found else "",
        "submit": "仍要提出" if found else "提出心愿",
    }
    return render(request, "census/new_wish.html", context, status=status)


def wish_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One wish: what is wished, who supports it, what the union said and did."""
    actor = _worker(request)
    wish = queries.wish_for(actor.person_id, pk)
    person_id = actor.person_id or 0
    context = {
        "wish": wish,
        "item": _card(wish, wish.pk in queries.voted(person_id, [wish])),
        "category": wish.get_category_display(),
        "place": queries.place_of(wish),
        "late": rules.overdue(
            wish.answered_at is not None, wish.state, wish.due_on, timezone.localdate()
        ),
        "follows": queries.follows(person_id, wish),
        "own": wish.person_id == person_id,
        "events": [
            ui.Event(event.at, event.title, event.union_name, event.text, event.tone)
            for event in wish.events.all()
        ],
    }
    return render(request, "census/wish.html", context)


@require_POST
def vote(request: HttpRequest, pk: int) -> HttpResponse:
    """Support a wish (do=vote) or take it back (do=unvote); HTMX gets the button again."""
    actor = _worker(request)
    wish = queries.wish_for(actor.person_id, pk)
    action = actions.unvote if request.POST.get("do") == "unvote" else actions.vote
    try:
        wish = action(wish, by=actor)
    except Conflict as conflict:
        # Pressed twice: what was wanted already holds, so the button only shows it.
        if not request.htmx:
            messages.info(request, conflict.message)
    supported = wish.pk in queries.voted(actor.person_id or 0, [wish])
    if request.htmx:
        return render(request, "census/vote.html", {"item": _card(wish, supported)})
    return redirect(_next(request, reverse("wish", args=[pk])))


@require_POST
def follow(request: HttpRequest, pk: int) -> HttpResponse:
    """Be told of its steps (do=follow), or no longer (do=unfollow)."""
    actor = _worker(request)
    wish = queries.wish_for(actor.person_id, pk)
    on = request.POST.get("do") != "unfollow"
    actions.follow(wish, by=actor, on=on)
    messages.success(request, "已关注，有进展时会告诉您。" if on else "已取消关注。")
    return redirect("wish", pk)


CATEGORY_REPORT = reports.Report(
    "职工心愿按类别统计",
    (reports.Group("title", "类别"),),
    (
        reports.Measure("total", "心愿"),
        reports.Measure("votes", "支持人次"),
        reports.Heading(
            "办理情况",
            (
                reports.Measure("waiting", "待答复"),
                reports.Measure("overdue", "逾期"),
                reports.Measure("done", "已实现"),
                reports.Ratio("done", "total", "实现率"),
            ),
        ),
        reports.Ratio("workdays", "answered", "平均答复用时（工作日）", percent=False),
    ),
    total="合计",
)


def _category_chart(found: list[queries.CategoryFigures]) -> charts.Chart:
    return charts.Chart(
        "各类心愿",
        "bar",
        [item.title for item in found],
        [
            charts.Series("心愿", [item.total for item in found]),
            charts.Series("已实现", [item.done for item in found]),
        ],
        unit="条",
        first="类别",
    )


def stats(request: HttpRequest) -> HttpResponse:
    """Wishes of the actor's unions by category, with the time to the first answer."""
    actor: Actor = request.actor
    actor.require(VIEW_WISHES)
    found = queries.by_category(actor, timezone.localdate())
    total = sum(item.total for item in found)
    address = reverse("resource:wishes:list")
    context = {
        "sheet": reports.build(CATEGORY_REPORT, [vars(item) for item in found]),
        "chart": _category_chart(found) if found else None,
        "categories": found,
        "stats": [
            ui.Stat("心愿", total, "条", url=address),
            ui.Stat("待答复", sum(item.waiting for item in found), "条"),
            ui.Stat("逾期未答复", sum(item.overdue for item in found), "条"),
            ui.Stat("已实现", sum(item.done for item in found), "条"),
        ],
        "now": timezone.now(),
    }
    return render(request, "census/wish_stats.html", context)


def _worker(request: HttpRequest) -> Actor:
    actor: Actor = request.actor
    actor.require(MAKE_WISH)
    return actor


def _card(wish: Wish, supported: bool) -> dict[str, Any]:
    """What a worker sees of a wish; a name only masked, and not at all if anonymous."""
    return {
        "id": wish.pk,
        "title": wish.title,
        "union": wish.union.name,
        "category": wish.get_category_display(),
        "state": wish.get_state_display(),
        "tone": TONES[wish.state],
        "by": "匿名职工" if wish.anonymous else mask_name(wish.person_name),
        "votes": wish.votes,
        "supported": supported,
        "open": wish.state in rules.OPEN and wish.hidden_at is None,
        "reply": wish.reply,
    }


def _category_filter(category: str, show: str) -> ui.Filter:
    return ui.Filter(
        "类别",
        dict(Category.choices).get(category, ""),
        options=[
            ui.Option(label, f"?show={show}&category={code}", code == category)
            for code, label in Category.choices
        ],
        clear_url=f"?show={show}",
    )


def _next(request: HttpRequest, fallback: str) -> str:
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
    return target if safe else fallback


def _refuse(form: WishForm, refusal: Refusal) -> None:
    error = ValidationError(
        refusal.format,
        code=refusal.code,
        params={"rule": refusal.rule, "remedy": refusal.remedy},
    )
    form.add_error(refusal.field if refusal.field in form.fields else None, error)
