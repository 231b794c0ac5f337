"""Transfers of membership (转会): start, release, accept, refuse, withdraw, hurry.

Stages and terms: rules/transfers.py. The membership stays where it is until the receiving union
accepts, so that a member has exactly one active membership at any moment.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.base.names import normalise
from gonghui.kernel.base.workdays import add_workdays
from gonghui.kernel.bus.outbox import publish
from gonghui.kernel.codes.parameters import TRANSFER_WORKDAYS
from gonghui.kernel.notify import timeline
from gonghui.kernel.notify.channels import Recipient
from gonghui.kernel.notify.messages import send as send_message
from gonghui.kernel.notify.templates import Category, Template
from gonghui.kernel.notify.todos import close_todo, open_todo
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import Scope, wall_at
from gonghui.kernel.people import memberships, persons
from gonghui.kernel.people.models import IN_RANKS, Membership
from gonghui.systems.mobilization.membership import permissions
from gonghui.systems.mobilization.membership.actions.receipts import next_receipt
from gonghui.systems.mobilization.membership.models.transfers import (
    Lateness,
    Starter,
    Transfer,
    TransferState,
)
from gonghui.systems.mobilization.membership.queries.deciding import seat_of
from gonghui.systems.mobilization.membership.queries.transfers import open_transfer
from gonghui.systems.mobilization.membership.rules import transfers as rules

PREFIX = "ZH"
TARGET = "membership.transfer"
SERVICE, SYSTEM = "转会", "C1.1"
NOWHERE = "~"
ARRIVED = "22"
ABOVE = "the common superior of two unions, found by their paths"
KEPT_ELSEWHERE = "a member taken over is kept outside the receiving union until this moment"

TRANSFERS = Category("transfer", "转会", may_mute=False)
STARTED = Template(
    "transfer.started",
    "转会申请已受理：{receipt}",
    "从“{from_union}”转到“{to_union}”。转出工会应在 {due} 前答复，会籍在接收前保留在原工会。",
    TRANSFERS,
    "/hall/transfer/{id}/",
)
RELEASED = Template(
    "transfer.released",
    "原工会已同意转出：{receipt}",
    "接下来由“{to_union}”接收，期限 {due}。",
    TRANSFERS,
    "/hall/transfer/{id}/",
)
ACCEPTED = Template(
    "transfer.accepted",
    "转会已办结：{receipt}",
    "您的会籍已转到“{to_union}”，会员号不变。会员卡请重新打开。",
    TRANSFERS,
    "/hall/membership/",
)
REFUSED = Template(
    "transfer.refused",
    "转会申请未获同意：{receipt}",
    "“{by_union}”的意见：{outcome}。会籍仍在“{from_union}”。",
    TRANSFERS,
    "/hall/transfer/{id}/",
)
WITHDRAWN = Template(
    "transfer.withdrawn",
    "转会申请已撤回：{receipt}",
    "{outcome}。会籍仍在“{from_union}”。",
    TRANSFERS,
    "/hall/transfer/{id}/",
)
ESCALATED = Template(
    "transfer.escalated",
    "转会申请已提级办理：{receipt}",
    "“{by_union}”未在期限内答复，已转请“{superior}”代为办理，期限 {due}。",
    TRANSFERS,
    "/hall/transfer/{id}/",
)

STEPS = {
    STARTED.code: ("已受理", "info", False),
    RELEASED.code: ("原工会已同意转出", "info", False),
    ACCEPTED.code: ("已办结", "good", True),
    REFUSED.code: ("未获同意", "stop", True),
    WITHDRAWN.code: ("已撤回", "idle", True),
    ESCALATED.code: ("已提级办理", "info", False),
}
"""What the member's timeline says of a step: words, tone, whether it is the end."""


@action("transfers.apply", "申请转会", permissions.APPLY_TRANSFER)
def apply(member: Membership, *, by: Actor, to_union: Union, reason: str) -> Transfer:
    """The member asks to be carried over to another union."""
    return _start(member, to_union, Starter.MEMBER, by, reason)


@action("transfers.send", "提出转出", permissions.SEND_MEMBER)
def send(member: Membership, *, by: Actor, to_union: Union, reason: str) -> Transfer:
    """The union that keeps the member proposes to hand them over."""
    return _start(member, to_union, Starter.FROM, by, reason)


