"""Standing: the table of moves, what each needs, and taking back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gonghui.kernel.access.roles import APPROVER, HANDLER
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.notify.models import Message
from gonghui.kernel.org.scoping import Scope, raise_wall
from gonghui.kernel.people import memberships
from gonghui.kernel.people.models import Membership, MembershipPast
from gonghui.systems.mobilization.membership.actions import standing as actions
from gonghui.systems.mobilization.membership.models.standing import StandingChange
from gonghui.systems.mobilization.membership.queries.standing import chapters
from gonghui.systems.mobilization.membership.rules import standing as rules

TABLE = {
    "active": {"retain", "withdraw", "expel", "decease"},
    "retained": {"restore", "withdraw", "expel", "decease"},
    "withdrawn": {"decease"},
    "expelled": {"decease"},
    "deceased": {"revive"},
}


@pytest.mark.parametrize("status", rules.STATUSES)
def test_the_table_of_moves(status):
    assert {move.code for move in rules.allowed(status)} == TABLE[status]


def test_every_cause_is_a_code_of_the_table():
    from gonghui.kernel import codes

    for move in rules.MOVES.values():
        for cause in move.causes:
            assert codes.is_valid("membership_change_reason", cause)


@pytest.mark.parametrize(
    ("vote", "carried"),
    [
        ((30, 20, 16), True),
        ((30, 20, 15), False),
        ((30, 19, 19), False),
        ((30, 31, 16), False),
        ((30, 20, 21), False),
        ((0, 0, 0), False),
        ((1, 1, 1), True),
    ],
)
def test_votes(vote, carried):
    assert (rules.vote_fault(rules.Vote(*vote)) == "") is carried


@given(st.integers(1, 500), st.integers(0, 500), st.integers(0, 500))
def test_a_carried_vote_always_has_quorum_and_majority(due, present, votes):
    if not rules.vote_fault(rules.Vote(due, present, votes)):
        assert votes * 2 > due and present * 3 >= due * 2 and votes <= present <= due


@given(st.dates(date(2000, 1, 1), date(2030, 12, 31)), st.integers(1, 48))
def test_months_later_keeps_the_day_or_ends_the_month(day, months):
    later = rules.months_later(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later + timedelta(days=1)).day == 1


@pytest.mark.parametrize(
    ("unpaid", "start", "end", "ripe"),
    [
        (date(2026, 1, 10), date(2026, 7, 10), date(2026, 7, 17), True),
        (date(2026, 1, 10), date(2026, 7, 9), date(2026, 7, 17), False),
        (date(2026, 1, 10), date(2026, 7, 10), date(2026, 7, 16), False),
        (date(2026, 1, 10), date(2026, 11, 10), date(2026, 11, 22), False),
    ],
)
def test_deemed_withdrawal_is_ripe_after_months_and_notice(unpaid, start, end, ripe):
    fault = rules.lapse_fault(
        rules.Lapse(unpaid, start, end), months=6, notice_days=7, today=date(2026, 11, 22)
    )
    assert (fault == "") is ripe


@pytest.fixture
def member(world):
    return world.member(world.factory, "李建国")


@pytest.fixture
def handler(world):
    return world.actor("经办", (HANDLER, world.factory))


@pytest.fixture
def approver(world):
    return world.actor("审批", (APPROVER, world.factory))


def today() -> date:
    return timezone.localdate()


def test_retain_and_restore_leave_a_contiguous_past(world, member, handler, as_application):
    kept = actions.retain(member, by=handler, cause="31", on=date(2026, 3, 1), remark="退休")
    assert (kept.status, kept.since, kept.cause) == ("retained", date(2026, 3, 1), "31")
    back = actions.restore(kept, by=handler, on=date(2026, 5, 1))
    assert back.status == "active"
    raise_wall(Scope.everything())
    life = [(item.valid_from, item.valid_to) for item in chapters(back)]
    assert life == [
        (date(2026, 5, 1), None),
        (date(2026, 3, 1), date(2026, 5, 1)),
        (date(2020, 3, 2), date(2026, 3, 1)),
    ]
    assert Message.objects.filter(recipient_person_id=member.person_id).count() == 2


def test_refusals(world, member, handler, approver):
    with pytest.raises(Refusal) as refused:
        actions.retain(member, by=handler, cause="51", on=today())
    assert refused.value.code == "cause"
    with pytest.raises(Conflict):
        actions.restore(member, by=handler, on=today())
    with pytest.raises(Refusal, match="晚于今天"):
        actions.retain(member, by=handler, cause="31", on=today() + timedelta(days=1))
    with pytest.raises(Refusal, match="依据"):
        actions.withdraw(member, by=handler, cause="51", on=today(), evidence="")
    with pytest.raises(Refusal, match="公示"):
        actions.withdraw(member, by=handler, cause="52", on=today(), evidence="教育两次")
    with pytest.raises(Refusal) as refused:
        actions.withdraw(
            member,
            by=handler,
            cause="52",
            on=today(),
            evidence="教育两次",
            unpaid_since=today() - timedelta(days=100),
            notice_from=today() - timedelta(days=10),
            notice_to=today() - timedelta(days=1),
        )
    assert refused.value.code == "not_ripe" and "自动退会" in refused.value.rule
    with pytest.raises(Refusal, match="半数"):
        actions.expel(
            member, by=approver, on=today(), evidence="判决书", due=30, present=25, votes=15
        )
    with pytest.raises(Forbidden):
        actions.expel(
            member, by=handler, on=today(), evidence="判决书", due=30, present=25, votes=20
        )
    with pytest.raises(Forbidden):
        actions.retain(
            member, by=world.actor("他县", (HANDLER, world.luyang)), cause="31", on=today()
        )
    own = world.actor("本人", (HANDLER, world.shushan), person=member.person)
    with pytest.raises(Forbidden, match="本人"):
        actions.retain(member, by=own, cause="31", on=today())
    assert Membership.objects.unscoped("test").get(pk=member.pk).version == 1
    assert not StandingChange.objects.unscoped("test").exists()


def test_expulsion_by_vote_and_death_of_the_expelled(member, approver, handler):
    out = actions.expel(
        member, by=approver, on=today(), evidence="判决书", due=30, present=25, votes=16
    )
    assert out.status == "expelled"
    change = StandingChange.objects.unscoped("test").get()
    assert change.facts == {"evidence": "判决书", "due": 30, "present": 25, "votes": 16}
    dead = actions.decease(out, by=handler, died_on=date(2026, 6, 1), evidence="证明")
    assert (dead.status, dead.since) == ("deceased", today())


def test_wrong_entry_of_death_is_corrected_to_what_was_before(member, handler, approver):
    kept = actions.retain(member, by=handler, cause="31", on=date(2026, 3, 1))
    dead = actions.decease(kept, by=handler, died_on=date(2026, 6, 1), evidence="误听")
    assert (dead.status, dead.since) == ("deceased", date(2026, 6, 1))
    with pytest.raises(Forbidden):
        actions.revive(dead, by=handler, evidence="本人到场")
    alive = actions.revive(dead, by=approver, evidence="本人到场")
    assert (alive.status, alive.number) == ("retained", member.number)


def test_undo_restores_the_former_state_and_leaves_no_line(member, handler):
    before = Membership.objects.unscoped("test").values().get(pk=member.pk)
    out = actions.withdraw(member, by=handler, cause="51", on=today(), evidence="申请书")
    back = actions.undo(out, by=handler, reason="点错了人")
    after = Membership.objects.unscoped("test").values().get(pk=member.pk)
    assert {key for key in before if before[key] != after[key]} == {"version"}
    assert not MembershipPast.objects.unscoped("test").filter(membership=back).exists()
    with pytest.raises(Refusal, match="没有可以撤销"):
        actions.undo(back, by=handler, reason="再点")


def test_undo_is_refused_to_others_later_and_after_a_further_change(world, member, handler):
    out = actions.retain(member, by=handler, cause="31", on=today())
    with pytest.raises(Forbidden, match="经办"):
        actions.undo(out, by=world.actor("别人", (HANDLER, world.factory)), reason="x")
    memberships.transfer(out, world.shop, on=today(), cause="22")
    superior = handler
    moved = Membership.objects.unscoped("test").get(pk=member.pk)
    with pytest.raises(Forbidden):
        actions.undo(moved, by=superior, reason="x")
    memberships.transfer(moved, world.factory, on=today(), cause="22")
    with pytest.raises(Conflict, match="又有变动"):
        actions.undo(moved, by=handler, reason="x")
    StandingChange.objects.unscoped("test").update(decided_at=timezone.now() - timedelta(hours=25))
    with pytest.raises(Refusal, match="24 小时"):
        actions.undo(moved, by=handler, reason="x")


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.sampled_from([*rules.MOVES, "undo"]), min_size=3, max_size=10))
def test_any_sequence_leaves_one_open_state_the_number_and_a_whole_past(world, sequence):
    raise_wall(Scope.everything())
    point = transaction.savepoint()
    try:
        member = world.member(world.factory)
        both = world.actor("甲", (HANDLER, world.factory), (APPROVER, world.factory))
        for code in sequence:
            before = current(member)
            open_moves = {move.code for move in rules.allowed(before.status)}
            try:
                with transaction.atomic():
                    take(code, before, both)
                assert code == "undo" or code in open_moves
            except Refusal:
                assert code == "undo" or code not in open_moves
            check_life(member)
    finally:
        transaction.savepoint_rollback(point)


def current(member: Membership) -> Membership:
    return Membership.objects.unscoped("test").get(pk=member.pk)


def take(code: str, member: Membership, by) -> None:
    day = max(member.since, date(2026, 1, 5))
    values = {
        "retain": {"cause": "31", "on": day},
        "restore": {"on": day},
        "withdraw": {"cause": "51", "on": day, "evidence": "x"},
        "expel": {"on": day, "evidence": "x", "due": 3, "present": 3, "votes": 3},
        "decease": {"died_on": day, "evidence": "x"},
        "revive": {"evidence": "x"},
        "undo": {"reason": "x"},
    }[code]
    getattr(actions, code)(member, by=by, **values)


def check_life(member: Membership) -> None:
    found = Membership.objects.unscoped("test").get(person_id=member.person_id)
    assert (found.number, found.status in rules.STATUSES) == (member.number, True)
    past = list(MembershipPast.objects.unscoped("test").filter(membership=found).order_by("pk"))
    assert [found.joined_on, *(row.valid_to for row in past)] == [
        *(row.valid_from for row in past),
        found.since,
    ]
