"""Shifts of the hotline, and what is said on the telephone."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from gonghui.kernel.access import granting
from gonghui.kernel.access.actions import action
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Conflict, Refusal
from gonghui.kernel.identity.models import User
from gonghui.kernel.org.models import Union
from gonghui.systems.rights.feedback.models import Script, Shift
from gonghui.systems.rights.feedback.permissions import ANSWER_CALLS, MANAGE_SHIFTS
from gonghui.systems.rights.feedback.rules.topics import TOPICS

LONGEST = timedelta(hours=24)
FARTHEST = timedelta(days=366)
OVERLAP = "nobody sits at two seats at once, nor do two sit at one"


@action("shifts.plan", "排班", MANAGE_SHIFTS, creates=True)
def plan(
    union: Union,
    *,
    by: Actor,
    user_id: int,
    seat: str,
    starts_at: datetime,
    ends_at: datetime,
) -> Shift:
    """One person at one seat for a time."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    codes = [role.code for role in ANSWER_CALLS.roles]
    today = timezone.localdate()
    grants = granting.in_force(granting.standing(user_id, today).filter(role__in=codes), today)
    if user is None or not any(union.path.startswith(grant.org_path) for grant in grants):
        raise Refusal(
            "这个人没有在本工会接听热线的岗位。",
            remedy="请先由安全管理员授予“经办人”角色。",
            field="user_id",
            code="user",
        )
    if not seat.strip():
        raise Refusal("请填写座席工号。", field="seat", code="empty")
    if not timedelta() < ends_at - starts_at <= LONGEST:
        raise Refusal("班次应在 24 小时以内，下班晚于上班。", field="ends_at", code="span")
    if abs(starts_at - timezone.now()) > FARTHEST:
        raise Refusal("上班时间应在前后一年以内。", field="starts_at", code="far")
    rows = Shift.objects.unscoped(OVERLAP).filter(
        ended=False, starts_at__lt=ends_at, ends_at__gt=starts_at
    )
    if rows.filter(user=user).exists():
        raise Conflict("这个人在这段时间已有班次。", field="user_id", code="overlap")
    if rows.filter(union=union, seat=seat.strip()).exists():
        raise Conflict("这个座席在这段时间已有人。", field="seat", code="seat")
    shift = Shift(
        user=user,
        user_name=user.display_name[:50],
        seat=seat.strip(),
        starts_at=starts_at,
        ends_at=ends_at,
    )
    shift.place_at(union)
    shift.save()
    return shift


@action("shifts.cancel", "取消班次", MANAGE_SHIFTS)
def cancel(shift: Shift, *, by: Actor, reason: str) -> Shift:
    if shift.ended:
        raise Conflict("班次已经取消。", code="ended")
    if shift.ends_at <= timezone.now():
        raise Conflict("班次已经过去，不能取消。", code="past")
    shift.ended = True
    shift.version += 1
    shift.save()
    return shift


@action("scripts.write", "编写话术", MANAGE_SHIFTS, creates=True)
def write(
    union: Union,
    *,
    by: Actor,
    title: str,
    opening: str,
    questions: str,
    topic: str = "",
    closing: str = "",
) -> Script:
    """A script for a subject; the one before it ends today and stays readable."""
    if topic and topic not in TOPICS:
        raise Refusal("没有这个类别。", field="topic", code="topic")
    if not questions.strip() or not opening.strip():
        raise Refusal("请填写开场和必问事项。", field="questions", code="empty")
    rows = Script.objects.unscoped("one script of a union for a subject is in use")
    rows.filter(union=union, topic=topic, ended_on=None).update(ended_on=timezone.localdate())
    script = Script(
        topic=topic,
        title=title.strip(),
        opening=opening.strip(),
        questions=questions.strip(),
        closing=closing.strip(),
    )
    script.place_at(union)
    try:
        with transaction.atomic():
            script.save()
    except IntegrityError as error:
        raise Conflict("这个类别的话术刚刚已被他人修改。", field="topic", code="twice") from error
    return script


@action("scripts.end", "停用话术", MANAGE_SHIFTS)
def end(script: Script, *, by: Actor, reason: str) -> Script:
    if script.ended_on is not None:
        raise Conflict("话术已经停用。", code="ended")
    script.ended_on = timezone.localdate()
    script.version += 1
    script.save()
    return script
