"""Changes of settings as a list with records and steps, and the history of each."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.resource.declaration import (
    Choice,
    Column,
    Facts,
    Resource,
    Section,
    Sort,
    Step,
    Under,
)
from gonghui.kernel.resource.forms import ActionForm
from gonghui.kernel.ui import components as ui
from gonghui.systems.foundation.config import permissions, rules
from gonghui.systems.foundation.config.actions import changes as actions
from gonghui.systems.foundation.config.models import Change, Origin, State

TONES = {
    State.WAITING: "wait",
    State.SCHEDULED: "info",
    State.GRAY: "info",
    State.APPLIED: "good",
    State.REJECTED: "stop",
    State.WITHDRAWN: "idle",
    State.FAILED: "stop",
}


class OpinionForm(ActionForm):
    reason = forms.CharField(label="意见", max_length=200, required=False)


class ReasonForm(ActionForm):
    reason = forms.CharField(label="理由", min_length=rules.MIN_REASON, max_length=200)


def _takes(verb: str) -> Any:
    return lambda change, actor: change.state in rules.ALLOWED[verb]


def _second(verb: str) -> Any:
    return lambda change, actor: (
        change.state in rules.ALLOWED[verb] and change.proposed_by_id != actor.user_id
    )


def _trial(change: Change, actor: Actor) -> dict[str, Any] | None:
    """The unions that try the change first, and how it stands there."""
    if not change.gray:
        return None
    written = {row.union_id: row for row in change.applied.order_by("id")}
    words = {
        State.WAITING: "还没有开始",
        State.SCHEDULED: "还没有开始",
        State.GRAY: "试行中",
        State.APPLIED: "已随全部生效",
        State.WITHDRAWN: "已恢复继承",
    }
    rows = [
        (
            union.name,
            words.get(State(change.state), "没有试行"),
            timezone.localtime(written[union.pk].at) if union.pk in written else None,
        )
        for union in actions.trying(change)
    ]
    return {"rows": rows}


def _when(change: Change) -> str:
    if change.effective_at is None:
        return "批准后立即" if change.dangerous else "立即"
    return timezone.localtime(change.effective_at).strftime("%Y-%m-%d %H:%M")


CHANGES = Resource(
    code="setting-changes",
    title="配置变更",
    unit="项",
    model=Change,
    view=permissions.VIEW_SETTINGS,
    columns=(
        Column("title", "配置项", kind="title"),
        Column("state", "状态", kind="state", choices=State, tones=TONES),
        Column("union__name", "工会"),
        Column("before", "原来的取值"),
        Column("words", "新的取值"),
        Column("proposed_by_name", "提出人"),
        Column("decided_by_name", "批准人"),
        Column("proposed_at", "提出时间", kind="datetime"),
        Column("reason", "修改原因", shown=False),
        Column("origin", "来由", choices=Origin, shown=False),
    ),
    filters=(
        Choice("state", "状态", choices=State),
        Choice("origin", "来由", choices=Origin),
        Under(),
    ),
    sorts=(Sort("id", "提出先后"),),
    search=lambda rows, text, scope: rows.filter(title__contains=text),
    search_hint="配置项名称",
    related=("union",),
    facts=(
        Facts(
            "变更",
            (
                ("配置项", "title"),
                ("工会", "union"),
                ("原来的取值", "before"),
                ("新的取值", "words"),
                ("修改原因", "reason"),
                ("来由", "origin"),
                ("生效时间", _when),
                ("提出人", "proposed_by_name"),
                ("提出时间", "proposed_at"),
                ("需要第二人批准", "dangerous"),
                ("批准人", "decided_by_name"),
                ("批准时间", "decided_at"),
                ("办理意见", "opinion"),
                ("办结时间", "ended_at"),
            ),
        ),
    ),
    sections=(Section("试行工会", "configuration/trial.html", _trial),),
    timeline=lambda change, actor: _events(change),
    steps=(
        Step(
            actions.approve,
            "approve",
            "批准变更",
            form=OpinionForm,
            shown=_second("approve"),
            help="批准后按生效时间起作用，几秒内到达所有节点。提出和批准不能是同一人。",
            tone="primary",
            done="已批准。",
        ),
        Step(
            actions.reject,
            "reject",
            "驳回变更",
            form=ReasonForm,
            shown=_second("reject"),
            tone="danger",
            done="已驳回，取值没有改变。",
        ),
        Step(
            actions.widen,
            "widen",
            "扩大到全部",
            form=OpinionForm,
            shown=_takes("widen"),
            help="取值在整个工会生效，试行的工会改为继承它。",
            tone="primary",
            done="已扩大到全部。",
        ),
        Step(
            actions.withdraw,
            "withdraw",
            "撤回变更",
            form=ReasonForm,
            shown=_takes("withdraw"),
            help="还没有生效的不再生效；正在试行的，试行工会恢复继承。",
            tone="danger",
            done="已撤回。",
        ),
    ),
    export=permissions.EXPORT_CHANGES,
    empty="还没有配置变更。在“配置管理”里修改一项，它的经过会记在这里。",
)


def _events(change: Change) -> list[ui.Event]:
    """What happened to a change, with both administrators' names; the audit itself is not read."""
    found = [ui.Event(change.proposed_at, "提出", change.proposed_by_name, change.reason)]
    if change.decided_at:
        what = "驳回" if change.state == State.REJECTED else "批准"
        found.append(ui.Event(change.decided_at, what, change.decided_by_name, change.opinion))
    found += [
        ui.Event(row.at, f"{row.union.name}：{_moved(row)}", row.by_name, kind="good")
        for row in change.applied.select_related("union").order_by("id")
    ]
    if change.ended_at and change.state in {State.WITHDRAWN, State.FAILED}:
        found.append(
            ui.Event(
                change.ended_at, State(change.state).label, change.ended_by_name, change.opinion
            )
        )
    return list(reversed(found))


def _moved(row: Any) -> str:
    return "取值生效" if row.has_own else "恢复继承"
