"""The generated face of a resource: list, record, steps, reveal, drafts, saved views."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from gonghui.kernel import codes
from gonghui.kernel.access.actions import person_of, place_of
from gonghui.kernel.access.actor import Actor
from gonghui.kernel.audit.entries import timeline as audit_timeline
from gonghui.kernel.base.errors import Forbidden, Refusal
from gonghui.kernel.org.models import Union
from gonghui.kernel.resource import lists
from gonghui.kernel.resource.declaration import (
    Choice,
    Column,
    Custom,
    Days,
    Resource,
    Step,
    Under,
)
from gonghui.kernel.resource.forms import ActionForm
from gonghui.kernel.resource.models import Draft, SavedView
from gonghui.kernel.ui import components as ui

OWN = "drafts and views are the person's own"


class NoInput(ActionForm):
    """The form of a step that asks nothing."""


def url(resource: Resource, page: str = "list", *args: Any) -> str:
    name = f"resource:{resource.code}:{page}"
    return reverse(name, args=args) if args else address(name)


@lru_cache(maxsize=1024)
def address(name: str) -> str:
    """reverse() of a page without arguments, found once a process."""
    return reverse(name)


def list_page(request: HttpRequest, resource: Resource) -> HttpResponse:
    """The list: filters as a sentence, 50 rows, keyset pages, capped count."""
    actor: Actor = request.actor
    chosen = lists.read(resource, request.GET, actor)
    columns = lists.columns_shown(resource, chosen)
    page = lists.fetch(resource, actor, chosen, columns)
    count = lists.counted(resource, actor, chosen)
    creates = [step for step in resource.creates if actor.may(step.action.permission)]
    more = []
    if resource.imports is not None and actor.may(resource.imports.permission):
        more.append(ui.Action("导入", url(resource, "import"), icon="upload"))
    if resource.export is not None and actor.may(resource.export):
        more.append(ui.Action("导出", url(resource, "export") + chosen.query(), icon="download"))
    actions = [
        ui.Action(step.title, url(resource, "create", step.slug), icon="plus") for step in creates
    ]
    context = {
        "resource": resource,
        "count": count,
        "as_of": timezone.now(),
        "primary": actions[0] if actions else None,
        "more": [*actions[1:], *more],
        "filters": [filter_chip(item, resource, chosen, actor) for item in resource.filters],
        "clear": "?" if chosen.values or chosen.text else "",
        "table": table(resource, columns, page, chosen),
        "pager": ui.Pager(
            previous_url=chosen.query(before=page.previous) if page.previous else "",
            next_url=chosen.query(after=page.next) if page.next else "",
            total=count,
            shown=len(page.rows),
        ),
        "views_url": url(resource, "views") + chosen.query(),
        "choices": [
            ui.Choice(
                column.name,
                column.title,
                shown=column in columns,
                fixed=column.kind == "title",
            )
            for column in resource.columns
        ],
        "hidden": [
            (key, value)
            for key, value in (
                *chosen.values.items(),
                ("sort", chosen.sort.key if chosen.sort else ""),
                ("q", chosen.text),
            )
            if value
        ],
        "text": chosen.text,
        "search_hidden": [
            *chosen.values.items(),
            *([("sort", chosen.sort.key)] if chosen.sort else []),
        ],
    }
    return render(request, "resource/list.html", context)


def table(
    resource: Resource, columns: tuple[Column, ...], page: lists.Fetched, chosen: lists.Chosen
) -> ui.Table:
    """A fetched page as the table the template draws."""
    painters = [painter(column) for column in columns]
    kinds = {"title": "title", "state": "state", "number": "number"}
    sortable = {sort.field: sort for sort in resource.sorts}
    heads = []
    for column in columns:
        sort = sortable.get(column.source)
        sorted_now, sort_url = "", ""
        if sort is not None:
            active = chosen.sort is not None and chosen.sort.field == sort.field
            descending = chosen.sort.descending if active and chosen.sort else None
            sorted_now = "" if not active else ("desc" if descending else "asc")
            key = sort.key if not active else (sort.field if descending else f"-{sort.field}")
            sort_url = chosen.query(sort=key)
        heads.append(ui.Column(column.title, kinds.get(column.kind, ""), sort_url, sorted_now))
    link = url(resource, "record", 0).replace("/0/", "/%s/")
    rows = [
        ui.Row(
            str(values[0]),
            [paint(value) for paint, value in zip(painters, values[2:], strict=True)],
            link % values[0],
        )
        for values in page.rows
    ]
    return ui.Table(resource.title, heads, rows)


def painter(column: Column) -> Callable[[Any], Any]:
    """A function that turns a stored value into what the list shows."""
    if column.paint:
        return column.paint
    if column.kind == "state" and column.choices:
        pills = {
            value: ui.pill(str(label), column.tones.get(value, "idle"))
            for value, label in column.choices.choices
        }
        return lambda value: pills.get(value, value)
    if column.choices:
        labels = dict(column.choices.choices)
        return lambda value: labels.get(value, value)
    if column.table:
        table_name = column.table
        return lambda value: codes.name(table_name, value) or value if value else ""
    if column.kind == "number":
        return lambda value: "" if value is None else f"{value:,}"
    return lambda value: lists.label_of(column, value)


def filter_chip(item: Any, resource: Resource, chosen: lists.Chosen, actor: Actor) -> ui.Filter:
    """One filter as a chip of the sentence."""
    if isinstance(item, Days):
        start = chosen.values.get(f"{item.name}_from", "")
        end = chosen.values.get(f"{item.name}_to", "")
        text = f"{start or '…'} 至 {end or '…'}" if start or end else ""
        form = forms.Form(
            initial={f"{item.name}_from": start or None, f"{item.name}_to": end or None}
        )
        form.fields[f"{item.name}_from"] = forms.DateField(
            label="从", required=False, widget=forms.DateInput(attrs={"type": "date"})
        )
        form.fields[f"{item.name}_to"] = forms.DateField(
            label="到", required=False, widget=forms.DateInput(attrs={"type": "date"})
        )
        own = {f"{item.name}_from", f"{item.name}_to"}
        return ui.Filter(
            item.title,
            text,
            inputs=list(form),
            hidden=[pair for pair in chosen.values.items() if pair[0] not in own],
            clear_url=chosen.query(**dict.fromkeys(own)),
        )
    if isinstance(item, Under):
        offered = _unions_offered(resource, chosen, actor)
        return ui.Filter(
            item.title,
            chosen.under.name if chosen.under else "",
            options=[
                ui.Option(name, chosen.query(under=str(pk)), active=False) for pk, name in offered
            ],
            clear_url=chosen.query(under=None),
        )
    value = chosen.values.get(item.name, "")
    options = _options(item, actor)
    cleared = "" if item.default else None
    return ui.Filter(
        item.title,
        dict(options).get(value, ""),
        options=[
            ui.Option(str(label), chosen.query(**{item.name: str(key)}), active=str(key) == value)
            for key, label in options
        ],
        clear_url=chosen.query(**{item.name: cleared}),
    )


def _options(item: Choice | Custom, actor: Actor) -> list[tuple[str, str]]:
    if isinstance(item, Custom):
        return list(item.options(actor))
    if item.choices:
        return [(str(key), str(label)) for key, label in item.choices.choices]
    return list(codes.choices(item.table))


def _unions_offered(
    resource: Resource, chosen: lists.Chosen, actor: Actor
) -> list[tuple[int, str]]:
    """The unions directly below the one chosen, or below the actor's own; at most 60."""
    if chosen.under is not None:
        parents = [chosen.under.pk]
    else:
        parents = [item.union_id for item in actor.scope(resource.view).ranges]
    rows = Union.objects.within(actor.scope(resource.view))
    found = rows.filter(parent_id__in=parents, status="active").order_by("name")
    return list(found.exclude(kind__in=("70", "80")).values_list("pk", "name")[:60])


