"""Forms of the steps at the desk."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.resource.forms import ActionForm, DayField, UnionField
from gonghui.systems.rights.legal_aid import permissions
from gonghui.systems.rights.legal_aid.models import Practitioner
from gonghui.systems.rights.legal_aid.queries import figures, people
from gonghui.systems.rights.legal_aid.queries import supervision as watch_queries
from gonghui.systems.rights.legal_aid.rules import (
    aid,
    conflicts,
    mediation,
    registers,
    supervision,
)
from gonghui.systems.rights.legal_aid.rules.matters import MATTERS

_PRIVATE = {"data-private": "", "autocomplete": "off"}


def lines(label: str, *, rows: int = 3, most: int = 1000, **more: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows, "data-private": ""})
    return forms.CharField(label=label, max_length=most, widget=widget, **more)


def one_of(label: str, words: dict[str, str], **more: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[("", "请选择"), *words.items()], **more)


def many_of(label: str, words: dict[str, str], **more: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=list(words.items()), widget=forms.CheckboxSelectMultiple, **more
    )


def decided(label: str, yes: str, no: str) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        choices=[("1", yes), ("0", no)],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )


def money(label: str, **more: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, min_value=0, max_digits=12, decimal_places=2, **more)


class Moment(forms.DateTimeField):
    """A day and time, picked."""

    widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("input_formats", ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"])
        super().__init__(**kwargs)


class Reason(ActionForm):
    reason = lines("理由", most=500, help_text="当事人会看到，不写申请人的姓名、电话。")


class Fill(ActionForm):
    """What an application says, put right."""

    applicant = one_of("申请人类别", aid.APPLICANTS)
    matter = one_of("事项", MATTERS)
    employer = forms.CharField(label="用人单位或对方当事人", max_length=120)
    claimed = money("请求金额（元）", required=False)
    people = forms.IntegerField(label="受援人数", min_value=1, max_value=10_000, initial=1)
    by_agent = forms.BooleanField(label="由他人代为申请", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.record is not None:
            for name in self.fields:
                self.fields[name].initial = getattr(self.record, name)


class Lacking(ActionForm):
    lacking = lines("需要补充的材料", help_text="一次写全，告知后审查期限暂停。")


class Screen(ActionForm):
    """The finding of who screens, with the materials seen and the means."""

    materials = many_of("已核对的材料", aid.MATERIALS, required=False)
    income = money(
        "家庭人均月收入（元）",
        required=False,
        help_text="只用来核对，不保存。农民工请求劳动报酬或工伤赔偿的不用填。",
    )
    gravely = forms.BooleanField(
        label="有证据证明合法权益被严重侵害", required=False, help_text="超过经济困难标准时用。"
    )
    favourable = decided("审查意见", "建议批准", "建议不予援助")
    finding = lines("理由", rows=4)


class Grant(ActionForm):
    form = one_of("援助方式", aid.FORMS)
    opinion = lines("审批意见", required=False, rows=2)


class Judge(ActionForm):
    uphold = decided("复核决定", "维持不予援助", "改为批准援助")
    form = one_of("援助方式", aid.FORMS, required=False, help_text="改为批准的才选。")
    opinion = lines("复核意见")


class Opinion(ActionForm):
    opinion = lines("意见", required=False, rows=2)


def _names(rows: Any, fits: Any) -> list[tuple[str, str]]:
    """People to choose, those who may not take it marked."""
    found = []
    kept = list(rows[:200])
    loads = people.loads(kept)
    for row in kept:
        load = loads.get(row.pk, 0)
        words = fits(row, load)
        shown = f"{row.name}（{row.workplace}，在办 {load} 件）"
        found.append((str(row.pk), f"{shown}　不能承办：{'；'.join(words)}" if words else shown))
    return found


class Chosen(ActionForm):
    """Choosing somebody of a register for the matter of a record."""

    role = registers.LAWYER

    def offered(self) -> list[tuple[str, str]]:
        if self.record is None:
            return []
        today = timezone.localdate()
        months = people.CHECK_MONTHS.on(today)

        def fits(row: Practitioner, load: int) -> list[str]:
            return registers.unfit(
                people.standing(row, load),
                today,
                matter=self.record.matter,
                check_months=months,
                mark=figures.mark(people.CHECK_MONTHS, today),
            )

        return _names(people.near(self.record.union, self.role), fits)


class Assign(Chosen):
    lawyer = forms.TypedChoiceField(
        label="援助律师",
        coerce=int,
        help_text="提交时核查与对方当事人、申请人的利害关系，有冲突的不能指派。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["lawyer"]
        field.choices = [("", "请选择"), *self.offered()]


class Consent(ActionForm):
    agrees = decided("用人单位是否同意调解", "同意", "不同意")
    answered_on = DayField(label="答复日期")
    contact = forms.CharField(label="用人单位代表", max_length=50, required=False)


class Appoint(Chosen):
    role = registers.MEDIATOR
    mediator = forms.TypedChoiceField(label="调解员", coerce=int)
    reason = lines("更换原因", rows=2, most=300, required=False, help_text="更换调解员时填写。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["mediator"]
        field.choices = [("", "请选择"), *self.offered()]


class Sit(ActionForm):
    at = Moment(label="时间")
    place = forms.CharField(label="地点", max_length=120)
    both_present = forms.BooleanField(label="双方到场", required=False, initial=True)
    minutes = lines("调解笔录", rows=6, most=5000, help_text="加密保存。")


class Agree(ActionForm):
    terms = lines("协议内容", rows=6, most=4000, help_text="逐条写明，加密保存。")
    amount = money("协议金额（元）", required=False)
    perform_by = DayField(label="履行期限")


class Sign(ActionForm):
    applicant_on = DayField(label="职工签字日期")
    employer_on = DayField(label="用人单位签章日期")


class Confirm(ActionForm):
    way = one_of("确认方式", mediation.WAYS)
    confirmed_on = DayField(label="确认日期")
    number = forms.CharField(label="确认文书号", max_length=60)


class Perform(ActionForm):
    extent = one_of("履行情况", mediation.EXTENTS)
    checked_on = DayField(label="回访日期")


class Fail(ActionForm):
    failure = one_of("调解不成的原因", mediation.FAILURES)


class Team(Chosen):
    role = registers.SUPERVISOR
    supervisors = forms.TypedMultipleChoiceField(
        label="监督员", coerce=int, widget=forms.CheckboxSelectMultiple
    )
    plan = lines("调查安排", most=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["supervisors"]
        field.choices = self.offered()


class Find(ActionForm):
    violation = decided("是否查明违法", "查明违法事实", "没有查明违法")
    risk = forms.BooleanField(label="存在用工风险，发提示函", required=False)
    employer = forms.CharField(label="单位全称", max_length=120, required=False)
    finding = lines(
        "查明情况", rows=5, most=2000, help_text="会写进文书，不写提供线索职工的姓名、电话。"
    )
    people_count = forms.IntegerField(label="涉及职工（人）", min_value=0, required=False)
    amount = money("涉及金额（元）", required=False)


class Write(ActionForm):
    """A letter; its text begins as the template of its sort."""

    kind = one_of("文书", supervision.LETTERS)
    addressee = forms.CharField(
        label="劳动保障监察机构", max_length=120, required=False, help_text="建议书才填。"
    )
    text = lines(
        "正文",
        rows=8,
        most=4000,
        required=False,
        help_text="不填按模板生成；每段一行。不写提供线索职工的姓名、电话。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        record = self.record
        if record is None:
            return
        draft = record.letters.filter(issued_on=None).first()
        if draft is not None:
            self.initial |= {
                "kind": draft.kind,
                "text": draft.text,
                "addressee": draft.addressee,
            }
            return
        self.initial["kind"] = self._next(record)

    def _next(self, record: Any) -> str:
        before = [sent for _, sent in watch_queries.sent(record)]
        for kind in (supervision.PROPOSAL, supervision.OPINION, supervision.TIP):
            try:
                supervision.check_next(kind, before, violation=bool(record.violation))
            except Refusal:
                continue
            return kind
        return ""


class Deliver(ActionForm):
    delivery = one_of("送达方式", supervision.DELIVERIES)
    delivered_on = DayField(label="送达日期")
    receipt = forms.CharField(
        label="送达回证", max_length=120, help_text="收件人或邮寄单号；不写提供线索的职工。"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        days = figures.stated(figures.REPLY_WORKDAYS, timezone.localdate())
        self.fields["delivered_on"].help_text = f"自次日起 {days}内答复。"


class Reply(ActionForm):
    replied_on = DayField(label="答复日期")
    text = lines("答复内容", rows=4, most=2000)


class Verify(ActionForm):
    corrected = decided("整改情况", "已经整改", "没有整改或整改不到位")
    finding = lines("核实情况")
    recovered = money("补发或退还金额（元）", required=False, initial=0)

    def clean_recovered(self) -> Any:
        return self.cleaned_data["recovered"] or 0


class Conclusion(ActionForm):
    conclusion = lines("结案意见", help_text="会答复提供线索的职工。")


class Person(ActionForm):
    """Somebody of a register."""

    name = forms.CharField(label="姓名", max_length=50)
    workplace = forms.CharField(label="执业机构或工作单位", max_length=120)
    licence = forms.CharField(label="证号", max_length=40)
    licence_from = DayField(label="发证日期", required=False)
    licence_until = DayField(label="证件到期日", required=False)
    checked_on = DayField(label="最近年度考核", required=False)
    competence = many_of("专长", MATTERS, required=False, help_text="不选表示各类事项都可承办。")
    most = forms.IntegerField(
        label="同时承办上限", min_value=0, max_value=500, initial=0, help_text="0 表示不限。"
    )
    mobile = forms.CharField(
        label="联系电话",
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs=_PRIVATE),
        help_text="加密保存；已填过的留空不变。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.record is not None:
            for name in self.fields:
                if name != "mobile" and hasattr(self.record, name):
                    self.fields[name].initial = getattr(self.record, name)


class _Enter(Person):
    union = UnionField(label="登记工会", permission=permissions.KEEP_PEOPLE)
    person_id = forms.IntegerField(
        label="本平台人员编号",
        required=False,
        min_value=1,
        max_value=2**63 - 1,
        help_text="本人在平台办理案件时填写，没有的留空。",
    )
    role_code = registers.LAWYER
    field_order = ("union", "name", "workplace", "licence")

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        found["role"] = self.role_code
        return found


class EnterLawyer(_Enter):
    role_code = registers.LAWYER


class EnterMediator(_Enter):
    role_code = registers.MEDIATOR


class EnterSupervisor(_Enter):
    role_code = registers.SUPERVISOR


class Examine(ActionForm):
    checked_on = DayField(label="考核日期")
    passed = decided("考核结果", "合格", "不合格")
    words = lines("说明", most=200, required=False, rows=2)


class Declare(ActionForm):
    kind = one_of("关系", conflicts.KINDS)
    name = forms.CharField(
        label="单位或亲属姓名",
        max_length=120,
        widget=forms.TextInput(attrs=_PRIVATE),
        help_text="加密保存，只用来核查利益冲突。",
    )
    until = DayField(label="结束日期", required=False, help_text="仍然存续的留空。")


class Under(ActionForm):
    union = UnionField(label="工会", permission=permissions.PAY_AID)
