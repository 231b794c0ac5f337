"""Deciding on pairs of records that may be one person: name, dismiss, merge, undo."""

from __future__ import annotations

from django.utils import timezone

from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.codes.parameters import MERGE_UNDO_DAYS
from gonghui.kernel.identity.models import User
from gonghui.kernel.notify.todos import close_todo, open_todo
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scope, wall_at
from gonghui.kernel.people import merging
from gonghui.kernel.people.models import IN_RANKS, Membership, Person, PersonMerge
from gonghui.kernel.people.persons import membership_of
from gonghui.systems.mobilization.membership import permissions
from gonghui.systems.mobilization.membership.models.corrections import (
    Correction,
    CorrectionState,
)
from gonghui.systems.mobilization.membership.models.merging import DuplicatePair, PairState
from gonghui.systems.mobilization.membership.queries.deciding import seat_of
from gonghui.systems.mobilization.membership.queries.merging import Found, judge
from gonghui.systems.mobilization.membership.queries.transfers import open_transfer
from gonghui.systems.mobilization.membership.rules import merging as rules

TARGET = "membership.duplicatepair"
BOTH = "both records of a pair are locked before either is changed"
PLACES = "the nearest union above both records"


def pair_of(found: Found) -> DuplicatePair:
    """A pair as a row, placed at the nearest union above both; not saved."""
    pair = DuplicatePair(
        first=found.first.pk,
        second=found.second.pk,
        name=found.first.name
        if found.first.name == found.second.name
        else f"{found.first.name}、{found.second.name}"[:50],
        first_union=found.first.union.name,
        second_union=found.second.union.name,
        score=found.score,
        reasons=found.reasons,
        found_at=timezone.now(),
    )
    place = rules.common_place(found.first.org_path, found.second.org_path)
    pair.place_at(Union.objects.unscoped(PLACES).get(pk=place))
    return pair


@action("duplicates.name", "提出疑似重复人员", permissions.NAME_DUPLICATE, creates=True)
def name(union: Union, *, by: Actor, first_number: str, second_number: str) -> DuplicatePair:
    """Put two members, known by their numbers, forward as one person.

    A cadre who may not see both is told so; the pair then belongs to the common superior.
    """
    people = []
    for field, number in (("first_number", first_number), ("second_number", second_number)):
        scope = by.scope(permissions.NAME_DUPLICATE)
        member = Membership.objects.within(scope).filter(number=number.strip()).first()
        if member is None:
            raise Refusal(
                "在您的权限范围内没有这个会员号。",
                remedy="两份档案不在同一单位的，请由共同的上级工会提出。",
                field=field,
            )
        people.append(member.person)
    if people[0].pk == people[1].pk:
        raise Refusal("两个会员号属于同一份档案。", field="second_number")
    found = judge(people[0], people[1])
    pair = pair_of(found)
    by.require(permissions.NAME_DUPLICATE, pair.org_path)
    known = DuplicatePair.objects.within(by.scope(permissions.NAME_DUPLICATE)).filter(
        first=pair.first, second=pair.second
    )
    if known.exists():
        raise Conflict("这两份档案已经列为疑似重复。", remedy="请在列表中打开它。")
    pair.save(force_insert=True)
    ask(pair)
    return pair


def ask(pair: DuplicatePair) -> None:
    """Open the to-do of a pair where somebody may merge it."""
    seat = seat_of(pair.union, permissions.MERGE_DUPLICATE, timezone.localdate())
    open_todo(
        kind="duplicate.decide",
        target_type=TARGET,
        target_id=pair.pk,
        title=f"疑似重复人员待核对：{pair.name}",
        link=f"/w/duplicates/{pair.pk}/",
        org_path=seat.path,
        union_id=seat.pk,
        permission=permissions.MERGE_DUPLICATE.code,
    )


@action("duplicates.dismiss", "认定不是同一人", permissions.DISMISS_DUPLICATE)
def dismiss(pair: DuplicatePair, *, by: Actor, reason: str) -> DuplicatePair:
    """Say that two records are two persons; they are not put forward again."""
    _expect_open(pair)
    return _decide(pair, PairState.DISMISSED, by, reason)


