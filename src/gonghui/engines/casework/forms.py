"""Forms of the engine's own pages, one for each verb that asks for something."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.html import format_html

from gonghui.engines.casework.actions.intake import SELF
from gonghui.engines.casework.declaring import CaseKind, kind_of
from gonghui.engines.casework.models import Channel, Difficulty, PartRole, Secrecy
from gonghui.engines.casework.rules.sampling import CRITERIA
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.resource.forms import ActionForm, DayField, UnionField

LINES = forms.Textarea(attrs={"rows": 5})


def text(label: str, *, rows: int = 4, most: int = 1000, **more: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows, "data-private": ""})
    return forms.CharField(label=label, max_length=most, widget=widget, **more)


def seek_alike(field: forms.Field, code: str) -> None:
    """Show cases of a kind's system like a text below it, while it is typed."""
    field.widget.attrs.update(
        {
            "hx-post": reverse("casework:alike", args=[code]),
            "hx-trigger": "input changed delay:600ms",
            "hx-include": "closest form",
            "hx-target": "#alike",
            "hx-swap": "innerHTML",
        }
    )
    field.help_text = format_html(
        '{}<span id="alike" role="status" aria-live="polite"></span>', field.help_text
    )


class Reason(ActionForm):
    """What only needs a reason."""

    reason = text("理由", rows=3, most=300)


class Pausing(ActionForm):
    reason = text("理由", rows=3, most=200)


class Nothing(ActionForm):
    """What needs no words."""


