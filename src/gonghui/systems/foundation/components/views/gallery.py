"""The gallery of components: all on one page, and each alone."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from gonghui.kernel.access.actor import Actor
from gonghui.kernel.base.errors import Missing
from gonghui.kernel.documents.content import Official, Paragraph
from gonghui.kernel.documents.rendering import render as typeset
from gonghui.systems.foundation.components.permissions import VIEW_COMPONENTS
from gonghui.systems.foundation.components.queries import gallery as queries

SAMPLE = Official(
    organs=("示例市总工会",),
    title="关于开展集中入会活动的通知",
    body=(
        Paragraph("为方便新就业形态劳动者入会，定于本月开展集中入会活动，现将有关事项通知如下。"),
        Paragraph("时间和地点", level=1),
        Paragraph("本月十五日至二十五日，各街道职工服务中心。"),
    ),
    to=("各县（市、区）总工会",),
    number="示工〔2026〕1号",
    date=date(2026, 11, 22),
    draft=True,
)


def gallery(request: HttpRequest) -> HttpResponse:
    """Every component: sample, parameters, versions, uses."""
    request.actor.require(VIEW_COMPONENTS)
    if request.method == "POST":
        # Buttons of the samples post to the page they stand on.
        messages.info(request, "这是样例，没有办理任何事项。")
        return HttpResponseRedirect(request.path)
    groups = queries.by_group()
    context = {
        "groups": [
            (title, [_shown(item, request.actor) for item in items]) for title, items in groups
        ],
        "count": len(queries.COMPONENTS),
    }
    return render(request, "components/gallery.html", context)


def one(request: HttpRequest, code: str) -> HttpResponse:
    """One component alone."""
    request.actor.require(VIEW_COMPONENTS)
    if request.method == "POST":
        messages.info(request, "这是样例，没有办理任何事项。")
        return HttpResponseRedirect(request.path)
    found = queries.component(code)
    if found is None:
        raise Missing("没有这个组件。", remedy="请从组件库进入。")
    return render(request, "components/component.html", {"entry": _shown(found, request.actor)})


def _shown(item: queries.Component, actor: Actor) -> dict:
    return {
        "item": item,
        "samples": [
            {"title": sample.title, "call": sample.call, "drawn": sample.drawn()}
            for sample in item.samples
        ],
        "uses": item.uses,
        "pages": [
            (title, reverse(name)) for title, name, needed in item.pages if actor.may(needed)
        ],
    }


def document(request: HttpRequest) -> HttpResponse:
    """The sample document as PDF, typeset now."""
    request.actor.require(VIEW_COMPONENTS)
    answer = HttpResponse(typeset(SAMPLE), content_type="application/pdf")
    answer["Content-Disposition"] = 'inline; filename="sample.pdf"'
    return answer
