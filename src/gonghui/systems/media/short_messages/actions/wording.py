"""Signatures, templates and words: written by one person, looked at by another."""

from __future__ import annotations

from typing import TypeVar

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actions import action
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.notify import todos
from gonghui.kernel.org.models import Union
from gonghui.systems.media.short_messages.actions import kinds
from gonghui.systems.media.short_messages.models import Keyword, Signature, TextTemplate
from gonghui.systems.media.short_messages.models.wording import Approval, Judged
from gonghui.systems.media.short_messages.permissions import (
    APPROVE_WORDING,
    EDIT_BLACKLIST,
    EDIT_WORDING,
)
from gonghui.systems.media.short_messages.queries.wording import words_in
from gonghui.systems.media.short_messages.rules import filtering, wording

T = TypeVar("T", bound=Judged)
TWO = "短信模板、签名和群发由编写人以外的人审核"


@action("short-signatures.make", "申请短信签名", EDIT_WORDING, creates=True)
def make_signature(union: Union, *, by: Actor, text: str, ground: str = "") -> Signature:
    """Ask for a signature of a union."""
    made = Signature(text=wording.check_signature(text), ground=ground.strip())
    made.place_at(union)
    _save(made, f"签名“{made.text}”已经登记。", "text")
    return _ask(made, by, kinds.SIGNATURE, "short-signatures", f"短信签名【{made.text}】待审核")


@action("short-templates.make", "编写短信模板", EDIT_WORDING, creates=True)
def make_template(union: Union, *, by: Actor, name: str, category: str, body: str) -> TextTemplate:
    """Write a template and hand it in."""
    made = TextTemplate(name=name.strip(), category=category, body=_checked(union, body))
    made.place_at(union)
    _save(made, f"模板“{made.name}”已经有了。", "name")
    return _ask(made, by, kinds.TEMPLATE, "short-templates", f"短信模板“{made.name}”待审核")


@action("short-templates.edit", "修改短信模板", EDIT_WORDING)
def edit_template(template: TextTemplate, *, by: Actor, body: str, category: str) -> TextTemplate:
    """Change a template; it is looked at again before it is used again."""
    _not_ended(template)
    template.body, template.category = _checked(template.union, body), category
    template.version += 1
    return _ask(template, by, kinds.TEMPLATE, "short-templates", f"短信模板“{template.name}”待审核")


@action("short-templates.decide", "审核短信模板", APPROVE_WORDING)
def decide_template(
    template: TextTemplate, *, by: Actor, grant: bool, opinion: str = ""
) -> TextTemplate:
    """Let a template be used, or give it back with words."""
    return _decide(template, by, grant, opinion, kinds.TEMPLATE)


@action("short-signatures.decide", "审核短信签名", APPROVE_WORDING)
def decide_signature(
    signature: Signature, *, by: Actor, grant: bool, opinion: str = ""
) -> Signature:
    """Let a signature be used, or give it back with words."""
    return _decide(signature, by, grant, opinion, kinds.SIGNATURE)


@action("short-templates.end", "停用短信模板", EDIT_WORDING)
def end_template(template: TextTemplate, *, by: Actor) -> TextTemplate:
    """Not offered any more."""
    return _end(template, by, kinds.TEMPLATE)


@action("short-signatures.end", "停用短信签名", EDIT_WORDING)
def end_signature(signature: Signature, *, by: Actor) -> Signature:
    """Not offered any more."""
    return _end(signature, by, kinds.SIGNATURE)


def _checked(union: Union, body: str) -> str:
    body = wording.check_body(body)
    if stopped := filtering.stopped(words_in(union, body)):
        names = "、".join(hit.word for hit in stopped)
        raise Refusal(
            f"内容含有禁止发送的词：{names}。",
            rule="短信关键词管理",
            remedy="请改写后再提交。",
            field="body",
            code="keyword",
        )
    return body


def _save(made: Judged, twice: str, field: str) -> None:
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError as error:
        raise Conflict(twice, field=field, code="twice") from error


def _ask(row: T, by: Actor, kind: str, resource: str, title: str) -> T:
    row.state = Approval.PENDING
    row.asked_by_id, row.asked_by, row.asked_at = by.user_id, by.name, timezone.now()
    row.decided_by, row.decided_at, row.opinion = "", None, ""
    row.save()
    todos.open_todo(
        kind=kind,
        target_type=row._meta.label_lower,
        target_id=row.pk,
        title=title,
        link=reverse(f"resource:{resource}:record", args=[row.pk]),
        org_path=row.org_path,
        union_id=row.union_id,
        permission=APPROVE_WORDING.code,
    )
    return row


def _decide(row: T, by: Actor, grant: bool, opinion: str, kind: str) -> T:
    if row.state != Approval.PENDING:
        raise Conflict("已经审核过，或已停用。", code="decided")
    if by.user_id is not None and by.user_id == row.asked_by_id:
        raise Refusal(
            "不能审核自己提交的内容。", rule=TWO, remedy="请本单位另一位审批人审核。", code="own"
        )
    if not grant and not opinion.strip():
        raise Refusal("不通过须写明原因。", field="opinion", code="opinion")
    row.state = Approval.APPROVED if grant else Approval.REFUSED
    row.decided_by, row.decided_at = by.name, timezone.now()
    row.opinion = opinion.strip()
    row.version += 1
    row.save()
    todos.close_todo(target_type=row._meta.label_lower, target_id=row.pk, kind=kind, by=by.user_id)
    return row


def _end(row: T, by: Actor, kind: str) -> T:
    _not_ended(row)
    row.state = Approval.ENDED
    row.version += 1
    row.save()
    todos.close_todo(target_type=row._meta.label_lower, target_id=row.pk, kind=kind, by=by.user_id)
    return row


def _not_ended(row: Judged) -> None:
    if row.state == Approval.ENDED:
        raise Conflict("已经停用。", code="ended")


@action("short-keywords.add", "登记短信关键词", EDIT_BLACKLIST, creates=True)
def add_word(union: Union, *, by: Actor, text: str, action: str, variants: str = "") -> Keyword:
    """A word for a union and all below. variants: one a line."""
    word = text.strip()
    if not filtering.plain(word):
        raise Refusal("请写一个词。", field="text", code="empty")
    made = Keyword(
        text=word,
        action=action,
        forms=[line.strip() for line in variants.splitlines() if filtering.plain(line)],
        added_by=by.name,
        added_at=timezone.now(),
    )
    made.place_at(union)
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError as error:
        raise Conflict(f"“{word}”已经登记。", field="text", code="twice") from error
    return made


@action("short-keywords.end", "停用短信关键词", EDIT_BLACKLIST)
def end_word(word: Keyword, *, by: Actor, reason: str) -> Keyword:
    """The word may stand in messages again."""
    if word.ended_at is not None:
        raise Conflict("这个词已经停用。", code="ended")
    word.ended_at = timezone.now()
    word.version += 1
    word.save()
    return word
