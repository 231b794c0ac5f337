"""Tags and filters of the interface; README.md beside the package lists what each takes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from typing import Any

import segno
from django import forms, template
from django.forms import BaseForm, BoundField, widgets
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from gonghui.kernel.ui import charts, components, diagrams, reports
from gonghui.kernel.ui.icons import NAMES

register = template.Library()

CAP = 10_000


@register.simple_tag(name="icon")
@lru_cache(maxsize=512)
def icon(name: str, extra: str = "") -> SafeString:
    """An icon of the sprite, silent to screen readers; put a word beside it or an aria-label."""
    if name not in NAMES:
        raise template.TemplateSyntaxError(f"icon {name!r} is not in the sprite")
    return format_html(
        '<svg class="ic{}" aria-hidden="true"><use href="{}#{}"/></svg>',
        f" {extra}" if extra else "",
        static("ui/vendor/icons.svg"),
        name,
    )


@register.simple_tag(name="pill")
def pill(text: str, kind: str = "idle") -> SafeString:
    """A state pill."""
    return components.pill(text, kind)


@register.filter
def grouped(value: Any) -> str:
    """A number with groups of three; what is not a number stays as it is."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return "" if value is None else str(value)
    return f"{value:,}"


@register.filter
def capped(value: int | None) -> str:
    """A count that stops at 10,000+."""
    if value is None:
        return ""
    return f"{CAP:,}+" if value > CAP else f"{value:,}"


@register.filter
def amount(value: Any) -> str:
    """An amount in yuan to the fen: ¥1,256.80."""
    return "" if value in (None, "") else f"¥{Decimal(value):,.2f}"


@register.filter
def day(value: date | datetime | None) -> str:
    """A day in text: 2026年3月2日."""
    if value is None:
        return ""
    if isinstance(value, datetime) and timezone.is_aware(value):
        value = timezone.localtime(value)
    return f"{value.year}年{value.month}月{value.day}日"


@register.filter
def moment(value: datetime | None) -> str:
    """A time in tables and timelines: 2026-03-02 14:05."""
    if value is None:
        return ""
    if timezone.is_aware(value):
        value = timezone.localtime(value)
    return f"{value:%Y-%m-%d %H:%M}"


@register.filter
def clock(value: datetime | None) -> str:
    """Only the time when it is of today, otherwise day and time."""
    if value is None:
        return ""
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{local:%H:%M}" if local.date() == timezone.localdate() else moment(value)


def _part(name: str) -> Any:
    return register.inclusion_tag(f"ui/c/{name}.html", name=f"ui_{name}")


@_part("head")
def head(
    title: str,
    count: int | None = None,
    as_of: datetime | None = None,
    action: components.Action | None = None,
    more: Sequence[components.Action] = (),
    lead: str = "",
    unit: str = "条",
) -> dict[str, Any]:
    """Page header: title, count, as-of time, one primary action, the rest behind a menu."""
    return locals()


@_part("filters")
def filters(
    items: Sequence[components.Filter], lead: str = "显示", tail: str = "", clear_url: str = ""
) -> dict[str, Any]:
    """Filter chips that read as a sentence."""
    return {**locals(), "narrowed": any(item.text for item in items)}


@_part("table")
def table(table: components.Table) -> dict[str, Any]:
    """A data table; cards on a phone."""
    return {"table": table}


@_part("pager")
def pager(pager: components.Pager) -> dict[str, Any]:
    """Keyset pager."""
    return {"pager": pager}


@_part("views")
def views(
    items: Sequence[components.Option], save_url: str = "", query: str = ""
) -> dict[str, Any]:
    """Saved views of a list; save_url takes a POST with `title` and `query`."""
    return {**locals(), "active": next((item for item in items if item.active), None)}


@_part("columns")
def columns(
    items: Sequence[components.Choice], hidden: Iterable[tuple[str, str]] = ()
) -> dict[str, Any]:
    """Column chooser: a GET form with `columns`; hidden: parameters to keep."""
    return locals()


@_part("record_head")
def record_head(
    title: str,
    state: str = "",
    kind: str = "idle",
    next_step: str = "",
    action: components.Action | None = None,
    more: Sequence[components.Action] = (),
    sub: str = "",
    back_url: str = "",
    back: str = "",
    star: Any = None,
) -> dict[str, Any]:
    """Record header: state and next step first; star: the mark by which it is followed."""
    return locals()


@_part("facts")
def facts(items: Sequence[components.Fact], title: str = "") -> dict[str, Any]:
    """Facts in two columns."""
    return locals()


@_part("timeline")
def timeline(items: Sequence[components.Event], title: str = "经过") -> dict[str, Any]:
    """What happened, newest first."""
    return locals()


@_part("tabs")
def tabs(items: Sequence[components.Tab], label: str = "内容") -> dict[str, Any]:
    """Tabs with addresses."""
    return locals()


