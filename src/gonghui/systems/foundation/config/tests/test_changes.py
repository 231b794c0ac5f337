"""Changes from proposal to force: every state, every refusal, the second administrator."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from gonghui.kernel.access.roles import AUDITOR, HANDLER, SYSTEM_ADMIN
from gonghui.kernel.audit.models import Entry
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.bus.models import Outbox
from gonghui.kernel.config.memory import MEMORY, UNSET
from gonghui.kernel.config.models import Value
from gonghui.kernel.notify.models import Message, Todo
from gonghui.kernel.testing.settings import setting_set
from gonghui.systems.foundation.config import jobs, queries, rules
from gonghui.systems.foundation.config.actions import changes as actions
from gonghui.systems.foundation.config.actions.changes import Wanted, propose
from gonghui.systems.foundation.config.actions.rolling_back import roll_back
from gonghui.systems.foundation.config.models import Applied, Change, State

pytestmark = pytest.mark.django_db
WHY = "测试需要"


def put(union, setting, value, by, **facts) -> Change:
    reason = facts.pop("reason", WHY)
    return propose(union, by=by, wanted=Wanted(setting, value, **facts), reason=reason)


def now_at(setting, union):
    MEMORY.refresh()
    return setting.value(union.path)


def test_a_city_sets_its_own_value_and_the_next_city_keeps_the_provinces(world, known, cast):
    put(world.province, known.limit, 10, cast.province)
    change = put(world.hefei, known.limit, 20, cast.hefei)
    assert change.state == State.APPLIED
    assert now_at(known.limit, world.factory) == 20
    assert now_at(known.limit, world.mill) == 10
    put(world.shushan, known.limit, 30, cast.hefei)
    assert now_at(known.limit, world.factory) == 30
    assert now_at(known.limit, world.factory_b) == 20
    put(world.hefei, known.limit, UNSET, cast.hefei)
    assert now_at(known.limit, world.factory_b) == 10


def test_inheritance_names_where_a_value_comes_from(world, known, cast):
    put(world.hefei, known.limit, 20, cast.hefei)
    found = {
        union: queries.resolved(
            known.limit, queries.superiors(union), queries.stored_values()
        ).origin
        for union in (world.hefei, world.factory, world.wuhu)
    }
    assert found == {
        world.hefei: "本级设置",
        world.factory: "来自合肥市总工会",
        world.wuhu: "默认",
    }
    put(world.province, known.limit, 30, cast.province)
    assert (
        queries.resolved(known.limit, queries.superiors(world.wuhu), queries.stored_values()).origin
        == "来自全省"
    )


def test_the_audit_holds_who_what_and_why(world, known, cast):
    put(world.hefei, known.limit, 20, cast.hefei, reason="高峰期放宽")
    entry = Entry.objects.filter(action="settings.propose").latest("id")
    assert (entry.actor_name, entry.reason) == ("合管", "高峰期放宽")
    assert entry.org_path == world.hefei.path
    assert {"before": "未单独设置", "after": "20 次"}.items() <= entry.changes[
        f"value_{world.hefei.pk}"
    ].items()
    event = Outbox.objects.get(type="cn.gonghui.config.changed")
    assert event.data["setting"] == "sample.limit"


@pytest.mark.parametrize("who", ["wuhu", "shushan", "guard", "chief"])
def test_only_an_administrator_of_the_union_sets_it(world, known, cast, who):
    with pytest.raises(Forbidden):
        put(world.hefei, known.limit, 20, getattr(cast, who))
    assert not Value.objects.exists()


def test_neither_business_nor_audit_may_change_settings(world, known):
    for role in (HANDLER, AUDITOR):
        with pytest.raises(Forbidden):
            put(world.hefei, known.limit, 20, world.actor("某人", (role, world.province)))


@pytest.mark.parametrize(
    ("union", "setting", "value", "facts", "words"),
    [
        ("hefei", "only", 6, {}, "不能在“合肥市总工会”设置"),
        ("hefei", "limit", 101, {}, "取值不能大于 100次"),
        ("hefei", "limit", 6, {"reason": "短"}, "至少写 4 个字"),
        ("hefei", "limit", UNSET, {}, "没有变化"),
    ],
)
def test_refusals_say_what_and_why(world, known, cast, union, setting, value, facts, words):
    with pytest.raises(Refusal, match=words):
        put(getattr(world, union), getattr(known, setting), value, cast.province, **facts)
    assert not Change.objects.unscoped("test").exists()


def test_a_time_too_far_away_is_refused(world, known, cast):
    with pytest.raises(Refusal, match="一年之内"):
        put(
            world.hefei,
            known.limit,
            6,
            cast.hefei,
            effective_at=timezone.now() + timedelta(days=400),
        )


def test_the_same_value_again_is_no_change(world, known, cast):
    put(world.hefei, known.limit, 6, cast.hefei)
    with pytest.raises(Refusal, match="没有变化"):
        put(world.hefei, known.limit, 6, cast.hefei)


def test_two_at_once_the_later_learns_of_the_former_in_words(world, known, cast):
    seen = queries.last_applied(known.limit.code, world.hefei)
    assert seen is None
    put(world.hefei, known.limit, 6, cast.province, expected=0)
    with pytest.raises(Conflict, match="省管已把“样例limit”改为6 次"):
        put(world.hefei, known.limit, 7, cast.hefei, expected=0)
    assert now_at(known.limit, world.hefei) == 6


def test_a_second_change_waits_for_the_first_to_end(world, known, cast):
    put(world.hefei, known.danger, 6, cast.hefei)
    with pytest.raises(Conflict, match="已有一项等待批准的变更，由合管提出"):
        put(world.hefei, known.danger, 7, cast.province)


# Dangerous settings


def test_a_dangerous_change_holds_only_after_a_second_administrator(world, known, cast):
    change = put(world.hefei, known.danger, 6, cast.hefei)
    assert change.state == State.WAITING
    assert now_at(known.danger, world.hefei) == 5
    todo = Todo.objects.get(kind="settings.approve", done_at=None)
    assert (todo.union_id, todo.permission) == (world.hefei.pk, "settings.approve")
    with pytest.raises(Forbidden, match="不能批准自己提出的变更"):
        actions.approve(change, by=cast.hefei)
    with pytest.raises(Forbidden):
        actions.approve(change, by=cast.wuhu)
    actions.approve(change, by=cast.guard, reason="同意")
    change.refresh_from_db()
    assert change.state == State.APPLIED
    assert (change.proposed_by_name, change.decided_by_name) == ("合管", "合安")
    assert now_at(known.danger, world.hefei) == 6
    assert not Todo.objects.filter(kind="settings.approve", done_at=None).exists()
    assert Message.objects.filter(recipient_user_id=cast.hefei.user_id).exists()
    with pytest.raises(Conflict, match="目前是“已生效”"):
        actions.approve(change, by=cast.chief)


def test_a_superiors_administrator_may_approve_too(world, known, cast):
    change = put(world.hefei, known.danger, 6, cast.hefei)
    actions.approve(change, by=cast.province)
    assert now_at(known.danger, world.hefei) == 6


def test_a_rejected_change_changes_nothing(world, known, cast):
    change = put(world.hefei, known.danger, 6, cast.hefei)
    with pytest.raises(Refusal, match="至少写"):
        actions.reject(change, by=cast.guard, reason="不")
    actions.reject(change, by=cast.guard, reason="没有依据")
    change.refresh_from_db()
    assert (change.state, change.opinion) == (State.REJECTED, "没有依据")
    assert now_at(known.danger, world.hefei) == 5
    put(world.hefei, known.danger, 7, cast.hefei)


def test_a_proposal_can_be_withdrawn(world, known, cast):
    change = put(world.hefei, known.danger, 6, cast.hefei)
    with pytest.raises(Forbidden):
        actions.withdraw(change, by=cast.guard, reason="不是提出人")
    actions.withdraw(change, by=cast.hefei, reason="再议一议")
    change.refresh_from_db()
    assert change.state == State.WITHDRAWN
    assert not Todo.objects.filter(done_at=None, kind="settings.approve").exists()


def test_without_a_second_administrator_it_cannot_even_be_proposed(world, known):
    alone = world.actor("独管", (SYSTEM_ADMIN, world.hefei))
    with pytest.raises(Refusal, match="都没有第二名管理员"):
        put(world.hefei, known.danger, 6, alone)
    world.user("省管", (SYSTEM_ADMIN, world.province))
    put(world.hefei, known.danger, 6, alone)
    assert Todo.objects.get(kind="settings.approve").union_id == world.province.pk


def test_a_value_that_moved_in_the_meantime_is_not_approved(world, known, cast):
    change = put(world.hefei, known.danger, 6, cast.hefei)
    Value.objects.create(setting=known.danger.code, union_id=world.hefei.pk, value=9)
    with pytest.raises(Conflict, match="已从未单独设置变成9"):
        actions.approve(change, by=cast.guard)


# At a time


def test_a_change_takes_effect_at_its_time(world, known, cast):
    at = timezone.now() + timedelta(hours=1)
    change = put(world.hefei, known.limit, 6, cast.hefei, effective_at=at)
    assert change.state == State.SCHEDULED
    jobs.start_due()
    assert now_at(known.limit, world.hefei) == 5
    Change.objects.unscoped("test").update(effective_at=timezone.now())
    jobs.start_due()
    change.refresh_from_db()
    assert change.state == State.APPLIED
    assert now_at(known.limit, world.hefei) == 6


def test_what_no_longer_fits_at_its_time_fails_in_words(world, known, cast):
    at = timezone.now() + timedelta(hours=1)
    change = put(world.hefei, known.limit, 6, cast.hefei, effective_at=at)
    Change.objects.unscoped("test").update(effective_at=timezone.now(), value=500)
    jobs.start_due()
    change.refresh_from_db()
    assert change.state == State.FAILED
    assert "不能大于 100" in change.opinion
    assert now_at(known.limit, world.hefei) == 5


def test_a_change_of_the_past_is_in_force_at_once(world, known, cast):
    change = put(world.hefei, known.limit, 6, cast.hefei, effective_at=timezone.now())
    assert change.state == State.APPLIED


def test_a_dangerous_change_with_a_time_waits_twice(world, known, cast):
    at = timezone.now() + timedelta(hours=1)
    change = put(world.hefei, known.danger, 6, cast.hefei, effective_at=at)
    actions.approve(change, by=cast.guard)
    change.refresh_from_db()
    assert change.state == State.SCHEDULED


# Gray release


def test_a_change_is_tried_then_widened(world, known, cast):
    change = put(world.province, known.limit, 9, cast.province, gray=(world.hefei,))
    assert change.state == State.GRAY
    assert now_at(known.limit, world.factory) == 9
    assert now_at(known.limit, world.mill) == 5
    with pytest.raises(Conflict, match="试行中"):
        put(world.hefei, known.limit, 7, cast.hefei)
    actions.widen(change, by=cast.province)
    assert now_at(known.limit, world.mill) == 9
    assert list(Value.objects.values_list("union_id", flat=True)) == [None]


def test_a_change_tried_is_withdrawn_without_a_trace(world, known, cast):
    change = put(world.province, known.limit, 9, cast.province, gray=(world.hefei, world.wuhu))
    assert Value.objects.count() == 2
    actions.withdraw(change, by=cast.province, reason="效果不好")
    assert now_at(known.limit, world.factory) == 5
    assert not Value.objects.exists()
    assert Applied.objects.count() == 4


@pytest.mark.parametrize(
    ("union", "gray", "setting", "words"),
    [
        ("hefei", "wuhu", "limit", "不在“合肥市总工会”之下"),
        ("province", "hefei", "only", "不能在“合肥市总工会”设置"),
    ],
)
def test_unions_that_cannot_try_are_refused(world, known, cast, union, gray, setting, words):
    with pytest.raises(Refusal, match=words):
        put(
            getattr(world, union),
            getattr(known, setting),
            9,
            cast.province,
            gray=(getattr(world, gray),),
        )


def test_a_union_with_a_value_of_its_own_cannot_try(world, known, cast):
    put(world.hefei, known.limit, 7, cast.hefei)
    with pytest.raises(Refusal, match="已有自己的取值"):
        put(world.province, known.limit, 9, cast.province, gray=(world.hefei,))


def test_a_dangerous_trial_begins_after_approval(world, known, cast):
    change = put(world.province, known.danger, 9, cast.province, gray=(world.hefei,))
    assert now_at(known.danger, world.hefei) == 5
    actions.approve(change, by=cast.chief)
    assert now_at(known.danger, world.hefei) == 9
    assert now_at(known.danger, world.wuhu) == 5


# Rolling back


def test_one_step_back_and_forth(world, known, cast):
    put(world.hefei, known.limit, 6, cast.hefei)
    put(world.hefei, known.limit, 7, cast.hefei)
    last = queries.last_applied(known.limit.code, world.hefei)
    made = roll_back(last, by=cast.hefei, expected=last.pk)
    assert made.origin == "rollback"
    assert now_at(known.limit, world.hefei) == 6
    first = Applied.objects.order_by("id").first()
    roll_back(first, by=cast.hefei)
    assert now_at(known.limit, world.hefei) == 5
    assert not Value.objects.exists()


def test_rolling_back_a_dangerous_one_waits_as_well(world, known, cast):
    change = put(world.hefei, known.danger, 6, cast.hefei)
    actions.approve(change, by=cast.guard)
    back = roll_back(queries.last_applied(known.danger.code, world.hefei), by=cast.hefei)
    assert back.state == State.WAITING
    assert now_at(known.danger, world.hefei) == 6


def test_a_past_moment_is_known(world, known, cast):
    put(world.province, known.limit, 6, cast.province)
    between = timezone.now()
    put(world.hefei, known.limit, 7, cast.hefei)
    put(world.province, known.limit, UNSET, cast.province)
    key = (known.limit.code, None)
    assert queries.values_at(world.factory, between) == {key: 6}
    assert queries.values_at(world.factory, timezone.now()) == {
        (known.limit.code, world.hefei.pk): 7
    }


# Quotas


def test_a_union_holds_no_more_than_its_quota(world, known, cast):
    with setting_set(queries.QUOTA_COUNT, 1, world.hefei.pk):
        put(world.hefei, known.limit, 6, cast.hefei)
        put(world.hefei, known.limit, 7, cast.hefei)
        with pytest.raises(Refusal, match="超过容量配额 1 项"):
            put(world.hefei, known.switch, False, cast.hefei)
        put(world.wuhu, known.switch, False, cast.wuhu)
        put(world.wuhu, known.limit, 6, cast.wuhu)
    with setting_set(queries.QUOTA_SIZE, 30), pytest.raises(Refusal, match="超过容量配额 30 个字"):
        put(world.hefei, known.text, "字" * 40, cast.hefei)
    put(world.province, known.text, "字" * 40, cast.province)


# Rules


@pytest.mark.parametrize("verb", sorted(rules.ALLOWED))
@pytest.mark.parametrize("state", State.values)
def test_each_step_needs_its_state(verb, state):
    if state in rules.ALLOWED[verb]:
        rules.check_state(verb, state, "状态")
    else:
        with pytest.raises(Conflict):
            rules.check_state(verb, state, "状态")


def test_states_follow_from_danger_time_and_trial():
    now = timezone.now()
    later = now + timedelta(hours=1)
    assert rules.first_state(True, None, False, now) == rules.WAITING
    assert rules.first_state(False, later, True, now) == rules.SCHEDULED
    assert rules.first_state(False, None, True, now) == rules.GRAY
    assert rules.first_state(False, now, False, now) == rules.APPLIED


def test_differences_are_all_and_only_what_differs():
    assert rules.differences({"a": "1", "b": "2"}, {"b": "2", "c": "3"}) == [
        ("a", "1", None),
        ("c", None, "3"),
    ]
