"""Duplicate persons: finding them, merging, and undoing to the last byte."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from gonghui.kernel.access.roles import APPROVER, HANDLER, VIEWER
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.identity.models import User
from gonghui.kernel.notify.models import Todo
from gonghui.kernel.org.scoping import Scope, raise_wall
from gonghui.kernel.people import memberships, persons
from gonghui.kernel.people.merging import pointers
from gonghui.kernel.people.models import Membership, MembershipPast, Person, PersonMerge
from gonghui.kernel.testing.world import TODAY
from gonghui.systems.mobilization.membership.actions import merging, standing, transfers
from gonghui.systems.mobilization.membership.jobs.merging import find_duplicates
from gonghui.systems.mobilization.membership.models.merging import DuplicatePair, PairState
from gonghui.systems.mobilization.membership.queries.members import search_members
from gonghui.systems.mobilization.membership.rules.merging import (
    SHOWN_FROM,
    Signs,
    common_place,
    keep_fault,
    names_alike,
    score,
)

NOT_RESTORED = (
    "audit_",
    "bus_",
    "metrics_",
    "notify_todo",
    "people_personmerge",
    "membership_duplicatepair",
)
"""What tells of the merge itself stays; counts follow by themselves."""


def passport(world, union, name, born, mobile) -> Membership:
    identity = persons.Identity.checked(
        name=name,
        document_kind="passport",
        document_number=f"E{world.serial + 10000000}",
        born_on=born,
        sex="1",
        mobile=mobile,
        today=TODAY,
    )
    world.serial += 1
    person = persons.register(identity, union)
    return memberships.admit(person, union, on=date(2018, 5, 2), cause="11")


@pytest.fixture
def two(world):
    """One man twice: by resident ID in the factory, by passport in the shop."""
    first = world.member(world.factory, "李建国", on=date(2020, 3, 2))
    mobile = persons.reveal(first.person)["mobile"]
    second = passport(world, world.shop, "李建国", first.person.born_on, mobile)
    return first, second


@pytest.fixture
def pair(world, two):
    find_duplicates()
    raise_wall(Scope.everything())
    return DuplicatePair.objects.unscoped("test").get()


@pytest.fixture
def approver(world):
    return world.actor("审批", (APPROVER, world.jinggang))


@pytest.mark.parametrize(
    ("signs", "shown"),
    [
        (Signs(same_mobile=True, names="similar"), True),
        (Signs(same_mobile=True, names="sounds"), True),
        (Signs(same_mobile=True), False),
        (Signs(same_birth=True, names="same", same_union=True, other_number=True), True),
        (Signs(same_birth=True, names="same", other_number=True), False),
        (Signs(same_birth=True, names="same", other_document_kind=True), True),
        (Signs(same_document=True), True),
        (Signs(same_birth=True, names="same", same_union=True, other_sex=True), False),
    ],
)
def test_scores(signs, shown):
    points, reasons = score(signs)
    assert (points >= SHOWN_FROM) is shown
    assert 0 <= points <= 100 and reasons


@pytest.mark.parametrize(
    ("a", "b", "alike"),
    [("李建国", "李建国", "same"), ("李健国", "李建国", "sounds"), ("李建军", "李建国", "similar"),
     ("李军", "李国", ""), ("王建国", "李建华", "")],
)  # fmt: skip
def test_names(a, b, alike):
    from gonghui.kernel.base.names import pinyin

    assert names_alike(a, b, pinyin(a, person=True), pinyin(b, person=True)) == alike


def test_common_place_may_be_one_of_the_two():
    assert common_place("1.2.3.", "1.2.3.") == 3
    assert common_place("1.2.3.", "1.2.") == 2
    assert common_place("1.2.3.7.", "1.2.4.7.") == 2


@pytest.mark.parametrize(
    ("kept", "absorbed", "ok"),
    [("active", "withdrawn", True), ("withdrawn", "active", False), ("", "active", True),
     ("active", "", True), ("deceased", "active", False), ("active", "deceased", False),
     ("deceased", "deceased", True), ("withdrawn", "expelled", True)],
)  # fmt: skip
def test_which_may_be_kept(kept, absorbed, ok):
    assert (keep_fault(kept, absorbed, ("active", "retained")) == "") is ok


def test_pairs_are_found_placed_and_put_forward_once(world, two, pair):
    assert (pair.first, pair.second) == tuple(sorted(m.person_id for m in two))
    assert pair.union_id == world.jinggang.pk
    assert "手机号码相同" in pair.reasons
    assert find_duplicates() == 1
    raise_wall(Scope.everything())
    assert DuplicatePair.objects.unscoped("test").count() == 1
    assert Todo.objects.filter(kind="duplicate.decide", done_at=None).count() == 1


def test_an_old_15_digit_number_is_matched_with_its_18_digits(world):
    now = world.member(world.factory, "王淑芳")
    number = persons.reveal(now.person)["document_number"]
    old = Person(union=world.mill, org_path=world.mill.path, name="王叔芳", sex=now.person.sex)
    persons.seal_document(old, "resident_id", number[:6] + number[8:17])
    old.save()
    assert find_duplicates() == 1
    raise_wall(Scope.everything())
    pair = DuplicatePair.objects.unscoped("test").get()
    assert pair.score >= 95 and pair.union_id == world.province.pk


def test_cadres_of_one_side_do_not_see_it_and_the_common_superior_does(
    world, two, pair, as_application
):
    for key, status in (("factory", 403), ("shop", 403), ("luyang", 403), ("jinggang", 200)):
        client = Client()
        client.force_login(world.user("经办", (HANDLER, world.unions[key])))
        for address in (f"/w/duplicates/{pair.pk}/", f"/api/v1/duplicates/{pair.pk}/"):
            assert client.get(address).status_code == status, key
        page = client.post(f"/w/duplicates/{pair.pk}/merge/", {"keep": pair.first, "reason": "x"})
        assert page.status_code == 403
    client = Client()
    client.force_login(world.user("审批", (APPROVER, world.jinggang)))
    text = client.get(f"/w/duplicates/{pair.pk}/").content.decode()
    assert "两份档案对照" in text and two[0].number in text and two[1].number in text
    page = client.post(
        f"/w/duplicates/{pair.pk}/merge/", {"keep": two[0].person_id, "reason": "核对原件"}
    )
    assert page.status_code == 302, page.content.decode()


def numbers_found(world, number: str) -> list[str]:
    scope = Scope.everything()
    rows = search_members(Membership.objects.within(scope), number, scope)
    return sorted(row.number for row in rows.exclude(status="merged"))


def test_merge_keeps_numbers_links_and_the_earlier_day(world, two, pair, approver, as_application):
    first, second = two
    account = world.user("旧账号", person=second.person)
    merging.merge(pair, by=approver, keep=first.person_id, reason="核对原件，同一人")
    raise_wall(Scope.everything())
    kept = Membership.objects.unscoped("test").get(pk=first.pk)
    gone = Membership.objects.unscoped("test").get(pk=second.pk)
    assert (kept.status, kept.joined_on, kept.number) == (
        "active",
        date(2018, 5, 2),
        first.number,
    )
    assert gone.status == "merged"
    for number in (first.number, second.number):
        assert numbers_found(world, number) == [first.number]
    assert User.objects.get(pk=account.pk).person_id == first.person_id
    past = MembershipPast.objects.unscoped("test").get(membership=gone)
    assert past.person_id == first.person_id
    plain = persons.reveal(Person.objects.unscoped("test").get(pk=second.person_id))
    assert persons.by_document(plain["document_number"]).pk == first.person_id


def test_member_with_two_former_numbers_is_found_once(world, two, pair, approver):
    first, _ = two
    merging.merge(pair, by=approver, keep=first.person_id, reason="同一人")
    third = world.member(world.factory, "李建国")
    again = merging.name(
        world.jinggang, by=approver, first_number=first.number, second_number=third.number
    )
    merging.merge(again, by=approver, keep=first.person_id, reason="同一人")
    raise_wall(Scope.everything())
    assert numbers_found(world, first.number) == [first.number]
    assert numbers_found(world, third.number) == [first.number]
    with pytest.raises(Conflict, match="又有变动"):
        merging.undo(pair, by=approver, reason="先撤前一次")


def snapshot() -> dict[str, list[str]]:
    """Every row of every table as the database prints it."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if not table.startswith(NOT_RESTORED):
                cursor.execute(f'SELECT t::text FROM "{table}" t ORDER BY 1')
                found[table] = [row[0] for row in cursor.fetchall()]
    return found


