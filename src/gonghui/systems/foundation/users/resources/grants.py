"""Grants, proposals and delegations: lists, records and what can be done with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.granting import DIRECT
from gonghui.kernel.access.models import Grant
from gonghui.kernel.access.roles import GRANTABLE, ROLES
from gonghui.kernel.identity.models import User
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
from gonghui.systems.foundation.users import permissions
from gonghui.systems.foundation.users.actions import grants as actions
from gonghui.systems.foundation.users.models import (
    Delegation,
    DelegationState,
    Proposal,
    ProposalState,
)
from gonghui.systems.foundation.users.queries import grants as queries
from gonghui.systems.foundation.users.resources.posts import role_names
from gonghui.systems.foundation.users.resources.staff import reason_field
from gonghui.systems.foundation.users.views.picking import StaffField, staff_named


class GiveForm(ActionForm):
    groups = [
        ("给谁", ["user"]),
        ("什么权限", ["role", "union"], "权限在所选工会及其全部下级工会有效。"),
        ("期限", ["from_on", "until"], "临时权限填写截止日期，到期自动停止。"),
        ("依据", ["reason", "document"]),
    ]
    user = StaffField(label="用户", permission=permissions.GRANTING)
    role = forms.ChoiceField(
        label="角色",
        choices=[(role.code, f"{role.title}：{role.help}") for role in GRANTABLE],
        widget=forms.RadioSelect,
    )
    union = UnionField(label="工会", permission=permissions.GRANTING)
    from_on = DayField(label="起始日期", required=False, help_text="不填为即日起。")
    until = DayField(label="截止日期", required=False, help_text="不填为长期。")
    reason = reason_field("授权依据")
    document = forms.CharField(label="文号", max_length=60, required=False)

    def clean_user(self) -> int:
        return staff_named(self.cleaned_data["user"], self.actor, permissions.GRANTING).user_id


class ExtendForm(ActionForm):
    until = DayField(label="新的截止日期", required=False, help_text="不填为长期。")
    reason = reason_field()


class ReasonForm(ActionForm):
    reason = reason_field()


class AnswerForm(ActionForm):
    answer = forms.CharField(label="意见", max_length=200, required=False)


class RefuseForm(ActionForm):
    answer = reason_field("不同意的原因")


def _states(actor: Actor) -> Sequence[tuple[str, str]]:
    return [("live", "有效"), ("later", "尚未开始"), ("over", "已到期"), ("ended", "已收回")]


def _in_state(rows: QuerySet, value: str) -> QuerySet:
    today = timezone.localdate()
    if value == "ended":
        return rows.filter(ended_at__isnull=False)
    rows = rows.filter(ended_at=None)
    if value == "over":
        return rows.filter(valid_to__lt=today)
    if value == "later":
        return rows.filter(valid_from__gt=today)
    return rows.filter(Q(valid_to=None) | Q(valid_to__gte=today), valid_from__lte=today)


def _ends(actor: Actor) -> Sequence[tuple[str, str]]:
    return [("7", "7 天内到期"), ("30", "30 天内到期"), ("90", "90 天内到期"), ("open", "长期")]


def _ending(rows: QuerySet, value: str) -> QuerySet:
    if value == "open":
        return rows.filter(valid_to=None)
    if not value.isdecimal():
        return rows.none()
    return queries.due_within(rows, timezone.localdate(), min(int(value), 3660))


def _roles(actor: Actor) -> Sequence[tuple[str, str]]:
    return [(role.code, role.title) for role in GRANTABLE]


def _sources(actor: Actor) -> Sequence[tuple[str, str]]:
    return [(str(code), str(label)) for code, label in Grant._meta.get_field("source").choices]


SOURCES = dict(Grant._meta.get_field("source").choices)


def state_of(grant: Grant) -> str:
    today = timezone.localdate()
    if grant.ended_at is not None:
        return "已收回"
    if grant.valid_to is not None and grant.valid_to < today:
        return "已到期"
    return "尚未开始" if grant.valid_from > today else "有效"


def giver_of(grant: Grant) -> str:
    giver = User.objects.filter(pk=grant.granted_by_id).first() if grant.granted_by_id else None
    return giver.display_name if giver else "系统初始化"


def _standing(record: Grant, actor: Actor) -> bool:
    return record.ended_at is None and record.user_id != actor.user_id


def _extendable(record: Grant, actor: Actor) -> bool:
    return _standing(record, actor) and record.source == DIRECT


def _why(record: Grant, actor: Actor) -> dict[str, Any]:
    return {
        "url": f"{reverse('rights-why', args=[record.user_id])}?drop={record.pk}",
        "text": "看这名用户现在能看到和办理什么、依据是哪一项授权，以及收回这一项后会少什么。",
        "label": "推演收回后的权限",
    }


def _search(rows: QuerySet, text: str, scope: Scope) -> QuerySet:
    return rows.filter(user__display_name__startswith=text) | rows.filter(
        user__username__startswith=text
    )


GRANTS = Resource(
    code="grants",
    title="授权",
    unit="项",
    model=Grant,
    view=permissions.VIEW_GRANTS,
    columns=(
        Column("user__display_name", "用户", kind="title"),
        Column("role", "角色", paint=lambda code: ROLES[code].title),
        Column("union__name", "工会"),
        Column("valid_from", "起", kind="date"),
        Column("valid_to", "止", kind="date"),
        Column("source", "来源", paint=lambda code: SOURCES[code]),
        Column("reason", "依据", shown=False),
        Column("reviewed_on", "最近复核", kind="date"),
        Column("ended_at", "收回时间", kind="datetime", shown=False),
    ),
    filters=(
        Custom("state", "状态", _states, _in_state, default="live"),
        Custom("role", "角色", _roles, lambda rows, value: rows.filter(role=value)),
        Custom("ends", "到期", _ends, _ending),
        Custom("source", "来源", _sources, lambda rows, value: rows.filter(source=value)),
        Under(),
    ),
    sorts=(
        Sort("id", "授权先后"),
        Sort("org_path", "组织顺序", descending=False),
        Sort("valid_from", "起始日期"),
    ),
    search=_search,
    search_hint="姓名或用户名",
    facts=(
        Facts(
            "授权",
            (
                ("用户", "user.display_name"),
                ("用户名", "user.username"),
                ("角色", "role"),
                ("工会", lambda record: f"{record.union}及其下级工会"),
                ("起始日期", "valid_from"),
                ("截止日期", lambda record: record.valid_to or "长期"),
                ("状态", state_of),
            ),
        ),
        Facts(
            "依据",
            (
                ("授权人", giver_of),
                ("授权依据", "reason"),
                ("来源", "source"),
                ("最近复核", "reviewed_on"),
                ("收回时间", "ended_at"),
            ),
        ),
    ),
    sections=(Section("权限推演", "users/go.html", _why),),
    timeline=lambda record, actor: (),
    creates=(
        Step(
            actions.give,
            "give",
            "授予权限",
            GiveForm,
            help="省级管理员的授权提请后，由另一名省级安全管理员确认才生效。",
            done=lambda made: (
                "已提请，等待另一名安全管理员确认。"
                if isinstance(made, Proposal)
                else "已授权，立即生效。"
            ),
        ),
    ),
    steps=(
        Step(
            actions.revoke,
            "revoke",
            "收回权限",
            ReasonForm,
            shown=_standing,
            help="收回后，该用户的下一次操作即不再有这项权限。",
            tone="danger",
            done="已收回。",
        ),
        Step(
            actions.extend,
            "extend",
            "变更期限",
            ExtendForm,
            shown=_extendable,
            done="期限已变更。",
        ),
    ),
    export=permissions.EXPORT_GRANTS,
    related=("user", "union"),
    empty="没有符合条件的授权。",
)

PROPOSAL_TONES = {"waiting": "wait", "confirmed": "good", "refused": "stop", "withdrawn": "idle"}


def _waiting(record: Proposal, actor: Actor) -> bool:
    return record.state == ProposalState.WAITING


def _second(record: Proposal, actor: Actor) -> bool:
    mine = actor.user_id in {record.proposer_id, record.user_id}
    return _waiting(record, actor) and not mine


PROPOSALS = Resource(
    code="proposals",
    title="提请授权",
    unit="份",
    model=Proposal,
    view=permissions.VIEW_GRANTS,
    columns=(
        Column("user__display_name", "被授权人", kind="title"),
        Column("role", "角色", paint=lambda code: ROLES[code].title),
        Column("union__name", "工会"),
        Column("proposer__display_name", "提请人"),
        Column("proposed_at", "提请时间", kind="datetime"),
        Column("state", "状态", kind="state", choices=ProposalState, tones=PROPOSAL_TONES),
        Column("decided_by", "确认人", shown=False),
    ),
    filters=(Choice("state", "状态", choices=ProposalState),),
    sorts=(Sort("proposed_at", "提请时间"),),
    facts=(
        Facts(
            "提请",
            (
                ("被授权人", "user.display_name"),
                ("角色", "role"),
                ("工会", "union"),
                ("起始日期", "from_on"),
                ("截止日期", lambda record: record.until_on or "长期"),
                ("授权依据", "reason"),
                ("提请人", "proposer.display_name"),
                ("提请时间", "proposed_at"),
            ),
        ),
        Facts("确认", (("确认人", "decided_by"), ("确认时间", "decided_at"), ("意见", "answer"))),
    ),
    timeline=lambda record, actor: (),
    steps=(
        Step(
            actions.confirm,
            "confirm",
            "确认授权",
            AnswerForm,
            shown=_second,
            tone="primary",
            help="确认后立即生效。",
            done="已确认，授权已生效。",
        ),
        Step(
            actions.refuse,
            "refuse",
            "不同意",
            RefuseForm,
            shown=_waiting,
            tone="danger",
            done="已处理。",
        ),
    ),
    related=("user", "union", "proposer", "grant"),
    empty="没有提请。省级管理员的授权由两名安全管理员先后办理。",
)

DELEGATION_TONES = {"active": "info", "ended": "idle"}

DELEGATIONS = Resource(
    code="delegations",
    title="委托",
    unit="项",
    model=Delegation,
    view=permissions.VIEW_DELEGATIONS,
    columns=(
        Column("giver__display_name", "委托人", kind="title"),
        Column("taker__display_name", "受托人"),
        Column("roles", "权限", paint=role_names),
        Column("union__name", "工会"),
        Column("from_on", "开始", kind="date"),
        Column("until_on", "结束", kind="date"),
        Column("state", "状态", kind="state", choices=DelegationState, tones=DELEGATION_TONES),
    ),
    filters=(
        Choice("state", "状态", choices=DelegationState),
        Days("until_on", "结束日期"),
        Under(),
    ),
    sorts=(Sort("made_at", "委托时间"), Sort("until_on", "结束日期", descending=False)),
    search=lambda rows, text, scope: (
        rows.filter(giver__display_name__startswith=text)
        | rows.filter(taker__display_name__startswith=text)
    ),
    search_hint="委托人或受托人",
    facts=(
        Facts(
            "委托",
            (
                ("委托人", "giver.display_name"),
                ("受托人", "taker.display_name"),
                ("权限", lambda record: role_names(record.roles)),
                ("工会", "union"),
                ("开始日期", "from_on"),
                ("结束日期", "until_on"),
                ("事由", "reason"),
                ("委托时间", "made_at"),
                ("结束时间", "ended_at"),
                ("结束人", "ended_by"),
            ),
        ),
    ),
    timeline=lambda record, actor: (),
    related=("giver", "taker", "union"),
    empty="没有委托。用户在“我的权限”页把自己的业务权限委托给同事。",
)
