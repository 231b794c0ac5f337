"""Fields the forms of documents share: colleagues to choose from, recipients by name."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.widgets import Script
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.roles import Permission
from gonghui.kernel.org.models import Union
from gonghui.kernel.resource.forms import PICKING, ActionForm
from gonghui.systems.office.circulation.queries import people
from gonghui.systems.office.circulation.rules.kinds import recipients

AREA = forms.Textarea


def text_area(label: str, rows: int = 3, **kwargs: Any) -> forms.CharField:
    kwargs.setdefault("max_length", 2000)
    return forms.CharField(label=label, widget=AREA(attrs={"rows": rows}), **kwargs)


class InkInput(forms.FileInput):
    """A file field with a pad to write on."""

    class Media:
        js = (Script("circulation/ink.js", defer=True),)
        css = {"all": ("circulation/papers.css",)}


def ink_field() -> forms.FileField:
    return forms.FileField(
        label="手写意见",
        required=False,
        widget=InkInput(attrs={"data-ink": "1", "accept": "image/png,image/jpeg"}),
        help_text="可以用手指在下面的方框里书写，或上传手写意见的照片。",
    )


def place(record: Any, actor: Actor, permission: Permission) -> Union | None:
    """The organ a form is for: the record's, else the nearest the actor has the permission at."""
    if record is not None:
        return record.union
    ids = [held.union_id for held in actor.grants if held.path in actor.paths(permission)]
    if not ids:
        return None
    found = Union.objects.unscoped(PICKING).filter(pk__in=ids)
    return found.order_by("path").first()


class ColleagueForm(ActionForm):
    """A form that offers colleagues in the fields `asks` names, by the permission they need."""

    asks: dict[str, Permission] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        for name, permission in self.asks.items():
            organ = place(self.record, self.actor, permission)
            found = people.options(organ, permission, today) if organ else []
            field: Any = self.fields[name]
            if isinstance(field, forms.MultipleChoiceField):
                field.choices = found
            else:
                field.choices = [("", "请选择"), *found]


class UnionNames(forms.CharField):
    """Unions by their whole names, one a line; gives the list."""

    widget = AREA(attrs={"rows": 3})

    def clean(self, value: Any) -> list[Union]:
        names = recipients(super().clean(value) or "")
        if not names:
            return []
        rows = Union.objects.unscoped(PICKING).filter(status="active", name__in=names)
        found = {union.name: union for union in rows}
        unknown = [name for name in names if name not in found]
        if unknown:
            raise ValidationError(
                f"没有找到：{'、'.join(unknown[:5])}。请写工会全称，一行一个。",
                code="unknown_union",
            )
        return [found[name] for name in names]
