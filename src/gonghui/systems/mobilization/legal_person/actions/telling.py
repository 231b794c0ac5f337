"""To-dos and messages of an application: who has to act next, and who is told."""

from __future__ import annotations

from datetime import date, datetime, time

from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.roles import Permission
from gonghui.kernel.notify.channels import Recipient
from gonghui.kernel.notify.messages import send
from gonghui.kernel.notify.templates import Category, Template
from gonghui.kernel.notify.todos import close_todo, open_todo
from gonghui.kernel.org.models import Union
from gonghui.systems.mobilization.legal_person import permissions
from gonghui.systems.mobilization.legal_person.models import Application, State
from gonghui.systems.mobilization.legal_person.queries.applications import holders, superior_of

TARGET = "legal_person.application"
ABOUT = Category("legal-person", "法人登记", may_mute=False)
STEP = Template(
    "legal-person.step",
    "{title}：{what}",
    "受理编号 {receipt}。{text}",
    ABOUT,
    "{link}",
)
KINDS = {
    State.DRAFT: "legal.submit",
    State.SUBMITTED: "legal.accept",
    State.SUPPLEMENT: "legal.answer",
    State.EXAMINING: "legal.examine",
    State.EXAMINED: "legal.decide",
    State.CERTIFYING: "legal.certify",
    State.APPEALED: "legal.judge",
}
TITLES = {
    "legal.submit": "法人登记待提交",
    "legal.accept": "法人登记待受理",
    "legal.answer": "法人登记待补正",
    "legal.examine": "法人登记待审查",
    "legal.decide": "法人登记待核准",
    "legal.certify": "法人证书待制发",
    "legal.judge": "不予登记待复核",
    "legal.code": "赋码待核实",
    "legal.renew": "法人证书待换证",
}


def link(application: Application) -> str:
    return reverse("resource:legal-applications:record", args=[application.pk])


def end_of(day: date | None) -> datetime | None:
    return None if day is None else timezone.make_aware(datetime.combine(day, time(23, 59)))


def next_todo(application: Application, by: int | None = None) -> None:
    """Close what was waiting and open what waits now."""
    close_todo(target_type=TARGET, target_id=application.pk, by=by)
    state = State(application.state)
    kind = KINDS.get(state)
    if kind is None:
        return
    union, permission = _next_at(application, state)
    due = application.supplement_due_on if state is State.SUPPLEMENT else application.due_on
    open_todo(
        kind=kind,
        target_type=TARGET,
        target_id=application.pk,
        title=f"{TITLES[kind]}：{application}",
        link=link(application),
        org_path=application.org_path,
        union_id=union.pk,
        permission=permission.code,
        due_at=end_of(due),
    )


def _next_at(application: Application, state: State) -> tuple[Union, Permission]:
    if state in (State.DRAFT, State.SUPPLEMENT):
        return application.union, permissions.APPLY_LEGAL
    if state is State.APPEALED:
        return superior_of(application), permissions.JUDGE_LEGAL
    if state is State.EXAMINED:
        return application.registrar, permissions.DECIDE_LEGAL
    if state is State.CERTIFYING:
        return application.registrar, permissions.PRINT_CERTIFICATE
    return application.registrar, permissions.EXAMINE_LEGAL


def tell(application: Application, what: str, text: str = "") -> None:
    """Let the applying union's handlers, and who submitted, know of a step."""
    to: set[Recipient] = set(
        holders([application.union_id], permissions.APPLY_LEGAL, timezone.localdate())
    )
    if application.submitted_by_id is not None:
        to.add(Recipient(user_id=application.submitted_by_id))
    send(
        to,
        STEP,
        {
            "title": str(application),
            "what": what,
            "receipt": application.receipt or "（未受理）",
            "text": text,
            "link": link(application),
        },
        key=f"legal/{application.pk}/{application.version}/{what}",
        org_path=application.org_path,
    )
