"""Users and what they ask to have changed: lists, records and what can be done with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.granting import in_force
from gonghui.kernel.access.roles import ROLES
from gonghui.kernel.identity.models import Status
from gonghui.kernel.org.scoping import Scope
from gonghui.kernel.resource.declaration import (
    Choice,
    Column,
    Custom,
    Days,
    Facts,
    Resource,
    Section,
    Sort,
    Step,
    Under,
)
from gonghui.kernel.resource.forms import ActionForm, DayField, UnionField
from gonghui.kernel.ui import components as ui
from gonghui.systems.foundation.users import permissions
from gonghui.systems.foundation.users.actions import posts as post_actions
from gonghui.systems.foundation.users.actions import staff as actions
from gonghui.systems.foundation.users.jobs.importing import STAFF_IMPORT
from gonghui.systems.foundation.users.models import ChangeState, Staff, StaffChange, StaffSource
from gonghui.systems.foundation.users.queries import staff as queries
from gonghui.systems.foundation.users.rules import staff as rules
from gonghui.systems.foundation.users.views.picking import StaffField, staff_named

TONES = {"invited": "wait", "active": "good", "suspended": "stop", "closed": "idle"}


def reason_field(label: str = "理由", help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        min_length=2,
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=help_text,
    )


class OpenForm(ActionForm):
    groups = [
        ("账号", ["union", "name", "username", "mobile"], "姓名与身份证件一致；激活邀请发到手机。"),
        ("岗位信息", ["number", "department", "title"]),
        ("期限", ["closes_on"]),
    ]
    union = UnionField(label="所属工会", permission=permissions.MANAGE_STAFF)
    name = forms.CharField(label="姓名", max_length=50)
    username = forms.CharField(
        label="用户名",
        max_length=60,
        help_text="3 至 60 位字母、数字、汉字或 - _ . @，开通后不改。",
    )
    mobile = forms.CharField(
        label="手机号码",
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "data-private": ""}),
        help_text="不填时，激活链接显示给您，由您转交本人。",
    )
    number = forms.CharField(label="工号", max_length=30, required=False)
    department = forms.CharField(label="部门", max_length=60, required=False)
    title = forms.CharField(label="职务", max_length=60, required=False)
    closes_on = DayField(
        label="账号到期日", required=False, help_text="临时聘用人员填写，到期自动停用。"
    )


class AmendForm(ActionForm):
    name = forms.CharField(label="姓名", max_length=50)
    number = forms.CharField(label="工号", max_length=30, required=False)
    department = forms.CharField(label="部门", max_length=60, required=False)
    title = forms.CharField(label="职务", max_length=60, required=False)
    reason = forms.CharField(label="依据", max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in rules.FIELDS:
            self.initial.setdefault(name, getattr(self.record, name, ""))


class ReasonForm(ActionForm):
    reason = reason_field()


class ResetForm(ReasonForm):
    password = forms.BooleanField(
        label="密码：本人用新的激活链接重设", required=False, initial=True
    )
    factors = forms.BooleanField(
        label="第二重验证：动态口令、通行密钥和恢复码", required=False, initial=True
    )
    field_order = ["password", "factors", "reason"]


class SuccessorForm(ActionForm):
    """A reason, and who takes the open to-dos, which are listed."""

    reason = reason_field()
    hand_to = StaffField(label="待办移交给", required=False, permission=permissions.FILL_POSTS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        staff = getattr(self.record, "staff", self.record)
        todos = queries.open_todos(staff.user_id) if staff is not None else []
        if todos:
            shown = "；".join(todo.title for todo in todos[:6])
            more = f"等 {len(todos)} 件" if len(todos) > 6 else f"，共 {len(todos)} 件"
            self.fields["hand_to"].help_text = f"未办结：{shown}{more}。"
        else:
            self.fields["hand_to"].help_text = "没有指名由其办理的待办，可以不填。"

    def clean_hand_to(self) -> int | None:
        text = self.cleaned_data.get("hand_to")
        return staff_named(text, self.actor, permissions.FILL_POSTS).user_id if text else None


class ReturnForm(ReasonForm):
    into = UnionField(label="调入工会", permission=permissions.FILL_POSTS)
    field_order = ["into", "reason"]


class AnswerForm(ActionForm):
    answer = forms.CharField(label="答复", max_length=200, required=False)


class RefuseForm(ActionForm):
    answer = reason_field("不采纳的原因", "会告诉申请人。")


def _in(verb: str) -> Any:
    return lambda record, actor: (
        record.standing in rules.ALLOWED[verb] and record.user_id != actor.user_id
    )


def _invitation(staff: Staff) -> str:
    link = getattr(staff, "invitation", "")
    if not link:
        return ""
    if staff.user.mobile_mask:
        return f"激活邀请已发到 {staff.user.mobile_mask}。"
    return f"请把激活链接转交本人，只显示这一次：{link}"


def _situations(actor: Actor) -> Sequence[tuple[str, str]]:
    return [("office", "在职"), ("left", "已离任"), ("never", "从未登录")]


def _situated(rows: QuerySet, value: str) -> QuerySet:
    if value == "left":
        return rows.filter(left_on__isnull=False)
    rows = rows.filter(left_on=None)
    return rows.filter(user__last_login=None) if value == "never" else rows


def _search(rows: QuerySet, text: str, scope: Scope) -> QuerySet:
    return rows.filter(name__startswith=text) | rows.filter(user__username__startswith=text)


def _rights(record: Staff, actor: Actor) -> dict[str, Any] | None:
    """Posts for both administrators; grants and the way to the "why" page for security."""
    today = timezone.localdate()
    tenures = [
        ui.Row(
            str(item.pk),
            [
                item.post.title,
                item.union.name,
                item.from_on,
                item.until_on or "不定期",
                item.ended_on or ui.pill("在岗", "good"),
            ],
            reverse("resource:tenures:record", args=[item.pk]),
        )
        for item in queries.tenures_of(record)
    ]
    columns = [
        ui.Column("岗位", "title"),
        ui.Column("工会"),
        ui.Column("任职", "code"),
        ui.Column("期限", "code"),
        ui.Column("离岗", "code"),
    ]
    context: dict[str, Any] = {"tenures": ui.Table("任职", columns, tenures)}
    if actor.may(permissions.VIEW_GRANTS, record.org_path):
        held = in_force(queries.grants_of(record.user), today)
        context["grants"] = ui.Table(
            "权限",
            [
                ui.Column("角色", "title"),
                ui.Column("工会"),
                ui.Column("期限", "code"),
                ui.Column("来源"),
            ],
            [
                ui.Row(
                    str(item.pk),
                    [
                        ROLES[item.role].title,
                        item.union.name,
                        item.valid_to or "长期",
                        item.get_source_display(),
                    ],
                    reverse("resource:grants:record", args=[item.pk])
                    if actor.may(permissions.VIEW_GRANTS, item.org_path)
                    else "",
                )
                for item in held
            ],
        )
        context["why"] = reverse("rights-why", args=[record.user_id])
    return context


def _history(record: Staff, actor: Actor) -> list[ui.Event]:
    """What the record itself says of its past; the log is the auditor's."""
    found = [ui.Event(_at(record.opened_on), "开通账号", text=record.get_source_display())]
    for item in queries.tenures_of(record):
        found.append(ui.Event(_at(item.from_on), f"任{item.post.title}", text=item.document))
        if item.ended_on:
            found.append(
                ui.Event(_at(item.ended_on), f"离开{item.post.title}", text=item.end_reason)
            )
    if record.left_on:
        found.append(ui.Event(_at(record.left_on), "离任"))
    return sorted(found, key=lambda event: event.at, reverse=True)