class Accept(ActionForm):
    """Category, difficulty and words that name nobody."""

    category = forms.ChoiceField(label="类别")
    difficulty = forms.ChoiceField(label="难度", choices=Difficulty.choices)
    title = forms.CharField(
        label="标题",
        max_length=80,
        required=False,
        help_text="其他单位会看到，不写来件人的姓名、电话。",
    )
    summary = text(
        "转办摘要",
        required=False,
        help_text="其他单位只看到这段摘要，不写来件人的姓名、电话和单位内部称呼。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["category"]
        field.choices = [("", "请选择"), *kind_of(self.record).categories.items()]
        self.initial = {
            "category": self.record.category,
            "difficulty": self.record.difficulty,
            "title": self.record.title,
            "summary": self.record.summary,
            **(self.initial or {}),
        }


class Decline(ActionForm):
    reason = text("不予受理的理由和去处", help_text="会告知来件人。", most=500)
    rule = forms.CharField(label="依据", max_length=120, required=False)


class Route(ActionForm):
    to = UnionField(label="派给", required=False, help_text="不填时按派发表确定层级。")
    competent = UnionField(label="事项所在工会", required=False, help_text="按派发表派发时用。")
    reason = text("说明", rows=2, most=300, required=False)


class HandOver(ActionForm):
    user_id = forms.CharField(
        label="接办人",
        widget=forms.TextInput(attrs={"data-pick": "/work/people/?", "autocomplete": "off"}),
    )
    reason = text("理由", rows=2, most=300)

    def clean_user_id(self) -> int:
        value = self.cleaned_data["user_id"]
        if not value.isdecimal():
            raise forms.ValidationError("请从列出的人员中选择。")
        return int(value)


class Step(ActionForm):
    step = forms.ChoiceField(label="环节")
    text = text("说明", rows=3, required=False)
    public = forms.BooleanField(label="告知来件人", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["step"]
        field.choices = list(kind_of(self.record).steps.items())


class Respondent(ActionForm):
    union = UnionField(label="被反映工会", required=False)
    name = forms.CharField(label="被反映单位名称", max_length=120, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Whoever mends the name alone keeps the union, which is shut out of the case by it.
        self.initial = {"union": self.record.respondent, **(self.initial or {})}


class AskPart(ActionForm):
    union = UnionField(label="请哪个工会")
    role = forms.ChoiceField(label="分工", choices=PartRole.choices)
    task = text("要求", help_text="对方只看到这段文字和编号、类别。")
    days = forms.IntegerField(label="几个工作日内反馈", min_value=1, max_value=60, required=False)


class Extension(ActionForm):
    clock = forms.ChoiceField(label="时限")
    days = forms.IntegerField(label="延长天数", min_value=1, max_value=365)
    reason = text("理由", rows=3, most=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["clock"]
        rules = kind_of(self.record).clocks
        field.choices = [(rule.code, rule.title) for rule in rules if rule.extension]


class Decision(ActionForm):
    clock = forms.ChoiceField(label="时限")
    grant = forms.TypedChoiceField(
        label="审批",
        choices=[("yes", "同意"), ("no", "不同意")],
        coerce=lambda value: value == "yes",
    )
    opinion = text("意见", rows=2, most=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["clock"]
        rules = kind_of(self.record).clocks
        field.choices = [(rule.code, rule.title) for rule in rules if rule.extension]


class Draft(ActionForm):
    outcome = forms.ChoiceField(label="办理结果", required=False)
    text = text("答复内容", rows=8, most=4000, help_text="每个来件人各收到一份。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        outcomes = kind_of(self.record).outcomes
        field: Any = self.fields["outcome"]
        field.choices = [("", "请选择"), *outcomes.items()]
        field.required = bool(outcomes)
        if not outcomes:
            del self.fields["outcome"]
        if (reply := self.record.replies.exclude(state="sent").first()) is not None:
            present = {"text": reply.text.reveal(), "outcome": reply.outcome}
            self.initial = {**present, **(self.initial or {})}


class Review(ActionForm):
    send = forms.TypedChoiceField(
        label="审核",
        choices=[("yes", "同意发出"), ("no", "退回修改")],
        coerce=lambda value: value == "yes",
    )
    opinion = text("意见", rows=3, most=300, required=False)


class Words(ActionForm):
    text = text("内容", rows=3, most=1000)


class Supervise(ActionForm):
    requirement = text("督办要求", rows=3, most=500)
    due_on = DayField(label="报告期限")


class Settle(ActionForm):
    done = forms.TypedChoiceField(
        label="结论",
        choices=[("yes", "同意销号"), ("no", "继续督办")],
        coerce=lambda value: value == "yes",
    )
    opinion = text("意见", rows=2, most=300, required=False)


class CallBack(ActionForm):
    reached = forms.TypedChoiceField(
        label="是否联系上",
        choices=[("yes", "已联系上"), ("no", "未联系上")],
        coerce=lambda value: value == "yes",
    )
    score = forms.TypedChoiceField(
        label="满意度",
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "没有评价"), *((n, f"{n} 分") for n in range(5, 0, -1))],
    )
    words = text("来件人意见", rows=3, required=False)


class Reopen(ActionForm):
    words = text("来件人的意见", rows=3)


class Said(ActionForm):
    """What is entered for somebody, or by the complainant."""

    channel = forms.ChoiceField(label="渠道")
    received_at = forms.DateTimeField(
        label="收到时间",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        help_text="补登的信件填实际收到的时间，登记后不能更改。",
    )
    secrecy = forms.ChoiceField(label="身份", choices=Secrecy.choices)
    name = forms.CharField(
        label="姓名",
        max_length=50,
        required=False,
        widget=forms.TextInput(attrs={"data-private": "", "autocomplete": "name"}),
    )
    mobile = forms.CharField(
        label="联系电话",
        max_length=20,
        required=False,
        widget=forms.TextInput(
            attrs={"data-private": "", "inputmode": "tel", "autocomplete": "tel"}
        ),
    )
    category = forms.ChoiceField(label="类别", required=False)
    respondent = UnionField(label="被反映的工会", required=False)
    respondent_name = forms.CharField(label="被反映的单位", max_length=120, required=False)
    title = forms.CharField(
        label="标题", max_length=80, widget=forms.TextInput(attrs={"data-private": ""})
    )
    text = text("内容", rows=8, most=10_000)

    def __init__(self, *args: Any, kind: CaseKind, own: bool, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        channel: Any = self.fields["channel"]
        category: Any = self.fields["category"]
        secrecy: Any = self.fields["secrecy"]
        words = dict(Channel.choices)
        channel.choices = [(code, words[code]) for code in kind.channels if code not in SELF]
        category.choices = [("", "不清楚"), *kind.categories.items()]
        secrecy.choices = [item for item in Secrecy.choices if item[0] in kind.secrecies]
        if own:
            del self.fields["channel"], self.fields["received_at"]
            secrecy.help_text = "保密：办理人员看不到姓名；匿名：只凭查询码查询。"
        if not own:
            seek_alike(self.fields["text"], kind.code)
        if own and actor.person_id is not None:
            del self.fields["name"], self.fields["mobile"]
        if not kind.categories:
            del self.fields["category"]


class Draw(ActionForm):
    """A sample of settled cases."""

    kind = forms.ChoiceField(label="业务")
    from_on = DayField(label="办结日期起")
    until_on = DayField(label="办结日期止")
    percent = forms.IntegerField(
        label="抽样比例（%）",
        min_value=1,
        max_value=100,
        initial=10,
        help_text="超期和评价不满意的全部入样，其余按比例随机抽取。",
    )

    def __init__(self, *args: Any, kinds: Sequence[CaseKind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["kind"]
        field.choices = [(kind.code, kind.title) for kind in kinds]


class Points(ActionForm):
    """Points by criterion; who works on it and who checks it are two people."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, (title, most) in CRITERIA.items():
            self.fields[code] = forms.IntegerField(
                label=title, min_value=0, max_value=most, help_text=f"满分 {most} 分。"
            )
        self.fields["findings"] = text("问题", rows=4, required=False)


class Track(forms.Form):
    code = forms.CharField(
        label="查询码",
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
        help_text="提交时给您的 12 位字母和数字。",
    )


VERB_FORMS: dict[str, type[ActionForm]] = {
    "accept": Accept,
    "describe": Accept,
    "decline": Decline,
    "route": Route,
    "take": Nothing,
    "hand_over": HandOver,
    "send_back": Reason,
    "step": Step,
    "name_respondent": Respondent,
    "pause": Pausing,
    "resume": Nothing,
    "ask_extension": Extension,
    "decide_extension": Decision,
    "ask_part": AskPart,
    "draft": Draft,
    "submit_reply": Nothing,
    "review": Review,
    "urge": Words,
    "supervise": Supervise,
    "report": Words,
    "settle": Settle,
    "close": Nothing,
}
"""Verbs of a case's page, in the order they are offered."""
INTAKE_FORMS: dict[str, type[ActionForm]] = {
    "ask": Words,
    "call_back": CallBack,
    "reopen_for": Reopen,
}
"""Verbs that go to one complainant."""
