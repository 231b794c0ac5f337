"""One record of each resource of staff congresses under a given union, for the generated suite."""

from __future__ import annotations

from datetime import date

from gonghui.kernel.org.models import Union
from gonghui.kernel.testing.world import World
from gonghui.systems.mobilization.staff_congress.models import (
    Proposal,
    Publicity,
    Session,
    StaffCongress,
)


def congress(world: World, union: Union) -> StaffCongress:
    made = StaffCongress(
        number=1,
        kind="delegates",
        employees=200,
        began_on=date(2026, 1, 5),
        years=3,
        ends_on=date(2029, 1, 5),
    )
    made.place_at(union)
    made.save()
    return made


def session(world: World, union: Union) -> Session:
    made = Session(
        congress=congress(world, union), number=1, planned_on=date(2026, 3, 2), place="礼堂"
    )
    made.place_at(union)
    made.save()
    return made


def proposal(world: World, union: Union) -> Proposal:
    made = Proposal(
        title="增设母婴室",
        reason="车间远离卫生间",
        measure="在二楼设母婴室",
        person_id=world.member(union).person_id,
        by_name="赵晓梅",
        by_delegate=False,
    )
    made.place_at(union)
    made.save()
    return made


def publicity(world: World, union: Union) -> Publicity:
    made = Publicity(
        title="上半年福利经费使用情况",
        kind="interests",
        content="春节慰问支出。",
        published_on=date(2026, 7, 1),
        until=date(2099, 7, 8),
    )
    made.place_at(union)
    made.save()
    return made


MAKERS = {
    "staff-congresses": congress,
    "staff-sessions": session,
    "staff-proposals": proposal,
    "publicity": publicity,
}
