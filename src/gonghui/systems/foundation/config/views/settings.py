"""The settings of a union, one setting with its history, and the form that changes it."""

from __future__ import annotations

from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Missing, Refusal
from gonghui.kernel.config.declaring import LEVEL_TITLES, Setting
from gonghui.kernel.config.memory import UNSET
from gonghui.kernel.org.models import Union
from gonghui.kernel.ui import components as ui
from gonghui.systems.foundation.config import queries
from gonghui.systems.foundation.config.actions.changes import Wanted, propose
from gonghui.systems.foundation.config.actions.rolling_back import roll_back
from gonghui.systems.foundation.config.models import Applied, Change, State
from gonghui.systems.foundation.config.permissions import EDIT_SETTINGS, VIEW_SETTINGS
from gonghui.systems.foundation.config.views.forms import ValueForm, initial_of

SHOWN = 50
DONE = {
    State.APPLIED: "已生效，几秒内到达所有节点。",
    State.GRAY: "已在试行工会生效，满意后再扩大到全部。",
    State.SCHEDULED: "已登记，到时自动生效。",
    State.WAITING: "已提出，等待另一名管理员批准。",
}


def overview(request: HttpRequest) -> HttpResponse:
    """Every setting at the chosen union, grouped, searchable, with where its value comes from."""
    actor: Actor = request.actor
    union = queries.place(actor, request.GET.get("union", ""))
    text = request.GET.get("q", "")[:60]
    only = request.GET.get("only", "")
    found = queries.in_force(union)
    total = len(found)
    groups = sorted({queries.group_of(item.setting) for item in found})
    part = request.GET.get("part", "")
    if part:
        found = [item for item in found if queries.group_of(item.setting) == part]
    if only == "own":
        found = [item for item in found if item.own]
    if text:
        found = queries.matching(found, text)
    last = queries.last_changes(union)
    context = {
        "union": union,
        "total": total,
        "count": len(found),
        "groups": [
            (title, _table(title, union, list(items), last))
            for title, items in groupby(found, lambda item: queries.group_of(item.setting))
        ],
        "filters": [
            _place_filter(request, union, actor),
            _part_filter(request, union, groups, part),
            _own_filter(request, union, only),
        ],
        "text": text,
        "only": only,
        "clear": f"?union={union.pk}" if text or only or part else "",
        "part": part,
        "waiting": queries.waiting(actor),
        "waiting_url": reverse("resource:setting-changes:list") + "?state=waiting",
        "more": _tools(union, actor),
        "parameters_url": _address("resource:parameters:list"),
    }
    return render(request, "configuration/overview.html", context)


def _table(title: str, union: Union, items: list[Any], last: dict[str, Applied]) -> ui.Table:
    rows = []
    for item in items:
        change = last.get(item.setting.code)
        marks = [ui.pill("重要", "wait")] if item.setting.dangerous else []
        rows.append(
            ui.Row(
                item.setting.code,
                [
                    item.setting.title,
                    format_html("<b>{}</b>", item.words),
                    ui.pill(item.origin, "info" if item.own else "idle"),
                    item.setting.words(item.setting.encode(item.setting.default)),
                    _marked(_levels(item.setting), marks),
                    timezone.localtime(change.at).strftime("%Y-%m-%d") if change else "没有改过",
                ],
                setting_url(item.setting.code, union),
            )
        )
    columns = [
        ui.Column("配置项", "title"),
        ui.Column("当前取值"),
        ui.Column("来自", "state"),
        ui.Column("默认", "minor"),
        ui.Column("可设层级", "minor"),
        ui.Column("最近修改", "code"),
    ]
    return ui.Table(title, columns, rows)


def _marked(text: str, marks: list[Any]) -> Any:
    return format_html("{} {}", text, marks[0]) if marks else text


def _levels(setting: Setting) -> str:
    return "、".join(LEVEL_TITLES[level] for level in setting.levels)


def _place_filter(request: HttpRequest, union: Union, actor: Actor) -> ui.Filter:
    above = [item for item in queries.superiors(union) if actor.may(VIEW_SETTINGS, item.path)]
    below = queries.subordinates(union, actor)
    options = [
        ui.Option(item.name, _query(request, union=item.pk), item.pk == union.pk)
        for item in (*above, *below)
    ]
    return ui.Filter("工会", union.name, options=options)


