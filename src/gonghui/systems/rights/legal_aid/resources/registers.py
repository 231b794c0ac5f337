"""The three registers, one model: lawyers, mediators, supervisors."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.audit.entries import timeline as audit_timeline
from gonghui.kernel.resource.declaration import (
    Choice,
    Column,
    Custom,
    Facts,
    Resource,
    Section,
    Sort,
    Step,
    Under,
)
from gonghui.kernel.ui import components as ui
from gonghui.systems.rights.legal_aid import permissions
from gonghui.systems.rights.legal_aid.actions import people as actions
from gonghui.systems.rights.legal_aid.models import Practitioner, Standing
from gonghui.systems.rights.legal_aid.queries import people as queries
from gonghui.systems.rights.legal_aid.queries.figures import CHECK_MONTHS, mark
from gonghui.systems.rights.legal_aid.resources import forms
from gonghui.systems.rights.legal_aid.rules import registers
from gonghui.systems.rights.legal_aid.rules.matters import MATTERS

TONES = {registers.ACTIVE: "good", registers.SUSPENDED: "stop", registers.ENDED: "idle"}


def history(record: Any, actor: Actor) -> list[ui.Event]:
    """What was done to a record, from the audit."""
    return [
        ui.Event(entry.at, entry.action_name, entry.actor_name, entry.reason)
        for entry in audit_timeline(record._meta.label_lower, record.pk)
    ]


def _competence(row: Practitioner) -> str:
    return "、".join(MATTERS[code] for code in row.competence) or "各类事项"


def _most(row: Practitioner) -> str:
    return f"{row.most} 件" if row.most else "不限"


def _standing(record: Practitioner, actor: Actor) -> dict[str, Any]:
    today = timezone.localdate()
    return {
        "unfit": registers.unfit(
            queries.standing(record),
            today,
            check_months=CHECK_MONTHS.on(today),
            mark=mark(CHECK_MONTHS, today),
        ),
        "load": queries.load(record),
        "ties": list(record.ties.order_by("pk")),
    }


def _options(actor: Actor) -> list[tuple[str, str]]:
    return [("waiting", "考核或证件到期")]


def _narrow(rows: QuerySet, value: str) -> QuerySet:
    return queries.waiting_for_examination(rows, timezone.localdate())


def _search(rows: QuerySet, text: str, scope: Any) -> QuerySet:
    return rows.filter(name__contains=text) | rows.filter(licence=text)


def _kept(record: Practitioner, actor: Actor) -> bool:
    return record.state != registers.ENDED


def _in(state: str) -> Any:
    return lambda record, actor: record.state == state


def _register(role: str, code: str, form: type) -> Resource:
    title = registers.ROLES[role]
    return Resource(
        code=code,
        title=title,
        unit="人",
        model=Practitioner,
        view=permissions.VIEW_PEOPLE,
        columns=(
            Column("name", "姓名", kind="title"),
            Column("state", "状态", kind="state", choices=Standing, tones=TONES),
            Column("workplace", "执业机构或工作单位"),
            Column("licence", registers.LICENCES[role]),
            Column("licence_until", "证件到期日", kind="date"),
            Column("checked_on", "最近年度考核", kind="date"),
            Column("union__name", "登记工会", shown=False),
        ),
        filters=(
            Choice("state", "状态", choices=Standing),
            Custom("due", "到期情况", _options, _narrow),
            Under(),
        ),
        sorts=(Sort("id", "登记先后"),),
        search=_search,
        search_hint="姓名或完整证号",
        rows=lambda rows: rows.filter(role=role),
        facts=(
            Facts(
                "登记",
                (
                    ("姓名", "name"),
                    ("执业机构或工作单位", "workplace"),
                    (registers.LICENCES[role], "licence"),
                    ("发证日期", "licence_from"),
                    ("证件到期日", "licence_until"),
                    ("最近年度考核", "checked_on"),
                    ("专长", _competence),
                    ("同时承办上限", _most),
                    ("联系电话", "mobile"),
                    ("登记工会", "union"),
                    ("登记日期", "added_on"),
                    ("状态说明", "state_reason"),
                ),
            ),
        ),
        sections=(Section("能否承办", "legal_aid/standing.html", _standing),),
        timeline=history,
        creates=(
            Step(
                actions.enter,
                "enter",
                f"登记{title}",
                form,
                done="已登记。",
            ),
        ),
        steps=(
            Step(actions.examine, "examine", "年度考核", forms.Examine, shown=_kept),
            Step(actions.declare, "declare", "申报利害关系", forms.Declare, shown=_kept),
            Step(actions.edit, "edit", "修改登记", forms.Person, shown=_kept),
            Step(
                actions.suspend,
                "suspend",
                "暂停",
                forms.Reason,
                shown=_in(registers.ACTIVE),
                tone="danger",
            ),
            Step(actions.restore, "restore", "恢复", forms.Reason, shown=_in(registers.SUSPENDED)),
            Step(actions.end, "end", "退出登记", forms.Reason, shown=_kept, tone="danger"),
        ),
        export=permissions.EXPORT_PEOPLE,
        reveal=actions.reveal,
        related=("union",),
        empty=f"还没有登记{title}。",
    )


LAWYERS = _register(registers.LAWYER, "legal-lawyers", forms.EnterLawyer)
MEDIATORS = _register(registers.MEDIATOR, "legal-mediators", forms.EnterMediator)
SUPERVISORS = _register(registers.SUPERVISOR, "legal-supervisors", forms.EnterSupervisor)
