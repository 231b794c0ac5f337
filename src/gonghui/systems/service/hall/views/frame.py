"""What every page of the hall shares: the bottom bar, the place, the person, how pages look."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Forbidden
from gonghui.kernel.notify.messages import unread_count
from gonghui.kernel.resource.services import Known, Service
from gonghui.kernel.ui.shell import MenuItem, register_hall
from gonghui.systems.service.hall.models import Ease
from gonghui.systems.service.hall.queries import known as knowing
from gonghui.systems.service.hall.queries import places
from gonghui.systems.service.hall.queries.proxies import consent

PLACE_COOKIE = "hall_place"
OWNER_COOKIE, OWNER_SALT = "hall_draft", "hall.draft"
YEAR, MONTH = 365 * 86400, 30 * 86400
SESSION = "hall_for"
COUNTER_SECONDS = 20 * 60
EASE_COOKIES = {
    "text": "ui_text",
    "contrast": "ui_contrast",
    "motion": "ui_motion",
    "simple": "ui_simple",
}


def register() -> None:
    register_hall(bar)


def bar(request: HttpRequest) -> Iterable[MenuItem]:
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
        active = request.path == url or (name != "hall" and request.path.startswith(url))
        yield MenuItem(title, url, count=count, icon=icon, active=active)


def required(request: HttpRequest) -> Actor:
    """Whoever is signed in, or the sign-in page."""
    actor: Actor = request.actor
    if actor.user_id is None:
        raise Forbidden("请先登录。", code="anonymous")
    return actor


def own(request: HttpRequest) -> tuple[Actor, int]:
    """Whoever is signed in as a person the platform knows."""
    actor = required(request)
    if actor.person_id is None:
        raise Forbidden(
            "这个账号还没有绑定本人身份。",
            rule="本人的事项须实名办理",
            remedy="请在“我的”中绑定本人身份后再来。",
            code="unbound",
        )
    return actor, actor.person_id


def known_of(request: HttpRequest) -> Known:
    """What is known of whoever is signed in; read once a request."""
    found: Known | None = getattr(request, "hall_known", None)
    if found is None:
        found = request.hall_known = knowing.of_actor(request.actor)
    return found


def place_of(request: HttpRequest) -> places.Place | None:
    """Whose hall this is: the one chosen, else the person's own, else the province's."""
    chosen = request.COOKIES.get(PLACE_COOKIE, "")
    if chosen.isdecimal() and len(chosen) < 19 and (place := places.place_named(int(chosen))):
        return place
    known = known_of(request)
    return (places.place_at(known.union_path) if known.union_path else None) or places.top()


@dataclass(frozen=True)
class Whom:
    """For whom something is done. how: web, counter or proxy; name: as the banner says it."""

    known: Known
    how: str = "web"
    name: str = ""

    @property
    def person_id(self) -> int | None:
        return self.known.person_id if self.how != "web" else None


def act_for(request: HttpRequest, person_id: int, how: str) -> None:
    """From now on what is handed in is for this person, until it is ended or time passes."""
    request.session[SESSION] = {
        "person": person_id,
        "how": how,
        "user": request.actor.user_id,
        "at": timezone.now().timestamp(),
    }


def stop_acting(request: HttpRequest) -> None:
    request.session.pop(SESSION, None)


def whom(request: HttpRequest, service: Service | None = None) -> Whom:
    """For whom the request acts: somebody at the counter, a principal, else who is signed in."""
    kept = request.session.get(SESSION)
    actor: Actor = request.actor
    fresh = kept and timezone.now().timestamp() - kept["at"] < COUNTER_SECONDS
    if not kept or not fresh or kept["user"] != actor.user_id:
        if kept:
            stop_acting(request)
        return Whom(known_of(request))
    known = knowing.of_person(kept["person"])
    if kept["how"] == "counter":
        return Whom(known, "counter", known.name)
    if service is not None and not (
        actor.person_id and consent(actor.person_id, kept["person"], service.code)
    ):
        return Whom(known_of(request))
    return Whom(known, "proxy", known.name)


def owner_of(request: HttpRequest) -> str:
    """Whose drafts these are: the user's, or those of a guest's browser."""
    actor: Actor = request.actor
    if actor.user_id is not None:
        return f"u{actor.user_id}"
    word = request.get_signed_cookie(OWNER_COOKIE, default="", salt=OWNER_SALT, max_age=MONTH)
    if not word:
        word = getattr(request, "hall_owner", "") or secrets.token_urlsafe(24)
        request.hall_owner = word
    return f"s{word}"


def remembered(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The response, with the cookie that finds a guest's draft again."""
    if word := getattr(request, "hall_owner", ""):
        response.set_signed_cookie(
            OWNER_COOKIE,
            word,
            salt=OWNER_SALT,
            max_age=MONTH,
            httponly=True,
            samesite="Lax",
            secure=request.is_secure(),
            path="/hall/",
        )
    return response


def eased(request: HttpRequest) -> dict[str, str]:
    """What of the user's own setting this browser lacks; the page at hand is drawn with it."""
    user_id = request.actor.user_id
    if user_id is None or all(name in request.COOKIES for name in EASE_COOKIES.values()):
        return {}
    ease = Ease.objects.filter(user_id=user_id).first()
    if ease is None:
        return {}
    lacking = {
        cookie: getattr(ease, field)
        for field, cookie in EASE_COOKIES.items()
        if cookie not in request.COOKIES
    }
    request.COOKIES.update(lacking)
    return lacking


def with_ease(response: HttpResponse, values: dict[str, str]) -> HttpResponse:
    """Keep the setting in this browser too; the pages' script changes it, so it may read it."""
    for cookie, value in values.items():
        response.set_cookie(cookie, value, max_age=YEAR, samesite="Lax")
    return response
