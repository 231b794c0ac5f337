"""What the platform knows of whoever asks, as conditions and forms may use it."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.masking import mask_name
from gonghui.kernel.identity.models import User
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scope, wall_at
from gonghui.kernel.people.memberships import membership_of
from gonghui.kernel.people.models import Person
from gonghui.kernel.resource.services import Known
from gonghui.systems.service.hall.queries.materials import on_file
from gonghui.systems.service.hall.rules import matching

OWN = "what is known of the person who asks, or who stands at the counter"


def of_actor(actor: Actor) -> Known:
    """What is known of whoever is signed in; nothing of a guest."""
    today = timezone.localdate()
    if actor.user_id is None:
        return Known(today=today)
    if actor.person_id is not None:
        return of_person(actor.person_id)
    phone = User.objects.filter(pk=actor.user_id, mobile_verified_at__isnull=False).exists()
    level = matching.level_of(signed_in=True, phone=phone, person=False, member=False)
    return Known(today=today, level=level, name=mask_name(actor.name))


def of_person(person_id: int) -> Known:
    """What is known of a person; name and mobile masked."""
    today = timezone.localdate()
    with wall_at(Scope.everything()):
        person = Person.objects.unscoped(OWN).select_related("union").filter(pk=person_id).first()
        if person is None:
            return Known(today=today)
        membership = membership_of(person_id)
    union: Union = membership.union if membership is not None else person.union
    facts: dict[str, Any] = {}
    if membership is not None:
        facts = {
            "member": membership.status,
            "number": membership.number,
            "joined_on": membership.joined_on,
        }
    known = Known(
        today=today,
        person_id=person.pk,
        name=mask_name(person.name),
        mobile=person.mobile_mask,
        sex=person.sex,
        born_on=person.born_on,
        employment=person.employment,
        household=person.household,
        education=person.education,
        union_id=union.pk,
        union_name=union.name,
        union_path=union.path,
        region=union.region,
        on_file=frozenset(on_file(person.pk)),
        **facts,
    )
    level = matching.level_of(signed_in=True, phone=True, person=True, member=known.is_member)
    return Known(**{**known.__dict__, "level": level})


def name_of(person_id: int) -> str:
    """The whole name of a person, for their own receipt."""
    with wall_at(Scope.everything()):
        rows = Person.objects.unscoped(OWN).filter(pk=person_id)
        return rows.values_list("name", flat=True).first() or ""
