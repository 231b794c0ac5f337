"""Moving running cases to another version of their diagram (流程迁移): each stays at its step."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from gonghui.kernel.access.actions import action
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.process import stepping
from gonghui.kernel.process.cases import act
from gonghui.kernel.process.definitions import compiled
from gonghui.kernel.process.engine import Compiled, Run
from gonghui.kernel.process.models import Case, Definition, DefinitionState
from gonghui.kernel.process.permissions import DESIGN_FLOWS

RULE = "办理中的流程只能迁移到当前环节仍在、且已发布的版本"


class _Idle:
    """A host that decides nothing: restoring a state asks it nothing."""

    def holds(self, condition: str, node: Any) -> bool:
        return False

    def perform(self, node: Any) -> None:
        return None

    def passed(self, node: Any) -> None:
        return None


def obstacle(case: Case, to: Definition) -> str:
    """Why a case cannot go on by another version, in Chinese; empty when it can."""
    return _fitted(case, to)[1]


def _fitted(case: Case, to: Definition) -> tuple[dict[str, Any], str]:
    """The case's state as the other version keeps it, or what stands in the way."""
    source, target = compiled(case.definition_id), compiled(to.pk)
    host = _Idle()
    before = Run.restore(source, host, case.engine).tokens()
    for token in before:
        node = target.diagram.nodes.get(token.node.id)
        if node is None:
            return {}, f"新版本没有当前环节“{token.node.title}”"
        if (node.kind, node.event, node.parent) != (
            token.node.kind,
            token.node.event,
            token.node.parent,
        ):
            return {}, f"新版本的“{token.node.title}”类型不同"
    state = {**case.engine, "w": _moved(case.engine["w"], target)}
    try:
        after = Run.restore(target, host, state).tokens()
    except (KeyError, AttributeError, ValueError):
        return {}, "新版本与已走过的路径对不上"
    if [(token.id, token.node.id) for token in after] != [
        (token.id, token.node.id) for token in before
    ]:
        return {}, "新版本与已走过的路径对不上"
    return state, ""


def _moved(trees: dict[str, list[list[Any]]], target: Compiled) -> dict[str, list[list[Any]]]:
    """The trees of a state with the steps the other diagram has; "0" is the process itself.

    A sub-process the other diagram lacks is left out with everything in it.
    """
    specs = {"0": target.spec}
    found = {"0": _kept(trees["0"], set(target.spec.task_specs))}
    waiting = dict.fromkeys(key for key in trees if key != "0")
    grown = True
    while waiting and grown:
        grown = False
        for key in list(waiting):
            inner = _inner(int(key), found, specs, target)
            if inner is not None:
                specs[key] = inner
                found[key] = _kept(trees[key], set(inner.task_specs))
                del waiting[key]
                grown = True
    return found


def _inner(
    holder: int, found: dict[str, list[list[Any]]], specs: dict[str, Any], target: Compiled
) -> Any:
    """The sub-process the kept row `holder` stands for in the other diagram, if it is one."""
    for key, rows in found.items():
        for identifier, _, name, _ in rows:
            if identifier == holder:
                return target.inner.get(getattr(specs[key].task_specs[name], "spec", ""))
    return None


def _kept(rows: list[list[Any]], names: set[str]) -> list[list[Any]]:
    """The rows whose steps the new diagram has; what hung on others hangs on their parents."""
    parents = {row[0]: row[1] for row in rows}
    gone = {row[0] for row in rows if row[2] not in names}
    kept = []
    for identifier, parent, name, state in rows:
        if identifier in gone:
            continue
        above = parent
        while above in gone:
            above = parents[above]
        kept.append([identifier, above, name, state])
    return kept


@action("cases.migrate", "迁移流程到新版本", DESIGN_FLOWS)
def _migrate(case: Case, *, by: Actor, to: Definition) -> Case:
    if not case.is_open:
        raise Conflict(f"这个流程{case.get_state_display()}，不再迁移。", code="case_over")
    if to.state != DefinitionState.PUBLISHED or to.flow != case.flow:
        raise Refusal("只能迁移到本流程已发布的版本。", rule=RULE, code="not_published")
    if not case.org_path.startswith(to.scope_path):
        raise Refusal(
            f"“{to}”不适用于{case.union.name}。", rule="版本只在适用工会及其下级使用", code="scope"
        )
    if case.definition_id == to.pk:
        raise Conflict("这个流程已经在该版本上。", code="same_version")
    state, why = _fitted(case, to)
    if why:
        raise Refusal(
            f"不能迁移：{why}。",
            rule=RULE,
            remedy="让它按原版本办完，或修改新版本后再迁移。",
            code="cannot_migrate",
        )
    before = str(case.definition)
    case.definition = to
    case.engine = state
    case.version += 1
    case.save()
    stepping.tell(
        case, "migrated", None, f"迁移到第 {to.version} 版", by=by, opinion=f"原为{before}"
    )
    return case


def migrate(case: Case, *, by: Actor, to: Definition) -> Case:
    """Let a running case go on by another published version that holds at its union."""
    return act(_migrate, case, by=by, to=to)


def migrate_each(cases: Iterable[Case], *, by: Actor, to: Definition) -> list[tuple[Case, str]]:
    """Migrate each on its own; pairs of case and what stood in the way, "" for nothing."""
    results = []
    for case in cases:
        try:
            with transaction.atomic():
                results.append((migrate(case, by=by, to=to), ""))
        except Refusal as refusal:
            results.append((case, refusal.message))
    return results
