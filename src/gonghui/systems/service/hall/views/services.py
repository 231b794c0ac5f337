"""All services, by life event and by search; the guide of one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from gonghui.kernel.resource.services import AUDIENCE_WORDS, Audience, Level, Service
from gonghui.kernel.ui import components as ui
from gonghui.systems.service.hall.actions.drafts import Filling
from gonghui.systems.service.hall.queries import known as knowing
from gonghui.systems.service.hall.queries import offering
from gonghui.systems.service.hall.queries.materials import offered_again
from gonghui.systems.service.hall.queries.proxies import consents
from gonghui.systems.service.hall.rules import matching, searching
from gonghui.systems.service.hall.views import frame

# Where somebody reaches the next level; the level of a member is reached by a service.
RAISING = {
    Level.ACCOUNT: ("登录", "signin"),
    Level.PHONE: ("验证手机号", "account-mobile"),
    Level.IDENTITY: ("绑定本人身份", "account-join"),
}

NEEDS = {
    Level.GUEST: "不用登录",
    Level.ACCOUNT: "登录即可",
    Level.PHONE: "验证手机号",
    Level.IDENTITY: "核实本人身份",
    Level.MEMBER: "工会会员",
}


@never_cache
@require_safe
def services(request: HttpRequest) -> HttpResponse:
    """What I can do: by life event, or what fits the words asked for."""
    known = frame.known_of(request)
    place = frame.place_of(request)
    text = request.GET.get("q", "").strip()[: searching.LONGEST]
    offered = offering.for_whom(known, place)
    event = offering.event_named(request.GET.get("event", ""), offered)
    by_family = request.GET.get("by") == "family" and not text and event is None
    if by_family:
        families = matching.by_family((offering.chapter_of(item), item) for item in offered)
        groups = [(title, offering.service_tiles(items)) for title, items in families]
    elif text:
        groups = [("", offering.service_tiles(searching.ranked(offered, text)))]
    else:
        groups = [
            (each.title, offering.service_tiles(items))
            for each, items in matching.by_event(offered)
            if event is None or each == event
        ]
    context = {
        "text": text,
        "event": event,
        "groups": [(title, tiles) for title, tiles in groups if tiles],
        "tabs": []
        if text or event
        else [
            ui.Tab("按事情", reverse("hall-services"), not by_family),
            ui.Tab("按业务", f"{reverse('hall-services')}?by=family", by_family),
        ],
        "place": place,
        "known": known,
    }
    return render(request, "hall/services.html", context)


@never_cache
@require_safe
def service(request: HttpRequest, code: str) -> HttpResponse:
    """The guide: whether I can, with what, how long it takes, where to begin and to complain."""
    _system, found = offering.found(code)
    acting = frame.whom(request, found)
    known = acting.known
    standing = matching.standing(found, known)
    place = frame.place_of(request)
    there = known.person_id is not None and acting.how != "proxy"
    again = offered_again(found, known.person_id or 0, known.today) if there else {}
    draft = found.apply and Filling(frame.owner_of(request), found, acting.person_id)
    context = {
        "service": found,
        "guide": found.guide,
        "standing": standing,
        "who": "、".join(AUDIENCE_WORDS[item] for item in Audience if item in found.who),
        "materials": [(item, again.get(item.code)) for item in found.materials],
        "place": place,
        "start": offering.counter_of(found)
        if acting.how == "counter"
        else offering.start_of(found),
        "level": NEEDS[found.level],
        "raising": _raising(request, found, standing, acting),
        "draft": draft if draft and draft.begun else None,
        "acting": acting,
        "principals": _principals(request, found) if acting.how == "web" else [],
    }
    return render(request, "hall/service.html", context)


def _raising(
    request: HttpRequest, found: Service, standing: matching.Standing, acting: frame.Whom
) -> list[tuple[str, str]]:
    """What to do, here and now, to reach the level the service needs: (title, address)."""
    if standing.missing is None or acting.how == "counter":
        return []
    back = request.path
    steps = [
        (title, f"{reverse(name)}?next={back}")
        for level, (title, name) in RAISING.items()
        if acting.known.level < level <= standing.missing
    ]
    if standing.missing > Level.PHONE:
        # Binding the person proves the phone as well.
        steps = [step for step in steps if step[0] != RAISING[Level.PHONE][0]]
    if acting.known.level is Level.GUEST:
        return steps[:1]
    if standing.missing is Level.MEMBER:
        joining = next((item for item in offering.every() if item.raises is Level.MEMBER), None)
        if joining is not None:
            steps.append((joining.title, reverse("hall-service", args=[joining.code])))
    return steps


def _principals(request: HttpRequest, found: Service) -> list[tuple[int, str]]:
    """For whom else the person may hand this in: (person, masked name)."""
    person_id = request.actor.person_id
    if person_id is None or found.apply is None or not found.apply.proxied:
        return []
    return [
        (item.principal_person_id, knowing.of_person(item.principal_person_id).name)
        for item in consents(person_id, found.code)
    ]


@require_POST
def act_for(request: HttpRequest, code: str) -> HttpResponse:
    """Begin or end handing a service in for another."""
    _system, found = offering.found(code)
    asked = request.POST.get("person", "")
    if not asked:
        frame.stop_acting(request)
    elif asked in {str(pk) for pk, _name in _principals(request, found)}:
        frame.act_for(request, int(asked), "proxy")
    return redirect("hall-service", code=code)
