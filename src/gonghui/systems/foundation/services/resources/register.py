"""The register of systems, sites and interfaces beside the platform's own."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.org.models import Union
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
from gonghui.systems.foundation.services import importing, permissions
from gonghui.systems.foundation.services.actions import register as actions
from gonghui.systems.foundation.services.models import Service
from gonghui.systems.foundation.services.models.register import (
    Grade,
    Kind,
    Means,
    Reach,
    Review,
    Stage,
    Standing,
)
from gonghui.systems.foundation.services.queries import register as queries
from gonghui.systems.foundation.services.rules import life

REVIEW_TONES = {Review.PENDING: "wait", Review.APPROVED: "good", Review.RETURNED: "stop"}
STANDING_TONES = {
    Standing.CURRENT: "good",
    Standing.DUE: "wait",
    Standing.OVERDUE: "stop",
    Standing.UNVERIFIED: "stop",
}
OWN_POST = "the actor's own post"


class ServiceField(forms.TypedChoiceField):
    """A registered system of the range or of the unions above; gives the Service."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(empty_value=None, **kwargs)

    def offer(self, services: list[Service]) -> None:
        known = {str(item.pk): item for item in services}
        self.coerce = known.__getitem__
        self.choices = [("", "请选择")] + [
            (key, f"{item.name}（{item.union.name}）") for key, item in known.items()
        ]

    def prepare_value(self, value: Any) -> Any:
        return str(value.pk) if isinstance(value, Service) else value


def _path_of(form: ActionForm) -> str:
    if form.record is not None:
        return form.record.org_path
    return next(
        (held.path for held in form.actor.grants if held.union_id == form.actor.union_id), ""
    )


