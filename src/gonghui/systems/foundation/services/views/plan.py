"""The plan tracker: figures, functions, departments, use; as pages, workbook and data."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import xlsxwriter
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from gonghui.kernel.org.models import Union
from gonghui.kernel.ui import charts, reports
from gonghui.kernel.ui import components as ui
from gonghui.systems.foundation.services.permissions import VIEW_PLAN
from gonghui.systems.foundation.services.queries import interfaces, plan
from gonghui.systems.foundation.services.rules import progress

PAGE = 50
DAYS = 30
TONES = {progress.DONE: "good", progress.PARTIAL: "wait", progress.OPEN: "idle"}
TABS = (
    ("总览", "plan"),
    ("逐项功能", "plan-functions"),
    ("部门分工", "plan-matrix"),
    ("使用情况", "plan-usage"),
)


def overview(request: HttpRequest) -> HttpResponse:
    """How far the plan is: the whole, by chapter, by department, by system."""
    request.actor.require(VIEW_PLAN)
    found = plan.functions()
    whole = plan.tally(found)
    systems = plan.tallies(found, lambda item: item.system.code)
    context = {
        "tabs": _tabs("plan"),
        "as_of": timezone.now(),
        "whole": whole,
        "rule": progress.TARGET_RULE,
        "target": progress.MOBILE_TARGET,
        "stats": [
            ui.Stat("计划功能", whole.total, "项", change=f"{len(plan.planned())} 个系统和活动"),
            ui.Stat(
                "已实现",
                whole.done,
                "项",
                change=f"占 {whole.done_share}%",
                url=f"{reverse('plan-functions')}?state=done",
            ),
            ui.Stat(
                "部分实现", whole.partial, "项", url=f"{reverse('plan-functions')}?state=partial"
            ),
            ui.Stat("未开始", whole.open, "项", url=f"{reverse('plan-functions')}?state=open"),
            ui.Stat(
                "已实现中手机可用",
                f"{whole.mobile_share}%",
                change=f"{whole.mobile} 项；目标 {progress.MOBILE_TARGET}%",
            ),
        ],
        "chart": _chart(plan.tallies(found, lambda item: item.system.chapter)),
        "report": reports.build(PROGRESS, _lines(found)),
        "systems": _system_table(systems),
    }
    return render(request, "services/plan.html", context)


PROGRESS = reports.Report(
    "按章节和牵头部门",
    (
        reports.Group("chapter", "章节", subtotal=True, link=lambda row: row["chapter_url"]),
        reports.Group("lead", "牵头部门", link=lambda row: row["lead_url"]),
    ),
    (
        reports.Measure("total", "计划"),
        reports.Heading(
            "实现情况",
            (
                reports.Measure("done", "已实现"),
                reports.Measure("partial", "部分"),
                reports.Measure("open", "未开始"),
                reports.Ratio("done", "total", "实现率"),
            ),
        ),
        reports.Heading(
            "手机可用",
            (reports.Measure("mobile", "项数"), reports.Ratio("mobile", "done", "占已实现")),
        ),
    ),
    unit="项",
)


def _lines(found: list[plan.Function]) -> list[dict[str, Any]]:
    """The functions by chapter and department as rows of the report."""
    address = reverse("plan-functions")
    grouped = plan.tallies(found, lambda item: (item.system.chapter, item.system.lead))
    return [
        {
            "chapter": chapter,
            "lead": lead,
            "chapter_url": f"{address}?{urlencode({'chapter': chapter})}",
            "lead_url": f"{address}?{urlencode({'chapter': chapter, 'lead': lead})}",
            "total": tally.total,
            "done": tally.done,
            "partial": tally.partial,
            "open": tally.open,
            "mobile": tally.mobile,
        }
        for (chapter, lead), tally in grouped.items()
    ]


def _chart(chapters: dict[str, progress.Tally]) -> charts.Chart:
    address = reverse("plan-functions")
    tallies = list(chapters.values())
    return charts.Chart(
        "各章节实现情况",
        "stacked",
        list(chapters),
        [
            charts.Series("已实现", [tally.done for tally in tallies], tone="good"),
            charts.Series("部分实现", [tally.partial for tally in tallies], tone="wait"),
            charts.Series("未开始", [tally.open for tally in tallies], tone="idle"),
        ],
        unit="项",
        first="章节",
        urls=[f"{address}?{urlencode({'chapter': chapter})}" for chapter in chapters],
    )


FIGURES = [
    ui.Column("计划", "number"),
    ui.Column("已实现", "number"),
    ui.Column("部分", "number"),
    ui.Column("实现率", "number"),
    ui.Column("手机可用", "number"),
]


def _figures(tally: progress.Tally) -> list:
    return [
        tally.total,
        tally.done,
        tally.partial,
        f"{tally.done_share}%",
        f"{tally.mobile_share}%" if tally.done else "—",
    ]


def _system_table(tallies: dict[str, progress.Tally]) -> ui.Table:
    columns = [
        ui.Column("系统", "title"),
        ui.Column("编号", "code"),
        ui.Column("牵头部门"),
        *FIGURES,
    ]
    address = reverse("plan-functions")
    rows = [
        ui.Row(
            code,
            [system.name, code, system.lead, *_figures(tallies[code])],
            f"{address}?system={code}",
        )
        for code, system in plan.planned().items()
    ]
    return ui.Table("按系统", columns, rows)


def _tabs(active: str) -> list[ui.Tab]:
    return [ui.Tab(title, reverse(name), name == active) for title, name in TABS]


def _chosen(request: HttpRequest) -> dict[str, str]:
    """The filters asked for; words that stand for nothing are left out."""
    known = {
        "system": set(plan.planned()),
        "chapter": set(plan.chapters()),
        "lead": set(plan.departments()),
        "state": set(progress.TITLES),
        "mobile": {"yes", "no"},
        "kind": {"plan", "extra"},
    }
    return {
        name: value
        for name, values in known.items()
        if (value := request.GET.get(name, "")) in values
    }


def _narrowed(chosen: dict[str, str], text: str) -> list[plan.Function]:
    tests = {
        "system": lambda item, value: item.system.code == value,
        "chapter": lambda item, value: item.system.chapter == value,
        "lead": lambda item, value: bool(item.system.part_of(value)),
        "state": lambda item, value: item.state == value,
        "mobile": lambda item, value: (
            (item.state == progress.DONE and item.mobile) == (value == "yes")
        ),
        "kind": lambda item, value: item.extra == (value == "extra"),
    }
    return [
        item
        for item in plan.functions()
        if all(tests[name](item, value) for name, value in chosen.items())
        and (not text or text in item.title or text in item.by or text in item.id)
    ]


def function_list(request: HttpRequest) -> HttpResponse:
    """Every function: its system, page, department, state and whether it runs on a phone."""
    request.actor.require(VIEW_PLAN)
    chosen, text = _chosen(request), request.GET.get("q", "").strip()[:40]
    found = _narrowed(chosen, text)
    number = request.GET.get("page", "1")
    page = int(number) if number.isdecimal() and 0 < int(number) < 1000 else 1
    here = reverse("plan-functions")
    columns = [
        ui.Column("功能", "title"),
        ui.Column("编号", "code"),
        ui.Column("系统"),
        ui.Column("牵头部门"),
        ui.Column("状态", "state"),
        ui.Column("手机可用"),
        ui.Column("由什么实现"),
    ]
    shown = found[(page - 1) * PAGE : page * PAGE]
    rows = [
        ui.Row(
            item.id,
            [
                item.title,
                item.id,
                item.system.name,
                item.system.lead,
                ui.pill(item.state_title, TONES[item.state]),
                ("是" if item.mobile else "否") if item.state == progress.DONE else "—",
                _told(item),
            ],
            item.url,
        )
        for item in shown
    ]
    more = len(found) > page * PAGE
    query = _query(chosen, text)
    context = {
        "tabs": _tabs("plan-functions"),
        "count": len(found),
        "as_of": timezone.now(),
        "tally": plan.tally(found),
        "table": ui.Table("逐项功能", columns, rows),
        "filters": _filters(chosen, text, here),
        "text": text,
        "hidden": list(chosen.items()),
        "export": f"{reverse('plan-export')}?{query}",
        "clear": here if chosen or text else "",
        "pager": ui.Pager(
            previous_url=f"{here}?{query}&page={page - 1}" if page > 1 else "",
            next_url=f"{here}?{query}&page={page + 1}" if more else "",
            total=len(found),
            shown=len(rows),
        ),
    }
    return render(request, "services/functions.html", context)


def _told(item: plan.Function) -> str:
    """What serves a function, or what is missing."""
    if item.state == progress.OPEN:
        return item.note or "系统尚未建设"
    missing = f"；还缺：{item.note}" if item.note else ""
    return f"{item.kind}：{item.by}{missing}"


def _query(chosen: dict[str, str], text: str, **changes: str | None) -> str:
    merged = {**chosen, **({"q": text} if text else {}), **changes}
    return urlencode({key: value for key, value in merged.items() if value})


def _filters(chosen: dict[str, str], text: str, here: str) -> list[ui.Filter]:
    options = {
        "state": ("状态", list(progress.TITLES.items())),
        "mobile": ("手机可用", [("yes", "是"), ("no", "否或未实现")]),
        "chapter": ("章节", [(item, item) for item in plan.chapters()]),
        "lead": ("部门（牵头或参与）", [(item, item) for item in plan.departments()]),
        "system": (
            "系统",
            [(code, f"{code} {item.name}") for code, item in plan.planned().items()],
        ),
        "kind": ("来源", [("plan", "计划原文"), ("extra", "配套补充")]),
    }
    return [
        ui.Filter(
            title,
            dict(values).get(chosen.get(name, ""), ""),
            options=[
                ui.Option(
                    label,
                    f"{here}?{_query(chosen, text, **{name: value})}",
                    chosen.get(name) == value,
                )
                for value, label in values
            ],
            clear_url=f"{here}?{_query(chosen, text, **{name: None})}",
        )
        for name, (title, values) in options.items()
    ]


DEPARTMENTS = reports.Report(
    "各部门项数",
    (reports.Group("name", "部门", link=lambda row: row["url"]),),
    (reports.Measure("leads", "牵头"), reports.Measure("parts", "参与")),
    total="",
    unit="个系统",
)


def matrix(request: HttpRequest) -> HttpResponse:
    """Departments × systems: who leads, who takes part (分工表)."""
    request.actor.require(VIEW_PLAN)
    names = [name for name in plan.departments() if name != "省总工会"]
    found = plan.tallies(plan.functions(), lambda item: item.system.code)
    systems = reports.Report(
        "系统与部门对照",
        (reports.Group("system", "系统", link=lambda row: row["url"]),),
        (
            reports.Ratio("done", "total", "实现率", places=0),
            *(reports.Word(f"part_{place}", name) for place, name in enumerate(names)),
        ),
        total="",
    )
    here = reverse("plan-functions")
    rows = [
        {
            "system": f"{system.code} {system.name}",
            "url": f"{here}?{urlencode({'system': system.code})}",
            "done": found[system.code].done,
            "total": found[system.code].total,
            **{f"part_{place}": system.part_of(name) for place, name in enumerate(names)},
        }
        for system in plan.planned().values()
        if system.code != "T"
    ]
    totals = [
        {
            "name": name,
            "url": f"{here}?{urlencode({'lead': name})}",
            "leads": sum(system.lead == name for system in plan.planned().values()),
            "parts": sum(name in system.participants for system in plan.planned().values()),
        }
        for name in names
    ]
    context = {
        "tabs": _tabs("plan-matrix"),
        "departments": reports.build(DEPARTMENTS, totals),
        "systems": reports.build(systems, rows),
        "as_of": timezone.now(),
    }
    return render(request, "services/matrix.html", context)


def usage(request: HttpRequest) -> HttpResponse:
    """How much each function and each city's cadres used the platform in the last days."""
    request.actor.require(VIEW_PLAN)
    since, until = plan.last_days(timezone.localdate(), DAYS)
    used = plan.use_by_route(since, until)
    names = interfaces.routes_by_key()
    counted = [
        (item, plan.use_of(item, used, names))
        for item in plan.functions()
        if item.state != progress.OPEN
    ]
    counted.sort(key=lambda pair: (-pair[1], pair[0].id))
    idle = [item for item, count in counted if not count and item.routes]
    columns = [
        ui.Column("功能", "title"),
        ui.Column("编号", "code"),
        ui.Column("系统"),
        ui.Column("使用次数", "number"),
    ]
    rows = [
        ui.Row(
            item.id,
            [item.title, item.id, item.system.name, count if item.routes else "随作业"],
            item.url,
        )
        for item, count in counted[:200]
    ]
    context = {
        "tabs": _tabs("plan-usage"),
        "since": since,
        "until": until,
        "days": DAYS,
        "as_of": timezone.now(),
        "table": ui.Table("各项功能的使用", columns, rows),
        "units": _units(used),
        "idle": len(idle),
        "count": len(counted),
        "total": sum(used.values()),
    }
    return render(request, "services/usage.html", context)


