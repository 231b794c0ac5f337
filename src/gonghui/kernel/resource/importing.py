"""Import pages: upload, preview, progress, result with the rows to mend."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Forbidden, Refusal
from gonghui.kernel.exchange import batches, workbook
from gonghui.kernel.exchange.models import ImportBatch, ImportRow
from gonghui.kernel.exchange.profiles import ImportProfile
from gonghui.kernel.jobs import tasks
from gonghui.kernel.org.models import Union
from gonghui.kernel.resource.declaration import Resource
from gonghui.kernel.resource.forms import ActionForm, UnionField
from gonghui.kernel.resource.pages import url
from gonghui.kernel.ui import components as ui

RECENT = 10
FAULTS_COUNTED = 20_000
"""Refused rows looked at for the summary of reasons; the file holds them all."""


class UploadForm(ActionForm):
    union = UnionField(label="导入到", help_text="表中没有写明工会的行，归到这个工会。")
    file = forms.FileField(
        label="表格文件",
        help_text="Excel 工作簿（.xlsx）或 CSV，首行是列名。一次可以导入一百万行。",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )


def _profile(resource: Resource, actor: Actor) -> ImportProfile:
    actor.require(resource.imports.permission)
    return resource.imports


def start_page(request: HttpRequest, resource: Resource) -> HttpResponse:
    """GET: how to import and recent batches; POST: take the file and go to its preview."""
    actor: Actor = request.actor
    profile = _profile(resource, actor)
    status = 200
    if request.method == "POST":
        form = UploadForm(request.POST, request.FILES, actor=actor)
        status = 422
        if form.is_valid():
            upload = form.cleaned_data["file"]
            try:
                batch = batches.receive(
                    upload.chunks(),
                    filename=upload.name,
                    profile=profile,
                    union=form.cleaned_data["union"],
                    by=actor,
                )
            except Refusal as refusal:
                if refusal.status == 403:
                    raise
                refusal.field = "file"
                form.refuse(refusal)
            else:
                return HttpResponseRedirect(url(resource, "import_batch", batch.pk))
    else:
        own = Union.objects.unscoped("the actor's own post").filter(pk=actor.union_id).first()
        form = UploadForm(actor=actor, initial={"union": own})
    recent = ImportBatch.objects.within(actor.scope(profile.permission))
    context = {
        "resource": resource,
        "profile": profile,
        "form": form,
        "recent": recent.filter(profile=profile.code).order_by("-pk")[:RECENT],
        "template_url": url(resource, "import_template"),
        "back_url": url(resource),
    }
    return render(request, "resource/import.html", context, status=status)


def template_file(request: HttpRequest, resource: Resource) -> HttpResponse:
    """The workbook to fill in, with drop-downs and examples."""
    profile = _profile(resource, request.actor)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{profile.title}导入模板.xlsx"
        workbook.write_template(path, profile)
        return FileResponse(path.open("rb"), as_attachment=True, filename=path.name)


def _batch(request: HttpRequest, resource: Resource, pk: int) -> ImportBatch:
    profile = _profile(resource, request.actor)
    rows = ImportBatch.objects.within(request.actor.scope(profile.permission))
    batch = rows.filter(pk=pk, profile=profile.code).first()
    if batch is None:
        raise Forbidden("没有查看这个导入批次的权限，或者它不存在。", code="forbidden")
    return batch


def batch_page(request: HttpRequest, resource: Resource, batch: int) -> HttpResponse:
    """Preview, then progress, then the result; POST starts or cancels."""
    found = _batch(request, resource, batch)
    here = url(resource, "import_batch", found.pk)
    if request.method == "POST":
        if request.POST.get("do") == "cancel":
            if found.task_id:
                tasks.cancel(found.task_id, user_id=request.actor.user_id or 0)
            else:
                batches.cancel(found.pk)
            messages.success(request, "已取消导入，已经写入的行保留。")
        else:
            batches.start(found, by=request.actor)
        return HttpResponseRedirect(here)
    if request.htmx and found.state == ImportBatch.State.RUNNING:
        return render(request, "resource/import_progress.html", _progress(found, here))
    if request.htmx:
        response = HttpResponse()
        response["HX-Redirect"] = here
        return response
    context = {
        "resource": resource,
        "batch": found,
        "back_url": url(resource, "import"),
        **_progress(found, here),
    }
    if found.state == ImportBatch.State.UPLOADED:
        profile = resource.imports
        rows = batches.preview(found)
        keys = [column.key for column in profile.columns if column.key in found.mapping]
        context["preview_titles"] = [profile.column(key).title for key in keys]
        context["preview"] = [
            (row.number, [row.cells.get(key, "") for key in keys], row.problems) for row in rows
        ]
    else:
        context["result"] = _result(resource, found)
    return render(request, "resource/import_batch.html", context)


def _progress(batch: ImportBatch, here: str) -> dict[str, object]:
    done = batch.good + batch.unchanged + batch.bad
    return {
        "done": done,
        "of": max(batch.expected, done, 1),
        "text": f"已处理 {done:,} 行：新增或更新 {batch.good:,}，"
        f"无变化 {batch.unchanged:,}，有误 {batch.bad:,}",
        "poll_url": here if batch.state == ImportBatch.State.RUNNING else "",
    }


def _result(resource: Resource, batch: ImportBatch) -> ui.ImportResult:
    counted: Counter[tuple[str, str]] = Counter()
    rows = ImportRow.objects.filter(batch=batch).order_by("number")
    for problems in rows.values_list("problems", flat=True)[:FAULTS_COUNTED]:
        for problem in problems:
            counted[(problem["reason"], problem.get("rule", ""))] += 1
    faults = [ui.Fault(text, number, rule) for (text, rule), number in counted.most_common(12)]
    return ui.ImportResult(
        file=batch.filename,
        total=batch.total,
        good=batch.good + batch.unchanged,
        bad=batch.bad,
        doubled=batch.unchanged,
        faults=faults,
        download_url=url(resource, "import_errors", batch.pk) if batch.bad else "",
        again_url=url(resource, "import"),
    )


def error_file(request: HttpRequest, resource: Resource, batch: int) -> HttpResponse:
    """The refused rows as the user's own workbook, cells and reasons marked."""
    found = _batch(request, resource, batch)
    with tempfile.TemporaryDirectory() as folder:
        path = batches.write_error_file(found, Path(folder))
        return FileResponse(path.open("rb"), as_attachment=True, filename=path.name)
