"""The registers: enter, mend, examine yearly, declare ties, suspend, end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.base.identifiers import parse_mobile
from gonghui.kernel.base.names import check_name
from gonghui.kernel.org.models import Union
from gonghui.systems.rights.legal_aid.models import Practitioner, Tie
from gonghui.systems.rights.legal_aid.permissions import (
    KEEP_PEOPLE,
    REVEAL_PEOPLE,
    SUSPEND_PEOPLE,
)
from gonghui.systems.rights.legal_aid.queries import people as queries
from gonghui.systems.rights.legal_aid.rules import conflicts, registers
from gonghui.systems.rights.legal_aid.rules.matters import MATTERS

FIELDS = (
    "name",
    "workplace",
    "licence",
    "licence_from",
    "licence_until",
    "checked_on",
    "competence",
    "most",
)


def _fill(row: Practitioner, facts: dict[str, Any]) -> None:
    for field in FIELDS:
        if facts.get(field) is not None:
            setattr(row, field, facts[field])
    row.name = check_name(row.name)
    if unknown := set(row.competence) - set(MATTERS):
        raise Refusal(f"没有这种专长：{min(unknown)}。", field="competence", code="competence")
    registers.check_days(row.licence_from, row.licence_until)
    if row.checked_on is not None and row.checked_on > timezone.localdate():
        raise Refusal("年度考核日期不能晚于今天。", field="checked_on", code="future")
    if mobile := facts.get("mobile"):
        row.mobile = parse_mobile(mobile)


def _save(row: Practitioner) -> Practitioner:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Conflict(
            "这个证号已经登记在册。",
            rule="一证一人，不重复登记",
            remedy="请核对证号；在其他工会登记的，由原登记工会办理退出后再登记。",
            field="licence",
            code="licence",
        ) from error
    return row


@action("legal-people.enter", "登记法律服务人员", KEEP_PEOPLE, creates=True)
def enter(
    union: Union, *, by: Actor, role: str, person_id: int | None = None, **facts: Any
) -> Practitioner:
    """Put somebody on the register of a union. person_id: their own record, so they sign in."""
    if role not in registers.ROLES:
        raise Refusal("没有这个类别。", field="role", code="role")
    row = Practitioner(role=role, person_id=person_id, added_on=timezone.localdate())
    row.place_at(union)
    _fill(row, facts)
    return _save(row)


@action("legal-people.edit", "修改法律服务人员登记", KEEP_PEOPLE)
def edit(row: Practitioner, *, by: Actor, **facts: Any) -> Practitioner:
    _on_register(row)
    _fill(row, facts)
    row.version += 1
    return _save(row)


@action("legal-people.examine", "登记年度考核", KEEP_PEOPLE)
def examine(
    row: Practitioner, *, by: Actor, checked_on: date, passed: bool, words: str = ""
) -> Practitioner:
    """The yearly examination; who did not pass is suspended."""
    _on_register(row)
    if checked_on > timezone.localdate():
        raise Refusal("年度考核日期不能晚于今天。", field="checked_on", code="future")
    if passed:
        row.checked_on = checked_on
    else:
        row.state, row.state_reason = registers.SUSPENDED, words or "年度考核不合格"
    note(examined={"label": "年度考核", "after": "合格" if passed else "不合格"})
    row.version += 1
    row.save()
    return row


@action("legal-people.declare", "申报利害关系", KEEP_PEOPLE)
def declare(
    row: Practitioner, *, by: Actor, kind: str, name: str, until: date | None = None
) -> Practitioner:
    """Keep a tie somebody declared; cases with it are not given to them."""
    _on_register(row)
    if kind not in conflicts.KINDS:
        raise Refusal("没有这种关系。", field="kind", code="kind")
    if not conflicts.key(name):
        raise Refusal("请写明单位或亲属的名称。", field="name", code="empty")
    Tie.objects.create(
        practitioner=row,
        kind=kind,
        name=name.strip()[:120],
        until=until,
        declared_on=timezone.localdate(),
    )
    note(tie={"label": "申报利害关系", "after": conflicts.KINDS[kind]})
    row.version += 1
    row.save()
    return row


@action("legal-people.suspend", "暂停法律服务人员", SUSPEND_PEOPLE)
def suspend(row: Practitioner, *, by: Actor, reason: str) -> Practitioner:
    """No new cases from now on; open ones have to be given to others."""
    return _stand(row, registers.ACTIVE, registers.SUSPENDED, reason)


@action("legal-people.restore", "恢复法律服务人员", SUSPEND_PEOPLE)
def restore(row: Practitioner, *, by: Actor, reason: str) -> Practitioner:
    return _stand(row, registers.SUSPENDED, registers.ACTIVE, reason)


@action("legal-people.end", "退出法律服务人员登记", SUSPEND_PEOPLE)
def end(row: Practitioner, *, by: Actor, reason: str) -> Practitioner:
    """Off the register; only without open cases."""
    _on_register(row)
    if load := queries.load(row):
        raise Conflict(
            f"还有 {load} 件在办事项，不能退出。",
            remedy="请先更换承办人或办结。",
            code="open_cases",
        )
    row.state, row.state_reason = registers.ENDED, reason
    row.version += 1
    row.save()
    return row


@action("legal-people.reveal", "查看法律服务人员电话", REVEAL_PEOPLE)
def reveal(row: Practitioner, *, by: Actor, reason: str) -> dict[str, str]:
    """The telephone number in plain; each look is audited with its reason."""
    return {"mobile": row.mobile.reveal() if row.mobile else ""}


def _stand(row: Practitioner, of: str, to: str, reason: str) -> Practitioner:
    if row.state != of:
        raise Conflict(f"这个人员现在是“{row.get_state_display()}”。", code="state")
    row.state, row.state_reason = to, reason[:200]
    row.version += 1
    row.save()
    return row


def _on_register(row: Practitioner) -> None:
    if row.state == registers.ENDED:
        raise Conflict("这个人员已经退出登记。", remedy="请重新登记。", code="ended")


def team(ids: Sequence[int], role: str, field: str) -> list[Practitioner]:
    """The people chosen, in the order of their ids; Refusal for who is not on that register."""
    return [queries.chosen(pk, role, field) for pk in sorted(set(ids))]
