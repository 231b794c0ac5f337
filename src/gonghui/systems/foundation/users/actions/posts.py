"""Posts: setting them up, taking and leaving them, moving between them; rights follow."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from gonghui.kernel.access import granting
from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.granting import BUSINESS
from gonghui.kernel.access.models import Grant
from gonghui.kernel.access.roles import ROLES
from gonghui.kernel.base.errors import Conflict, Forbidden, Missing, Refusal
from gonghui.kernel.bus.outbox import publish
from gonghui.kernel.identity import accounts
from gonghui.kernel.identity.models import User
from gonghui.kernel.notify import todos
from gonghui.kernel.org.models import Union, UnionStatus
from gonghui.kernel.org.scoping import Scope
from gonghui.systems.foundation.users.actions.staff import check_no_administrator
from gonghui.systems.foundation.users.models import (
    Post,
    PostState,
    PostTemplate,
    Staff,
    Tenure,
)
from gonghui.systems.foundation.users.permissions import (
    FILL_POSTS,
    MANAGE_POSTS,
    SET_POST_ROLES,
)
from gonghui.systems.foundation.users.queries import staff as queries
from gonghui.systems.foundation.users.rules import posts as rules
from gonghui.systems.foundation.users.rules import staff as staff_rules

FOLLOWING = "rows that follow a tenure the action has locked"
BUSINESS_CODES = [role.code for role in BUSINESS]


def _role_names(codes: Sequence[str]) -> str:
    return "、".join(ROLES[code].title for code in codes) or "无"


@action("post_templates.create", "设立岗位模板", MANAGE_POSTS, creates=True)
def create_template(
    union: Union, *, by: Actor, kind: str, title: str, headcount: int
) -> PostTemplate:
    """A post every union of a kind below `union` should have; its roles are set next."""
    template = PostTemplate(kind=kind, title=title.strip(), headcount=headcount)
    template.place_at(union)
    return _save(template, "同类工会已有同名的岗位模板。")


@action("post_templates.amend", "修改岗位模板", MANAGE_POSTS)
def amend_template(
    template: PostTemplate, *, by: Actor, title: str, headcount: int
) -> PostTemplate:
    template.title, template.headcount = title.strip(), headcount
    template.version += 1
    return _save(template, "同类工会已有同名的岗位模板。")


@action("post_templates.roles", "核定岗位模板的权限", SET_POST_ROLES)
def set_template_roles(
    template: PostTemplate, *, by: Actor, roles: Sequence[str], reason: str
) -> PostTemplate:
    """Posts made from now on have these roles; those made before keep theirs."""
    before = _role_names(template.roles)
    template.roles = rules.check_roles(roles, BUSINESS_CODES)
    template.version += 1
    template.save()
    note(granted={"label": "权限", "before": before, "after": _role_names(template.roles)})
    return template


@action("post_templates.apply", "按模板设立岗位", MANAGE_POSTS)
def apply_template(template: PostTemplate, *, by: Actor) -> PostTemplate:
    """The post at every active union of the kind below the template's that lacks it."""
    unions = Union.objects.within(Scope.of([template.org_path])).filter(
        kind=template.kind, status=UnionStatus.ACTIVE
    )
    have = Post.objects.unscoped(FOLLOWING).filter(state=PostState.OPEN, title=template.title)
    missing = unions.exclude(pk__in=have.values("union_id"))
    made = []
    for union in missing.order_by("path"):
        post = Post(
            title=template.title,
            template=template,
            roles=template.roles,
            headcount=template.headcount,
        )
        post.place_at(union)
        made.append(post)
    Post.objects.bulk_create(made, batch_size=500)
    note(made={"label": "新设岗位", "after": len(made)})
    template.made = len(made)
    return template


@action("posts.create", "设立岗位", MANAGE_POSTS, creates=True)
def create(union: Union, *, by: Actor, title: str, headcount: int) -> Post:
    """A post of one union; the security administrator sets its roles."""
    post = Post(title=title.strip(), headcount=headcount)
    post.place_at(union)
    return _save(post, f"{union.name}已有同名岗位。")


@action("posts.amend", "修改岗位", MANAGE_POSTS)
def amend(post: Post, *, by: Actor, title: str, headcount: int) -> Post:
    _check_open(post)
    rules.check_headcount(headcount, post.holders)
    post.title, post.headcount = title.strip(), headcount
    post.version += 1
    return _save(post, f"{post.union.name}已有同名岗位。")


@action("posts.abolish", "撤销岗位", MANAGE_POSTS)
def abolish(post: Post, *, by: Actor, reason: str) -> Post:
    _check_open(post)
    if post.holders:
        raise Refusal(
            f"还有 {post.holders} 人在岗，不能撤销。", remedy="请先办理调动或离岗。", code="held"
        )
    post.state = PostState.ABOLISHED
    post.version += 1
    post.save()
    return post


