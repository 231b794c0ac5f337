"""URLs of every declared resource."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.http import require_http_methods, require_POST

from gonghui.kernel.resource import api, exporting, importing, pages
from gonghui.kernel.resource.declaration import RESOURCES, Resource

app_name = "resource"


def _bound(view: Callable[..., HttpResponse], resource: Resource) -> Callable[..., HttpResponse]:
    def serve(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return view(request, resource, **kwargs)

    serve.__name__ = f"{resource.code}_{view.__name__}"
    serve.resource = resource  # type: ignore[attr-defined]
    return serve


def _of(resource: Resource) -> list:
    get = require_http_methods(["GET", "HEAD"])
    both = require_http_methods(["GET", "HEAD", "POST"])
    bound = partial(_bound, resource=resource)
    found = [
        path("", get(bound(pages.list_page)), name="list"),
        path("views/", both(bound(pages.views_page)), name="views"),
        path("<int:pk>/", get(bound(pages.record_page)), name="record"),
        path("<int:pk>/<slug:slug>/", both(bound(pages.step_page)), name="step"),
        path("new/<slug:slug>/", both(bound(pages.create_page)), name="create"),
    ]
    if resource.reveal is not None:
        found.insert(
            4, path("<int:pk>/reveal/", require_POST(bound(pages.reveal_page)), name="reveal")
        )
        found.insert(0, found.pop(4))
    if resource.export is not None:
        found.append(path("export/", both(bound(exporting.export_page)), name="export"))
    if resource.imports is not None:
        found += [
            path("import/", both(bound(importing.start_page)), name="import"),
            path("import/template/", get(bound(importing.template_file)), name="import_template"),
            path("import/<int:batch>/", both(bound(importing.batch_page)), name="import_batch"),
            path(
                "import/<int:batch>/errors/", get(bound(importing.error_file)), name="import_errors"
            ),
        ]
    return found


def workbench() -> list:
    """Pages under /w/."""
    found = [path("draft/<path:key>/", require_POST(pages.draft_page), name="draft")]
    found += [
        path(f"{resource.code}/", include((_of(resource), resource.code)))
        for resource in RESOURCES.values()
    ]
    return found


def interface() -> list:
    """The JSON API under /api/v1/."""
    found = [path("openapi.json", api.openapi, name="openapi")]
    for resource in RESOURCES.values():
        bound = partial(_bound, resource=resource)
        found += [
            path(f"{resource.code}/", bound(api.list_view), name=f"api-{resource.code}"),
            path(
                f"{resource.code}/<int:pk>/",
                bound(api.record_view),
                name=f"api-{resource.code}-record",
            ),
            path(
                f"{resource.code}/new/<slug:slug>/",
                bound(api.create_view),
                name=f"api-{resource.code}-create",
            ),
            path(
                f"{resource.code}/<int:pk>/<slug:slug>/",
                bound(api.step_view),
                name=f"api-{resource.code}-step",
            ),
        ]
    return found
