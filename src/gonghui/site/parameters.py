"""Rule parameters (业务参数): every dated value with its document; changed with a reason."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from gonghui.kernel.access.actions import action, note
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.access.models import DatedParameter
from gonghui.kernel.access.roles import APPROVER, Permission
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.codes.parameters import PARAMETERS as DECLARED
from gonghui.kernel.codes.writing import set_parameter
from gonghui.kernel.org.models import Union
from gonghui.kernel.resource.declaration import Column, Facts, Resource, Sort, Step
from gonghui.kernel.resource.forms import ActionForm, DayField

VIEW_PARAMETERS = Permission("parameters.view", "查看业务参数", open=True)
SET_PARAMETER = Permission("parameters.set", "修改全省业务参数", (APPROVER,))
OPEN = "不限"
ROOT = "parameters without a union hold in the whole province, so its root is their place"


def province_path(parameter: DatedParameter) -> str:
    """Where the right to change a parameter must be held: the province's own union."""
    rows = Union.objects.unscoped(ROOT).filter(parent=None, status="active")
    return rows.values_list("path", flat=True).first() or " "


@action("parameters.set", "修改业务参数", SET_PARAMETER, place=province_path, step_up=True)
def change(
    parameter: DatedParameter,
    *,
    by: Actor,
    value: Any,
    valid_from: date,
    source_doc: str,
    reason: str,
) -> None:
    """Give a parameter another value from a day on; earlier periods stay as they were."""
    found = DECLARED.get(parameter.key)
    if found is None:
        raise Refusal(f"“{parameter.title}”不再使用，不能修改。")
    made = set_parameter(
        found,
        value,
        valid_from=valid_from,
        source_doc=source_doc,
        reason=reason,
        by_id=by.user_id or 0,
        scope_union_id=parameter.scope_union_id,
    )
    note(
        value={
            "label": parameter.title,
            "before": shown(parameter.value),
            "after": shown(made.value),
        },
        valid_from={"label": "生效日期", "before": None, "after": valid_from.isoformat()},
        source_doc={"label": "文件依据", "before": parameter.source_doc, "after": source_doc},
    )


def shown(value: Any) -> str:
    """A stored value in words: rows of a table are divided by ；, a bound left open is 不限."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        if _is_table(value):
            return "；".join(shown(row) for row in value)
        return "、".join(OPEN if item is None else str(item) for item in value)
    return str(value)


def read(text: str, like: Any) -> Any:
    """What `shown` wrote, as a value of the stored one's shape; ValueError if it is of another.

    Numbers are whole; a bound may be open where it is in a row of the stored table.
    """
    if _is_table(like):
        may_be_open = [None in column for column in zip(*like, strict=True)]
        rows = [_numbers(row) for row in re.split("[；;\n]", text) if row.strip()]
        if not rows or not all(_fits(row, may_be_open) for row in rows):
            raise ValueError(text)
        return rows
    if not isinstance(like, list | int):
        return text
    numbers = _numbers(text)
    if not numbers or None in numbers or (isinstance(like, int) and len(numbers) != 1):
        raise ValueError(text)
    return numbers if isinstance(like, list) else numbers[0]


def _numbers(text: str) -> list[int | None]:
    parts = [part.strip() for part in re.split("[，,、]", text) if part.strip()]
    found = [None if part == OPEN else json.loads(part) for part in parts]
    if any(item is not None and type(item) is not int for item in found):
        raise ValueError(text)
    return found


def _fits(row: list[int | None], may_be_open: list[bool]) -> bool:
    return len(row) == len(may_be_open) and all(
        item is not None or allowed for item, allowed in zip(row, may_be_open, strict=True)
    )


def _is_table(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], list)


class ChangeForm(ActionForm):
    value = forms.CharField(
        label="新的取值",
        help_text="几个数字之间用逗号或顿号隔开，几行之间用分号隔开，不设上限写“不限”；是或否直接填写。",
    )
    valid_from = DayField(label="生效日期")
    source_doc = forms.CharField(label="文件依据", max_length=200, help_text="文件名称和文号。")
    reason = forms.CharField(label="修改原因", max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.record is not None:
            self.fields["value"].initial = shown(self.record.value)

    def clean_value(self) -> Any:
        text = self.cleaned_data["value"].strip()
        stored = self.record.value
        if isinstance(stored, bool):
            if text not in {"是", "否"}:
                raise ValidationError("请填写“是”或“否”。")
            return text == "是"
        try:
            return read(text, stored)
        except ValueError as error:
            shape = f"，每行 {len(stored[0])} 个" if _is_table(stored) else ""
            raise ValidationError(f"请填写整数{shape}。") from error


PARAMETERS = Resource(
    code="parameters",
    title="业务参数",
    unit="项",
    model=DatedParameter,
    view=VIEW_PARAMETERS,
    columns=(
        Column("title", "名称", kind="title"),
        Column("value", "取值", paint=shown),
        Column("unit", "单位"),
        Column("valid_from", "生效日期", kind="date"),
        Column("valid_to", "失效日期", kind="date"),
        Column("source_doc", "文件依据"),
        Column("provisional", "暂定", paint=lambda value: "暂定" if value else ""),
    ),
    sorts=(Sort("key", "参数", descending=False), Sort("valid_from", "生效日期")),
    search=lambda rows, text, scope: rows.filter(title__contains=text),
    search_hint="参数名称",
    facts=(
        Facts(
            "参数",
            (
                ("名称", "title"),
                ("取值", lambda row: f"{shown(row.value)} {row.unit}"),
                ("生效日期", "valid_from"),
                ("失效日期", "valid_to"),
                ("文件依据", "source_doc"),
                ("说明", "note"),
                ("修改原因", "reason"),
                ("暂定", "provisional"),
            ),
        ),
    ),
    steps=(
        Step(
            change,
            "change",
            "修改取值",
            form=ChangeForm,
            shown=lambda row, actor: row.valid_to is None,
            help="新的取值从生效日期起使用，以前的取值和依据保留。",
            tone="primary",
            done="已登记新的取值。",
        ),
    ),
    empty="还没有业务参数。",
)
