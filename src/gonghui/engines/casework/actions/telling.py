"""What follows every verb: history, timeline, messages, to-dos, events, the kind's hooks."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.urls import reverse
from django.utils import timezone

from gonghui.engines.casework.declaring import CaseKind, Moment, kind_of
from gonghui.engines.casework.models import Case, CaseEvent, Intake, Phase, Secrecy
from gonghui.engines.casework.walls import everywhere
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.bus.outbox import publish
from gonghui.kernel.notify import messages, timeline
from gonghui.kernel.notify.channels import Recipient
from gonghui.kernel.notify.kinds import register_kind
from gonghui.kernel.notify.models import Todo
from gonghui.kernel.notify.templates import Category, Template
from gonghui.kernel.notify.todos import close_todo, open_todo
from gonghui.kernel.org.models import Union

TARGET = "casework.case"
PART_TARGET = "casework.part"
SAME_CASE = "each complainant of the case at hand is told"
TELL = "a red light is told to the desk's superior"
ACCEPT, TAKE, HANDLE, REVIEW = "case.accept", "case.take", "case.handle", "case.review"
EXTEND, PART, RED, CALL, REPORT = (
    "case.extend",
    "case.part",
    "case.red",
    "case.call",
    "case.report",
)
OF_PHASE = (ACCEPT, TAKE, HANDLE, REVIEW)
for _code, _title in (
    (ACCEPT, "受理来件"),
    (TAKE, "签收办件"),
    (HANDLE, "办理来件"),
    (REVIEW, "审核答复"),
    (EXTEND, "审批延期"),
    (PART, "反馈协办事项"),
    (RED, "处置超期办件"),
    (CALL, "紧急来件，立即联系"),
    (REPORT, "报告督办事项"),
):
    register_kind(_code, _title)

STEPS = Category("casework", "我的来件", may_mute=False)
STEP = Template("casework.step", "{service}有了新进展", "{number}：{what}。{text}", STEPS, "{link}")
OFFICE = Category("casework.office", "办件提醒", may_mute=False)
REMIND = Template("casework.remind", "{what}：{kind} {number}", "{text}", OFFICE, "{link}")
TONES = {
    Moment.REPLIED: "good",
    Moment.CLOSED: "good",
    Moment.DECLINED: "stop",
    Moment.WITHDRAWN: "idle",
    Moment.JOINED: "idle",
}
SETTLED = (Phase.CLOSED, Phase.DECLINED, Phase.WITHDRAWN)


def happened(
    case: Case,
    moment: Moment,
    title: str,
    text: str = "",
    *,
    by: Actor,
    public: bool = False,
    only: Intake | None = None,
    **facts: Any,
) -> CaseEvent:
    """Keep a line of the history and tell whom it concerns; the kind's hook comes last.

    public: the complainants see it too, on their timeline and as a message; only: this one alone.
    facts: what the hook gets besides.
    """
    kind = kind_of(case)
    event = CaseEvent.objects.create(
        case=case,
        at=timezone.now(),
        moment=moment,
        title=title,
        text=text,
        by_id=by.user_id,
        by_name=by.name[:50],
        union_name=case.union.name,
        public=public and only is None,
    )
    if public:
        tell_complainants(case, kind, event, only)
    publish(f"cn.gonghui.casework.{moment}", f"case/{case.pk}", case.facts(), case.org_path)
    if hook := kind.hooks.get(moment):
        hook(case, by=by, **facts)
    return event


def tell_complainants(
    case: Case, kind: CaseKind, event: CaseEvent, only: Intake | None = None
) -> None:
    """A line on the timeline and a message for each complainant who has a record here."""
    with everywhere():
        rows = Intake.objects.unscoped(SAME_CASE).filter(case=case, withdrawn_at=None)
        rows = rows.exclude(person_id=None).exclude(secrecy=Secrecy.ANONYMOUS)
        told = [only] if only is not None else list(rows.order_by("pk"))
    for intake in told:
        if intake.person_id is None:
            continue
        link = own_link(kind, intake)
        timeline.tell(
            intake.person_id,
            system=kind.system,
            service=kind.service or kind.title,
            target_type="casework.intake",
            target_id=intake.pk,
            title=event.title,
            text=event.text,
            link=link,
            tone=TONES.get(Moment(event.moment), "info"),
            settled=case.phase in SETTLED,
        )
        messages.send(
            [Recipient(person_id=intake.person_id)],
            STEP,
            {
                "service": kind.service or kind.title,
                "number": intake.number,
                "what": event.title,
                "text": "" if event.text == f"编号 {intake.number}" else event.text,
                "link": link,
            },
        )


def link_of(case: Case) -> str:
    """The address of a case's page for cadres."""
    kind = kind_of(case)
    return kind.link(case) if kind.link else reverse("casework:case", args=[case.number])


