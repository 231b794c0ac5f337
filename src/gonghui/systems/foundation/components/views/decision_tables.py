"""Decision tables: the list, one table with a trial, the grid editor, two versions compared."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Missing, Refusal
from gonghui.kernel.org.models import Union
from gonghui.kernel.rules import cells
from gonghui.kernel.rules.kinds import KIND_TITLES
from gonghui.kernel.rules.models import TableVersion, VersionState
from gonghui.kernel.rules.tables import (
    HIT_HELP,
    HIT_TITLES,
    MOST_LINES,
    REACH_TITLES,
    Content,
    InForce,
    Line,
    RuleTable,
    Sample,
)
from gonghui.kernel.ui import components as ui
from gonghui.systems.foundation.components.actions import decision_tables as actions
from gonghui.systems.foundation.components.permissions import (
    EDIT_TABLES,
    VIEW_DECISIONS,
    VIEW_TABLES,
)
from gonghui.systems.foundation.components.queries import decision_tables as queries
from gonghui.systems.foundation.components.rules import editing
from gonghui.systems.foundation.components.views import grids, workbooks

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WHAT = {
    "same": ("未变", "idle"),
    "new": ("新增", "good"),
    "gone": ("删去", "stop"),
    "changed": ("修改", "wait"),
}


def overview(request: HttpRequest) -> HttpResponse:
    """Every table at the chosen union, with what is in force there and since which version."""
    actor: Actor = request.actor
    union = queries.place(actor, request.GET.get("union", ""))
    text = request.GET.get("q", "").strip()[:60]
    found = queries.standings(union)
    total = len(found)
    if text:
        found = [item for item in found if text in item.table.title or text in item.table.help]
    rows = [
        ui.Row(
            item.table.code,
            [
                item.table.title,
                ui.pill(item.origin, "info" if item.own else "idle"),
                f"第 {item.now.number} 版" if item.now.number else "平台默认",
                len(item.now.content.lines),
                HIT_TITLES[item.table.hit],
                REACH_TITLES[item.table.reach],
                ui.pill(item.open.get_state_display(), "wait") if item.open else "",
            ],
            _table_url(item.table, union),
        )
        for item in found
    ]
    columns = [
        ui.Column("决策表", "title"),
        ui.Column("现行来自", "state"),
        ui.Column("版本"),
        ui.Column("行数", "number"),
        ui.Column("取法", "minor"),
        ui.Column("另定范围", "minor"),
        ui.Column("在办"),
    ]
    context = {
        "union": union,
        "table": ui.Table("决策表", columns, rows),
        "count": total,
        "text": text,
        "filters": [_places(request, union, actor)],
        "more": _links(actor),
    }
    return render(request, "components/rules_tables.html", context)


def _places(request: HttpRequest, union: Union, actor: Actor) -> ui.Filter:
    options = [
        ui.Option(place.name, f"?union={place.pk}", place.pk == union.pk)
        for place in queries.places(actor, union)
    ]
    return ui.Filter("工会", union.name, options=options)


def _links(actor: Actor) -> list[ui.Action]:
    found = [ui.Action("全部版本", reverse("resource:rule-versions:list"), icon="history")]
    if actor.may(VIEW_DECISIONS):
        found.append(
            ui.Action("决策记录", reverse("resource:rule-decisions:list"), icon="list-check")
        )
    return found


def _table_url(table: RuleTable, union: Union) -> str:
    return f"{reverse('rules-table', args=[table.code])}?union={union.pk}"


def table_page(request: HttpRequest, code: str) -> HttpResponse:
    """One table at a union: what is in force, tried on typed values, and its versions."""
    actor: Actor = request.actor
    table = queries.declared(code)
    union = queries.place(actor, request.GET.get("union", ""))
    standing = queries.standing(table, union)
    tried, problem, hit_rows = "", None, ()
    typed = {column.code: request.GET.get(column.code, "")[:300] for column in table.inputs}
    if "try" in request.GET:
        try:
            given = {column.code: cells.kept(typed[column.code], column) for column in table.inputs}
            decision = table.apply(standing.now, table.values_of(given))
            tried, hit_rows = decision.because, decision.rows
        except Refusal as refusal:
            problem = refusal
    versions = queries.versions_over(code, union)
    begins = queries.may_begin(actor, table, union) and standing.open is None
    context = {
        "union": union,
        "table": table,
        "standing": standing,
        "grid": grids.grid(table, standing.now.content, hit_rows=hit_rows),
        "fields": [
            {
                "column": column,
                "value": typed[column.code],
                "list_id": f"list-{column.code}" if column.choices else "",
                "kind": KIND_TITLES[column.kind],
            }
            for column in table.inputs
        ],
        "tried": tried.split("\n") if tried else [],
        "hit": bool(hit_rows),
        "problem": problem,
        "facts": [
            ui.Fact("取法", f"{HIT_TITLES[table.hit]}：{HIT_HELP[table.hit]}", wide=True),
            ui.Fact("另定范围", REACH_TITLES[table.reach]),
            ui.Fact("依据", table.source or "—"),
        ],
        "versions": [_version_line(row, actor) for row in versions],
        "begin_url": reverse("rules-begin", args=[code]) if begins else "",
        "open_url": reverse("resource:rule-versions:record", args=[standing.open.pk])
        if standing.open
        else "",
        "compare_url": f"{reverse('rules-compare', args=[code])}?union={union.pk}",
        "workbook_url": f"{reverse('rules-table-workbook', args=[code])}?union={union.pk}",
        "back_url": f"{reverse('rules')}?union={union.pk}",
        "decisions_url": f"{reverse('resource:rule-decisions:list')}?table={code}"
        if actor.may(VIEW_DECISIONS)
        else "",
    }
    return render(request, "components/rules_table.html", context, status=422 if problem else 200)


def _version_line(row: TableVersion, actor: Actor) -> dict[str, Any]:
    today = timezone.localdate()
    state, kind = row.get_state_display(), "idle"
    if row.holds(today):
        state, kind = "现行", "good"
    elif row.state == VersionState.WAITING:
        kind = "wait"
    elif row.state == VersionState.PUBLISHED:
        later = row.valid_from is not None and row.valid_from > today
        state, kind = ("将生效", "info") if later else ("已失效", "idle")
    inside = actor.may(VIEW_TABLES, row.org_path)
    return {
        "row": row,
        "state": ui.pill(state, kind),
        "url": reverse("resource:rule-versions:record", args=[row.pk]) if inside else "",
    }


def begin(request: HttpRequest, code: str) -> HttpResponse:
    """Begin a draft and open it in the grid."""
    actor: Actor = request.actor
    table = queries.declared(code)
    union = queries.place(actor, request.POST.get("union", ""))
    made = actions.begin(union, by=actor, table=table)
    messages.success(request, "已起草新版，从现行内容开始。")
    return HttpResponseRedirect(reverse("rules-edit", args=[made.pk]))


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The grid editor: lines and tests; what is typed is kept until it can be saved."""
    actor: Actor = request.actor
    draft = queries.readable(actor, pk)
    actor.require(EDIT_TABLES, draft.org_path)
    table = queries.declared(draft.table)
    if request.method != "POST":
        if draft.state != VersionState.DRAFT:
            return HttpResponseRedirect(reverse("resource:rule-versions:record", args=[pk]))
        return _editor(request, draft, table, draft.parsed)
    content = grids.posted(table, request.POST)
    verb, _, rest = request.POST.get("op", "save").partition(":")
    if verb in ("line", "sample"):
        return _editor(request, draft, table, _rearranged(content, verb, rest))
    try:
        actions.write(
            draft,
            by=actor,
            content=grids.without_blanks(content),
            reason=request.POST.get("reason", ""),
            source_doc=request.POST.get("source_doc", ""),
            version=_number(request.POST.get("version", "")),
        )
    except Refusal as refusal:
        return _editor(request, draft, table, content, refusal)
    messages.success(request, "已保存草稿，检查结果见下方。")
    return HttpResponseRedirect(reverse("rules-edit", args=[pk]))


