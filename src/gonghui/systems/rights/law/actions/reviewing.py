"""Submit, review, withdraw: the same three steps for everything that is published."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actions import Action, action
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.roles import Permission
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.bus.outbox import publish as publish_event
from gonghui.kernel.notify.kinds import register_kind
from gonghui.kernel.notify.todos import close_todo, open_todo
from gonghui.systems.rights.law.models import Reviewed
from gonghui.systems.rights.law.rules import reviewing
from gonghui.systems.rights.law.rules.reviewing import Stage


@dataclass(frozen=True)
class Cycle:
    """The actions of one kind of text."""

    submit: Action
    review: Action
    withdraw: Action


def nothing(record: Any, *, by: Actor) -> None:
    """No more is asked, and nothing more is done."""


def cycle(
    prefix: str,
    title: str,
    *,
    edit: Permission,
    publish: Permission,
    check: Callable[..., None] = nothing,
    done: Callable[..., None] = nothing,
    twice: bool = False,
) -> Cycle:
    """Make the three actions.

    prefix: code of the resource. check: raises a Refusal while the text may not go further. done:
    what follows from publication, in its transaction. twice: two reviews by two people.
    """
    todo = f"{prefix}.review"
    register_kind(todo, f"审核{title}")

    def ask(record: Reviewed) -> None:
        open_todo(
            kind=todo,
            target_type=record._meta.label_lower,
            target_id=record.pk,
            title=f"审核{title}：{record}"[:120],
            link=reverse(f"resource:{prefix}:record", args=[record.pk]),
            org_path=record.org_path,
            union_id=record.union_id,
            permission=publish.code,
        )

    @action(f"{prefix}.submit", f"{title}送审", edit)
    def submit(record: Reviewed, *, by: Actor) -> Reviewed:
        """Send a draft to review."""
        reviewing.must_stand(record.stage, Stage.DRAFT)
        check(record, by=by)
        record.stage = Stage.REVIEW
        record.first_reviewer_id, record.first_reviewer_name = None, ""
        ask(record)
        return kept(record)

    @action(f"{prefix}.review", f"审核{title}", publish)
    def review(record: Reviewed, *, by: Actor, publish: bool, opinion: str = "") -> Reviewed:
        """Publish, pass on to the second review, or send back with an opinion."""
        reviewing.must_stand(record.stage, Stage.REVIEW, Stage.SECOND)
        reviewing.other_hand(record.author_id, by.user_id, record.first_reviewer_id)
        if not publish and not opinion.strip():
            raise Refusal("退回修改请写明意见。", field="opinion", code="empty")
        if publish:
            check(record, by=by)
        record.opinion = opinion.strip()[:300]
        stage = reviewing.next_stage(record.stage, publish=publish, twice=twice)
        close_todo(
            target_type=record._meta.label_lower, target_id=record.pk, kind=todo, by=by.user_id
        )
        if stage is Stage.SECOND:
            record.first_reviewer_id, record.first_reviewer_name = by.user_id, by.name[:50]
            record.stage = stage
            ask(record)
            return kept(record)
        record.stage = stage
        record.reviewer_id, record.reviewer_name = by.user_id, by.name[:50]
        if stage is Stage.PUBLISHED:
            record.published_at = timezone.now()
            kept(record)
            done(record, by=by)
            publish_event(
                f"cn.gonghui.law.{prefix}.published",
                f"{prefix}/{record.pk}",
                {"id": record.pk, "title": str(record)[:120]},
                record.org_path,
            )
            return record
        return kept(record)

    @action(f"{prefix}.withdraw", f"撤下{title}", publish)
    def withdraw(record: Reviewed, *, by: Actor, reason: str) -> Reviewed:
        """Take what was published out of sight."""
        reviewing.must_stand(record.stage, Stage.PUBLISHED)
        record.stage = Stage.WITHDRAWN
        record.opinion = reason.strip()[:300]
        return kept(record)

    return Cycle(submit, review, withdraw)


def kept(record: Any) -> Any:
    """Save with the next version number."""
    record.version += 1
    record.save()
    return record


def written_by(record: Reviewed, by: Actor) -> None:
    """Name the author; a text taken back to draft has whoever wrote last."""
    record.author_id, record.author_name = by.user_id, by.name[:50]


def open_to_edit(record: Reviewed) -> None:
    """Only drafts and what was withdrawn may be written; the next publication is reviewed anew."""
    reviewing.must_stand(record.stage, Stage.DRAFT, Stage.WITHDRAWN)
    record.stage = Stage.DRAFT