def _part_filter(request: HttpRequest, union: Union, groups: list[str], part: str) -> ui.Filter:
    every = _query(request, union=union.pk, part="")
    options = [
        ui.Option(title, _query(request, union=union.pk, part=title), title == part)
        for title in groups
    ]
    return ui.Filter("系统", part, options=options, clear_url=every)


def _own_filter(request: HttpRequest, union: Union, only: str) -> ui.Filter:
    every = _query(request, union=union.pk, only="")
    own = _query(request, union=union.pk, only="own")
    options = [
        ui.Option("全部取值", every, not only),
        ui.Option("本级设置的", own, only == "own"),
    ]
    shown = "本级设置的" if only == "own" else ""
    return ui.Filter("全部取值", shown, options=options, clear_url=every)


def _query(request: HttpRequest, **changed: object) -> str:
    kept = {name: request.GET[name] for name in ("q", "only", "part") if request.GET.get(name)}
    return "?" + urlencode({key: value for key, value in {**kept, **changed}.items() if value})


def _tools(union: Union, actor: Actor) -> list[ui.Action]:
    at = f"?union={union.pk}"
    found = [ui.Action("比较", reverse("config-compare") + at, icon="columns-3")]
    if actor.may(EDIT_SETTINGS, union.path):
        found += [
            ui.Action("导出", reverse("config-export") + at, icon="download", how="post"),
            ui.Action("导入", reverse("config-import"), icon="upload"),
            ui.Action("从其他工会复制", reverse("config-clone") + at, icon="copy"),
        ]
    found.append(ui.Action("节点", reverse("config-nodes"), icon="server"))
    return found


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def setting_page(request: HttpRequest, code: str) -> HttpResponse:
    """One setting at a union: value, where from, who reads it, own values below, history."""
    actor: Actor = request.actor
    union = queries.place(actor, request.GET.get("union", ""))
    setting = queries.declared(code)
    item = _resolved(setting, union)
    under_way = queries.open_change(code, union)
    may_edit = actor.may(EDIT_SETTINGS, union.path)
    settable = queries.level_of(union) in setting.levels or bool(_offered(setting, union, actor))
    context = {
        "union": union,
        "setting": setting,
        "item": item,
        "kind": "info" if item.own else "idle",
        "facts": _facts(setting),
        "chain": _chain(setting, union, actor),
        "overrides": [
            (place.name, setting_url(code, place), words)
            for place, words in queries.overrides(setting, actor)
        ],
        "reading": queries.reading(setting),
        "under_way": under_way,
        "under_way_state": State(under_way.state).label if under_way else "",
        "under_way_url": _change_url(under_way, actor) if under_way else "",
        "primary": ui.Action("修改取值", change_url(code, union))
        if may_edit and settable and under_way is None
        else None,
        "not_here": "" if settable else _levels(setting),
        "history": _history(setting, union, may_edit and under_way is None),
        "back_url": f"{reverse('config')}?union={union.pk}",
    }
    return render(request, "configuration/setting.html", context)


def _resolved(setting: Setting, union: Union) -> queries.InForce:
    return queries.resolved(setting, queries.superiors(union), queries.stored_values())


def _facts(setting: Setting) -> list[ui.Fact]:
    return [
        ui.Fact("默认取值", setting.words(setting.encode(setting.default))),
        ui.Fact("可以取", setting.bounds),
        ui.Fact("可设层级", _levels(setting)),
        ui.Fact("所属", queries.group_of(setting)),
        ui.Fact("变更方式", "重要配置，须第二名管理员批准" if setting.dangerous else "直接生效"),
        ui.Fact("代码", format_html("<code>{}</code>", setting.code)),
    ]


def _chain(setting: Setting, union: Union, actor: Actor) -> list[dict[str, Any]]:
    """The value at each union of the path, the declared default first."""
    above, values = queries.superiors(union), queries.stored_values()
    found = []
    for place in above:
        key = (setting.code, queries.key_of(place))
        found.append(
            {
                "name": place.name,
                "words": queries.words_of(setting, values.get(key, UNSET)),
                "own": key in values,
                "here": place == union,
                "url": setting_url(setting.code, place)
                if place != union and actor.may(VIEW_SETTINGS, place.path)
                else "",
            }
        )
    return found


