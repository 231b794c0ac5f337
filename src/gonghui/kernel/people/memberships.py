"""Changes of a membership: admit, transfer, change of status.

Plain functions for actions to call inside their transaction. Each closes the present state
into MembershipPast and opens the next, so any past day can be counted again.
"""

from __future__ import annotations

from datetime import date

from django.db import connection

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.bus.outbox import publish
from gonghui.kernel.org.models import Union
from gonghui.kernel.people.models import (
    IN_RANKS,
    Membership,
    MembershipPast,
    MembershipStatus,
    Person,
)
from gonghui.kernel.people.persons import membership_of

ONE_MEMBERSHIP = "《工会会员会籍管理办法》：会员会籍随劳动（工作）关系，一次入会、动态接转"


def next_number() -> str:
    """A member number (会员号) nobody has had."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT people_member_number(nextval('people_member_seq'))")
        return cursor.fetchone()[0]


def admit(
    person: Person, union: Union, *, on: date, cause: str, batch_id: int | None = None
) -> Membership:
    """Make a person a member of `union` from a day on, with the number kept for life."""
    membership = membership_of(person)
    if membership is not None and membership.status in IN_RANKS:
        raise Refusal(
            f"{person.name}已是“{membership.union.name}”的会员"
            f"（{membership.get_status_display()}），不能重复入会。",
            rule=ONE_MEMBERSHIP,
            remedy="如工作单位已变动，请办理转会。",
            code="already_member",
        )
    if membership is not None:
        if membership.status == MembershipStatus.DECEASED:
            raise Refusal(f"{person.name}的会籍已登记为已故，请先核实更正。")
        return _turn(membership, MembershipStatus.ACTIVE, union, on, cause, "重新入会")
    membership = Membership(
        person=person,
        number=next_number(),
        joined_on=on,
        since=on,
        cause=cause,
        industry=union.industry,
        batch_id=batch_id,
    )
    membership.place_at(union)
    membership.name_after(person)
    membership.save(force_insert=True)
    _keep_record_at(person, union)
    publish("cn.gonghui.membership.joined", f"membership/{membership.pk}", {}, union.path)
    return membership


def transfer(
    membership: Membership, union: Union, *, on: date, cause: str, note: str = ""
) -> Membership:
    """Carry a membership over to another union from a day on."""
    if membership.status not in IN_RANKS:
        raise Refusal(f"该会籍{membership.get_status_display()}，不能接转。", rule=ONE_MEMBERSHIP)
    if membership.union_id == union.pk:
        raise Refusal(f"会籍已经在“{union.name}”。", field="union")
    found = _turn(membership, MembershipStatus.ACTIVE, union, on, cause, note)
    publish("cn.gonghui.membership.transferred", f"membership/{found.pk}", {}, union.path)
    return found


def change_status(
    membership: Membership, status: str, *, on: date, cause: str, note: str = ""
) -> Membership:
    """Retain, restore, withdraw, expel or close by death; which of them is allowed is the
    caller's rule."""
    found = _turn(membership, status, membership.union, on, cause, note)
    publish(
        "cn.gonghui.membership.status",
        f"membership/{found.pk}",
        {"status": status},
        found.org_path,
    )
    return found


def take_back(membership: Membership, past: MembershipPast) -> Membership:
    """Undo the latest change: what `past` says is the present state again, its line is gone.

    That `past` is the latest and nothing else has happened since is the caller's rule.
    """
    membership.status = past.status
    membership.since = past.valid_from
    membership.cause = past.cause
    membership.industry = past.industry
    membership.place_at(past.union)
    membership.version += 1
    membership.save()
    past.delete()
    _keep_record_at(membership.person, membership.union)
    publish(
        "cn.gonghui.membership.status",
        f"membership/{membership.pk}",
        {"status": membership.status},
        membership.org_path,
    )
    return membership


def _turn(
    membership: Membership, status: str, union: Union, on: date, cause: str, note: str
) -> Membership:
    if on < membership.since:
        raise Refusal(
            f"生效日期不能早于现状起始日 {membership.since:%Y-%m-%d}。",
            rule="会籍变动按时间先后登记",
            field="on",
        )
    if not union.is_active and status in IN_RANKS:
        raise Refusal(f"“{union.name}”{union.get_status_display()}，不能接收会员。")
    MembershipPast.objects.create(
        membership=membership,
        person_id=membership.person_id,
        union_id=membership.union_id,
        org_path=membership.org_path,
        city_id=membership.city_id,
        county_id=membership.county_id,
        status=membership.status,
        sex=membership.sex,
        industry=membership.industry,
        valid_from=membership.since,
        valid_to=on,
        cause=membership.cause,
        note=note,
    )
    membership.status = status
    membership.since = on
    membership.cause = cause
    membership.industry = union.industry
    membership.place_at(union)
    membership.version += 1
    membership.save()
    _keep_record_at(membership.person, union)
    return membership


def _keep_record_at(person: Person, union: Union) -> None:
    if person.union_id != union.pk or person.org_path != union.path:
        person.union = union
        person.org_path = union.path
        person.save(update_fields=["union", "org_path"])