@_part("steps")
def steps(
    items: Sequence[components.Step], label: str = "进度", compact: bool = False
) -> dict[str, Any]:
    """Steps of a procedure; compact shows them on a phone as one line."""
    open_at = (n for n, item in enumerate(items, 1) if item.state in ("now", "stopped"))
    at = next(open_at, len(items))
    return {"items": items, "label": label, "compact": compact, "at": at, "now": items[at - 1]}


@_part("empty")
def empty(
    title: str,
    text: str = "",
    action: components.Action | None = None,
    icon_name: str = "inbox",
) -> dict[str, Any]:
    """Empty state: what this is and the first step."""
    return locals()


@_part("skeleton")
def skeleton(rows: int = 5) -> dict[str, Any]:
    """Grey lines of the size of what is loading."""
    return {"rows": range(rows)}


@_part("notice")
def notice(text: str, kind: str = "info", title: str = "", rule: str = "") -> dict[str, Any]:
    """A notice in the page. kind: info, good, wait or stop."""
    icons = {
        "info": "info-circle",
        "good": "circle-check",
        "wait": "alert-triangle",
        "stop": "alert-circle",
    }
    return {**locals(), "icon_name": icons[kind]}


@_part("conflict")
def conflict(
    items: Sequence[components.Difference], by: str, at: datetime, url: str = "", version: str = ""
) -> dict[str, Any]:
    """Conflict panel: POST `keep_<name>` = mine or theirs, and version, to url."""
    return locals()


@_part("todos")
def todos(
    items: Sequence[components.Todo],
    title: str = "待办",
    all_url: str = "",
    count: int | None = None,
) -> dict[str, Any]:
    """To-do list."""
    return locals()


@_part("stats")
def stats(items: Sequence[components.Stat]) -> dict[str, Any]:
    """Stat tiles."""
    return locals()


@_part("progress")
def progress(
    value: float, of: float = 100, label: str = "", text: str = "", poll_url: str = ""
) -> dict[str, Any]:
    """Progress bar; poll_url is asked every 2 s and answers with the bar again."""
    return {**locals(), "percent": round(100 * value / of) if of else 0}


@_part("card")
def card(
    name: str,
    number: str,
    union: str,
    qr: str,
    state: str = "在籍",
    kind: str = "good",
    since: str = "",
    fresh_url: str = "",
) -> dict[str, Any]:
    """Member card (会员卡); qr is the address the code holds."""
    return locals()


@_part("confirm")
def confirm(
    id: str,
    title: str,
    text: str,
    action: components.Action,
    reason: str = "",
    required: bool = True,
    hint: str = "",
) -> dict[str, Any]:
    """Confirm dialog; `reason` is the label of its reason field, empty for none."""
    return locals()


@_part("import_result")
def import_result(result: components.ImportResult) -> dict[str, Any]:
    """What became of an upload."""
    return {"result": result}


@_part("league")
def league(
    items: Sequence[components.Share], title: str, as_of: datetime | None = None, unit: str = "人"
) -> dict[str, Any]:
    """League table: completion against quota."""
    return locals()


@_part("chart")
def chart(chart: charts.Chart) -> dict[str, Any]:
    """A chart over its table; the page includes ui/c/chart_scripts.html in its scripts."""
    return {"chart": chart}


@_part("report")
def report(
    sheet: reports.Sheet, id: str = "report", empty: str = "换一个条件再看。"
) -> dict[str, Any]:
    """A computed report table; cards on a phone. id: of the part that is printed alone."""
    return locals()


@_part("diagram")
def diagram(diagram: diagrams.Diagram) -> dict[str, Any]:
    """Boxes and arrows with the same as text; the page includes ui/c/diagram_scripts.html."""
    return {"diagram": diagram, "drawn": diagrams.draw(diagram)}


@_part("tiles")
def tiles(items: Sequence[components.Tile], label: str = "") -> dict[str, Any]:
    """Big tiles of the service hall."""
    return locals()


@_part("upload")
def upload(
    name: str,
    label: str,
    help: str = "",
    url: str = "",
    accept: str = "",
    camera: bool = False,
    multiple: bool = False,
    files: Sequence[Any] = (),
) -> dict[str, Any]:
    """Upload with progress.

    url takes a multipart POST of one `file` and answers `{"id", "name", "error"}`; the ids are
    posted with the surrounding form under `name`. Without url the file goes with the form.
    """
    return {**locals(), "id": f"id_{name}"}


def _runs(line: Sequence[int], y: int) -> str:
    """Dark runs of one line of modules as pieces of an SVG path."""
    pieces = []
    x = 4
    for dark, run in groupby(line):
        width = len(list(run))
        if dark:
            pieces.append(f"M{x} {y}h{width}v1h-{width}z")
        x += width
    return "".join(pieces)