@action("posts.roles", "核定岗位权限", SET_POST_ROLES)
def set_roles(post: Post, *, by: Actor, roles: Sequence[str], reason: str) -> Post:
    """What the post's holders may do; those in office gain and lose it at once."""
    _check_open(post)
    wanted = rules.check_roles(roles, BUSINESS_CODES)
    before, post.roles = post.roles, wanted
    post.version += 1
    post.save()
    tenures = Tenure.objects.unscoped(FOLLOWING).filter(post=post, ended_on=None)
    for tenure in tenures.select_related("staff__user", "union"):
        for code in set(before) - set(wanted):
            _revoke_of(tenure, by, reason, code)
        for code in set(wanted) - set(before):
            _grant_of(tenure, post, code, by, reason)
    note(granted={"label": "权限", "before": _role_names(before), "after": _role_names(wanted)})
    return post


@action("posts.appoint", "任职", FILL_POSTS)
def appoint(
    post: Post,
    *,
    by: Actor,
    staff: int,
    from_on: date,
    until_on: date | None = None,
    document: str = "",
) -> Tenure:
    """Put a user into the post; the post's roles are theirs from that day.

    staff: id of a Staff in the actor's range.
    """
    rows = Staff.objects.within(by.scope(FILL_POSTS)).select_for_update(of=("self",))
    found = rows.filter(pk=staff).select_related("user", "union").first()
    if found is None:
        raise Missing("没有这个用户，或者不在您的管理范围内。", field="staff")
    return _take(post, found, by, from_on, until_on, document)


def _take(
    post: Post, staff: Staff, by: Actor, from_on: date, until_on: date | None, document: str
) -> Tenure:
    _check_open(post)
    if staff.user_id == by.user_id:
        raise Forbidden("不能给自己办理任职。", rule=granting.NOT_ONESELF, code="forbidden")
    staff_rules.check_state("appoint", staff.standing)
    rules.check_vacancy(post.headcount, post.holders)
    rules.check_days(from_on, until_on)
    tenure = Tenure(
        staff=staff, post=post, from_on=from_on, until_on=until_on, document=document.strip()
    )
    tenure.place_at(post.union)
    try:
        with transaction.atomic():
            tenure.save()
    except IntegrityError as error:
        raise Conflict(f"{staff.name}已在这个岗位上。", field="staff") from error
    post.holders += 1
    post.save(update_fields=["holders"])
    # Who has no place of work yet begins at the first post.
    User.objects.filter(pk=staff.user_id, post_union_id=None).update(post_union_id=post.union_id)
    for code in post.roles:
        _grant_of(tenure, post, code, by, f"任{post.title}")
    note(rights={"label": "随岗位取得", "after": _role_names(post.roles)})
    _publish("appointed", tenure)
    return tenure


def _grant_of(tenure: Tenure, post: Post, code: str, by: Actor, reason: str) -> None:
    granting.grant(
        tenure.staff.user,
        ROLES[code],
        tenure.union,
        on=max(tenure.from_on, timezone.localdate()),
        until=tenure.until_on,
        by=by,
        reason=reason,
        source=granting.POST,
        source_id=tenure.pk,
    )


def _revoke_of(tenure: Tenure, by: Actor, reason: str, code: str = "") -> int:
    rows = Grant.objects.unscoped(FOLLOWING).filter(
        source=granting.POST, source_id=tenure.pk, ended_at=None
    )
    found = list(rows.filter(role=code) if code else rows)
    for grant in found:
        granting.revoke(grant, by=by, reason=reason)
    return len(found)


@action("tenures.end", "离岗", FILL_POSTS)
def end(tenure: Tenure, *, by: Actor, reason: str, hand_to: int | None = None) -> Tenure:
    """Leave the post today: its rights end, open to-dos go to a successor."""
    _check_other(tenure.staff, by)
    _leave(tenure, by, reason)
    if hand_to:
        _hand_over(tenure.staff, hand_to, by)
    return tenure


def _leave(tenure: Tenure, by: Actor, reason: str) -> None:
    if tenure.ended_on is not None:
        raise Conflict("已经办理过离岗。")
    tenure.ended_on, tenure.end_reason = timezone.localdate(), reason.strip()[:200]
    tenure.version += 1
    tenure.save()
    post = Post.objects.unscoped(FOLLOWING).select_for_update().get(pk=tenure.post_id)
    post.holders = max(0, post.holders - 1)
    post.save(update_fields=["holders"])
    ended = _revoke_of(tenure, by, reason)
    note(rights={"label": "随岗位收回的权限", "after": ended})
    _publish("left", tenure)


