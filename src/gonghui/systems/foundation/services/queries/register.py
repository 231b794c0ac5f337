"""Registered systems: who needs whom, what looks the same, what is in a range."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.roles import Permission
from gonghui.kernel.audit.entries import timeline
from gonghui.kernel.config.declaring import Setting
from gonghui.kernel.org.models import Union, UnionStatus
from gonghui.kernel.org.scoping import Scope
from gonghui.kernel.resource.declaration import SYSTEMS
from gonghui.systems.foundation.services.models import Dependency, Service
from gonghui.systems.foundation.services.models.register import Review
from gonghui.systems.foundation.services.permissions import VIEW_SERVICES
from gonghui.systems.foundation.services.rules import life

CONFIRM_DAYS = Setting(
    "services.confirm_days",
    "登记系统的确认周期",
    int,
    365,
    "登记的系统隔多少天由责任单位确认一次。",
    unit="天",
    minimum=30,
    maximum=1100,
)
NOTICE_DAYS = Setting(
    "services.notice_days",
    "提前提醒确认的天数",
    int,
    30,
    "到期前多少天生成确认待办。",
    unit="天",
    minimum=1,
    maximum=180,
)
GRACE_DAYS = Setting(
    "services.grace_days",
    "逾期未确认的宽限天数",
    int,
    30,
    "逾期超过这些天，登记标为“待核实”。",
    unit="天",
    minimum=0,
    maximum=365,
)
DEPENDANTS = "who depends on a system is counted everywhere and named only inside the range"
LIKE = "a system registered twice is found everywhere; only its name and union are told"
SUPERIOR = "the union above the one that registers, or itself at the root, reviews"
ABOVE = "systems of superior unions may be named as needed by their subordinates"
GUARDED_FIELDS = frozenset({"contract_no", "grade", "filing_no"})


@dataclass(frozen=True)
class Dependants:
    """Who depends on a system: those in the actor's range, and how many outside it."""

    shown: tuple[Dependency, ...]
    elsewhere: int

    @property
    def count(self) -> int:
        return len(self.shown) + self.elsewhere


def dependants_of(service: Service, scope: Scope) -> Dependants:
    """Live systems that need a registered one."""
    return _split(Dependency.objects.filter(target=service), scope)


def dependants_of_system(code: str, scope: Scope) -> Dependants:
    """Live registered systems that need one of the platform's own."""
    return _split(Dependency.objects.filter(system=code), scope)


def _split(rows: QuerySet[Dependency], scope: Scope) -> Dependants:
    rows = rows.exclude(service__stage=life.RETIRED).filter(service__review=Review.APPROVED)
    found = list(rows.select_related("service__union").order_by("service__name"))
    shown = tuple(item for item in found if scope.holds(item.service.org_path))
    return Dependants(shown, len(found) - len(shown))


def live_dependants(service: Service) -> int:
    """How many live systems anywhere need this one."""
    return dependants_of(service, Scope.everything()).count


def needs_of(service: Service) -> list[Dependency]:
    """What a system depends on."""
    return list(service.needs.select_related("target").order_by("id"))


def parts_of(service: Service, scope: Scope) -> list[Service]:
    """Sites and interfaces of a system, of the actor's range."""
    rows = Service.objects.within(scope).filter(part_of=service).exclude(stage=life.RETIRED)
    return list(rows.order_by("name"))


def needs_of_many(services: Iterable[Service]) -> list[Dependency]:
    """What these systems depend on, those outside them too."""
    rows = Dependency.objects.filter(service__in=[item.pk for item in services])
    return list(rows.select_related("target").order_by("id"))


def within(actor: Actor, permission: Permission = VIEW_SERVICES) -> QuerySet[Service]:
    return Service.objects.within(actor.scope(permission)).select_related("union")


def similar(name: str, address: str, *, besides: int | None = None) -> list[Service]:
    """Registered systems with the same essential name or the same site; at most five."""
    rows = Service.objects.unscoped(LIKE).exclude(stage=life.RETIRED)
    rows = rows.exclude(pk=besides) if besides else rows
    core, host = life.alike(name), life.host_of(address) if address else ""
    near = Q(name__contains=core) if len(core) >= 2 else Q(name=name)
    if host:
        near |= Q(address__contains=host)
    found = [
        item
        for item in rows.filter(near).select_related("union").order_by("id")[:200]
        if life.alike(item.name) == core
        or (
            host
            and life.host_of(item.address) == host
            and item.address.rstrip("/") == address.rstrip("/")
        )
    ]
    return found[:5]


def offered_targets(actor: Actor, union_path: str) -> list[Service]:
    """Registered systems one may depend on: of the own range and of the unions above."""
    above = [int(part) for part in union_path.rstrip(".").split(".") if part]
    rows = Service.objects.unscoped(ABOVE).filter(review=Review.APPROVED)
    rows = rows.exclude(stage=life.RETIRED).select_related("union")
    inside = actor.scope(VIEW_SERVICES).condition(Service)
    return list(rows.filter(inside | Q(union_id__in=above)).order_by("name")[:300])


def reviewer_path(service: Service) -> str:
    """Where the right to review must be held: at the union above, or at the root itself."""
    parts = service.org_path.rstrip(".").split(".")
    return ".".join(parts[:-1] or parts) + "."


def reviewing_union(service: Service) -> int:
    return int(reviewer_path(service).rstrip(".").split(".")[-1])


def province() -> Union | None:
    """The root of the tree, where what concerns the whole platform is placed."""
    rows = Union.objects.unscoped("the platform's own matters are the province's")
    return rows.filter(parent=None, status=UnionStatus.ACTIVE).order_by("pk").first()


def own_choices() -> list[tuple[str, str]]:
    """The platform's own systems, for a form."""
    return [(code, f"{code} {system.name}") for code, system in sorted(SYSTEMS.items())]


def name_of_own(code: str) -> str:
    """A system of the platform in words; its code alone once it is not installed any more."""
    return f"{code} {SYSTEMS[code].name}" if code in SYSTEMS else code


@dataclass(frozen=True)
class Change:
    """One change of a record: when, what, who, why, and the fields with old and new words."""

    at: object
    title: str
    by: str
    reason: str
    fields: tuple[tuple[str, str, str], ...]


UNTOLD = frozenset({"version", "org_path", "union_id", "city_id", "county_id", "id"})


def history(service: Service, *, guarded: bool) -> list[Change]:
    """The changes of a record, newest first; guarded fields only for who may see them."""
    hidden = UNTOLD if guarded else UNTOLD | GUARDED_FIELDS
    found = []
    for entry in timeline(service._meta.label_lower, service.pk):
        fields = tuple(
            (
                str(change.get("label", name)),
                _word(change.get("before")),
                _word(change.get("after")),
            )
            for name, change in entry.changes.items()
            if name not in hidden and isinstance(change, dict)
        )
        found.append(Change(entry.at, entry.action_name, entry.actor_name, entry.reason, fields))
    return found


def _word(value: object) -> str:
    return "—" if value in (None, "") else str(value)
