"""Which services somebody is offered, in which order, and what stands in the way of one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gonghui.kernel.resource.services import (
    EVENTS,
    LEVEL_WORDS,
    Condition,
    Known,
    Level,
    LifeEvent,
    Service,
    Verdict,
)

FAMILIES = (
    "动员组织",
    "劳动创新",
    "宣传教育",
    "权益维护",
    "普惠服务",
    "社会工作",
    "产业工会",
    "财务资产",
    "对外交往",
    "党建工作",
)
"""The ten families of applications (十类应用) a workers' home online is made of."""
GENERAL = "综合服务"
RULE = "实名制办理：与本人权益有关的事项须核实身份（省总工会职工服务平台管理要求）"


@dataclass(frozen=True)
class Judged:
    """A condition with what is known of it."""

    condition: Condition
    verdict: Verdict

    @property
    def tone(self) -> str:
        return {True: "good", False: "stop", None: "info"}[self.verdict.met]

    @property
    def word(self) -> str:
        return {True: "符合", False: "不符合", None: "待核对"}[self.verdict.met]


@dataclass(frozen=True)
class Standing:
    """How somebody stands to a service. missing: the level they still have to reach."""

    service: Service
    judged: tuple[Judged, ...]
    missing: Level | None

    @property
    def refused(self) -> tuple[Judged, ...]:
        """Conditions that are surely not met."""
        return tuple(item for item in self.judged if item.verdict.met is False)

    @property
    def open(self) -> bool:
        """Whether they may go on now; what cannot be told does not stop anybody."""
        return self.missing is None and not self.refused


def standing(service: Service, known: Known) -> Standing:
    """Every condition judged, and the level that is missing."""
    judged = tuple(Judged(item, item.judge(known)) for item in service.conditions)
    missing = service.level if known.level < service.level else None
    return Standing(service, judged, missing)


def is_for(service: Service, known: Known) -> bool:
    """Whether a service is offered to somebody at all: guests see what they could sign in for."""
    if known.level is Level.GUEST:
        return True
    return known.audience in service.who


def offered(services: Iterable[Service], known: Known, order: Sequence[str] = ()) -> list[Service]:
    """The services for somebody: those the place puts first, then as systems declare them."""
    places = {code: place for place, code in enumerate(order)}
    fitting = [service for service in services if is_for(service, known)]
    return sorted(fitting, key=lambda service: places.get(service.code, len(places)))


def by_event(services: Iterable[Service]) -> list[tuple[LifeEvent, list[Service]]]:
    """Services under each life event, events in their usual order, empty ones left out."""
    found: dict[LifeEvent, list[Service]] = {event: [] for event in EVENTS}
    for service in services:
        for event in service.events:
            found.setdefault(event, []).append(service)
    return [(event, items) for event, items in found.items() if items]


def by_family(services: Iterable[tuple[str, Service]]) -> list[tuple[str, list[Service]]]:
    """Services under the ten families of applications, given with the chapter of their system.

    What stands in another chapter of the plan is 综合服务, at the end; empty ones are left out.
    """
    found: dict[str, list[Service]] = {family: [] for family in (*FAMILIES, GENERAL)}
    for chapter, service in services:
        found[chapter if chapter in FAMILIES else GENERAL].append(service)
    return [(family, items) for family, items in found.items() if items]


def level_of(*, signed_in: bool, phone: bool, person: bool, member: bool) -> Level:
    """How well somebody is known, from what has been proved."""
    if not signed_in:
        return Level.GUEST
    if person and member:
        return Level.MEMBER
    if person:
        return Level.IDENTITY
    return Level.PHONE if phone else Level.ACCOUNT


def ladder(level: Level) -> list[tuple[Level, str, bool]]:
    """The levels above guest, in words, and whether each is reached."""
    return [(step, LEVEL_WORDS[step], step <= level) for step in Level if step is not Level.GUEST]
