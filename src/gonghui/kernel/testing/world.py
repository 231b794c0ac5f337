"""A small province for tests: unions of every level, users with each role, members.

Written through the kernel's own verbs, so that a world the rules forbid cannot be built.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.loading import actor_of
from gonghui.kernel.access.models import Grant
from gonghui.kernel.access.roles import Role
from gonghui.kernel.base.identifiers import Sex, synthetic_resident_id
from gonghui.kernel.identity.models import User
from gonghui.kernel.org import tree
from gonghui.kernel.org.models import Union, UnionKind
from gonghui.kernel.org.scoping import Scope, raise_wall
from gonghui.kernel.people import memberships, persons
from gonghui.kernel.people.models import Membership, Person

FOUNDED = date(2016, 1, 4)
TODAY = date(2026, 11, 20)


@dataclass
class World:
    """Unions by short name, and makers of users and members.

    province ── hefei (city) ── shushan (county) ── jinggang (street) ── factory, shop (basic)
                             └─ luyang (county) ── factory_b (basic)
             └─ wuhu (city) ── jinghu (county) ── mill (basic)
             └─ railway (industry)
    """

    unions: dict[str, Union] = field(default_factory=dict)
    serial: int = 0
    rng: random.Random = field(default_factory=lambda: random.Random(20261122))

    def __getattr__(self, name: str) -> Union:
        try:
            return self.unions[name]
        except KeyError:
            raise AttributeError(name) from None

    def found(self, key: str, name: str, kind: str, parent: str | None, region: str) -> Union:
        superior = self.unions[parent] if parent else None
        union = tree.found(
            name, kind, superior, on=FOUNDED, today=TODAY, region=region, industry="36"
        )
        self.unions[key] = union
        return union

    def user(self, name: str, *grants: tuple[Role, Union], person: Person | None = None) -> User:
        """A user with these roles on these unions, and password `word`."""
        self.serial += 1
        user = User.objects.create_user(
            f"{name}{self.serial}", "word", display_name=name, person=person
        )
        for role, union in grants:
            grant = Grant(user=user, role=role.code, valid_from=FOUNDED, reason="测试")
            grant.place_at(union)
            grant.save()
        return user

    def actor(self, name: str, *grants: tuple[Role, Union], person: Person | None = None) -> Actor:
        """An actor who has just signed in."""
        user = self.user(name, *grants, person=person)
        return actor_of(user, TODAY, request_id="test", verified_at=timezone.now())

    def identity(
        self, name: str = "", born: date = date(1990, 5, 17), sex: str = "1"
    ) -> persons.Identity:
        """A valid identity nobody else has."""
        self.serial += 1
        # One day and sex have 500 numbers, so the day moves with the serial.
        day = born + timedelta(days=self.serial)
        number = synthetic_resident_id(self.rng, "340104", day, Sex(sex))
        return persons.Identity.checked(
            name=name or f"王{chr(0x4E00 + self.serial * 7 % 5000)}",
            document_number=number,
            mobile=f"199{self.serial:08d}",
            today=TODAY,
        )

    def person(self, union: Union, name: str = "", **facts: Any) -> Person:
        return persons.register(self.identity(name, **facts), union)

    def member(self, union: Union, name: str = "", on: date = date(2020, 3, 2)) -> Membership:
        return memberships.admit(self.person(union, name), union, on=on, cause="apply")


def build() -> World:
    """The world as described by World; the caller is inside a transaction."""
    raise_wall(Scope.everything())
    world = World()
    world.found("province", "安徽省总工会", UnionKind.PROVINCE, None, "340000")
    world.found("hefei", "合肥市总工会", UnionKind.CITY, "province", "340100")
    world.found("wuhu", "芜湖市总工会", UnionKind.CITY, "province", "340200")
    world.found("railway", "安徽省交通工会", UnionKind.INDUSTRY, "province", "340000")
    world.found("shushan", "合肥市蜀山区总工会", UnionKind.COUNTY, "hefei", "340104")
    world.found("luyang", "合肥市庐阳区总工会", UnionKind.COUNTY, "hefei", "340103")
    world.found("jinghu", "芜湖市镜湖区总工会", UnionKind.COUNTY, "wuhu", "340202")
    world.found("jinggang", "蜀山区井岗镇总工会", UnionKind.TOWN, "shushan", "340104")
    world.found("factory", "安徽华阳机械有限公司工会", UnionKind.BASIC, "jinggang", "340104")
    world.found("shop", "合肥井岗商贸联合工会", UnionKind.JOINT, "jinggang", "340104")
    world.found("factory_b", "合肥庐阳仪表厂工会", UnionKind.BASIC, "luyang", "340103")
    world.found("mill", "芜湖镜湖纺织厂工会", UnionKind.BASIC, "jinghu", "340202")
    return world
