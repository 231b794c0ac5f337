"""The service hall (服务大厅): home, all services, messages and what is mine, phone first."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_http_methods

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Forbidden
from gonghui.kernel.notify.messages import inbox, mark_all_read, unread_count
from gonghui.kernel.people.memberships import membership_of
from gonghui.kernel.people.models import Membership, MembershipStatus
from gonghui.kernel.resource.declaration import SYSTEMS, Page
from gonghui.kernel.ui import components as ui
from gonghui.kernel.ui.branding import HALL_NOTICE, HOTLINE
from gonghui.kernel.ui.shell import MenuItem
from gonghui.systems.mobilization.membership import public as membership_system

TONES = {
    MembershipStatus.ACTIVE: "good",
    MembershipStatus.RETAINED: "info",
    MembershipStatus.EXPELLED: "stop",
}


def places(request: HttpRequest) -> Iterable[MenuItem]:
    """The bottom bar: 首页, 办事, 消息, 我的."""
    actor: Actor = request.actor
    unread = unread_count(actor.user_id, actor.person_id) if actor.user_id else 0
    for title, name, icon, count in (
        ("首页", "hall", "home", 0),
        ("办事", "hall-services", "apps", 0),
        ("消息", "hall-messages", "message", unread),
        ("我的", "hall-mine", "user", 0),
    ):
        url = reverse(name)
        yield MenuItem(title, url, count=count, icon=icon, active=request.path == url)


def tiles(actor: Actor) -> list[tuple[str, list[ui.Tile]]]:
    """Pages the installed systems offer to workers, by chapter."""
    found: dict[str, list[ui.Tile]] = {}
    for system in SYSTEMS.values():
        for page in system.hall:
            if _offered(page, actor) and (url := _url(page)):
                tile = ui.Tile(page.title, url, page.icon, page.help)
                found.setdefault(system.chapter, []).append(tile)
    return list(found.items())


def own_tiles(actor: Actor) -> list[ui.Tile]:
    """Pages about the person's own records."""
    return [
        ui.Tile(page.title, url, page.icon, page.help)
        for system in SYSTEMS.values()
        for page in system.hall
        if page.permission is not None and page.permission.own and actor.may(page.permission)
        if (url := _url(page))
    ]


def _offered(page: Page, actor: Actor) -> bool:
    return page.permission is None or not actor.signed_in or actor.may(page.permission)


def _url(page: Page) -> str:
    try:
        return reverse(page.url_name)
    except NoReverseMatch:
        return ""


def home(request: HttpRequest) -> HttpResponse:
    """What I have under way on top, then tiles by what happened to me."""
    actor: Actor = request.actor
    membership = _membership(actor)
    doing = [item for item in _applications(actor) if item.is_open][:3]
    context = {
        "membership": membership,
        "doing": [
            {
                "item": item,
                "steps": membership_system.progress_steps(item),
                "next": membership_system.what_next(item),
            }
            for item in doing
        ],
        "tiles": [tile for _, group in tiles(actor) for tile in group][:9],
        "notice": _notice(membership),
    }
    return render(request, "hall/home.html", context)


def _notice(membership: Membership | None) -> str:
    """The notice of the person's own city or county, with its hotline."""
    path = membership.union.path if membership is not None else ""
    return f"{HALL_NOTICE.value(path)}遇到困难可拨打 {HOTLINE.value(path)}。"


def services(request: HttpRequest) -> HttpResponse:
    """Everything that can be done, by chapter."""
    return render(request, "hall/services.html", {"groups": tiles(request.actor)})


@require_http_methods(["GET", "HEAD", "POST"])
def messages_page(request: HttpRequest) -> HttpResponse:
    """My messages; POST marks all as read."""
    actor = _required(request)
    if request.method == "POST":
        mark_all_read(actor.user_id, actor.person_id)
        messages.success(request, "已全部标为已读。")
        return redirect("hall-messages")
    items = list(inbox(actor.user_id, actor.person_id))
    context = {"items": items, "unread": any(item.read_at is None for item in items)}
    return render(request, "hall/messages.html", context)


def mine(request: HttpRequest) -> HttpResponse:
    """My membership and my applications."""
    actor = _required(request)
    membership = _membership(actor)
    facts = []
    if membership is not None:
        joined = membership.joined_on
        facts = [
            ui.Fact("会员号", membership.number),
            ui.Fact("所在工会", membership.union.name),
            ui.Fact("入会日期", f"{joined.year}年{joined.month}月{joined.day}日"),
        ]
    context = {
        "membership": membership,
        "facts": facts,
        "tiles": own_tiles(actor),
        "tone": TONES.get(membership.status, "idle") if membership else "idle",
        "applications": _applications(actor)[:5],
        "is_cadre": actor.is_cadre,
    }
    return render(request, "hall/mine.html", context)


def _required(request: HttpRequest) -> Actor:
    actor: Actor = request.actor
    if actor.user_id is None:
        raise Forbidden("请先登录。", code="anonymous")
    return actor


def _membership(actor: Actor) -> Membership | None:
    return membership_of(actor.person_id) if actor.person_id is not None else None


def _applications(actor: Actor) -> list:
    if actor.person_id is None:
        return []
    return list(membership_system.own_applications(actor)[:20])
