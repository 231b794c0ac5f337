"""Forms of C4.5's own pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from gonghui.engines.casework.forms import seek_alike
from gonghui.engines.casework.models import Secrecy
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.resource.forms import ActionForm, DayField, UnionField
from gonghui.systems.rights.feedback.models import HOTLINE_CODE, Purpose, Stance, Way
from gonghui.systems.rights.feedback.rules.petitions import RESULTS
from gonghui.systems.rights.feedback.rules.surveys import MANY, NUMBER, SCALE, TEXT, Question
from gonghui.systems.rights.feedback.rules.topics import NATURES, TOPICS


def area(label: str, rows: int = 4, most: int = 2000, **more: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows, "data-private": ""})
    return forms.CharField(label=label, max_length=most, widget=widget, **more)


def private(label: str, most: int, **more: Any) -> forms.CharField:
    attrs = {"data-private": "", **more.pop("attrs", {})}
    return forms.CharField(label=label, max_length=most, widget=forms.TextInput(attrs), **more)


class Speak(ActionForm):
    """What a worker says, and how they want to be known."""

    groups = [
        ("说什么", ["nature", "purpose", "title", "text", "respondent_name", "category", "people"]),
        ("您的身份", ["secrecy", "name", "mobile"]),
    ]
    nature = forms.ChoiceField(
        label="您要做什么", choices=list(NATURES.items()), widget=forms.RadioSelect
    )
    purpose = forms.ChoiceField(
        label="信访目的",
        choices=[("", "不是信访"), *Purpose.choices],
        required=False,
        help_text="选择“信访”时填写，按《信访工作条例》的程序和期限办理。",
    )
    title = private("一句话说明", 60)
    text = area("经过和要求", 7, 5000, help_text="什么时候、在哪里、发生了什么，希望怎么解决。")
    respondent_name = forms.CharField(label="涉及的单位", max_length=120, required=False)
    category = forms.ChoiceField(
        label="类别", choices=[("", "不清楚，请工会判断"), *TOPICS.items()], required=False
    )
    people = forms.IntegerField(
        label="一共多少人", min_value=1, max_value=100_000, initial=1, required=False
    )
    secrecy = forms.ChoiceField(
        label="怎样保护您的身份",
        choices=[
            (Secrecy.NAMED, "实名：办理的工会知道您是谁，被反映的单位不知道"),
            (Secrecy.CONFIDENTIAL, "保密：办理人员也看不到姓名，写明理由才能查看"),
            (Secrecy.ANONYMOUS, "匿名：谁也不知道，凭查询码了解进展"),
        ],
        widget=forms.RadioSelect,
        initial=Secrecy.NAMED,
    )
    name = private("姓名", 50, required=False, attrs={"autocomplete": "name"})
    mobile = private(
        "手机号码", 20, required=False, attrs={"inputmode": "tel", "autocomplete": "tel"}
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        if actor.person_id is not None:
            del self.fields["name"], self.fields["mobile"]
            self.groups = [self.groups[0], ("您的身份", ["secrecy"])]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("nature") == "petition" and not found.get("purpose"):
            self.add_error("purpose", ValidationError("信访请选择目的。", code="purpose"))
        return found


class TakeDown(ActionForm):
    """What the desk writes while somebody speaks, or of a letter or a visit."""

    nature = forms.ChoiceField(label="性质", choices=list(NATURES.items()))
    channel = forms.ChoiceField(
        label="渠道",
        choices=[
            ("phone", "电话"),
            ("counter", "来访"),
            ("letter", "来信"),
            ("transfer", "上级转来"),
        ],
    )
    purpose = forms.ChoiceField(
        label="信访目的", choices=[("", "不是信访"), *Purpose.choices], required=False
    )
    way = forms.ChoiceField(
        label="信访形式", choices=[("", "按渠道"), *Way.choices], required=False
    )
    received_at = forms.DateTimeField(
        label="收到时间",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        help_text="来信来访填实际收到的时间，登记后不能更改；不填是现在。",
    )
    secrecy = forms.ChoiceField(label="身份", choices=Secrecy.choices)
    caller = forms.TypedChoiceField(
        label="这个号码登记的人",
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.RadioSelect,
        help_text="问过是本人再选，来件会记入本人的办事记录。",
    )
    document = private(
        "本人证件号码",
        24,
        required=False,
        help_text="核对证件原件后填，来件会记入本人的办事记录；不保存在来件里。",
    )
    name = private("姓名", 50, required=False)
    mobile = private("联系电话", 20, required=False, attrs={"inputmode": "tel"})
    category = forms.ChoiceField(
        label="类别", choices=[("", "待分类"), *TOPICS.items()], required=False
    )
    respondent = UnionField(label="被反映的工会", required=False)
    respondent_name = forms.CharField(label="被反映的单位", max_length=120, required=False)
    people = forms.IntegerField(
        label="人数", min_value=1, max_value=100_000, initial=1, required=False
    )
    title = private("标题", 60)
    text = area("内容", 8, 10_000)

    def __init__(
        self,
        *args: Any,
        phone: bool = False,
        callers: Sequence[tuple[int, str]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        seek_alike(self.fields["text"], HOTLINE_CODE)
        if phone:
            for name in ("channel", "way", "received_at", "document"):
                del self.fields[name]
        if callers:
            field: Any = self.fields["caller"]
            field.choices = [*callers, ("", "不是，或者没有问到")]
        else:
            del self.fields["caller"]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("nature") == "petition" and not found.get("purpose"):
            self.add_error("purpose", ValidationError("信访请选择目的。", code="purpose"))
        return found


class AskForm(ActionForm):
    """A question to the bot."""

    question = area("您的问题", 3, 500, help_text="例如：年休假没有休，单位要怎么补？")


class OpinionForm(forms.Form):
    """An opinion on one article; key keeps a second press from counting twice."""

    stance = forms.ChoiceField(label="态度", choices=Stance.choices, widget=forms.RadioSelect)
    text = area("意见和理由", 3, 2000, required=False)
    key = forms.UUIDField(widget=forms.HiddenInput)


class AppealForm(ActionForm):
    words = area("不服的理由和请求", 6, 5000)


class DecideForm(ActionForm):
    result = forms.ChoiceField(label="结果", choices=list(RESULTS.items()))
    opinion = area("意见和依据", 8, 5000)


class DeliverForm(ActionForm):
    paper = forms.TypedChoiceField(label="文书", coerce=int)
    on = DayField(label="送达日期")
    how = forms.ChoiceField(label="送达方式")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        from gonghui.systems.rights.feedback.actions.papers import DELIVERIES

        super().__init__(*args, **kwargs)
        papers: Any = self.fields["paper"]
        papers.choices = [
            (row.pk, str(row)) for row in self.record.papers.filter(delivered_on=None)
        ]
        how: Any = self.fields["how"]
        how.choices = [(words, words) for words in DELIVERIES]


class Fill(forms.Form):
    """A questionnaire as a form, one field for each question."""

    def __init__(self, *args: Any, questions: list[Question], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in questions:
            self.fields[question.code] = _field(question)


def _field(question: Question) -> forms.Field:
    facts: dict[str, Any] = {"label": question.title, "required": question.required}
    if question.kind == MANY:
        most = f"最多选 {question.most} 项。" if question.most else ""
        return forms.MultipleChoiceField(
            choices=[(item, item) for item in question.options],
            widget=forms.CheckboxSelectMultiple,
            help_text=most,
            **facts,
        )
    if question.kind == TEXT:
        return area(facts.pop("label"), 3, 500, **facts)
    if question.kind == NUMBER:
        return forms.IntegerField(min_value=0, max_value=1_000_000, **facts)
    options = {SCALE: ("1", "2", "3", "4", "5"), "yes_no": ("是", "否")}.get(
        question.kind, question.options
    )
    return forms.ChoiceField(
        choices=[(item, item) for item in options], widget=forms.RadioSelect, **facts
    )