def own_link(kind: CaseKind, intake: Intake) -> str:
    """The address of the own thread."""
    if kind.own_link:
        return kind.own_link(intake)
    return reverse("casework:thread", args=[intake.number])


def label(case: Case) -> str:
    """How to-dos and reminders name a case: never by what somebody wrote."""
    kind = kind_of(case)
    words = kind.category_words(case.category) if case.category else "待分类"
    return f"{kind.title} {case.number}（{words}）"


def end_of(day: date | None) -> datetime | None:
    """The last minute of a day, for to-dos."""
    if day is None:
        return None
    return timezone.make_aware(datetime.combine(day, time(23, 59)))


def refresh_todos(case: Case, by: Actor) -> None:
    """Leave exactly the to-do of the phase the case is at."""
    wanted = {
        Phase.RECEIVED: ACCEPT,
        Phase.ROUTED: TAKE,
        Phase.HANDLING: HANDLE,
        Phase.REVIEW: REVIEW,
    }.get(Phase(case.phase))
    for kind in OF_PHASE:
        if kind != wanted:
            close_todo(target_type=TARGET, target_id=case.pk, kind=kind, by=by.user_id)
    if wanted is None:
        for kind in (EXTEND, RED, CALL, REPORT):
            close_todo(target_type=TARGET, target_id=case.pk, kind=kind, by=by.user_id)
        return
    right = kind_of(case).permissions
    open_for(
        case,
        wanted,
        (right.approve if wanted == REVIEW else right.handle).code,
        user_id=case.handler_id if wanted == HANDLE else None,
    )


def open_for(
    case: Case,
    what: str,
    permission: str,
    *,
    user_id: int | None = None,
    union: Union | None = None,
    due_on: date | None = None,
) -> None:
    """Open a to-do about a case at its desk, or at another union."""
    place = union or case.union
    titles = {
        ACCEPT: "受理",
        TAKE: "签收",
        HANDLE: "办理",
        REVIEW: "审核答复",
        EXTEND: "审批延期",
        RED: "已超期",
        CALL: "紧急，立即联系来件人",
        REPORT: "报告督办情况",
    }
    open_todo(
        kind=what,
        target_type=TARGET,
        target_id=case.pk,
        title=f"{titles[what]}：{label(case)}",
        link=link_of(case),
        org_path=place.path,
        union_id=place.pk,
        permission=permission,
        assignee_user_id=user_id,
        due_at=timezone.now() if what == CALL else end_of(due_on or case.due_on),
    )


def superior_of(case: Case) -> Union:
    """The union above the desk, or the desk's own where nothing is above."""
    over = case.union.parent_id
    return Union.objects.unscoped(TELL).get(pk=over) if over else case.union


def move_todos(case: Case) -> None:
    """Take along what waits beside the phase's own to-do, a system's own kinds too.

    Nothing stays at the former desk, which may be the unit complained of.
    """
    rows = Todo.objects.filter(target_type=TARGET, target_id=str(case.pk), done_at=None)
    for todo in rows.exclude(kind__in=OF_PHASE).exclude(permission=""):
        place = superior_of(case) if todo.kind == RED else case.union
        open_todo(
            kind=todo.kind,
            target_type=TARGET,
            target_id=case.pk,
            title=todo.title,
            link=todo.link,
            org_path=place.path,
            union_id=place.pk,
            permission=todo.permission,
            due_at=todo.due_at,
        )


def remind(case: Case, user_id: int | None, what: str, text: str) -> None:
    """Tell a handler something at once, beside their to-do."""
    if user_id is None:
        return
    words = {
        "what": what,
        "kind": kind_of(case).title,
        "number": case.number,
        "text": text,
        "link": link_of(case),
    }
    messages.send([Recipient(user_id=user_id)], REMIND, words, org_path=case.org_path)
