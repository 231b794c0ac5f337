"""One record of each resource of C1.1 under a given union, for the generated suite."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone

from gonghui.kernel.access.actor import ANONYMOUS, Actor, platform
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scope, wall_at
from gonghui.kernel.testing.world import World
from gonghui.systems.mobilization.membership.actions import joining, organisers, terms, transfers
from gonghui.systems.mobilization.membership.models.changes import UnionChange
from gonghui.systems.mobilization.membership.models.corrections import Correction
from gonghui.systems.mobilization.membership.models.joining import JoinApplication
from gonghui.systems.mobilization.membership.models.merging import DuplicatePair
from gonghui.systems.mobilization.membership.models.organisers import Organiser
from gonghui.systems.mobilization.membership.models.terms import UnionTerm
from gonghui.systems.mobilization.membership.models.unions import OfficerPost, UnionOfficer


def transfer(world: World, union: Union) -> Any:
    """A transfer out of the union, to a sibling below the same superior where there is one."""
    member = world.member(union)
    siblings = [
        other
        for other in world.unions.values()
        if other.parent_id == union.parent_id and other.pk != union.pk
    ]
    to_union = siblings[0] if siblings else world.province
    own = Actor(user_id=0, person_id=member.person_id, name=member.name)
    with wall_at(Scope.everything()):
        return transfers.apply(member, by=own, to_union=to_union, reason="调动工作")


def duplicate(world: World, union: Union) -> DuplicatePair:
    first, second = sorted(world.member(union).person_id for _ in range(2))
    pair = DuplicatePair(
        first=first,
        second=second,
        name="李建国",
        first_union=union.name,
        second_union=union.name,
        score=80,
        reasons=["姓名相同"],
        found_at=timezone.now(),
    )
    pair.place_at(union)
    pair.save()
    return pair


def correction(world: World, union: Union) -> Correction:
    member = world.member(union)
    person = member.person
    made = Correction(
        receipt=f"BG-{member.number}",
        membership=member,
        person_id=person.pk,
        name=person.name,
        old_name=person.name,
        old_document_kind=person.document_kind,
        old_document_mask=person.document_mask,
        old_sex=person.sex,
        old_born_on=person.born_on,
        new_name="李建邦",
        new_document_kind=person.document_kind,
        new_document_number="34010419900307771X",
        new_sex=person.sex,
        new_born_on=person.born_on,
        reason="户籍更名",
        requested_at=timezone.now(),
        requested_by_name=person.name,
        due_on=date(2026, 12, 31),
    )
    made.place_at(union)
    made.save()
    return made


def application(world: World, union: Union) -> JoinApplication:
    who = world.identity("许若兰")
    return joining.submit(
        union,
        by=ANONYMOUS,
        agreed=True,
        name=who.name,
        document_number=who.document_number,
        mobile=who.mobile,
    )


def pooled(world: World, union: Union) -> JoinApplication:
    """An application in the pool; pools are kept by counties, the row is moved to the union."""
    who = world.identity("许若兰")
    found = joining.submit(
        world.shushan,
        by=ANONYMOUS,
        agreed=True,
        name=who.name,
        document_number=who.document_number,
        mobile=who.mobile,
        trade="03",
    )
    found.place_at(union)
    found.save()
    return found


def term(world: World, union: Union) -> UnionTerm:
    return terms.register(
        union,
        by=platform("测试"),
        number=1,
        elected_on=date(2024, 1, 8),
        years=5,
        chair_name="吴建国",
        committee_size=7,
        document="皖工组〔2024〕1号",
    )


def organiser(world: World, union: Union) -> Organiser:
    who = world.identity("周晓东")
    return organisers.register(
        union,
        by=platform("测试"),
        name=who.name,
        document_number=who.document_number,
        mobile=who.mobile,
        post="organiser",
        hired_on=date(2024, 5, 6),
        contract_from=date(2024, 5, 6),
        contract_to=date(2027, 5, 5),
    )


def officer(world: World, union: Union) -> UnionOfficer:
    made = UnionOfficer(name="周敏", post=OfficerPost.values[0], since=date(2024, 1, 8))
    made.place_at(union)
    made.save()
    return made


def change(world: World, union: Union) -> UnionChange:
    made = UnionChange(
        receipt=f"BG-{union.pk}-{world.serial}",
        before={"name": union.name},
        after={"name": f"{union.name}新"},
        effective_on=date(2026, 11, 2),
        reason="单位更名",
        decider=union.parent or union,
        submitted_at=timezone.now(),
        submitted_by_name="周敏",
    )
    made.place_at(union)
    made.save()
    return made


MAKERS = {
    "terms": term,
    "organisers": organiser,
    "union-officers": officer,
    "union-changes": change,
    "join-applications": application,
    "join-pool": pooled,
    "transfers": transfer,
    "duplicates": duplicate,
    "corrections": correction,
}