def _at(day: Any) -> Any:
    return timezone.make_aware(timezone.datetime.combine(day, timezone.datetime.min.time()))


STAFF = Resource(
    code="staff",
    title="用户",
    unit="人",
    model=Staff,
    view=permissions.VIEW_STAFF,
    columns=(
        Column("name", "姓名", kind="title"),
        Column("user__username", "用户名"),
        Column("union__name", "所属工会"),
        Column("department", "部门", shown=False),
        Column("title", "职务"),
        Column("number", "工号", shown=False),
        Column("user__mobile_mask", "手机号码", shown=False),
        Column("user__status", "状态", kind="state", choices=Status, tones=TONES),
        Column("user__last_login", "最近登录", kind="datetime"),
        Column("opened_on", "开通日期", kind="date", shown=False),
        Column("left_on", "离任日期", kind="date", shown=False),
        Column("source", "来源", choices=StaffSource, shown=False),
    ),
    filters=(
        Custom("situation", "在职情况", _situations, _situated, default="office"),
        Choice("user__status", "状态", choices=Status),
        Choice("source", "来源", choices=StaffSource),
        Days("opened_on", "开通日期"),
        Under(),
    ),
    sorts=(
        Sort("org_path", "组织顺序", descending=False),
        Sort("name", "姓名", descending=False),
        Sort("opened_on", "开通日期"),
    ),
    search=_search,
    search_hint="姓名或用户名",
    facts=(
        Facts(
            "用户",
            (
                ("姓名", "name"),
                ("用户名", "user.username"),
                ("所属工会", "union"),
                ("部门", "department"),
                ("职务", "title"),
                ("工号", "number"),
                ("手机号码", "user.mobile_mask"),
            ),
        ),
        Facts(
            "账号",
            (
                ("状态", "user.status"),
                ("最近登录", "user.last_login"),
                ("开通日期", "opened_on"),
                ("到期停用", "user.closes_on"),
                ("来源", "source"),
                ("离任日期", "left_on"),
            ),
        ),
    ),
    sections=(Section("岗位和权限", "users/rights_of.html", _rights),),
    timeline=_history,
    creates=(
        Step(
            actions.open_user,
            "open",
            "开通账号",
            OpenForm,
            help="账号开通后还没有权限：接着办理任职，或由安全管理员授权。",
            done=lambda staff: f"已开通，用户名 {staff.user.username}。{_invitation(staff)}",
            tone="primary",
        ),
    ),
    steps=(
        Step(
            actions.invite,
            "invite",
            "重新发送激活邀请",
            shown=_in("invite"),
            help="以前的激活链接随即失效。",
            done=lambda staff: f"已重新生成激活链接。{_invitation(staff)}",
        ),
        Step(actions.amend, "amend", "修改信息", AmendForm, shown=_in("amend"), done="已修改。"),
        Step(
            actions.suspend,
            "suspend",
            "停用账号",
            ReasonForm,
            shown=_in("suspend"),
            help="停用后不能登录，已登录的会话立即结束；岗位和权限保留，恢复后可继续使用。",
            tone="danger",
            done="已停用，会话已结束。",
        ),
        Step(
            actions.reopen,
            "reopen",
            "恢复账号",
            ReasonForm,
            shown=_in("reopen"),
            tone="primary",
            done="已恢复。",
        ),
        Step(
            actions.unlock,
            "unlock",
            "解除登录锁定",
            ReasonForm,
            shown=_in("reset"),
            help="核实是本人后办理，清除累计的失败次数。",
            done="已解除，可以重新登录。",
        ),
        Step(
            actions.reset,
            "reset",
            "重置登录方式",
            ResetForm,
            shown=_in("reset"),
            help="核实是本人后办理，已登录的会话全部结束。",
            done=lambda staff: f"已重置。{_invitation(staff)}",
        ),
        Step(
            actions.end_sessions,
            "sign-out",
            "结束全部会话",
            ReasonForm,
            shown=lambda record, actor: record.user.is_active,
            help="其所有设备须重新登录。",
            done="已结束全部会话。",
        ),
        Step(
            post_actions.leave,
            "leave",
            "办理离任",
            SuccessorForm,
            shown=_in("leave"),
            help="离任后岗位、权限、委托和账号一并终止；今后可以“调入返岗”。",
            tone="danger",
            done="已离任，权限已全部收回。",
        ),
        Step(
            post_actions.come_back,
            "return",
            "调入返岗",
            ReturnForm,
            shown=_in("return"),
            tone="primary",
            done="已返岗，请办理任职。",
        ),
        Step(
            post_actions.close,
            "close",
            "注销账号",
            ReasonForm,
            shown=_in("close"),
            help="注销不能恢复；其办理过的记录保留。",
            tone="danger",
            done="已注销。",
        ),
    ),
    export=permissions.EXPORT_STAFF,
    imports=STAFF_IMPORT,
    related=("union", "user"),
    empty="还没有用户。先开通账号，或从表格批量导入。",
)


