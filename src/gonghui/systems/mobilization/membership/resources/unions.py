"""Unions (工会组织): the list, the profile, officers, and the way to every upkeep."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from gonghui.kernel import codes
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.codes import regions
from gonghui.kernel.metrics.members import counts_of
from gonghui.kernel.org.models import Union, UnionKind, UnionStatus
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
from gonghui.kernel.resource.forms import ActionForm, CodeField, DayField
from gonghui.systems.mobilization.membership import permissions
from gonghui.systems.mobilization.membership.actions import changes as change_actions
from gonghui.systems.mobilization.membership.actions import unions as actions
from gonghui.systems.mobilization.membership.models.unions import (
    OfficerPost,
    UnionOfficer,
    UnionProfile,
)
from gonghui.systems.mobilization.membership.queries.changes import open_change
from gonghui.systems.mobilization.membership.queries.terms import open_term
from gonghui.systems.mobilization.membership.queries.tree import events_of
from gonghui.systems.mobilization.membership.queries.unions import (
    officers_of,
    profile_of,
    search_unions,
)
from gonghui.systems.mobilization.membership.resources.changes import ChangeForm
from gonghui.systems.mobilization.membership.views.restructure import tree_actions

TONES = {"active": "good", "closed": "idle", "merged": "idle"}
COMPLETE = 80
"""Score from which a profile counts as complete in the filter; the score itself is shown."""


class ProfileForm(ActionForm):
    """The plain facts of a profile."""

    unit_name = forms.CharField(label="所在单位名称", max_length=120, required=False)
    unit_nature = CodeField("unit_nature", label="单位性质", required=False)
    unit_uscc = forms.CharField(
        label="单位统一社会信用代码",
        max_length=25,
        required=False,
        help_text="单位营业执照或登记证书上的代码，不是工会自己的代码。",
    )
    region = forms.ChoiceField(label="所在乡镇（街道）", required=False)
    address = forms.CharField(label="地址", max_length=200, required=False)
    employees = forms.IntegerField(label="职工人数", min_value=0, required=False)
    women = forms.IntegerField(label="女职工人数", min_value=0, required=False)
    migrants = forms.IntegerField(label="农民工人数", min_value=0, required=False)
    contact_name = forms.CharField(label="联系人", max_length=50, required=False)
    contact_phone = forms.CharField(
        label="联系电话",
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "data-private": ""}),
    )
    women_committee = forms.BooleanField(label="已设女职工委员会", required=False)
    audit_committee = forms.BooleanField(label="已设经费审查委员会", required=False)
    founded_document = forms.CharField(label="成立批复文号", max_length=80, required=False)
    profile_version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    groups = [
        ("所在单位", ["unit_name", "unit_nature", "unit_uscc", "region", "address"]),
        ("职工", ["employees", "women", "migrants"]),
        ("联系人", ["contact_name", "contact_phone"]),
        ("组织", ["women_committee", "audit_committee", "founded_document"]),
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.record is None:
            return
        profile = profile_of(self.record)
        self.fields["region"].choices = _places(self.record, profile.region)
        for name in self.fields:
            if name not in {"contact_phone", "profile_version"}:
                self.fields[name].initial = getattr(profile, name)
        if profile.contact_mask:
            self.fields["contact_phone"].help_text = f"已登记 {profile.contact_mask}，留空不改。"
        # A kept draft must not bring back the version it was begun on.
        self.initial["profile_version"] = profile.version

    def clean(self) -> dict[str, Any]:
        """All fields of the page; from the API, which sends no version, those it names."""
        found = super().clean() or self.cleaned_data
        if "profile_version" in self.data:
            return found
        return {name: value for name, value in found.items() if name in self.data}


def _places(union: Union, chosen: str) -> list[tuple[str, str]]:
    """Townships and streets of the union's county; for wider unions its own region."""
    code = union.region[:6]
    found = [("", "请选择"), *((item.code, item.name) for item in regions.townships(code))]
    if len(found) == 1 and code:
        found.append((code, regions.full_name(code)))
    if chosen and chosen not in dict(found):
        found.append((chosen, regions.full_name(chosen)))
    return found


class OfficerForm(ActionForm):
    name = forms.CharField(label="姓名", max_length=50)
    post = forms.ChoiceField(label="职务", choices=OfficerPost.choices)
    since = DayField(label="任职日期")
    member_number = forms.CharField(
        label="会员号", max_length=12, required=False, help_text="填写后与会员档案关联。"
    )


