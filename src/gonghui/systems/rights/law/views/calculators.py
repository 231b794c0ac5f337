"""The calculators: a form, the steps with their clauses, the figures of law used."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gonghui.kernel.base.errors import Missing, Refusal
from gonghui.kernel.resource.forms import ActionForm, DayField
from gonghui.kernel.ui import components as ui
from gonghui.systems.rights.law.actions import own as actions
from gonghui.systems.rights.law.models import Calculation
from gonghui.systems.rights.law.permissions import KEEP_OWN
from gonghui.systems.rights.law.queries import calculating, figures, library, own
from gonghui.systems.rights.law.queries.calculating import CALCULATORS
from gonghui.systems.rights.law.rules import injury, limitation, severance
from gonghui.systems.rights.law.rules.showing import money
from gonghui.systems.rights.law.views.frame import page

LOCAL_AVERAGE_HELP = "当地人力资源社会保障部门每年公布。不填时不检查封顶和上下限。"


class Yuan(forms.DecimalField):
    """An amount of money in a form."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            min_value=Decimal("0.01"),
            max_value=Decimal(1_000_000),
            max_digits=9,
            decimal_places=2,
            widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.01"}),
            **kwargs,
        )


def hours(label: str) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, required=False, min_value=0, max_value=744, max_digits=5, decimal_places=1
    )


class Since(DayField):
    """A day not before the rules a calculator knows, nor in the far future."""

    def __init__(self, first: date, **kwargs: Any) -> None:
        self.first = first
        super().__init__(**kwargs)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is not None and value < self.first:
            raise forms.ValidationError(f"只能计算 {self.first.isoformat()} 以后的情形。")
        if value is not None and value > timezone.localdate().replace(month=12, day=31):
            raise forms.ValidationError("日期过晚。")


TIERS = (("", "不清楚"), ("1", "第一档"), ("2", "第二档"), ("3", "第三档"), ("4", "第四档"))


def tiers() -> forms.ChoiceField:
    return forms.ChoiceField(
        label="当地最低工资档次",
        required=False,
        choices=TIERS,
        help_text="全省分四档，各县（市、区）的档次由市人民政府确定。不选的不作比较。",
    )


class OvertimeForm(ActionForm):
    month = Since(date(2008, 1, 3), label="哪个月的加班", required=False, help_text="填其中一天。")
    monthly = Yuan(label="月工资", help_text="劳动合同约定的正常工作时间工资。")
    workday_hours = hours("工作日加班小时数")
    rest_hours = hours("休息日加班小时数")
    holiday_hours = hours("法定节假日加班小时数")
    flexible = forms.BooleanField(label="实行综合计算工时制", required=False)
    tier = tiers()
    minimum = Yuan(label="当地最低工资标准", required=False, help_text="填了就按您填的比较。")


class SeveranceForm(ActionForm):
    first = Since(date(1980, 1, 1), label="入职日期")
    last = Since(severance.IN_FORCE, label="离职日期")
    ground = forms.ChoiceField(
        label="离职原因",
        choices=[("", "请选择"), *((g.value, w) for g, w in severance.WORDS.items())],
    )
    average = Yuan(label="离职前十二个月平均工资", help_text="应得工资，包括奖金、津贴和补贴。")
    last_month = Yuan(label="离职前一个月工资", required=False)
    notified = forms.BooleanField(label="单位提前三十日书面通知了", required=False)
    local_average = Yuan(
        label="所在市上年度职工月平均工资", required=False, help_text=LOCAL_AVERAGE_HELP
    )
    tier = tiers()


class DoubleForm(ActionForm):
    first = Since(date(2000, 1, 1), label="入职日期")
    signed = Since(severance.IN_FORCE, label="签订书面合同的日期", required=False)
    last = Since(severance.IN_FORCE, label="离职日期", required=False)
    monthly = Yuan(label="月工资")


GRADES = [*((str(n), f"{n} 级") for n in range(1, 11)), ("0", "因工死亡")]


