"""Users from and to other systems: sources, tokens, targets, receipts, comparisons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
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
from gonghui.kernel.resource.forms import ActionForm, UnionField
from gonghui.kernel.ui import components as ui
from gonghui.systems.foundation.users import permissions
from gonghui.systems.foundation.users.actions import provisioning as actions
from gonghui.systems.foundation.users.actions import pushing
from gonghui.systems.foundation.users.models import (
    Difference,
    ItemState,
    Outcome,
    PushItem,
    Receipt,
    Reconciliation,
    RunState,
    Source,
    SourceState,
    SourceToken,
    Target,
    TargetState,
    TokenState,
    Verb,
)
from gonghui.systems.foundation.users.permissions import MANAGE_PUSHING, VIEW_PUSHING
from gonghui.systems.foundation.users.queries import provisioning as queries
from gonghui.systems.foundation.users.rules.provisioning import BUSINESS
from gonghui.systems.foundation.users.rules.pushing import ATTRIBUTES, SIMULATED

SHOWN = 200
ROLE_CHOICES = tuple(BUSINESS.items())
TOKEN_TONES = {"waiting": "wait", "active": "good", "refused": "stop", "revoked": "idle"}
TARGET_TONES = {
    "waiting": "wait",
    "on": "good",
    "paused": "wait",
    "refused": "stop",
    "closed": "idle",
}
ITEM_TONES = {"waiting": "wait", "done": "good", "rejected": "stop", "stopped": "stop"}
RUN_TONES = {"running": "wait", "done": "good", "failed": "stop"}


def role_names(codes: Sequence[str], none: str = "不能授予角色") -> str:
    return "、".join(BUSINESS.get(code, code) for code in codes) or none


def attribute_names(codes: Sequence[str]) -> str:
    return "、".join(["用户名", "姓名", "状态", *(ATTRIBUTES.get(code, code) for code in codes)])


def shown_address(address: str) -> str:
    return f"{address}（模拟）" if address.startswith(SIMULATED) else address


class ReasonForm(ActionForm):
    reason = forms.CharField(label="理由", min_length=2, max_length=200)


class AnswerForm(ActionForm):
    answer = forms.CharField(label="意见", max_length=200, required=False)


class RefuseForm(ActionForm):
    answer = forms.CharField(label="不批准的理由", min_length=2, max_length=200)


class SourceForm(ActionForm):
    name = forms.CharField(label="系统名称", max_length=60)
    keeper = forms.CharField(label="责任部门", max_length=60)
    roles = forms.MultipleChoiceField(
        label="可以授予的角色",
        choices=ROLE_CHOICES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="不选时只能维护用户，不能授予角色。管理员角色不能由外部系统授予。",
    )
    shows_mobile = forms.BooleanField(
        label="可以读取完整手机号码",
        required=False,
        help_text="不选时隐去中间四位。",
    )
    note = forms.CharField(label="用途", max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.record is not None:
            for field in ("name", "keeper", "roles", "shows_mobile", "note"):
                self.initial.setdefault(field, getattr(self.record, field))


class NewSourceForm(SourceForm):
    union = UnionField(label="管理哪个工会及其下级的用户", permission=permissions.MANAGE_PUSHING)
    field_order = ["union"]


class TargetForm(ActionForm):
    name = forms.CharField(label="系统名称", max_length=60)
    keeper = forms.CharField(label="责任部门", max_length=60)
    address = forms.CharField(
        label="接口地址",
        max_length=300,
        help_text="对方 SCIM 接口的地址，以 https:// 开头，不含 /Users。",
        widget=forms.TextInput(attrs={"inputmode": "url"}),
    )
    secret = forms.CharField(
        label="访问令牌",
        max_length=2000,
        strip=True,
        help_text="对方发给本平台的令牌，加密保存，不再显示。",
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "data-private": ""}),
    )
    roles = forms.MultipleChoiceField(
        label="推送哪些角色的用户",
        choices=ROLE_CHOICES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="不选时推送范围内的全部用户。",
    )
    attributes = forms.MultipleChoiceField(
        label="除用户名、姓名和状态外，还推送",
        choices=tuple(ATTRIBUTES.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="只选对方办理业务必需的内容。",
    )
    note = forms.CharField(label="用途", max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.record is not None:
            for field in ("name", "keeper", "address", "roles", "attributes", "note"):
                self.initial.setdefault(field, getattr(self.record, field))
            secret = self.fields["secret"]
            secret.required, secret.help_text = (
                False,
                "不填时沿用原来的令牌；接口地址变了必须重填。",
            )


class NewTargetForm(TargetForm):
    union = UnionField(label="推送哪个工会及其下级的用户", permission=permissions.MANAGE_PUSHING)
    field_order = ["union"]


def _named(rows: QuerySet, text: str, scope: Any) -> QuerySet:
    return rows.filter(name__contains=text)


# Sources and tokens


def _tokens(source: Source, actor: Actor) -> dict[str, Any]:
    rows = SourceToken.objects.within(actor.scope(VIEW_PUSHING)).filter(source=source)
    may = actor.may(MANAGE_PUSHING, source.org_path) and source.state == SourceState.ON
    return {
        "table": ui.Table(
            "令牌",
            [
                ui.Column("令牌", "title"),
                ui.Column("状态", "state"),
                ui.Column("有效期止"),
                ui.Column("最近使用"),
            ],
            [
                ui.Row(
                    str(token.pk),
                    [
                        f"{token.hint}…",
                        ui.pill(token.get_state_display(), TOKEN_TONES[token.state]),
                        token.valid_to,
                        _moment(token.used_at, "还没有使用"),
                    ],
                    reverse("resource:scim-tokens:record", args=[token.pk]),
                )
                for token in rows.order_by("-id")[:20]
            ],
        ),
        "url": reverse("source-issue", args=[source.pk]) if may else "",
        "address": "/scim/v2",
    }


def _moment(value: Any, none: str = "") -> str:
    return timezone.localtime(value).strftime("%Y-%m-%d %H:%M") if value else none


SOURCES = Resource(
    code="scim-sources",
    title="来源系统",
    unit="个",
    model=Source,
    view=VIEW_PUSHING,
    columns=(
        Column("name", "系统名称", kind="title"),
        Column("union__name", "管理范围"),
        Column("keeper", "责任部门"),
        Column("roles", "可以授予的角色", paint=role_names),
        Column("shows_mobile", "完整手机号码", kind="flag"),
        Column(
            "state",
            "状态",
            kind="state",
            choices=SourceState,
            tones={"on": "good", "off": "stop"},
        ),
    ),
    filters=(Choice("state", "状态", choices=SourceState), Under()),
    search=_named,
    search_hint="系统名称",
    facts=(
        Facts(
            "来源系统",
            (
                ("管理范围", lambda row: f"{row.union.name}及其下级"),
                ("责任部门", "keeper"),
                ("可以授予的角色", lambda row: role_names(row.roles)),
                ("可以读取完整手机号码", "shows_mobile"),
                ("用途", "note"),
                ("登记时间", "made_at"),
            ),
        ),
    ),
    sections=(Section("令牌", "users/provisioning/tokens.html", _tokens),),
    creates=(
        Step(
            actions.register_source,
            "register",
            "登记来源系统",
            NewSourceForm,
            help="登记后再签发令牌。令牌经安全管理员批准才能使用。",
            done="已登记。下一步：签发令牌。",
        ),
    ),
    steps=(
        Step(
            actions.amend_source,
            "amend",
            "修改来源系统",
            SourceForm,
            help="扩大角色范围或开放完整手机号码后，已有令牌须重新批准。",
            done="已修改。",
        ),
        Step(
            actions.switch_source,
            "off",
            "停用来源系统",
            ReasonForm,
            shown=lambda row, actor: row.state == SourceState.ON,
            help="停用后它的所有请求立即被拒绝，已经授予的角色保留。",
            tone="danger",
            done="已停用。",
        ),
        Step(
            actions.switch_source,
            "on",
            "启用来源系统",
            ReasonForm,
            shown=lambda row, actor: row.state == SourceState.OFF,
            done="已启用。",
        ),
    ),
    related=("union",),
    empty="还没有来源系统。人事等系统登记后，可以把用户和角色推送进来。",
)

TOKENS = Resource(
    code="scim-tokens",
    title="来源令牌",
    unit="个",
    model=SourceToken,
    view=VIEW_PUSHING,
    columns=(
        Column("source__name", "来源系统", kind="title"),
        Column("hint", "令牌开头", kind="code", paint=lambda value: f"{value}…"),
        Column("union__name", "管理范围"),
        Column("valid_to", "有效期止", kind="date"),
        Column("used_at", "最近使用", kind="datetime"),
        Column("issued_by", "签发人"),
        Column("state", "状态", kind="state", choices=TokenState, tones=TOKEN_TONES),
    ),
    filters=(Choice("state", "状态", choices=TokenState), Under()),
    facts=(
        Facts(
            "这个令牌可以做什么",
            (
                ("来源系统", "source.name"),
                ("维护哪些用户", lambda row: f"{row.union.name}及其下级"),
                ("可以授予的角色", lambda row: role_names(row.source.roles)),
                ("可以读取完整手机号码", "source.shows_mobile"),
                ("有效期止", "valid_to"),
            ),
        ),
        Facts(
            "签发和使用",
            (
                ("令牌开头", "hint"),
                ("签发人", "issued_by"),
                ("签发时间", "issued_at"),
                ("批准人", "decided_by"),
                ("批准时间", "decided_at"),
                ("意见", "answer"),
                ("最近使用", "used_at"),
                ("使用的地址", "used_from"),
            ),
        ),
    ),
    steps=(
        Step(
            actions.approve_token,
            "approve",
            "批准令牌",
            AnswerForm,
            shown=lambda row, actor: row.state == TokenState.WAITING,
            help="批准后，持有令牌的系统可以在上述范围内新建、修改、停用用户并授予上述角色。",
            tone="primary",
            done="已批准，令牌可以使用。",
        ),
        Step(
            actions.refuse_token,
            "refuse",
            "不批准令牌",
            RefuseForm,
            shown=lambda row, actor: row.state == TokenState.WAITING,
            done="未批准。",
        ),
        Step(
            actions.revoke_token,
            "revoke",
            "作废令牌",
            ReasonForm,
            shown=lambda row, actor: row.state in {TokenState.WAITING, TokenState.ACTIVE},
            help="作废后立即不能使用，不能恢复。",
            tone="danger",
            done="已作废。",
        ),
        Step(
            actions.stop_token,
            "stop",
            "紧急作废令牌",
            ReasonForm,
            shown=lambda row, actor: row.state in {TokenState.WAITING, TokenState.ACTIVE},
            help="令牌泄露或异常使用时用。作废后立即不能使用，不能恢复。",
            tone="danger",
            done="已作废。",
        ),
    ),
    related=("source", "union"),
    empty="还没有令牌。在来源系统中签发。",
)


# Targets and what was pushed to them


def _standing(target: Target, actor: Actor) -> dict[str, Any]:
    counts = queries.figures(target)
    base = reverse("resource:push-items:list")
    return {
        "stats": [
            ui.Stat(
                ItemState(state).label,
                count,
                unit="人",
                url=f"{base}?target={target.pk}&state={state}",
            )
            for state, count in counts.items()
        ],
        "target": target,
        "simulated": target.is_simulated,
        "receipts": f"{reverse('resource:push-receipts:list')}?target={target.pk}",
        "rests": target.rests_until
        if target.rests_until and target.rests_until > timezone.now()
        else None,
        "run": queries.last_run(target),
    }


def _targets(actor: Actor) -> Sequence[tuple[str, str]]:
    rows = Target.objects.within(actor.scope(VIEW_PUSHING)).order_by("name")
    return [(str(pk), name) for pk, name in rows.values_list("pk", "name")[:100]]


def _of_target(rows: QuerySet, value: str) -> QuerySet:
    return rows.filter(target_id=int(value)) if value.isdecimal() else rows.none()


def _live(row: Target, actor: Actor) -> bool:
    return row.state in {TargetState.ON, TargetState.PAUSED}


TARGETS = Resource(
    code="push-targets",
    title="推送目标",
    unit="个",
    model=Target,
    view=VIEW_PUSHING,
    columns=(
        Column("name", "系统名称", kind="title"),
        Column("union__name", "推送范围"),
        Column("address", "接口地址", paint=shown_address),
        Column("keeper", "责任部门"),
        Column("reconciled_at", "最近核对", kind="datetime"),
        Column("state", "状态", kind="state", choices=TargetState, tones=TARGET_TONES),
    ),
    filters=(Choice("state", "状态", choices=TargetState), Under()),
    search=_named,
    search_hint="系统名称",
    facts=(
        Facts(
            "推送目标",
            (
                ("推送范围", lambda row: f"{row.union.name}及其下级"),
                ("推送哪些用户", lambda row: role_names(row.roles, "全部用户")),
                ("推送内容", lambda row: attribute_names(row.attributes)),
                ("接口地址", lambda row: shown_address(row.address)),
                ("责任部门", "keeper"),
                ("用途", "note"),
            ),
        ),
        Facts(
            "登记和批准",
            (
                ("登记人", "asked_by"),
                ("批准人", "decided_by"),
                ("批准时间", "decided_at"),
                ("意见", "answer"),
                ("最近核对", "reconciled_at"),
            ),
        ),
    ),
    sections=(Section("推送情况", "users/provisioning/standing.html", _standing),),
    creates=(
        Step(
            actions.register_target,
            "register",
            "登记推送目标",
            NewTargetForm,
            help="安全管理员批准后开始推送。",
            done="已登记，等待安全管理员批准。",
        ),
    ),
    steps=(
        Step(
            actions.approve_target,
            "approve",
            "批准推送",
            AnswerForm,
            shown=lambda row, actor: row.state == TargetState.WAITING,
            help="批准后，范围内的用户立即推送到上述地址，以后每次变化都推送。",
            tone="primary",
            done="已批准，开始推送。",
        ),
        Step(
            actions.refuse_target,
            "refuse",
            "不批准推送",
            RefuseForm,
            shown=lambda row, actor: row.state == TargetState.WAITING,
            done="未批准。",
        ),
        Step(
            pushing.reconcile,
            "reconcile",
            "全量核对",
            shown=_live,
            help="读取对方的全部用户，与本平台应推送的逐一比较，列出差异。",
            done="已开始核对，稍候在“推送核对”中查看结果。",
        ),
        Step(
            pushing.retry_all,
            "retry",
            "重推没有成功的用户",
            shown=lambda row, actor: _live(row, actor) and queries.stopped(row).exists(),
            help="对方拒绝和多次失败已停止的用户，全部再推一次。",
            done="已列入推送。",
        ),
        Step(
            actions.amend_target,
            "amend",
            "修改推送目标",
            TargetForm,
            shown=lambda row, actor: row.state != TargetState.CLOSED,
            help="修改后暂停推送，等待安全管理员重新批准。",
            done="已修改，等待安全管理员批准。",
        ),
        Step(
            actions.pause_target,
            "pause",
            "暂停推送",
            ReasonForm,
            shown=lambda row, actor: row.state == TargetState.ON,
            help="暂停期间的变化会记下，恢复后推送。",
            done="已暂停。",
        ),
        Step(
            actions.resume_target,
            "resume",
            "恢复推送",
            ReasonForm,
            shown=lambda row, actor: row.state == TargetState.PAUSED,
            tone="primary",
            done="已恢复。",
        ),
        Step(
            actions.close_target,
            "close",
            "停用推送目标",
            ReasonForm,
            shown=lambda row, actor: row.state != TargetState.CLOSED,
            help="停用后不再推送，访问令牌删除，不能恢复；回执保留。",
            tone="danger",
            done="已停用。",
        ),
    ),
    related=("union",),
    empty="还没有推送目标。登记其他系统的 SCIM 接口后，用户和权限的变化会自动推送过去。",
)


def _receipts(item: PushItem, actor: Actor) -> dict[str, Any]:
    return {
        "table": ui.Table(
            "回执",
            [
                ui.Column("时间"),
                ui.Column("内容"),
                ui.Column("结果", "state"),
                ui.Column("原因"),
                ui.Column("第几次", "number"),
            ],
            [
                ui.Row(
                    str(receipt.pk),
                    [
                        _moment(receipt.at),
                        receipt.get_verb_display(),
                        ui.pill(
                            receipt.get_outcome_display(), queries.TONES[Outcome(receipt.outcome)]
                        ),
                        receipt.reason or "—",
                        str(receipt.attempt),
                    ],
                    reverse("resource:push-receipts:record", args=[receipt.pk]),
                )
                for receipt in queries.last_receipts(item)
            ],
        )
    }


def _troubled(actor: Actor) -> Sequence[tuple[str, str]]:
    return [("any", "没有送达的")]


ITEMS = Resource(
    code="push-items",
    title="用户推送状态",
    unit="人",
    model=PushItem,
    view=VIEW_PUSHING,
    columns=(
        Column("name", "用户", kind="title"),
        Column("target__name", "推送目标"),
        Column("state", "状态", kind="state", choices=ItemState, tones=ITEM_TONES),
        Column("trouble", "最近的问题"),
        Column("delivered_at", "最近送达", kind="datetime"),
        Column("changed_at", "最近变更", kind="datetime"),
        Column("attempts", "连续失败次数", kind="number", shown=False),
    ),
    filters=(
        Choice("state", "状态", choices=ItemState),
        Custom(
            "trouble",
            "送达",
            _troubled,
            lambda rows, value: rows.filter(state__in=(ItemState.REJECTED, ItemState.STOPPED)),
        ),
        Custom("target", "推送目标", _targets, _of_target),
        Under(),
    ),
    sorts=(Sort("id", "先后"), Sort("changed_at", "最近变更")),
    search=lambda rows, text, scope: rows.filter(name__startswith=text),
    search_hint="姓名",
    facts=(
        Facts(
            "推送状态",
            (
                ("用户", "name"),
                ("推送目标", "target.name"),
                ("最近的问题", "trouble"),
                ("最近变更", "changed_at"),
                ("最近送达", "delivered_at"),
                (
                    "下次推送",
                    lambda row: _moment(row.due_at) if row.state == ItemState.WAITING else "—",
                ),
                ("连续失败次数", "attempts"),
                ("对方编号", "remote_id"),
            ),
        ),
    ),
    sections=(Section("回执", "users/provisioning/table.html", _receipts),),
    steps=(
        Step(
            pushing.retry,
            "retry",
            "再推一次",
            shown=lambda row, actor: row.state != ItemState.WAITING,
            help="把这名用户现在的情况重新推送给对方；对方已经一致时不会改动。",
            tone="primary",
            done="已列入推送，稍候查看回执。",
        ),
    ),
    related=("target__union", "union"),
    empty="还没有用户推送。批准推送目标后，范围内的用户出现在这里。",
)

RECEIPTS = Resource(
    code="push-receipts",
    title="推送回执",
    model=Receipt,
    view=VIEW_PUSHING,
    columns=(
        Column("name", "用户", kind="title"),
        Column("target__name", "推送目标"),
        Column("verb", "内容", choices=Verb),
        Column(
            "outcome",
            "结果",
            kind="state",
            choices=Outcome,
            tones={str(key): tone for key, tone in queries.TONES.items()},
        ),
        Column("reason", "原因"),
        Column("at", "时间", kind="datetime"),
        Column("attempt", "第几次", kind="number", shown=False),
        Column("took_ms", "用时（毫秒）", kind="number", shown=False),
        Column("status", "应答代码", kind="code", shown=False),
    ),
    filters=(
        Choice("outcome", "结果", choices=Outcome),
        Choice("verb", "内容", choices=Verb),
        Custom("target", "推送目标", _targets, _of_target),
        Days("at", "时间"),
        Under(),
    ),
    sorts=(Sort("id", "先后"), Sort("took_ms", "用时")),
    search=lambda rows, text, scope: rows.filter(name__startswith=text),
    search_hint="姓名",
    facts=(
        Facts(
            "推送回执",
            (
                ("用户", "name"),
                ("推送目标", "target.name"),
                ("内容", "verb"),
                ("结果", "outcome"),
                ("原因", "reason"),
                ("应答代码", "status"),
                ("第几次", "attempt"),
                ("用时", lambda row: f"{row.took_ms} 毫秒"),
                ("时间", "at"),
            ),
        ),
    ),
    export=permissions.EXPORT_PUSHING,
    related=("target", "union"),
    empty="还没有回执。每次推送的结果都记在这里。",
)


def _differences(run: Reconciliation, actor: Actor) -> dict[str, Any]:
    rows = list(Difference.objects.filter(run=run).order_by("id")[: SHOWN + 1])
    return {
        "run": run,
        "more": len(rows) > SHOWN,
        "shown": SHOWN,
        "table": ui.Table(
            "差异",
            [
                ui.Column("用户", "title"),
                ui.Column("差异", "state"),
                ui.Column("不一致的内容"),
                ui.Column("对方编号", "code"),
            ],
            [
                ui.Row(
                    str(row.pk),
                    [
                        row.name or "（本平台没有）",
                        ui.pill(
                            row.get_kind_display(), "stop" if row.kind == "missing" else "wait"
                        ),
                        "、".join(PART_NAMES.get(part, part) for part in row.parts) or "—",
                        row.remote_id or "—",
                    ],
                )
                for row in rows[:SHOWN]
            ],
        ),
    }


PART_NAMES = {
    "userName": "用户名",
    "displayName": "姓名",
    "active": "状态",
    "externalId": "本平台编号",
    "phoneNumbers": "手机号码",
    "post": "职务",
    "roles": "角色和期限",
    "unionId": "所在工会",
    "unionName": "工会名称",
}

RUNS = Resource(
    code="push-runs",
    title="推送核对",
    unit="次",
    model=Reconciliation,
    view=VIEW_PUSHING,
    columns=(
        Column("target__name", "推送目标", kind="title"),
        Column("started_at", "开始时间", kind="datetime"),
        Column("ours", "本平台应有", kind="number"),
        Column("theirs", "对方现有", kind="number"),
        Column("found", "差异", kind="number"),
        Column("repaired_at", "修复时间", kind="datetime"),
        Column("state", "状态", kind="state", choices=RunState, tones=RUN_TONES),
    ),
    filters=(
        Choice("state", "状态", choices=RunState),
        Custom("target", "推送目标", _targets, _of_target),
        Under(),
    ),
    facts=(
        Facts(
            "核对结果",
            (
                ("推送目标", "target.name"),
                ("本平台应有", lambda row: f"{row.ours:,} 人（含已停用的）"),
                ("对方现有", lambda row: f"{row.theirs:,} 人"),
                ("其中对方自有用户", lambda row: f"{row.strangers:,} 人，不比较"),
                ("差异", lambda row: f"{row.found:,} 人"),
                ("发起人", "asked_by"),
                ("开始时间", "started_at"),
                ("完成时间", "finished_at"),
                ("没有完成的原因", "trouble"),
                ("修复时间", "repaired_at"),
            ),
        ),
    ),
    sections=(Section("差异", "users/provisioning/differences.html", _differences),),
    steps=(
        Step(
            pushing.repair,
            "repair",
            "修复差异",
            shown=lambda row, actor: (
                row.state == RunState.DONE and row.found > 0 and row.repaired_at is None
            ),
            help="把有差异的用户按本平台现在的情况重新推送。对方多出而本平台没有的用户，请对方核对。",
            tone="primary",
            done="已列入推送，稍候可以再核对一次。",
        ),
    ),
    related=("target__union", "union"),
    empty="还没有核对过。在推送目标中点“全量核对”。",
)
