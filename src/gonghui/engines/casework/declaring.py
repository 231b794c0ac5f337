"""Declaring a kind of case (业务) beside the system it belongs to.

    COMPLAINTS = CaseKind(
        code="hotline", title="12351 来件", prefix="RX", system="C4.5",
        permissions=Permissions(view=VIEW, register=REGISTER, handle=HANDLE, approve=APPROVE,
                                supervise=SUPERVISE, reveal=REVEAL, submit=SUBMIT, own=OWN),
        categories={"pay": "劳动报酬", "safety": "劳动安全"},
        clocks=(ClockRule("finish", "办结", FINISH_DAYS, Unit.CALENDAR, until=Until.REPLIED),),
    )

The engine makes one action of every verb for the kind ("hotline.take" …), each under the kind's
own permission, and calls the kind's hooks in the transaction of the verb. It knows no system.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING, Any

from gonghui.engines.casework.rules import routing
from gonghui.engines.casework.rules.clocks import Term, Unit
from gonghui.kernel.access.roles import Permission
from gonghui.kernel.codes.parameters import Parameter
from gonghui.kernel.rules.tables import RuleTable

if TYPE_CHECKING:
    from gonghui.engines.casework.models import Case, Intake
    from gonghui.kernel.access.actions import Action
    from gonghui.kernel.access.actor import Actor
    from gonghui.kernel.org.models import Union

KINDS: dict[str, CaseKind] = {}
"""Every kind of this installation, by code."""


@dataclass(frozen=True)
class Permissions:
    """The permissions of a kind, by what they let one do.

    view: see cases of the desk. register: take in by telephone, counter, letter. handle: work on
    them. approve: review replies, decide extensions and pauses. supervise: urge, supervise, check
    quality. reveal: see who complained, on a reason. submit: complain oneself (open or public).
    own: a complainant's own thread (`own=True`). export: take lists out.
    """

    view: Permission
    register: Permission
    handle: Permission
    approve: Permission
    supervise: Permission
    reveal: Permission
    submit: Permission
    own: Permission
    export: Permission | None = None

    def __post_init__(self) -> None:
        if not self.own.own or self.own.roles:
            raise ValueError("`own` is for the complainant alone: own=True and no role")
        if not (self.submit.open or self.submit.public):
            raise ValueError("`submit` is open to whoever is signed in, or public")
        for item in fields(self):
            found = getattr(self, item.name)
            if item.name not in {"own", "submit"} and found and (found.open or found.public):
                raise ValueError(f"{found.code}: cases are never open to everybody")


class Begin(StrEnum):
    """From which day a clock counts."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    ROUTED = "routed"
    TAKEN = "taken"
    REPLIED = "replied"
    """When the answer left: for a call-back, or for what was promised in it."""
    ASKED = "asked"
    """When the system starts it by `clocks.start`."""


class Until(StrEnum):
    """What ends a clock in time."""

    ACCEPTED = "accepted"
    ROUTED = "routed"
    TAKEN = "taken"
    REPLIED = "replied"
    CLOSED = "closed"
    CALLED_BACK = "called_back"
    """When a complainant was reached by a call-back, or all have rated the answer."""
    TOLD = "told"
    """When the system says so by `clocks.meet`."""


@dataclass(frozen=True)
class ClockRule:
    """One clock of a kind.

    term: the dated parameter with its days, or one for each difficulty. extension: the dated
    parameter with the most days of the one extension; None: it cannot be extended. repeats:
    `clocks.start` may begin it again in the same round once it was met, as for a second letter
    with a term of its own; each run is a row.
    """

    code: str
    title: str
    term: Parameter | Mapping[str, Parameter]
    unit: Unit = Unit.WORK
    begin: Begin = Begin.RECEIVED
    until: Until = Until.REPLIED
    extension: Parameter | None = None
    pausable: bool = True
    source: str = ""
    repeats: bool = False

    def on(self, day: date, difficulty: str = "", scope: Sequence[int] = ()) -> Term:
        """The term in force that day for a difficulty; NoParameter when none is."""
        chosen = self.term if isinstance(self.term, Parameter) else self.term[difficulty]
        return Term(chosen.on(day, scope), self.unit, self.source)


@dataclass(frozen=True)
class Suggestion:
    """What a classifier says of a text: never decided by it, always shown as a suggestion."""

    category: str
    score: float
    because: str = ""


@dataclass(frozen=True)
class Hint:
    """What intake hooks found in a text. crisis: a person has to be reached at once."""

    suggestions: tuple[Suggestion, ...] = ()
    crisis: bool = False
    words: tuple[str, ...] = ()


