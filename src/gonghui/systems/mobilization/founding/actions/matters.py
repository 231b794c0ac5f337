"""Matters (事项): a union asks for a later election, its merger or its end; who decides."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from gonghui.kernel.access.actions import action
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.codes.parameters import TERM_EXTENSION_MAX_MONTHS
from gonghui.kernel.org.ending import Ending
from gonghui.kernel.org.models import Union
from gonghui.systems.mobilization.founding import permissions
from gonghui.systems.mobilization.founding.actions.reasons import check_reason
from gonghui.systems.mobilization.founding.actions.telling import (
    ask_group,
    ask_superior,
    settled,
    tell,
)
from gonghui.systems.mobilization.founding.models.matters import Matter, MatterKind, MatterState
from gonghui.systems.mobilization.founding.queries import law
from gonghui.systems.mobilization.founding.rules import elections
from gonghui.systems.mobilization.founding.rules import matters as rules
from gonghui.systems.mobilization.membership.public import (
    close_union,
    delay_term,
    merge_union,
    next_receipt,
    open_term,
)

PREFIX = "SX"
DECIDE, MEND = "union-matter.decide", "union-matter.mend"
OF_ENDED = "what was asked for a union whose superior ends it"


@action("union-matters.delay", "申请延期换届", permissions.ASK_MATTER, creates=True)
def ask_delay(union: Union, *, by: Actor, delayed_to: date, reason: str) -> Matter:
    """Ask to hold the next election later: once a term, at most as long as the rule lets."""
    matter = _new(union, MatterKind.DELAY, reason, by)
    _set_delay(matter, delayed_to)
    return _submit(matter)


@action("union-matters.merge", "申请合并", permissions.ASK_MATTER, creates=True)
def ask_merge(union: Union, *, by: Actor, into: Union, reason: str, **facts: Any) -> Matter:
    """Ask to be merged into another union, by the members' vote and with the property stated."""
    matter = _new(union, MatterKind.MERGE, reason, by)
    if into.pk == union.pk or not into.is_active:
        raise Refusal("请选择另一个正常的工会作为并入工会。", field="into")
    if union.parent is not None and not into.path.startswith(union.parent.path):
        raise Refusal(
            f"“{into.name}”不属于“{union.parent.name}”管辖。",
            rule=rules.DECIDE_RULE,
            remedy="跨上级的合并由共同的上级工会在组织树中办理。",
            field="into",
        )
    matter.into = into
    _decide_and_state(matter, facts)
    return _submit(matter)


@action("union-matters.close", "申请撤销", permissions.ASK_MATTER, creates=True)
def ask_close(union: Union, *, by: Actor, reason: str, **facts: Any) -> Matter:
    """Ask to be dissolved, by the members' vote and with the property stated."""
    matter = _new(union, MatterKind.CLOSE, reason, by)
    _decide_and_state(matter, facts)
    return _submit(matter)


def _new(union: Union, kind: MatterKind, reason: str, by: Actor) -> Matter:
    if not union.is_active or union.parent is None:
        raise Refusal(f"“{union.name}”不能办理{kind.label}。", field="union")
    by.require(permissions.ASK_MATTER, union.path)
    matter = Matter(
        kind=kind,
        superior=union.parent,
        submitted_at=timezone.now(),
        submitted_by_id=by.user_id,
        submitted_by_name=by.name,
    )
    matter.place_at(union)
    _set_reason(matter, reason)
    return matter


def _set_reason(matter: Matter, reason: str) -> None:
    check_reason(reason)
    matter.reason = reason.strip()


def _set_delay(matter: Matter, delayed_to: date) -> None:
    term = open_term(matter.union)
    if term is None:
        raise Refusal(
            "还没有登记现任届期，不能申请延期。",
            rule=rules.DELAY_RULE,
            remedy="请先在“届期”中登记最近一次换届结果。",
            field="delayed_to",
        )
    if term.delayed_to is not None:
        raise Conflict(
            f"本届已延期至 {term.delayed_to:%Y-%m-%d}，不能再次延期。",
            rule=rules.DELAY_RULE,
            code="delayed",
        )
    months = TERM_EXTENSION_MAX_MONTHS.on(term.ends_on)
    latest = rules.latest_delay(term.ends_on, months)
    if not term.ends_on < delayed_to <= latest:
        raise Refusal(
            f"本届 {term.ends_on:%Y-%m-%d} 届满，延期不超过 {months} 个月，"
            f"最迟 {latest:%Y-%m-%d}。",
            rule=rules.DELAY_RULE,
            field="delayed_to",
        )
    matter.delayed_to = delayed_to