def record_of(request: HttpRequest, resource: Resource, pk: int) -> Any:
    """The record, or the same refusal whether it is out of scope or does not exist."""
    actor: Actor = request.actor
    rows = lists.scoped(resource, actor)
    if resource.related:
        rows = rows.select_related(*resource.related)
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Forbidden(
            "没有查看这条记录的权限，或者它不存在。",
            remedy="如确需查看，请联系该记录所属工会或共同的上级工会。",
            code="forbidden",
        )
    return found


def record_page(request: HttpRequest, resource: Resource, pk: int) -> HttpResponse:
    """One record: state and next step, facts, sections, timeline."""
    actor: Actor = request.actor
    record = record_of(request, resource, pk)
    steps = offered(resource, record, actor)
    state = next((column for column in resource.columns if column.kind == "state"), None)
    value = attrgetter(state.source.replace("__", "."))(record) if state else ""
    sections = []
    for section in resource.sections:
        context = section.build(record, actor)
        if context is not None:
            sections.append({"title": section.title, "template": section.template, **context})
    actions = [
        ui.Action(step.title, url(resource, "step", pk, step.slug), grave=step.tone == "danger")
        for step in steps
    ]
    primary = next(
        (action for action, step in zip(actions, steps, strict=True) if step.tone == "primary"),
        None,
    )
    context = {
        "resource": resource,
        "record": record,
        "state": lists.label_of(state, value) if state else "",
        "kind": state.tones.get(value, "idle") if state else "idle",
        "primary": primary,
        "more": [action for action in actions if action is not primary],
        "groups": [
            (group.title, [ui.Fact(label, fact(record, source)) for label, source in group.items])
            for group in resource.facts
        ],
        "sections": sections,
        "events": list(events(resource, record, actor)),
        "back_url": url(resource),
        "reveal_title": resource.reveal.title if resource.reveal is not None else "",
        "reveal_url": url(resource, "reveal", pk)
        if resource.reveal is not None and _may(resource.reveal.permission, record, actor)
        else "",
    }
    return render(request, "resource/record.html", context)


