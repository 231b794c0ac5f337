"""Ending a person's sessions here, and with them what they are signed in to elsewhere."""

from __future__ import annotations

from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.identity import sessions
from gonghui.kernel.identity.models import User
from gonghui.systems.portal.sign_on.actions.ending import end_sign_ons
from gonghui.systems.portal.sign_on.permissions import END_SIGN_ONS
from gonghui.systems.portal.sign_on.queries.people import place_of_user


@action("sessions.end", "结束用户会话", END_SIGN_ONS, place=place_of_user)
def end_session(user: User, *, by: Actor, sid: str, reason: str) -> User:
    """End one session of a user; the applications signed in to by it are told."""
    if not sessions.end_session(sid, why="administrator", by=by.user_id):
        raise Refusal("这个会话已经结束。", code="ended")
    note(session={"label": "会话", "after": sid[:8]})
    return user


@action("sessions.end_all", "结束用户全部会话和令牌", END_SIGN_ONS, place=place_of_user)
def end_everything(user: User, *, by: Actor, reason: str) -> User:
    """End all sessions of a user and every token an application holds for them."""
    ended = sessions.end_all(user.pk, why="administrator", by=by.user_id)
    tokens = end_sign_ons(reason, user_id=user.pk)
    note(
        sessions={"label": "会话", "after": str(ended)},
        sign_ons={"label": "应用登录", "after": str(tokens)},
    )
    return user