@action("tenures.transfer", "调动", FILL_POSTS)
def transfer(
    tenure: Tenure,
    *,
    by: Actor,
    post: int,
    from_on: date,
    until_on: date | None = None,
    document: str = "",
    reason: str = "",
    hand_to: int | None = None,
) -> Tenure:
    """Leave one post and take another in one step; into another union, nothing old goes along.

    post: id of a post in the actor's range. Rights given directly at the former union end too,
    for they were given for the work there.
    """
    staff = tenure.staff
    _check_other(staff, by)
    rows = Post.objects.within(by.scope(FILL_POSTS)).select_for_update(of=("self",))
    found = rows.filter(pk=post).select_related("union").first()
    if found is None:
        raise Missing("没有这个岗位，或者不在您的管理范围内。", field="post")
    if found.pk == tenure.post_id:
        raise Refusal("调入的岗位就是现在的岗位。", field="post")
    words = reason.strip() or f"调任{found.union.name}{found.title}"
    _leave(tenure, by, words)
    if found.union_id != tenure.union_id:
        check_no_administrator(staff)
        _end_rights(staff, by, words, below=tenure.union.path)
    if staff.union_id == tenure.union_id and found.union_id != staff.union_id:
        staff.place_at(found.union)
        staff.version += 1
        staff.save()
    taken = _take(found, staff, by, from_on, until_on, document)
    if hand_to:
        _hand_over(staff, hand_to, by)
    return taken


@action("staff.leave", "离任", FILL_POSTS)
def leave(staff: Staff, *, by: Actor, reason: str, hand_to: int | None = None) -> Staff:
    """The person left the union: posts, rights and the account end; to-dos are handed over."""
    staff_rules.check_state("leave", staff.standing)
    _check_other(staff, by)
    check_no_administrator(staff)
    if queries.open_todos(staff.user_id) and not hand_to:
        raise Refusal(
            f"{staff.name}还有未办结的待办。",
            rule="离任前移交未办结的事项",
            remedy="请选择接手的同事。",
            field="hand_to",
            code="todos_left",
        )
    _end_everything(staff, by, reason)
    if hand_to:
        _hand_over(staff, hand_to, by)
    if staff.user.status != staff_rules.SUSPENDED:
        accounts.suspend(staff.user, by=by.user_id)
    staff.left_on = timezone.localdate()
    staff.version += 1
    staff.save()
    return staff


@action("staff.return", "调入返岗", FILL_POSTS)
def come_back(staff: Staff, *, by: Actor, reason: str, into: Union) -> Staff:
    """Who left takes up work again, in this union or another; posts are taken anew."""
    staff_rules.check_state("return", staff.standing)
    by.require(FILL_POSTS, into.path)
    accounts.reopen(staff.user, by=by.user_id)
    staff.left_on = None
    staff.place_at(into)
    staff.version += 1
    staff.save()
    return staff


@action("staff.close", "注销账号", FILL_POSTS)
def close(staff: Staff, *, by: Actor, reason: str) -> Staff:
    """End the account for good; what it did stays in the records."""
    staff_rules.check_state("close", staff.standing)
    _check_other(staff, by)
    check_no_administrator(staff)
    _end_everything(staff, by, reason)
    accounts.close(staff.user, by=by.user_id)
    staff.left_on = staff.left_on or timezone.localdate()
    staff.version += 1
    staff.save()
    return staff


def _check_other(staff: Staff, by: Actor) -> None:
    if staff.user_id == by.user_id:
        raise Forbidden("不能办理自己的任职和离任。", rule="本人的事项由他人办理", code="forbidden")


def _end_everything(staff: Staff, by: Actor, reason: str) -> None:
    tenures = Tenure.objects.unscoped(FOLLOWING).select_for_update(of=("self",))
    for tenure in tenures.filter(staff=staff, ended_on=None).select_related("staff", "union"):
        _leave(tenure, by, reason)
    _end_rights(staff, by, reason)


def _end_rights(staff: Staff, by: Actor, reason: str, below: str = "") -> None:
    """What is held besides the posts ends with them: below a union, or everywhere."""
    ended = granting.revoke_leaver(staff.user, by=by, reason=reason, below=below)
    note(ended={"label": "一并收回的权限", "after": len(ended)})


def _hand_over(staff: Staff, user_id: int, by: Actor) -> None:
    """Give the open to-dos of a user to a colleague in the actor's range."""
    taker = queries.staff_for(by, FILL_POSTS, user_id)
    if taker.pk == staff.pk or not taker.user.is_active:
        raise Refusal("请选择另一位在职的同事。", field="hand_to")
    found = queries.open_todos(staff.user_id)
    for todo in found:
        todos.assign(todo, taker.user_id)
    note(
        handed={
            "label": "移交待办",
            "after": f"{len(found)} 件，移交给{taker.name}：{'、'.join(t.title for t in found)}"[
                :500
            ],
        }
    )


@action("tenures.expire", "任期届满", FILL_POSTS)
def expire(tenure: Tenure, *, by: Actor) -> Tenure:
    """End a tenure whose term is over; asked for by the daily job."""
    _leave(tenure, by, "任期届满")
    return tenure


def _check_open(post: Post) -> None:
    if post.state != PostState.OPEN:
        raise Conflict("这个岗位已经撤销。")


def _save(row: Any, message: str) -> Any:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Conflict(message, field="title") from error
    return row


def _publish(what: str, tenure: Tenure) -> None:
    publish(
        f"cn.gonghui.users.{what}",
        f"user/{tenure.staff.user_id}",
        {"user": tenure.staff.user_id, "post": tenure.post_id, "tenure": tenure.pk},
        tenure.org_path,
    )
