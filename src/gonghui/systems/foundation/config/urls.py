"""Addresses of D07 beside its generated pages."""

from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST

from gonghui.systems.foundation.config.views import interface, nodes, settings, transfers

get = require_http_methods(["GET", "HEAD"])
both = require_http_methods(["GET", "HEAD", "POST"])

urlpatterns = [
    path("config/", get(settings.overview), name="config"),
    path("config/nodes/", get(nodes.nodes), name="config-nodes"),
    path("config/compare/", get(transfers.compare), name="config-compare"),
    path("config/clone/", both(transfers.clone), name="config-clone"),
    path("config/export/", require_POST(transfers.export_file), name="config-export"),
    path("config/import/", both(transfers.import_file), name="config-import"),
    path("config/item/<str:code>/", get(settings.setting_page), name="config-setting"),
    path("config/item/<str:code>/change/", both(settings.change_page), name="config-change"),
    path(
        "config/item/<str:code>/back/<int:applied_id>/",
        require_POST(settings.back),
        name="config-back",
    ),
    path("api/v1/config/", get(interface.listed), name="config-api"),
    path("api/v1/config/<str:code>/", both(interface.one), name="config-api-one"),
]
