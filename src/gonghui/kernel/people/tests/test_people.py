"""Persons, memberships, their past, and the wall behind them."""

from datetime import date

import pytest
from django.db import connection

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.base.ids import check_member_number, member_number
from gonghui.kernel.org.scoping import Scope, raise_wall
from gonghui.kernel.people import memberships, persons
from gonghui.kernel.people.models import Membership, MembershipStatus, Person
from gonghui.kernel.testing.world import TODAY


def test_document_and_mobile_are_sealed_masked_and_found(world):
    identity = world.identity("李娜")
    person = persons.register(identity, world.factory)
    with connection.cursor() as cursor:
        cursor.execute("SELECT p::text FROM people_person p WHERE id = %s", [person.pk])
        stored = cursor.fetchone()[0]
    assert identity.document_number not in stored
    assert identity.mobile not in stored
    assert (
        person.document_mask
        == identity.document_number[:4] + "*" * 10 + (identity.document_number[-4:])
    )
    assert persons.by_document(identity.document_number) == person
    assert persons.reveal(person)["document_number"] == identity.document_number


def test_second_membership_is_refused_with_the_rule(world):
    member = world.member(world.factory)
    with pytest.raises(Refusal) as refused:
        memberships.admit(member.person, world.mill, on=TODAY, cause="apply")
    assert refused.value.code == "already_member"
    assert "转会" in refused.value.remedy
    assert "会籍管理办法" in refused.value.rule


def test_number_is_kept_for_life(world):
    member = world.member(world.factory)
    number = member.number
    check_member_number(number)
    memberships.transfer(member, world.mill, on=date(2022, 1, 4), cause="transfer")
    memberships.change_status(
        member, MembershipStatus.WITHDRAWN, on=date(2023, 1, 4), cause="own_wish"
    )
    again = memberships.admit(member.person, world.shop, on=date(2024, 1, 4), cause="rejoin")
    assert again.pk == member.pk
    assert again.number == number
    assert list(
        again.past.unscoped("test").order_by("valid_from").values_list("union_id", "status")
    ) == [
        (world.factory.pk, "active"),
        (world.mill.pk, "active"),
        (world.mill.pk, "withdrawn"),
    ]


def test_database_and_python_agree_on_member_numbers(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT n, people_member_number(n) FROM generate_series(1, 3000) AS n")
        assert all(made == member_number(n) for n, made in cursor.fetchall())


def test_known_document_under_another_name_is_refused(world):
    identity = world.identity("李娜")
    persons.register(identity, world.factory)
    other = persons.Identity.checked(
        name="李那", document_number=identity.document_number, today=TODAY
    )
    with pytest.raises(Refusal, match="另一个姓名"):
        persons.register(other, world.factory)


def test_change_before_the_present_state_is_refused(world):
    member = world.member(world.factory, on=date(2020, 3, 2))
    with pytest.raises(Refusal, match="不能早于"):
        memberships.transfer(member, world.mill, on=date(2020, 3, 1), cause="transfer")


def test_wall_hides_other_counties_even_from_raw_sql(world, as_application):
    member = world.member(world.factory)
    world.member(world.mill)
    raise_wall(Scope.of([world.shushan.path]))
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM people_membership")
        assert cursor.fetchall() == [(member.pk,)]
        cursor.execute("SELECT count(*) FROM people_person")
        assert cursor.fetchone() == (1,)


def test_wall_is_shut_where_nobody_raised_it(world, as_application):
    world.member(world.factory)
    raise_wall(Scope())
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM people_person")
        assert cursor.fetchone() == (0,)


def test_wall_lets_a_person_see_their_own_record(world, as_application):
    member = world.member(world.factory)
    world.member(world.factory)
    raise_wall(Scope((), member.person_id))
    with connection.cursor() as cursor:
        cursor.execute("SELECT person_id FROM people_membership")
        assert cursor.fetchall() == [(member.person_id,)]


def test_wall_with_more_ranges_than_slots_still_shows_them_all(world, as_application):
    member = world.member(world.mill)
    paths = [world.factory.path, world.shop.path, world.luyang.path, world.mill.path]
    raise_wall(Scope.of(paths))
    found = Membership.objects.unscoped("test").values_list("pk", flat=True)
    assert list(found) == [member.pk]


def test_transfer_out_of_the_scope_passes_the_wall(world, as_application):
    member = world.member(world.factory)
    raise_wall(Scope.everything())
    memberships.transfer(member, world.mill, on=TODAY, cause="transfer")
    raise_wall(Scope.of([world.shushan.path]))
    assert not Person.objects.unscoped("test").filter(pk=member.person_id).exists()