class InjuryForm(ActionForm):
    happened = Since(date(2011, 1, 1), label="受伤或者工亡的日期")
    grade = forms.ChoiceField(
        label="伤残等级",
        choices=[("", "请选择"), *GRADES],
    )
    wage = Yuan(label="受伤前十二个月平均月缴费工资")
    leave_months = forms.DecimalField(
        label="停工留薪期（月）", required=False, min_value=0, max_value=24, decimal_places=1
    )
    care = forms.ChoiceField(
        label="生活自理障碍", required=False, choices=[("", "没有"), *injury.CARE_WORDS.items()]
    )
    leaving = forms.BooleanField(label="劳动关系解除或终止", required=False)
    spouse = forms.BooleanField(label="有需供养的配偶（因工死亡）", required=False)
    others = forms.IntegerField(
        label="其他供养亲属人数（因工死亡）", required=False, min_value=0, max_value=20
    )
    alone = forms.IntegerField(
        label="其中孤寡老人或孤儿人数", required=False, min_value=0, max_value=20
    )
    local_average = Yuan(
        label="统筹地区上年度职工月平均工资", required=False, help_text=LOCAL_AVERAGE_HELP
    )


class LeaveForm(ActionForm):
    began = Since(date(1960, 1, 1), label="首次参加工作的日期", help_text="不是入职本单位的日期。")
    year = forms.IntegerField(label="哪一年", min_value=2008, max_value=2100)
    joined = DayField(label="本单位入职日期", required=False)
    left = DayField(label="离职日期", required=False)
    taken = forms.IntegerField(label="已休天数", required=False, min_value=0, max_value=60)
    monthly = Yuan(
        label="前十二个月平均工资", required=False, help_text="剔除加班工资。不填只算天数。"
    )
    sick_days = forms.IntegerField(label="当年病假天数", required=False, min_value=0, max_value=366)
    private_days = forms.IntegerField(
        label="当年不扣工资的事假天数", required=False, min_value=0, max_value=366
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].initial = timezone.localdate().year