@action("transfers.call", "提出转入", permissions.CALL_MEMBER, creates=True)
def call(union: Union, *, by: Actor, name: str, document_number: str, reason: str) -> Transfer:
    """A union asks for a member kept elsewhere, named by name and whole document number.

    A wrong name and an unknown number get the same answer, so that nobody can learn from it who
    is a member where.
    """
    with wall_at(Scope.everything()):
        person = persons.by_document(document_number)
        member = persons.membership_of(person) if person is not None else None
        if person is None or member is None or person.name != normalise(name):
            raise Refusal(
                "没有姓名与证件号码都相符的会员。",
                remedy="请核对姓名和证件号码；对方尚未入会的，请办理入会。",
                field="document_number",
                code="unknown_member",
            )
        locked = Membership.objects.unscoped(KEPT_ELSEWHERE).select_for_update(of=("self",))
        return _start(locked.get(pk=member.pk), union, Starter.TO, by, reason)


def _start(
    member: Membership, to_union: Union, starter: Starter, by: Actor, reason: str
) -> Transfer:
    _check_start(member, to_union)
    now = timezone.now()
    today = timezone.localdate(now)
    superior = rules.common_superior(member.union.path, to_union.path)
    transfer = Transfer(
        receipt=next_receipt(PREFIX, today),
        membership=member,
        person_id=member.person_id,
        name=member.name,
        number=member.number,
        document_mask=member.person.document_mask,
        from_union=member.union,
        to_union=to_union,
        superior=Union.objects.unscoped(ABOVE).filter(pk=superior).first(),
        starter=starter,
        reason=reason,
        due_on=_due(today),
        requested_at=now,
        requested_by_id=by.user_id,
        requested_by_name=by.name,
    )
    transfer.place_at(member.union)
    try:
        with transaction.atomic():
            transfer.save(force_insert=True)
    except IntegrityError as error:
        if "transfer_open_once" not in str(error):
            raise
        raise _under_way(open_transfer(member.pk)) from error
    _ask(transfer, transfer.from_union, "release", "转会申请待同意转出")
    _tell(transfer, STARTED)
    publish(
        "cn.gonghui.membership.transfer_requested",
        f"transfer/{transfer.pk}",
        {"receipt": transfer.receipt},
        transfer.org_path,
    )
    return transfer


def _check_start(member: Membership, to_union: Union) -> None:
    if member.status not in IN_RANKS:
        raise Refusal(
            f"该会籍{member.get_status_display()}，不能转会。",
            rule=rules.RULE,
            remedy="已退会的可以重新申请入会，会员号不变。",
        )
    if not to_union.is_active:
        raise Refusal(
            f"“{to_union.name}”{to_union.get_status_display()}，不能接收会员。", field="to_union"
        )
    if member.union_id == to_union.pk:
        raise Refusal(f"会籍已经在“{to_union.name}”，不用转会。", field="to_union")
    under_way = open_transfer(member.pk)
    if under_way is not None:
        raise _under_way(under_way)


def _under_way(found: Transfer | None) -> Refusal:
    receipt = found.receipt if found else ""
    return Conflict(
        f"这名会员已有一件转会申请正在办理（{receipt}）。",
        rule="同一会籍同时只办理一件转会",
        remedy="请等它办结，或先撤回它。",
        code="transfer_open",
    )


def _at_old_union(transfer: Transfer) -> str:
    return transfer.from_union.path


def _at_new_union(transfer: Transfer) -> str:
    return transfer.to_union.path


def _at_asking_union(transfer: Transfer) -> str:
    """Where those sit who may take the request back: nowhere, when the member asked."""
    sides = {Starter.FROM: transfer.from_union.path, Starter.TO: transfer.to_union.path}
    return sides.get(Starter(transfer.starter), NOWHERE)


