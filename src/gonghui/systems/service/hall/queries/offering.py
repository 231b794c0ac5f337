"""The services of this installation as somebody is offered them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.urls import NoReverseMatch, reverse

from gonghui.kernel.base.errors import Missing
from gonghui.kernel.notify.models import TimelineLine
from gonghui.kernel.resource.declaration import System
from gonghui.kernel.resource.declaration import services as declared
from gonghui.kernel.resource.services import Known, LifeEvent, Service
from gonghui.kernel.ui import components as ui
from gonghui.systems.service.hall.queries.places import Place
from gonghui.systems.service.hall.rules import matching

_PAUSE = re.compile("[，。；：]")
LONGEST_HINT = 20


def every() -> list[Service]:
    """Every service whose pages this installation has."""
    return [service for _system, service in declared().values() if start_of(service)]


def found(code: str) -> tuple[System, Service]:
    """A service with its system; Missing for a code nobody declares."""
    try:
        return declared()[code]
    except KeyError:
        raise Missing("没有这项服务。", remedy="请从服务大厅的“办事”中查找。") from None


def start_of(service: Service) -> str:
    """Where a service begins; empty where its pages are not installed."""
    if service.apply is not None:
        return reverse("hall-apply", args=[service.code])
    assert service.start is not None
    try:
        return service.start.address
    except NoReverseMatch:
        return ""


def chapter_of(service: Service) -> str:
    """The chapter of the plan its system stands in."""
    return declared()[service.code][0].chapter


def counter_of(service: Service) -> str:
    """Where a cadre takes a service in for somebody; empty where it is done by the person."""
    if service.apply is not None:
        return reverse("hall-apply", args=[service.code])
    if service.counter is None:
        return ""
    try:
        return service.counter.address
    except NoReverseMatch:
        return ""


def for_whom(known: Known, place: Place | None) -> list[Service]:
    """What somebody is offered at a hall, in its order."""
    return matching.offered(every(), known, place.order if place else ())


def event_tiles(services: Iterable[Service]) -> list[ui.Tile]:
    """A tile for each life event, saying what is under it; of one service it leads there."""
    tiles = []
    for event, items in matching.by_event(services):
        address = f"{reverse('hall-services')}?event={event.code}"
        if len(items) == 1:
            address = reverse("hall-service", args=[items[0].code])
        words = "、".join(item.title for item in items[:2]) + ("等" if len(items) > 2 else "")
        tiles.append(ui.Tile(event.title, address, event.icon, words))
    return tiles


def service_tiles(services: Iterable[Service]) -> list[ui.Tile]:
    return [
        ui.Tile(item.title, reverse("hall-service", args=[item.code]), item.icon, short(item))
        for item in services
    ]


def short(service: Service) -> str:
    """A few words about a service: its own, else how its guide begins."""
    begins = _PAUSE.split(service.guide.summary, maxsplit=1)[0]
    return service.help or (begins if len(begins) <= LONGEST_HINT else "")


def event_named(code: str, services: Iterable[Service]) -> LifeEvent | None:
    return next(
        (event for event, _items in matching.by_event(services) if event.code == code), None
    )


def service_of(line: TimelineLine) -> Service | None:
    """The service a line of the timeline belongs to, if it is declared."""
    return next(
        (
            service
            for _system, service in declared().values()
            if service.has(line.target_type, line.service)
        ),
        None,
    )