def fact(record: Any, source: str | Callable[[Any], Any]) -> Any:
    """A fact's value in words; a string is a field path with dots."""
    if callable(source):
        return source(record)
    owner, value, name = None, record, ""
    for name in source.split("."):
        owner, value = value, getattr(value, name, None)
        if value is None:
            return "—"
    display = getattr(owner, f"get_{name}_display", None)
    if display:
        return display()
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value) or "—"


def events(resource: Resource, record: Any, actor: Actor) -> list[ui.Event]:
    """The timeline: the resource's own, or what the audit knows of the record."""
    if resource.timeline is not None:
        return list(resource.timeline(record, actor))
    entries = audit_timeline(record._meta.label_lower, record.pk)
    return [
        ui.Event(entry.at, entry.action_name, entry.actor_name, entry.reason) for entry in entries
    ]


def offered(resource: Resource, record: Any, actor: Actor) -> list[Step]:
    """The steps this actor may take on this record now."""
    return [
        step
        for step in resource.steps
        if _may_take(step, record, actor) and step.shown(record, actor)
    ]


def _may(permission: Any, record: Any, actor: Actor) -> bool:
    return actor.may(permission, place_of(record), person_of(record))


def _may_take(step: Step, record: Any, actor: Actor) -> bool:
    place = step.action.place(record)
    return actor.may(step.action.permission, place, person_of(record))


def step_page(request: HttpRequest, resource: Resource, pk: int, slug: str) -> HttpResponse:
    """A step on a record: its form, and on POST the action."""
    step = resource.step(slug)
    record = record_of(request, resource, pk)
    if not _may_take(step, record, request.actor):
        request.actor.require(step.action.permission, step.action.place(record))
    if request.method != "POST" and not step.shown(record, request.actor):
        raise Refusal(f"这条记录目前不能“{step.title}”。", remedy="请回到详情页查看它的当前状态。")
    return _run_step(request, resource, step, record, url(resource, "record", pk))


def create_page(request: HttpRequest, resource: Resource, slug: str) -> HttpResponse:
    """A step that makes a new record under one of the actor's unions."""
    step = resource.step(slug)
    request.actor.require(step.action.permission)
    return _run_step(request, resource, step, None, url(resource))


def _run_step(
    request: HttpRequest, resource: Resource, step: Step, record: Any, back: str
) -> HttpResponse:
    actor: Actor = request.actor
    form_class = step.form or NoInput
    key = f"{resource.code}/{step.slug}/{record.pk if record is not None else 'new'}"
    status = 200
    draft = None
    if request.method == "POST":
        form = form_class(request.POST, request.FILES, actor=actor, record=record)
        if form.is_valid():
            try:
                result = _call(step, form, record, actor, request.POST)
            except Refusal as refusal:
                if refusal.status == 403:
                    raise
                form.refuse(refusal)
                status = refusal.status
            else:
                Draft.objects.filter(user_id=actor.user_id, key=key).delete()
                done = step.done(result) if callable(step.done) else step.done
                messages.success(request, done)
                target = result if isinstance(result, resource.model) else record
                if target is not None and _may(resource.view, target, actor):
                    return HttpResponseRedirect(url(resource, "record", target.pk))
                return HttpResponseRedirect(url(resource))
        else:
            status = 422
    else:
        draft = Draft.objects.filter(user_id=actor.user_id, key=key).first()
        initial = {**request.GET.dict(), **(draft.data if draft else {})}
        form = form_class(actor=actor, record=record, initial=initial or None)
    context = {
        "resource": resource,
        "record": record,
        "step": step,
        "form": form,
        "help": step.help,
        "draft_url": reverse("resource:draft", args=[key]) if step.form else "",
        "draft_at": draft.saved_at if draft else None,
        "back_url": back,
        "version": getattr(record, "version", "") or "",
    }
    return render(request, "resource/step.html", context, status=status)