UNIT_COLUMNS = [ui.Column("单位", "title"), ui.Column("使用次数", "number")]
CITY_NAMES = "use is counted by city for everybody; names of cities are no secret"


def _units(used: dict[tuple[str, int], int]) -> ui.Table:
    by_unit: dict[int, int] = {}
    for (_, unit), total in used.items():
        by_unit[unit] = by_unit.get(unit, 0) + total
    names = dict(
        Union.objects.unscoped(CITY_NAMES).filter(pk__in=by_unit).values_list("pk", "name")
    )
    rows = [
        ui.Row(str(unit), [names.get(unit, "职工、接入应用和未登录"), total])
        for unit, total in sorted(by_unit.items(), key=lambda item: -item[1])
    ]
    return ui.Table("各单位的使用", UNIT_COLUMNS, rows)


def export(request: HttpRequest) -> HttpResponse:
    """The functions as filtered, with the figures, as a workbook."""
    request.actor.require(VIEW_PLAN)
    found = _narrowed(_chosen(request), request.GET.get("q", "").strip()[:40])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "计划落实情况.xlsx"
        _write(path, found)
        return FileResponse(path.open("rb"), as_attachment=True, filename=path.name)


HEADS = (
    "编号",
    "功能",
    "系统",
    "章节",
    "牵头部门",
    "参与部门",
    "来源",
    "状态",
    "手机可用",
    "由什么实现",
    "页面",
    "还缺什么",
)


