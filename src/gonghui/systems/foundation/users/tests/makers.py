"""One record of each resource of D08, for the generated suite."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from gonghui.kernel.access.models import Grant
from gonghui.kernel.access.roles import HANDLER, SYSTEM_ADMIN
from gonghui.kernel.org.models import Union
from gonghui.kernel.testing.world import World
from gonghui.systems.foundation.users.models import (
    Delegation,
    Post,
    PostTemplate,
    Proposal,
    Review,
    ReviewItem,
    Staff,
    StaffChange,
    Tenure,
)
from gonghui.systems.foundation.users.tests import push_makers

OPENED = date(2026, 1, 5)


def placed(row: Any, union: Union) -> Any:
    row.place_at(union)
    row.save()
    return row


def staff(world: World, union: Union, *grants: Any, name: str = "张敏") -> Staff:
    user = world.user(name, *grants)
    return placed(Staff(user=user, name=name, opened_on=OPENED), union)


def change(world: World, union: Union) -> StaffChange:
    row = StaffChange(staff=staff(world, union), wanted={"title": "主任"}, asked_at=timezone.now())
    return placed(row, union)


def post(world: World, union: Union, title: str = "", **facts: Any) -> Post:
    world.serial += 1
    values = {"roles": ["handler"], "headcount": 2, **facts}
    return placed(Post(title=title or f"经办岗{world.serial}", **values), union)


def template(world: World, union: Union) -> PostTemplate:
    world.serial += 1
    row = PostTemplate(kind="30", title=f"模板岗{world.serial}", roles=["handler"])
    return placed(row, union)


def tenure(world: World, union: Union) -> Tenure:
    held = post(world, union, holders=1)
    row = Tenure(staff=staff(world, union), post=held, from_on=OPENED)
    return placed(row, union)


def grant(world: World, union: Union) -> Grant:
    return staff(world, union, (HANDLER, union)).user.grants.unscoped("made here").get()


def proposal(world: World, union: Union) -> Proposal:
    row = Proposal(
        user=world.user("被提请人"),
        role=SYSTEM_ADMIN.code,
        from_on=timezone.localdate(),
        reason="换届",
        proposer=world.user("提请人"),
        proposed_at=timezone.now(),
    )
    return placed(row, union)


def delegation(world: World, union: Union) -> Delegation:
    today = timezone.localdate()
    row = Delegation(
        giver=world.user("委托人"),
        taker=world.user("受托人"),
        roles=[HANDLER.code],
        from_on=today,
        until_on=today + timedelta(days=5),
        reason="出差",
        made_at=timezone.now(),
    )
    return placed(row, union)


def review(world: World, union: Union) -> Review:
    today = timezone.localdate()
    row = Review(
        quarter="2026Q4",
        title="2026年第四季度授权复核",
        opened_on=today,
        due_on=today + timedelta(days=15),
        suspend_on=today + timedelta(days=26),
    )
    return placed(row, union)


def review_item(world: World, union: Union) -> ReviewItem:
    held = grant(world, union)
    row = ReviewItem(
        review=review(world, union),
        grant=held,
        user_name=held.user.display_name,
        role=held.role,
        due_on=timezone.localdate() + timedelta(days=15),
    )
    return placed(row, union)


MAKERS = {
    "staff": staff,
    "staff-changes": change,
    "posts": post,
    "post-templates": template,
    "tenures": tenure,
    "grants": grant,
    "proposals": proposal,
    "delegations": delegation,
    "access-reviews": review,
    "review-items": review_item,
    **push_makers.MAKERS,
}
