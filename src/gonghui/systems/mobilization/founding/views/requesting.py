"""The forms of a preparation, and how its states look; the hall asks with them too."""

from __future__ import annotations

from typing import Any

from django import forms

from gonghui.kernel.resource.forms import ActionForm, CodeField, DayField, UnionField
from gonghui.systems.mobilization.founding.models.elections import Assembly
from gonghui.systems.mobilization.founding.models.preparations import PreparationKind

TONES = {
    "requested": "wait",
    "returned": "info",
    "preparing": "info",
    "founded": "good",
    "refused": "stop",
    "lapsed": "stop",
    "withdrawn": "idle",
}
SHOWN_RECRUITS = 200
LINES = forms.Textarea(attrs={"rows": 4})


class DetailsForm(ActionForm):
    """What a union to be is called, who founds it, who answers for it."""

    name = forms.CharField(
        label="拟建工会名称", max_length=120, help_text="一般为“单位全称＋工会委员会”。"
    )
    kind = forms.ChoiceField(
        label="工会类型", choices=PreparationKind.choices, widget=forms.RadioSelect
    )
    partners = forms.CharField(
        label="共同建会的单位或成员工会",
        required=False,
        widget=LINES,
        help_text="联合基层工会填各单位全称，工会联合会填各成员工会全称，每行一个。",
    )
    unit_name = forms.CharField(label="单位名称", max_length=120)
    unit_uscc = forms.CharField(
        label="单位统一社会信用代码", max_length=18, required=False, help_text="18 位，见营业执照。"
    )
    unit_nature = CodeField("unit_nature", label="单位性质", required=False)
    industry = CodeField("industry", label="行业", required=False)
    address = forms.CharField(label="地址", max_length=200, required=False)
    employees = forms.IntegerField(label="职工人数", min_value=1, max_value=1_000_000)
    women = forms.IntegerField(label="其中女职工", min_value=0, required=False)
    group = forms.CharField(
        label="筹备组成员", widget=LINES, help_text="每行一个姓名，第一行为组长。"
    )
    contact_name = forms.CharField(label="联系人", max_length=50)
    contact_phone = forms.CharField(label="联系电话", max_length=20)
    reason = forms.CharField(
        label="申请事由",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    groups = [
        ("拟建工会", ["name", "kind", "partners"]),
        (
            "单位",
            ["unit_name", "unit_uscc", "unit_nature", "industry", "address", "employees", "women"],
        ),
        ("筹备组", ["group", "contact_name", "contact_phone", "reason"]),
    ]


class RequestForm(DetailsForm):
    union = UnionField(
        label="上级工会", superiors=True, help_text="所在乡镇（街道）、产业或县级以上工会。"
    )
    field_order = ["union", "name"]
    groups = [("上级工会", ["union"]), *DetailsForm.groups]


class MendForm(DetailsForm):
    """The request as it stands, to be mended; the telephone number is typed again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        record = kwargs.get("record")
        if record is not None and not kwargs.get("initial"):
            initial = {
                name: getattr(record, name)
                for name in self.base_fields
                if name not in ("partners", "group", "contact_phone")
            }
            initial["group"] = "\n".join(record.group)
            initial["partners"] = "\n".join(record.partners.values_list("name", flat=True))
            kwargs["initial"] = initial
        super().__init__(*args, **kwargs)


class RecruitForm(ActionForm):
    people = forms.CharField(
        label="会员名单",
        widget=forms.Textarea(attrs={"rows": 8, "data-private": ""}),
        help_text="每行一人：姓名 身份证号码 手机号码，中间用空格隔开。",
    )


class DropForm(ActionForm):
    recruit_id = forms.TypedChoiceField(label="移除谁", coerce=int)
    reason = forms.CharField(label="原因", max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.record is not None:
            rows = self.record.recruits.order_by("-pk")[:SHOWN_RECRUITS]
            self.fields["recruit_id"].choices = [
                (item.pk, f"{item.name}（{item.document_mask}）") for item in rows
            ]


class ConveneForm(ActionForm):
    planned_on = DayField(label="拟召开日期")
    assembly = forms.ChoiceField(
        label="会议形式",
        choices=Assembly.choices,
        widget=forms.RadioSelect,
        initial=Assembly.MEMBERS,
    )
    years = forms.TypedChoiceField(
        label="任期", coerce=int, choices=[("3", "3 年"), ("5", "5 年")], widget=forms.RadioSelect
    )
    place = forms.CharField(label="地点", max_length=120)