class Moment(StrEnum):
    """When hooks are called."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    DESCRIBED = "described"
    ROUTED = "routed"
    TAKEN = "taken"
    HANDED_OVER = "handed_over"
    RETURNED = "returned"
    STEPPED = "stepped"
    JOINED = "joined"
    SPLIT = "split"
    RESPONDENT = "respondent"
    PAUSED = "paused"
    RESUMED = "resumed"
    EXTENDED = "extended"
    PART_ASKED = "part_asked"
    PART_ANSWERED = "part_answered"
    URGED = "urged"
    SUPERVISED = "supervised"
    YELLOW = "yellow"
    RED = "red"
    SUBMITTED = "submitted"
    SENT_BACK = "sent_back"
    REPLIED = "replied"
    CALLED_BACK = "called_back"
    RATED = "rated"
    CLOSED = "closed"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"
    SPOKEN = "spoken"
    ALARMED = "alarmed"
    """When further words of a complainant tell of danger to a life."""
    REVEALED = "revealed"


@dataclass(frozen=True)
class Panel:
    """A system's own part of the case page: a template of its own, rendered with `values`."""

    title: str
    template: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class CaseKind:
    """One kind of case. Everything but the first five has a default.

    code: lower-case, of the addresses and action codes. prefix: of its numbers. system: catalogue
    id. desk: `desk(intake_union) -> Union`: where a case lies after intake; by default the union
    it was handed in at. dispatch: decision table with the columns of rules.routing; None: the
    engine's. row: the system's own model, Scoped, with a one-to-one field `case`: kept at the
    case's place. classify: `classify(text) -> Hint`, before anything is stored. similar:
    `similar(text) -> list of case ids`, besides the engine's own comparison while a desk writes.
    steps: code → words of the system's own states (Case.step). guards: verb → `guard(case, *, by,
    **arguments)` that raises a Refusal. hooks: moment → `hook(case, *, by, **facts)` in the verb's
    transaction.
    reviewed: whether a reply needs another's review; by default always. outcomes: code → words
    of the result of a reply. service: what complainants call it. link, own_link: address of a
    case's page for cadres, of a thread's page for the complainant; None: the engine's pages.
    panel: `panel(case, actor) -> Panel or None`, the system's part of the engine's case page;
    it is asked only for who may see the case. rights: verb → field of Permissions in place of
    the engine's, as {"pause": "handle"} where the law lets the handler stop a clock (补正).
    assigned: `assigned(case, actor) -> bool`, whether somebody without a post works on the case,
    as the lawyer it was given to: they read it as its handler does and may do the verbs in
    `assigned_may`, under their own name; the unit complained of and complainants never.
    """

    code: str
    title: str
    prefix: str
    system: str
    permissions: Permissions
    categories: Mapping[str, str] = field(default_factory=dict)
    clocks: tuple[ClockRule, ...] = ()
    channels: tuple[str, ...] = tuple(routing.CHANNELS)
    secrecies: tuple[str, ...] = ("named", "confidential", "anonymous")
    desk: Callable[[Union], Union] | None = None
    dispatch: RuleTable | None = None
    row: Any = None
    classify: Callable[[str], Hint] | None = None
    similar: Callable[[str], list[int]] | None = None
    steps: Mapping[str, str] = field(default_factory=dict)
    outcomes: Mapping[str, str] = field(default_factory=dict)
    guards: Mapping[str, Callable[..., None]] = field(default_factory=dict)
    hooks: Mapping[Moment, Callable[..., None]] = field(default_factory=dict)
    reviewed: Callable[[Case], bool] = lambda case: True
    service: str = ""
    link: Callable[[Case], str] | None = None
    own_link: Callable[[Intake], str] | None = None
    panel: Callable[[Case, Actor], Panel | None] | None = None
    rights: Mapping[str, str] = field(default_factory=dict)
    assigned: Callable[[Case, Actor], bool] | None = None
    assigned_may: tuple[str, ...] = ()
    actions: dict[str, Action] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        if not self.code.isidentifier() or not self.code.islower():
            raise ValueError(f"{self.code!r} is no code of a kind")
        if KINDS.setdefault(self.code, self) is not self:
            raise ValueError(f"kind of case {self.code!r} is declared twice")
        if any(kind.prefix == self.prefix for kind in KINDS.values() if kind is not self):
            raise ValueError(f"prefix {self.prefix} is another kind's")
        codes = [rule.code for rule in self.clocks]
        if len(set(codes)) < len(codes):
            raise ValueError(f"kind {self.code}: a clock is declared twice")
        # The verbs stand above the declarations they are made for.
        from gonghui.engines.casework.actions.verbs import DESK_RIGHTS, VERBS

        import_module("gonghui.engines.casework.actions.every")
        for name, right in self.rights.items():
            if VERBS[name].right not in DESK_RIGHTS or right not in DESK_RIGHTS:
                raise ValueError(f"kind {self.code}: {name} is no verb of the desk to give away")
        if strange := set(self.assigned_may) - set(VERBS):
            raise ValueError(f"kind {self.code}: no verb {min(strange)}")
        for verb in VERBS.values():
            self.actions[verb.name] = verb.made_for(self)

    def clock(self, code: str) -> ClockRule:
        return next(rule for rule in self.clocks if rule.code == code)

    def action(self, verb: str) -> Action:
        """The action of a verb for this kind, for Step(...) of a resource."""
        return self.actions[verb]

    def has_given(self, case: Case, actor: Actor) -> bool:
        """Whether the case was given to this actor, who needs no post for it."""
        return (
            self.assigned is not None
            and actor.user_id is not None
            and bool(self.assigned(case, actor))
        )

    @property
    def table(self) -> RuleTable:
        return self.dispatch or routing.DISPATCH

    def category_words(self, code: str) -> str:
        return self.categories.get(code, code)


def kind_of(case: Case) -> CaseKind:
    """The kind of a case; KeyError when its system is not installed."""
    return KINDS[case.kind]
