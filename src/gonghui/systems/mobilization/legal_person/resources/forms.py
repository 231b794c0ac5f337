"""Forms of the steps of an application."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms

from gonghui.kernel.org.models import Union
from gonghui.kernel.resource.forms import ActionForm, DayField, UnionField
from gonghui.systems.mobilization.legal_person import permissions
from gonghui.systems.mobilization.legal_person.actions.applications import NEEDED, PAPERS
from gonghui.systems.mobilization.legal_person.models import Application, Procedure
from gonghui.systems.mobilization.legal_person.queries import applications as queries
from gonghui.systems.mobilization.legal_person.rules import comparing
from gonghui.systems.mobilization.legal_person.rules import procedures as rules


class DrawForm(ActionForm):
    """Which union, and what for."""

    union = UnionField(label="工会", permission=permissions.APPLY_LEGAL)
    procedure = forms.ChoiceField(
        label="登记事项", choices=Procedure.choices, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = self.own()
        if own is not None and "union" not in self.initial:
            self.fields["union"].initial = own

    def own(self) -> Union | None:
        """The one union an actor applies for, where there is only one."""
        held = {
            item.union_id
            for item in self.actor.grants
            if item.role in {role.code for role in permissions.APPLY_LEGAL.roles}
        }
        if len(held) != 1:
            return None
        rows = Union.objects.within(self.actor.scope(permissions.APPLY_LEGAL))
        found = rows.filter(pk=held.pop()).first()
        return found if found is not None and found.kind in queries.APPLICANTS else None


_PRIVATE = {"data-private": "", "autocomplete": "off"}


_YEARS = [("", "请选择"), ("3", "3 年"), ("5", "5 年")]
FIELDS: dict[str, Callable[[], forms.Field]] = {
    "name": lambda: forms.CharField(label="工会名称", max_length=120),
    "residence": lambda: forms.CharField(label="住所", max_length=200, help_text="写到门牌号。"),
    "representative_name": lambda: forms.CharField(
        label="法定代表人", max_length=50, help_text="由工会主席担任。"
    ),
    "representative_id": lambda: forms.CharField(
        label="法定代表人身份证号码",
        max_length=25,
        widget=forms.TextInput(attrs=_PRIVATE),
        help_text="加密保存，页面上只显示部分；已填过的留空不变。",
    ),
    "funds": lambda: forms.CharField(
        label="经费来源", max_length=200, help_text="如：单位拨缴工会经费、会员会费。"
    ),
    "founded_on": lambda: DayField(label="成立日期"),
    "founded_document": lambda: forms.CharField(label="成立批复文号", max_length=80),
    "happened_on": lambda: DayField(label="日期"),
    "basis": lambda: forms.CharField(label="依据文号", max_length=80),
    "term_years": lambda: forms.TypedChoiceField(
        label="任期", coerce=int, empty_value=None, choices=_YEARS
    ),
    "delayed_to": lambda: DayField(label="延期至"),
    "reason": lambda: forms.CharField(
        label="申请事由", max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    ),
    "late_reason": lambda: forms.CharField(
        label="逾期申请的说明",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="超过规定期限申请的才填。",
    ),
    "contact_name": lambda: forms.CharField(label="经办联系人", max_length=50),
    "contact_phone": lambda: forms.CharField(
        label="联系电话",
        max_length=20,
        widget=forms.TextInput(attrs=_PRIVATE),
        help_text="加密保存；已填过的留空不变。",
    ),
}


WORDS = {
    (rules.NEW, "happened_on"): "选举日期",
    (rules.CHANGE, "happened_on"): "变更日期",
    (rules.CHANGE, "reason"): "变更理由",
    (rules.ELECTION, "happened_on"): "选举日期",
    (rules.ELECTION, "basis"): "选举结果批复文号",
    (rules.DELAY, "basis"): "同意延期的批复文号",
    (rules.DELAY, "reason"): "延期原因",
    (rules.REISSUE, "reason"): "补（换）领原因",
    (rules.CANCEL, "basis"): "同意撤销或合并的批复文号",
    (rules.CANCEL, "reason"): "注销原因和财产处理情况",
}
SEALED = ("representative_id", "contact_phone")


class FillForm(ActionForm):
    """The facts of the procedure; a draft may be incomplete, so nothing is required here."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        record: Application | None = self.record
        procedure = record.procedure if record is not None else rules.NEW
        self.groups = [(title, list(names)) for title, names in rules.ASKED[procedure]]
        for _, names in self.groups:
            for name in names:
                field = FIELDS[name]()
                field.required = False
                field.label = WORDS.get((procedure, name), field.label)
                if name in NEEDED[procedure]:
                    field.help_text = f"{field.help_text}提交前须填写。"
                if record is not None and name not in SEALED:
                    field.initial = getattr(record, name)
                self.fields[name] = field
        if record is not None and record.representative_mask and "representative_id" in self.fields:
            self.fields["representative_id"].help_text += f"现为 {record.representative_mask}。"


