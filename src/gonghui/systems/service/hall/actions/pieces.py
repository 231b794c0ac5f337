"""Content of a place's hall: written by a handler, published by another, taken down."""

from __future__ import annotations

from datetime import date

from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actions import action
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.bus.outbox import publish as announce
from gonghui.kernel.notify.kinds import register_kind
from gonghui.kernel.notify.todos import close_todo, open_todo
from gonghui.kernel.org.models import Union
from gonghui.systems.service.hall.models import Piece
from gonghui.systems.service.hall.models.places import PieceState
from gonghui.systems.service.hall.permissions import DRAFT_PIECE, PUBLISH_PIECE
from gonghui.systems.service.hall.queries.places import KINDS
from gonghui.systems.service.hall.rules import pieces as rules

TARGET = "hall.piece"
PUBLISH = register_kind("hall-piece.publish", "发布大厅内容").code


@action("hall-pieces.draft", "编写大厅内容", DRAFT_PIECE, creates=True)
def draft(
    union: Union,
    *,
    by: Actor,
    kind: str,
    title: str,
    starts_on: date,
    ends_on: date,
    text: str = "",
    link: str = "",
    rank: int = 50,
) -> Piece:
    """A draft for the hall of a province, city, industry or county; others have none."""
    if union.kind not in KINDS:
        raise Refusal(
            "服务大厅按省、市、县设置，这家工会没有自己的大厅。",
            remedy="请由县级以上工会发布。",
            field="union",
            code="place",
        )
    rules.check_period(starts_on, ends_on)
    rules.check_link(link)
    piece = Piece(
        kind=kind,
        title=title.strip(),
        text=text.strip(),
        link=link.strip(),
        rank=rank,
        starts_on=starts_on,
        ends_on=ends_on,
        drafted_by_id=by.user_id,
        drafted_by=by.name,
        drafted_at=timezone.now(),
    )
    piece.place_at(union)
    piece.save()
    open_todo(
        kind=PUBLISH,
        target_type=TARGET,
        target_id=piece.pk,
        title=f"发布大厅内容：{piece.title}",
        link=reverse("resource:hall-pieces:record", args=[piece.pk]),
        org_path=piece.org_path,
        union_id=piece.union_id,
        permission=PUBLISH_PIECE.code,
    )
    return piece


@action("hall-pieces.edit", "修改大厅内容", DRAFT_PIECE)
def edit(
    piece: Piece,
    *,
    by: Actor,
    title: str,
    starts_on: date,
    ends_on: date,
    text: str = "",
    link: str = "",
    rank: int = 50,
) -> Piece:
    """Other words of a draft."""
    rules.check_state("edit", piece.state)
    rules.check_period(starts_on, ends_on)
    rules.check_link(link)
    piece.title, piece.text, piece.link, piece.rank = title.strip(), text.strip(), link, rank
    piece.starts_on, piece.ends_on = starts_on, ends_on
    piece.drafted_by_id, piece.drafted_by = by.user_id, by.name
    piece.version += 1
    piece.save()
    return piece


@action("hall-pieces.publish", "发布大厅内容", PUBLISH_PIECE)
def publish(piece: Piece, *, by: Actor) -> Piece:
    """Show it in this hall and those below, from its first day."""
    rules.check_state("publish", piece.state)
    rules.check_publisher(piece.drafted_by_id, by.user_id)
    piece.state = PieceState.PUBLISHED
    piece.published_by, piece.published_at = by.name, timezone.now()
    piece.version += 1
    piece.save()
    close_todo(target_type=TARGET, target_id=piece.pk, by=by.user_id)
    announce("cn.gonghui.hall.published", f"{TARGET}/{piece.pk}", {}, piece.org_path)
    return piece


@action("hall-pieces.withdraw", "撤下大厅内容", PUBLISH_PIECE)
def withdraw(piece: Piece, *, by: Actor, reason: str) -> Piece:
    """Take it down at once."""
    rules.check_state("withdraw", piece.state)
    piece.state = PieceState.WITHDRAWN
    piece.ended_reason = reason.strip()
    piece.version += 1
    piece.save()
    return piece