class ChangeForm(ActionForm):
    name = forms.CharField(label="名称", max_length=80)
    kind = forms.ChoiceField(label="类别", choices=[("", "请选择"), *Kind.choices])
    purpose = forms.CharField(
        label="用途", max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )
    department = forms.CharField(label="责任部门", max_length=60)
    post = forms.CharField(label="联系岗位", max_length=40, help_text="写岗位，不写个人姓名。")
    phone = forms.CharField(
        label="办公电话", max_length=40, required=False, help_text="不要填写个人手机号码。"
    )
    address = forms.CharField(
        label="访问地址",
        max_length=300,
        required=False,
        help_text="以 http:// 或 https:// 开头；登记时不会去访问它。",
    )
    protocol = forms.CharField(
        label="接口协议", max_length=60, required=False, help_text="类别为接口时填写。"
    )
    part_of = ServiceField(label="所属系统", help_text="类别为接口时必选。")
    edition = forms.CharField(label="版本", max_length=30, required=False)
    supplier = forms.CharField(label="建设单位", max_length=80, required=False)
    live_on = DayField(label="上线日期", required=False)
    sure = forms.BooleanField(
        label="确认不是重复登记",
        required=False,
        help_text="名称或网址与已登记的相近时，核对后勾选。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.record is not None:
            for name in actions.FIELDS:
                self.fields[name].initial = getattr(self.record, name)
        field: Any = self.fields["part_of"]
        own = self.record.pk if self.record is not None else 0
        offered = queries.offered_targets(self.actor, _path_of(self))
        field.offer([item for item in offered if item.kind != Kind.INTERFACE and item.pk != own])


class RegisterForm(ChangeForm):
    field_order = ["union", "name", "kind", "stage"]
    union = UnionField(label="责任单位", permission=permissions.REGISTER)
    stage = forms.ChoiceField(
        label="生命周期",
        choices=[(value, text) for value, text in Stage.choices if value != life.RETIRED],
        initial=Stage.RUNNING,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Union.objects.unscoped(OWN_POST).filter(pk=self.actor.union_id).first()
        self.fields["union"].initial = own


class ReturnForm(ActionForm):
    reason = forms.CharField(
        label="退回理由",
        min_length=4,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写明哪一项要改、怎样改。",
    )


class GuardForm(ActionForm):
    contract_no = forms.CharField(label="合同编号", max_length=60, required=False)
    grade = forms.ChoiceField(label="等级保护级别", choices=Grade.choices)
    filing_no = forms.CharField(
        label="等级保护备案编号",
        max_length=60,
        required=False,
        help_text="第二级以上的系统应当备案。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.fields:
            self.fields[name].initial = getattr(self.record, name)


class LinkForm(ActionForm):
    system = forms.ChoiceField(label="平台系统", required=False)
    target = ServiceField(label="登记的系统", help_text="与平台系统二选一。")
    means = forms.ChoiceField(label="方式", choices=Means.choices)
    text = forms.CharField(label="说明", max_length=120, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        system: Any = self.fields["system"]
        system.choices = [("", "请选择"), *queries.own_choices()]
        target: Any = self.fields["target"]
        offered = queries.offered_targets(self.actor, self.record.org_path)
        target.offer([item for item in offered if item.pk != self.record.pk])


class UnlinkForm(ActionForm):
    need = forms.TypedChoiceField(label="去掉哪一项", coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["need"]
        field.choices = [
            (item.pk, item.target.name if item.target else item.system)
            for item in queries.needs_of(self.record)
        ]


class StageForm(ActionForm):
    stage = forms.ChoiceField(label="转为")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["stage"]
        field.choices = [
            (value, life.TITLES[value])
            for value in life.TRANSITIONS[self.record.stage]
            if value not in life.STOPPING
        ]


class RetireForm(ActionForm):
    """Shows who would feel it before it asks."""

    stage = forms.ChoiceField(label="停用还是退役")
    on = DayField(label="日期", initial=timezone.localdate)
    successor = ServiceField(label="接替的系统", help_text="仍被依赖的系统退役时必选。")
    reason = forms.CharField(
        label="理由", min_length=4, max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stage: Any = self.fields["stage"]
        stage.choices = [
            (value, life.TITLES[value])
            for value in life.TRANSITIONS[self.record.stage]
            if value in life.STOPPING
        ]
        successor: Any = self.fields["successor"]
        offered = queries.offered_targets(self.actor, self.record.org_path)
        successor.offer([item for item in offered if item.pk != self.record.pk])
        stage.help_text = _felt(_impact(self.record, self.actor))


def _felt(impact: queries.Dependants) -> str:
    """Who would feel it, in one sentence above the choice."""
    if not impact.count:
        return "没有登记的系统依赖它，停用不影响别的系统。"
    names = "、".join(f"{item.service.name}（{item.service.union.name}）" for item in impact.shown)
    more = f"，另有 {impact.elsewhere} 个不在您的范围内" if impact.elsewhere else ""
    return f"谁依赖它：{names}{more}。停用后它们会受影响。"


def _impact(record: Service, actor: Actor) -> queries.Dependants:
    return queries.dependants_of(record, actor.scope(permissions.VIEW_SERVICES))


def _relations(record: Service, actor: Actor) -> dict[str, Any]:
    scope = actor.scope(permissions.VIEW_SERVICES)
    return {
        "needs": [
            (
                item.target.name if item.target else queries.name_of_own(item.system),
                _address(item, scope),
                Means(item.means).label,
                item.note,
            )
            for item in queries.needs_of(record)
        ],
        "impact": _impact(record, actor),
        "graph": f"{reverse('graph-systems')}?stop=service:{record.pk}",
        "parts": queries.parts_of(record, scope),
    }


def _address(need: Any, scope: Any) -> str:
    if need.target is None:
        return reverse("services-system", args=[need.system])
    if scope.holds(need.target.org_path):
        return reverse("resource:services:record", args=[need.target_id])
    return ""


def _guarded(record: Service, actor: Actor) -> dict[str, Any] | None:
    if not actor.may(permissions.GUARDED, record.org_path):
        return None
    return {
        "facts": [
            ("合同编号", record.contract_no or "—"),
            ("等级保护级别", record.get_grade_display()),
            ("等级保护备案编号", record.filing_no or "—"),
        ]
    }


def _history(record: Service, actor: Actor) -> dict[str, Any]:
    guarded = actor.may(permissions.GUARDED, record.org_path)
    return {
        "changes": queries.history(record, guarded=guarded),
        "card": reverse("services-card", args=[record.pk]),
    }


def _approved(record: Service, actor: Actor) -> bool:
    return record.review == Review.APPROVED and record.is_live


def _reach(record: Service) -> str:
    if record.reached_at is None:
        return "没有检查"
    at = timezone.localtime(record.reached_at)
    return f"{Reach(record.reach).label}（{at:%Y-%m-%d %H:%M}）{record.reach_note}"


SERVICES = Resource(
    code="services",
    title="系统登记",
    unit="个",
    model=Service,
    view=permissions.VIEW_SERVICES,
    columns=(
        Column("name", "名称", kind="title"),
        Column("kind", "类别", choices=Kind),
        Column("union__name", "责任单位"),
        Column("stage", "生命周期", choices=Stage),
        Column("review", "登记状态", kind="state", choices=Review, tones=REVIEW_TONES),
        Column("standing", "年度确认", choices=Standing),
        Column("due_on", "确认期限", kind="date"),
        Column("department", "责任部门", shown=False),
        Column("post", "联系岗位", shown=False),
        Column("phone", "办公电话", shown=False),
        Column("address", "访问地址", shown=False),
        Column("edition", "版本", shown=False),
        Column("supplier", "建设单位", shown=False),
        Column("live_on", "上线日期", kind="date", shown=False),
        Column("retired_on", "退役日期", kind="date", shown=False),
        Column("reach", "可达", choices=Reach, shown=False),
    ),
    filters=(
        Choice("review", "登记状态", choices=Review),
        Choice("kind", "类别", choices=Kind),
        Choice("stage", "生命周期", choices=Stage),
        Choice("standing", "年度确认", choices=Standing),
        Under(),
    ),
    sorts=(Sort("registered_at", "登记时间"), Sort("name", "名称", descending=False)),
    search=lambda rows, text, scope: rows.filter(name__contains=text),
    search_hint="系统名称",
    facts=(
        Facts(
            "登记",
            (
                ("用途", "purpose"),
                ("类别", "kind"),
                ("责任单位", "union.name"),
                ("责任部门", "department"),
                ("联系岗位", "post"),
                ("办公电话", "phone"),
                ("访问地址", "address"),
                ("可达", _reach),
                ("接口协议", "protocol"),
                ("所属系统", "part_of"),
            ),
        ),
        Facts(
            "生命周期",
            (
                ("现状", "stage"),
                ("版本", "edition"),
                ("建设单位", "supplier"),
                ("上线日期", "live_on"),
                ("年度确认", "standing"),
                ("上次确认", "confirmed_on"),
                ("下次确认期限", "due_on"),
                ("退役日期", "retired_on"),
                ("接替系统", "successor"),
                ("退回理由", "review_reason"),
            ),
        ),
    ),
    sections=(
        Section("依赖关系", "services/relations.html", _relations),
        Section("合同和等级保护", "services/guarded.html", _guarded),
        Section("变更记录", "services/history.html", _history),
    ),
    creates=(
        Step(
            actions.register,
            "register",
            "登记系统",
            RegisterForm,
            help="本单位的系统、网站和接口各登记一次，由上级工会审核。平台自己的系统不用登记。",
            done="已登记，等待上级工会审核。",
        ),
    ),
    steps=(
        Step(
            actions.approve,
            "approve",
            "审核通过",
            shown=lambda row, actor: (
                row.review == Review.PENDING and row.registered_by_id != actor.user_id
            ),
            tone="primary",
            done="已通过，进入登记。",
        ),
        Step(
            actions.send_back,
            "return",
            "退回修改",
            ReturnForm,
            shown=lambda row, actor: (
                row.review == Review.PENDING and row.registered_by_id != actor.user_id
            ),
            done="已退回，并通知登记单位。",
        ),
        Step(
            actions.confirm,
            "confirm",
            "年度确认",
            shown=lambda row, actor: _approved(row, actor) and row.standing != Standing.CURRENT,
            help="请核对登记的内容与实际一致；不一致的先办理变更。",
            tone="primary",
            done="已确认。",
        ),
        Step(
            actions.change,
            "change",
            "变更登记",
            ChangeForm,
            shown=lambda row, actor: row.is_live,
            done="已变更。",
        ),
        Step(
            actions.link,
            "link",
            "登记依赖",
            LinkForm,
            shown=lambda row, actor: row.is_live,
            help="它离不开哪些系统：停用那些系统之前，会看到它。",
            done="已登记依赖。",
        ),
        Step(
            actions.unlink,
            "unlink",
            "去掉依赖",
            UnlinkForm,
            shown=lambda row, actor: row.is_live and row.needs.exists(),
            done="已去掉。",
        ),
        Step(
            actions.advance,
            "stage",
            "变更生命周期",
            StageForm,
            shown=lambda row, actor: (
                _approved(row, actor)
                and any(item not in life.STOPPING for item in life.TRANSITIONS[row.stage])
            ),
        ),
        Step(
            actions.reach,
            "reach",
            "检查可达",
            shown=lambda row, actor: bool(row.address) and row.is_live,
            help="由平台访问一次登记的地址，看有没有应答；内网和本机地址不会去访问。",
            done=lambda row: f"{Reach(row.reach).label}：{row.reach_note}",
        ),
        Step(
            actions.guard,
            "guard",
            "登记合同和等级保护",
            GuardForm,
            shown=lambda row, actor: row.is_live,
            done="已登记。",
        ),
        Step(
            actions.retire,
            "retire",
            "停用或退役",
            RetireForm,
            shown=_approved,
            tone="danger",
            done="已办理。",
        ),
    ),
    export=permissions.EXPORT_SERVICES,
    imports=importing.PROFILE,
    related=("union", "part_of", "successor"),
    empty="还没有登记的系统。本单位建设或租用的系统、网站和接口，从“登记系统”开始。",
)