class LeaveOfficeForm(ActionForm):
    until = DayField(label="离任日期")


def _kept(union: Union) -> UnionProfile:
    """The profile that came with the record, or a blank one."""
    return getattr(union, "profile", None) or profile_of(union)


def said(name: str) -> Callable[[Union], Any]:
    """The fact of a profile's field."""
    return lambda union: getattr(_kept(union), name)


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def headcount(union: Union) -> str:
    kept = _kept(union)
    if kept.employees is None:
        return ""
    parts = (("女", kept.women), ("农民工", kept.migrants))
    known = "，".join(f"{title} {_number(n)}" for title, n in parts if n is not None)
    return f"{_number(kept.employees)} 人" + (f"（{known}）" if known else "")


def committees(union: Union) -> str:
    kept = _kept(union)
    audit = "已设" if kept.audit_committee else "未设"
    women = "已设" if kept.women_committee else "未设"
    return f"{audit} / {women}"


def township(union: Union) -> str:
    code = _kept(union).region
    return regions.full_name(code) if code else ""


def members(union: Union) -> Any:
    """Members at and below, with the way to their list."""
    counts = counts_of(union.pk)
    at = f"（截至 {timezone.localtime(counts.as_of):%m-%d %H:%M}）" if counts else ""
    return format_html(
        '<a href="{}?under={}">{} 人</a>{}',
        reverse("resource:memberships:list"),
        union.pk,
        f"{counts.in_ranks:,}" if counts else "0",
        at,
    )


def completeness(union: Union) -> str:
    found = _kept(union).completeness()
    missing = f"，还缺：{'、'.join(found.missing)}" if found.missing else ""
    return f"{found.score} / 100{missing}"


def under_way(union: Union, actor: Actor) -> dict[str, Any]:
    """A request that is open, and the ways to the tree and the report."""
    change = open_change(union)
    may_see = change is not None and actor.may(permissions.VIEW_CHANGES, union.path)
    return {
        "change": change if may_see else None,
        "tree_url": reverse("union-tree") + f"?root={union.pk}",
        "report_url": reverse("union-report") + f"?under={union.pk}",
    }


def officers(union: Union, actor: Actor) -> dict[str, Any]:
    return {
        "officers": officers_of(union),
        "may": union.is_active and actor.may(permissions.UPDATE_UNION, union.path),
        "add_url": reverse("resource:unions:step", args=[union.pk, "officer"]),
    }


def term(union: Union, actor: Actor) -> dict[str, Any] | None:
    if not actor.may(permissions.VIEW_TERMS, union.path):
        return None
    found = open_term(union)
    return {
        "term": found,
        "record_url": reverse("resource:terms:record", args=[found.pk]) if found else "",
        "register_url": reverse("resource:terms:create", args=["register"]) + f"?union={union.name}"
        if union.is_active and actor.may(permissions.REGISTER_TERM, union.path)
        else "",
    }


def tree_events(union: Union, actor: Actor) -> dict[str, Any]:
    return {"events": events_of(union), "actions": tree_actions(union, actor)}


def may_ask(union: Union, actor: Actor) -> bool:
    return union.is_active and union.parent_id is not None


def active(union: Union, actor: Actor) -> bool:
    return union.is_active


def by_completeness(rows: Any, value: str) -> Any:
    if value == "none":
        return rows.filter(profile=None)
    if value == "low":
        return rows.filter(profile__score__lt=COMPLETE)
    return rows.filter(profile__score__gte=COMPLETE)