def _call(step: Step, form: Any, record: Any, actor: Actor, posted: Mapping[str, str]) -> Any:
    """Run the step's action with the form's values as keyword arguments."""
    values = dict(form.cleaned_data)
    subject = record
    if step.action.creates:
        subject = values.pop("union", None) or record
    version = posted.get("version")
    if version and version.isdecimal() and hasattr(record, "version"):
        values["version"] = int(version)
    with transaction.atomic():
        return step.action(subject, by=actor, **values)


def reveal_page(request: HttpRequest, resource: Resource, pk: int) -> HttpResponse:
    """Personal data in plain, once, for a reason that is kept."""
    record = record_of(request, resource, pk)
    reason = request.POST.get("reason", "").strip()
    shown = resource.reveal(record, by=request.actor, reason=reason) if resource.reveal else {}
    response = render(request, "resource/revealed.html", {"items": shown.items()})
    response["Cache-Control"] = "no-store"
    return response


def draft_page(request: HttpRequest, key: str) -> HttpResponse:
    """Keep what is being typed; POST of the form's fields, answers with the time."""
    if request.actor.user_id is None:
        raise Forbidden("请先登录。", code="anonymous")
    hidden = {"csrfmiddlewaretoken", "version", "next"}
    data = {name: value for name, value in request.POST.items() if name not in hidden}
    draft, _ = Draft.objects.update_or_create(
        user_id=request.actor.user_id, key=key[:120], defaults={"content": json.dumps(data)}
    )
    saved = timezone.localtime(draft.saved_at)
    return HttpResponse(f"草稿已保存 {saved:%H:%M}", content_type="text/plain; charset=utf-8")


def views_page(request: HttpRequest, resource: Resource) -> HttpResponse:
    """The person's saved views of a list; POST title and query saves one."""
    actor: Actor = request.actor
    actor.require(resource.view)
    if actor.user_id is None:
        raise Forbidden("请先登录。", code="anonymous")
    if request.method == "POST":
        title = request.POST.get("title", "").strip()[:30]
        if not title:
            raise Refusal("请给这个视图起一个名称。", field="title")
        if request.POST.get("do") == "delete":
            SavedView.objects.filter(
                user_id=actor.user_id, resource=resource.code, title=title
            ).delete()
            messages.success(request, f"已删除视图“{title}”。")
            return HttpResponseRedirect(url(resource))
        query = request.POST.get("query", "")[:1000]
        SavedView.objects.update_or_create(
            user_id=actor.user_id, resource=resource.code, title=title, defaults={"query": query}
        )
        messages.success(request, f"已保存视图“{title}”。")
        return HttpResponseRedirect(url(resource) + "?" + query.lstrip("?"))
    query = request.META.get("QUERY_STRING", "")
    items = [
        ui.Option(view.title, f"{url(resource)}?{view.query.lstrip('?')}", view.query == query)
        for view in SavedView.objects.filter(user_id=actor.user_id, resource=resource.code)
    ]
    context = {"items": items, "save_url": url(resource, "views"), "query": query}
    return render(request, "resource/views.html", context)


def pick_unions(request: HttpRequest) -> HttpResponse:
    """Unions whose name begins with or holds the typed text, for a form field."""
    actor: Actor = request.actor
    if not actor.signed_in:
        raise Forbidden("请先登录。", code="anonymous")
    text = request.GET.get("q", "").strip()[:60]
    rows = Union.objects.unscoped("names of active unions are public to signed-in users")
    rows = rows.filter(status="active")
    if request.GET.get("superiors"):
        rows = rows.exclude(kind__in=("70", "80"))
    found = list(rows.filter(name__startswith=text).order_by("name")[:10])
    if len(found) < 10 and len(text) >= 2:
        taken = [union.pk for union in found]
        inside = rows.filter(name__contains=text).exclude(pk__in=taken)
        found += list(inside.order_by("name")[: 10 - len(found)])
    html = "".join(
        format_html(
            '<li role="option" data-id="{}" data-name="{}">{}</li>', item.pk, item.name, item.name
        )
        for item in found
    )
    return HttpResponse(html or '<li class="none">没有找到</li>')
