"""The star on a record, and the list of what a person follows."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from gonghui.kernel.access.actions import label_of, place_of
from gonghui.kernel.base.errors import Missing, Refusal
from gonghui.kernel.resource.declaration import RESOURCES
from gonghui.kernel.resource.pages import record_of, url
from gonghui.kernel.ui.shell import Star
from gonghui.systems.portal.desk.actions import own
from gonghui.systems.portal.desk.queries import following as queries
from gonghui.systems.portal.desk.views.home import required


@require_POST
def follow(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Follow a record one may see, or stop; answers the star again, or goes back to the record."""
    actor = required(request)
    resource = RESOURCES.get(code)
    if resource is None:
        raise Missing("没有这类记录。", code="resource")
    on = request.POST.get("on") == "1"
    if on:
        record = record_of(request, resource, pk)
        own.follow(
            actor.user_id,
            code,
            record._meta.label_lower,
            str(pk),
            label_of(record) or str(record),
            place_of(record),
        )
    else:
        # Who may no longer see a record may still forget it.
        own.unfollow(actor.user_id, code, str(pk))
    if request.htmx:
        star = Star(reverse("desk-follow", args=[code, pk]), on)
        return render(request, "ui/c/star.html", {"star": star})
    back = reverse("desk-follows") if request.POST.get("back") else url(resource, "record", pk)
    return HttpResponseRedirect(back)


@require_http_methods(["GET", "HEAD", "POST"])
def follows(request: HttpRequest) -> HttpResponse:
    """What I follow with what changed; POST `seen` marks one or all as seen."""
    actor = required(request)
    if request.method == "POST":
        chosen = request.POST.get("seen", "")
        if chosen and not chosen.isdecimal():
            raise Refusal("没有这条关注。", code="follow")
        own.looked_at(actor.user_id, int(chosen) if chosen else None)
        messages.success(request, "已标为看过。")
        return redirect("desk-follows")
    return render(request, "desk/follows.html", {"follows": queries.followed(actor)})


def open_followed(request: HttpRequest, pk: int) -> HttpResponse:
    """Go to a followed record; what happened to it so far counts as seen."""
    actor = required(request)
    found = next((item for item in queries.followed(actor) if item.pk == pk), None)
    if found is None:
        raise Missing("没有这条关注，或者记录已不在您的权限范围内。", code="follow")
    own.looked_at(actor.user_id, pk)
    return HttpResponseRedirect(found.url)
