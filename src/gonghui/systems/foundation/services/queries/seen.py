"""What manifests declare and what is seen, in the form the comparison takes."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

from django.db.models import Sum

from gonghui.kernel.security.outgoing import PARTIES
from gonghui.systems.foundation.services.models import BusFlow, CallCount
from gonghui.systems.foundation.services.queries import interfaces, manifests
from gonghui.systems.foundation.services.queries.sources import package_of, sources
from gonghui.systems.foundation.services.rules.comparing import Facts, Seen

WEEK = 7
SYSTEMS, ENGINES = ("systems.", "activities."), "engines."
BUSINESS = (*SYSTEMS, ENGINES)


def declared() -> Facts:
    """What the manifests say. A second manifest of a package adds to the first."""
    uses, publishes, subscribes, outside = (defaultdict(set) for _ in range(4))
    for systems in manifests.systems_by_package().values():
        code = systems[0].code
        own = {system.code for system in systems}
        for system in systems:
            uses[code] |= set(system.uses) - own
            publishes[code] |= set(system.publishes)
            subscribes[code] |= set(system.subscribes)
            outside[code] |= set(system.outside)
    return Facts(_frozen(uses), _frozen(publishes), _frozen(subscribes), _frozen(outside))


def seen(today: date) -> Seen:
    """What source code, registries, tables and traffic show."""
    read = sources()
    codes = _codes()
    uses, publishes, subscribes, outside = (defaultdict(set) for _ in range(4))
    for package, code in codes.items():
        uses[code] |= {codes[other] for other in read.imports[package] if other in codes}
        uses[code].discard(code)
        publishes[code] |= read.topics[package]
        subscribes[code] |= set(manifests.subscriptions().get(package, {}).values())
        outside[code] |= read.parties[package]
    bypasses = {
        (codes.get(package, ""), module, library)
        for package, pairs in read.bypasses.items()
        for module, library in pairs
        if package != "site"
    }
    flows = BusFlow.objects.filter(handled=False).values_list("name", flat=True)
    kernel = {
        topic for package, topics in read.topics.items() if package not in codes for topic in topics
    }
    return Seen(
        _frozen(uses),
        _frozen(publishes),
        _frozen(subscribes),
        _frozen(outside),
        topics=frozenset(name for name in flows if not _is_kernels(name, kernel)),
        parties=frozenset(PARTIES) | read.words,
        bypasses=frozenset(bypasses),
        routes=frozenset((item.system, item.route) for item in interfaces.undeclared()),
        unknown=unknown_calls(today),
        foreign=frozenset(foreign_keys()),
    )


def _codes() -> dict[str, str]:
    return {package: systems[0].code for package, systems in manifests.systems_by_package().items()}


def _frozen(found: dict[str, set[str]]) -> dict[str, frozenset[str]]:
    return {key: frozenset(values) for key, values in found.items() if values}


def _is_kernels(name: str, topics: set[str]) -> bool:
    """Whether a part of the kernel publishes an event type; only systems have manifests."""
    return any(
        name.startswith(topic[:-1]) if topic.endswith("*") else name == topic for topic in topics
    )


def unknown_calls(today: date) -> int:
    """Calls of the last week to interface addresses nobody serves."""
    rows = CallCount.objects.filter(route="", day__gt=today - timedelta(days=WEEK))
    return rows.aggregate(total=Sum("count"))["total"] or 0


def foreign_keys() -> list[tuple[str, str]]:
    """Models of one system that point at a model of another; engines carry all of them."""
    found = []
    for package, models in manifests.models_by_package().items():
        for model in models:
            for target in targets(model):
                other = package_of(target.__module__)
                carried = other.startswith(ENGINES) and package.startswith(SYSTEMS)
                if package != other and other.startswith(BUSINESS) and not carried:
                    found.append((model._meta.label, target._meta.label))
    return sorted(set(found))


def targets(model: type) -> list[type]:
    """The models of the platform a model's foreign keys point at."""
    return [
        field.related_model
        for field in model._meta.get_fields()
        if field.is_relation
        and not field.auto_created
        and isinstance(field.related_model, type)
        and field.related_model.__module__.startswith("gonghui.")
    ]
