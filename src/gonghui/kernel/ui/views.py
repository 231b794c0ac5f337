"""The gallery: every component live, on pages of the kinds that use them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from gonghui.kernel.ui import gallery as samples

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def gallery(request: HttpRequest, page: str = "components") -> HttpResponse:
    """One page of the gallery with sample values; 404 for a page it does not have."""
    if page not in samples.PAGES:
        raise Http404
    template, context, status = samples.PAGES[page]
    return render(request, template, context(request), status=status)


@require_POST
def draft(request: HttpRequest) -> JsonResponse:
    """Answer as a draft address does; nothing is kept."""
    return JsonResponse({"saved_at": timezone.now().isoformat()})


@require_POST
def upload(request: HttpRequest) -> JsonResponse:
    """Answer as an upload address does; nothing is kept."""
    file = request.FILES.get("file")
    if file is None:
        return JsonResponse({"error": "没有收到文件，请重新选择。"}, status=422)
    return JsonResponse({"id": "sample", "name": file.name})
