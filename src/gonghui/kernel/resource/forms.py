"""Form parts that know codes, scopes and refusals."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from gonghui.kernel import codes
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.identity.stepup import StepUp
from gonghui.kernel.org.models import Union, UnionStatus

PICKING = "a form names a union by id; the action checks the place it is used for"


class ActionForm(forms.Form):
    """A form that asks for an action's keyword arguments.

    actor: who fills it. record: the subject, None where something new is made.
    """

    def __init__(self, *args: Any, actor: Actor, record: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.record = record

    def refuse(self, refusal: Refusal) -> None:
        """Show a refusal beside the field it names, or above the form; StepUp goes on up."""
        if isinstance(refusal, StepUp):
            raise refusal
        error = ValidationError(
            refusal.format,
            code=refusal.code,
            params={"rule": refusal.rule, "remedy": refusal.remedy},
        )
        name = refusal.field if refusal.field in self.fields else None
        if not hasattr(self, "cleaned_data"):
            self.cleaned_data = {}
        self.add_error(name, error)


class CodeField(forms.ChoiceField):
    """A value of a code table."""

    def __init__(self, table: str, **kwargs: Any) -> None:
        self.table = table
        blank = [("", "请选择")]
        super().__init__(choices=lambda: blank + list(codes.choices(table)), **kwargs)


class DayField(forms.DateField):
    """A day, typed or picked."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class UnionField(forms.CharField):
    """A union, found by typing a part of its name; gives the Union.

    permission: offers only unions where the actor holds it; None offers all active ones.
    superiors: only unions that may have subordinates.
    """

    def __init__(self, *, permission: Any = None, superiors: bool = False, **kwargs: Any) -> None:
        self.permission = permission
        query = "?superiors=1" if superiors else "?"
        if permission is not None:
            query += f"&permission={permission.code}"
        widget = forms.TextInput(
            attrs={
                "data-pick": f"/pick/unions/{query}",
                "autocomplete": "off",
                "placeholder": "输入名称查找",
            }
        )
        kwargs.setdefault("widget", widget)
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Union | None:
        text = super().clean(value)
        if not text:
            return None
        rows = Union.objects.unscoped(PICKING).filter(status=UnionStatus.ACTIVE)
        found = rows.filter(pk=int(text)).first() if text.isdecimal() else None
        if found is None:
            matches = list(rows.filter(name=text)[:2])
            found = matches[0] if len(matches) == 1 else None
        if found is None:
            raise ValidationError("没有找到这个工会，请从列出的名称中选择。", code="unknown_union")
        return found

    def prepare_value(self, value: Any) -> Any:
        return value.name if isinstance(value, Union) else value
