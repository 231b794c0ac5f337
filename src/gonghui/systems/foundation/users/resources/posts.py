"""Posts, templates and tenures: lists, records and what can be done with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.granting import BUSINESS
from gonghui.kernel.access.roles import ROLES
from gonghui.kernel.org.models import UnionKind
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
from gonghui.systems.foundation.users.actions import posts as actions
from gonghui.systems.foundation.users.models import Post, PostState, PostTemplate, Tenure
from gonghui.systems.foundation.users.resources.staff import SuccessorForm, reason_field
from gonghui.systems.foundation.users.views.picking import StaffField, staff_named

ROLE_CHOICES = [(role.code, f"{role.title}：{role.help}") for role in BUSINESS]


def role_names(codes: Any) -> str:
    return "、".join(ROLES[code].title for code in codes or ()) or "未核定"


class PostForm(ActionForm):
    title = forms.CharField(label="岗位名称", max_length=40)
    headcount = forms.IntegerField(label="编制数", min_value=1, max_value=500, initial=1)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("title", "headcount"):
            if self.record is not None:
                self.initial.setdefault(name, getattr(self.record, name))


class NewPostForm(PostForm):
    union = UnionField(label="设在", permission=permissions.MANAGE_POSTS)
    field_order = ["union", "title", "headcount"]


class TemplateForm(PostForm):
    union = UnionField(label="适用范围", permission=permissions.MANAGE_POSTS, superiors=True)
    kind = forms.ChoiceField(label="适用工会类型", choices=[("", "请选择"), *UnionKind.choices])
    field_order = ["union", "kind", "title", "headcount"]


class RolesForm(ActionForm):
    roles = forms.MultipleChoiceField(
        label="岗位权限",
        choices=ROLE_CHOICES,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="在岗位所在工会及其下级工会有效。管理员权限不能随岗位取得。",
    )
    reason = reason_field("核定依据")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("roles", self.record.roles if self.record else [])


class ReasonForm(ActionForm):
    reason = reason_field()


class AppointForm(ActionForm):
    staff = StaffField(label="任职人", permission=permissions.FILL_POSTS)
    from_on = DayField(label="任职日期", initial=timezone.localdate)
    until_on = DayField(
        label="任职期限", required=False, help_text="不填为不定期；到期自动离岗，权限随之停止。"
    )
    document = forms.CharField(label="任职文件", max_length=80, required=False)

    def clean_staff(self) -> int:
        return staff_named(self.cleaned_data["staff"], self.actor, permissions.FILL_POSTS).pk


class TransferForm(SuccessorForm):
    post = forms.CharField(
        label="调入岗位",
        widget=forms.TextInput(
            attrs={
                "data-pick": "/pick/posts/",
                "autocomplete": "off",
                "placeholder": "输入工会或岗位名称查找",
            }
        ),
    )
    from_on = DayField(label="任职日期", initial=timezone.localdate)
    until_on = DayField(label="任职期限", required=False)
    document = forms.CharField(label="任职文件", max_length=80, required=False)
    field_order = ["post", "from_on", "until_on", "document", "reason", "hand_to"]

    def clean_post(self) -> int:
        text = self.cleaned_data["post"]
        if text.isdecimal():
            return int(text)
        raise ValidationError("没有找到这个岗位，请从列出的岗位中选择。", code="unknown_post")


def _open(record: Post, actor: Actor) -> bool:
    return record.state == PostState.OPEN


def _vacancy(record: Post, actor: Actor) -> bool:
    return _open(record, actor) and record.holders < record.headcount


def _holders(record: Post, actor: Actor) -> dict[str, Any]:
    rows = Tenure.objects.within(actor.scope(permissions.VIEW_POSTS)).filter(post=record)
    found = rows.select_related("staff").order_by(F("ended_on").desc(nulls_first=True), "-from_on")
    table = ui.Table(
        "任职",
        [
            ui.Column("姓名", "title"),
            ui.Column("任职", "code"),
            ui.Column("期限", "code"),
            ui.Column("离岗", "code"),
        ],
        [
            ui.Row(
                str(item.pk),
                [
                    item.staff.name,
                    item.from_on,
                    item.until_on or "不定期",
                    item.ended_on or ui.pill("在岗", "good"),
                ],
                reverse("resource:tenures:record", args=[item.pk]),
            )
            for item in found[:50]
        ],
    )
    return {"table": table, "none": "这个岗位还没有人任职。"}


def _vacancies(actor: Actor) -> Sequence[tuple[str, str]]:
    return [("vacant", "有空缺"), ("full", "满编"), ("bare", "未核定权限")]


def _by_vacancy(rows: QuerySet, value: str) -> QuerySet:
    if value == "bare":
        return rows.filter(roles=[])
    if value == "vacant":
        return rows.filter(holders__lt=F("headcount"))
    return rows.filter(holders__gte=F("headcount"))


POSTS = Resource(
    code="posts",
    title="岗位",
    unit="个",
    model=Post,
    view=permissions.VIEW_POSTS,
    columns=(
        Column("title", "岗位名称", kind="title"),
        Column("union__name", "工会"),
        Column("roles", "岗位权限", paint=role_names),
        Column("headcount", "编制数", kind="number"),
        Column("holders", "在岗人数", kind="number"),
        Column(
            "state",
            "状态",
            kind="state",
            choices=PostState,
            tones={"open": "good", "abolished": "idle"},
        ),
    ),
    filters=(
        Choice("state", "状态", choices=PostState, default="open"),
        Custom("vacancy", "编制", _vacancies, _by_vacancy),
        Under(),
    ),
    sorts=(
        Sort("org_path", "组织顺序", descending=False),
        Sort("title", "岗位名称", descending=False),
    ),
    search=lambda rows, text, scope: rows.filter(title__contains=text),
    search_hint="岗位名称",
    facts=(
        Facts(
            "岗位",
            (
                ("工会", "union"),
                ("岗位权限", lambda record: role_names(record.roles)),
                ("编制数", "headcount"),
                ("在岗人数", "holders"),
                ("岗位模板", "template"),
            ),
        ),
    ),
    sections=(Section("任职", "users/table.html", _holders),),
    timeline=lambda record, actor: (),
    creates=(
        Step(
            actions.create,
            "create",
            "设立岗位",
            NewPostForm,
            done="已设立，请安全管理员核定岗位权限。",
        ),
    ),
    steps=(
        Step(
            actions.appoint,
            "appoint",
            "办理任职",
            AppointForm,
            shown=_vacancy,
            help="任职人随岗位取得岗位权限。",
            tone="primary",
            done="已任职，岗位权限已生效。",
        ),
        Step(actions.amend, "amend", "修改岗位", PostForm, shown=_open, done="已修改。"),
        Step(
            actions.set_roles,
            "roles",
            "核定岗位权限",
            RolesForm,
            shown=_open,
            help="在岗人员的权限随之增减。",
            done="已核定。",
        ),
        Step(
            actions.abolish,
            "abolish",
            "撤销岗位",
            ReasonForm,
            shown=_open,
            tone="danger",
            done="已撤销。",
        ),
    ),
    related=("union", "template"),
    empty="还没有岗位。先设立岗位，或按岗位模板批量设立。",
)

POST_TEMPLATES = Resource(
    code="post-templates",
    title="岗位模板",
    unit="个",
    model=PostTemplate,
    view=permissions.VIEW_POSTS,
    columns=(
        Column("title", "岗位名称", kind="title"),
        Column("kind", "适用工会类型", choices=UnionKind),
        Column("union__name", "适用范围"),
        Column("roles", "岗位权限", paint=role_names),
        Column("headcount", "编制数", kind="number"),
    ),
    filters=(Choice("kind", "适用工会类型", choices=UnionKind), Under()),
    sorts=(Sort("kind", "工会类型", descending=False),),
    facts=(
        Facts(
            "岗位模板",
            (
                ("适用工会类型", "kind"),
                ("适用范围", lambda record: f"{record.union}及其下级工会"),
                ("岗位权限", lambda record: role_names(record.roles)),
                ("编制数", "headcount"),
            ),
        ),
    ),
    timeline=lambda record, actor: (),
    creates=(
        Step(
            actions.create_template,
            "create",
            "设立岗位模板",
            TemplateForm,
            done="已设立，请安全管理员核定权限，再按模板设立岗位。",
        ),
    ),
    steps=(
        Step(
            actions.apply_template,
            "apply",
            "按模板设立岗位",
            help="适用范围内还没有这个岗位的工会，各设立一个。",
            tone="primary",
            done=lambda template: f"已新设 {template.made} 个岗位。",
        ),
        Step(actions.amend_template, "amend", "修改模板", PostForm, done="已修改。"),
        Step(
            actions.set_template_roles,
            "roles",
            "核定模板权限",
            RolesForm,
            help="以后按模板设立的岗位带有这些权限，已设立的岗位不变。",
            done="已核定。",
        ),
    ),
    related=("union",),
    empty="还没有岗位模板。",
)


def _in_office(record: Tenure, actor: Actor) -> bool:
    return record.ended_on is None and record.staff.user_id != actor.user_id


def _served(actor: Actor) -> Sequence[tuple[str, str]]:
    return [("now", "在岗"), ("due", "30 天内期满"), ("past", "已离岗")]


def _by_service(rows: QuerySet, value: str) -> QuerySet:
    if value == "past":
        return rows.filter(ended_on__isnull=False)
    rows = rows.filter(ended_on=None)
    if value == "due":
        today = timezone.localdate()
        return rows.filter(until_on__lte=today + timezone.timedelta(days=30))
    return rows


TENURES = Resource(
    code="tenures",
    title="任职",
    unit="条",
    model=Tenure,
    view=permissions.VIEW_POSTS,
    columns=(
        Column("staff__name", "姓名", kind="title"),
        Column("post__title", "岗位"),
        Column("union__name", "工会"),
        Column("from_on", "任职日期", kind="date"),
        Column("until_on", "任职期限", kind="date"),
        Column("document", "任职文件", shown=False),
        Column("ended_on", "离岗日期", kind="date"),
        Column("end_reason", "离岗原因", shown=False),
    ),
    filters=(
        Custom("service", "在岗情况", _served, _by_service, default="now"),
        Days("from_on", "任职日期"),
        Under(),
    ),
    sorts=(Sort("from_on", "任职日期"), Sort("org_path", "组织顺序", descending=False)),
    search=lambda rows, text, scope: rows.filter(staff__name__startswith=text),
    search_hint="姓名",
    facts=(
        Facts(
            "任职",
            (
                ("用户", "staff"),
                ("岗位", "post"),
                ("工会", "union"),
                ("任职日期", "from_on"),
                ("任职期限", "until_on"),
                ("任职文件", "document"),
                ("岗位权限", lambda record: role_names(record.post.roles)),
                ("离岗日期", "ended_on"),
                ("离岗原因", "end_reason"),
            ),
        ),
    ),
    timeline=lambda record, actor: (),
    steps=(
        Step(
            actions.transfer,
            "transfer",
            "调动",
            TransferForm,
            shown=_in_office,
            help="离开现岗位、到新岗位任职，权限随岗位变化；调到其他工会的，在原工会的权限一并收回。",
            tone="primary",
            done="已调动，权限已随岗位变化。",
        ),
        Step(
            actions.end,
            "end",
            "离岗",
            SuccessorForm,
            shown=_in_office,
            help="离岗当天起，随岗位取得的权限停止；账号保留。",
            tone="danger",
            done="已离岗，岗位权限已收回。",
        ),
    ),
    related=("union", "post", "staff__user"),
    empty="还没有任职记录。在岗位的页面办理任职。",
)
