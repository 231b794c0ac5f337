"""Boards for administrators: reviews and their sheet, accounts left over, the three apart."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.roles import ADMINISTRATORS, PERMISSIONS, ROLES
from gonghui.kernel.base.errors import Missing
from gonghui.kernel.org.models import Union, UnionStatus
from gonghui.kernel.ui import components as ui
from gonghui.systems.foundation.users.models import Decision, Review, ReviewItem
from gonghui.systems.foundation.users.permissions import (
    FILL_POSTS,
    MANAGE_STAFF,
    VIEW_REVIEWS,
    VIEW_SEPARATION,
    VIEW_STAFF,
)
from gonghui.systems.foundation.users.queries import grants as queries
from gonghui.systems.foundation.users.queries import separation
from gonghui.systems.foundation.users.queries import staff as staff_queries
from gonghui.systems.foundation.users.rules import staff as rules

ANY = "a review is of the whole province; its items are shown by place"
MOST = 500


def review_boards(request: HttpRequest) -> HttpResponse:
    """The reviews with the actor's own place in each; straight on while one is open."""
    actor: Actor = request.actor
    actor.require(VIEW_REVIEWS)
    place = actor.scope(VIEW_REVIEWS).ranges[0].union_id
    found = list(Review.objects.unscoped(ANY).order_by("-opened_on")[:12])
    union = Union.objects.unscoped(ANY).get(pk=place)
    rows = []
    for review in found:
        if not union.path.startswith(review.org_path) and not review.org_path.startswith(
            union.path
        ):
            continue
        state = queries.progress(review, union.path, timezone.localdate())
        rows.append(
            ui.Row(
                str(review.pk),
                [
                    review.title,
                    ui.pill(
                        review.get_state_display(), "info" if review.state == "open" else "idle"
                    ),
                    f"{state.done:,} / {state.total:,}",
                    f"{state.overdue:,}",
                    review.due_on,
                ],
                reverse("review-board", args=[review.pk, union.pk]),
            )
        )
    columns = [
        ui.Column("复核", "title"),
        ui.Column("状态", "state"),
        ui.Column("已复核", "number"),
        ui.Column("逾期", "number"),
        ui.Column("期限", "code"),
    ]
    context = {"table": ui.Table("授权复核", columns, rows), "union": union}
    return render(request, "users/reviews.html", context)


def _review(request: HttpRequest, pk: int, union_id: int) -> tuple[Review, Union]:
    actor: Actor = request.actor
    union = Union.objects.within(actor.scope(VIEW_REVIEWS)).filter(pk=union_id).first()
    if union is None:
        actor.require(VIEW_REVIEWS, "0.")
    review = Review.objects.unscoped(ANY).filter(pk=pk).first()
    if review is None or union is None:
        raise Missing("没有这次复核。")
    return review, union


def review_board(request: HttpRequest, pk: int, union_id: int) -> HttpResponse:
    """How far a union's review has come: its subordinates, and what is pending."""
    review, union = _review(request, pk, union_id)
    today = timezone.localdate()
    own = queries.progress(review, union.path, today)
    listed = reverse("resource:review-items:list") + f"?under={union.pk}&decision=pending"
    context = {
        "review": review,
        "union": union,
        "stats": [
            ui.Stat("授权", own.total, "项"),
            ui.Stat("已复核", own.done, "项", change=f"{own.percent}%"),
            ui.Stat("继续保留", own.confirmed, "项"),
            ui.Stat("收回", own.revoked, "项", change=f"暂停 {own.suspended} 项"),
            ui.Stat("逾期", own.overdue, "项"),
        ],
        "below": _below(request.actor, review, union, today),
        "primary": ui.Action("复核授权", listed, "list-check"),
        "more": [
            ui.Action("打印复核表", reverse("review-sheet", args=[review.pk, union.pk]), "printer")
        ],
        "items": _pending(request.actor, review, union),
        "late": own.overdue,
        "as_of": timezone.now(),
    }
    return render(request, "users/review.html", context)


def _below(actor: Actor, review: Review, union: Union, today: date) -> ui.Table:
    """The direct subordinates with grants to review, the least far first."""
    unions = Union.objects.within(actor.scope(VIEW_REVIEWS)).filter(
        parent=union, status=UnionStatus.ACTIVE
    )
    states = queries.progress_below(review, list(unions), today)
    rows = [
        ui.Row(
            str(child.pk),
            [
                child.name,
                f"{state.percent}%",
                f"{state.done:,} / {state.total:,}",
                ui.pill(f"逾期 {state.overdue} 项", "wait") if state.overdue else "",
            ],
            reverse("review-board", args=[review.pk, child.pk]),
        )
        for child, state in sorted(states, key=lambda pair: (pair[1].percent, pair[0].path))
        if state.total
    ]
    columns = [
        ui.Column("工会", "title"),
        ui.Column("完成率", "number"),
        ui.Column("已复核", "number"),
        ui.Column("逾期", "state"),
    ]
    return ui.Table("下级工会复核进度", columns, rows)