def _wanted(change: StaffChange) -> str:
    return "；".join(
        f"{rules.FIELDS[field]}改为“{value}”" for field, value in change.wanted.items()
    )


def _waiting(record: StaffChange, actor: Actor) -> bool:
    return record.state == ChangeState.WAITING and record.staff.user_id != actor.user_id


CHANGE_TONES = {"waiting": "wait", "accepted": "good", "refused": "stop"}

STAFF_CHANGES = Resource(
    code="staff-changes",
    title="用户信息变更",
    unit="份",
    model=StaffChange,
    view=permissions.VIEW_CHANGES,
    columns=(
        Column("staff__name", "申请人", kind="title"),
        Column("union__name", "所属工会"),
        Column("asked_at", "申请时间", kind="datetime"),
        Column("state", "状态", kind="state", choices=ChangeState, tones=CHANGE_TONES),
        Column("decided_by", "核实人", shown=False),
        Column("decided_at", "核实时间", kind="datetime", shown=False),
    ),
    filters=(Choice("state", "状态", choices=ChangeState), Under()),
    sorts=(Sort("asked_at", "申请时间"),),
    facts=(
        Facts(
            "申请",
            (
                ("申请人", "staff"),
                ("所属工会", "union"),
                ("变更内容", _wanted),
                ("说明", "reason"),
                ("申请时间", "asked_at"),
            ),
        ),
        Facts("核实", (("核实人", "decided_by"), ("核实时间", "decided_at"), ("答复", "answer"))),
    ),
    timeline=lambda record, actor: (),
    steps=(
        Step(
            actions.accept_change,
            "accept",
            "采纳",
            AnswerForm,
            shown=_waiting,
            tone="primary",
            done="已采纳，用户信息已更新。",
        ),
        Step(
            actions.refuse_change,
            "refuse",
            "不采纳",
            RefuseForm,
            shown=_waiting,
            tone="danger",
            done="已答复申请人。",
        ),
    ),
    related=("union", "staff__user"),
    empty="没有用户信息变更申请。用户可以在“我的权限”页提出。",
)
