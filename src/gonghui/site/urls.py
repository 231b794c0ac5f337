"""The addresses of the platform: kernel pages, generated pages, and each system's own."""

from importlib.util import find_spec

from django.conf import settings
from django.urls import include, path

from gonghui.kernel.resource.pages import pick_unions
from gonghui.kernel.resource.urls import interface, workbench
from gonghui.site import security, views

urlpatterns = [
    path("healthz", views.health),
    path("events", views.events),
    path("", include("gonghui.kernel.identity.urls")),
    path("pick/unions/", pick_unions, name="pick-unions"),
    path("security/", security.overview, name="security"),
    path("ui/", include("gonghui.kernel.ui.urls")),
    path("", include("gonghui.kernel.files.urls")),
    path("", include("gonghui.kernel.process.urls")),
    path("", include("gonghui.kernel.documents.urls")),
    path("w/", include((workbench(), "resource"))),
    path("api/v1/", include((interface(), "api"))),
]
urlpatterns += [
    path("", include(f"{app}.urls"))
    for app in (*settings.GONGHUI_ENGINES, *settings.GONGHUI_SYSTEMS)
    if find_spec(f"{app}.urls")
]
if settings.SIMULATORS:
    urlpatterns += [
        path("simulators/", include(f"gonghui.site.simulators.{name}"))
        for name in ("sms", "smsc", "wechat", "scim", "uscc", "national", "cti", "drafter")
    ]

handler404 = "gonghui.site.views.not_found"
handler500 = "gonghui.site.views.failed"
