"""One record of each resource of the desk, for the generated suite."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from gonghui.kernel.org.models import Union
from gonghui.kernel.testing.world import World
from gonghui.systems.portal.desk.models import Notice


def notice(
    world: World, union: Union, title: str = "关于开展走访慰问的通知", **facts: object
) -> Notice:
    now, today = timezone.now(), timezone.localdate()
    made = Notice(
        **{
            "title": title,
            "body": "请各基层工会按期报送。",
            "starts_on": today,
            "ends_on": today + timedelta(days=10),
            "state": "published",
            "drafted_by": "某人",
            "drafted_at": now,
            "published_at": now,
            **facts,
        }
    )
    made.place_at(union)
    made.save()
    return made


MAKERS = {"notices": notice}
