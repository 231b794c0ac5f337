"""Users: opening, inviting, suspending, closing, resetting, and what they ask to have changed."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.granting import ADMINISTRATOR_CODES, standing
from gonghui.kernel.base.errors import Conflict, Forbidden, Refusal
from gonghui.kernel.base.names import check_name
from gonghui.kernel.bus.outbox import publish
from gonghui.kernel.identity import accounts, sessions
from gonghui.kernel.identity.models import User
from gonghui.kernel.notify import messages
from gonghui.kernel.notify.channels import Recipient
from gonghui.kernel.notify.templates import Category, Template
from gonghui.kernel.notify.todos import close_todo, open_todo
from gonghui.kernel.org.models import Union
from gonghui.systems.foundation.users.models import (
    ChangeState,
    Staff,
    StaffChange,
    StaffSource,
)
from gonghui.systems.foundation.users.permissions import (
    ASK_CHANGE,
    DECIDE_CHANGES,
    MANAGE_STAFF,
    RESET_STAFF,
)
from gonghui.systems.foundation.users.queries import staff as queries
from gonghui.systems.foundation.users.rules import staff as rules

ACCOUNT = Category("users.account", "账号和权限", may_mute=False)
INVITED = Template(
    "users.invited",
    "账号已开通，请激活",
    "{union}已为您开通工作账号，用户名 {username}，请打开链接设置登录密码：{link}",
    ACCOUNT,
)
CHANGED = Template(
    "users.change_decided",
    "您申请的信息变更{result}",
    "{answer}",
    ACCOUNT,
    "/rights/",
)
TARGET, ASKED = "users.staffchange", "users.change"
CHANGED_EVENT = "cn.gonghui.users.changed"


@action("staff.open", "开通账号", MANAGE_STAFF, creates=True)
def open_user(
    union: Union,
    *,
    by: Actor,
    username: str,
    name: str,
    number: str = "",
    department: str = "",
    title: str = "",
    mobile: str = "",
    closes_on: date | None = None,
    source: str = StaffSource.OPENED,
) -> Staff:
    """An account that waits for its holder to set a password by the invitation.

    The result carries `invitation`, the address of the activation page, for this one time.
    """
    if union is None:
        raise Refusal("请选择所属工会。", field="union")
    user = accounts.open_account(username, name, title, mobile, closes_on=closes_on)
    staff = Staff(
        user=user,
        name=user.display_name,
        number=number.strip(),
        department=department.strip(),
        title=title.strip(),
        source=source,
        opened_on=timezone.localdate(),
    )
    staff.place_at(union)
    _save_new(staff)
    note(username={"label": "用户名", "after": user.username})
    _invite(staff)
    _publish("opened", staff)
    return staff


def _save_new(staff: Staff) -> None:
    try:
        with transaction.atomic():
            staff.save()
    except IntegrityError as error:
        raise Conflict(
            f"{staff.union.name}已有工号为“{staff.number}”的用户。",
            rule="同一工会内工号不重复",
            remedy="请核对工号，或查看原有用户。",
            field="number",
        ) from error


def _invite(staff: Staff) -> None:
    token = accounts.invite(staff.user)
    staff.invitation = f"/account/activate/{token}/"
    if staff.user.mobile_sealed:
        words = {
            "union": staff.union.name,
            "username": staff.user.username,
            "link": staff.invitation,
        }
        messages.send([Recipient(user_id=staff.user_id)], INVITED, words, org_path=staff.org_path)


@action("staff.invite", "重新发送激活邀请", MANAGE_STAFF)
def invite(staff: Staff, *, by: Actor) -> Staff:
    """A new activation link; earlier ones are void."""
    rules.check_state("invite", staff.standing)
    _invite(staff)
    return staff


@action("staff.amend", "修改用户信息", MANAGE_STAFF)
def amend(staff: Staff, *, by: Actor, reason: str = "", **facts: Any) -> Staff:
    """Name, number, department, title."""
    rules.check_state("amend", staff.standing)
    return _put(staff, facts)


def _put(staff: Staff, facts: dict[str, Any]) -> Staff:
    for field in rules.FIELDS:
        if field in facts:
            setattr(staff, field, str(facts[field]).strip())
    user = User.objects.select_for_update(of=("self",)).get(pk=staff.user_id)
    staff.name = user.display_name = check_name(staff.name)
    user.title = staff.title
    user.save(update_fields=["display_name", "title"])
    staff.user = user
    staff.version += 1
    _save_new(staff)
    _publish("amended", staff)
    return staff


@action("staff.suspend", "停用账号", MANAGE_STAFF)
def suspend(staff: Staff, *, by: Actor, reason: str) -> Staff:
    """No sign-in until reopened; open sessions end, posts and grants stay."""
    _check(staff, "suspend", by)
    accounts.suspend(staff.user, by=by.user_id)
    return _kept(staff, "suspended", "停用")


@action("staff.reopen", "恢复账号", MANAGE_STAFF)
def reopen(staff: Staff, *, by: Actor, reason: str) -> Staff:
    _check(staff, "reopen", by)
    accounts.reopen(staff.user, by=by.user_id)
    return _kept(staff, "reopened", "恢复")


def _check(staff: Staff, verb: str, by: Actor) -> None:
    """Nobody treats the own account so, and an administrator's only without their role.

    Otherwise the system administrator could put the security administrator out of office.
    """
    rules.check_state(verb, staff.standing)
    if staff.user_id == by.user_id:
        raise Forbidden("不能停用、恢复或注销自己的账号。", rule="账号由他人管理", code="forbidden")
    check_no_administrator(staff)


def check_no_administrator(staff: Staff) -> None:
    held = standing(staff.user_id, timezone.localdate()).values_list("role", flat=True)
    if ADMINISTRATOR_CODES & set(held):
        raise Refusal(
            f"{staff.name}持有管理员权限。",
            rule="三员相互制约，系统管理员不能停用其他管理员",
            remedy="请先由安全管理员收回其管理员权限。",
            code="administrator",
        )


def _kept(staff: Staff, what: str, word: str) -> Staff:
    staff.version += 1
    staff.save()
    note(account={"label": "账号", "after": word})
    _publish(what, staff)
    return staff


@action("staff.unlock", "解除登录锁定", RESET_STAFF)
def unlock(staff: Staff, *, by: Actor, reason: str) -> Staff:
    """Forget failed attempts, so that the person may try again."""
    rules.check_state("reset", staff.standing)
    accounts.unlock(staff.user, by=by.user_id)
    return staff


@action("staff.reset", "重置登录方式", RESET_STAFF)
def reset(
    staff: Staff, *, by: Actor, reason: str, password: bool = True, factors: bool = True
) -> Staff:
    """Forget the password, the second factors, or both; a new activation link for the former."""
    rules.check_state("reset", staff.standing)
    if not (password or factors):
        raise Refusal("请选择要重置的登录方式。", field="password")
    if staff.user_id == by.user_id:
        raise Forbidden(
            "不能重置自己的登录方式。", remedy="请在“账号安全”中修改。", code="forbidden"
        )
    token = accounts.reset_credentials(
        staff.user, password=password, factors=factors, by=by.user_id
    )
    if token:
        staff.invitation = f"/account/activate/{token}/"
    note(
        password={"label": "密码", "after": "重置" if password else "不变"},
        factors={"label": "第二重验证", "after": "重置" if factors else "不变"},
    )
    return staff


@action("staff.sign_out", "结束用户的全部会话", RESET_STAFF)
def end_sessions(staff: Staff, *, by: Actor, reason: str) -> Staff:
    """Sign the person out everywhere."""
    ended = sessions.end_all(staff.user_id, why="administrator", by=by.user_id)
    note(sessions={"label": "结束的会话", "after": ended})
    return staff


@action("staff_changes.ask", "申请变更本人信息", ASK_CHANGE)
def ask_change(staff: Staff, *, by: Actor, reason: str = "", **wanted: str) -> StaffChange:
    """What the user says is wrong in their record; one request at a time."""
    if staff.user_id != by.user_id:
        raise Forbidden("只能申请变更本人的信息。", code="forbidden")
    rules.check_state("amend", staff.standing)
    changed = {
        field: str(value).strip()
        for field, value in wanted.items()
        if field in rules.FIELDS and str(value).strip() != getattr(staff, field)
    }
    if not changed:
        raise Refusal("没有要变更的内容。", remedy="请修改需要变更的项目后再提交。")
    if "name" in changed:
        changed["name"] = check_name(changed["name"])
    if StaffChange.objects.unscoped("the user's own").filter(
        staff=staff, state=ChangeState.WAITING
    ):
        raise Conflict("您已有一份待核实的变更申请。", remedy="请等待核实后再提交。")
    change = StaffChange(
        staff=staff, wanted=changed, reason=reason.strip(), asked_at=timezone.now()
    )
    change.place_at(staff.union)
    change.save()
    union = queries.deciding_union(staff.org_path, DECIDE_CHANGES, but=[staff.user_id])
    if union is not None:
        open_todo(
            kind=ASKED,
            target_type=TARGET,
            target_id=change.pk,
            title=f"核实用户信息变更：{staff.name}",
            link=reverse("resource:staff-changes:record", args=[change.pk]),
            org_path=staff.org_path,
            union_id=union.pk,
            permission=DECIDE_CHANGES.code,
        )
    return change


@action("staff_changes.accept", "采纳用户信息变更", DECIDE_CHANGES)
def accept_change(change: StaffChange, *, by: Actor, answer: str = "") -> StaffChange:
    _check_waiting(change, by)
    staff = (
        Staff.objects.unscoped("the change's own staff")
        .select_for_update(of=("self",))
        .get(pk=change.staff_id)
    )
    _put(staff, change.wanted)
    return _decided(change, ChangeState.ACCEPTED, answer, by)


@action("staff_changes.refuse", "不采纳用户信息变更", DECIDE_CHANGES)
def refuse_change(change: StaffChange, *, by: Actor, answer: str) -> StaffChange:
    _check_waiting(change, by)
    return _decided(change, ChangeState.REFUSED, answer, by)


def _check_waiting(change: StaffChange, by: Actor) -> None:
    if change.state != ChangeState.WAITING:
        raise Conflict("这份申请已经核实过。")
    if change.staff.user_id == by.user_id:
        raise Forbidden("不能核实自己的申请。", rule="本人的事项由他人办理", code="forbidden")


def _decided(change: StaffChange, state: ChangeState, answer: str, by: Actor) -> StaffChange:
    change.state, change.answer = state, answer.strip()
    change.decided_at, change.decided_by = timezone.now(), by.name
    change.version += 1
    change.save()
    close_todo(target_type=TARGET, target_id=change.pk, by=by.user_id)
    words = {"result": state.label, "answer": change.answer or "信息已更新。"}
    recipient = Recipient(user_id=change.staff.user_id)
    messages.send([recipient], CHANGED, words, org_path=change.org_path)
    return change


def _publish(what: str, staff: Staff) -> None:
    publish(
        CHANGED_EVENT,
        f"user/{staff.user_id}",
        {"change": what, "user": staff.user_id},
        staff.org_path,
    )
