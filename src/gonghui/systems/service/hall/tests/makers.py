"""One record of each resource of the hall, for the generated suite."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from gonghui.kernel.base.workdays import next_workday
from gonghui.kernel.org.models import Union
from gonghui.kernel.testing.world import World
from gonghui.systems.service.hall.models import Booking, Handing, Piece, Rating

MADE = datetime(2026, 11, 20, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


def handing(world: World, union: Union, **facts: object) -> Handing:
    world.serial += 1
    made = Handing(
        **{
            "number": f"DT{world.serial:08d}",
            "service": "sample",
            "title": "样例服务",
            "system": "B2",
            "target_type": "sample.matter",
            "target_id": str(world.serial),
            "handed_at": MADE,
            "what_next": "五个工作日内答复您。",
            **facts,
        }
    )
    made.place_at(union)
    made.save()
    return made


def rating(world: World, union: Union, **facts: object) -> Rating:
    world.serial += 1
    person = facts.pop("person", None) or world.member(world.factory).person
    made = Rating(
        **{
            "service": "sample",
            "title": "样例服务",
            "system": "B2",
            "person_id": person.pk,
            "target_type": "sample.matter",
            "target_id": str(world.serial),
            "score": 5,
            "words": "办得快",
            "rated_at": MADE,
            **facts,
        }
    )
    made.place_at(union)
    made.save()
    return made


def piece(world: World, union: Union, state: str = "draft", **facts: object) -> Piece:
    today = timezone.localdate()
    made = Piece(
        **{
            "kind": "notice",
            "title": "冬季送温暖开始报名",
            "text": "困难职工可以在“办事”里申请。",
            "starts_on": today - timedelta(days=1),
            "ends_on": today + timedelta(days=20),
            "state": state,
            "drafted_by": "林晓",
            "drafted_at": MADE,
            **facts,
        }
    )
    made.place_at(union)
    made.save()
    return made


def booking(world: World, union: Union, **facts: object) -> Booking:
    world.serial += 1
    person = facts.pop("person", None) or world.member(world.factory).person
    made = Booking(
        **{
            "number": f"YY20261120-{world.serial:06d}-0",
            "person_id": person.pk,
            "person_name": person.name,
            "title": "法律援助",
            "words": "想问怎么申请",
            "day": next_workday(timezone.localdate()),
            "asked_at": MADE,
            "due_on": timezone.localdate(),
            **facts,
        }
    )
    made.place_at(union)
    made.save()
    return made


MAKERS = {
    "hall-handed": handing,
    "hall-ratings": rating,
    "hall-pieces": piece,
    "hall-bookings": booking,
}
