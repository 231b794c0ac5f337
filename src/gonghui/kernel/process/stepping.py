"""One step of a case: restore, move, store; and the rows that follow from where it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

from django.db import connection
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.base.workdays import add_workdays
from gonghui.kernel.bus.outbox import publish
from gonghui.kernel.notify.todos import close_todo
from gonghui.kernel.org.scoping import Scope, ScopedQuerySet, wall_at
from gonghui.kernel.process import barring, telling
from gonghui.kernel.process.declaring import Flow
from gonghui.kernel.process.definitions import compiled, flow_of
from gonghui.kernel.process.diagram import Node
from gonghui.kernel.process.engine import Endless, Run, Token
from gonghui.kernel.process.models import (
    Case,
    CaseEvent,
    CaseState,
    ItemState,
    Mode,
    OutsideMessage,
    Timer,
    TimerKind,
    WorkItem,
)
from gonghui.kernel.process.places import seats_of
from gonghui.kernel.process.routing import decided
from gonghui.kernel.process.timing import due_of
from gonghui.kernel.rules.expressions import evaluate
from gonghui.kernel.rules.kinds import checked

OF_CASE = "the rows of a case follow the case, whose place was checked"
# Read and written at every step: compiling these through the ORM costs ten times their run.
_ITEMS = "SELECT * FROM process_workitem WHERE case_id = %s AND {} ORDER BY decided_at, id"
_DROP_TIMERS = "DELETE FROM process_timer WHERE case_id = %s AND NOT token = ANY(%s::bigint[])"
_TIMED = "SELECT token FROM process_timer WHERE case_id = %s"
MOVED = ("engine", "standing", "variables", "state", "ended_at", "version")
SUBJECT = "a step works on the record its case is about"


class CaseHost:
    """What the engine asks of a case: conditions by its variables, effects on its subject."""

    def __init__(self, case: Case, by: Actor) -> None:
        self.case = case
        self.by = by
        self.flow: Flow = flow_of(case.flow)
        self.kinds = self.flow.kinds(compiled(case.definition_id).diagram)
        self.own = {variable.code for variable in self.flow.variables}
        self._subject: Any = None
        self._facts: dict[str, object] | None = None
        self._told: set[tuple[str, str]] = set()

    @property
    def subject(self) -> Any:
        """The record, read once a step and behind no wall: the diagram says who acts on it."""
        if self._subject is None:
            self._subject = subject_of(self.case)
        return self._subject

    def values(self) -> dict[str, object]:
        """What conditions read now."""
        if self._facts is None:
            facts = self.flow.facts
            self._facts = dict(facts(self.subject)) if facts is not None else {}
        return {**self.case.variables, **self._facts}

    def holds(self, condition: str, node: Node) -> bool:
        return self._worked_out(condition, node) is True

    def _worked_out(self, expression: str, node: Node) -> Any:
        """The value of an expression; what a decision table said about it goes into the history."""
        on = timezone.localdate()
        values, told = decided(self.flow, expression, self.values(), on, self.case.org_path)
        for table, decision in told:
            if (table.code, decision.because) not in self._told:
                self._told.add((table.code, decision.because))
                tell(self.case, "rule", node, table.title, opinion=decision.because[:2000])
        return evaluate(expression, values, self.kinds)

    def who(self, node: Node) -> Any:
        expression = node.attributes.get("expression", "")
        if node.attributes.get("who") != "expression" or not expression:
            return None
        return self._worked_out(expression, node)

    def perform(self, node: Node) -> None:
        effect = self.flow.effects.get(node.attributes.get("effect", ""))
        if effect is None:
            raise Refusal(
                f"“{node.title}”要做的事项在系统中不存在，流程停在原处。",
                remedy="请联系系统管理员修改流程图后迁移这个流程。",
                code="no_such_effect",
            )
        by = replace(self.by, everywhere=True) if effect.as_flow else self.by
        wall = wall_at(Scope.everything()) if effect.as_flow else nullcontext()
        with wall:
            found = effect.run(self.subject, case=self.case, by=by)
        self._subject, self._facts = None, None
        if found:
            self.put(found)
        tell(self.case, "effect", node, effect.title)

    def passed(self, node: Node) -> None:
        return None

    def put(self, values: Mapping[str, object]) -> None:
        """Keep values of declared variables; Refusal for another kind, KeyError for others."""
        self.case.variables.update(self.plain(values))

    def plain(self, values: Mapping[str, object]) -> dict[str, object]:
        """Values of declared variables, checked as for `put`, as JSON keeps them."""
        for code in values:
            if code not in self.own:
                raise KeyError(code)
        return {
            code: plain(checked(code, self.kinds[code], value)) for code, value in values.items()
        }


def plain(value: object) -> object:
    """A checked value as JSON keeps it; `checked` reads it back."""
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, str | bool | int | list):
        return value
    return float(str(value))


def subject_of(case: Case) -> Any:
    """The record a case is about."""
    model = flow_of(case.flow).subject
    rows: Any = model._default_manager.all()
    if isinstance(rows, ScopedQuerySet):
        rows = rows.unscoped(SUBJECT)
    with wall_at(Scope.everything()):
        return rows.get(pk=case.subject_id)


def tell(
    case: Case,
    kind: str,
    node: Node | None,
    text: str,
    *,
    by: Actor | None = None,
    opinion: str = "",
    on_behalf_of: str = "",
    item: WorkItem | None = None,
) -> None:
    """Add a line to the history of a case."""
    CaseEvent.objects.create(
        case=case,
        kind=kind,
        step=node.id if node else "",
        title=node.title if node else "",
        text=text[:200],
        opinion=opinion,
        user_id=by.user_id if by else None,
        user_name=by.name if by else "",
        on_behalf_of_name=on_behalf_of,
        item=item,
    )


def run_of(case: Case, host: CaseHost) -> Run:
    """The process of a case, restored."""
    return Run.restore(compiled(case.definition_id), host, case.engine)


def begin(case: Case, by: Actor) -> None:
    """Walk a new case from its start to where somebody has to act."""
    host = CaseHost(case, by)
    _walk(case, host, lambda: Run.start(compiled(case.definition_id), host))


def move(case: Case, by: Actor, how: Callable[[Run], None], host: CaseHost | None = None) -> None:
    """Move a locked case one step and write what follows; the caller's transaction."""
    host = host or CaseHost(case, by)

    def walk() -> Run:
        run = run_of(case, host)
        how(run)
        return run

    _walk(case, host, walk)


