"""The demo's accounts, their grants, and the persons some of them are."""

from __future__ import annotations

import random
from datetime import date, timedelta

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from gonghui.kernel.access.models import Grant
from gonghui.kernel.base.identifiers import Sex, synthetic_resident_id
from gonghui.kernel.identity.models import User
from gonghui.kernel.org.models import Union
from gonghui.kernel.people import memberships, persons
from gonghui.kernel.people.models import Person
from gonghui.site.demo import cast
from gonghui.site.demo.people import is_keeper
from gonghui.site.demo.stage import union_named, years_before
from gonghui.site.demo.unions import SEED


def open_all() -> None:
    """Every account of the cast with its grants; persons follow in `bind_all`."""
    # One hash for all: the password is printed at every start, and hashing takes its time.
    password = make_password(cast.PASSWORD)
    today = timezone.localdate()
    for account in cast.ACCOUNTS:
        user = User.objects.create(
            username=account.username,
            display_name=account.name,
            title=account.role,
            password=password,
        )
        union = union_named(account.union)
        for role in account.roles:
            grant = Grant(
                user=user, role=role, valid_from=years_before(today, 2), reason="演示账号"
            )
            grant.place_at(union)
            grant.save()


def bind_all() -> None:
    """The persons of the accounts that have one; where the union keeps members, as members."""
    rng = random.Random(SEED + 3)
    today = timezone.localdate()
    for serial, account in enumerate(cast.ACCOUNTS):
        if not account.person:
            continue
        union = union_named(account.union)
        person = _person(rng, account, union, serial, today)
        if is_keeper(union):
            joined = max(union.founded_on, today - timedelta(days=900 + 100 * serial))
            memberships.admit(person, union, on=joined, cause="11")
        User.objects.filter(username=account.username).update(person=person)


def _person(
    rng: random.Random, account: cast.Account, union: Union, serial: int, today: date
) -> Person:
    born = date(today.year - 34 - serial % 3, 3, 7) + timedelta(days=rng.randrange(300))
    number = synthetic_resident_id(rng, union.region[:6], born, Sex(account.sex))
    identity = persons.Identity.checked(
        name=account.name,
        document_number=number,
        mobile=f"16499{serial:06d}",
        today=today,
        nationality="01",
        education="21",
        political_status="13",
    )
    return persons.register(identity, union)
