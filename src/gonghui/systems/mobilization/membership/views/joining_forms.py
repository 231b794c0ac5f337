"""Forms of applications to join: one question group each, for the phone and the counter."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django import forms

from gonghui.kernel.base.identifiers import DocumentKind
from gonghui.kernel.codes import choices
from gonghui.kernel.identity import passwords
from gonghui.kernel.resource.forms import ActionForm, CodeField, DayField, UnionField
from gonghui.systems.mobilization.membership.permissions import ENTER_JOIN
from gonghui.systems.mobilization.membership.queries.joining import (
    county_unions,
    home_county,
    suggestion_for,
)
from gonghui.systems.mobilization.membership.rules.joining import TELLS_NOTHING

PLEDGE = "本人自愿加入中国工会，遵守《中国工会章程》，以上内容属实"
SEXES = [("1", "男"), ("2", "女")]
FAULTY = [
    ("name", "姓名"),
    ("document_number", "证件号码"),
    ("mobile", "手机号码"),
    ("union", "工作单位"),
    ("other", "其他"),
]


class WhoForm(forms.Form):
    """Name and document; birth date and sex are asked only where the number tells neither."""

    groups = [
        (
            "",
            ["name", "document_kind", "document_number", "born_on", "sex"],
        )
    ]
    name = forms.CharField(
        label="姓名",
        max_length=60,
        help_text="与证件一致。生僻字照写，姓名中的“·”也要写上。",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    document_kind = forms.ChoiceField(
        label="证件类型", choices=DocumentKind.choices(), initial="resident_id"
    )
    document_number = forms.CharField(
        label="证件号码",
        max_length=30,
        help_text="性别、出生日期由号码得出，不用再填。",
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "data-private": "", "autocapitalize": "characters"}
        ),
    )
    born_on = DayField(label="出生日期", help_text="这种证件的号码不含出生日期。")
    sex = forms.ChoiceField(label="性别", choices=SEXES, widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = self["document_kind"].value() or "resident_id"
        number = self["document_number"].value() or ""
        tells = kind not in TELLS_NOTHING and not (
            kind == "foreign_residence" and len(number.strip()) == 15
        )
        if tells:
            del self.fields["born_on"], self.fields["sex"]


class ContactForm(forms.Form):
    """Mobile number, and what may be told."""

    groups = [
        ("", ["mobile"]),
        (
            "选填信息",
            ["employment_form", "education", "political_status", "nationality"],
            "可以不填，不影响审批。",
        ),
    ]
    mobile = forms.CharField(
        label="手机号码",
        max_length=20,
        help_text="审批结果和会员服务会用到。",
        widget=forms.TextInput(
            attrs={"inputmode": "tel", "autocomplete": "tel", "data-private": ""}
        ),
    )
    employment_form = CodeField("employment_form", label="用工形式", required=False)
    education = CodeField("education", label="学历", required=False)
    political_status = CodeField("political", label="政治面貌", required=False)
    nationality = CodeField("nationality", label="民族", required=False)


class PlaceForm(forms.Form):
    """Where and as what somebody without a fixed employer works."""

    county = forms.ChoiceField(
        label="您现在在哪里工作或居住", help_text="申请会送到这个县（市、区）的总工会。"
    )
    trade = forms.ChoiceField(label="您从事的工作", widget=forms.RadioSelect)

    def __init__(self, *args: Any, document_number: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["county"].choices = [("", "请选择"), *counties_by_city()]
        self.fields["trade"].choices = choices("new_employment")
        if document_number and not self.initial.get("county"):
            self.initial["county"] = home_county(document_number)


def counties_by_city() -> list[tuple[str, list[tuple[str, str]]]]:
    """County unions as groups of a select, by the name of the city union above."""
    rows = county_unions()
    return [
        (city, [(str(union.pk), short(union.name)) for union in group])
        for city, group in groupby(rows, key=lambda u: short(u.parent.name) if u.parent else "")
    ]


def short(name: str) -> str:
    """A county by the name of its union: 合肥市蜀山区总工会 as 合肥市蜀山区."""
    return name.removesuffix("总工会")


class PledgeForm(forms.Form):
    """The pledge at the end."""

    agreed = forms.BooleanField(label=PLEDGE, error_messages={"required": "请先勾选。"})


class ReasonForm(forms.Form):
    reason = forms.CharField(label="理由", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class LookupForm(forms.Form):
    """Three things only the applicant has together."""

    receipt = forms.CharField(
        label="受理编号",
        max_length=24,
        help_text="回执上的编号，形如 RH20261122-000123-0。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    document_end = forms.CharField(
        label="证件号码末四位",
        min_length=4,
        max_length=4,
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-private": ""}),
    )
    mobile_end = forms.CharField(
        label="手机号码末四位",
        min_length=4,
        max_length=4,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "inputmode": "numeric", "data-private": ""}
        ),
    )


class WholeNumberForm(forms.Form):
    document_number = forms.CharField(
        label="完整证件号码",
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-private": ""}),
    )


class PasswordForm(forms.Form):
    """The code shown on the page and a password, twice."""

    code = forms.CharField(
        label="验证码",
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )
    password = forms.CharField(
        label="密码",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="再输入一次密码",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = "；".join(passwords.demands())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("again") and data.get("password") != data.get("again"):
            self.add_error("again", "两次输入的密码不一样。")
        return data


class ApplicantForm(ActionForm):
    """Everything of an applicant on one page, as a cadre at the counter enters it."""

    groups = [
        ("申请人", ["name", "document_kind", "document_number", "born_on", "sex", "mobile"]),
        ("工作单位", ["union"]),
        (
            "选填信息",
            [
                "employment_form",
                "trade",
                "education",
                "political_status",
                "occupation",
                "nationality",
            ],
        ),
        ("", ["agreed"]),
    ]
    name = WhoForm.base_fields["name"]
    document_kind = WhoForm.base_fields["document_kind"]
    document_number = WhoForm.base_fields["document_number"]
    born_on = DayField(label="出生日期", required=False, help_text="号码中没有的才填。")
    sex = forms.ChoiceField(label="性别", choices=[("", "由号码得出"), *SEXES], required=False)
    mobile = ContactForm.base_fields["mobile"]
    employment_form = CodeField("employment_form", label="用工形式", required=False)
    trade = CodeField("new_employment", label="新就业形态群体", required=False)
    education = CodeField("education", label="学历", required=False)
    political_status = CodeField("political", label="政治面貌", required=False)
    occupation = CodeField("occupation", label="职业", required=False)
    nationality = CodeField("nationality", label="民族", required=False)
    agreed = forms.BooleanField(label="申请人已在入会申请书上签名，申请书由本工会留存")


class EnterForm(ApplicantForm):
    """A new application at the counter."""

    union = UnionField(
        permission=ENTER_JOIN,
        label="工作单位的工会",
        help_text="没有固定单位的，填县（市、区）总工会，申请进入周转池。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("union", self.actor.union_name)


class MendForm(ApplicantForm):
    """A returned application mended at the counter; shows what it says now."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        record = self.record
        for name in self.fields:
            if record is not None and hasattr(record, name):
                self.initial.setdefault(name, getattr(record, name))
        if record is not None:
            self.initial.setdefault("document_number", record.document.reveal())
            self.initial["mobile"] = record.mobile.reveal()


class ReturnForm(ActionForm):
    reason = forms.CharField(
        label="需要补正的内容",
        max_length=500,
        help_text="写清楚哪里不对、怎么改，申请人会看到。",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    faulty_fields = forms.MultipleChoiceField(
        label="涉及的项目",
        choices=FAULTY,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class RejectForm(ActionForm):
    reason = forms.CharField(
        label="不予批准的理由",
        max_length=500,
        help_text="申请人会看到，并可以向上级工会申诉。",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class RouteForm(ActionForm):
    """The union an application of the pool goes to; proposes one."""

    union = UnionField(label="分派到", help_text="可以改成本市其他基层工会、联合工会或联合会。")
    reason = forms.CharField(label="说明", max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.record is None or self.is_bound:
            return
        found = suggestion_for(self.record)
        if found.union_id:
            self.initial.setdefault("union", found.name)
            self.fields["union"].help_text = f"建议：{found.name}（{found.reason}）。可以改选。"
        else:
            self.fields["union"].help_text = f"{found.reason}。"


class ForwardForm(ActionForm):
    union = UnionField(label="转给哪个县（市、区）总工会", superiors=True)
    reason = forms.CharField(
        label="转出的原因", max_length=200, help_text="如：申请人现在该县工作。"
    )
