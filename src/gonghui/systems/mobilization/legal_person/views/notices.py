"""Where the issuing platform says that an answer is there (赋码回执)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from gonghui.kernel.base.errors import Missing
from gonghui.systems.mobilization.legal_person.actions import codes


@never_cache
@csrf_exempt
@require_POST
def told(request: HttpRequest, key: str) -> HttpResponse:
    """Ask the platform at once for a question known by its key; the content is not read."""
    if not codes.wake(key):
        raise Missing("没有这个赋码申请。", code="code-request")
    return HttpResponse(status=204)
