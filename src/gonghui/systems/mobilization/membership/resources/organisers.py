"""Professional union workers (社会化工会工作者): the register."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.identifiers import DocumentKind
from gonghui.kernel.org.models import Union, UnionStatus
from gonghui.kernel.resource.declaration import (
    Choice,
    Column,
    Days,
    Facts,
    Resource,
    Section,
    Sort,
    Step,
    Under,
)
from gonghui.kernel.resource.forms import PICKING, ActionForm, DayField, UnionField
from gonghui.systems.mobilization.membership import permissions
from gonghui.systems.mobilization.membership.actions import organisers as actions
from gonghui.systems.mobilization.membership.models.organisers import (
    Grade,
    LeaveReason,
    Organiser,
    OrganiserPost,
    OrganiserState,
)
from gonghui.systems.mobilization.membership.queries.organisers import (
    document_mask,
    hours_in,
    search_organisers,
)

TONES = {"on_duty": "good", "left": "idle"}


class UnionNames(forms.CharField):
    """Unions by their whole names, one a line."""

    widget = forms.Textarea(attrs={"rows": 3})

    def clean(self, value: Any) -> list[Union]:
        names = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        rows = Union.objects.unscoped(PICKING).filter(status=UnionStatus.ACTIVE)
        found = list(rows.filter(name__in=names))
        known = [union.name for union in found]
        wrong = [name for name in names if known.count(name) != 1]
        if wrong:
            raise ValidationError(
                f"没有找到或不止一家：{'、'.join(wrong)}。", params={"remedy": "请填写工会全称。"}
            )
        return found


class RegisterForm(ActionForm):
    union = UnionField(label="聘用工会", permission=permissions.KEEP_ORGANISERS)
    name = forms.CharField(label="姓名", max_length=50)
    document_kind = forms.ChoiceField(label="证件类型", choices=DocumentKind.choices())
    document_number = forms.CharField(
        label="证件号码", max_length=30, widget=forms.TextInput(attrs={"data-private": ""})
    )
    mobile = forms.CharField(
        label="手机号码",
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "tel", "data-private": ""}),
    )
    post = forms.ChoiceField(label="岗位", choices=OrganiserPost.choices)
    hired_on = DayField(label="到岗日期")
    contract_from = DayField(label="合同起")
    contract_to = DayField(label="合同止")
    certificate = forms.CharField(label="资格证书", max_length=60, required=False)
    certificate_number = forms.CharField(label="证书编号", max_length=60, required=False)
    certified_on = DayField(label="发证日期", required=False)
    serves = UnionNames(
        label="服务工会", required=False, help_text="每行一个工会全称；可以以后再指定。"
    )
    groups = [
        ("本人", ["name", "document_kind", "document_number", "mobile"]),
        ("聘用", ["union", "post", "hired_on", "contract_from", "contract_to"]),
        ("资格和服务", ["certificate", "certificate_number", "certified_on", "serves"]),
    ]


class RenewForm(ActionForm):
    contract_from = DayField(label="合同起")
    contract_to = DayField(label="合同止")
    post = forms.ChoiceField(
        label="岗位", choices=[("", "不变"), *OrganiserPost.choices], required=False
    )


class ServeForm(ActionForm):
    serves = UnionNames(label="服务工会", required=False, help_text="每行一个工会全称。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.record is not None:
            self.fields["serves"].initial = "\n".join(_serves(self.record))


class CertifyForm(ActionForm):
    certificate = forms.CharField(label="资格证书", max_length=60)
    certificate_number = forms.CharField(label="证书编号", max_length=60)
    certified_on = DayField(label="发证日期")


class TrainForm(ActionForm):
    title = forms.CharField(label="培训名称", max_length=100)
    on = DayField(label="培训日期")
    hours = forms.DecimalField(
        label="学时", min_value=0.5, max_value=500, max_digits=5, decimal_places=1
    )


class AssessForm(ActionForm):
    year = forms.IntegerField(label="年度", min_value=2000, max_value=2100)
    grade = forms.ChoiceField(label="等次", choices=Grade.choices, widget=forms.RadioSelect)
    remark = forms.CharField(label="评语", max_length=200, required=False)


class LeaveForm(ActionForm):
    left_on = DayField(label="离岗日期")
    left_reason = forms.ChoiceField(label="离岗原因", choices=LeaveReason.choices)
    left_note = forms.CharField(label="说明", max_length=200, required=False)


def _serves(organiser: Organiser) -> list[str]:
    rows = Union.objects.unscoped("the service area of a worker whose place was checked")
    ids = organiser.serves.through.objects.filter(organiser=organiser).values("union_id")
    return list(rows.filter(pk__in=ids).order_by("path").values_list("name", flat=True))


def history(organiser: Organiser, actor: Actor) -> dict[str, Any]:
    year = timezone.localdate().year
    return {
        "serves": [{"name": name} for name in _serves(organiser)],
        "trainings": list(organiser.trainings.all()[:50]),
        "hours": hours_in(organiser, year),
        "year": year,
        "assessments": list(organiser.assessments.all()),
    }


def serving(organiser: Organiser, actor: Actor) -> bool:
    return organiser.state == OrganiserState.ON_DUTY


ORGANISERS = Resource(
    code="organisers",
    title="社会化工会工作者",
    unit="人",
    model=Organiser,
    view=permissions.VIEW_ORGANISERS,
    columns=(
        Column("name", "姓名", kind="title"),
        Column("sex", "性别", table="sex"),
        Column("union__name", "聘用工会"),
        Column("post", "岗位", choices=OrganiserPost),
        Column("state", "状态", kind="state", choices=OrganiserState, tones=TONES),
        Column("hired_on", "到岗日期", kind="date"),
        Column("contract_to", "合同止", kind="date"),
        Column("certificate", "资格证书"),
        Column("certificate_number", "证书编号", shown=False),
        Column("left_on", "离岗日期", kind="date", shown=False),
        Column("left_reason", "离岗原因", choices=LeaveReason, shown=False),
    ),
    filters=(
        Choice("state", "状态", choices=OrganiserState, default="on_duty"),
        Choice("post", "岗位", choices=OrganiserPost),
        Days("contract_to", "合同止"),
        Under(),
    ),
    sorts=(
        Sort("id", "登记先后"),
        Sort("contract_to", "合同止", descending=False),
        Sort("hired_on", "到岗日期"),
    ),
    search=search_organisers,
    search_hint="姓名或证书编号",
    facts=(
        Facts(
            "本人",
            (
                ("姓名", "name"),
                ("证件号码", document_mask),
                ("聘用工会", "union"),
                ("岗位", "post"),
                ("到岗日期", "hired_on"),
            ),
        ),
        Facts(
            "合同和资格",
            (
                ("合同起", "contract_from"),
                ("合同止", "contract_to"),
                ("资格证书", "certificate"),
                ("证书编号", "certificate_number"),
                ("发证日期", "certified_on"),
                ("离岗日期", "left_on"),
                ("离岗原因", "left_reason"),
                ("离岗说明", "left_note"),
            ),
        ),
    ),
    sections=(Section("服务、培训和考核", "membership/organisers/history.html", history),),
    creates=(
        Step(
            actions.register,
            "register",
            "登记工作者",
            form=RegisterForm,
            help="实名登记；一人在岗期间只在一个工会登记。",
            done=lambda organiser: f"已登记{organiser.name}。",
        ),
    ),
    steps=(
        Step(
            actions.renew,
            "renew",
            "续签合同",
            form=RenewForm,
            shown=serving,
            tone="primary",
            done="已续签。",
        ),
        Step(actions.train, "train", "登记培训", form=TrainForm, done="已登记培训。"),
        Step(actions.assess, "assess", "年度考核", form=AssessForm, done="已登记考核。"),
        Step(
            actions.assign,
            "serve",
            "调整服务工会",
            form=ServeForm,
            shown=serving,
            done="已调整。",
        ),
        Step(
            actions.certify,
            "certify",
            "登记资格证书",
            form=CertifyForm,
            shown=serving,
            done="已登记证书。",
        ),
        Step(
            actions.leave,
            "leave",
            "登记离岗",
            form=LeaveForm,
            shown=serving,
            tone="danger",
            done="已登记离岗。",
        ),
    ),
    export=permissions.EXPORT_ORGANISERS,
    related=("union",),
    empty="还没有登记社会化工会工作者。",
)
