"""Changes of settings: proposed, agreed to, started, widened, taken back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.bus.outbox import publish
from gonghui.kernel.config import writing
from gonghui.kernel.config.declaring import LEVEL_TITLES, SECRET_WORDS, Setting
from gonghui.kernel.config.memory import UNSET, Sealed
from gonghui.kernel.notify import messages
from gonghui.kernel.notify.channels import Recipient
from gonghui.kernel.notify.templates import Category, Template
from gonghui.kernel.notify.todos import close_todo, open_todo
from gonghui.kernel.org.models import Union
from gonghui.systems.foundation.config import queries, rules
from gonghui.systems.foundation.config.models import Applied, Change, Origin, State
from gonghui.systems.foundation.config.permissions import APPROVE_SETTINGS, EDIT_SETTINGS

TARGET = "configuration.change"
DECIDED = Template(
    "configuration.decided",
    "配置变更{what}：{title}",
    "{union}的配置项“{title}”：{words}。{text}",
    Category("configuration", "配置变更"),
    "{link}",
)


@dataclass(frozen=True)
class Wanted:
    """What somebody wants of a setting at a union.

    value: a checked Python value, Sealed, or UNSET to go back to what is inherited. expected: id
    of the last Applied the person saw there (0: none), None where nobody looked. gray: unions that
    try it first.
    """

    setting: Setting
    value: Any
    effective_at: datetime | None = None
    gray: tuple[Union, ...] = ()
    origin: str = Origin.EDIT
    expected: int | None = None

    @property
    def stored(self) -> Any:
        """The value as it is stored: JSON, Sealed or UNSET."""
        if self.value is UNSET or isinstance(self.value, Sealed):
            return self.value
        value = self.setting.checked(self.value)
        return Sealed.of(value) if self.setting.secret else self.setting.encode(value)


@action("settings.propose", "修改配置", EDIT_SETTINGS, creates=True)
def propose(union: Union, *, by: Actor, wanted: Wanted, reason: str) -> Change:
    """Ask for a change: in force at once, at its time, or when a second administrator agrees."""
    now, setting = timezone.now(), wanted.setting
    rules.check_reason(reason)
    rules.check_time(wanted.effective_at, now)
    _check_level(setting, union, wanted)
    # One writer at a time: what is compared below holds until this change is recorded.
    writing.lock()
    before = writing.stored(setting.code, queries.key_of(union))
    _check_free(setting, union, wanted)
    stored = wanted.stored
    if _same(stored, before) and not wanted.gray:
        raise Refusal(
            f"“{setting.title}”的取值没有变化。",
            remedy="填写与现在不同的取值，或返回。",
            field="value",
            code="unchanged",
        )
    for place in wanted.gray or (union,):
        _check_quota(setting, place, stored)
    change = Change(
        setting=setting.code,
        title=setting.title,
        clears=stored is UNSET,
        value=None if stored is UNSET or isinstance(stored, Sealed) else stored,
        sealed=stored.blob if isinstance(stored, Sealed) else None,
        words=_short(queries.words_of(setting, stored)),
        before=_short(queries.words_of(setting, before)),
        origin=wanted.origin,
        reason=reason.strip(),
        state=rules.first_state(setting.dangerous, wanted.effective_at, bool(wanted.gray), now),
        dangerous=setting.dangerous,
        gray=[place.pk for place in wanted.gray],
        effective_at=wanted.effective_at,
        proposed_at=now,
        proposed_by_id=by.user_id,
        proposed_by_name=by.name,
    )
    change.place_at(union)
    change.save()
    if change.state == rules.WAITING:
        _ask_second(change, by)
    else:
        _enter(change, by, now)
    return change


@action("settings.approve", "批准配置变更", APPROVE_SETTINGS, step_up=True)
def approve(change: Change, *, by: Actor, reason: str = "") -> None:
    """Agree to a change somebody else proposed; it takes effect now or at its time."""
    _check(change, "approve")
    rules.check_second(change.proposed_by_id, by.user_id)
    now = timezone.now()
    setting = queries.declared(change.setting)
    if not change.clears and change.sealed is None:
        setting.checked(setting.decode(change.value))
    _check_unmoved(change, setting)
    change.state = rules.agreed_state(change.effective_at, bool(change.gray), now)
    _decide(change, by, now, reason)
    _enter(change, by, now)
    _tell(change, "已批准", f"{by.name}已批准。{reason}")


@action("settings.reject", "驳回配置变更", APPROVE_SETTINGS)
def reject(change: Change, *, by: Actor, reason: str) -> None:
    """Refuse a change; the value stays as it is."""
    _check(change, "reject")
    rules.check_second(change.proposed_by_id, by.user_id)
    rules.check_reason(reason)
    now = timezone.now()
    change.state = State.REJECTED
    change.ended_at, change.ended_by_name = now, by.name
    _decide(change, by, now, reason)
    _tell(change, "被驳回", f"{by.name}：{reason}")


@action("settings.withdraw", "撤回配置变更", EDIT_SETTINGS)
def withdraw(change: Change, *, by: Actor, reason: str) -> None:
    """Take a change back before it holds everywhere; unions that tried it inherit again."""
    _check(change, "withdraw")
    rules.check_reason(reason)
    now = timezone.now()
    if change.state == rules.GRAY:
        writing.lock()
        for union in trying(change):
            _write(change, union, UNSET, by, now)
    change.state, change.opinion = State.WITHDRAWN, _short(reason)
    _end(change, by, now)
    close_todo(target_type=TARGET, target_id=change.pk, by=by.user_id)


@action("settings.start", "配置到时生效", EDIT_SETTINGS)
def start(change: Change, *, by: Actor) -> None:
    """Bring a change into force whose time has come."""
    _check(change, "start")
    now = timezone.now()
    if change.effective_at is not None and change.effective_at > now:
        raise Conflict("还没有到生效时间。", code="early")
    if not change.clears and change.sealed is None:
        setting = queries.declared(change.setting)
        setting.checked(setting.decode(change.value))
    change.state = rules.agreed_state(None, bool(change.gray), now)
    _enter(change, by, now)
    _tell(change, "已到时生效", "")


@action("settings.fail", "配置未能生效", EDIT_SETTINGS)
def fail(change: Change, *, by: Actor, reason: str) -> None:
    """Give up a change whose time has come but which the rules no longer allow."""
    _check(change, "fail")
    change.state, change.opinion = State.FAILED, _short(reason)
    _end(change, by, timezone.now())
    _tell(change, "未能生效", reason)


@action("settings.widen", "扩大到全部", EDIT_SETTINGS)
def widen(change: Change, *, by: Actor, reason: str = "") -> None:
    """Let a change that was tried hold for the whole union; who tried it inherits it."""
    _check(change, "widen")
    _check_unmoved(change, queries.declared(change.setting))
    now = timezone.now()
    writing.lock()
    for union in trying(change):
        _write(change, union, UNSET, by, now)
    _write(change, change.union, change.stored, by, now)
    change.state = State.APPLIED
    change.opinion = _short(reason) or change.opinion
    _end(change, by, now)


def trying(change: Change) -> list[Union]:
    """The unions that try a change first."""
    rows = Union.objects.unscoped("the unions named in a change whose place was checked")
    return list(rows.filter(pk__in=change.gray).order_by("path"))


def _enter(change: Change, by: Actor, now: datetime) -> None:
    """Write what the new state of a change means into the values."""
    if change.state in {rules.GRAY, rules.APPLIED}:
        writing.lock()
        for union in trying(change) if change.state == rules.GRAY else [change.union]:
            _write(change, union, change.stored, by, now)
    if change.state == rules.APPLIED:
        change.ended_at, change.ended_by_name = now, by.name
    _save(change)


def _write(change: Change, union: Union, stored: Any, by: Actor, now: datetime) -> None:
    """Store a value at a union, keep the history, tell the bus."""
    setting = queries.declared(change.setting)
    before = writing.stored(setting.code, queries.key_of(union))
    number = writing.store(setting, queries.key_of(union), stored)
    sealed_before = before.blob if isinstance(before, Sealed) else None
    sealed_after = stored.blob if isinstance(stored, Sealed) else None
    Applied.objects.create(
        change=change,
        setting=setting.code,
        union=union,
        at=now,
        had_own=before is not UNSET,
        before=None if before is UNSET or sealed_before else before,
        before_sealed=sealed_before,
        has_own=stored is not UNSET,
        after=None if stored is UNSET or sealed_after else stored,
        after_sealed=sealed_after,
        number=number,
        by_name=by.name,
    )
    publish(
        "cn.gonghui.config.changed",
        setting.code,
        {"setting": setting.code, "union": union.pk, "number": number},
        union.path,
    )
    note(
        **{
            f"value_{union.pk}": {
                "label": f"{setting.title}（{union.name}）",
                "before": queries.words_of(setting, before),
                "after": queries.words_of(setting, stored),
            }
        }
    )


def _check(change: Change, verb: str) -> None:
    rules.check_state(verb, change.state, State(change.state).label)


def _check_level(setting: Setting, union: Union, wanted: Wanted) -> None:
    for place in wanted.gray or (union,):
        level = queries.level_of(place)
        if level not in setting.levels:
            levels = "、".join(LEVEL_TITLES[item] for item in setting.levels)
            raise Refusal(
                f"“{setting.title}”不能在“{place.name}”设置。",
                rule=rules.SCOPE,
                remedy=f"它只在这些层级设置：{levels}。",
                field="gray" if wanted.gray else "",
                code="level",
            )
        if place is not union and not place.path.startswith(union.path):
            raise Refusal(f"“{place.name}”不在“{union.name}”之下，不能试行。", field="gray")
    if wanted.gray and wanted.value is UNSET:
        raise Refusal("恢复继承不能先试行。", remedy="直接恢复，或者给出取值再试行。", field="gray")
    if wanted.gray and queries.level_of(union) not in setting.levels:
        raise Refusal(f"“{setting.title}”不能在“{union.name}”设置。", rule=rules.SCOPE)


def _check_free(setting: Setting, union: Union, wanted: Wanted) -> None:
    """Refuse while another change stands there, or after one the person has not seen."""
    for place in {union.pk: union, **{item.pk: item for item in wanted.gray}}.values():
        other = queries.open_change(setting.code, place)
        if other is not None:
            raise Conflict(
                f"“{setting.title}”在“{place.name}”已有一项{State(other.state).label}的变更，"
                f"由{other.proposed_by_name}提出（改为{other.words}）。",
                remedy="请先办结或撤回那一项，再提出新的变更。",
                code="open_change",
            )
    for place in wanted.gray:
        if writing.stored(setting.code, queries.key_of(place)) is not UNSET:
            raise Refusal(
                f"“{place.name}”已有自己的取值，不能作为试行单位。",
                remedy="先让它恢复继承，或者不选它。",
                field="gray",
            )
    last = queries.last_applied(setting.code, union)
    if wanted.expected is not None and wanted.expected != (last.pk if last else 0):
        who = last.by_name if last else "他人"
        now = queries.words_of(setting, last.stored_after if last else UNSET)
        raise Conflict(
            f"在打开之后，{who}已把“{setting.title}”改为{now}。",
            remedy="请看清现在的取值；确实要改，再提交一次。",
            code="stale",
        )


def _check_unmoved(change: Change, setting: Setting) -> None:
    """Refuse when the own value is no longer the one the proposal was made against."""
    now = queries.words_of(setting, writing.stored(setting.code, queries.key_of(change.union)))
    if _short(now) != change.before:
        raise Conflict(
            f"提出之后，“{setting.title}”已从{change.before}变成{now}。",
            remedy="请驳回或撤回这一项，核对后重新提出。",
            code="stale",
        )


def _check_quota(setting: Setting, union: Union, stored: Any) -> None:
    if stored is UNSET or queries.key_of(union) is None:
        return
    own = {**queries.own_values(union), setting.code: stored}
    if setting.code in queries.own_values(union) and len(own) <= 1:
        return
    size = sum(len(_text(value)) for value in own.values())
    queries.quota_of(union).check(len(own), size)


def _text(stored: Any) -> str:
    return SECRET_WORDS if isinstance(stored, Sealed) else json.dumps(stored, ensure_ascii=False)


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, Sealed) and isinstance(other, Sealed):
        return one.open() == other.open()
    return type(one) is type(other) and one == other


def _ask_second(change: Change, by: Actor) -> None:
    where = queries.second_administrator_at(change.union, by.user_id, timezone.localdate())
    if where is None:
        raise Refusal(
            f"“{change.title}”是重要配置，需要另一名管理员批准，但本级和上级都没有第二名管理员。",
            rule=rules.SECOND,
            remedy="请先在本工会或上级工会任命一名安全管理员或另一名系统管理员。",
            code="no_second",
        )
    open_todo(
        kind="settings.approve",
        target_type=TARGET,
        target_id=change.pk,
        title=f"批准配置变更：{change.title}（{change.union.name}）",
        link=_link(change),
        org_path=change.org_path,
        union_id=where,
        permission=APPROVE_SETTINGS.code,
    )


def _decide(change: Change, by: Actor, now: datetime, opinion: str) -> None:
    change.decided_at, change.decided_by_id, change.decided_by_name = now, by.user_id, by.name
    change.opinion = _short(opinion)
    _save(change)
    close_todo(target_type=TARGET, target_id=change.pk, by=by.user_id)


def _end(change: Change, by: Actor, now: datetime) -> None:
    change.ended_at, change.ended_by_name = now, by.name
    _save(change)


def _save(change: Change) -> None:
    change.version += 1
    change.save()


def _tell(change: Change, what: str, text: str) -> None:
    if change.proposed_by_id is None:
        return
    context = {
        "what": what,
        "title": change.title,
        "union": change.union.name,
        "words": change.words,
        "text": text,
        "link": _link(change),
    }
    to = Recipient(user_id=change.proposed_by_id)
    messages.send([to], DECIDED, context, key=f"settings-{change.pk}-{change.state}")


def _link(change: Change) -> str:
    return reverse("resource:setting-changes:record", args=[change.pk])


def _short(text: str) -> str:
    return text if len(text) <= 200 else text[:199] + "…"
