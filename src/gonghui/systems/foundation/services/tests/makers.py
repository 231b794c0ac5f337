"""One record of each resource of D09, for the generated suite and the tests here."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from gonghui.kernel.org.models import Union
from gonghui.kernel.testing.world import World
from gonghui.systems.foundation.services.models import Finding, Service


def service(world: World, union: Union, name: str = "", **facts: object) -> Service:
    """A registered, running system of a union."""
    world.serial += 1
    made = Service(
        **{
            "name": name or f"{union.name}第{world.serial}号应用",
            "purpose": "本单位日常业务",
            "department": "网络工作部",
            "post": "系统管理岗",
            "phone": "0551-60000000",
            "stage": "running",
            "review": "approved",
            "registered_at": timezone.now(),
            "confirmed_on": date(2026, 3, 2),
            "due_on": date(2027, 3, 2),
            "live_on": date(2020, 3, 2),
            **facts,
        }
    )
    made.place_at(union)
    made.save()
    return made


def finding(world: World, union: Union, **facts: object) -> Finding:
    world.serial += 1
    made = Finding(
        **{
            "kind": "use.undeclared",
            "key": f"A{world.serial}>B",
            "system": "A01",
            "title": "A01 调用了 C1.1，清单没有写",
            "why": "源代码中看到",
            "remedy": "在清单中补写",
            "first_seen": timezone.now(),
            "last_seen": timezone.now(),
            **facts,
        }
    )
    made.place_at(union)
    made.save()
    return made


MAKERS = {"services": service, "service-findings": finding}