class LimitationForm(ActionForm):
    claim = forms.ChoiceField(
        label="要办的事", choices=[(c.value, w) for c, w in limitation.WORDS.items()]
    )
    began = Since(
        date(2008, 5, 1),
        label="起算日期",
        help_text="仲裁：知道权利被侵害的日期；欠薪：离职日期；起诉：收到裁决书的日期；"
        "工伤：受伤日期；司法确认：协议生效日期。",
    )
    claimed = Since(date(2008, 5, 1), label="最近一次主张权利的日期", required=False)
    suspended_from = Since(date(2008, 5, 1), label="因故不能申请：从", required=False)
    suspended_to = Since(date(2008, 5, 1), label="因故不能申请：到", required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        empty = [name for name in ("suspended_from", "suspended_to") if not given.get(name)]
        if len(empty) == 1 and empty[0] not in self.errors:
            self.add_error(empty[0], "请把不能申请的起止日期填全。")
        return given


FORMS: dict[str, type[ActionForm]] = {
    "overtime": OvertimeForm,
    "severance": SeveranceForm,
    "double-wage": DoubleForm,
    "injury": InjuryForm,
    "leave": LeaveForm,
    "limitation": LimitationForm,
}


@require_safe
def calculators(request: HttpRequest) -> HttpResponse:
    """All calculators."""
    context = {
        "tiles": [
            ui.Tile(item.title, reverse("law-calculator", args=[item.code]), item.icon, item.help)
            for item in CALCULATORS.values()
        ]
    }
    return page(request, "law/calculators.html", context)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def calculator(request: HttpRequest, code: str) -> HttpResponse:
    """One calculator: asks, shows each step, and keeps the result for who is signed in."""
    if code not in CALCULATORS:
        raise Missing("没有这个计算器。")
    found, actor = CALCULATORS[code], request.actor
    form = FORMS[code](request.POST or None, actor=actor)
    context: dict[str, Any] = {"calculator": found, "form": form}
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            today, scope = timezone.localdate(), own.unions_of(actor)
            answers = form.cleaned_data
            day = found.day(answers, today)
            try:
                outcome = found.run(answers, day, today, scope)
                if request.POST.get("do") == "keep":
                    kept = actions.keep_calculation(
                        None,
                        by=actor,
                        calculator=code,
                        title=outcome.title,
                        law_on=day,
                        answers={key: str(value) for key, value in answers.items() if value},
                        result=calculating.as_stored(outcome),
                    )
                    messages.success(request, "已保存，只有您自己能看到。")
                    return redirect("law-calculation", pk=kept.pk)
            except Refusal as refusal:
                if refusal.status == 403:
                    raise
                form.refuse(refusal)
                status = refusal.status
            else:
                status = 200
                context |= shown(calculating.as_stored(outcome), day)
                context |= standards(found, day, scope)
    may_keep = actor.may(KEEP_OWN) and actor.user_id is not None
    context["second"] = ui.Action("计算并保存", need="keep") if may_keep else None
    return page(request, "law/calculator.html", context, status)


def shown(result: dict[str, Any], day: date) -> dict[str, Any]:
    """A result with its clauses as links to the wording of the day."""
    lines = []
    for line in result["lines"]:
        clauses = []
        for statute, number, part in line["clauses"]:
            link = library.link([statute, number, 0], day)
            url = f"{link.url}?on={day.isoformat()}" if link.url else ""
            clauses.append((f"{link.words}{part}", url))
        amount = money(Decimal(line["amount"])) if line["amount"] is not None else ""
        lines.append({**line, "amount": amount, "clauses": clauses})
    return {"result": {**result, "lines": lines}, "law_on": day}


def standards(
    found: calculating.Calculator, day: date, scope: Sequence[int] = ()
) -> dict[str, Any]:
    """The figures of law a calculator used, and the titles of those nobody has verified."""
    used = figures.used(found.parameters, day, scope)
    doubtful = [item.title for item in used if item.provisional and item.entered]
    return {"figures": used, "provisional": doubtful}


@require_safe
def calculations(request: HttpRequest) -> HttpResponse:
    """What I saved."""
    request.actor.require(KEEP_OWN)
    rows = list(own.calculations(request.actor)[:200])
    return page(request, "law/calculations.html", {"rows": rows})


def _own(request: HttpRequest, pk: int) -> Calculation:
    request.actor.require(KEEP_OWN)
    return get_object_or_404(own.calculations(request.actor), pk=pk)


@never_cache
@require_safe
def calculation(request: HttpRequest, pk: int) -> HttpResponse:
    """A saved result, to be printed."""
    found = _own(request, pk)
    labels = {
        name: str(field.label or name)
        for name, field in FORMS[found.calculator].base_fields.items()
    }
    answers = json.loads(found.answers.reveal())
    context = {
        "kept": found,
        "calculator": CALCULATORS[found.calculator],
        "facts": [
            ui.Fact(labels.get(name, name), _words(name, value)) for name, value in answers.items()
        ],
        **standards(CALCULATORS[found.calculator], found.law_on, own.unions_of(request.actor)),
        **shown(json.loads(found.result.reveal()), found.law_on),
    }
    return page(request, "law/calculation.html", context)


def _words(name: str, value: str) -> str:
    """A stored answer in words."""
    words = {item.value: text for item, text in severance.WORDS.items()}
    words |= {item.value: text for item, text in limitation.WORDS.items()}
    words |= {**injury.CARE_WORDS, "True": "是"}
    if name == "tier":
        return dict(TIERS)[value]
    if name == "grade":
        return dict(GRADES).get(value, value)
    return words.get(value, value)


@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a saved result."""
    actions.drop_calculation(_own(request, pk), by=request.actor)
    messages.success(request, "已删除。")
    return redirect("law-calculations")
