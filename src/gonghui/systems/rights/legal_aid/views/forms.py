"""Forms of workers, of lawyers, and of the counter."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from gonghui.engines.casework.actions.intake import SELF, Said
from gonghui.engines.casework.declaring import CaseKind
from gonghui.engines.casework.models import Channel
from gonghui.kernel.resource.forms import ActionForm, DayField, UnionField
from gonghui.systems.rights.legal_aid.actions import hooks
from gonghui.systems.rights.legal_aid.actions.kinds import AID, MEDIATION, WATCH
from gonghui.systems.rights.legal_aid.rules import aid
from gonghui.systems.rights.legal_aid.rules.matters import MATTERS

_PRIVATE = {"data-private": "", "autocomplete": "off"}


def _text(label: str, rows: int, most: int, **more: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows, "data-private": ""})
    return forms.CharField(label=label, max_length=most, widget=widget, **more)


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return hooks.YES if value else hooks.NO
    return "" if value is None else str(value)


class Files(forms.ClearableFileInput):
    """Several files at once."""

    allow_multiple_selected = True


class ManyFiles(forms.FileField):
    """Files, or none; gives a list."""

    widget = Files(attrs={"accept": "image/*,.pdf,.docx"})

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = data if isinstance(data, list | tuple) else [data]
        return [super(ManyFiles, self).clean(item, initial) for item in given if item]


class Asking(ActionForm):
    """What the three kinds ask alike. own: the worker asks; else a cadre takes it in."""

    kind: CaseKind
    channel = forms.ChoiceField(label="渠道")
    received_at = forms.DateTimeField(
        label="收到时间",
        required=False,
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        input_formats=["%Y-%m-%dT%H:%M"],
        help_text="补登信件填实际收到的时间，登记后不能更改。",
    )
    union = UnionField(label="受理工会", required=False, help_text="不填由您所在地的工会办理。")
    name = forms.CharField(
        label="姓名", max_length=50, required=False, widget=forms.TextInput(attrs=_PRIVATE)
    )
    mobile = forms.CharField(
        label="联系电话",
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={**_PRIVATE, "inputmode": "tel"}),
    )
    category = forms.ChoiceField(label="什么事", choices=[("", "请选择"), *MATTERS.items()])
    employer = forms.CharField(label="用人单位全称", max_length=120)
    text = _text("事情经过和要求", 6, 10_000, help_text="时间、地点、经过、要求。加密保存。")
    files = ManyFiles(
        label="证据和材料", required=False, help_text="可选多个，照片或文件，每个 20 MB 以内。"
    )

    def __init__(self, *args: Any, own: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        channel: Any = self.fields["channel"]
        words = dict(Channel.choices)
        channel.choices = [(code, words[code]) for code in self.kind.channels if code not in SELF]
        if own:
            del self.fields["channel"], self.fields["received_at"]
            if self.actor.person_id is not None:
                del self.fields["name"], self.fields["mobile"]
        else:
            del self.fields["union"]

    def clean_received_at(self) -> Any:
        found = self.cleaned_data["received_at"]
        if found is not None and found.year < 2000:
            raise forms.ValidationError("请核对收到时间的年份。")
        return found

    def details(self) -> dict[str, str]:
        """Fields of this kind, by the words the desk reads them under."""
        return {}

    def said(self, files: tuple[Any, ...]) -> Said:
        found = self.cleaned_data
        given = {key: value for key, value in self.details().items() if value}
        matter = MATTERS[found["category"]]
        return Said(
            title=f"{self.kind.service}：{matter}",
            text=found["text"],
            channel=found.get("channel") or "web",
            secrecy=found.get("secrecy") or "named",
            name=found.get("name") or "",
            mobile=found.get("mobile") or "",
            details=given,
            category=found["category"],
            respondent_name=found["employer"],
            received_at=found.get("received_at"),
            people=found.get("people") or 1,
            files=files,
        )


class AskAid(Asking):
    """申请法律援助."""

    kind = AID
    applicant = forms.ChoiceField(label="您是", choices=list(aid.APPLICANTS.items()))
    people = forms.IntegerField(label="几个人", min_value=1, max_value=10_000, initial=1)
    claimed = forms.DecimalField(
        label="要求的金额（元）", required=False, min_value=0, max_digits=12, decimal_places=2
    )
    income = forms.DecimalField(
        label="家庭人均月收入（元）",
        required=False,
        min_value=0,
        max_digits=10,
        decimal_places=2,
        help_text="农民工要工资或工伤赔偿的不用填。加密保存。",
        widget=forms.NumberInput(attrs=_PRIVATE),
    )
    by_agent = forms.BooleanField(label="替别人申请（须有授权委托书）", required=False)
    truth = forms.BooleanField(label="以上情况属实，愿意承担不实申请的责任")
    field_order = (
        "channel",
        "received_at",
        "name",
        "mobile",
        "applicant",
        "category",
        "employer",
        "people",
        "claimed",
        "income",
        "text",
        "files",
        "by_agent",
        "union",
        "truth",
    )

    def details(self) -> dict[str, str]:
        found = self.cleaned_data
        return {
            hooks.APPLICANT: aid.APPLICANTS[found["applicant"]],
            hooks.CLAIMED: _said(found["claimed"]),
            "家庭人均月收入（元）": _said(found["income"]),
            hooks.AGENT: hooks.YES if found["by_agent"] else "",
        }


class AskMediation(Asking):
    """申请劳动争议调解."""

    kind = MEDIATION
    people = forms.IntegerField(label="几个人", min_value=1, max_value=10_000, initial=1)
    claimed = forms.DecimalField(
        label="要求的金额（元）", required=False, min_value=0, max_digits=12, decimal_places=2
    )
    known_on = DayField(
        label="哪天知道权利受到侵害", required=False, help_text="用来提醒仲裁时效。"
    )
    employed = forms.TypedChoiceField(
        label="现在还在这个单位上班吗",
        choices=[("1", "还在"), ("0", "已经离职")],
        coerce=lambda value: value == "1",
    )
    left_on = DayField(label="离职日期", required=False)
    field_order = (
        "channel",
        "received_at",
        "name",
        "mobile",
        "category",
        "employer",
        "employed",
        "left_on",
        "known_on",
        "people",
        "claimed",
        "text",
        "files",
        "union",
    )

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        today = timezone.localdate()
        for name in ("known_on", "left_on"):
            if found.get(name) and found[name] > today:
                self.add_error(name, "日期不能晚于今天。")
        if found.get("employed") is False and not found.get("left_on"):
            self.add_error("left_on", "已经离职的请填写离职日期。")
        return found

    def details(self) -> dict[str, str]:
        found = self.cleaned_data
        return {
            hooks.CLAIMED: _said(found["claimed"]),
            hooks.KNOWN: _said(found["known_on"]),
            hooks.LEFT: _said(found["left_on"]),
            hooks.EMPLOYED: _said(found["employed"]),
        }


class TipOff(Asking):
    """提供劳动违法线索."""

    kind = WATCH

    secrecy = forms.ChoiceField(
        label="身份",
        choices=[("confidential", "保密"), ("named", "实名"), ("anonymous", "匿名")],
        help_text="任何情况下都不告诉用人单位是谁提供的；匿名的凭查询码查询。",
    )
    address = forms.CharField(label="单位地址", max_length=200, required=False)
    people = forms.IntegerField(label="涉及多少人", min_value=1, max_value=100_000, initial=1)
    field_order = (
        "channel",
        "received_at",
        "secrecy",
        "name",
        "mobile",
        "category",
        "employer",
        "address",
        "people",
        "text",
        "files",
        "union",
    )

    def details(self) -> dict[str, str]:
        return {hooks.ADDRESS: self.cleaned_data["address"]}


FORMS: dict[str, type[Asking]] = {"aid": AskAid, "mediation": AskMediation, "clue": TipOff}


def as_far(form: Asking) -> Said:
    """What a form with faults says all the same; without files."""
    found, given = form.cleaned_data, form.data
    name = found.get("name") or ("" if form.actor.person_id is not None else form.actor.name)
    known = form.actor.person_id is not None or bool(form.actor.user_id)
    secrecy = found.get("secrecy") or form.kind.secrecies[0]
    anonymous = not known and not found.get("name") and not found.get("mobile")
    return Said(
        title=form.kind.service,
        text=given.get("text", "").strip()[:10_000],
        secrecy="anonymous" if anonymous else secrecy,
        name=name if not anonymous else "",
        mobile=found.get("mobile") or "",
        category=found.get("category") or "",
        respondent_name=found.get("employer") or given.get("employer", "")[:120],
    )


class Supply(ActionForm):
    """Materials handed in later."""

    files = ManyFiles(label="材料", help_text="可选多个，照片或文件，每个 20 MB 以内。")
    text = _text("说明", 2, 500, required=False)


class LawyerAnswer(ActionForm):
    accepts = forms.TypedChoiceField(
        label="是否接受",
        choices=[("1", "接受，与各方没有利害关系"), ("0", "不能接受")],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    words = _text("说明", 2, 300, required=False, help_text="不能接受的写明原因。")


class LawyerHearing(ActionForm):
    at = forms.DateTimeField(
        label="开庭时间",
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        input_formats=["%Y-%m-%dT%H:%M"],
    )
    forum = forms.CharField(label="审理机构", max_length=80)
    place = forms.CharField(label="地点", max_length=120)


class LawyerUnhear(ActionForm):
    hearing = forms.TypedChoiceField(label="哪次开庭", coerce=int, widget=forms.RadioSelect)
    reason = _text("取消的原因", 2, 200, help_text="受援人会看到。")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["hearing"]
        choice.choices = [
            (item.pk, f"{timezone.localtime(item.at):%Y-%m-%d %H:%M} {item.forum}")
            for item in self.record.aid.hearings.filter(cancelled=False).order_by("at")
        ]


class LawyerPaper(ActionForm):
    paper = forms.ChoiceField(
        label="卷内位置", choices=[("", "请选择"), *((p.code, p.title) for p in aid.ORDER)]
    )
    title = forms.CharField(label="文书名称", max_length=120)
    files = ManyFiles(label="文件", required=False)


class LawyerProgress(ActionForm):
    words = _text("进展", 3, 500, help_text="受援人会看到。")


class LawyerResult(ActionForm):
    result = forms.ChoiceField(label="办理结果", choices=[("", "请选择"), *aid.RESULTS.items()])
    recovered = forms.DecimalField(
        label="挽回金额（元）", min_value=0, max_digits=12, decimal_places=2, initial=0
    )
    summary = _text("办案小结", 5, 2000, help_text="不写受援人的姓名、电话。")
