"""Fields the forms share: choices that depend on the union, money, the live count."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils.html import format_html

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.roles import Permission
from gonghui.kernel.org.models import Union
from gonghui.kernel.resource.forms import PICKING, ActionForm
from gonghui.systems.media.short_messages.models import Audience
from gonghui.systems.media.short_messages.queries import wording


def place(record: Any, actor: Actor, permission: Permission) -> Union | None:
    """The union a form is for: the record's, else the actor's nearest with the permission."""
    if record is not None:
        return record.union
    paths = actor.paths(permission)
    ids = [held.union_id for held in actor.grants if held.path in paths]
    rows = Union.objects.unscoped(PICKING).filter(pk__in=ids)
    return rows.order_by("path").first()


def live_help(target: str, text: str = "") -> Any:
    """Help with a place below it that the server fills while one types."""
    return format_html(
        '{}<span id="{}" class="sm-live" role="status" aria-live="polite"></span>', text, target
    )


def counted_text(label: str = "内容", **kwargs: Any) -> forms.CharField:
    """A text whose parts are counted while it is typed."""
    attrs = {
        "rows": 5,
        "hx-post": reverse_lazy("short-count"),
        "hx-trigger": "input changed delay:300ms, load",
        "hx-include": "closest form",
        "hx-target": "#sm-count",
        "hx-swap": "innerHTML",
    }
    kwargs.setdefault("max_length", 1000)
    return forms.CharField(
        label=label,
        widget=forms.Textarea(attrs=attrs),
        help_text=live_help("sm-count", "变量写成 {姓名} 的样子，取自名单的同名列。"),
        **kwargs,
    )


def yuan_field(label: str, **kwargs: Any) -> forms.DecimalField:
    kwargs.setdefault("min_value", 0)
    return forms.DecimalField(label=label, max_digits=12, decimal_places=3, **kwargs)


class ReasonForm(ActionForm):
    """A step that asks why."""

    reason = forms.CharField(
        label="原因", max_length=200, min_length=2, widget=forms.Textarea(attrs={"rows": 2})
    )


class OwnRow(forms.TypedChoiceField):
    """A row of a table by its id, among those offered; gives the row."""

    def __init__(self, **kwargs: Any) -> None:
        self.rows: dict[str, Any] = {}
        super().__init__(choices=[("", "请选择")], **kwargs)

    def offer(self, rows: Any, words: Any = str, blank: str = "请选择") -> None:
        self.rows = {str(row.pk): row for row in rows}
        self.choices = [("", blank), *((pk, words(row)) for pk, row in self.rows.items())]

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return self.rows[str(text)]
        except KeyError:
            raise ValidationError("请从列出的选项中选择。", code="unknown") from None


class SenderForm(ActionForm):
    """A form that names who sends: union, signature, budget."""

    permission: Permission

    def offer(self) -> Union | None:
        """Fill the choices by the union the form is for."""
        union = place(self.record, self.actor, self.permission)
        named = self.data.get("union") if self.is_bound else (self.initial or {}).get("union")
        if named and self.record is None:
            rows = Union.objects.unscoped(PICKING).filter(status="active")
            text = str(named)
            is_id = text.isdecimal() and len(text) <= 18
            chosen = rows.filter(pk=int(text)) if is_id else rows.filter(name=text)
            found = chosen.first()
            if found is not None and self.actor.may(self.permission, found.path):
                union = found
        if union is None:
            return None
        fields: Any = self.fields
        if not self.is_bound and "union" in fields:
            self.initial = {"union": union, **(self.initial or {})}
        offers = {
            "signature": (lambda: wording.signatures(union), str, "请选择"),
            "budget": (lambda: wording.budgets(union), str, "请选择"),
            "template": (lambda: wording.templates(union), str, "不用模板"),
            "audience": (
                lambda: (
                    Audience.objects.within(self.actor.scope(self.permission))
                    .filter(ended_at=None)
                    .order_by("name")
                ),
                lambda row: f"{row.name}（{row.headcount:,} 人）",
                "不用名单，填写号码",
            ),
        }
        for name, (rows, words, blank) in offers.items():
            if name in fields:
                fields[name].offer(rows(), words, blank)
        return union
