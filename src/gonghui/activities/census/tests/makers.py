"""One record of each resource of the census, for the generated suite."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from gonghui.activities.census.models import Campaign, Quota, Wish
from gonghui.kernel.org.models import Union
from gonghui.kernel.testing.world import World

MADE = datetime(2026, 11, 20, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


def campaign(world: World, union: Union, state: str = "open", **facts: object) -> Campaign:
    today = timezone.localdate()
    made = Campaign(
        **{
            "title": "2026年会员实名制普查",
            "base_day": today - timedelta(days=10),
            "starts_on": today - timedelta(days=10),
            "ends_on": today + timedelta(days=9),
            "target": 100,
            "state": state,
            **facts,
        }
    )
    made.place_at(union)
    made.save()
    return made


def quota(
    world: World,
    union: Union,
    of: Campaign | None = None,
    superior: Quota | None = None,
    **facts: object,
) -> Quota:
    of = of or campaign(world, union)
    made = Quota(**{"campaign": of, "superior": superior, "amount": 100, "deadline": of.ends_on})
    for name, value in facts.items():
        setattr(made, name, value)
    made.place_at(union)
    made.save()
    return made


def wish(world: World, union: Union, title: str = "暑假办子女托管班", **facts: object) -> Wish:
    person = facts.pop("person", None) or world.member(world.factory).person
    made = Wish(
        **{
            "person": person,
            "person_name": person.name,
            "category": "60",
            "title": title,
            "created_at": MADE,
            "due_on": date(2026, 11, 27),
            **facts,
        }
    )
    made.place_at(union)
    made.save()
    return made


MAKERS = {"campaigns": campaign, "quotas": quota, "wishes": wish}