@pytest.mark.parametrize("both_accounts", [False, True])
@pytest.mark.parametrize("keep", [0, 1])
def test_merge_then_undo_restores_every_table_byte_for_byte(
    world, two, pair, approver, keep, both_accounts
):
    first, second = two
    world.user("新账号", person=second.person)
    if both_accounts:
        world.user("老账号", person=first.person)
    standing.retain(
        second, by=world.actor("经办", (HANDLER, world.shop)), cause="31", on=date(2026, 1, 5)
    )
    before = snapshot()
    found_before = {m.number: numbers_found(world, m.number) for m in two}
    merging.merge(pair, by=approver, keep=two[keep].person_id, reason="核对原件")
    raise_wall(Scope.everything())
    assert snapshot() != before
    merging.undo(pair, by=approver, reason="另有其人")
    raise_wall(Scope.everything())
    after = snapshot()
    assert {table for table in before if before[table] != after[table]} == set()
    assert {m.number: numbers_found(world, m.number) for m in two} == found_before
    pair.refresh_from_db()
    assert pair.state == PairState.OPEN


def test_person_without_membership_is_merged_both_ways_and_undone(world, approver):
    member = world.member(world.factory, "李建国")
    mobile = persons.reveal(member.person)["mobile"]
    identity = persons.Identity.checked(
        name="李建国",
        document_kind="passport",
        document_number="E87654321",
        born_on=member.person.born_on,
        mobile=mobile,
        today=TODAY,
    )
    bare = persons.register(identity, world.shop)
    find_duplicates()
    raise_wall(Scope.everything())
    pair = DuplicatePair.objects.unscoped("test").get()
    before = snapshot()
    merging.merge(pair, by=approver, keep=bare.pk, reason="护照为准")
    raise_wall(Scope.everything())
    assert persons.membership_of(bare).number == member.number
    merging.undo(pair, by=approver, reason="误并")
    raise_wall(Scope.everything())
    after = snapshot()
    assert {table for table in before if before[table] != after[table]} == set()


