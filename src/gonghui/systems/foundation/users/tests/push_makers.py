"""One record of each resource of pushing, for the generated suite."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from gonghui.kernel.org.models import Union
from gonghui.kernel.testing.world import World
from gonghui.systems.foundation.users.models import (
    Outcome,
    PushItem,
    Receipt,
    Reconciliation,
    RunState,
    Source,
    SourceToken,
    Target,
    Verb,
)
from gonghui.systems.foundation.users.tests.push_targets import target as made_target
from gonghui.systems.foundation.users.tests.scim_sources import source as made_source
from gonghui.systems.foundation.users.tests.scim_sources import staff
from gonghui.systems.foundation.users.tests.scim_sources import token as made_token


def _placed(row: Any, union: Union) -> Any:
    row.place_at(union)
    row.save()
    return row


def source(world: World, union: Union) -> Source:
    world.serial += 1
    return made_source(union, f"人事系统{world.serial}")


def token(world: World, union: Union) -> SourceToken:
    of = source(world, union)
    made_token(of)
    return of.tokens.unscoped("made here").get()


def target(world: World, union: Union) -> Target:
    world.serial += 1
    return made_target(union, name=f"门户{world.serial}")


def item(world: World, union: Union) -> PushItem:
    world.serial += 1
    person = staff(union, f"zhangmin{world.serial}", "张敏")
    now = timezone.now()
    row = PushItem(
        target=target(world, union), staff=person, name=person.name, due_at=now, changed_at=now
    )
    return _placed(row, union)


def receipt(world: World, union: Union) -> Receipt:
    of = item(world, union)
    row = Receipt(
        target=of.target,
        item=of,
        name=of.name,
        verb=Verb.CREATE,
        outcome=Outcome.ACCEPTED,
        status=201,
        attempt=1,
        sent=1,
        took_ms=35,
        at=timezone.now(),
    )
    return _placed(row, union)


def run(world: World, union: Union) -> Reconciliation:
    row = Reconciliation(
        target=target(world, union), state=RunState.DONE, asked_by="系统员", found=1
    )
    return _placed(row, union)


MAKERS = {
    "scim-sources": source,
    "scim-tokens": token,
    "push-targets": target,
    "push-items": item,
    "push-receipts": receipt,
    "push-runs": run,
}
