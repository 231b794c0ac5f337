"""Verbs: written once, an action of its own for every kind, under that kind's permission.

Every verb checks, besides its place: the phase of the case; that nobody works on their own
matter; that nobody with a post in the unit complained of has a hand in it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.db import transaction

from gonghui.engines.casework.models import Case, Intake
from gonghui.engines.casework.models.cases import own_units
from gonghui.engines.casework.rules import phases
from gonghui.engines.casework.rules.confidentiality import RULE
from gonghui.engines.casework.walls import everywhere
from gonghui.kernel.access.actions import ACTIONS, Action, action, place_of
from gonghui.kernel.access.actor import Actor, platform
from gonghui.kernel.base.errors import Forbidden, Missing

if TYPE_CHECKING:
    from gonghui.engines.casework.declaring import CaseKind

VERBS: dict[str, Verb | Maker] = {}
"""Every verb of the engine, by name."""
COMPLAINANT = platform("来件人", channel="web")
"""Complainants act under no name: the audit is read by people who must not know it."""
FIRST = "a case is locked before anything that hangs on it"
OWN = "whether a handler is a complainant of the case"
DESK_RIGHTS = {"handle", "approve", "supervise", "reveal"}


@dataclass(frozen=True, eq=False)
class Verb:
    """A verb. right: the field of Permissions; phases.ALLOWED says at which phase it may be."""

    name: str
    title: str
    right: str
    function: Callable[..., Any]
    place: Callable[[Any], str]
    hangs: bool

    def made_for(self, kind: CaseKind) -> Action:
        """The action of this verb for a kind."""

        @wraps(self.function)
        def run(subject: Any, *, by: Actor, **given: Any) -> Any:
            self.check(kind, subject, by, given)
            return self.function(subject, by=by, **given)

        permission = getattr(kind.permissions, kind.rights.get(self.name, self.right))
        made = action(f"{kind.code}.{self.name}", self.title, permission, place=self.place)(run)
        if self.hangs:
            made = ACTIONS[made.code] = replace(made, function=_case_first(made.function))
        return made

    def check(self, kind: CaseKind, subject: Any, by: Actor, given: dict[str, Any]) -> None:
        case = case_of(subject)
        if case.kind != kind.code:
            raise Missing("这个办件属于另一项业务。", code="other_kind")
        if self.right in DESK_RIGHTS:
            check_no_interest(case, by, place=self.place(subject))
        if self.name in phases.ALLOWED:
            phases.check(self.name, case.phase)
        if guard := kind.guards.get(self.name):
            guard(case, by=by, **given)

    def __call__(self, subject: Any, *, by: Actor, **given: Any) -> Any:
        """Run the action of the subject's kind."""
        from gonghui.engines.casework.declaring import kind_of

        kind = kind_of(case_of(subject))
        if self.right == "own":
            by.require(kind.permissions.own, person_id=subject.person_id or -1)
            by = COMPLAINANT
        elif self.name in kind.assigned_may and kind.has_given(case_of(subject), by):
            # Permission and place are the assignment's; interests are checked below as ever.
            by = replace(by, everywhere=True)
        return kind.actions[self.name](subject, by=by, **given)


@dataclass(frozen=True, eq=False)
class Maker:
    """A verb whose subject is no case: `build(kind)` gives the function of its action."""

    name: str
    title: str
    right: str
    build: Callable[[CaseKind], Callable[..., Any]]
    creates: bool = True
    place: Callable[[Any], str] = place_of

    def __post_init__(self) -> None:
        VERBS[self.name] = self

    def made_for(self, kind: CaseKind) -> Action:
        permission = getattr(kind.permissions, self.right)
        code = f"{kind.code}.{self.name}"
        return action(code, self.title, permission, creates=self.creates, place=self.place)(
            self.build(kind)
        )


def verb(
    name: str,
    title: str,
    right: str,
    *,
    place: Callable[[Any], str] = place_of,
    hangs: bool = False,
) -> Callable[[Callable[..., Any]], Verb]:
    """Make a function a verb. hangs: its subject is not the case but something of it."""

    def decorate(function: Callable[..., Any]) -> Verb:
        if name in VERBS:
            raise ValueError(f"verb {name} is written twice")
        made = VERBS[name] = Verb(name, title, right, function, place, hangs)
        return made

    return decorate


def case_of(subject: Any) -> Case:
    return subject if isinstance(subject, Case) else subject.case


def place_of_case(subject: Any) -> str:
    return case_of(subject).org_path


def _case_first(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def run(subject: Any, **given: Any) -> Any:
        with transaction.atomic():
            rows = Case.objects.unscoped(FIRST).select_for_update(of=("self",))
            held = None
            # While the lock was waited for, the subject may have come under another case.
            while held != subject.case_id:
                held = subject.case_id
                list(rows.filter(pk=held).values_list("pk"))
                with everywhere():
                    subject.refresh_from_db(fields=["case"])
            return function(subject, **given)

    return run


def check_no_interest(case: Case, by: Actor, place: str = "") -> None:
    """Refuse people of the unit complained of, and complainants of their own case.

    A part given to the unit complained of is its own to answer: there the place says so. The
    platform has no interest; somebody who works without a post (CaseKind.assigned) may have one.
    """
    if by.everywhere and by.user_id is None:
        return
    if place == case.org_path and case.respondent_id in own_units(by):
        raise Forbidden(
            "您在被反映的单位任职，不能办理这个办件。",
            rule=RULE,
            remedy="请由与被反映单位没有关系的人员办理。",
            code="interest",
        )
    if by.person_id is not None:
        with everywhere():
            own = Intake.objects.unscoped(OWN).filter(case=case, person_id=by.person_id).exists()
        if own:
            raise Forbidden(
                "不能办理自己提出的事项。",
                rule="本人的事项由他人办理",
                remedy="请由本工会其他经办人或上级工会办理。",
                code="own",
            )
