"""Changes of standing (会籍变动): retain, restore, withdraw, expel, decease, and taking back.

Which change may follow which status, and what it needs, is decided in rules/standing.py.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from gonghui.kernel.access.actions import action, note, plain
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.codes.parameters import AUTO_WITHDRAW_MONTHS, LAPSE_NOTICE_DAYS
from gonghui.kernel.notify.channels import Recipient
from gonghui.kernel.notify.messages import send
from gonghui.kernel.notify.templates import Category, Template
from gonghui.kernel.people import memberships
from gonghui.kernel.people.models import Membership, MembershipStatus
from gonghui.systems.mobilization.membership import permissions
from gonghui.systems.mobilization.membership.actions.transfers import close_for
from gonghui.systems.mobilization.membership.models.standing import StandingChange
from gonghui.systems.mobilization.membership.queries.standing import (
    cause_in_words,
    former_status,
    latest_change,
    latest_past,
)
from gonghui.systems.mobilization.membership.queries.transfers import open_transfer
from gonghui.systems.mobilization.membership.rules import standing as rules

STANDING = Category("standing", "会籍变动", may_mute=False)
CHANGED = Template(
    "standing.changed",
    "您的会籍已变动：{title}",
    "自 {on} 起为“{after}”，原因：{cause}。如有疑问，请联系“{union}”。",
    STANDING,
    "/hall/membership/",
)
TAKEN_BACK = Template(
    "standing.undone",
    "会籍变动已撤销：{title}",
    "“{title}”系误办，已撤销，您的会籍恢复为“{after}”。",
    STANDING,
    "/hall/membership/",
)


@action("memberships.retain", "保留会籍", permissions.CHANGE_STATUS)
def retain(member: Membership, *, by: Actor, cause: str, on: date, remark: str = "") -> Membership:
    """Keep the membership of somebody retired, out of work or on long leave; dues rest."""
    return _change(member, rules.RETAIN, by=by, cause=cause, on=on, facts={"remark": remark})


@action("memberships.restore", "恢复会籍", permissions.CHANGE_STATUS)
def restore(member: Membership, *, by: Actor, on: date, remark: str = "") -> Membership:
    """Make a retained membership an ordinary one again."""
    facts = {"remark": remark}
    return _change(member, rules.RESTORE, by=by, cause="40", on=on, facts=facts)


@action("memberships.withdraw", "退会", permissions.CHANGE_STATUS)
def withdraw(
    member: Membership,
    *,
    by: Actor,
    cause: str,
    on: date,
    evidence: str,
    unpaid_since: date | None = None,
    notice_from: date | None = None,
    notice_to: date | None = None,
) -> Membership:
    """End a membership by the member's own wish, or as deemed after long absence.

    The latter needs the day dues stopped, what was done to persuade the member (evidence) and a
    public notice that has run out.
    """
    facts: dict[str, Any] = {"evidence": evidence}
    if cause == rules.LAPSED:
        if not (unpaid_since and notice_from and notice_to):
            raise Refusal(
                "视为自动退会须填写停交会费起始日和公示起止日期。",
                rule=rules.WITHDRAW.rule,
                field="unpaid_since",
            )
        today = timezone.localdate()
        fault = rules.lapse_fault(
            rules.Lapse(unpaid_since, notice_from, notice_to),
            months=AUTO_WITHDRAW_MONTHS.on(today),
            notice_days=LAPSE_NOTICE_DAYS.on(today),
            today=today,
        )
        if fault:
            raise Refusal(fault, rule=rules.WITHDRAW.rule, field="notice_to", code="not_ripe")
        facts |= {
            "unpaid_since": unpaid_since,
            "notice_from": notice_from,
            "notice_to": notice_to,
        }
    return _change(member, rules.WITHDRAW, by=by, cause=cause, on=on, facts=facts)


@action("memberships.expel", "除名", permissions.EXPEL)
def expel(
    member: Membership, *, by: Actor, on: date, evidence: str, due: int, present: int, votes: int
) -> Membership:
    """Expel a member by a vote of the members: due, present and for it."""
    fault = rules.vote_fault(rules.Vote(due, present, votes))
    if fault:
        raise Refusal(fault, rule=rules.EXPEL.rule, field="votes", code="vote")
    facts = {"evidence": evidence, "due": due, "present": present, "votes": votes}
    return _change(member, rules.EXPEL, by=by, cause="60", on=on, facts=facts)


@action("memberships.decease", "登记已故", permissions.CHANGE_STATUS)
def decease(member: Membership, *, by: Actor, died_on: date, evidence: str) -> Membership:
    """Close the membership of somebody who has died.

    It takes effect on the day of death, or on the day the present state began where that is
    later: what was recorded in between is not rewritten.
    """
    if died_on > timezone.localdate():
        raise Refusal("去世日期不能晚于今天。", field="died_on")
    close_for(member, by=by, outcome="会员去世，申请终止")
    return _change(
        member,
        rules.DECEASE,
        by=by,
        cause="70",
        on=max(died_on, member.since),
        facts={"died_on": died_on, "evidence": evidence},
    )


@action("memberships.revive", "更正误登已故", permissions.REVIVE)
def revive(member: Membership, *, by: Actor, evidence: str) -> Membership:
    """Correct a wrong entry of death: the member is again what they were before it."""
    return _change(
        member,
        rules.REVIVE,
        by=by,
        cause="80",
        on=timezone.localdate(),
        facts={"evidence": evidence},
        target=former_status(member),
    )


@action("memberships.undo", "撤销误办的会籍变动", permissions.UNDO_CHANGE)
def undo(member: Membership, *, by: Actor, reason: str) -> Membership:
    """Take back one's own latest entry within a day, if nothing has happened since."""
    change = latest_change(member)
    now = timezone.now()
    if change is None:
        raise Refusal("没有可以撤销的会籍变动。")
    if change.decided_by_id != by.user_id:
        raise Forbidden(
            f"这次变动由{change.decided_by_name}办理，只能由其本人撤销。",
            remedy="确需更正的，请按相反的变动办理。",
            code="not_own_entry",
        )
    if now - change.decided_at > timedelta(hours=rules.UNDO_HOURS):
        raise Refusal(
            f"办理已超过 {rules.UNDO_HOURS} 小时，不能撤销。",
            rule="误办的会籍变动可以在一日内由经办人撤销（平台业务规则）",
            remedy="请按相反的变动办理，例如恢复会籍、更正误登已故。",
            code="too_late",
        )
    past = latest_past(member)
    if member.version != change.version_after or past is None or past.pk != change.past_id:
        raise Conflict(
            "这次变动之后会籍又有变动，不能撤销。",
            remedy="请先撤销或更正后一次变动。",
            code="changed_since",
        )
    change.past = None
    change.undone_at = now
    change.undone_by_name = by.name
    change.save(update_fields=["past", "undone_at", "undone_by_name"])
    restored = memberships.take_back(member, past)
    _tell(
        restored,
        TAKEN_BACK,
        title=change.get_move_display(),
        after=restored.get_status_display(),
    )
    return restored


