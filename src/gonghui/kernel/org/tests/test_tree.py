"""The tree by effective dates."""

from datetime import date, timedelta

import pytest

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.org import tree
from gonghui.kernel.org.history import tree_as_of
from gonghui.kernel.org.models import Union, UnionKind, UnionStatus
from gonghui.kernel.org.scoping import Range, Scope, UnscopedQuery
from gonghui.kernel.testing.world import TODAY

JULY = date(2026, 7, 1)


def names(day, scope=None):
    rows = tree_as_of(day, scope or Scope.everything())
    return set(rows.values_list("name", flat=True))


def reload(union):
    return Union.objects.unscoped("test").get(pk=union.pk)


def test_merged_union_stays_in_the_tree_of_the_day_before(world):
    tree.merge(world.factory, world.shop, on=JULY, today=TODAY, document="皖工发〔2026〕9号")
    assert world.factory.name in names(JULY - timedelta(days=1))
    assert world.factory.name not in names(JULY)
    assert reload(world.factory).successor_id == world.shop.pk


def test_moved_subtree_is_found_at_its_new_place_and_on_old_days_at_its_old(world):
    luyang = Scope.of([world.luyang.path])
    shushan = Scope.of([world.shushan.path])
    tree.move(world.jinggang, world.luyang, on=JULY, today=TODAY)
    assert world.factory.name in names(JULY, luyang)
    assert world.factory.name not in names(JULY, shushan)
    assert world.factory.name in names(JULY - timedelta(days=1), shushan)
    moved = reload(world.factory)
    assert (moved.city_id, moved.county_id) == (world.hefei.pk, world.luyang.pk)
    assert moved.path.startswith(world.luyang.path)


def test_move_below_itself_is_refused(world):
    with pytest.raises(Refusal, match="下级之下"):
        tree.move(world.shushan, world.jinggang, on=JULY, today=TODAY)


def test_move_below_a_basic_union_is_refused(world):
    with pytest.raises(Refusal, match="不能作为上级"):
        tree.move(world.factory_b, world.factory, on=JULY, today=TODAY)


def test_history_is_not_rewritten(world):
    tree.rename(world.factory, "安徽华阳智能装备有限公司工会", on=JULY, today=TODAY)
    with pytest.raises(Refusal, match="不能早于"):
        tree.close(world.factory, on=JULY - timedelta(days=1), today=TODAY, members=0)


def test_change_after_today_is_refused(world):
    with pytest.raises(Refusal, match="不能晚于今天"):
        tree.close(world.factory, on=TODAY + timedelta(days=1), today=TODAY, members=0)


def test_union_with_members_or_subordinates_is_not_closed(world):
    with pytest.raises(Refusal, match="3 名会员"):
        tree.close(world.factory, on=JULY, today=TODAY, members=3)
    with pytest.raises(Refusal, match="下级工会"):
        tree.close(world.jinggang, on=JULY, today=TODAY, members=0)


def test_closed_union_takes_no_further_change(world):
    tree.close(world.factory, on=JULY, today=TODAY, members=0)
    assert reload(world.factory).status == UnionStatus.CLOSED
    with pytest.raises(Refusal, match="不能再变更"):
        tree.rename(reload(world.factory), "新名", on=JULY, today=TODAY)


def test_merging_a_town_takes_its_unions_along(world):
    other = tree.found(
        "蜀山区小庙镇总工会", UnionKind.TOWN, world.shushan, on=date(2020, 1, 2), today=TODAY
    )
    tree.merge(world.jinggang, other, on=JULY, today=TODAY)
    assert reload(world.factory).parent_id == other.pk
    assert reload(world.factory).path == f"{other.path}{world.factory.pk}."


def test_split_founds_unions_beside(world):
    parts = [("华阳一厂工会", UnionKind.BASIC), ("华阳二厂工会", UnionKind.BASIC)]
    made = tree.split(world.factory, parts, on=JULY, today=TODAY)
    assert [union.parent_id for union in made] == [world.jinggang.pk] * 2
    assert not names(JULY - timedelta(days=1)) & {"华阳一厂工会", "华阳二厂工会"}


def test_two_changes_on_one_day_leave_one_version(world):
    tree.rename(world.factory, "甲厂工会", on=JULY, today=TODAY)
    tree.rename(world.factory, "乙厂工会", on=JULY, today=TODAY)
    assert "乙厂工会" in names(JULY)
    assert "甲厂工会" not in names(JULY)
    assert world.factory.versions.unscoped("test").filter(valid_to=None).count() == 1


def test_unscoped_query_raises(world):
    with pytest.raises(UnscopedQuery):
        list(Union.objects.all())
    with pytest.raises(UnscopedQuery):
        Union.objects.filter(name="x").count()
    with pytest.raises(UnscopedQuery):
        Union.objects.filter(name="x").exists()
    with pytest.raises(UnscopedQuery):
        Union.objects.filter(name="x").update(name="y")
    with pytest.raises(UnscopedQuery):
        Union.objects.filter(name="x").delete()
    with pytest.raises(UnscopedQuery):
        list(Union.objects.values_list("pk"))
    with pytest.raises(UnscopedQuery):
        Union.objects.aggregate(n=__import__("django").db.models.Count("pk"))
    with pytest.raises(UnscopedQuery):
        list(world.factory.versions.all())


def test_scope_drops_what_lies_inside_another():
    scope = Scope.of(["1.2.", "1.2.3.", "1.20."])
    assert [item.lo for item in scope.ranges] == ["1.2.", "1.20."]
    assert scope.holds("1.2.9.")
    assert not scope.holds("1.21.")


def test_range_holds_no_sibling_whose_id_begins_alike():
    assert not Range.below("1.2.").holds("1.20.")
    assert Range.below("1.2.").holds("1.2.")


def test_empty_scope_sees_nothing(world):
    assert list(Union.objects.within(Scope())) == []


def test_kind_changes_from_its_day_on(world):
    tree.reclassify(
        world.jinggang, UnionKind.FEDERATION, on=JULY, today=TODAY, document="皖工办〔2026〕5号"
    )
    kinds = [
        version.kind for version in world.jinggang.versions.unscoped("test").order_by("valid_from")
    ]
    assert kinds == [UnionKind.TOWN, UnionKind.FEDERATION]


def test_superior_cannot_become_a_grassroots_union(world):
    with pytest.raises(Refusal, match="下级工会"):
        tree.reclassify(world.jinggang, UnionKind.JOINT, on=JULY, today=TODAY)