def _walk(case: Case, host: CaseHost, walk: Callable[[], Run]) -> None:
    try:
        run = walk()
    except Endless as endless:
        raise Refusal(
            "流程图在没有人办理的环节之间来回，这一步没有办理。",
            remedy="请联系系统管理员修改流程图。",
            code="endless",
        ) from endless
    settle(case, host, run)


def settle(case: Case, host: CaseHost, run: Run) -> None:
    """Deliver what came early, make items and timers what the tokens say, and keep the case."""
    _deliver_kept(case, host, run)
    tokens = [] if run.completed else run.tokens()
    case.engine = run.store()
    case.standing = "、".join(dict.fromkeys(token.node.title for token in tokens))[:200]
    case.version += 1
    if run.completed:
        case.state = CaseState.COMPLETED
        case.ended_at = timezone.now()
    case.save(update_fields=MOVED)
    ids = {token.id for token in tokens}
    known = _clear(case, ids, host.by)
    items: list[WorkItem] = []
    for token in tokens:
        if token.id in known:
            continue
        if token.waits == "work":
            items += _seats(case, host, token)
        elif token.waits == "timer":
            due = due_of(token.node.detail, timezone.localtime())
            Timer.objects.create(
                case=case, kind=TimerKind.STEP, token=token.id, step=token.node.id, due_at=due
            )
    _open(case, items)
    if run.completed:
        tell(case, "completed", None, "流程办结")
        publish(
            "cn.gonghui.process.completed",
            f"process.case/{case.pk}",
            {"flow": case.flow},
            case.org_path,
        )