def _decide_and_state(matter: Matter, facts: dict[str, Any]) -> None:
    """Put the members' vote and the statement of property on a matter, or refuse."""
    today = timezone.localdate()
    on: date = facts["decided_on"]
    due, present, agreed = facts["due"], facts["present"], facts["agreed"]
    if on > today:
        raise Refusal("大会日期不能晚于今天。", field="decided_on")
    if present > due:
        raise Refusal(f"实到人数（{present}）不能多于应到人数（{due}）。", field="present")
    if agreed > present:
        raise Refusal(f"同意票（{agreed}）不能多于实到人数（{present}）。", field="agreed")
    figures = law.law_on(on)
    carried, lines = rules.decision(due, present, agreed, figures.quorum, figures.majority)
    if not carried:
        need = elections.least_votes(due, figures.majority)
        raise Refusal(
            "".join(line.text for line in lines if not line.holds) + "大会没有通过。",
            rule=rules.DECIDE_RULE,
            remedy=f"应到会三分之二以上，并有 {need} 人以上同意。",
            field="agreed",
            code="not_carried",
        )
    matter.decided_on = on
    matter.due, matter.present, matter.agreed = due, present, agreed
    matter.lines = [{"text": x.text, "holds": x.holds, "rule": x.rule} for x in lines]
    _state_property(matter, facts)


def _state_property(matter: Matter, facts: Mapping[str, Any]) -> None:
    """Put the statement of property on a matter, or refuse one that nobody examined."""
    audit = str(facts.get("property_audit") or "").strip()
    if not audit:
        raise Refusal(
            "请填写经费审查或审计的意见。",
            rule=rules.PROPERTY_RULE,
            remedy="撤销、合并前应清理经费财产并经审查。",
            field="property_audit",
        )
    for name in ("property_cash", "property_assets", "property_debts"):
        setattr(matter, name, facts[name] if facts.get(name) is not None else Decimal(0))
    matter.property_audit = audit
    successor = matter.into.name if matter.into is not None else ""
    matter.property_to = rules.goes_to(matter.kind, successor, matter.superior.name)


def _submit(matter: Matter) -> Matter:
    today = timezone.localdate()
    matter.receipt = next_receipt(PREFIX, today)
    try:
        with transaction.atomic():
            matter.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(
            f"“{matter.union.name}”已有一份办理中的申请。",
            rule="同一工会同一时间只能有一份延期或撤并申请",
            remedy="可以先撤回那一份，或等它办结。",
            code="open_matter",
        ) from error
    _announce(matter)
    return matter


def _announce(matter: Matter) -> None:
    what = f"批复{matter.get_kind_display()}申请：{matter.union.name}"
    ask_superior(matter, DECIDE, what, permissions.DECIDE_MATTER)


@action("union-matters.mend", "补正延期和撤并申请", permissions.ASK_MATTER)
def mend(matter: Matter, *, by: Actor, reason: str, **facts: Any) -> Matter:
    """Submit a returned matter again."""
    _turn(matter, MatterState.SUBMITTED)
    _set_reason(matter, reason)
    if matter.kind == MatterKind.DELAY:
        if facts.get("delayed_to") is None:
            raise Refusal("请填写延期至哪一天。", field="delayed_to")
        _set_delay(matter, facts["delayed_to"])
    else:
        for name in ("decided_on", "due", "present", "agreed"):
            if facts.get(name) is None:
                raise Refusal("请填写大会表决情况。", field=name)
        _decide_and_state(matter, facts)
    matter.submitted_at = timezone.now()
    matter.submitted_by_id, matter.submitted_by_name = by.user_id, by.name
    matter.version += 1
    matter.save()
    settled(matter, by.user_id)
    _announce(matter)
    return matter


@action("union-matters.approve", "同意延期和撤并", permissions.DECIDE_MATTER)
def approve(matter: Matter, *, by: Actor, document: str, opinion: str = "") -> Matter:
    """Agree, with the number of the reply: the delay is recorded, or the union merged or ended.

    A union with members or subordinates is not ended: they are transferred or moved first.
    """
    _require_superior(matter, by)
    _turn(matter, MatterState.APPROVED)
    if not document.strip():
        raise Refusal("请填写批复文号。", rule=rules.DECIDE_RULE, field="document")
    document = document.strip()
    today = timezone.localdate()
    union = matter.union
    _decided(matter, by, opinion, document)
    if matter.kind == MatterKind.DELAY:
        term = open_term(union)
        if term is None or matter.delayed_to is None:
            raise Conflict("现任届期已经改变，不能再按原申请延期。", code="stale")
        delay_term(
            term, by=by, delayed_to=matter.delayed_to, reason=matter.reason, document=document
        )
    elif matter.kind == MatterKind.MERGE:
        assert matter.into is not None
        merge_union(union, by=by, into=matter.into, on=today, document=document)
    else:
        close_union(union, by=by, on=today, document=document)
    tell(matter, f"同意{matter.get_kind_display()}：{union.name}", f"批复文号 {document}。")
    return matter