def _pending(actor: Actor, review: Review, union: Union) -> ui.Table:
    rows = ReviewItem.objects.within(actor.scope(VIEW_REVIEWS)).filter(
        review=review, decision=Decision.PENDING, org_path__startswith=union.path
    )
    return ui.Table(
        "待复核",
        [
            ui.Column("用户", "title"),
            ui.Column("角色"),
            ui.Column("工会"),
            ui.Column("期限", "code"),
        ],
        [
            ui.Row(
                str(item.pk),
                [item.user_name, ROLES[item.role].title, item.union.name, item.due_on],
                reverse("resource:review-items:record", args=[item.pk]),
            )
            for item in rows.select_related("union").order_by("due_on", "org_path", "id")[:20]
        ],
    )


def review_sheet(request: HttpRequest, pk: int, union_id: int) -> HttpResponse:
    """The review on paper: every grant below a union, with a place to sign."""
    review, union = _review(request, pk, union_id)
    rows = ReviewItem.objects.within(request.actor.scope(VIEW_REVIEWS)).filter(
        review=review, org_path__startswith=union.path
    )
    items = rows.select_related("union", "grant").order_by("org_path", "id")[:MOST]
    context = {
        "review": review,
        "union": union,
        "items": [
            (number, item, ROLES[item.role].title) for number, item in enumerate(items, start=1)
        ],
        "state": queries.progress(review, union.path, timezone.localdate()),
        "maker": request.actor,
        "today": timezone.localdate(),
        "most": MOST,
        "back_url": reverse("review-board", args=[review.pk, union.pk]),
    }
    return render(request, "users/sheet.html", context)


def left_over(request: HttpRequest) -> HttpResponse:
    """Accounts that look left over, by reason, with what to do about each."""
    actor: Actor = request.actor
    actor.require(VIEW_STAFF)
    today = timezone.localdate()
    found = staff_queries.left_over(actor, today)
    wanted = request.GET.get("reason", "")
    counted = {code: sum(code in reasons for _, reasons in found) for code in rules.REASONS}
    rows = []
    for staff, reasons in found:
        if wanted and wanted not in reasons:
            continue
        last = staff.user.last_login
        rows.append(
            ui.Row(
                str(staff.pk),
                [
                    staff.name,
                    staff.union.name,
                    "、".join(rules.REASONS[code] for code in reasons),
                    timezone.localdate(last) if last else "从未登录",
                    staff.opened_on,
                ],
                reverse("resource:staff:record", args=[staff.pk]),
                can=_treatments(actor, staff.org_path),
            )
        )
    columns = [
        ui.Column("姓名", "title"),
        ui.Column("所属工会"),
        ui.Column("原因"),
        ui.Column("最近登录", "code"),
        ui.Column("开通日期", "code"),
    ]
    menu = [
        ui.Action("停用账号", "/w/staff/{id}/suspend/", need="suspend"),
        ui.Action("办理离任", "/w/staff/{id}/leave/", need="leave"),
        ui.Action("注销账号", "/w/staff/{id}/close/", need="leave", grave=True),
    ]
    shown = rows[:MOST]
    context = {
        "table": ui.Table("待清理账号", columns, shown, menu=menu),
        "tabs": [ui.Tab("全部", "?", not wanted, len(found))]
        + [
            ui.Tab(title, f"?reason={code}", wanted == code, counted[code])
            for code, title in rules.REASONS.items()
        ],
        "count": len(rows),
        "rule": rules.CLEANING,
        "idle": staff_queries.IDLE_DAYS.value(),
        "as_of": timezone.now(),
    }
    return render(request, "users/left_over.html", context)


def _treatments(actor: Actor, path: str) -> list[str]:
    found = ["suspend"] if actor.may(MANAGE_STAFF, path) else []
    return [*found, "leave"] if actor.may(FILL_POSTS, path) else found


def three_apart(request: HttpRequest) -> HttpResponse:
    """Who holds the three administrators' roles, what each may do, and whether they are apart."""
    actor: Actor = request.actor
    actor.require(VIEW_SEPARATION)
    held = separation.administrators(actor.scope(VIEW_SEPARATION), timezone.localdate())
    duties = []
    for role in ADMINISTRATORS:
        mine = [item.title for item in PERMISSIONS.values() if role in item.roles]
        duties.append((role, mine, [line for line in held if line.role == role.code]))
    context = {
        "duties": duties,
        "meetings": separation.meetings(timezone.localdate()),
        "lacking": separation.lacking(actor.scope(VIEW_SEPARATION), held),
        "as_of": timezone.now(),
    }
    return render(request, "users/three.html", context)
