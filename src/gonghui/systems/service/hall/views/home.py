"""Home, messages and what is mine; the hall of another place."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from gonghui.kernel.base.errors import Missing
from gonghui.kernel.notify.messages import inbox, mark_all_read
from gonghui.kernel.resource.declaration import SYSTEMS, Page
from gonghui.kernel.resource.services import Known, Level, Service
from gonghui.kernel.ui import components as ui
from gonghui.systems.service.hall.queries import matters, offering, places, proxies
from gonghui.systems.service.hall.rules import matching
from gonghui.systems.service.hall.rules.saying import day_words
from gonghui.systems.service.hall.views import frame

MEMBER_WORDS = {
    "active": ("在籍", "good"),
    "retained": ("保留会籍", "info"),
    "withdrawn": ("退会", "idle"),
    "expelled": ("除名", "stop"),
    "deceased": ("已故", "idle"),
}
FEATURED, DOING = 6, 2


@never_cache
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What I have under way on top, then tiles by what happened to me."""
    lacking = frame.eased(request)
    known = frame.known_of(request)
    place = frame.place_of(request)
    services = offering.for_whom(known, place)
    banners, notices = places.pieces(place, timezone.localdate()) if place else ([], [])
    simple = request.COOKIES.get("ui_simple") == "simple"
    context = {
        "known": known,
        "place": place,
        "doing": matters.under_way(request.actor, DOING),
        "tiles": offering.event_tiles(services),
        "featured": [] if simple else offering.service_tiles(_featured(services, known)),
        "featured_title": "常用服务" if request.actor.signed_in else "不登录也能办",
        "banners": [] if simple else banners,
        "notices": notices[:2] if simple else notices,
        "simple": simple,
        "installable": True,
    }
    return frame.with_ease(render(request, "hall/home.html", context), lacking)


def _featured(services: list[Service], known: Known) -> list[Service]:
    """The first services of the place; for a guest, those that ask for no account."""
    if known.level is Level.GUEST:
        services = [item for item in services if item.level is Level.GUEST]
    return services[:FEATURED]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def messages_page(request: HttpRequest) -> HttpResponse:
    """My messages; POST marks all as read."""
    actor = frame.required(request)
    if request.method == "POST":
        mark_all_read(actor.user_id or 0, actor.person_id)
        messages.success(request, "已全部标为已读。")
        return redirect("hall-messages")
    items = list(inbox(actor.user_id or 0, actor.person_id))
    context = {"items": items, "unread": any(item.read_at is None for item in items)}
    return render(request, "hall/messages.html", context)


@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """My membership, my matters, my pages and settings."""
    actor = frame.required(request)
    known = frame.known_of(request)
    facts = []
    if known.member and known.joined_on:
        facts = [
            ui.Fact("会员号", known.number),
            ui.Fact("所在工会", known.union_name),
            ui.Fact("入会日期", day_words(known.joined_on)),
        ]
    word, tone = MEMBER_WORDS.get(known.member, ("", "idle"))
    context = {
        "known": known,
        "facts": facts,
        "member_word": word,
        "tone": tone,
        "ladder": matching.ladder(known.level),
        "matters": matters.own(actor)[:5],
        "tiles": [
            *_own_tiles(request),
            ui.Tile("大字版和无障碍", reverse("hall-ease"), "text-size", "字号、对比度、简洁页面"),
        ],
        "waiting": proxies.waiting(actor.person_id) if actor.person_id else 0,
        "joining": next(
            (item for item in offering.every() if item.raises and not known.is_member), None
        ),
        "is_cadre": actor.is_cadre,
    }
    return render(request, "hall/mine.html", context)


def _own_tiles(request: HttpRequest) -> list[ui.Tile]:
    """Pages about the person's own records, which systems offer."""
    found = []
    for system in SYSTEMS.values():
        for page in system.hall:
            permission = page.permission
            mine = permission is not None and permission.own and request.actor.may(permission)
            if mine and (url := _address(page)):
                found.append(ui.Tile(page.title, url, page.icon, page.help))
    return found


def _address(page: Page) -> str:
    try:
        return page.address
    except NoReverseMatch:
        return ""


@require_http_methods(["GET", "HEAD", "POST"])
def choose_place(request: HttpRequest) -> HttpResponse:
    """The halls of the province; POST keeps the one chosen in this browser."""
    if request.method == "POST":
        asked = request.POST.get("place", "")
        place = places.place_named(int(asked)) if asked.isdecimal() and len(asked) < 19 else None
        if asked and place is None:
            raise Missing("没有这个地方的服务大厅。", remedy="请从列表中选择。")
        answer = redirect("hall")
        if place is None:
            answer.delete_cookie(frame.PLACE_COOKIE)
        else:
            answer.set_cookie(
                frame.PLACE_COOKIE, str(place.union_id), max_age=frame.YEAR, samesite="Lax"
            )
        return answer
    context = {
        "place": frame.place_of(request),
        "top": places.top(),
        "groups": places.all_places(),
        "own": bool(frame.known_of(request).union_path),
    }
    return render(request, "hall/places.html", context)