UNIONS = Resource(
    code="unions",
    title="工会组织",
    unit="家",
    model=Union,
    view=permissions.VIEW_UNIONS,
    columns=(
        Column("name", "名称", kind="title"),
        Column("kind", "类型", choices=UnionKind),
        Column("parent__name", "上级工会"),
        Column("uscc", "统一社会信用代码"),
        Column("industry", "行业", table="industry", shown=False),
        Column("status", "状态", kind="state", choices=UnionStatus, tones=TONES),
        Column("founded_on", "成立日期", kind="date"),
        Column("profile__score", "档案完整度", kind="number"),
        Column("profile__unit_name", "所在单位", shown=False),
        Column("profile__employees", "职工人数", kind="number", shown=False),
        Column("profile__chair_name", "主席", shown=False),
        Column("profile__contact_name", "联系人", shown=False),
        Column("profile__contact_mask", "联系电话", shown=False),
    ),
    filters=(
        Choice("status", "状态", choices=UnionStatus, default="active"),
        Choice("kind", "类型", choices=UnionKind),
        Custom(
            "complete",
            "档案",
            lambda actor: [("none", "未建档"), ("low", "不完整"), ("full", "基本完整")],
            by_completeness,
        ),
        Days("founded_on", "成立日期"),
        Under(),
    ),
    sorts=(Sort("path", "组织顺序", descending=False), Sort("founded_on", "成立日期")),
    search=search_unions,
    search_hint="工会名称或统一社会信用代码",
    facts=(
        Facts(
            "基本信息",
            (
                ("名称", "name"),
                ("类型", "kind"),
                ("上级工会", "parent"),
                ("统一社会信用代码", "uscc"),
                ("行业", lambda union: codes.name("industry", union.industry) or "—"),
                ("成立日期", "founded_on"),
                ("撤并日期", "ended_on"),
                ("承继工会", "successor"),
                ("会员（含下级）", members),
                ("档案完整度", completeness),
            ),
        ),
        Facts(
            "工会档案",
            (
                ("所在单位", said("unit_name")),
                ("单位性质", lambda union: codes.name("unit_nature", _kept(union).unit_nature)),
                ("单位信用代码", said("unit_uscc")),
                ("乡镇（街道）", township),
                ("地址", said("address")),
                ("职工人数", headcount),
                ("联系人", said("contact_name")),
                ("联系电话", said("contact_mask")),
                ("工会主席", said("chair_name")),
                ("经审会 / 女工委", committees),
                ("成立批复", said("founded_document")),
            ),
        ),
    ),
    sections=(
        Section("办理和查看", "membership/unions/under_way.html", under_way),
        Section("工会干部", "membership/unions/officers.html", officers),
        Section("届期", "membership/terms/on_union.html", term),
        Section("组织变动", "membership/tree/on_union.html", tree_events),
    ),
    steps=(
        Step(
            actions.update,
            "profile",
            "更新档案",
            form=ProfileForm,
            shown=active,
            tone="primary",
            help="名称、代码、上级、类型、行业、主席属于关键信息，请用“申请变更关键信息”。",
            done="档案已更新。",
        ),
        Step(
            change_actions.submit,
            "change",
            "申请变更关键信息",
            form=ChangeForm,
            shown=may_ask,
            help="由上级工会审批；变更上级的，由两个上级共同的上级审批。",
            done=lambda change: (
                f"已提交，受理编号 {change.receipt}，由“{change.decider.name}”审批。"
            ),
        ),
        Step(
            actions.name_officer,
            "officer",
            "登记工会干部",
            form=OfficerForm,
            shown=active,
            done="已登记。",
        ),
    ),
    export=permissions.EXPORT_UNIONS,
    reveal=actions.reveal,
    related=("parent", "successor", "profile"),
    empty="还没有工会组织。",
)

OFFICERS = Resource(
    code="union-officers",
    title="工会干部",
    unit="人",
    model=UnionOfficer,
    view=permissions.VIEW_UNIONS,
    columns=(
        Column("name", "姓名", kind="title"),
        Column("post", "职务", choices=OfficerPost),
        Column("union__name", "工会"),
        Column("since", "任职日期", kind="date"),
        Column("until", "离任日期", kind="date"),
    ),
    filters=(
        Choice("post", "职务", choices=OfficerPost),
        Custom(
            "serving",
            "任职",
            lambda actor: [("now", "在任"), ("past", "已离任")],
            lambda rows, value: rows.filter(until__isnull=value == "now"),
            default="now",
        ),
        Under(),
    ),
    sorts=(Sort("id", "登记先后"), Sort("since", "任职日期")),
    search=lambda rows, text, scope: rows.filter(name__contains=text),
    search_hint="姓名",
    facts=(
        Facts(
            "任职",
            (
                ("姓名", "name"),
                ("职务", "post"),
                ("工会", "union"),
                ("任职日期", "since"),
                ("离任日期", "until"),
            ),
        ),
    ),
    steps=(
        Step(
            actions.end_office,
            "leave",
            "登记离任",
            form=LeaveOfficeForm,
            shown=lambda officer, actor: officer.until is None,
            done="已登记离任。",
        ),
    ),
    related=("union",),
    empty="还没有登记工会干部。可在工会档案页登记。",
)