def _deliver_kept(case: Case, host: CaseHost, run: Run) -> None:
    """Let messages that came before their wait was reached arrive now, each once."""
    while waiting := {
        token.node.detail: token.node
        for token in ([] if run.completed else run.tokens())
        if token.waits == "message"
    }:
        kept = case.arrivals.filter(delivered_at=None, name__in=waiting).order_by("pk").first()
        if kept is None:
            return
        arrive(case, host, run, kept)


def arrive(case: Case, host: CaseHost, run: Run, message: OutsideMessage) -> None:
    """Deliver a message to every token that waits for it; the caller settles."""
    waiting = [token for token in run.tokens() if waits_for(token, message.name)]
    message.delivered_at = timezone.now()
    message.save()
    host.put(message.payload)
    title = host.flow.messages.get(message.name, message.name)
    tell(case, "message", waiting[0].node, f"收到：{title}", by=host.by)
    for token in waiting:
        run.deliver(token.id)


def waits_for(token: Token, message: str) -> bool:
    """Whether a token waits for a message by that name."""
    return token.waits == "message" and token.node.detail == message


def _clear(case: Case, tokens: set[int], by: Actor) -> set[int]:
    """Cancel open items and drop timers of tokens that are gone; return those that have some."""
    known = set()
    for item in read_items(case, "state = 'open'"):
        if item.token in tokens:
            known.add(item.token)
        else:
            cancel(item, by)
    with connection.cursor() as cursor:
        cursor.execute(_DROP_TIMERS, [case.pk, sorted(tokens)])
        cursor.execute(_TIMED, [case.pk])
        return known | {token for (token,) in cursor.fetchall()}


def read_items(case: Case, where: str, *values: object) -> list[WorkItem]:
    """Items of a case by a condition in SQL, the signed first in their order, then by number."""
    rows = WorkItem.objects.unscoped(OF_CASE)
    return list(rows.raw(_ITEMS.format(where), [case.pk, *values]))


def cancel(item: WorkItem, by: Actor, note: str = "") -> None:
    """Close an open item nobody has to act on any more."""
    item.state = ItemState.CANCELLED
    item.decided_at = timezone.now()
    if note:
        item.note = note[:500]
    item.save()
    telling.close(item, by.user_id)


def _seats(case: Case, host: CaseHost, token: Token) -> list[WorkItem]:
    """An unsaved item for everybody who has to sign at a user task."""
    node = token.node
    today = timezone.localdate()
    given = node.attributes
    mode = given.get("mode", Mode.ONE)
    barred: frozenset[int] = frozenset()
    if host.flow.guarded:
        barred = barring.barred(case, node.id, host.subject)
    seats = seats_of(node, case, host.who(node), today, barred)
    need = int(given.get("count") or 1) if mode == Mode.SOME else 0
    deadline = given.get("deadline", "")
    due = end_of(add_workdays(today, int(deadline))) if deadline.isdigit() else None
    items = []
    for seat in seats:
        item = WorkItem(
            case=case,
            flow=case.flow,
            token=token.id,
            step=node.id,
            title=node.title,
            mode=mode,
            need=min(need, len(seats)),
            role=seat.role,
            assignee_id=seat.user_id,
            assignee_name=seat.user_name,
            due_at=due,
        )
        item.place_at(seat.union)
        items.append(item)
    return items


def _open(case: Case, items: list[WorkItem]) -> None:
    """Keep new items and tell those who have to sign."""
    if not items:
        return
    WorkItem.objects.bulk_create(items)
    for item in items:
        telling.ask(item, case)
    telling.watch(items)


def end_of(day: date) -> datetime:
    """The last second of a day, Asia/Shanghai."""
    return timezone.make_aware(datetime.combine(day, time(23, 59, 59)))


def close_all(case: Case, by: Actor) -> None:
    """Close what is open of a case that leaves the running state."""
    rows = WorkItem.objects.unscoped(OF_CASE).filter(case=case, state=ItemState.OPEN)
    for item in rows:
        cancel(item, by)
    Timer.objects.filter(case=case).delete()
    close_todo(target_type="process.case", target_id=case.pk, by=by.user_id)


def signing(case: Case, token: int) -> list[WorkItem]:
    """The seats of a step that count, signed or open."""
    return read_items(case, "token = %s AND kind = 'sign' AND state <> 'cancelled'", token)
