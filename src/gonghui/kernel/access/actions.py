"""Actions (办理动作): the only writers.

An action is a function whose first argument is its subject: the record it changes, or the
union under which it creates one. Calling it opens one transaction, locks the subject, checks
the actor's permission at the subject's place, runs, and writes one audit entry with what
changed. Events go to the outbox from inside the function, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import wraps
from hashlib import sha256
from typing import Any

from django.db import models, transaction

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.roles import Permission
from gonghui.kernel.audit.entries import record
from gonghui.kernel.base.errors import Conflict, Forbidden, Missing
from gonghui.kernel.base.masking import mask_name
from gonghui.kernel.identity import stepup
from gonghui.kernel.org.models import Union
from gonghui.kernel.org.scoping import ScopedQuerySet, raise_wall

SEALED = "（已加密）"
LOCKING = "the subject of an action is locked first and its place checked next"


@dataclass
class Running:
    """The action under way: what else it touched, for its audit entry."""

    code: str
    actor: Actor
    reason: str = ""
    changes: dict[str, Any] = field(default_factory=dict)


_running: ContextVar[Running | None] = ContextVar("running_action", default=None)


@dataclass(frozen=True)
class Action:
    """What the registry, the steps of a resource and the tests know of an action."""

    code: str
    title: str
    permission: Permission
    function: Callable[..., Any]
    creates: bool
    place: Callable[[Any], str]
    step_up: bool = False

    def __call__(self, subject: Any, *args: Any, by: Actor, **kwargs: Any) -> Any:
        return self.function(subject, *args, by=by, **kwargs)


ACTIONS: dict[str, Action] = {}
"""Every action of this installation, by code."""


def place_of(subject: Any) -> str:
    """Where a record lies in the tree."""
    return getattr(subject, "org_path", "") or ""


def action(
    code: str,
    title: str,
    permission: Permission,
    *,
    creates: bool = False,
    place: Callable[[Any], str] = place_of,
    step_up: bool = False,
) -> Callable[[Callable[..., Any]], Action]:
    """Make a function an action.

    The function takes (subject, *, by: Actor, ...) and returns what it made or changed.
    creates: the subject is the union (or None, for a first record) under which something new
    is made, so only its place is checked. A keyword `reason` is kept in the audit entry; a
    keyword `version` (the version the user saw) is compared with the locked subject's.
    place: where the permission must hold, for a subject two unions share. step_up: a person must
    have proved who they are within the minutes a setting says, else StepUp.
    """

    def decorate(function: Callable[..., Any]) -> Action:
        @wraps(function)
        def run(subject: Any, *args: Any, by: Actor, **kwargs: Any) -> Any:
            expected = kwargs.pop("version", None)
            with transaction.atomic():
                if _running.get() is None:
                    raise_wall(by.wall())
                subject = _lock(subject, by) if not creates else _lock_place(subject)
                by.require(permission, place(subject), person_of(subject))
                if step_up:
                    stepup.require(by)
                if expected is not None and getattr(subject, "version", expected) != expected:
                    raise Conflict(
                        "这条记录在打开之后已被他人修改。",
                        remedy="请核对最新内容后再办理，填写的内容已保留。",
                        code="stale",
                    )
                before = {} if creates else snapshot(subject)
                running = Running(code, by, reason=kwargs.get("reason", "") or "")
                token = _running.set(running)
                try:
                    result = function(subject, *args, by=by, **kwargs)
                finally:
                    _running.reset(token)
                target = result if isinstance(result, models.Model) else subject
                after = snapshot(target)
                if target is not subject and not creates:
                    before = {}
                changes = difference(target, before, after) if target is not None else {}
                record(
                    action=code,
                    action_name=title,
                    actor=by,
                    target_type=target._meta.label_lower if target is not None else "",
                    target_id=target.pk if target is not None else None,
                    target_label=label_of(target),
                    org_path=place_of(target),
                    changes={**changes, **running.changes},
                    reason=running.reason,
                )
            return result

        found = Action(code, title, permission, run, creates, place, step_up)
        if code in ACTIONS:
            raise ValueError(f"action {code} is declared twice")
        ACTIONS[code] = found
        return found

    return decorate


def note(**changes: Any) -> None:
    """Add facts to the audit entry of the action under way; personal data masked by the caller."""
    running = _running.get()
    if running is None:
        raise RuntimeError("note() is called inside an action")
    running.changes.update(changes)


def under_way() -> bool:
    """Whether an action is running in this context."""
    return _running.get() is not None


def person_of(subject: Any) -> int | None:
    field_name = getattr(type(subject), "scope_person", None)
    if field_name is None or subject is None:
        return None
    return subject.pk if field_name in {"id", "pk"} else getattr(subject, field_name, None)


def _lock(subject: models.Model, by: Actor) -> models.Model:
    rows: Any = type(subject)._default_manager.all()
    if isinstance(rows, ScopedQuerySet):
        rows = rows.unscoped(LOCKING)
    found = rows.select_for_update(of=("self",)).filter(pk=subject.pk).first()
    if found is None:
        raise Forbidden(
            "没有办理这条记录的权限，或者它已不存在。",
            remedy="请确认是否已切换到正确的岗位。",
            code="forbidden",
        )
    return found


def _lock_place(subject: Any) -> Any:
    if not isinstance(subject, Union):
        return subject
    rows = Union.objects.unscoped(LOCKING).filter(pk=subject.pk)
    found = rows.select_for_update(no_key=True).first()
    if found is None:
        raise Missing("该工会不存在。")
    return found


def label_of(target: Any) -> str:
    """How the audit names a record; a model that shows a person gives a masked audit_label."""
    if target is None:
        return ""
    return str(getattr(target, "audit_label", None) or target)[:200]


def snapshot(subject: Any) -> dict[str, Any]:
    """The stored values of a record by field, sealed ones as digests only."""
    if not isinstance(subject, models.Model):
        return {}
    found = {}
    for column in subject._meta.concrete_fields:
        value = getattr(subject, column.attname)
        found[column.attname] = bytes(value) if isinstance(value, memoryview) else value
    return found


def difference(
    target: models.Model, before: dict[str, Any], after: dict[str, Any]
) -> dict[str, Any]:
    """What changed, by field: label, before, after; sealed and masked fields never in plain.

    Of what a model names in `audit_digested`, long texts kept elsewhere, only `digest_of` is said.
    """
    masked = getattr(target, "audit_masked", ())
    digested = getattr(target, "audit_digested", ())
    changes = {}
    for column in target._meta.concrete_fields:
        name = column.attname
        old, new = before.get(name), after.get(name)
        if old == new or (name == "id" and not before) or (not before and new in (None, "")):
            continue
        hidden = isinstance(column, models.BinaryField)
        if name in masked:
            old, new = mask_name(old or ""), mask_name(new or "")
        if isinstance(column, models.BinaryField) and name.endswith("_index"):
            continue
        if name in digested:
            old, new = digest_of(old), digest_of(new)
        if column.choices:
            # Who reads the audit later has the words, whatever becomes of the codes.
            words = dict(column.flatchoices)
            old, new = words.get(old, old), words.get(new, new)
        changes[name] = {
            "label": str(column.verbose_name),
            "before": SEALED if hidden and old else plain(old),
            "after": SEALED if hidden and new else plain(new),
        }
    return changes


def digest_of(text: str | None) -> str:
    """SHA-256 and size in bytes of a text as UTF-8; empty for none."""
    if not text:
        return ""
    raw = text.encode()
    return f"SHA-256 {sha256(raw).hexdigest()}，{len(raw)} 字节"


def plain(value: Any) -> Any:
    """A value as JSON can hold it."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return SEALED
    return value