@action("transfers.release", "同意转出", permissions.DECIDE_TRANSFER, place=_at_old_union)
def release(transfer: Transfer, *, by: Actor, opinion: str = "") -> Transfer:
    """The releasing union, or a superior in its stead, lets the member go."""
    _expect(transfer, "release")
    _check_not_own(transfer, by)
    now = timezone.now()
    transfer.state = TransferState.RELEASED
    transfer.lateness = Lateness.IN_TERM
    transfer.released_at = now
    transfer.released_by_id = by.user_id
    transfer.released_by_name = by.name
    transfer.released_in_stead = not _sits_at(by, transfer.from_union)
    transfer.outcome = opinion
    transfer.due_on = _due(timezone.localdate(now))
    transfer.place_at(transfer.to_union)
    _settle(transfer, by)
    _ask(transfer, transfer.to_union, "accept", "转会会员待接收")
    _tell(transfer, RELEASED)
    return transfer


@action("transfers.accept", "接收转入", permissions.DECIDE_TRANSFER, place=_at_new_union)
def accept(transfer: Transfer, *, by: Actor, opinion: str = "") -> Transfer:
    """The receiving union takes the member over: now, and only now, the membership moves."""
    _expect(transfer, "accept")
    _check_not_own(transfer, by)
    today = timezone.localdate()
    with wall_at(Scope.everything()):
        rows = Membership.objects.unscoped(KEPT_ELSEWHERE).select_for_update(of=("self",))
        member = rows.get(pk=transfer.membership_id)
        if member.union_id != transfer.from_union_id or member.status not in IN_RANKS:
            raise Conflict(
                f"这名会员现在{member.get_status_display()}于“{member.union.name}”，"
                "与申请时不同，不能接收。",
                rule=rules.RULE,
                remedy="请退回本申请；确需转入的，请重新提出。",
                code="membership_changed",
            )
        memberships.transfer(
            member, transfer.to_union, on=today, cause=ARRIVED, note=f"转会 {transfer.receipt}"
        )
    _close(transfer, TransferState.ACCEPTED, by, opinion)
    note(
        membership={
            "label": "会籍所在工会",
            "before": transfer.from_union.name,
            "after": transfer.to_union.name,
        }
    )
    _tell(transfer, ACCEPTED)
    return transfer


@action("transfers.refuse", "不同意转会", permissions.DECIDE_TRANSFER)
def refuse(transfer: Transfer, *, by: Actor, reason: str) -> Transfer:
    """The union that has to decide says no, and why; the membership stays where it is."""
    _expect(transfer, "refuse")
    _check_not_own(transfer, by)
    if not reason.strip():
        raise Refusal("请写明不同意的理由。", rule=rules.RULE, field="reason")
    decider = transfer.union.name
    _close(transfer, TransferState.REFUSED, by, reason.strip())
    _tell(transfer, REFUSED, by_union=decider)
    return transfer


@action("transfers.withdraw", "撤回转会申请", permissions.WITHDRAW_TRANSFER, place=_at_asking_union)
def withdraw(transfer: Transfer, *, by: Actor, reason: str = "") -> Transfer:
    """The member, or a handler of the union that asked, takes the request back."""
    _expect(transfer, "withdraw")
    _close(transfer, TransferState.WITHDRAWN, by, reason.strip() or "申请方撤回")
    _tell(transfer, WITHDRAWN)
    return transfer


@action("transfers.hurry", "转会超期提级", permissions.HURRY_TRANSFERS)
def hurry(transfer: Transfer, *, by: Actor, today: date) -> Transfer:
    """Take a late transfer up: to the common superior first, then to the one above that.

    Who may decide does not change, for a superior's approver may at any time; what changes is
    whose to-do it is. After the second term it is marked and the next superior is reminded.
    """
    if not transfer.is_open or not rules.is_late(transfer.due_on, today):
        return transfer
    superior = transfer.superior or transfer.union
    if transfer.lateness == Lateness.IN_TERM:
        transfer.lateness = Lateness.ESCALATED
        transfer.due_on = _due(today)
        transfer.save(update_fields=["lateness", "due_on"])
        _ask(transfer, superior, "stead", "转会申请超期，待代为办理")
        _tell(transfer, ESCALATED, by_union=transfer.union.name, superior=superior.name)
    elif transfer.lateness == Lateness.ESCALATED:
        transfer.lateness = Lateness.OVERDUE
        transfer.save(update_fields=["lateness"])
        _ask(transfer, superior.parent or superior, "overdue", "转会申请提级后仍超期，请督办")
    return transfer