@action("duplicates.merge", "合并重复人员", permissions.MERGE_DUPLICATE)
def merge(pair: DuplicatePair, *, by: Actor, keep: int, reason: str) -> DuplicatePair:
    """Make one person of two; `keep` is the id of the record that stays."""
    _expect_open(pair)
    if keep not in (pair.first, pair.second):
        raise Refusal("请选择保留哪一份档案。", field="keep")
    with wall_at(Scope.everything()):
        rows = Person.objects.unscoped(BOTH).select_for_update(of=("self",)).order_by("pk")
        people = {person.pk: person for person in rows.filter(pk__in=(pair.first, pair.second))}
        kept = people.pop(keep)
        (absorbed,) = people.values()
        for person in (kept, absorbed):
            by.require(permissions.MERGE_DUPLICATE, person.org_path)
            if by.person_id == person.pk:
                raise Forbidden(
                    "不能合并本人的档案。",
                    rule="本人不得办理本人的事项",
                    remedy="请由其他审批人或上级工会办理。",
                    code="own_matter",
                )
            _check_nothing_open(person)
        _check_keep(kept, absorbed)
        now = timezone.now()
        today = timezone.localdate(now)
        found = merging.merge(
            kept,
            absorbed,
            on=today,
            at=now,
            undo_days=MERGE_UNDO_DAYS.on(today),
            by_id=by.user_id or 0,
            reason=reason,
            place=pair.union,
        )
        _close_second_accounts(found)
    note(
        kept={"label": "保留档案", "before": None, "after": kept.audit_label},
        absorbed={"label": "并入档案", "before": None, "after": absorbed.audit_label},
    )
    pair.merge = found
    return _decide(pair, PairState.MERGED, by, reason)


@action("duplicates.undo", "撤销合并", permissions.UNDO_MERGE)
def undo(pair: DuplicatePair, *, by: Actor, reason: str) -> DuplicatePair:
    """Take a merge apart again: both records stand as they were, row for row."""
    if pair.merge_id is None or pair.state != PairState.MERGED:
        raise Conflict("这两份档案现在没有合并。", remedy="请刷新后查看最新状态。")
    with wall_at(Scope.everything()):
        found = PersonMerge.objects.unscoped(BOTH).select_for_update().get(pk=pair.merge_id)
        merging.undo(found, by_id=by.user_id or 0, at=timezone.now())
        User.objects.filter(pk__in=found.moved.get("closed_accounts", [])).update(is_active=True)
    pair.state = PairState.OPEN
    pair.merge = None
    pair.note = f"合并已撤销：{reason}"[:200]
    pair.save()
    ask(pair)
    return pair


def _expect_open(pair: DuplicatePair) -> None:
    if pair.state == PairState.OPEN:
        return
    at = f"{timezone.localtime(pair.decided_at):%Y-%m-%d %H:%M}" if pair.decided_at else ""
    raise Conflict(
        f"这一对已由{pair.decided_by_name}于{at}核对：{pair.get_state_display()}。",
        remedy="请刷新后查看最新状态。",
        code="decided",
    )


def _decide(pair: DuplicatePair, state: PairState, by: Actor, reason: str) -> DuplicatePair:
    if not reason.strip():
        raise Refusal("请写明依据。", field="reason")
    pair.state = state
    pair.decided_at = timezone.now()
    pair.decided_by_name = by.name
    pair.note = reason.strip()[:200]
    pair.save()
    close_todo(target_type=TARGET, target_id=pair.pk, by=by.user_id)
    return pair


def _check_nothing_open(person: Person) -> None:
    membership = membership_of(person)
    if membership is None:
        return
    transfer = open_transfer(membership.pk)
    if transfer is not None:
        raise Refusal(
            f"会员号 {membership.number} 有一件转会申请正在办理（{transfer.receipt}）。",
            rule=merging.RULE,
            remedy="请先办结或撤回它。",
            code="transfer_open",
        )
    asked = Correction.objects.unscoped(BOTH).filter(membership=membership)
    if asked.filter(state=CorrectionState.REQUESTED).exists():
        raise Refusal(
            f"会员号 {membership.number} 有一件信息变更申请正在审批。",
            rule=merging.RULE,
            remedy="请先办结或撤回它。",
            code="correction_open",
        )


def _check_keep(kept: Person, absorbed: Person) -> None:
    mine, theirs = membership_of(kept), membership_of(absorbed)
    fault = rules.keep_fault(
        mine.status if mine else "", theirs.status if theirs else "", tuple(IN_RANKS)
    )
    if fault:
        raise Refusal(fault, rule=merging.RULE, field="keep", code="keep")


def _close_second_accounts(found: PersonMerge) -> None:
    """A person signs in with one account: the one left with the absorbed record is closed."""
    ids = [pk for label, _, ids in found.moved["left"] if label == User._meta.label for pk in ids]
    closed = list(User.objects.filter(pk__in=ids, is_active=True).values_list("pk", flat=True))
    if closed:
        User.objects.filter(pk__in=closed).update(is_active=False)
        found.moved["closed_accounts"] = closed
        found.save(update_fields=["moved"])