def _write(path: Path, found: list[plan.Function]) -> None:
    counted = plan.tally(found)
    with xlsxwriter.Workbook(
        path, {"strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        bold = book.add_format({"bold": True, "bg_color": "#F1F2F5"})
        sheet = book.add_worksheet("逐项功能")
        sheet.write_row(0, 0, HEADS, bold)
        sheet.freeze_panes(1, 2)
        sheet.set_column(0, 0, 10)
        sheet.set_column(1, 2, 36)
        sheet.set_column(3, 11, 18)
        for number, item in enumerate(found, 1):
            sheet.write_row(
                number,
                0,
                (
                    item.id,
                    item.title,
                    item.system.name,
                    item.system.chapter,
                    item.system.lead,
                    "、".join(item.system.participants),
                    "配套补充" if item.extra else "计划原文",
                    item.state_title,
                    "是" if item.state == progress.DONE and item.mobile else "否",
                    f"{item.kind} {item.by}".strip(),
                    item.url,
                    item.note,
                ),
            )
        figures = book.add_worksheet("汇总")
        moment = timezone.localtime().strftime("%Y-%m-%d %H:%M")
        for row, line in enumerate(
            (
                ("统计时间", moment),
                ("功能", counted.total),
                ("已实现", counted.done),
                ("部分实现", counted.partial),
                ("实现率", f"{counted.done_share}%"),
                ("已实现中手机可用", counted.mobile),
                ("手机可用率", f"{counted.mobile_share}%"),
                ("依据", progress.TARGET_RULE),
            )
        ):
            figures.write_row(row, 0, line)
        figures.set_column(0, 1, 24)


def data(request: HttpRequest) -> JsonResponse:
    """Figures and functions for anybody: {"as_of", "figures", "functions": […]}."""
    found = _narrowed(_chosen(request), "")
    counted = plan.tally(found)
    answer = {
        "as_of": timezone.now().isoformat(),
        "figures": {
            "total": counted.total,
            "done": counted.done,
            "partial": counted.partial,
            "done_percent": str(counted.done_share),
            "mobile": counted.mobile,
            "mobile_percent_of_done": str(counted.mobile_share),
            "mobile_target_percent": progress.MOBILE_TARGET,
        },
        "functions": [
            {
                "id": item.id,
                "title": item.title,
                "system": item.system.code,
                "lead": item.system.lead,
                "state": item.state,
                "mobile": item.state == progress.DONE and item.mobile,
            }
            for item in found
        ],
    }
    return JsonResponse(answer)
