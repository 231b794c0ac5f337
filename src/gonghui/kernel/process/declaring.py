"""Declaring a flow (流程) beside the code it serves: what its diagrams may name.

    FLOW = Flow(
        code="joining", title="入会审批", subject=JoinApplication, view=VIEW_JOIN,
        diagram=Path(__file__).parent / "processes" / "joining.bpmn",
        variables=(Variable("city", "城市", Kind.TEXT),),
        effects={"approve": Effect("批准入会", approve)},
    )

The diagram beside the code is the first definition; administrators publish others for parts of
the tree, and a new case takes the one published nearest above its union.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from django.db import models

from gonghui.kernel.access.roles import Permission
from gonghui.kernel.process.diagram import Diagram
from gonghui.kernel.rules.kinds import Kind, Variable
from gonghui.kernel.rules.tables import Hit, RuleTable

FLOWS: dict[str, Flow] = {}
"""Every flow of this installation, by code."""
CHOICE = Variable("choice", "上一环节的办理结果", Kind.TEXT)
RETURNS = Variable("returns", "已退回次数", Kind.INTEGER)
GIVEN = (CHOICE, RETURNS)
"""What every flow's conditions may use besides its own variables."""


@dataclass(frozen=True)
class Effect:
    """What a service task does: `run(subject, *, case, by)` in the transaction of the step.

    It calls the system's own actions, whose permission its `by` must hold: the actor whose step
    led here, or the platform after a timer or message. as_flow: the right comes from the
    published diagram, not from whoever happened to sign last; `by` then passes every check and
    keeps the name of the signer. What `run` returns, a mapping of declared variables, goes into
    the case. A Refusal stops the whole step, and nothing of it is kept. needs: the permission
    `run` asks of `by`; a step that leads here is then only for those who have it.
    """

    title: str
    run: Callable[..., Mapping[str, object] | None]
    as_flow: bool = False
    needs: Permission | None = None


@dataclass(frozen=True, eq=False)
class Flow:
    """One kind of case.

    subject: the model a case is about; its rows have `union` and `org_path`. view: the permission
    to look at its cases. needed: effects a published diagram must contain. messages: what may
    arrive from outside, code → title. facts: `facts(subject)` gives variables read anew before
    each step, which nobody fills in. link: `link(subject)` is the address of the record's page.
    ended: `ended(subject, *, case, by)` is told when a case leaves the running state by
    withdrawal or by being ended from outside, never after its own end event. seen: `seen(case,
    actor)` narrows who may look at a case by `view` where the place alone does not decide; whoever
    has a part in it still may. words: `words(**texts)` refuses what must not be written into it.
    parties: `parties(subject)` gives the ids of users whose own matter it is, who sign no step of
    it (回避). once: nobody signs two different steps of one case, for themselves or for another.
    tables: decision tables over variables and facts of the same codes; conditions, and expressions
    that say who signs, read their results by the codes of the outputs (see routing.py).
    """

    code: str
    title: str
    subject: type[models.Model]
    diagram: Path
    view: Permission
    variables: tuple[Variable, ...] = ()
    effects: Mapping[str, Effect] = field(default_factory=dict)
    needed: tuple[str, ...] = ()
    messages: Mapping[str, str] = field(default_factory=dict)
    facts: Callable[[Any], Mapping[str, object]] | None = None
    link: Callable[[Any], str] | None = None
    ended: Callable[..., None] | None = None
    seen: Callable[..., bool] | None = None
    words: Callable[..., None] | None = None
    parties: Callable[[Any], Collection[int]] | None = None
    once: bool = False
    tables: tuple[RuleTable, ...] = ()

    def __post_init__(self) -> None:
        codes = [variable.code for variable in self.readable]
        if len(set(codes)) < len(codes):
            raise ValueError(f"flow {self.code!r}: a variable is declared twice")
        given = {(variable.code, variable.kind) for variable in self.variables}
        for table in self.tables:
            if not set(table.kinds.items()) <= given:
                raise ValueError(f"flow {self.code!r}: table {table.code} asks what it has not")
        if not set(self.needed) <= set(self.effects):
            raise ValueError(f"flow {self.code!r}: a needed effect is not declared")
        if FLOWS.setdefault(self.code, self) is not self:
            raise ValueError(f"flow {self.code!r} is declared twice")

    @property
    def readable(self) -> tuple[Variable, ...]:
        """What conditions may read besides the choices at its steps."""
        results = [
            replace(output, kind=Kind.TEXTS) if table.hit is Hit.COLLECT else output
            for table in self.tables
            for output in table.outputs
        ]
        return (*GIVEN, *self.variables, *results)

    def kinds(self, diagram: Diagram | None = None) -> dict[str, Kind]:
        """The kinds of all a condition may read: variables, `choice`, `returns`.

        With a diagram also `choice_<step>`, what was last decided at each of its user tasks.
        """
        found = {variable.code: variable.kind for variable in self.readable}
        if diagram is not None:
            for node in diagram.of_kind("userTask"):
                found[f"choice_{node.id}"] = Kind.TEXT
        return found

    @property
    def guarded(self) -> bool:
        """Whether somebody may have to leave a step to others."""
        return self.once or self.parties is not None

    def needs(self) -> dict[str, Permission]:
        """The permission each effect asks of whoever leads to it, by effect."""
        return {
            code: effect.needs
            for code, effect in self.effects.items()
            if effect.needs is not None and not effect.as_flow
        }

    def titles(self) -> dict[str, str]:
        """Titles of the variables, by code."""
        return {variable.code: variable.title for variable in self.readable}
