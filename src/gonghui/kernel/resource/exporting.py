"""Exports: the list as it is filtered, with a purpose that is kept and printed on the sheet."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django import forms
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.audit.entries import record
from gonghui.kernel.base.errors import Refusal
from gonghui.kernel.config.declaring import Setting
from gonghui.kernel.exchange import workbook
from gonghui.kernel.identity import stepup
from gonghui.kernel.resource import lists
from gonghui.kernel.resource.declaration import Resource
from gonghui.kernel.resource.forms import ActionForm
from gonghui.kernel.resource.models import ExportLog
from gonghui.kernel.resource.pages import url
from gonghui.kernel.security.watching import exported
from gonghui.kernel.ui.report_workbook import write_report
from gonghui.kernel.ui.reports import Sheet

FORBIDDEN_IN_NAMES = r'[\\/:*?"<>|\x00-\x1f]'

XLSX_ROWS = Setting(
    "exporting.xlsx_rows",
    "导出 Excel 工作簿的最多行数",
    int,
    100_000,
    "超过这么多行的列表只能导出 CSV。调高后，导出大表要等几分钟，并占用内存。",
    unit="行",
    minimum=1_000,
    maximum=1_000_000,
)


class ExportForm(ActionForm):
    purpose = forms.CharField(
        label="用途",
        min_length=4,
        max_length=200,
        help_text="写明用在哪里、给谁用。用途会记入日志，并印在导出文件的第一行。",
    )
    kind = forms.ChoiceField(
        label="格式",
        choices=[
            ("xlsx", "Excel 工作簿"),
            ("csv", "CSV（UTF-8）"),
            ("gb18030", "CSV（GB18030，供旧软件）"),
        ],
        widget=forms.RadioSelect,
        initial="xlsx",
    )


def export_page(request: HttpRequest, resource: Resource) -> HttpResponse:
    """GET asks for the purpose; POST answers with the file."""
    actor: Actor = request.actor
    if resource.export is None:
        raise Refusal("这个列表不提供导出。")
    actor.require(resource.export)
    chosen = lists.read(resource, request.GET, actor)
    if request.method == "POST":
        stepup.require(actor)
        form = ExportForm(request.POST, actor=actor)
        if form.is_valid():
            try:
                return _file(request, resource, chosen, form.cleaned_data)
            except Refusal as refusal:
                form.refuse(refusal)
    else:
        form = ExportForm(actor=actor, initial={"kind": "xlsx"})
    context = {
        "resource": resource,
        "form": form,
        "count": lists.counted(resource, actor, chosen),
        "back_url": url(resource) + chosen.query(),
    }
    return render(request, "resource/export.html", context, status=422 if form.errors else 200)


def _file(
    request: HttpRequest, resource: Resource, chosen: lists.Chosen, asked: dict[str, Any]
) -> HttpResponse:
    """The file of a list; without its log and audit entry there is none."""
    folder = Path(tempfile.mkdtemp(prefix="export-"))
    kind = asked["kind"]
    name = f"{resource.title}-{timezone.localtime():%Y%m%d%H%M}"
    path = folder / f"{name}.{'xlsx' if kind == 'xlsx' else 'csv'}"
    write(resource, request.actor, chosen, path, kind, asked["purpose"])
    return sent(path)


def write(
    resource: Resource, actor: Actor, chosen: lists.Chosen, path: Path, kind: str, purpose: str
) -> int:
    """Write a list to a file and keep who took it for what; returns how many rows.

    kind: xlsx, csv (UTF-8) or gb18030. The caller has checked the permission.
    """
    counted: list[int] = []

    def log(count: int) -> None:
        counted.append(count)
        log_export(
            code=resource.code,
            title=resource.title,
            actor=actor,
            path=next(iter(actor.paths(resource.export)), "") if resource.export else "",
            query=chosen.query(),
            purpose=purpose,
            rows=count,
        )

    columns = [workbook.ExportColumn(column.title) for column in resource.columns]
    context = workbook.ExportContext(
        actor=actor.name, union=actor.union_name, purpose=purpose, at=timezone.now(), log=log
    )
    rows = values(resource, actor, chosen, limit=XLSX_ROWS.value() if kind == "xlsx" else None)
    if kind == "xlsx":
        workbook.export_xlsx(path, resource.title, columns, rows, context)
    else:
        encoding = "gb18030" if kind == "gb18030" else "utf-8-sig"
        workbook.export_csv(path, columns, rows, context, encoding=encoding)
    return counted[-1] if counted else 0


def values(
    resource: Resource, actor: Actor, chosen: lists.Chosen, limit: int | None = None
) -> Iterator[Iterable[str]]:
    """The rows of a list in words, read by a server-side cursor."""
    chosen.cursor = None
    rows = lists.ordered(lists.narrowed(resource, actor, chosen), chosen)
    sources = [column.source for column in resource.columns]
    for number, row in enumerate(rows.values_list(*sources).iterator(chunk_size=2000)):
        if limit is not None and number >= limit:
            raise Refusal(
                f"超过 {limit:,} 行，不能导出为 Excel 工作簿。",
                remedy="请改选 CSV，或先缩小范围。",
                field="kind",
            )
        yield [
            lists.label_of(column, value)
            for column, value in zip(resource.columns, row, strict=True)
        ]


def log_export(
    *, code: str, title: str, actor: Actor, path: str, query: str, purpose: str, rows: int
) -> None:
    """Keep who took which rows out and for what: the export log and an audit entry."""
    stepup.require(actor)
    log = ExportLog.objects.create(
        user_id=actor.user_id or 0,
        user_name=actor.name,
        resource=code,
        query=query[:1000],
        purpose=purpose,
        rows=rows,
        org_path=path,
    )
    record(
        action=f"{code}.export",
        action_name=f"导出{title}",
        actor=actor,
        target_type="resource.exportlog",
        target_id=log.pk,
        target_label=f"{title} {rows} 行",
        org_path=path,
        reason=purpose,
    )
    exported(
        title=title,
        rows=rows,
        user_id=actor.user_id,
        name=actor.name,
        ip=actor.ip,
        path=path,
        at=timezone.now(),
    )


def report_file(
    sheet: Sheet, actor: Actor, *, code: str, path: str, query: str, purpose: str
) -> FileResponse:
    """A computed report as a workbook; its log and audit entry are written before it leaves.

    code: what the log names it by. path: of the union whose figures it shows.
    """
    folder = Path(tempfile.mkdtemp(prefix="report-"))
    file = folder / f"{re.sub(FORBIDDEN_IN_NAMES, '', sheet.title)[:80]}.xlsx"
    context = workbook.ExportContext(
        actor=actor.name,
        union=actor.union_name,
        purpose=purpose,
        at=timezone.now(),
        log=lambda count: log_export(
            code=code,
            title=sheet.title,
            actor=actor,
            path=path,
            query=query,
            purpose=purpose,
            rows=count,
        ),
    )
    write_report(file, sheet, context)
    return sent(file)


def sent(path: Path) -> FileResponse:
    """A file written into a folder of its own, sent and gone.

    The open file stays readable after its name is removed, so nothing is left on disk.
    """
    content = path.open("rb")
    path.unlink()
    path.parent.rmdir()
    return FileResponse(content, as_attachment=True, filename=path.name)
