"""Pages that serve every kind: desk, case, part, thread, statistics."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse


def desk(request: HttpRequest) -> HttpResponse:
    raise NotImplementedError


statistics_page = track = part_page = case_page = thread_page = desk