def close_for(member: Membership, *, by: Actor, outcome: str) -> None:
    """Take back the transfer under way for a member, when the ground for it has gone."""
    transfer = open_transfer(member.pk)
    if transfer is not None:
        _close(transfer, TransferState.WITHDRAWN, by, outcome)


def _expect(transfer: Transfer, verb: str) -> None:
    """Refuse a verb the state does not allow, saying who was first."""
    if rules.next_state(transfer.state, verb) is not None:
        return
    if transfer.state == TransferState.RELEASED:
        who, at, what = transfer.released_by_name, transfer.released_at, "同意转出"
    elif transfer.state == TransferState.REQUESTED:
        raise Refusal("转出工会尚未同意，不能接收。", rule=rules.RULE, code="not_released")
    else:
        who, at, what = transfer.closed_by_name, transfer.closed_at, transfer.get_state_display()
    raise Conflict(
        f"该申请已由{who}于{_moment(at)}办理：{what}。",
        remedy="请刷新后查看最新进度。",
        code="decided",
    )


def _moment(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""


def _check_not_own(transfer: Transfer, by: Actor) -> None:
    own = by.person_id is not None and by.person_id == transfer.person_id
    if own or (by.user_id is not None and by.user_id == transfer.requested_by_id):
        raise Forbidden(
            "不能办理本人的转会，也不能批准自己提出的申请。",
            rule=rules.OWN_MATTER,
            remedy="请由本工会的其他审批人或上级工会的审批人办理。",
            code="own_matter",
        )


def _sits_at(by: Actor, union: Union) -> bool:
    return any(held.union_id == union.pk for held in by.grants)


def _due(start: date) -> date:
    return rules.due_on(start, TRANSFER_WORKDAYS.on(start), add_workdays)


def _close(transfer: Transfer, state: TransferState, by: Actor, outcome: str) -> None:
    transfer.state = state
    transfer.closed_at = timezone.now()
    transfer.closed_by_id = by.user_id
    transfer.closed_by_name = by.name
    transfer.outcome = outcome
    _settle(transfer, by)


def _settle(transfer: Transfer, by: Actor) -> None:
    """Save a decided stage and close its to-dos."""
    transfer.version += 1
    transfer.save()
    close_todo(target_type=TARGET, target_id=transfer.pk, by=by.user_id)
    publish(
        "cn.gonghui.membership.transfer",
        f"transfer/{transfer.pk}",
        {"receipt": transfer.receipt, "state": transfer.state},
        transfer.org_path,
    )


def _ask(transfer: Transfer, union: Union, kind: str, title: str) -> None:
    """Open the to-do of a stage at the union that has to decide."""
    seat = seat_of(union, permissions.DECIDE_TRANSFER, timezone.localdate())
    due = datetime.combine(transfer.due_on, datetime.max.time()).replace(microsecond=0)
    open_todo(
        kind=f"transfer.{kind}",
        target_type=TARGET,
        target_id=transfer.pk,
        title=f"{title}：{transfer.name}（{transfer.receipt}）",
        link=f"/w/transfers/{transfer.pk}/",
        org_path=seat.path,
        union_id=seat.pk,
        permission=permissions.DECIDE_TRANSFER.code,
        due_at=timezone.make_aware(due),
    )


def _tell(transfer: Transfer, template: Template, **more: str) -> None:
    context = {
        "id": transfer.pk,
        "receipt": transfer.receipt,
        "from_union": transfer.from_union.name,
        "to_union": transfer.to_union.name,
        "due": f"{transfer.due_on:%Y-%m-%d}",
        "outcome": transfer.outcome,
        **more,
    }
    recipients = [Recipient(person_id=transfer.person_id)]
    send_message(recipients, template, context, org_path=transfer.org_path)
    title, tone, settled = STEPS[template.code]
    timeline.tell(
        transfer.person_id,
        service=SERVICE,
        system=SYSTEM,
        target_type=TARGET,
        target_id=transfer.pk,
        title=title,
        text=template.body.format_map(context),
        link=reverse("hall-transfer-one", args=[transfer.pk]),
        tone=tone,
        settled=settled,
    )
