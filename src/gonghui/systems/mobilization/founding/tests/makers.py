"""One record of each resource of founding under a given union, for the generated suite."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone

from gonghui.kernel.org.models import Union
from gonghui.kernel.testing.world import World
from gonghui.systems.mobilization.founding.models import Election, Matter, Preparation


def preparation(world: World, union: Union) -> Preparation:
    made = Preparation(
        receipt=f"JH{union.pk:08d}",
        superior=union,
        name="安徽启明电子有限公司工会委员会",
        kind="80",
        unit_name="安徽启明电子有限公司",
        employees=60,
        group=["赵晓梅"],
        contact_name="赵晓梅",
        contact_phone="19900000001",
        contact_mask="199****0001",
        applicant_name="赵晓梅",
        submitted_at=timezone.now(),
    )
    made.place_at(union)
    made.save()
    return made


def election(world: World, union: Union) -> Any:
    made = Election(
        receipt=f"XJ{union.pk:08d}",
        purpose="renew",
        superior=union.parent or union,
        union_name=union.name,
        number=2,
        years=3,
        assembly="members",
        planned_on=date(2026, 12, 1),
        members=60,
    )
    made.place_at(union)
    made.save()
    return made


def matter(world: World, union: Union) -> Any:
    made = Matter(
        receipt=f"SX{union.pk:08d}",
        kind="close",
        superior=union.parent or union,
        reason="单位注销",
        submitted_at=timezone.now(),
        submitted_by_name="某人",
    )
    made.place_at(union)
    made.save()
    return made


MAKERS = {"preparations": preparation, "elections": election, "union-matters": matter}
