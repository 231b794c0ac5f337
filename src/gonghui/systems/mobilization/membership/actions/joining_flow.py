"""Joining on the process (入会审批流程): the flow, and when an application runs by it.

The diagram beside the code is today's way: the union decides. Where a union above has published
a version of its own, an application runs by that version from the moment it is submitted; others,
and those submitted before, are decided as they always were.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from django.db.models import Q
from django.urls import reverse

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict
from gonghui.kernel.identity.models import User
from gonghui.kernel.people.models import Person
from gonghui.kernel.process import cases
from gonghui.kernel.process.declaring import Effect, Flow
from gonghui.kernel.process.definitions import definition_for
from gonghui.kernel.process.models import Case, CaseState
from gonghui.kernel.rules.kinds import Kind, Variable
from gonghui.systems.mobilization.membership.models.joining import (
    JoinApplication,
    JoinChannel,
    JoinState,
)
from gonghui.systems.mobilization.membership.permissions import DECIDE_JOIN, VIEW_JOINS

APPLICANT = "whose account the applicant has decides who must leave the review to others"
FORMER = {"": "未入过会", "withdrawn": "曾经退会"}


def _approve(application: JoinApplication, *, case: Case, by: Actor) -> None:
    from gonghui.systems.mobilization.membership.actions import joining

    joining.approve(application, by=by, case=case)


def _reject(application: JoinApplication, *, case: Case, by: Actor) -> None:
    from gonghui.systems.mobilization.membership.actions import joining

    last = cases.history(case).filter(kind="decided").last()
    joining.reject(application, by=by, reason=last.opinion if last else "", case=case)


def _facts(application: JoinApplication) -> Mapping[str, object]:
    return {
        "channel": application.channel,
        "former": application.former,
        "from_pool": application.from_pool,
    }


def _link(application: JoinApplication) -> str:
    return reverse("resource:join-applications:record", args=[application.pk])


def _parties(application: JoinApplication) -> list[int]:
    """The applicant's own account, and whose hand entered the application at the counter."""
    own = Person.objects.unscoped(APPLICANT).filter(document_index=application.document_index)
    users = User.objects.filter(Q(person_id=application.person_id) | Q(person__in=own))
    found = list(users.exclude(person_id=None).values_list("pk", flat=True))
    return found if application.entered_by_id is None else [*found, application.entered_by_id]


def _ended(application: JoinApplication, *, case: Case, by: Actor) -> None:
    """A case somebody ended leaves the application to the union, as without a flow."""
    from gonghui.systems.mobilization.membership.actions import joining

    if application.state == JoinState.SUBMITTED:
        joining.ask_union(application)


FLOW = Flow(
    code="joining",
    title="入会审批",
    subject=JoinApplication,
    diagram=Path(__file__).parents[1] / "processes" / "joining.bpmn",
    view=VIEW_JOINS,
    variables=(
        Variable("channel", "来源", Kind.TEXT, dict(JoinChannel.choices)),
        Variable("former", "以往会籍", Kind.TEXT, FORMER),
        Variable("from_pool", "来自周转池", Kind.FLAG),
    ),
    effects={
        "approve": Effect("批准入会", _approve, needs=DECIDE_JOIN),
        "reject": Effect("不予批准", _reject, needs=DECIDE_JOIN),
    },
    needed=("approve", "reject"),
    facts=_facts,
    link=_link,
    ended=_ended,
    parties=_parties,
    once=True,
)


def begin(application: JoinApplication, by: Actor) -> bool:
    """Start the case of a submitted application where a union published its own version."""
    if application.state != JoinState.SUBMITTED or application.escalated_to is not None:
        return False
    if definition_for(FLOW, application.union).shipped:
        return False
    title = f"{FLOW.title}：{application.name}（{application.union.name}）"
    cases.start(FLOW, application, union=application.union, starter=by, title=title)
    return True


def case_of(application: JoinApplication) -> Case | None:
    """The open case of an application; asked once for each record read."""
    if not hasattr(application, "_open_case"):
        found = cases.of(application, FLOW)
        application._open_case = found if found is not None and found.is_open else None  # type: ignore[attr-defined]
    return application._open_case  # type: ignore[attr-defined,no-any-return]


def check_not_on_flow(application: JoinApplication, case: Case | None) -> None:
    """Refuse to decide past the flow an application runs by. case: of the step deciding now."""
    running = case_of(application)
    if running is not None and (case is None or case.pk != running.pk):
        raise Conflict(
            f"这份申请按“{running.definition}”办理，目前在“{running.standing}”环节。",
            rule="上级工会发布了入会审批流程的，按流程逐个环节办理",
            remedy="请在流程待办中办理。",
            code="on_flow",
        )


def stop(application: JoinApplication, by: Actor, reason: str = "") -> None:
    """Take the case of an application out of work: it goes back, or the applicant withdrew."""
    running = case_of(application)
    if running is not None:
        cases.stop(running, CaseState.WITHDRAWN, by=by, reason=reason)