@register.simple_tag(name="ui_qr")
def qr(text: str, label: str = "二维码") -> SafeString:
    """A QR code as SVG without styles; scales with its box. Error correction M, quiet zone 4."""
    code = segno.make(text, error="m", micro=False)
    size = code.symbol_size(border=4)[0]
    path = "".join(_runs(line, y) for y, line in enumerate(code.matrix, 4))
    return format_html(
        '<svg class="gh-qr" role="img" aria-label="{}" viewBox="0 0 {} {}" '
        'shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{}v{}H0z"/>'
        '<path fill="#000" d="{}"/></svg>',
        label,
        size,
        size,
        size,
        size,
        mark_safe(path),
    )


MODES = {"NumberInput": "decimal", "EmailInput": "email", "URLInput": "url", "TelInput": "tel"}
CONTROLS = {
    "Select": "form-select",
    "NullBooleanSelect": "form-select",
    "SelectMultiple": "form-select",
}


def _kind(field: BoundField) -> str:
    widget = field.field.widget
    if isinstance(widget, widgets.CheckboxSelectMultiple | widgets.RadioSelect):
        return "choices"
    if isinstance(widget, widgets.CheckboxInput):
        return "check"
    if isinstance(widget, widgets.FileInput):
        return "file"
    return "fieldset" if widget.use_fieldset else "input"


def _prepare(field: BoundField) -> SafeString:
    """The widget with our class and the keyboard a phone should show."""
    widget = field.field.widget
    if isinstance(widget, widgets.DateInput) and widget.input_type == "text":
        widget.input_type = "date"
        widget.format = "%Y-%m-%d"
    name = type(widget).__name__
    base = next((CONTROLS[c.__name__] for c in type(widget).__mro__ if c.__name__ in CONTROLS), "")
    own = widget.attrs.get("class", "")
    if isinstance(widget, widgets.CheckboxInput):
        return field.as_widget()
    attrs: dict[str, str | bool] = {"class": f"{base or 'form-control'} {own}".strip()}
    if name in MODES and "inputmode" not in widget.attrs:
        attrs["inputmode"] = MODES[name]
    return field.as_widget(attrs=attrs)


def _faults(field: BoundField) -> list[dict[str, str]]:
    """Messages of a field, each with the rule and remedy its ValidationError carries."""
    found = []
    standard = forms.Field.default_error_messages["required"]
    for error in field.errors.as_data():
        params = error.params if isinstance(error.params, dict) else {}
        messages = error.messages
        if error.code == "required" and messages == [str(standard)]:
            messages = [f"{_asks(field)}{field.label}"]
        for text in messages:
            found.append(
                {"text": text, "rule": params.get("rule", ""), "remedy": params.get("remedy", "")}
            )
    return found


@register.inclusion_tag("ui/c/field.html", name="ui_field")
def field(field: BoundField, upload_url: str = "") -> dict[str, Any]:
    """One field: label, help, widget, and the error beside it with its rule.

    A ValidationError may carry `params={"rule": …, "remedy": …}`.
    """
    kind = _kind(field)
    described = f"{field.auto_id}_helptext" if field.help_text else ""
    if field.errors:
        described = f"{described} {field.auto_id}_error".strip()
    return {
        "field": field,
        "kind": kind,
        "widget": _prepare(field) if kind != "choices" else "",
        "faults": _faults(field),
        "described": described,
        "optional": not field.field.required and kind != "check",
    }


def _asks(field: BoundField) -> str:
    """The verb a missing answer asks with."""
    widget = field.field.widget
    if isinstance(widget, widgets.CheckboxInput):
        return "请勾选："
    return "请选择" if isinstance(widget, widgets.ChoiceWidget | widgets.FileInput) else "请填写"


def groups_of(form: BaseForm) -> list[dict[str, Any]]:
    """Visible fields of a form by `form.groups`; what no group names comes last, untitled."""
    groups = []
    seen: set[str] = set()
    for given in getattr(form, "groups", None) or ():
        group = given if isinstance(given, components.FormGroup) else components.FormGroup(*given)
        names = [name for name in group.fields if name in form.fields]
        seen.update(names)
        fields = [form[name] for name in names if not form[name].is_hidden]
        if fields:
            groups.append({"title": group.title, "help": group.help, "fields": fields})
    rest = [bound for bound in form.visible_fields() if bound.name not in seen]
    if rest:
        groups.append({"title": "", "help": "", "fields": rest})
    return groups


@_part("fields")
def fields(form: BaseForm) -> dict[str, Any]:
    """All fields of a form in their groups, hidden ones included; no `<form>` around them."""
    return {"form": form, "groups": groups_of(form)}


@_part("errors")
def errors(form: BaseForm) -> dict[str, Any]:
    """Error summary with links to the fields."""
    items = [
        {"label": bound.label, "id": bound.id_for_label or bound.auto_id, "faults": _faults(bound)}
        for bound in form
        if bound.errors
    ]
    general = []
    for error in form.non_field_errors().as_data() if form.is_bound else []:
        params = error.params if isinstance(error.params, dict) else {}
        for text in error.messages:
            general.append({"text": text, "rule": params.get("rule", "")})
    return {
        "items": items,
        "general": general,
        "number": len(general) + sum(len(item["faults"]) for item in items),
    }