def test_undo_is_refused_after_a_transfer_and_after_the_term(world, two, pair, approver):
    first, _ = two
    merging.merge(pair, by=approver, keep=first.person_id, reason="核对原件")
    raise_wall(Scope.everything())
    kept = Membership.objects.unscoped("test").get(pk=first.pk)
    memberships.transfer(kept, world.mill, on=timezone.localdate(), cause="22")
    with pytest.raises(Conflict, match="芜湖镜湖纺织厂工会") as refused:
        merging.undo(pair, by=approver, reason="误并")
    assert refused.value.remedy
    PersonMerge.objects.unscoped("test").update(undo_until=timezone.now() - timedelta(minutes=1))
    with pytest.raises(Refusal, match="已过"):
        merging.undo(pair, by=approver, reason="误并")


def test_refusals(world, two, pair, approver):
    first, second = two
    with pytest.raises(Forbidden):
        merging.merge(
            pair,
            by=world.actor("一边", (APPROVER, world.factory)),
            keep=first.person_id,
            reason="x",
        )
    with pytest.raises(Forbidden):
        merging.merge(
            pair, by=world.actor("查阅", (VIEWER, world.jinggang)), keep=first.person_id, reason="x"
        )
    own = world.actor("本人", (APPROVER, world.jinggang), person=first.person)
    with pytest.raises(Forbidden, match="本人"):
        merging.merge(pair, by=own, keep=first.person_id, reason="x")
    with pytest.raises(Refusal, match="保留哪一份"):
        merging.merge(pair, by=approver, keep=999999, reason="x")
    asked = transfers.apply(
        second,
        by=world.actor("会员", person=second.person),
        to_union=world.mill,
        reason="调动",
    )
    with pytest.raises(Refusal, match=asked.receipt):
        merging.merge(pair, by=approver, keep=first.person_id, reason="x")
    merging.dismiss(pair, by=approver, reason="父子同名")
    with pytest.raises(Conflict, match="不是同一人"):
        merging.merge(pair, by=approver, keep=first.person_id, reason="x")
    find_duplicates()
    raise_wall(Scope.everything())
    assert DuplicatePair.objects.unscoped("test").get().state == PairState.DISMISSED


def test_a_cadre_may_put_two_known_members_forward(world, approver):
    a, b = world.member(world.factory), world.member(world.shop)
    pair = merging.name(world.jinggang, by=approver, first_number=a.number, second_number=b.number)
    assert pair.union_id == world.jinggang.pk
    outside = world.member(world.mill)
    with pytest.raises(Refusal, match="共同的上级"):
        merging.name(
            world.jinggang, by=approver, first_number=a.number, second_number=outside.number
        )


def test_every_column_that_names_a_person_is_known_to_the_merge():
    known = {f"{model._meta.label}.{column.name}" for model, column in pointers()}
    assert {
        "identity.User.person",
        "people.Person.merged_into",
        "people.MembershipPast.person_id",
        "notify.Message.recipient_person_id",
        "membership.Transfer.person_id",
    } <= known
