"""How to make one record of each resource under a given union, for the generated suite.

A resource without a maker fails the suite: add one here, or a `make_records` dict in the tests
of its system.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.conf import settings

from gonghui.kernel.access.actor import platform
from gonghui.kernel.access.models import DatedParameter
from gonghui.kernel.audit.entries import record
from gonghui.kernel.org.models import Union
from gonghui.kernel.security.models import SecurityEvent
from gonghui.kernel.testing.world import World

Maker = Callable[[World, Union], Any]


def makers() -> dict[str, Maker]:
    """Makers by resource code."""
    found: dict[str, Maker] = {
        "memberships": lambda world, union: world.member(union),
        "unions": lambda world, union: union,
        "parameters": lambda world, union: DatedParameter.objects.create(
            key=f"sample.{union.pk}",
            title="样例期限",
            unit="天",
            value=5,
            valid_from=date(2020, 1, 1),
            source_doc="皖工发〔2020〕1号",
        ),
        "audit-entries": lambda world, union: record(
            action="test.act",
            action_name="办理",
            actor=platform("测试"),
            target_type="org.union",
            target_id=union.pk,
            target_label=union.name,
            org_path=union.path,
        ),
    }
    found["security-events"] = lambda world, union: SecurityEvent.objects.create(
        kind="denied", severity="warning", name="某人", subject="/w/", org_path=union.path
    )
    for app in settings.GONGHUI_SYSTEMS:
        name = f"{app}.tests.makers"
        if find_spec(f"{app}.tests") and find_spec(name):
            found.update(import_module(name).MAKERS)
    return found
