"""Change requests (变更申请): submit, mend, return, approve, reject, withdraw.

On approval the change is made through the kernel's tree, with its effective day.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel import codes
from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.roles import APPROVER, HANDLER
from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.base.names import check_name
from gonghui.kernel.bus.outbox import publish
from gonghui.kernel.notify.channels import Recipient
from gonghui.kernel.notify.messages import send
from gonghui.kernel.notify.templates import Category, Template
from gonghui.kernel.notify.todos import close_todo, open_todo
from gonghui.kernel.org import tree
from gonghui.kernel.org.models import Union, UnionKind
from gonghui.systems.mobilization.membership import permissions
from gonghui.systems.mobilization.membership.actions.evidence import keep
from gonghui.systems.mobilization.membership.actions.receipts import next_receipt
from gonghui.systems.mobilization.membership.actions.unions import checked_uscc
from gonghui.systems.mobilization.membership.models.changes import OPEN, ChangeState, UnionChange
from gonghui.systems.mobilization.membership.queries.changes import (
    key_facts,
    open_change,
    overlaps,
    union_at,
)
from gonghui.systems.mobilization.membership.queries.deciding import seat_of
from gonghui.systems.mobilization.membership.queries.unions import profile_of, recipients
from gonghui.systems.mobilization.membership.rules import changes as rules

PREFIX = "BG"
TARGET = "membership.unionchange"
NAMED_ABOVE = "the superior asked for is named in the request"
MIN_REASON = 4

ABOUT_CHANGES = Category("union-change", "工会变更申请", may_mute=False)
DECIDED = Template(
    "union-change.decided",
    "{union}的变更申请{outcome}",
    "受理编号 {receipt}，申请变更：{items}。{opinion}",
    ABOUT_CHANGES,
    "{link}",
)
SUBMITTED = Template(
    "union-change.submitted",
    "{union}提交了变更申请",
    "受理编号 {receipt}，申请变更：{items}。请在待办中审批。",
    ABOUT_CHANGES,
    "{link}",
)


@action("union-changes.submit", "提交变更申请", permissions.REQUEST_CHANGE)
def submit(
    union: Union,
    *,
    by: Actor,
    effective_on: date,
    reason: str,
    evidence: UploadedFile | None = None,
    **asked: Any,
) -> UnionChange:
    """Ask the superior to change key fields of a union.

    asked: fields of rules.ITEMS by name; empty ones and those that stand so already are left
    out. `parent` is a Union. Refused without evidence, without a superior, with a request open.
    """
    today = timezone.localdate()
    if not union.is_active:
        raise Refusal(f"“{union.name}”{union.get_status_display()}，不能再变更。")
    if union.parent is None:
        raise Refusal(
            "省总工会没有上级工会，不能在平台上提交变更申请。",
            rule=rules.DECIDE_RULE,
            remedy="请按全国总工会的批复，由系统管理员登记。",
        )
    other = open_change(union)
    if other is not None:
        raise Conflict(
            f"“{union.name}”已有一份{other.get_state_display()}的变更申请（{other.receipt}）。",
            rule="同一工会同一时间只能有一份变更申请",
            remedy="可以先撤回那一份，或等它办结。",
            code="open_change",
        )
    if evidence is None:
        raise Refusal(
            "请上传证明材料。",
            rule=rules.EVIDENCE_RULE,
            remedy="如单位更名通知、换届批复、登记证书的扫描件或照片。",
            field="evidence",
        )
    before = key_facts(union)
    change = UnionChange(
        submitted_at=timezone.now(),
        submitted_by_id=by.user_id,
        submitted_by_name=by.name,
        effective_on=effective_on,
        reason=reason,
    )
    change.place_at(union)
    _ask(change, union, before, asked, today)
    change.receipt = next_receipt(PREFIX, today)
    try:
        with transaction.atomic():
            change.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(f"“{union.name}”刚刚提交了另一份变更申请。", code="open_change") from error
    keep(evidence, by=by, target=change, path=change.org_path)
    _announce(change, today)
    return change


@action("union-changes.mend", "补正变更申请", permissions.REQUEST_CHANGE)
def mend(
    change: UnionChange,
    *,
    by: Actor,
    effective_on: date,
    reason: str,
    evidence: UploadedFile | None = None,
    **asked: Any,
) -> UnionChange:
    """Submit a returned request again, mended; evidence is added to what is there."""
    _turn(change, ChangeState.SUBMITTED)
    today = timezone.localdate()
    union = change.union
    change.effective_on = effective_on
    change.reason = reason
    change.submitted_at = timezone.now()
    change.submitted_by_id = by.user_id
    change.submitted_by_name = by.name
    _ask(change, union, key_facts(union), asked, today)
    change.version += 1
    change.save()
    if evidence is not None:
        keep(evidence, by=by, target=change, path=change.org_path)
    close_todo(target_type=TARGET, target_id=change.pk, by=by.user_id)
    _announce(change, today)
    return change


def _ask(
    change: UnionChange, union: Union, before: dict[str, Any], asked: dict[str, Any], today: date
) -> None:
    """Check what is asked for and put it on the request; the caller saves."""
    if change.effective_on > today:
        raise Refusal(
            "生效日期不能晚于今天。", remedy="请在生效当天或之后提交。", field="effective_on"
        )
    if change.effective_on < union.version_from:
        raise Refusal(
            f"“{union.name}”在 {union.version_from:%Y-%m-%d} 已有变更，生效日期不能早于那一天。",
            rule="组织变动按时间先后登记，已登记的历史不得改写",
            field="effective_on",
        )
    if len(change.reason.strip()) < MIN_REASON:
        raise Refusal("请写明变更理由，至少 4 个字。", field="reason")
    parent = asked.pop("parent", None)
    wanted = {**asked, "parent": parent.pk if parent is not None else None}
    after = rules.changed(before, wanted)
    if not after:
        raise Refusal(
            "没有要变更的内容。",
            remedy="请只填写需要变更的项目，填写变更后的内容。",
            code="nothing",
        )
    kind = after.get("kind", union.kind)
    if kind not in UnionKind.values:
        raise Refusal("没有这个工会类型。", field="kind")
    if "uscc" in after:
        grassroots = kind in (UnionKind.BASIC, UnionKind.JOINT)
        after["uscc"] = checked_uscc(after["uscc"], union, grassroots=grassroots)
    if "industry" in after and not codes.is_valid("industry", after["industry"]):
        raise Refusal("所选的行业代码不存在。", rule="GB/T 4754-2017", field="industry")
    if "chair" in after:
        after["chair"] = check_name(after["chair"])
    if "parent" in after:
        _check_parent(union, parent)
        change.titles = {str(union.parent_id): union.parent.name, str(parent.pk): parent.name}
    change.before = {field: before[field] for field in after}
    change.after = after
    new_path = parent.path if "parent" in after else None
    change.decider = union_at(rules.deciding_path(union.path, union.parent.path, new_path))


def _check_parent(union: Union, parent: Union) -> None:
    if not parent.is_active or parent.is_grassroots:
        raise Refusal(f"“{parent.name}”不能作为上级工会。", field="parent")
    if parent.path.startswith(union.path):
        raise Refusal("不能把工会移到它自己或它的下级之下。", rule="组织树不得成环", field="parent")


def link_to(change: UnionChange) -> str:
    return reverse("resource:union-changes:record", args=[change.pk])


def _announce(change: UnionChange, today: date) -> None:
    """Put the request before whoever decides: the superior, or the next above with approvers."""
    seat = seat_of(change.decider, permissions.DECIDE_CHANGE, today)
    open_todo(
        kind="union-change.decide",
        target_type=TARGET,
        target_id=change.pk,
        title=f"审批变更申请：{change.union.name}（{change.items}）",
        link=link_to(change),
        org_path=seat.path,
        union_id=seat.pk,
        permission=permissions.DECIDE_CHANGE.code,
    )
    send(
        recipients([seat.pk], (APPROVER,), today),
        SUBMITTED,
        {
            "union": change.union.name,
            "receipt": change.receipt,
            "items": change.items,
            "link": link_to(change),
        },
        org_path=seat.path,
    )


def _turn(change: UnionChange, to: ChangeState) -> None:
    """Put a locked request into another state; Conflict names who was first."""
    if rules.may_follow(change.state, to):
        change.state = to
        return
    if change.state == ChangeState.SUBMITTED:
        raise Conflict("该申请已重新提交，正在等待审批。", code="submitted")
    if change.state == ChangeState.WITHDRAWN:
        raise Conflict("该申请已由申请人撤回。", code="withdrawn")
    at = timezone.localtime(change.decided_at) if change.decided_at else None
    when = f"于 {at:%Y-%m-%d %H:%M} " if at else ""
    raise Conflict(
        f"该申请已由{change.decided_by_name}{when}办理：{change.get_state_display()}。",
        remedy="请刷新页面查看结果。",
        code="decided",
    )


def _require_decider(change: UnionChange, by: Actor) -> None:
    by.require(permissions.DECIDE_CHANGE, change.decider.path)
    if by.user_id == change.submitted_by_id:
        raise Refusal(
            "不能审批自己提交的申请。",
            rule=rules.DECIDE_RULE,
            remedy="请由其他审批人办理。",
            code="own_application",
        )


def _decide(
    change: UnionChange, to: ChangeState, by: Actor, opinion: str, document: str = ""
) -> UnionChange:
    _require_decider(change, by)
    _turn(change, to)
    change.decided_at = timezone.now()
    change.decided_by_id = by.user_id
    change.decided_by_name = by.name
    change.opinion = opinion.strip()
    change.document = document.strip()
    change.version += 1
    change.save()
    close_todo(target_type=TARGET, target_id=change.pk, by=by.user_id)
    _tell(change)
    return change


def _tell(change: UnionChange) -> None:
    outcome = {
        ChangeState.APPROVED: "已获同意",
        ChangeState.REJECTED: "未获同意",
        ChangeState.RETURNED: "被退回补正",
        ChangeState.WITHDRAWN: "已终止",
    }[ChangeState(change.state)]
    to: set[Recipient] = set(recipients([change.union_id], (HANDLER,), timezone.localdate()))
    if change.submitted_by_id is not None:
        to.add(Recipient(user_id=change.submitted_by_id))
    send(
        to,
        DECIDED,
        {
            "union": change.union.name,
            "outcome": outcome,
            "receipt": change.receipt,
            "items": change.items,
            "opinion": f"意见：{change.opinion}" if change.opinion else "",
            "link": link_to(change),
        },
        org_path=change.org_path,
    )


@action("union-changes.return", "退回变更申请补正", permissions.DECIDE_CHANGE)
def send_back(change: UnionChange, *, by: Actor, reason: str) -> UnionChange:
    """Give a request back to be mended; the reason says what is missing."""
    if len(reason.strip()) < MIN_REASON:
        raise Refusal("请写明需要补正什么，至少 4 个字。", field="reason")
    found = _decide(change, ChangeState.RETURNED, by, reason)
    open_todo(
        kind="union-change.mend",
        target_type=TARGET,
        target_id=change.pk,
        title=f"补正变更申请：{change.items}",
        link=link_to(change),
        org_path=change.org_path,
        union_id=change.union_id,
        permission=permissions.REQUEST_CHANGE.code,
    )
    return found


@action("union-changes.reject", "不予同意变更申请", permissions.DECIDE_CHANGE)
def reject(change: UnionChange, *, by: Actor, reason: str) -> UnionChange:
    """Refuse a request, with the reason."""
    if len(reason.strip()) < MIN_REASON:
        raise Refusal("请写明不予同意的理由，至少 4 个字。", field="reason")
    return _decide(change, ChangeState.REJECTED, by, reason)


@action("union-changes.approve", "同意变更申请", permissions.DECIDE_CHANGE)
def approve(
    change: UnionChange, *, by: Actor, document: str = "", opinion: str = ""
) -> UnionChange:
    """Approve a request: every field asked for is changed, on the request's effective day."""
    _decide(change, ChangeState.APPROVED, by, opinion, document)
    rows = Union.objects.unscoped("the union of the request under decision")
    union = rows.select_for_update(of=("self",)).get(pk=change.union_id)
    stale = overlaps(change, key_facts(union))
    if stale:
        raise Conflict(
            f"提交之后，{'、'.join(stale)}已有其他变更，不能按原申请办理。",
            remedy="请退回申请，由对方核对后重新提交。",
            code="stale",
        )
    for field in rules.ITEMS:
        if field in change.after:
            _apply(field, change.after[field], union, change)
    profile_of(union).save_scored()
    publish(
        "cn.gonghui.union.changed",
        f"union/{union.pk}",
        {"id": union.pk, "fields": sorted(change.after)},
        union.path,
    )
    return change