@action("union-matters.return", "退回延期和撤并申请", permissions.DECIDE_MATTER)
def send_back(matter: Matter, *, by: Actor, reason: str) -> Matter:
    """Give a matter back to be mended."""
    check_reason(reason)
    _require_superior(matter, by)
    _turn(matter, MatterState.RETURNED)
    _decided(matter, by, reason)
    what = f"补正{matter.get_kind_display()}申请：{matter.union.name}"
    ask_group(matter, MEND, what, permissions.ASK_MATTER)
    tell(matter, f"请{what}", f"需要补正：{matter.opinion}")
    return matter


@action("union-matters.refuse", "不同意延期和撤并", permissions.DECIDE_MATTER)
def refuse(matter: Matter, *, by: Actor, reason: str) -> Matter:
    """Refuse a matter, with the reason."""
    check_reason(reason)
    _require_superior(matter, by)
    _turn(matter, MatterState.REFUSED)
    _decided(matter, by, reason)
    tell(matter, f"未同意{matter.get_kind_display()}申请", f"理由：{matter.opinion}")
    return matter


@action("union-matters.withdraw", "撤回延期和撤并申请", permissions.ASK_MATTER)
def withdraw(matter: Matter, *, by: Actor) -> Matter:
    """Take a matter back while it is not decided."""
    _turn(matter, MatterState.WITHDRAWN)
    matter.version += 1
    matter.save()
    settled(matter, by.user_id)
    return matter


@action("union-matters.state", "登记撤并财产说明", permissions.DECIDE_MATTER, creates=True)
def state_property(union: Union, *, by: Actor, ending: Ending) -> Matter | None:
    """Keep the statement of property of a union its superior ends in the tree itself.

    None where the union asked for its end and that was agreed to: the property is stated there.
    """
    rows = Matter.objects.unscoped(OF_ENDED).filter(union=union)
    kind = MatterKind.CLOSE if ending.into is None else MatterKind.MERGE
    if rows.filter(kind=kind, state=MatterState.APPROVED).exists():
        return None
    waiting = rows.filter(state__in=[MatterState.SUBMITTED, MatterState.RETURNED]).first()
    if waiting is not None:
        raise Conflict(
            f"“{union.name}”有一份办理中的{waiting.get_kind_display()}申请（{waiting.receipt}）。",
            rule=rules.DECIDE_RULE,
            remedy="请在那份申请中批复，或由其撤回后再办理。",
            code="open_matter",
        )
    assert union.parent is not None
    now = timezone.now()
    matter = Matter(
        kind=kind,
        state=MatterState.APPROVED,
        superior=union.parent,
        into=ending.into,
        reason=ending.note.strip() or "由上级工会直接办理",
        submitted_at=now,
        submitted_by_id=by.user_id,
        submitted_by_name=by.name,
        decided_at=now,
        decided_by_name=by.name,
        document=ending.document.strip(),
        receipt=next_receipt(PREFIX, timezone.localdate()),
    )
    matter.place_at(union)
    _state_property(matter, ending.stated)
    matter.save(force_insert=True)
    return matter


def _require_superior(matter: Matter, by: Actor) -> None:
    by.require(permissions.DECIDE_MATTER, matter.superior.path)
    if by.user_id is not None and by.user_id == matter.submitted_by_id:
        raise Refusal(
            "不能批复自己提交的申请。",
            rule=rules.DECIDE_RULE,
            remedy="请由其他审批人办理。",
            code="own_application",
        )


def _turn(matter: Matter, to: MatterState) -> None:
    if not rules.may_follow(matter.state, to):
        raise Conflict(
            f"这份申请目前是“{matter.get_state_display()}”，不能这样办理。",
            remedy="请刷新页面查看最新情况。",
            code="state",
        )
    matter.state = to


def _decided(matter: Matter, by: Actor, opinion: str, document: str = "") -> None:
    matter.decided_at = timezone.now()
    matter.decided_by_name = by.name
    matter.opinion = opinion.strip()
    matter.document = document
    matter.version += 1
    matter.save()
    settled(matter, by.user_id)