def _rearranged(content: Content, what: str, rest: str) -> Content:
    verb, _, at = rest.partition(":")
    place = _number(at)
    if what == "line":
        lines = editing.rearranged(content.lines, verb, place, Line())
        return replace(content, lines=tuple(lines))
    samples = editing.rearranged(content.samples, verb, place, Sample(""))
    return replace(content, samples=tuple(samples))


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else -1


def bring(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the lines of an uploaded workbook in the grid, faults marked, to be looked at and
    saved."""
    actor: Actor = request.actor
    draft = queries.readable(actor, pk)
    actor.require(EDIT_TABLES, draft.org_path)
    table = queries.declared(draft.table)
    if draft.state != VersionState.DRAFT:
        return HttpResponseRedirect(reverse("resource:rule-versions:record", args=[pk]))
    try:
        lines, told = workbooks.read(table, request.FILES.get("file"))
    except Refusal as refusal:
        return _editor(request, draft, table, draft.parsed, refusal)
    words = f"已读入 {len(lines)} 行，还没有保存。{''.join(told)}请核对后保存。"
    return _editor(request, draft, table, replace(draft.parsed, lines=lines), words=words)


def version_workbook(request: HttpRequest, pk: int) -> HttpResponse:
    """The lines of a version as a workbook, cells that cannot be read marked."""
    version = queries.readable(request.actor, pk)
    table = queries.declared(version.table)
    content = version.parsed
    name = f"{table.title} {version.union.name}第{version.number}版"
    return _workbook(workbooks.written(table, content, table.faults(content)), name)


def table_workbook(request: HttpRequest, code: str) -> HttpResponse:
    """What is in force at a union as a workbook."""
    table = queries.declared(code)
    union = queries.place(request.actor, request.GET.get("union", ""))
    found = queries.standing(table, union).now
    return _workbook(workbooks.written(table, found.content), f"{table.title} {union.name}现行")


def _workbook(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=XLSX)
    answer["Content-Disposition"] = content_disposition_header(True, f"{name}.xlsx")
    return answer


def _editor(
    request: HttpRequest,
    draft: TableVersion,
    table: RuleTable,
    content: Content,
    refusal: Refusal | None = None,
    words: str = "行已调整，还没有保存。",
) -> HttpResponse:
    known = queries.checked(table, content)
    posted = request.method == "POST"
    context = {
        "draft": draft,
        "union": draft.union,
        "table": table,
        "hit_help": HIT_HELP[table.hit],
        "grid": grids.grid(table, content, known.faults),
        "samples": grids.sample_rows(table, content, known.tested),
        "known": known,
        "refusal": refusal,
        "unsaved": posted,
        "words": words,
        "most_lines": MOST_LINES,
        "version": request.POST.get("version", "") if posted else draft.version,
        "reason": request.POST.get("reason", "") if posted else draft.reason,
        "source_doc": request.POST.get("source_doc", "") if posted else draft.source_doc,
        "back_url": reverse("resource:rule-versions:record", args=[draft.pk]),
        "edit_url": reverse("rules-edit", args=[draft.pk]),
        "bring_url": reverse("rules-bring", args=[draft.pk]),
        "workbook_url": reverse("rules-workbook", args=[draft.pk]),
    }
    status = refusal.status if refusal else 200
    return render(request, "components/rules_edit.html", context, status=status)


def compare(request: HttpRequest, code: str) -> HttpResponse:
    """Two versions of a table line by line; 0 is the platform's default."""
    actor: Actor = request.actor
    table = queries.declared(code)
    union = queries.place(actor, request.GET.get("union", ""))
    standing = queries.standing(table, union)
    known = [row for row in queries.versions_over(code, union) if _may_read(row, actor)]
    options = [("0", "平台默认"), *((str(row.pk), _named(row)) for row in known)]
    right = request.GET.get("right", "") or (options[-1][0] if known else "0")
    left = request.GET.get("left", "") or str(standing.now.version_id or 0)
    one, other = _content(table, known, left), _content(table, known, right)
    found = editing.differences(table, one.content.lines, other.content.lines)
    titles = dict(options)
    context = {
        "union": union,
        "table": table,
        "options": options,
        "left": left,
        "right": right,
        "left_title": titles[left],
        "right_title": titles[right],
        "changed": sum(item.what != "same" for item in found),
        "rows": [_compared(table, item) for item in found],
        "back_url": _table_url(table, union),
    }
    return render(request, "components/rules_compare.html", context)


def _may_read(row: TableVersion, actor: Actor) -> bool:
    return actor.may(VIEW_TABLES, row.org_path) or row.state == VersionState.PUBLISHED


def _named(row: TableVersion) -> str:
    return f"{row.union.name}第 {row.number} 版（{row.get_state_display()}）"


def _content(table: RuleTable, known: list[TableVersion], asked: str) -> InForce:
    if asked == "0":
        return InForce(table.default)
    for row in known:
        if str(row.pk) == asked:
            return InForce(row.parsed, row.number, row.pk)
    raise Missing("没有要比较的这一版。", remedy="请从版本列表中选择。")


def _compared(table: RuleTable, item: editing.Changed) -> dict[str, Any]:
    columns = []
    for prefix, variables in (("when", table.inputs), ("then", table.outputs)):
        for column in variables:
            before = getattr(item.before, prefix, {}).get(column.code, "") if item.before else ""
            after = getattr(item.after, prefix, {}).get(column.code, "") if item.after else ""
            columns.append(
                {
                    "label": column.title,
                    "before": cells.shown(before, column),
                    "after": cells.shown(after, column),
                    "changed": before != after,
                }
            )
    title, kind = WHAT[item.what]
    return {"item": item, "state": ui.pill(title, kind), "columns": columns, "what": item.what}