def _apply(field: str, value: Any, union: Union, change: UnionChange) -> None:
    today = timezone.localdate()
    day = change.effective_on
    paper = {"document": change.document, "note": f"变更申请 {change.receipt}"}
    match field:
        case "name":
            tree.rename(union, value, on=day, today=today, **paper)
        case "kind":
            tree.reclassify(union, value, on=day, today=today, **paper)
        case "industry":
            tree.set_industry(union, value, on=day)
        case "uscc":
            grassroots = union.is_grassroots
            union.uscc = checked_uscc(value, union, grassroots=grassroots)
            union.save(update_fields=["uscc"])
        case "chair":
            profile = profile_of(union)
            profile.chair_name, profile.chair = value, None
            profile.version += 1
            profile.save()
        case "parent":
            parent = Union.objects.unscoped(NAMED_ABOVE).get(pk=value)
            tree.move(union, parent, on=day, today=today, **paper)
    note(**{f"union.{field}": {"label": rules.ITEMS[field], "after": value}})


@action("union-changes.withdraw", "撤回变更申请", permissions.REQUEST_CHANGE)
def withdraw(change: UnionChange, *, by: Actor) -> UnionChange:
    """The union takes its request back while it is not decided."""
    _turn(change, ChangeState.WITHDRAWN)
    change.version += 1
    change.save()
    close_todo(target_type=TARGET, target_id=change.pk, by=by.user_id)
    return change


def end_open(unions: Iterable[int], why: str, *, by: Actor) -> int:
    """Close the open requests of unions that have ended; returns how many.

    For actions on the tree to call inside their transaction.
    """
    rows = UnionChange.objects.unscoped("requests of unions ended by the action under way")
    found = list(rows.filter(union_id__in=list(unions), state__in=OPEN).select_for_update())
    for change in found:
        change.state = ChangeState.WITHDRAWN
        change.decided_at = timezone.now()
        change.decided_by_name = by.name
        change.opinion = why
        change.version += 1
        change.save()
        close_todo(target_type=TARGET, target_id=change.pk, by=by.user_id)
        _tell(change)
    return len(found)
