"""Forms: a value of each kind, a moment, a file, two unions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.config.declaring import Setting
from gonghui.kernel.org.models import Union
from gonghui.kernel.resource.forms import ActionForm, UnionField
from gonghui.systems.foundation.config import queries, rules
from gonghui.systems.foundation.config.permissions import EDIT_SETTINGS, VIEW_SETTINGS

LONG = 120
MOMENT = "%Y-%m-%dT%H:%M"


class MomentField(forms.DateTimeField):
    """A time to the minute, typed or picked."""

    widget = forms.DateTimeInput(format=MOMENT, attrs={"type": "datetime-local"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=[MOMENT, "%Y-%m-%d %H:%M"], **kwargs)


class ReasonField(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        help_text = "写明为什么改、依据什么，会记入历史和操作日志。"
        super().__init__(
            label="修改原因",
            min_length=rules.MIN_REASON,
            max_length=200,
            help_text=help_text,
            **kwargs,
        )


class ValueForm(ActionForm):
    """A new value of a setting at a union; the bounds are the declared ones."""

    def __init__(
        self, *args: Any, setting: Setting, place: Union, offered: list[Union], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.setting = setting
        self.fields["value"] = field_of(setting)
        self.fields["effective_at"] = MomentField(
            label="生效时间", required=False, help_text="不填为立即生效；到时自动生效。"
        )
        if offered:
            self.fields["gray"] = forms.MultipleChoiceField(
                label="先在这些工会试行",
                required=False,
                choices=[(str(union.pk), union.name) for union in offered],
                widget=forms.CheckboxSelectMultiple,
                help_text=f"不选为直接在“{place.name}”生效。试行满意后再扩大到全部，或者撤回。",
            )
        self.fields["reason"] = ReasonField()
        self.fields["expected"] = forms.IntegerField(
            required=False, min_value=0, widget=forms.HiddenInput
        )
        self.offered = {str(union.pk): union for union in offered}

    def clean_value(self) -> Any:
        try:
            return self.setting.checked(read(self.setting, self.cleaned_data["value"]))
        except Refusal as refusal:
            raise ValidationError(
                refusal.format, params={"rule": rules.BOUND, "remedy": refusal.remedy}
            ) from refusal

    @property
    def gray(self) -> tuple[Union, ...]:
        return tuple(self.offered[key] for key in self.cleaned_data.get("gray", ()))


def field_of(setting: Setting) -> forms.Field:
    """The field that asks for a value of the setting's kind."""
    help_text = f"{setting.help}（{setting.bounds}）"
    if setting.secret:
        widget = forms.PasswordInput(attrs={"autocomplete": "new-password", "data-private": ""})
        help_text += " 保存后加密存放，任何人都不能再看到。"
        return forms.CharField(label="新的取值", widget=widget, help_text=help_text, strip=False)
    if setting.kind is bool:
        choices = [("1", "是"), ("0", "否")]
        return forms.ChoiceField(
            label="新的取值", choices=choices, widget=forms.RadioSelect, help_text=help_text
        )
    if setting.choices:
        return forms.ChoiceField(
            label="新的取值",
            choices=list(setting.choices.items()),
            widget=forms.RadioSelect,
            help_text=setting.help,
        )
    if setting.kind is str:
        long = (setting.maximum or LONG * 2) > LONG
        widget = forms.Textarea(attrs={"rows": 4}) if long else forms.TextInput()
        return forms.CharField(label="新的取值", required=False, widget=widget, help_text=help_text)
    unit = f"（{setting.unit}）" if setting.unit else ""
    mode = "decimal" if setting.kind is Decimal else "numeric"
    return forms.CharField(
        label=f"新的取值{unit}",
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": mode, "autocomplete": "off"}),
        help_text=help_text,
    )


def read(setting: Setting, text: str) -> Any:
    """The Python value of what was typed; what is no number stays text for the check to refuse."""
    if setting.kind is bool:
        return {"1": True, "0": False}.get(text, text)
    if setting.kind is int:
        plain = text.strip().replace(",", "").replace("，", "")
        return int(plain) if plain.lstrip("-").isdecimal() and len(plain) < 20 else text
    if setting.kind is Decimal:
        return text.strip()
    return text.replace("\r\n", "\n")


def initial_of(setting: Setting, stored: Any) -> Any:
    """How a stored value stands in the field; nothing of a secret."""
    if setting.secret:
        return ""
    if setting.kind is bool:
        return "1" if stored else "0"
    return stored


class CompareForm(ActionForm):
    """Two unions, or two moments at one."""

    left = UnionField(label="工会", permission=VIEW_SETTINGS)
    right = UnionField(label="另一工会", permission=VIEW_SETTINGS, required=False)
    left_at = MomentField(label="时间", required=False, help_text="不填为现在。")
    right_at = MomentField(label="另一时间", required=False, help_text="不填为现在。")


class CloneForm(ActionForm):
    source = UnionField(label="从哪个工会复制", permission=VIEW_SETTINGS)
    target = UnionField(label="复制到哪个工会", permission=EDIT_SETTINGS)


class FileForm(ActionForm):
    file = forms.FileField(
        label="配置文件",
        help_text="从本平台或另一套环境导出的配置文件。上传后先看差异，确认了才生效。",
        widget=forms.FileInput(attrs={"accept": ".json,application/json"}),
    )


class TakeOverForm(ActionForm):
    reason = ReasonField()


def union_named(actor: Any, union: Union, permission: Any) -> Union:
    """The union of a form if the actor has the permission there; Forbidden otherwise."""
    return queries.place(actor, str(union.pk), permission)