def _change(
    member: Membership,
    move: rules.Move,
    *,
    by: Actor,
    cause: str,
    on: date,
    facts: dict[str, Any],
    target: str = "",
) -> Membership:
    """Make a change the rules allow, and keep what it rests on."""
    _check(member, move, by, cause, on, facts)
    before = member.status
    after = target or move.target
    evidence = facts.get("evidence") or facts.get("remark") or ""
    changed = memberships.change_status(member, after, on=on, cause=cause, note=evidence)
    change = StandingChange(
        membership=changed,
        person_id=changed.person_id,
        name=changed.name,
        move=move.code,
        before=before,
        after=after,
        cause=cause,
        on=on,
        facts={key: plain(value) for key, value in facts.items() if value not in (None, "")},
        past=latest_past(changed),
        version_after=changed.version,
        decided_at=timezone.now(),
        decided_by_id=by.user_id,
        decided_by_name=by.name,
    )
    change.place_at(changed.union)
    change.save(force_insert=True)
    note(facts={"label": "事实与依据", "before": None, "after": change.facts})
    if after != MembershipStatus.DECEASED:
        _tell(
            changed,
            CHANGED,
            title=move.title,
            on=f"{on:%Y-%m-%d}",
            after=changed.get_status_display(),
            cause=cause_in_words(cause),
            union=changed.union.name,
        )
    return changed


def _check(
    member: Membership,
    move: rules.Move,
    by: Actor,
    cause: str,
    on: date,
    facts: dict[str, Any],
) -> None:
    if by.person_id is not None and by.person_id == member.person_id:
        raise Forbidden(
            "不能办理本人的会籍变动。",
            rule="本人不得办理本人的事项",
            remedy="请由本工会的其他经办人或上级工会办理。",
            code="own_matter",
        )
    fault = rules.fault_of(move, member.status, cause)
    if fault == "source":
        raise Conflict(
            f"该会籍现为“{member.get_status_display()}”，不能“{move.title}”。",
            rule=move.rule,
            remedy="请刷新后查看最新状态。",
            code="source",
        )
    if fault == "cause":
        raise Refusal(
            f"“{move.title}”不能用这个原因。", rule=move.rule, field="cause", code="cause"
        )
    for name in move.facts:
        if facts.get(name) in (None, ""):
            raise Refusal(f"办理“{move.title}”须填写依据。", rule=move.rule, field=name)
    if on > timezone.localdate():
        raise Refusal("生效日期不能晚于今天。", rule="会籍变动按时间先后登记", field="on")
    under_way = open_transfer(member.pk)
    if under_way is not None:
        raise Refusal(
            f"这名会员有一件转会申请正在办理（{under_way.receipt}），不能“{move.title}”。",
            rule="转会办结之前会籍不作其他变动",
            remedy="请先办结或撤回转会申请。",
            code="transfer_open",
        )


def _tell(member: Membership, template: Template, **context: str) -> None:
    recipients = [Recipient(person_id=member.person_id)]
    send(recipients, template, context, org_path=member.org_path)
