"""Forms of corrections, for the workbench and the service hall alike."""

from __future__ import annotations

from typing import Any

from django import forms

from gonghui.kernel.base.identifiers import DocumentKind
from gonghui.kernel.resource.forms import ActionForm, CodeField, DayField

ACCEPTED = "application/pdf,image/jpeg,image/png"


class FactsForm(ActionForm):
    """Plain facts, filled with what is known; the mobile number is not shown back."""

    mobile = forms.CharField(
        label="手机号码",
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )
    nationality = CodeField("nationality", label="民族", required=False)
    education = CodeField("education", label="学历", required=False)
    political_status = CodeField("political", label="政治面貌", required=False)
    household = CodeField("household", label="户籍类型", required=False)
    employment = CodeField("employment_status", label="就业状态", required=False)
    occupation = CodeField("occupation", label="职业", required=False)

    def __init__(self, *args: Any, record: Any = None, **kwargs: Any) -> None:
        if record is not None:
            person = record.person
            known = {name: getattr(person, name) for name in self.base_fields if name != "mobile"}
            kwargs["initial"] = {**known, **(kwargs.get("initial") or {})}
        super().__init__(*args, record=record, **kwargs)
        if record is not None:
            shown = record.person.mobile_mask or "未填"
            self.fields["mobile"].help_text = f"现为 {shown}，不改请留空。"

    def clean(self) -> dict[str, Any]:
        # What was not sent at all, as the API may do, stays as it is.
        return {name: value for name, value in self.cleaned_data.items() if name in self.data}


class IdentityForm(ActionForm):
    """Key facts with evidence; what is left empty stays as it is."""

    name = forms.CharField(label="姓名", max_length=50, required=False)
    document_kind = forms.ChoiceField(
        label="证件类型", choices=[("", "不变"), *DocumentKind.choices()], required=False
    )
    document_number = forms.CharField(label="证件号码", max_length=24, required=False)
    sex = forms.ChoiceField(
        label="性别",
        choices=[("", "不变"), ("1", "男"), ("2", "女")],
        required=False,
        help_text="居民身份证以号码所载为准，不用填。",
    )
    born_on = DayField(label="出生日期", required=False, help_text="居民身份证不用填。")
    reason = forms.CharField(label="变更原因", max_length=200, help_text="如：户籍更名、录入有误。")
    evidence = forms.FileField(
        label="证明材料",
        help_text="户口簿、身份证等的照片或扫描件（PDF、JPG、PNG，不超过 10 MB）。",
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
    )
    groups = [
        (
            "改成什么",
            ["name", "document_kind", "document_number", "sex", "born_on"],
            "只填要改的。",
        ),
        ("凭什么改", ["reason", "evidence"]),
    ]