class BringForm(ActionForm):
    """One file for each material of the list; more are added by coming back."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        record: Application | None = self.record
        procedure = record.procedure if record is not None else rules.NEW
        have = queries.brought(record) if record is not None else set()
        needed = queries.needed(record) if record is not None else ()
        for item in rules.listed(procedure, needed):
            words = [item.help] if item.help else []
            if item.code in have:
                words.append("已上传，可再添加。")
            self.fields[item.code] = forms.FileField(
                label=item.title if item.required else f"{item.title}（按需）",
                required=False,
                help_text="".join(words) + f"{PAPERS.accepted}，不超过 20 MB。",
            )

    def clean(self) -> dict[str, Any]:
        return {"files": {name: self.cleaned_data.get(name) for name in self.fields}}


class CompareForm(ActionForm):
    """Which side holds for each difference."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        record: Application | None = self.record
        for line in queries.open_lines(record) if record is not None else []:
            self.fields[line.field] = forms.ChoiceField(
                label=line.title,
                choices=line.choices,
                widget=forms.RadioSelect,
                required=False,
                help_text=f"申报：{line.declared}；组织库：{line.recorded or '（空）'}",
            )
        self.fields["reason"] = forms.CharField(
            label="核实情况",
            max_length=200,
            required=False,
            help_text="怎样核实的，如：查阅选举结果批复。",
        )

    def clean(self) -> dict[str, Any]:
        found = {**self.cleaned_data}
        reason = found.pop("reason", "")
        return {
            "choices": {name: value for name, value in found.items() if name in comparing.ITEMS},
            "reason": reason,
        }


class ReasonForm(ActionForm):
    reason = forms.CharField(
        label="理由", min_length=4, max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )


class SupplementForm(ActionForm):
    reason = forms.CharField(
        label="需要补正的全部内容",
        min_length=4,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="只能告知一次，请把所有需要补正的材料和内容一次写全。",
    )


class ExamineForm(ActionForm):
    favourable = forms.TypedChoiceField(
        label="审查结论",
        choices=[("1", "拟准予登记"), ("0", "拟不予登记")],
        coerce=lambda value: str(value) in ("1", "True"),
        widget=forms.RadioSelect,
    )
    finding = forms.CharField(
        label="审查意见", min_length=4, max_length=500, widget=forms.Textarea(attrs={"rows": 4})
    )


class OpinionForm(ActionForm):
    opinion = forms.CharField(
        label="决定理由",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="可不填，默认“经审查，符合登记条件，准予登记”。",
    )


class JudgeForm(ActionForm):
    uphold = forms.TypedChoiceField(
        label="复核结论",
        choices=[("1", "维持原决定"), ("0", "撤销原决定，由登记机关重新审查")],
        coerce=lambda value: str(value) in ("1", "True"),
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label="复核意见", min_length=4, max_length=500, widget=forms.Textarea(attrs={"rows": 4})
    )


class RangeForm(ActionForm):
    union = UnionField(label="登记机关", permission=permissions.KEEP_RANGES, superiors=True)
    prefix = forms.CharField(
        label="前缀", max_length=8, help_text="81（基层工会）或 89（其他）加 6 位行政区划代码。"
    )
    first = forms.CharField(label="起始主体标识", max_length=8, help_text="8 位。")
    last = forms.CharField(label="终止主体标识", max_length=8, help_text="8 位。")
    document = forms.CharField(label="备案依据", max_length=120, help_text="号段下达文件的文号。")


class EndRangeForm(ActionForm):
    reason = forms.CharField(label="停用原因", min_length=4, max_length=200)


class ReceiveForm(ActionForm):
    union = UnionField(label="登记机关", permission=permissions.STOCK_SHEETS, superiors=True)
    copy = forms.ChoiceField(
        label="类别",
        choices=[("original", "正本"), ("duplicate", "副本")],
        widget=forms.RadioSelect,
    )
    prefix = forms.CharField(label="字头", max_length=8, required=False)
    first = forms.CharField(
        label="起始号", max_length=10, help_text="证书纸上印的号码，4 至 10 位数字。"
    )
    count = forms.IntegerField(label="张数", min_value=1, max_value=2000)
    received_on = DayField(label="领入日期")
    received_from = forms.CharField(label="领自", max_length=120)


class SpoilForm(ActionForm):
    reason = forms.CharField(
        label="作废原因", min_length=4, max_length=200, help_text="如：打印偏位、卡纸污损。"
    )


class SealForm(ActionForm):
    purpose = forms.CharField(label="用印事项", max_length=200, required=False)


class IssueForm(ActionForm):
    received_by = forms.CharField(label="领取人", max_length=50)


class TakeOverForm(ActionForm):
    union = UnionField(label="工会", permission=permissions.ENTER_PERSON)
    uscc = forms.CharField(label="统一社会信用代码", max_length=25)
    number = forms.CharField(label="证号", max_length=40)
    name = forms.CharField(label="证书上的名称", max_length=120)
    residence = forms.CharField(label="住所", max_length=200)
    representative_name = forms.CharField(label="法定代表人", max_length=50)
    registered_on = DayField(label="发证日期")
    valid_from = DayField(label="有效期自")
    expires_on = DayField(label="有效期至")
