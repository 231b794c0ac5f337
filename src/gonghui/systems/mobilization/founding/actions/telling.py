"""Messages and to-dos of founding and elections."""

from __future__ import annotations

from datetime import date, datetime, time

from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.roles import APPROVER, HANDLER, Permission
from gonghui.kernel.notify import timeline
from gonghui.kernel.notify.channels import Recipient
from gonghui.kernel.notify.messages import send
from gonghui.kernel.notify.templates import Category, Template
from gonghui.kernel.notify.todos import close_todo, open_todo
from gonghui.kernel.org.models import Union
from gonghui.systems.mobilization.founding.models import Election, Matter, Preparation
from gonghui.systems.mobilization.founding.models.preparations import PreparationState
from gonghui.systems.mobilization.membership.public import recipients, seat_of

ABOUT = Category("founding", "建会和选举", may_mute=False)
WAITS = Template("founding.waits", "{what}", "编号 {receipt}。请在待办中办理。", ABOUT, "{link}")
TOLD = Template("founding.told", "{what}", "编号 {receipt}。{words}", ABOUT, "{link}")

SERVICE, SYSTEM = "组建工会", "C1.1"
ENDED = {
    PreparationState.FOUNDED: "good",
    PreparationState.REFUSED: "stop",
    PreparationState.LAPSED: "stop",
    PreparationState.WITHDRAWN: "idle",
}
Subject = Preparation | Election | Matter
LISTS = {Preparation: "preparations", Election: "elections", Matter: "union-matters"}


def link_to(subject: Subject) -> str:
    return reverse(f"resource:{LISTS[type(subject)]}:record", args=[subject.pk])


def target_of(subject: Subject) -> str:
    return str(subject._meta.label_lower)


def ask_superior(
    subject: Subject, kind: str, what: str, permission: Permission, due_on: date | None = None
) -> None:
    """Put something before the superior, or the next above where somebody may decide."""
    today = timezone.localdate()
    seat: Union = seat_of(subject.superior, permission, today)
    open_todo(
        kind=kind,
        target_type=target_of(subject),
        target_id=subject.pk,
        title=what,
        link=link_to(subject),
        org_path=seat.path,
        union_id=seat.pk,
        permission=permission.code,
        due_at=end_of(due_on) if due_on else None,
    )
    send(
        recipients([seat.pk], (APPROVER,), today),
        WAITS,
        {"what": what, "receipt": subject.receipt, "link": link_to(subject)},
        org_path=seat.path,
    )


def ask_group(
    subject: Subject,
    kind: str,
    what: str,
    permission: Permission,
    due_on: date | None = None,
) -> None:
    """Put something before whoever carries it on: the applicant, or the union's handlers."""
    preparation = _preparation(subject)
    user = preparation.applicant_user_id if preparation is not None else None
    own = preparation is not None and preparation.applicant_id is not None
    open_todo(
        kind=kind,
        target_type=target_of(subject),
        target_id=subject.pk,
        title=what,
        link=link_to(subject),
        org_path=subject.org_path,
        union_id=subject.union_id,
        permission=permission.code,
        assignee_user_id=user if own else None,
        due_at=end_of(due_on) if due_on else None,
    )


def _preparation(subject: Subject) -> Preparation | None:
    if isinstance(subject, Election):
        return subject.preparation
    return subject if isinstance(subject, Preparation) else None


def settled(subject: Subject, by: int | None, kind: str | None = None) -> None:
    close_todo(target_type=target_of(subject), target_id=subject.pk, kind=kind, by=by)


def tell(subject: Subject, what: str, words: str, to: Recipient | None = None) -> None:
    """Tell whoever carries it on what became of it."""
    today = timezone.localdate()
    found = set(recipients([subject.union_id], (HANDLER,), today))
    if to is not None:
        found.add(to)
    send(
        found,
        TOLD,
        {"what": what, "receipt": subject.receipt, "words": words, "link": link_to(subject)},
        org_path=subject.org_path,
    )
    if not isinstance(subject, Matter):
        step(subject, what, words)


def step(subject: Preparation | Election, title: str, text: str = "") -> None:
    """Keep a step on the timeline of the worker who asked for the union."""
    preparation = subject if isinstance(subject, Preparation) else subject.preparation
    if preparation is None or preparation.applicant_id is None:
        return
    ended = preparation.state in ENDED
    timeline.tell(
        preparation.applicant_id,
        service=SERVICE,
        system=SYSTEM,
        target_type=target_of(preparation),
        target_id=preparation.pk,
        title=title,
        text=text,
        link=reverse("hall-founding"),
        tone=ENDED[PreparationState(preparation.state)] if ended else "info",
        settled=ended,
    )


def end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(23, 59)))