def _history(setting: Setting, union: Union, may_edit: bool) -> list[dict[str, Any]]:
    rows = list(queries.history(setting, union)[:SHOWN])
    now = queries.own_values(union).get(setting.code, UNSET)
    last = rows[0].pk if rows else 0
    return [
        {
            "row": row,
            "before": queries.words_of(setting, row.stored_before),
            "after": queries.words_of(setting, row.stored_after),
            "change": row.change,
            "change_url": reverse("resource:setting-changes:record", args=[row.change_id]),
            "back": reverse("config-back", args=[setting.code, row.pk])
            if may_edit and row.stored_before != now
            else "",
            "expected": last,
        }
        for row in rows
    ]


def _change_url(change: Change, actor: Actor) -> str:
    if not actor.may(VIEW_SETTINGS, change.org_path):
        return ""
    return reverse("resource:setting-changes:record", args=[change.pk])


def _offered(setting: Setting, union: Union, actor: Actor) -> list[Union]:
    """The unions that could try a change of this union's value first."""
    if queries.level_of(union) not in setting.levels:
        return []
    return [
        item
        for item in queries.subordinates(union, actor)
        if queries.level_of(item) in setting.levels
    ]


def change_page(request: HttpRequest, code: str) -> HttpResponse:
    """The form of a new value; POST proposes it, or the return to what is inherited."""
    actor: Actor = request.actor
    union = queries.place(actor, request.GET.get("union", ""), EDIT_SETTINGS)
    setting = queries.declared(code)
    item = _resolved(setting, union)
    last = queries.last_applied(code, union)
    more = {
        "actor": actor,
        "setting": setting,
        "place": union,
        "offered": _offered(setting, union, actor),
    }
    status = 200
    if request.method == "POST":
        clears = request.POST.get("do") == "clear"
        form = ValueForm(request.POST, **more)
        if clears:
            form.fields["value"].required = False
            form.clean_value = lambda: UNSET
        if form.is_valid():
            try:
                change = propose(
                    union, by=actor, wanted=_wanted(form), reason=form.cleaned_data["reason"]
                )
            except Refusal as refusal:
                if refusal.status == 403:
                    raise
                form.refuse(refusal)
                status = refusal.status
            else:
                return _done(request, change)
        else:
            status = 422
    else:
        stored = initial_of(setting, item.stored)
        form = ValueForm(initial={"value": stored, "expected": last.pk if last else 0}, **more)
    under_way = queries.open_change(code, union)
    context = {
        "union": union,
        "setting": setting,
        "item": item,
        "form": form,
        "under_way": under_way,
        "under_way_state": State(under_way.state).label if under_way else "",
        "under_way_url": _change_url(under_way, actor) if under_way else "",
        "clear": ui.Action("恢复默认" if union.parent_id is None else "恢复继承", need="clear")
        if item.own
        else None,
        "back_url": setting_url(code, union),
    }
    return render(request, "configuration/change.html", context, status=status)


def _clearing(union: Union) -> ui.Action:
    return ui.Action("恢复默认" if union.parent_id is None else "恢复继承", need="clear")


def _wanted(form: ValueForm) -> Wanted:
    given = form.cleaned_data
    return Wanted(
        form.setting,
        given["value"],
        effective_at=given["effective_at"],
        gray=form.gray,
        expected=given["expected"],
    )


def _done(request: HttpRequest, change: Change) -> HttpResponse:
    messages.success(request, DONE[State(change.state)])
    if change.state == State.APPLIED:
        return HttpResponseRedirect(setting_url(change.setting, change.union))
    return HttpResponseRedirect(reverse("resource:setting-changes:record", args=[change.pk]))


def back(request: HttpRequest, code: str, applied_id: int) -> HttpResponse:
    """One click: what stood before an entry of the history holds again."""
    actor: Actor = request.actor
    actor.require(EDIT_SETTINGS)
    row = Applied.objects.select_related("union").filter(pk=applied_id, setting=code).first()
    if row is None:
        raise Missing("没有这条配置历史。")
    actor.require(EDIT_SETTINGS, row.union.path)
    expected = request.POST.get("expected", "")
    change = roll_back(row, by=actor, expected=int(expected) if expected.isdecimal() else None)
    return _done(request, change)


def setting_url(code: str, union: Union) -> str:
    return f"{reverse('config-setting', args=[code])}?union={union.pk}"


def change_url(code: str, union: Union) -> str:
    return f"{reverse('config-change', args=[code])}?union={union.pk}"
