"""Reviews of grants: campaigns and the grants in them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.roles import ROLES
from gonghui.kernel.resource.declaration import (
    Choice,
    Column,
    Facts,
    Resource,
    Section,
    Sort,
    Step,
    Under,
)
from gonghui.kernel.resource.forms import ActionForm, DayField, UnionField
from gonghui.systems.foundation.users import permissions
from gonghui.systems.foundation.users.actions import reviews as actions
from gonghui.systems.foundation.users.models import Decision, Review, ReviewItem, ReviewState
from gonghui.systems.foundation.users.queries import grants as queries
from gonghui.systems.foundation.users.resources.grants import SOURCES
from gonghui.systems.foundation.users.resources.staff import reason_field

ITEM_TONES = {
    "pending": "wait",
    "confirmed": "good",
    "changed": "info",
    "revoked": "stop",
    "suspended": "stop",
    "restored": "good",
    "gone": "idle",
}


class NoteForm(ActionForm):
    note = forms.CharField(label="说明", max_length=200, required=False)


class OpenForm(ActionForm):
    union = UnionField(label="复核范围", permission=permissions.DECIDE_REVIEWS, superiors=True)


class ChangeForm(ActionForm):
    until = DayField(label="新的截止日期")
    note = forms.CharField(label="说明", max_length=200, required=False)


class ReasonForm(ActionForm):
    reason = reason_field()


def _board(record: Review, actor: Actor) -> dict[str, Any]:
    own = next(
        (held.union_id for held in actor.grants if record.org_path.startswith(held.path)),
        None,
    )
    place = record.union_id if own else (actor.union_id or record.union_id)
    return {
        "url": reverse("review-board", args=[record.pk, place]),
        "text": "各工会复核到哪一步、还有哪些没有复核，都在复核表上，可以打印。",
        "label": "打开复核表",
    }


REVIEWS = Resource(
    code="access-reviews",
    title="授权复核",
    unit="次",
    model=Review,
    view=permissions.VIEW_REVIEWS,
    columns=(
        Column("title", "名称", kind="title"),
        Column("union__name", "范围"),
        Column("opened_on", "开始日期", kind="date"),
        Column("due_on", "复核期限", kind="date"),
        Column("total", "授权数", kind="number"),
        Column("done", "已复核", kind="number"),
        Column(
            "state",
            "状态",
            kind="state",
            choices=ReviewState,
            tones={"open": "info", "closed": "good"},
        ),
    ),
    filters=(Choice("state", "状态", choices=ReviewState),),
    sorts=(Sort("opened_on", "开始日期"),),
    facts=(
        Facts(
            "复核",
            (
                ("范围", lambda record: f"{record.union}及其下级工会"),
                ("开始日期", "opened_on"),
                ("复核期限", "due_on"),
                ("逾期暂停", "suspend_on"),
                ("授权数", "total"),
                ("已复核", "done"),
            ),
        ),
    ),
    sections=(Section("进展", "users/go.html", _board),),
    timeline=lambda record, actor: (),
    creates=(
        Step(
            actions.open_review,
            "open",
            "开始授权复核",
            OpenForm,
            help="每季度首个工作日自动开始一次；机构调整等情况可以随时另行开始。",
            done="已开始，复核任务已发到各工会的安全管理员。",
        ),
    ),
    steps=(
        Step(
            actions.close,
            "close",
            "结束复核",
            shown=lambda record, actor: record.state == ReviewState.OPEN,
            done="已结束。",
        ),
    ),
    related=("union",),
    empty="还没有授权复核。每季度首个工作日自动开始。",
)


def _may(record: ReviewItem, actor: Actor) -> bool:
    return record.decision == Decision.PENDING and queries.may_decide(record, actor)


def _lapsed(record: ReviewItem, actor: Actor) -> bool:
    return record.decision == Decision.SUSPENDED and queries.may_decide(record, actor)


def _why(record: ReviewItem, actor: Actor) -> dict[str, Any]:
    return {
        "url": f"{reverse('rights-why', args=[record.grant.user_id])}?drop={record.grant_id}",
        "text": "看这项权限让这名用户能看到和办理什么。",
        "label": "打开权限推演",
    }


REVIEW_ITEMS = Resource(
    code="review-items",
    title="复核事项",
    unit="项",
    model=ReviewItem,
    view=permissions.VIEW_REVIEWS,
    columns=(
        Column("user_name", "用户", kind="title"),
        Column("role", "角色", paint=lambda code: ROLES[code].title),
        Column("union__name", "工会"),
        Column("review__title", "复核"),
        Column("grant__valid_to", "权限到期", kind="date"),
        Column("grant__source", "来源", paint=lambda code: SOURCES[code], shown=False),
        Column("due_on", "复核期限", kind="date"),
        Column("decision", "复核结果", kind="state", choices=Decision, tones=ITEM_TONES),
        Column("decided_by", "复核人", shown=False),
    ),
    filters=(
        Choice("decision", "复核结果", choices=Decision, default="pending"),
        Under(),
    ),
    sorts=(
        Sort("org_path", "组织顺序", descending=False),
        Sort("due_on", "复核期限", descending=False),
    ),
    search=lambda rows, text, scope: rows.filter(user_name__startswith=text),
    search_hint="姓名",
    facts=(
        Facts(
            "权限",
            (
                ("用户", "user_name"),
                ("角色", "role"),
                ("工会", lambda record: f"{record.union}及其下级工会"),
                ("起始日期", "grant.valid_from"),
                ("截止日期", lambda record: record.grant.valid_to or "长期"),
                ("来源", "grant.source"),
                ("授权依据", "grant.reason"),
                ("上次复核", "grant.reviewed_on"),
            ),
        ),
        Facts(
            "复核",
            (
                ("复核", "review"),
                ("期限", "due_on"),
                ("复核人", "decided_by"),
                ("复核时间", "decided_at"),
                ("说明", "note"),
                ("提级日期", "escalated_on"),
            ),
        ),
    ),
    sections=(Section("权限推演", "users/go.html", _why),),
    timeline=lambda record, actor: (),
    steps=(
        Step(
            actions.confirm,
            "confirm",
            "继续保留",
            NoteForm,
            shown=_may,
            tone="primary",
            done="已复核：继续保留。",
        ),
        Step(
            actions.change,
            "change",
            "变更期限",
            ChangeForm,
            shown=lambda record, actor: _may(record, actor) and record.grant.source == "direct",
            done="已复核：期限已变更。",
        ),
        Step(
            actions.revoke,
            "revoke",
            "收回权限",
            ReasonForm,
            shown=_may,
            tone="danger",
            done="已复核：权限已收回。",
        ),
        Step(
            actions.restore,
            "restore",
            "恢复权限",
            ReasonForm,
            shown=_lapsed,
            tone="primary",
            done="权限已恢复。",
        ),
    ),
    related=("union", "review", "grant__user", "grant__union"),
    empty="没有待复核的授权。",
)
