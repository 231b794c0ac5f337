"""Kept counts equal fresh ones after every kind of change."""

import random
from datetime import date

import pytest

from gonghui.kernel.metrics import members
from gonghui.kernel.org import tree
from gonghui.kernel.people import following, memberships
from gonghui.kernel.people.models import Membership
from gonghui.kernel.testing.world import TODAY


def in_ranks(union):
    members.fold()
    counts = members.counts_of(union.pk)
    return counts.in_ranks if counts else 0


def test_every_superior_counts_a_new_member(world):
    world.member(world.factory)
    for union in (world.factory, world.jinggang, world.shushan, world.hefei, world.province):
        assert in_ranks(union) == 1
    assert in_ranks(world.wuhu) == 0
    assert members.counts_of(world.hefei.pk).industry == {"36": 1}


def test_transfer_and_withdrawal_are_followed(world):
    member = world.member(world.factory)
    memberships.transfer(member, world.mill, on=TODAY, cause="transfer")
    assert (in_ranks(world.hefei), in_ranks(world.wuhu), in_ranks(world.province)) == (0, 1, 1)
    memberships.change_status(member, "withdrawn", on=TODAY, cause="own_wish")
    assert in_ranks(world.province) == 0
    assert members.counts_of(world.wuhu.pk).status == {"withdrawn": 1}


def test_moved_union_takes_its_figures_along(world):
    old = world.jinggang.path
    world.member(world.factory)
    members.fold()
    world.member(world.factory)
    tree.move(world.jinggang, world.luyang, on=TODAY, today=TODAY)
    following.repath(old=old, union_id=world.jinggang.pk)
    world.member(type(world.factory).objects.unscoped("t").get(pk=world.factory.pk))
    members.follow_moves()
    assert in_ranks(world.luyang) == 3
    assert in_ranks(world.shushan) == 0
    assert members.differences() == []


def test_merged_union_hands_its_members_over(world):
    for _ in range(3):
        world.member(world.factory)
    tree.merge(world.factory, world.shop, on=date(2026, 7, 1), today=TODAY)
    following.reassign(union_id=world.factory.pk, into_id=world.shop.pk, on="2026-07-01")
    assert (in_ranks(world.factory), in_ranks(world.shop)) == (0, 3)
    moved = Membership.objects.unscoped("t").first()
    assert moved.union_id == world.shop.pk
    assert moved.since == date(2026, 7, 1)
    past = moved.past.unscoped("t").get()
    assert (past.union_id, past.valid_to) == (world.factory.pk, date(2026, 7, 1))
    assert (
        following.reassign(union_id=world.factory.pk, into_id=world.shop.pk, on="2026-07-01") == 0
    )


def test_recount_equals_folding(world):
    for union in (world.factory, world.mill, world.shop):
        world.member(union)
    assert members.differences() == []
    members.recount()
    assert members.differences() == []
    assert in_ranks(world.province) == 3


def test_difference_is_found(world):
    world.member(world.factory)
    members.fold()
    members.MemberCount.objects.filter(pk=world.hefei.pk).update(status={"active": 7})
    assert members.differences() == [world.hefei.pk]


@pytest.mark.parametrize("seed", range(4))
def test_random_changes_keep_every_node_true(world, seed):
    rng = random.Random(seed)
    unions = [world.factory, world.shop, world.mill, world.factory_b]
    people = [world.member(rng.choice(unions)) for _ in range(6)]
    for _ in range(15):
        member = rng.choice(people)
        if rng.random() < 0.5:
            target = rng.choice(unions)
            if member.status == "active" and target.pk != member.union_id:
                memberships.transfer(member, target, on=TODAY, cause="transfer")
        elif member.status in {"active", "retained"}:
            status = rng.choice(["active", "retained"])
            memberships.change_status(member, status, on=TODAY, cause="x")
        if rng.random() < 0.3:
            members.fold()
    assert members.differences() == []
